package sgd

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// New returns SGD on a model (Eq. 2–3) as a dynamics: θ ← θ − η∇L_B(θ), dt = η. Batches
// must not remember each other, so that θ is all of the state: Independent or WithReplacement.
func New(m model.Model, eta float64, batch int, how Batches) (dynamics.Dynamics, error) {
	n, p := m.Dims()
	if err := checkTrain(n, p, make([]float64, p), eta, batch, 0, TrainSettings{Batches: how}); err != nil {
		return nil, err
	}
	if how == Shuffled {
		return nil, fmt.Errorf("sgd: shuffled batches remember each other, want Independent or WithReplacement")
	}
	return &descent{m, eta, batch, how}, nil
}

type descent struct {
	m     model.Model
	eta   float64
	batch int
	how   Batches
}

func (d *descent) Dim() int { _, p := d.m.Dims(); return p }

func (d *descent) NewStepper() dynamics.Stepper {
	n, p := d.m.Dims()
	m := d.m
	if c, ok := m.(interface{ Clone() *model.MLP }); ok {
		m = c.Clone()
	}
	return &stepper{m: m, eta: d.eta, grad: make([]float64, p), batches: NewSampler(n, d.batch, d.how, nil)}
}

type stepper struct {
	m       model.Model
	eta     float64
	grad    []float64
	batches *Sampler
}

func (s *stepper) Step(theta []float64, rng *rand.Rand) float64 {
	s.batches.rng = rng
	model.BatchGrad(s.m, s.grad, theta, s.batches.Next())
	floats.AddScaled(theta, -s.eta, s.grad)
	return s.eta
}
