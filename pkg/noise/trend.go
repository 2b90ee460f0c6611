package noise

import (
	"fmt"

	"gonum.org/v1/gonum/stat"
)

// Trend returns the slope b of the least-squares line y = a + b·x through what independent runs
// found, one point a run, and its standard error. The error is the jackknife's, which asks neither
// for errors of the points nor that they be the same for all.
//
// Errors: fewer than four runs, lengths that differ, x that are all alike or so with one run left
// out, values or results that are not finite.
func Trend(x, y []float64) (slope, stderr float64, err error) {
	const enough = 4 // with one left out, a line through three has an error still
	if len(x) < enough || len(y) != len(x) {
		return 0, 0, fmt.Errorf("noise: trend of %d values over %d, want as many, and at least %d", len(y), len(x), enough)
	}
	if err := checkFinite("value of a trend", append(append([]float64(nil), x...), y...)...); err != nil {
		return 0, 0, err
	}
	n := float64(len(x))
	_, whole := stat.LinearRegression(x, y, nil, false)
	weights, pseudo := make([]float64, len(x)), make([][]float64, len(x))
	for i := range x {
		for j := range weights {
			weights[j] = 1
		}
		weights[i] = 0
		_, rest := stat.LinearRegression(x, y, weights, false)
		pseudo[i] = []float64{n*whole - (n-1)*rest}
	}
	_, e, err := MeanOver(pseudo)
	if err != nil {
		return 0, 0, fmt.Errorf("noise: trend over values that are alike: %w", err)
	}
	return whole, e[0], nil
}
