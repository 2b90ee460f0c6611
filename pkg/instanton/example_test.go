package instanton_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/instanton"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// Noise that follows the Hessian of the minimum, over a bent valley: another barrier than log c.
func ExampleToPoint() {
	well, err := landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{4}}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	h := quasipotential.GaussianNoise{Landscape: well, Hess: well.Minimum().Hess}
	path, err := instanton.ToPoint(context.Background(), h, well.Minimum().Theta, well.Saddle().Theta, instanton.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, err := path.Rate(context.Background())
	fmt.Printf("ΔS = %.4f, log κ = %.1f − ΔS/η (%v)\n", path.Barrier.Value, rate.LogFactor, err)
	// Output: ΔS = 0.4675, log κ = -1.8 − ΔS/η (<nil>)
}

// SGD on streaming regression climbs the linear barrier, to where the loss is stiffest.
func ExampleToLevel() {
	h := quasipotential.Regression{Features: mat.NewSymDense(2, []float64{1, 0, 0, 0.5}), Labels: quasipotential.NormalLabels{Sigma: 1}}
	path, err := instanton.ToLevel(context.Background(), h, []float64{0, 0}, quasipotential.Loss{Regression: h}, 1, instanton.Settings{})
	fmt.Printf("ΔS = %.4f, |θ₁| = %.2f (%v)\n", path.Barrier.Value, max(path.Exit()[0], -path.Exit()[0]), err)
	// Output: ΔS = 1.0000, |θ₁| = 1.00 (<nil>)
}
