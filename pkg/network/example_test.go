package network_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/janpfeifer/must"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/network"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// A model of your own, from its outputs to predicted and measured times.
func Example() {
	rng, x, y := rand.New(rand.NewPCG(1, 2)), make([]float64, 200), mat.NewDense(200, 1, nil)
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
	ctx := context.Background()
	site := must.M1(network.Settle(ctx, m, []float64{1, 1}, network.SiteSettings{}))
	report := must.M1(site.Report(theory.Noise{LearningRate: 0.2, BatchSize: 1}, 1.25, 1.5))
	must.M(report.Measure(ctx, network.MeasureSettings{Replicas: 100}))
	fmt.Print(report)
	// Output:
	// minimum   N = 200, P = 2, L* = 0.04391, |∇L| < 1e-08, curvatures from 0.0054
	// outliers  n = 1 (1 to 1), h* = 0.7074, of [0.707 0.00541]
	// noise     η = 0.2, B = 1: T = 0.141, exponent 7.57, φ = 8.07, n_c = 16.1
	// stable?   ηh₁ = 0.141 (< 2), E log|1−ηh_B| = -0.155 ± 0.006 (< 0)
	// warning   margin ½(n_c − n)·log c = 1.7 < 2 at c = 1.25: a rate is ambiguous there
	//       c   margin   measured t   escaped   eq17   eq16   linear   kurtosis   action
	//    1.25      1.7   9.06 ± 0.9   100/100   4.52   4.52     5.04       5.01     5.07
	//     1.5      3.1       53 ± 5   100/100   17.3   17.3     25.8       23.8     26.8
}
