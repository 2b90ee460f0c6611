package sgd

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// New returns SGD on a model as a dynamics, so that everything that measures a diffusion
// measures it as well:
//
//	θ ← θ − η∇L_B(θ),  L_B = (1/B) Σ_{μ∈B} ℓ_μ,  dt = η          (Eq. 2–3)
//
// One step has mean −η∇L and covariance η²Σ with the Σ of Eq. 8 when batches are
// [Independent], without its (N−B)/(N−1) when [WithReplacement]. θ is all of the state: a batch
// depends on the step's generator alone. [Shuffled] batches of one epoch remember each other, so
// that they are an error; so are a nil model and what [Check] refuses.
//
// Each stepper works on a [model.Clone] and allocates nothing per step if the model's
// gradient does not.
func New(m model.Model, eta float64, batch int, how Batches) (dynamics.Dynamics, error) {
	if m == nil {
		return nil, fmt.Errorf("sgd: dynamics of a nil model")
	}
	n, p := m.Dims()
	if err := Check(n, eta, batch, how); err != nil {
		return nil, err
	}
	if how == Shuffled {
		return nil, fmt.Errorf("sgd: Shuffled batches remember each other, so that θ is not all of the state: want Independent or WithReplacement")
	}
	return &descent{m: m, samples: n, params: p, eta: eta, batch: batch, how: how}, nil
}

type descent struct {
	m               model.Model
	samples, params int
	eta             float64
	batch           int
	how             Batches
}

// Dim implements [dynamics.Dynamics].
func (d *descent) Dim() int { return d.params }

// NewStepper implements [dynamics.Dynamics].
func (d *descent) NewStepper() dynamics.Stepper {
	return &stepper{m: model.Clone(d.m), eta: d.eta, grad: make([]float64, d.params), batches: NewSampler(d.samples, d.batch, d.how)}
}

type stepper struct {
	m       model.Model
	eta     float64
	grad    []float64
	batches *Sampler
}

// Step implements [dynamics.Stepper].
func (s *stepper) Step(theta []float64, rng *rand.Rand) (dt float64) {
	model.BatchGrad(s.m, s.grad, theta, s.batches.Next(rng))
	floats.AddScaled(theta, -s.eta, s.grad)
	return s.eta
}
