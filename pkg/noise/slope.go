package noise

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Slope fits log 𝒩 = a + b·log L to each of several runs by itself, over the points with
// from ≤ L/L_0 < to where L_0 is the run's first loss, and returns the mean of b and its
// standard error from the scatter between runs. Neighbouring epochs of one run are not
// independent, so an error from the residuals of one fit would be far too small.
//
// loss[i] and strength[i] are the L and 𝒩 of run i. A run with fewer than four points in
// the range is left out; it is an error when fewer than two runs remain, when lengths differ,
// and when a value in the range is not positive.
func Slope(loss, strength [][]float64, from, to float64) (mean, stderr float64, err error) {
	if len(loss) != len(strength) {
		return 0, 0, fmt.Errorf("noise: losses of %d runs and strengths of %d", len(loss), len(strength))
	}
	const enough = 4 // points: two determine the line, and one outlier should not
	var each []float64
	for i := range loss {
		if len(loss[i]) != len(strength[i]) {
			return 0, 0, fmt.Errorf("noise: run %d has %d losses and %d strengths", i, len(loss[i]), len(strength[i]))
		}
		var x, y []float64
		for j, l := range loss[i] {
			if f := l / loss[i][0]; !(f >= from && f < to) {
				continue
			}
			if n := strength[i][j]; !(l > 0 && n > 0) {
				return 0, 0, fmt.Errorf("noise: run %d has L = %v and 𝒩 = %v, want > 0", i, l, n)
			}
			x, y = append(x, math.Log(l)), append(y, math.Log(strength[i][j]))
		}
		if len(x) >= enough {
			_, b := stat.LinearRegression(x, y, nil, false)
			each = append(each, b)
		}
	}
	if len(each) < 2 {
		return 0, 0, fmt.Errorf("noise: %d runs have %d points with %v ≤ L/L_0 < %v, want at least 2", len(each), enough, from, to)
	}
	mean, spread := stat.MeanStdDev(each, nil)
	return mean, stat.StdErr(spread, float64(len(each))), nil
}
