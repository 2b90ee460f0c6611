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

// Driven is the stepper of a diffusion: its randomness is a Brownian path, which can be given, so
// that two clocks or two steps can share one.
type Driven interface {
	Stepper
	// Drive is Step with standard normals xi, of length Dim, in place of rng.
	Drive(theta, xi []float64) (dt float64)
	// SetStep changes the step, for this stepper only, to a value > 0.
	SetStep(step float64)
}

var (
	_ Dynamics = (*diffusion)(nil)
	_ Driven   = (*eulerStepper)(nil)
	_ Driven   = (*heunStepper)(nil)
)

func (d *diffusion) Dim() int { return d.l.Dim() }

func (d *diffusion) NewStepper() Stepper {
	n := d.Dim()
	scratch := make([]float64, 5*n)
	part := func(i int) []float64 { return scratch[i*n : (i+1)*n : (i+1)*n] }
	b := base{l: d.l, g: d.g, kind: d.kind, xi: part(0), grad: part(1), noise: part(2)}
	b.SetStep(d.step)
	if d.scheme == Heun {
		return &heunStepper{base: b, grad2: part(3), trial: part(4)}
	}
	return &eulerStepper{b}
}

// base is what both schemes hold.
type base struct {
	l               landscape.Landscape
	g               *factor
	kind            kind
	step, root      float64 // root = sqrt(step)
	xi, grad, noise []float64
}

func (b *base) SetStep(step float64)          { b.step, b.root = step, math.Sqrt(step) }
func (b *base) draw(rng *rand.Rand) []float64 { Normals(b.xi, rng); return b.xi }

// eulerStepper is the Euler–Maruyama scheme.
type eulerStepper struct{ base }

func (s *eulerStepper) Step(theta []float64, rng *rand.Rand) float64 {
	return s.Drive(theta, s.draw(rng))
}

func (s *eulerStepper) Drive(theta, xi []float64) float64 {
	loss := s.l.LossGrad(s.grad, theta)
	dt, root := s.step, s.root
	switch s.kind {
	case sde:
		root *= math.Sqrt(loss)
	case logLangevin:
		dt /= loss
	}
	s.g.kick(s.noise, root, xi)
	for i, g := range s.grad {
		theta[i] += s.noise[i] - dt*g
	}
	return dt
}

// heunStepper is the stochastic trapezoidal rule of Eq. 15 and Eq. 5. On the τ clock the time dt =
// ∫dτ/L is integrated by the same rule.
type heunStepper struct {
	base
	grad2, trial []float64
}

func (s *heunStepper) Step(theta []float64, rng *rand.Rand) float64 {
	return s.Drive(theta, s.draw(rng))
}

func (s *heunStepper) Drive(theta, xi []float64) float64 {
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
func (s *heunStepper) rate(grad, theta []float64) float64 {
	loss := s.l.LossGrad(grad, theta)
	if s.kind == logLangevin {
		return 1 / loss
	}
	return 1
}
