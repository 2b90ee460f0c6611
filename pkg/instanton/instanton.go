// Package instanton answers the question: by which path does small noise leave a minimum, how high
// is the barrier that it climbs there, and how often does it do so?
//
// A [Hamiltonian] says what pushes: a diffusion of any covariance ([LossNoise], [Frozen],
// [Diffusion], [Covariance]), or SGD itself by the cumulants of its gradients ([Samples],
// [Regression]). [ToPoint] and [ToLevel] find the path of least action in any dimension, [Solve]
// the quasipotential in the plane, [Shoot] follows one extremal path, and Path.Prefactor gives the
// rate with its constant.
//
// The theory is that of Freidlin and Wentzell (Random Perturbations of Dynamical Systems, 1984);
// for SGD, Azizian, Iutzeler, Malick and Mertikopoulos (arXiv 2406.09241).
package instanton

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// Hamiltonian is the law of what pushes θ at each point, H(θ, p), convex in p with H(θ, 0) = 0 and
// the drift −∇L = ∂H/∂p there. A quasipotential S obeys H(θ, ∇S) = 0. For SGD it is the cumulant of
// one sample's gradient, and the mean escape time obeys η log t → B·ΔS; for a diffusion
// dθ = b dt + sqrt(εa)·dW it is p·b + ½pᵀap, and ε log t → ΔS.
type Hamiltonian interface {
	quasipotential.Cumulant
	// Slope stores ∂H/∂θ in dst, which aliases neither θ nor p.
	Slope(dst, theta, p []float64)
}

var (
	// ErrNoPath says that no noise pushes along any path that was tried, so that the barrier is
	// infinite.
	ErrNoPath = errors.New("no path: nothing pushes this way")
	// ErrUnbounded says that H exists for no p ≠ 0: the gradients have no exponential moments, one
	// sample suffices to escape, and no barrier is climbed.
	ErrUnbounded = errors.New("unbounded cumulants: H exists for no p ≠ 0")
	// ErrNotConvex says that ∂²H/∂p² has a negative eigenvalue.
	ErrNotConvex = errors.New("H is not convex in p")
)

// lawTolerance is what central differences over 1e−5 may be off by, relative to 1 + what they are
// compared with.
const lawTolerance = 1e-6

// Check puts a Hamiltonian through the laws that every one obeys, at a point θ and a momentum p
// inside its domain, and returns the first that it breaks: those of [quasipotential.Check] in p, and
// ∂H/∂θ is the derivative of H in θ, to 1e−6 (central differences), and 0 at p = 0.
func Check(h Hamiltonian, theta, p []float64) error {
	if err := usable(h); err != nil {
		return fmt.Errorf("instanton: law of %T: %w", h, err)
	}
	if err := quasipotential.Check(h, theta, p); err != nil {
		return fmt.Errorf("instanton: %w", err)
	}
	n := h.Dim()
	slope, at, scratch, hess := make([]float64, n), append([]float64(nil), theta...), make([]float64, n), mat.NewSymDense(n, nil)
	h.Slope(slope, theta, p)
	const step = 1e-5
	for i := range n {
		at[i] = theta[i] + step
		above := h.Log(scratch, hess, at, p)
		at[i] = theta[i] - step
		below := h.Log(scratch, hess, at, p)
		at[i] = theta[i]
		if want := (above - below) / (2 * step); !(math.Abs(slope[i]-want) <= lawTolerance*(1+math.Abs(want))) {
			return fmt.Errorf("instanton: %T breaks a law: ∂H/∂θ_%d = %v at θ = %v, p = %v, but differences of H give %v", h, i, slope[i], theta, p, want)
		}
	}
	if h.Slope(slope, theta, make([]float64, n)); !(floats.Norm(slope, math.Inf(1)) <= lawTolerance) {
		return fmt.Errorf("instanton: %T breaks a law: ∂H/∂θ = %v at θ = %v, p = 0, want 0", h, slope, theta)
	}
	return nil
}

// most bounds the number of parameters: the path search factorises a band of twice as many.
const most = 200

// usable returns the error of a Hamiltonian that cannot be used.
func usable(h Hamiltonian) error {
	if given.None(h) {
		return fmt.Errorf("no Hamiltonian given")
	}
	if c, ok := h.(exact.Checker); ok {
		if err := c.Check(); err != nil {
			return err
		}
	}
	if n := h.Dim(); n < 1 || n > most {
		return fmt.Errorf("a Hamiltonian of %d parameters, want 1 to %d", n, most)
	}
	return nil
}

// finitePoint returns an error that calls p by name unless it is n finite numbers.
func finitePoint(name string, p []float64, n int) error {
	if len(p) != n {
		return fmt.Errorf("%s has length %d, want %d", name, len(p), n)
	}
	for i, v := range p {
		if math.IsNaN(v) || math.Abs(v) > 1e100 {
			return fmt.Errorf("%s has coordinate %d = %v, want a finite value", name, i, v)
		}
	}
	return nil
}

