package escape

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

// If P ∝ (1+½|θ|²)^{−φ} in n dimensions, then L₀/L follows a beta law with parameters φ−n/2 and
// n/2: samples that owe nothing to a simulation.
func TestFitExponentOnBetaSamples(t *testing.T) {
	for _, test := range []struct {
		phi float64
		n   int
	}{{11, 1}, {10, 4}, {3.2, 2}, {200, 8}} {
		half := float64(test.n) / 2
		law := distuv.Beta{Alpha: test.phi - half, Beta: half, Src: dynamics.Stream(1, "beta", test.n)}
		ratios := make([]float64, 20000)
		for i := range ratios {
			ratios[i] = 1 / law.Rand()
		}
		e := must(FitExponent(ratios, test.n))
		if z := (e.Value - test.phi) / e.StdErr; math.Abs(z) > 4.5 || e.StdErr > 0.05*test.phi {
			t.Errorf("φ = %.3f ± %.3f in %d dimensions, want %v (z = %.1f)", e.Value, e.StdErr, test.n, test.phi, z)
		}
	}
	for _, bad := range [][]float64{{1}, {1, 0.5}, {1, math.NaN()}, {1, 1, 1}} {
		if _, err := FitExponent(bad, 1); err == nil {
			t.Errorf("%v accepted", bad)
		}
	}
}

func ExampleFitExponent() {
	ratios := []float64{1.02, 1.3, 1.001, 1.08, 1.15, 1.01, 1.05, 1.22}
	e, err := FitExponent(ratios, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("φ = %.1f ± %.1f\n", e.Value, e.StdErr)
	// Output: φ = 6.0 ± 2.6
}
