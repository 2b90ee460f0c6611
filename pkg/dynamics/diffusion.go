package dynamics

import (
	"math"
	"math/rand/v2"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

type kind int

const (
	sde         kind = iota // Eq. 13
	logLangevin             // Eq. 15
	gld                     // Eq. 5
)

// diffusion is any of the three; they differ in drift, noise and clock.
type diffusion struct {
	l      landscape.Landscape
	g      *factor
	step   float64
	kind   kind
	scheme Scheme
}

var _ Dynamics = (*diffusion)(nil)

// Dim implements [Dynamics].
func (d *diffusion) Dim() int { return d.l.Dim() }

// NewStepper implements [Dynamics].
func (d *diffusion) NewStepper() Stepper {
	n := d.Dim()
	b := base{diffusion: d, root: math.Sqrt(d.step), grad: make([]float64, n), noise: make([]float64, n), xi: make([]float64, n)}
	switch {
	case d.scheme == Heun:
		return &heun{base: b, grad2: make([]float64, n), trial: make([]float64, n)}
	case d.kind == logLangevin:
		return &eulerLog{b}
	case d.kind == gld:
		return &eulerGLD{b}
	}
	return &eulerSDE{b}
}

// base is what all steppers hold.
type base struct {
	*diffusion
	root        float64 // sqrt of the step
	grad, noise []float64
	xi          []float64
}

func (b *base) draw(rng *rand.Rand) []float64 { Normals(b.xi, rng); return b.xi }

// eulerSDE is the Euler–Maruyama scheme of Eq. 13.
type eulerSDE struct{ base }

// Step implements [Stepper].
func (s *eulerSDE) Step(theta []float64, rng *rand.Rand) float64 { return s.Drive(theta, s.draw(rng)) }

// Drive implements [Driven].
func (s *eulerSDE) Drive(theta, xi []float64) float64 {
	loss := s.l.LossGrad(s.grad, theta)
	s.g.kick(s.noise, s.root*math.Sqrt(loss), xi)
	for i, g := range s.grad {
		theta[i] += s.noise[i] - s.step*g
	}
	return s.step
}

// eulerLog is the Euler–Maruyama scheme of Eq. 15.
type eulerLog struct{ base }

// Step implements [Stepper].
func (s *eulerLog) Step(theta []float64, rng *rand.Rand) float64 { return s.Drive(theta, s.draw(rng)) }

// Drive implements [Driven].
func (s *eulerLog) Drive(theta, xi []float64) float64 {
	dt := s.step / s.l.LossGrad(s.grad, theta)
	s.g.kick(s.noise, s.root, xi)
	for i, g := range s.grad {
		theta[i] += s.noise[i] - dt*g
	}
	return dt
}

// eulerGLD is the Euler–Maruyama scheme of Eq. 5.
type eulerGLD struct{ base }

// Step implements [Stepper].
func (s *eulerGLD) Step(theta []float64, rng *rand.Rand) float64 { return s.Drive(theta, s.draw(rng)) }

// Drive implements [Driven].
func (s *eulerGLD) Drive(theta, xi []float64) float64 {
	s.l.LossGrad(s.grad, theta)
	s.g.kick(s.noise, s.root, xi)
	for i, g := range s.grad {
		theta[i] += s.noise[i] - s.step*g
	}
	return s.step
}

// heun is the stochastic trapezoidal rule of Eq. 15 and Eq. 5. On the τ clock
// the time dt = ∫dτ/L is integrated by the same rule.
type heun struct {
	base
	grad2, trial []float64
}

// Step implements [Stepper].
func (s *heun) Step(theta []float64, rng *rand.Rand) float64 { return s.Drive(theta, s.draw(rng)) }

// Drive implements [Driven].
func (s *heun) Drive(theta, xi []float64) float64 {
	dt := s.rate(s.grad, theta)
	s.g.kick(s.noise, s.root, xi)
	for i, g := range s.grad {
		s.trial[i] = theta[i] + s.noise[i] - s.step*dt*g
	}
	dt2 := s.rate(s.grad2, s.trial)
	for i, g := range s.grad {
		theta[i] += s.noise[i] - 0.5*s.step*(dt*g+dt2*s.grad2[i])
	}
	return 0.5 * s.step * (dt + dt2)
}

// rate stores ∇L in grad and returns dt per unit of the scheme's clock.
func (s *heun) rate(grad, theta []float64) float64 {
	loss := s.l.LossGrad(grad, theta)
	if s.kind == logLangevin {
		return 1 / loss
	}
	return 1
}
