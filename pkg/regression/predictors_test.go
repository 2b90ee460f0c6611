package regression

import (
	"fmt"
	"testing"
)

// Independent references, η = 0.1, B = 1.
func TestPredicted(t *testing.T) {
	for _, test := range []struct {
		dim   int
		ratio float64
		want  [3]float64
	}{
		{1, 1.5, [3]float64{35.63, 24.32, 66.2}}, {1, 2, [3]float64{574.1, 192.4, 6546}},
		{2, 2, [3]float64{117.2, 49.4, 1245}}, {8, 2, [3]float64{2.66, 2.25, 12.3}},
	} {
		got := must(gaussianChain(0.1, 1, test.dim).Predicted(test.ratio))
		for i, want := range test.want {
			near(t, fmt.Sprintf("d = %d, c = %v, diffusion %d", test.dim, test.ratio, i), got[i], want, 4e-3)
		}
	}
	if _, err := gaussianChain(0.1, 1, 1).Predicted(1); err == nil {
		t.Error("c = 1: no error")
	}
}
