package escape

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Both laws against their exact decay, in two dimensions, with a flat direction
// and with units in which neither h* nor L(θ*) is 1.
func TestCompareAgreesWithExact(t *testing.T) {
	shape := landscape.Shape{Ratio: 1.8, OutlierCurvature: 2, MinimumLoss: 0.3, EffectiveDim: 2, Flat: 1}
	for _, frozen := range []bool{false, true} {
		p := Problem{Barrier: must(landscape.NewQuartic(shape)), Noise: theory.NoiseFor(0.2, 2), Frozen: frozen}
		c := must(p.Compare(context.Background(), Settings{Replicas: 1500, Seed: 2}))
		if z := (c.Measured.Value - c.Decay.Value) / c.Measured.StdErr; math.Abs(z) > 4.5 || c.Measured.StdErr > 0.1*c.Decay.Value {
			t.Errorf("frozen %v: decay %.4g ± %.2g, exact %.4g (z = %.1f)", frozen, c.Measured.Value, c.Measured.StdErr, c.Decay.Value, z)
		}
		formula := c.Rate()
		if frozen {
			formula = c.RateLinear()
		}
		if math.Abs(formula/c.Kappa.Value-1) > 0.2 {
			t.Errorf("frozen %v: κ = %.4g, its own formula gives %.4g", frozen, c.Kappa.Value, formula)
		}
	}
}

func ExampleProblem_Compare() {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 1.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	problem := Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}
	c, err := problem.Compare(context.Background(), Settings{Replicas: 500, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("exact κ = %.3g, Eq. 17 %.3g, linear barrier %.2g; measured agrees: %v\n", c.Kappa.Value, c.Rate(), c.RateLinear(),
		math.Abs(c.Measured.Value-c.Decay.Value) < 3*c.Measured.StdErr)
	// Output: exact κ = 0.00151, Eq. 17 0.00159, linear barrier 0.00076; measured agrees: true
}
