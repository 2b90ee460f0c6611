package figure

import "math"

// Values returns f at each x: what a line or points need. A nil f gives NaN, which no figure takes.
func Values(x []float64, f func(x float64) float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		if y[i] = math.NaN(); f != nil {
			y[i] = f(v)
		}
	}
	return y
}
