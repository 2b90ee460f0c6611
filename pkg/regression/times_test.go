package regression

import (
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func TestMeanTimes(t *testing.T) {
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	for _, test := range reference.Passages {
		got := must(MeanTimes(t.Context(), test.Dim, noise, test.C, exact.Settings{Tolerance: 1e-4}))
		for _, p := range []struct {
			name      string
			got, want float64
		}{{"Eq. 13", got.SDE, test.SDE}, {"exact covariance", got.ExactCovariance, test.Covariance}, {"GLD", got.GLD, test.GLD}, {"SGD", got.SGD, test.SGD}} {
			near(t, fmt.Sprintf("%s at d = %d, c = %v", p.name, test.Dim, test.C), p.got, p.want, 5e-3) // three figures are given
		}
	}
	for _, bad := range []theory.Noise{{}, {LearningRate: 0.1}, {LearningRate: math.NaN(), BatchSize: 1}} {
		if _, err := MeanTimes(t.Context(), 1, bad, 2, exact.Settings{}); err == nil {
			t.Errorf("%+v accepted", bad)
		}
	}
}

// A power law is fitted, followed and differentiated without loss.
func TestPowers(t *testing.T) {
	x, y := []float64{1, 2, 5}, []float64{3, 3 * 8, 3 * 125}
	near(t, "exponent", FitPower(x, y), 3, 1e-12)
	for i, v := range Guide(x, y, 3) {
		near(t, "guide", v, y[i], 1e-12)
	}
	at, slope := LocalSlopes(x, y)
	near(t, "middle", at[1], math.Sqrt(10), 1e-12)
	near(t, "slope", slope[1], 3, 1e-12)
}
