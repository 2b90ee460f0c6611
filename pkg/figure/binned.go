package figure

import "math"

// Binned estimates the density of independent samples in equal bins between lo
// and hi: the centers of the bins that hold any, the density there, and its
// standard error sqrt(k(1−k/n)) for k of n samples, in units of density. Samples
// outside count for the normalization. Empty bins are left out, so that the
// result can go on a log axis.
func Binned(sample []float64, lo, hi float64, bins int) (center, density, stderr []float64) {
	counts := make([]float64, bins)
	width := (hi - lo) / float64(bins)
	for _, x := range sample {
		if k := math.Floor((x - lo) / width); k >= 0 && k < float64(bins) {
			counts[int(k)]++
		}
	}
	n := float64(len(sample))
	for k, c := range counts {
		if c == 0 {
			continue
		}
		center = append(center, lo+(float64(k)+0.5)*width)
		density = append(density, c/(n*width))
		stderr = append(stderr, math.Sqrt(c*(1-c/n))/(n*width))
	}
	return center, density, stderr
}
