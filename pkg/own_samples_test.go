package pkg_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/janpfeifer/must"
	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/search"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// perceptron is a model given by loss and gradient of one sample: a sigmoid fitted to labels 0 and
// 1 by least squares.
type perceptron struct {
	x [][]float64
	y []float64
}

func (p perceptron) Dims() (samples, params int) { return len(p.x), len(p.x[0]) }

func (p perceptron) LossGrad(grad, theta []float64, mu int) float64 {
	f := 1 / (1 + math.Exp(-floats.Dot(theta, p.x[mu])))
	r := f - p.y[mu]
	if grad != nil {
		floats.ScaleTo(grad, r*f*(1-f), p.x[mu])
	}
	return r * r / 2
}

// Losses of your own, sample by sample: the minimum of their mean, and how long SGD stays close to
// it.
func Example_ownSamples() {
	rng, teacher, p := rand.New(rand.NewPCG(1, 2)), []float64{1, -0.5, 0.3}, perceptron{}
	for range 200 {
		x := []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		p.x, p.y = append(p.x, x), append(p.y, 0)
		if rng.Float64() < 1/(1+math.Exp(-floats.Dot(teacher, x))) {
			p.y[len(p.y)-1] = 1
		}
	}
	ctx, loss := context.Background(), must.M1(model.NewMeanLoss(p))
	minimum := must.M1(search.FindMinimum(ctx, loss, teacher))
	motion := must.M1(sgd.New(p, 8, 1, sgd.WithReplacement)) // η, B
	for _, c := range []float64{1.1, 1.2, 1.3} {
		exit := escape.LossAbove{Landscape: loss, Level: c * minimum.Loss}
		sample := must.M1(escape.FirstPassage(ctx, motion, minimum.Theta, exit, escape.Settings{Replicas: 300, Experiment: fmt.Sprint("c=", c)}))
		t := must.M1(sample.MeanTime(0.95))
		fmt.Printf("to %.1f L*: t = %.3g ± %.1g\n", c, t.Value, t.StdErr)
	}
	// Output:
	// to 1.1 L*: t = 16.9 ± 1
	// to 1.2 L*: t = 25.7 ± 1
	// to 1.3 L*: t = 35.3 ± 2
}
