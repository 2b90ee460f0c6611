package selection

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// LocalHessian stores in dst, of length Dim, the diagonal of the H(θ*) that the noise follows at θ,
// all ≥ 0: for two basins that of the one in which θ lies, as [Basins.Present] gives it.
type LocalHessian func(dst, theta []float64)

// NewLocal returns Eq. 15 on the τ clock for a landscape with several minima, where the H(θ*) in
// the noise depends on the basin and therefore on θ,
//
//	dθ̃ = −∇log L dτ + sqrt((2η/B)·H*(θ̃))·dW̃   (Itô),   dt = dτ/L,
//
// and so, on the t clock, Eq. 13 with H*(θ) in place of H(θ*). Step returns dt.
//
// A step takes the noise at its beginning, as Itô's integral does, and the drift by the trapezoidal
// rule. Where H* does not change this is Heun's scheme, of weak order 2; where it changes, and
// there alone, the order is 1.
//
// The minima are those whose stability is checked: it is an error if at one of them the step is
// unstable, as for [dynamics.NewLogLangevin], or the loss is not positive, or if there is none;
// further if η, B or the step is out of bounds, h is nil, or the scheme of s is set to anything but
// Heun or the zero value.
func NewLocal(l landscape.Landscape, h LocalHessian, minima []landscape.Critical, noise theory.Noise, s dynamics.Settings) (dynamics.Dynamics, error) {
	switch {
	case h == nil:
		return nil, fmt.Errorf("selection: local noise without its Hessian")
	case len(minima) == 0:
		return nil, fmt.Errorf("selection: local noise with no minimum given, want ≥ 1")
	case s.Step == 0: // a proposal would be another for each minimum
		return nil, fmt.Errorf("selection: local noise: step = 0, want a finite value > 0")
	}
	for _, m := range minima {
		if _, err := dynamics.NewLogLangevin(l, m, noise, s); err != nil {
			return nil, fmt.Errorf("selection: local noise: %w", err)
		}
	}
	return &local{l: l, h: h, beta: noise.LearningRate / noise.BatchSize, step: s.Step}, nil
}

type local struct {
	l          landscape.Landscape
	h          LocalHessian
	beta, step float64
}

func (d *local) Dim() int { return d.l.Dim() }

func (d *local) NewStepper() dynamics.Stepper {
	s := &localStepper{local: *d}
	for _, v := range []*[]float64{&s.grad, &s.grad2, &s.trial, &s.noise, &s.xi} {
		*v = make([]float64, d.Dim())
	}
	s.SetStep(d.step)
	return s
}

type localStepper struct {
	local
	root                          float64 // sqrt(2η/B·step)
	grad, grad2, trial, noise, xi []float64
}

var _ dynamics.Driven = (*localStepper)(nil)

func (s *localStepper) SetStep(step float64) { s.step, s.root = step, math.Sqrt(2*s.beta*step) }

func (s *localStepper) Step(theta []float64, rng *rand.Rand) float64 {
	dynamics.Normals(s.xi, rng)
	return s.Drive(theta, s.xi)
}

func (s *localStepper) Drive(theta, xi []float64) float64 {
	s.h(s.noise, theta)
	dt := s.step / s.l.LossGrad(s.grad, theta)
	for i, h := range s.noise {
		s.noise[i] = s.root * math.Sqrt(h) * xi[i]
		s.trial[i] = theta[i] + s.noise[i] - dt*s.grad[i]
	}
	dt2 := s.step / s.l.LossGrad(s.grad2, s.trial)
	for i, kick := range s.noise {
		theta[i] += kick - 0.5*(dt*s.grad[i]+dt2*s.grad2[i])
	}
	return 0.5 * (dt + dt2)
}
