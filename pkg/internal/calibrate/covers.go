package calibrate

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mathext/prng"
)

// Covers draws an interval 4,000 times and holds that it contains the truth in 93 to 97 % of the
// draws, as one of 95 % should: the share's own error is 0.3–0.4 %.
func Covers(t *testing.T, name string, draw func(rng *rand.Rand) (low, truth, high float64)) {
	t.Helper()
	const draws = 4000
	inside := 0
	for i := range draws {
		seed := prng.NewSplitMix64(uint64(i))
		if low, truth, high := draw(rand.New(rand.NewPCG(seed.Uint64(), seed.Uint64()))); low <= truth && truth <= high {
			inside++
		}
	}
	if share := float64(inside) / draws; share < 0.93 || share > 0.97 {
		t.Errorf("%s covers in %.2f %%, want 93 to 97", name, 100*share)
	}
}
