package figure

// Values returns f at each x: what a line or points need.
func Values(x []float64, f func(x float64) float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = f(v)
	}
	return y
}
