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
	for _, law := range []Law{LossNoise, ConstantNoise} {
		c := must(Compare(context.Background(), shape, theory.NoiseFor(0.2, 2), law, Settings{Replicas: 1500, Seed: 2}))
		if z := (c.Measured.Value - c.Decay) / c.Measured.StdErr; math.Abs(z) > 4.5 || c.Measured.StdErr > 0.1*c.Decay {
			t.Errorf("law %d: decay %.4g ± %.2g, exact %.4g (z = %.1f)", law, c.Measured.Value, c.Measured.StdErr, c.Decay, z)
		}
		formula := c.Rate()
		if law == ConstantNoise {
			formula = c.RateLinear()
		}
		if math.Abs(formula/c.Kappa-1) > 0.2 {
			t.Errorf("law %d: κ = %.4g, its own formula gives %.4g", law, c.Kappa, formula)
		}
	}
	if _, err := Compare(context.Background(), shape, theory.NoiseFor(0.2, 2), 7, Settings{}); err == nil {
		t.Error("law 7 accepted")
	}
	if _, err := Compare(context.Background(), landscape.Shape{Ratio: 0.5}, theory.NoiseFor(0.2, 2), LossNoise, Settings{}); err == nil {
		t.Error("ratio 0.5 accepted")
	}
}

func ExampleCompare() {
	c, err := Compare(context.Background(), landscape.Shape{Ratio: 1.5}, theory.NoiseFor(0.1, 1), LossNoise,
		Settings{Replicas: 500, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("exact κ = %.3g, Eq. 17 %.3g, linear barrier %.2g; measured agrees: %v\n", c.Kappa, c.Rate(), c.RateLinear(),
		math.Abs(c.Measured.Value-c.Decay) < 3*c.Measured.StdErr)
	// Output: exact κ = 0.00151, Eq. 17 0.00159, linear barrier 0.00076; measured agrees: true
}
