// Package dynamics answers the question: how does a parameter vector move under SGD noise, on the
// clock t of the optimiser or on the clock τ = ∫L dt of the paper?
//
// All motion has one door, [Dynamics]: it hands out steppers, and a [Stepper] advances one replica
// by one step with what it draws from a generator that the caller gives; [Stream] makes that of a
// replica. The diffusions are Eq. 13, [NewSDE], whose noise grows with the loss; Eq. 15,
// [NewLogLangevin], the same motion on the τ clock, where the noise is constant and the landscape
// is log L; and Eq. 5, [NewGLD], gradient Langevin dynamics, the contrast. Their steppers are
// [Driven]: they also take the normals of a Brownian path. SGD itself is a Dynamics too, on any
// model in package sgd, on a regression in package regression.
//
// [Ensemble] is where replicas are after so many steps, [Stationary] where they are again and again
// once they have come to rest, [Record] a whole path. A dynamics that is [SideBySide] moves in
// lanes there, with normals from the vectors of the processor.
package dynamics

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Dynamics is a rule of motion. It is immutable and safe for use by several goroutines; the
// steppers it makes are not. θ is all of the state: a step depends on θ and on the random numbers
// drawn in it, on nothing that a stepper remembers, so that a replica can be copied by copying θ.
type Dynamics interface {
	// Dim returns the number P of parameters.
	Dim() int
	// NewStepper returns a stepper with scratch space of its own.
	NewStepper() Stepper
}

// Stepper advances one replica.
type Stepper interface {
	// Step advances θ in place by one step with what it draws from rng, and returns the time t that
	// has passed.
	Step(theta []float64, rng *rand.Rand) (dt float64)
}

// Fed is a stepper that draws no more than standard normals, which can be given: then they may be
// revealed little by little, as a Brownian path from 0 at time 0 to them at time 1.
type Fed interface {
	Stepper
	// Normals returns how many a step takes.
	Normals() int
	// Feed is Step with the given normals in place of rng.
	Feed(theta, xi []float64) (dt float64)
}

// Scheme is a rule of discretisation.
type Scheme int

const (
	// EulerMaruyama is of weak order 1. It is the scheme that SGD itself is to Eq. 4, with dt = η.
	EulerMaruyama Scheme = iota
	// Heun is the stochastic trapezoidal rule, of weak order 2 for additive noise (Eq. 15 and Eq.
	// 5). It evaluates the gradient twice a step.
	Heun
)

// String returns the scheme's name.
func (s Scheme) String() string {
	switch s {
	case EulerMaruyama:
		return "Euler–Maruyama"
	case Heun:
		return "Heun"
	}
	return fmt.Sprintf("Scheme(%d)", int(s))
}

// Settings sets the step of a diffusion. The zero value works.
type Settings struct {
	// Step is dt > 0 on the t clock (Eq. 13 and 5) and dτ > 0 on the τ clock (Eq. 15). Around the
	// minimum, Step·h, or on the τ clock Step·h/L(θ*), must be below 2, with h the largest
	// curvature: beyond it the scheme is unstable without any noise. 0 means a hundredth of that
	// bound for Euler–Maruyama and a tenth for Heun, at which escape rates are low by about 1.5 %
	// (T = 0.1, c = 4) and less than 1 %.
	Step float64
	// Scheme is the rule of discretisation; Eq. 13 takes Euler–Maruyama only.
	Scheme Scheme
}

// NewSDE returns Eq. 13,
//
//	dθ = −∇L dt + sqrt((2ηL(θ)/B)·H(θ*))·dW   (Itô),
//
// around the given minimum. It returns an error if η, B, the step, the loss at the minimum or the
// Hessian there is out of bounds, if dimensions disagree, or if the scheme is not Euler–Maruyama:
// the noise is multiplicative, so that Heun's rule would converge to another (Stratonovich)
// equation. For higher order, go to the τ clock.
func NewSDE(l landscape.Landscape, minimum landscape.Critical, noise theory.Noise, s Settings) (Dynamics, error) {
	g, err := s.check(l, minimum, noise, 1)
	if err != nil {
		return nil, err
	}
	if s.Scheme != EulerMaruyama {
		return nil, fmt.Errorf("dynamics: scheme %v for multiplicative noise (Eq. 13), want %v; Eq. 15 takes both", s.Scheme, EulerMaruyama)
	}
	return &diffusion{l: l, g: g, step: s.Step, kind: sde}, nil
}

// NewLogLangevin returns Eq. 15 on the τ clock,
//
//	dθ̃ = −∇log L dτ + sqrt((2η/B)·H(θ*))·dW̃,   dt = dτ/L,
//
// with the errors of [NewSDE]. Its steps are dτ; Step returns dt, so that first passage times come
// out on the t clock and are those of Eq. 13.
func NewLogLangevin(l landscape.Landscape, minimum landscape.Critical, noise theory.Noise, s Settings) (Dynamics, error) {
	g, err := s.check(l, minimum, noise, minimum.Loss)
	if err != nil {
		return nil, err
	}
	return &diffusion{l: l, g: g, step: s.Step, kind: logLangevin, scheme: s.Scheme}, nil
}

