package spectrum

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Histogram counts the eigenvalues of several runs (seeds) in equal bins of log₁₀λ between lo and
// hi, and returns, for the bins in which any run has some, their centers in λ, the mean over runs
// of the share of a run's eigenvalues per decade, and its standard error from the scatter between
// runs. Eigenvalues outside, those below zero by rounding included, count for the share. Runs of
// different length weigh the same.
//
// Errors: unless 0 < lo < hi, both finite, hi/lo finite and so far above 1 that bins have a width,
// and 1 ≤ bins ≤ 2²⁰; fewer than two runs, or more than 2²⁷/bins (1 GiB); a run without
// eigenvalues, or with one that is not finite.
func Histogram(runs [][]float64, lo, hi float64, bins int) (center, density, stderr []float64, err error) {
	if !(lo > 0 && lo < hi) || math.IsInf(hi, 1) || bins < 1 || bins > 1<<20 {
		return nil, nil, nil, fmt.Errorf("spectrum: histogram from %v to %v in %d bins, want 0 < from < to, finite, and 1 to 2²⁰ bins", lo, hi, bins)
	}
	if len(runs) < 2 {
		return nil, nil, nil, fmt.Errorf("spectrum: histogram of %d runs, want at least 2 for an error", len(runs))
	}
	width := math.Log10(hi/lo) / float64(bins)
	if !(width > 1e-15) || math.IsInf(width, 1) {
		return nil, nil, nil, fmt.Errorf("spectrum: histogram from %v to %v in bins of %v decades, want > 1e-15 and finite", lo, hi, width)
	}
	if len(runs) > 1<<27/bins {
		return nil, nil, nil, fmt.Errorf("spectrum: histogram of %d runs in %d bins, want at most %d numbers (1 GiB)", len(runs), bins, 1<<27)
	}
	for i, run := range runs {
		if len(run) == 0 {
			return nil, nil, nil, fmt.Errorf("spectrum: histogram of run %d without eigenvalues", i)
		}
		for _, v := range run {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, nil, nil, fmt.Errorf("spectrum: histogram of run %d with the eigenvalue %v, want finite", i, v)
			}
		}
	}
	shares := make([][]float64, bins) // by bin and run
	for k := range shares {
		shares[k] = make([]float64, len(runs))
	}
	for i, run := range runs {
		for _, v := range run {
			if v >= lo && v < hi {
				k := min(int(math.Log10(v/lo)/width), bins-1)
				shares[k][i] += 1 / (width * float64(len(run)))
			}
		}
	}
	for k, share := range shares {
		mean, spread := stat.MeanStdDev(share, nil)
		if mean > 0 {
			center = append(center, lo*math.Pow(10, (float64(k)+0.5)*width))
			density, stderr = append(density, mean), append(stderr, stat.StdErr(spread, float64(len(runs))))
		}
	}
	return center, density, stderr, nil
}
