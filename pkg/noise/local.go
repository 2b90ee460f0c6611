package noise

import "math"

// LocalSlopes is [Slope] piece by piece: in ranges of L/L_0 of equal width on a logarithmic scale,
// perDecade of them a decade, from 1 down to 10⁻⁶, for those in which at least two runs have enough
// points. It returns the middles of the ranges, the mean slopes of log 𝒩 on log L there, and their
// standard errors from the scatter between runs. Fewer than 1 or more than 100 a decade give
// nothing, and so do runs that [Slope] refuses.
func LocalSlopes(loss, strength [][]float64, perDecade int) (middle, slope, stderr []float64) {
	if perDecade < 1 || perDecade > 100 {
		return nil, nil, nil
	}
	const decades = 6 // beyond which losses are those of rounding
	edge := func(i float64) float64 { return math.Pow(10, -i/float64(perDecade)) }
	for i := range decades * perDecade {
		b, e, err := Slope(loss, strength, edge(float64(i+1)), edge(float64(i)))
		if err == nil {
			middle, slope, stderr = append(middle, edge(float64(i)+0.5)), append(slope, b), append(stderr, e)
		}
	}
	return middle, slope, stderr
}
