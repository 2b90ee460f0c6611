package figure

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/calibrate"
)

func TestBinned(t *testing.T) {
	center, density, stderr := Binned([]float64{0.1, 0.2, 0.9, 5, math.NaN()}, 0, 1, 4)
	want := [][]float64{{0.125, 0.875}, {2 / 1.25, 1 / 1.25}, {math.Sqrt(2*0.6) / 1.25, math.Sqrt(0.8) / 1.25}}
	for i, got := range [][]float64{center, density, stderr} {
		for k, w := range want[i] {
			if len(got) != 2 || math.Abs(got[k]-w) > 1e-12 {
				t.Errorf("column %d is %v, want %v", i, got, want[i])
			}
		}
	}
}

// The errors of the densities are right from both sides, in a bin that holds little and in one that
// holds much.
func TestBinnedCalibrated(t *testing.T) {
	for _, k := range []int{0, 1} { // three quarters lie in the second bin of (0, 1), 5 % in the first
		calibrate.Hold(t, "Binned", false, func(rng *rand.Rand) (float64, float64, float64) {
			sample := make([]float64, 1000)
			for i := range sample {
				switch u := rng.Float64(); {
				case u < 0.05:
					sample[i] = 0.3
				case u < 0.8:
					sample[i] = 0.7
				default:
					sample[i] = 9
				}
			}
			_, density, stderr := Binned(sample, 0, 1, 2)
			return density[k], [2]float64{0.1, 1.5}[k], stderr[k]
		})
	}
}
