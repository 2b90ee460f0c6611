package pkg_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/janpfeifer/must"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
	"github.com/sgdescape/sgdescape/pkg/sgd"
	"github.com/sgdescape/sgdescape/pkg/spectrum"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// A model of your own, given by outputs and their gradients per sample: the noise of SGD, the
// outliers, what theory makes of them, and first passages of SGD.
func Example_ownModel() {
	ctx, rng, x, y := context.Background(), rand.New(rand.NewPCG(1, 2)), make([]float64, 200), mat.NewDense(200, 1, nil)
	for mu := range x {
		x[mu] = rng.NormFloat64()
		y.Set(mu, 0, math.Tanh(2*x[mu])+0.3*rng.NormFloat64())
	}
	m := must.M1(model.FromOutputs(y, 2, func(out, jac, theta []float64, mu int) {
		t := math.Tanh(theta[1] * x[mu])
		out[0] = theta[0] * t
		if jac != nil {
			jac[0], jac[1] = t, theta[0]*x[mu]*(1-t*t)
		}
	}))
	least := must.M1(spectrum.FindMinimum(ctx, m, []float64{1, 1}, spectrum.MinimumSettings{}))
	strength := must.M1(must.M1(noise.NewMeter(m, 0)).Measure(least.Theta, nil)).Value
	sigma := must.M1(noise.NewCovariance(m, least.Theta, 1, noise.Exact))
	eigen := must.M1(spectrum.Leading(ctx, must.M1(noise.Hessian(m, least.Theta)), 2, spectrum.LeadingSettings{}))
	law := must.M1(must.M1(spectrum.CountByGap(eigen.Values)).Predict(theory.Noise{LearningRate: 0.2, BatchSize: 1}))
	along := must.M1(noise.Along(sigma, mat.Col(nil, 0, eigen.Vectors)))
	fmt.Printf("L* = %.4f, 𝒩 = %.4f, h = %.3f, Σ along the first %.4f\n", least.Loss, strength, eigen.Values, along)
	fmt.Printf("T = %.3f, φ = %.1f, n_c = %.1f\n", law.Temperature, law.StationaryExponent, law.CriticalDimension)
	exit := escape.LossAbove{Landscape: must.M1(model.NewMeanLoss(m)), Level: 1.5 * least.Loss}
	descent := must.M1(sgd.New(m, 0.2, 1, sgd.WithReplacement))
	t := must.M1(must.M1(escape.FirstPassage(ctx, descent, least.Theta, exit, escape.Settings{})).MeanTime(0.95))
	fmt.Printf("mean time to 1.5L*: %.2g ± %.1g\n", t.Value, t.StdErr)
	// Output:
	// L* = 0.0439, 𝒩 = 0.0618, h = [0.707 0.005], Σ along the first 0.0614
	// T = 0.141, φ = 8.1, n_c = 16.1
	// mean time to 1.5L*: 50 ± 4
}