// NewGLD returns Eq. 5 with the noise of Eq. 13 frozen at the minimum,
//
//	dθ = −∇L dt + sqrt((2ηL(θ*)/B)·H(θ*))·dW,
//
// that is D = ηh*L(θ*)/B in each outlier direction; errors as for [NewSDE].
func NewGLD(l landscape.Landscape, minimum landscape.Critical, noise theory.Noise, s Settings) (Dynamics, error) {
	g, err := s.check(l, minimum, noise, 1)
	if err != nil {
		return nil, err
	}
	g.multiply(math.Sqrt(minimum.Loss))
	return &diffusion{l: l, g: g, step: s.Step, kind: gld, scheme: s.Scheme}, nil
}

// check checks everything that the three diffusions have in common, proposes a step if none is set
// and returns the noise factor. A step lasts Step/clock.
func (s *Settings) check(l landscape.Landscape, minimum landscape.Critical, noise theory.Noise, clock float64) (*factor, error) {
	if err := noise.Check(); err != nil {
		return nil, fmt.Errorf("dynamics: %w", err)
	}
	switch {
	case given.None(l):
		return nil, fmt.Errorf("dynamics: no landscape given")
	case len(minimum.Theta) != l.Dim() || !Finite(minimum.Theta) || minimum.Hess == nil || minimum.Hess.SymmetricDim() != l.Dim():
		return nil, fmt.Errorf("dynamics: minimum of dimension %d on a landscape of dimension %d, want them equal, finite and a Hessian", len(minimum.Theta), l.Dim())
	case !positive(minimum.Loss):
		return nil, fmt.Errorf("dynamics: loss at the minimum L(θ*) = %v, want a finite value > 0", minimum.Loss)
	case s.Step != 0 && !positive(s.Step):
		return nil, fmt.Errorf("dynamics: step = %v, want a finite value > 0, or 0 for a proposal", s.Step)
	case s.Scheme != EulerMaruyama && s.Scheme != Heun:
		return nil, fmt.Errorf("dynamics: unknown scheme %v", s.Scheme)
	}
	g, largest, err := newFactor(minimum.Hess, noise.LearningRate/noise.BatchSize)
	if err != nil {
		return nil, err
	}
	bound := 2 * clock / largest
	if s.Step == 0 {
		s.Step = bound / 100
		if s.Scheme == Heun {
			s.Step = bound / 10
		}
	}
	if s.Step >= bound {
		return nil, fmt.Errorf("dynamics: step = %v is unstable at curvature %v, want < %v", s.Step, largest/clock, bound)
	}
	return g, nil
}

// positive reports whether x is a finite value > 0.
func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }

// factor is G with 2(η/B)·H(θ*) = GGᵀ, diagonal where it can be.
type factor struct {
	diag []float64
	full *mat.Dense // nil if the factor is diagonal
}

// newFactor returns the factor and the largest eigenvalue of hess.
func newFactor(hess *mat.SymDense, ratio float64) (g *factor, largest float64, err error) {
	values, vectors, err := landscape.Eigen(hess)
	if err != nil {
		return nil, 0, fmt.Errorf("dynamics: H(θ*): %w", err)
	}
	n := len(values)
	largest = values[n-1]
	// Flat directions have eigenvalues of either sign; anything clearly negative means that this is
	// no minimum.
	if !positive(largest) || values[0] < -landscape.Flatness*largest || !positive(2*ratio*largest) {
		return nil, 0, fmt.Errorf("dynamics: eigenvalues of H(θ*) run from %v to %v at η/B = %v, want a minimum and finite noise", values[0], largest, ratio)
	}
	g = &factor{diag: make([]float64, n)}
	if diagonal(hess) {
		for i := range g.diag {
			g.diag[i] = math.Sqrt(2 * ratio * math.Max(hess.At(i, i), 0))
		}
		return g, largest, nil
	}
	g.full = vectors
	for j, v := range values {
		root := math.Sqrt(2 * ratio * math.Max(v, 0))
		for i := range n {
			g.full.Set(i, j, root*g.full.At(i, j))
		}
	}
	return g, largest, nil
}

func diagonal(m *mat.SymDense) bool {
	for i := range m.SymmetricDim() {
		for j := range i {
			if m.At(i, j) != 0 {
				return false
			}
		}
	}
	return true
}

func (g *factor) multiply(s float64) {
	for i := range g.diag {
		g.diag[i] *= s
	}
	if g.full != nil {
		g.full.Scale(s, g.full)
	}
}

// kick stores s·G·xi in dst.
func (g *factor) kick(dst []float64, s float64, xi []float64) {
	if g.full == nil {
		for i, d := range g.diag {
			dst[i] = s * d * xi[i]
		}
		return
	}
	blas64.Gemv(blas.NoTrans, s, g.full.RawMatrix(),
		blas64.Vector{N: len(xi), Data: xi, Inc: 1}, 0, blas64.Vector{N: len(dst), Data: dst, Inc: 1})
}
