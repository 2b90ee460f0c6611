package noise

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Strength is the noise strength at one point.
type Strength struct {
	Value   float64 // 𝒩 = (1/N)Σ|∇ℓ_μ|² − |∇L|² (Eq. 24)
	StdErr  float64 // its standard error; 0 when all samples were used
	Loss    float64 // L over the samples used
	Samples int     // how many were used
}

// groups is the number of groups of samples whose spread gives the standard error. Ten leave it
// good to about 1/sqrt(18) = 24%, and each group large.
const groups = 10

// Meter measures 𝒩 along training, without allocating.
//
// With all N samples the value is exact and costs as much as an epoch of training: |∇L|² needs the
// whole gradient. A quarter of the samples costs a quarter, and the value is unbiased, with a
// standard error.
type Meter struct {
	m           model.Model
	perm        []int
	norms, grad []float64
	mean, value []float64 // ∇L over all groups; 𝒩 of each
	per         int       // samples per group; 0 for all samples
}

// NewMeter returns a meter of the model's noise on that many samples, rounded down to a multiple of
// ten; 0 means all N. It is an error unless samples is 0 or 20 ≤ samples ≤ N.
func NewMeter(m model.Model, samples int) (*Meter, error) {
	n, p, err := model.CheckDims(m)
	if err != nil {
		return nil, fmt.Errorf("noise: strength of %w", err)
	}
	if samples != 0 && (samples < 2*groups || samples > n) {
		return nil, fmt.Errorf("noise: 𝒩 from %d samples, want %d ≤ samples ≤ N = %d, or 0 for all", samples, 2*groups, n)
	}
	t := &Meter{m: m, grad: make([]float64, p), norms: make([]float64, n), per: samples / groups}
	if samples == 0 {
		return t, nil
	}
	t.norms, t.mean, t.value = t.norms[:t.per], make([]float64, p), make([]float64, groups)
	for i := range n {
		t.perm = append(t.perm, i)
	}
	return t, nil
}

// Measure returns 𝒩(θ); rng draws the samples, without replacement, and may be nil when all are
// used. A θ that is not finite or of a length other than P is an error.
func (t *Meter) Measure(theta []float64, rng *rand.Rand) (Strength, error) {
	if t == nil {
		return Strength{}, fmt.Errorf("noise: a nil meter")
	}
	n, _, err := checkPoint(t.m, theta)
	if err != nil {
		return Strength{}, err
	}
	if t.per == 0 {
		second, square, loss := t.moments(theta, nil)
		return Strength{Value: second - square, Loss: loss, Samples: n}, checkFinite("loss or noise strength", loss, second-square)
	}
	if rng == nil {
		return Strength{}, fmt.Errorf("noise: sampling %d of %d samples needs a random source", t.per*groups, n)
	}
	for i := range t.per * groups { // the head of a Fisher–Yates shuffle
		j := i + rng.IntN(n-i)
		t.perm[i], t.perm[j] = t.perm[j], t.perm[i]
	}
	clear(t.mean)
	var s Strength
	for g := range t.value {
		second, square, loss := t.moments(theta, t.perm[g*t.per:(g+1)*t.per])
		floats.AddScaled(t.mean, 1.0/groups, t.grad)
		t.value[g] = unbiased(second-square, t.per, n)
		s.Value += second / groups
		s.Loss += loss / groups
	}
	s.Samples = t.per * groups
	s.Value = unbiased(s.Value-floats.Dot(t.mean, t.mean), s.Samples, n)
	s.StdErr = stat.StdDev(t.value, nil) / math.Sqrt(groups) * math.Sqrt(float64(n-s.Samples)/float64(n))
	return s, checkFinite("loss or noise strength", s.Loss, s.Value, s.StdErr)
}

// unbiased turns the variance of m samples around their own mean, short by (m−1)/m, into that of
// all n around ∇L, short by (n−1)/n of the same unbiased quantity.
func unbiased(variance float64, m, n int) float64 {
	return variance * float64(m) / float64(m-1) * float64(n-1) / float64(n)
}

// moments returns (1/M)Σ|∇ℓ_μ|², |∇L_M|² and L_M of M samples.
func (t *Meter) moments(theta []float64, batch []int) (second, square, loss float64) {
	loss = model.NormGrad(t.m, nil, t.norms, t.grad, theta, batch)
	return stat.Mean(t.norms, nil), floats.Dot(t.grad, t.grad), loss
}

// Slope fits log 𝒩 = a + b·log L to each of several runs by itself, over the points with from ≤
// L/L_0 < to where L_0 is the run's first loss, and returns the mean of b and its standard error
// from the scatter between runs. Neighbouring epochs of one run are not independent, so an error
// from the residuals of one fit would be far too small.
//
// loss[i] and strength[i] are the L and 𝒩 of run i. A run with fewer than four points in the range
// is left out; it is an error when fewer than two runs remain, when lengths differ, and when a
// value in the range is not positive.
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
			if n := strength[i][j]; !(l > 0 && n > 0 && n <= math.MaxFloat64) {
				return 0, 0, fmt.Errorf("noise: run %d has L = %v and 𝒩 = %v, want > 0 and finite", i, l, n)
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
	return mean, stat.StdErr(spread, float64(len(each))), checkFinite("slope, of a run of one loss,", mean, spread)
}
