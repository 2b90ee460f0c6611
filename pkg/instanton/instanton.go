// Package instanton answers the question: by which path does small noise leave a minimum, how high
// is the barrier that it climbs there, and how often does it do so?
//
// A [quasipotential.Hamiltonian] says what pushes: a diffusion of any covariance, or SGD itself by
// the cumulants of its gradients. [ToPoint] and [ToLevel] find the path of least action in any
// dimension, [Solve] the quasipotential in the plane, [Shoot] follows one extremal path, and
// Path.Prefactor gives the rate with its constant.
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

// Hamiltonian is that of package quasipotential, which holds the laws.
type Hamiltonian = quasipotential.Hamiltonian

var (
	// ErrNoPath says that no noise pushes along any path that was tried, so that the barrier is
	// infinite.
	ErrNoPath = quasipotential.ErrNoEscape
	// ErrUnbounded says that H exists for no p ≠ 0: the gradients have no exponential moments, one
	// sample suffices to escape, and no barrier is climbed.
	ErrUnbounded = errors.New("unbounded cumulants: H exists for no p ≠ 0")
	// ErrNotConvex says that ∂²H/∂p² has a negative eigenvalue.
	ErrNotConvex = errors.New("not convex in p: ∂²H/∂p²")
)

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
			return m.fail(fmt.Errorf("no number H at θ = %v, p = %v", theta, p))
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
		return m.fail(fmt.Errorf("no number H at θ = %v", theta))
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
