package escape

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The weighted mean of normal values has the standard error that it says, neither larger nor
// smaller: χ² of z over many seeds, from both sides, at 10⁻⁵ each.
func TestWeightedMean(t *testing.T) {
	if mean, stderr := WeightedMean([]float64{1, 4}, []float64{1, 2}); math.Abs(mean-1.6) > 1e-15 || math.Abs(stderr-2/math.Sqrt(5)) > 1e-15 {
		t.Errorf("mean %v ± %v, want 1.6 ± 0.894", mean, stderr)
	}
	const runs = 400
	rng, sum, stderrs := rand.New(rand.NewPCG(1, 2)), 0.0, []float64{0.1, 0.5, 2}
	for range runs {
		values := make([]float64, len(stderrs))
		for i, s := range stderrs {
			values[i] = 3 + s*rng.NormFloat64()
		}
		mean, stderr := WeightedMean(values, stderrs)
		sum += (mean - 3) * (mean - 3) / (stderr * stderr)
	}
	law := distuv.ChiSquared{K: runs}
	if low, high := law.Quantile(1e-5), law.Quantile(1-1e-5); sum < low || sum > high {
		t.Errorf("Σz² = %.0f over %d runs, want %.0f to %.0f", sum, runs, low, high)
	}
}
