package figure

import (
	"math"
	"testing"
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
