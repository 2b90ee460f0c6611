package noise

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/calibrate"
)

func TestTrend(t *testing.T) {
	x, y := []float64{1, 2, 4, 8}, []float64{5, 7, 11, 19}
	if b, e, err := Trend(x, y); err != nil || math.Abs(b-2) > 1e-12 || e > 1e-12 {
		t.Errorf("%v ± %v, %v", b, e, err)
	}
	for name, x := range map[string][]float64{"alike": {1, 1, 1, 1}, "alike but one": {1, 1, 1, 2}, "few": {1, 2, 3}, "Inf": {1, 2, 3, math.Inf(1)}} {
		if b, e, err := Trend(x, y); err == nil || !strings.HasPrefix(err.Error(), "noise: ") {
			t.Errorf("%s: %v ± %v, %v", name, b, e, err)
		}
	}
}

// The error is right where the points' errors are not alike.
func TestTrendError(t *testing.T) {
	calibrate.Hold(t, "trend", false, func(rng *rand.Rand) (slope, truth, stderr float64) {
		x, y := make([]float64, 200), make([]float64, 200)
		for i := range x {
			x[i] = rng.Float64()
			y[i] = 1 + 2*x[i] + (0.1+0.3*x[i])*rng.NormFloat64()
		}
		b, e, err := Trend(x, y)
		if err != nil {
			t.Fatal(err)
		}
		return b, 2, e
	})
}