// metric finds the momentum of a velocity: with it the action of a short piece dθ of path is
//
//	F(θ, dθ) = max{p·dθ : H(θ, p) ≤ 0},
//
// the local length of Heymann and Vanden-Eijnden (2008).
type metric struct {
	h                                   Hamiltonian
	rescue                              *quasipotential.Climber
	grad, solved, moved, trial, tangent []float64
	still                               []float64 // p = 0
	hess                                *mat.SymDense
	chol                                mat.Cholesky
	err                                 error // the first that was met
}

func newMetric(h Hamiltonian) *metric {
	n := h.Dim()
	m := &metric{h: h, hess: mat.NewSymDense(n, nil)}
	for _, v := range []*[]float64{&m.grad, &m.solved, &m.moved, &m.trial, &m.tangent, &m.still} {
		*v = make([]float64, n)
	}
	return m
}

// momentum moves p, a guess, to the p of the maximum, and returns F and λ ≥ 0 with ∂H/∂p = λv. Each
// step is exact for the quadratic with the value and derivatives of H at p: for a diffusion the
// first is the last. It is NaN after an error.
func (m *metric) momentum(p, theta, v []float64) (value, lambda float64) {
	h := m.h.Log(m.grad, m.hess, theta, p)
	if !(math.Abs(h) <= math.MaxFloat64) {
		clear(p)
		h = m.h.Log(m.grad, m.hess, theta, p)
	}
	for range 60 {
		if math.IsNaN(h) {
			return m.fail(fmt.Errorf("H is not a number at θ = %v, p = %v", theta, p))
		}
		if !m.factorise(theta, p) {
			return math.NaN(), 0
		}
		n := len(p)
		// A condition error only warns.
		_ = m.chol.SolveVecTo(mat.NewVecDense(n, m.solved), mat.NewVecDense(n, m.grad))
		_ = m.chol.SolveVecTo(mat.NewVecDense(n, m.moved), mat.NewVecDense(n, v))
		drift := floats.Norm(m.solved, 2) // sets the scale where p is 0, downhill
		norm := floats.Dot(v, m.moved)
		if norm <= 0 {
			return 0, 0 // no way to go
		}
		lambda = math.Sqrt(math.Max(floats.Dot(m.grad, m.solved)-2*h, 0) / norm)
		floats.Scale(lambda, m.moved)
		floats.Sub(m.moved, m.solved)
		size := floats.Norm(m.moved, 2)
		next := math.Inf(1)
		for scale := 1.0; scale > 1e-12; scale /= 2 {
			floats.AddScaledTo(m.trial, p, scale, m.moved)
			if next = m.h.Log(m.grad, m.hess, theta, m.trial); !math.IsInf(next, 1) {
				break
			}
		}
		if math.IsInf(next, 1) {
			return m.fail(ErrUnbounded)
		}
		copy(p, m.trial)
		h = next
		if size <= 1e-10*(floats.Norm(p, 2)+drift)+1e-300 {
			return math.Max(floats.Dot(p, v), 0), lambda
		}
	}
	return m.slowly(p, theta, v)
}

// slowly finds the momentum by bisection, where the steps of momentum do not settle, as for few
// samples, whose cumulants have corners.
func (m *metric) slowly(p, theta, v []float64) (value, lambda float64) {
	if m.rescue == nil {
		m.rescue = quasipotential.NewClimber(m.h)
	}
	length := floats.Norm(v, 2)
	floats.ScaleTo(m.tangent, 1/length, v)
	value = length * m.rescue.Momentum(p, theta, m.tangent)
	switch {
	case math.IsInf(value, 1):
		return m.fail(ErrNoPath)
	case math.IsNaN(value):
		return m.fail(fmt.Errorf("H is not a number at θ = %v", theta))
	}
	m.h.Log(m.grad, m.hess, theta, p)
	return value, floats.Norm(m.grad, 2) / length
}

func (m *metric) fail(err error) (float64, float64) {
	if m.err == nil {
		m.err = err
	}
	return math.NaN(), 0
}

// factorise takes ∂²H/∂p² with a ridge where no noise points.
func (m *metric) factorise(theta, p []float64) bool {
	n := len(p)
	trace := mat.Trace(m.hess)
	for i := range n {
		m.hess.SetSym(i, i, m.hess.At(i, i)+1e-13*math.Abs(trace)/float64(n)+1e-300)
	}
	if m.chol.Factorize(m.hess) {
		return true
	}
	m.fail(fmt.Errorf("%w: at θ = %v, p = %v", ErrNotConvex, theta, p))
	return false
}
