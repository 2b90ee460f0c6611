package spectrum_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
	"github.com/sgdescape/sgdescape/pkg/spectrum"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Panic(err)
	}
	return v
}

// From a model of your own to the paper's prediction: f = θ₀tanh(θ₁x) + θ₂x³ with noisy targets,
// its minimum, Σ and 𝒩 there, the outliers of its Hessian, T and the exponent.
func ExampleFindMinimum() {
	const n, batch, eta = 200, 4, 0.2
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float64, n), mat.NewDense(n, 1, nil)
	for mu := range x {
		x[mu] = rng.NormFloat64()
		y.Set(mu, 0, 2*math.Tanh(x[mu])+rng.NormFloat64())
	}
	m := must(model.FromOutputs(y, 3, func(out, jac, theta []float64, mu int) {
		t, cube := math.Tanh(theta[1]*x[mu]), x[mu]*x[mu]*x[mu]
		out[0] = theta[0]*t + theta[2]*cube
		if jac != nil {
			jac[0], jac[1], jac[2] = t, theta[0]*x[mu]*(1-t*t), cube
		}
	}))
	least := must(spectrum.FindMinimum(context.Background(), m, []float64{1, 1, 0}, spectrum.MinimumSettings{}))
	strength := must(must(noise.NewMeter(m, 0)).Measure(least.Theta, nil))
	fmt.Printf("L* = %.3f, 𝒩 = %.2f\n", least.Loss, strength.Value)

	e := must(spectrum.Leading(context.Background(), must(noise.Hessian(m, least.Theta)), 3, spectrum.LeadingSettings{}))
	ratio := make([]float64, 3) // Σ over Eq. 6 along the eigenvectors
	exact := must(noise.NewCovariance(m, least.Theta, batch, noise.Exact))
	six := must(noise.NewCovariance(m, least.Theta, batch, noise.HessianForm))
	if err := noise.Ratios(ratio, exact, six, e.Vectors); err != nil {
		log.Panic(err)
	}
	fmt.Printf("eigenvalues %.3f, Σ over Eq. 6 %.2f\n", e.Values, ratio)
	fmt.Printf("kurtosis along the first %.1f\n", must(noise.Kurtosis(m, least.Theta, mat.Col(nil, 0, e.Vectors))))

	o := must(spectrum.CountByGap(e.Values))
	p := must(o.Predict(theory.Noise{LearningRate: eta, BatchSize: batch}))
	fmt.Printf("n = %d, h* = %.2f, T = %.3f: t ∝ c^%.2f, n_c = %.1f\n",
		o.EffectiveDimension, o.OutlierCurvature, p.Temperature, p.Exponent, p.CriticalDimension)
	// Output:
	// L* = 0.488, 𝒩 = 6.87
	// eigenvalues [7.265 0.399 0.011], Σ over Eq. 6 [0.90 1.03 1.13]
	// kurtosis along the first 10.8
	// n = 2, h* = 1.70, T = 0.085: t ∝ c^11.75, n_c = 25.5
}
