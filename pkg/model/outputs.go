package model

import (
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// FromOutputs returns the model with the mean-square loss ℓ_μ = ½|f(θ,x_μ) − y_μ|² (Eq. 1) of a
// function of your own. y is N×k, one sample per row, and shared; params is P. f stores the k
// outputs f(θ, x_μ) in out and, unless jac is nil, every element of their gradients in jac, k×P row
// by row (for one output, ∇f_μ); it must not keep or change theta.
//
// The model has every product of this package but its own Hessian–vector one, for which [HessVec]
// takes differences of gradients. It holds the gradients of one sample at a time, but for Gram,
// which holds the batch's B×P. It is a [Cloner]; clones call f at the same time.
//
// Errors: no targets, one that is not finite, params < 1, f nil.
func FromOutputs(y *mat.Dense, params int, f func(out, jac, theta []float64, sample int)) (Model, error) {
	switch {
	case y == nil || y.IsEmpty():
		return nil, fmt.Errorf("model: outputs without targets")
	case params < 1:
		return nil, fmt.Errorf("model: outputs of %d parameters, want at least 1", params)
	case f == nil:
		return nil, fmt.Errorf("model: outputs of a nil function")
	}
	targets := y.RawMatrix()
	if params > maxNumbers/targets.Cols {
		return nil, fmt.Errorf("model: outputs with gradients of %d×%d numbers, want at most %d (2 GiB)", targets.Cols, params, maxNumbers)
	}
	if err := checkFinite("target", targets); err != nil {
		return nil, err
	}
	return newOutputs(targets, params, targets.Cols*params, func(out, jac, theta []float64, sample int) []float64 {
		f(out, jac, theta, sample)
		return jac
	}), nil
}

// outputs is a model with mean-square loss, known by the outputs of one sample at a time.
type outputs struct {
	y      blas64.General
	params int
	// at stores f(θ, x_μ) in out and returns J_μ, k×P row by row: in jac or in memory of its own;
	// what it returns does not count when jac is nil.
	at func(out, jac, theta []float64, sample int) []float64

	// Scratch space for one sample.
	r   []float64 // f(θ,x_μ) − y_μ
	own []float64 // where at may store J_μ
	jac []float64 // J_μ
}

// newOutputs makes the model; jac is the length of scratch space that at asks for.
func newOutputs(y blas64.General, params, jac int, at func(out, jac, theta []float64, sample int) []float64) *outputs {
	return &outputs{y: y, params: params, at: at, r: make([]float64, y.Cols), own: make([]float64, jac)}
}

func (m *outputs) Clone() Model           { return newOutputs(m.y, m.params, len(m.own), m.at) }
func (m *outputs) MeanSquareOutputs() int { return m.y.Cols }

func (m *outputs) Dims() (samples, params int) {
	if m == nil { // of a Linear that NewLinear did not make
		return 0, 0
	}
	return m.y.Rows, m.params
}

// load fills the scratch space with the residual of a sample and, if wanted, its gradients.
func (m *outputs) load(theta []float64, mu int, gradients bool) (loss float64) {
	jac := m.own
	if !gradients {
		jac = nil
	}
	m.jac = m.at(m.r, jac, theta, mu)
	floats.Sub(m.r, rowOf(m.y, mu))
	return floats.Dot(m.r, m.r) / 2
}

// slope returns ∇f_j of the sample loaded.
func (m *outputs) slope(j int) []float64 { return m.jac[j*m.params : (j+1)*m.params] }

// addGradient adds scale·∇ℓ_μ = scale·Σ_j r_j ∇f_j to dst.
func (m *outputs) addGradient(dst []float64, scale float64) {
	for j, r := range m.r {
		floats.AddScaled(dst, r*scale, m.slope(j))
	}
}

func (m *outputs) LossGrad(grad, theta []float64, mu int) (loss float64) {
	loss = m.load(theta, mu, grad != nil)
	if grad != nil {
		clear(grad)
		m.addGradient(grad, 1)
	}
	return loss
}

func (m *outputs) BatchGrad(grad, theta []float64, batch []int) float64 {
	return m.NormGrad(nil, nil, grad, theta, batch)
}

// NormGrad implements [NormGradienter]: |∇ℓ_μ|² = Σ_ij r_i r_j ∇f_i·∇f_j.
func (m *outputs) NormGrad(losses, norms, grad, theta []float64, batch []int) (loss float64) {
	n := batchLen(batch, m.y.Rows)
	checkLen("losses", losses, n, true)
	checkLen("norms", norms, n, true)
	clear(grad)
	for i := range n {
		l := m.load(theta, sampleAt(batch, i), grad != nil || norms != nil)
		loss += l
		if losses != nil {
			losses[i] = l
		}
		if norms != nil {
			norms[i] = m.squaredNorm()
		}
		if grad != nil {
			m.addGradient(grad, 1/float64(n))
		}
	}
	return loss / float64(n)
}

func (m *outputs) squaredNorm() (norm float64) {
	for i, r := range m.r {
		norm += r * r * floats.Dot(m.slope(i), m.slope(i))
		for j := range i {
			norm += 2 * r * m.r[j] * floats.Dot(m.slope(i), m.slope(j))
		}
	}
	return max(norm, 0) // rounding
}

// GaussNewtonVec implements [GaussNewtonMultiplier]: (1/B) Σ w_μ Σ_j ∇f_j (∇f_j·v).
func (m *outputs) GaussNewtonVec(dst, theta, v, weights []float64, batch []int) {
	n := batchLen(batch, m.y.Rows)
	checkLen("weights", weights, n, true)
	clear(dst)
	for i := range n {
		w := weightAt(weights, i)
		m.load(theta, sampleAt(batch, i), true)
		for j := range m.r {
			slope := m.slope(j)
			floats.AddScaled(dst, w*floats.Dot(slope, v)/float64(n), slope)
		}
	}
}

func (m *outputs) SecondMomentVec(dst, theta, v []float64, batch []int) {
	n := batchLen(batch, m.y.Rows)
	clear(dst)
	for i := range n {
		m.load(theta, sampleAt(batch, i), true)
		along := 0.0 // ∇ℓ_μ·v
		for j, r := range m.r {
			along += r * floats.Dot(m.slope(j), v)
		}
		m.addGradient(dst, along/float64(n))
	}
}

func (m *outputs) JacVec(dst, theta, v []float64, batch []int) {
	n, k := batchLen(batch, m.y.Rows), m.y.Cols
	checkLen("destination", dst, n*k, false)
	for i := range n {
		m.load(theta, sampleAt(batch, i), true)
		for j := range k {
			dst[i*k+j] = floats.Dot(m.slope(j), v)
		}
	}
}

// Gram implements [Gramer] from the batch's B×P gradients.
func (m *outputs) Gram(dst *mat.SymDense, theta []float64, batch []int) error {
	n := batchLen(batch, m.y.Rows)
	if err := checkGram(dst, m.y.Cols, n, max(n, m.params)); err != nil {
		return err
	}
	rows := mat.NewDense(n, m.params, nil)
	for i := range n {
		m.load(theta, sampleAt(batch, i), true)
		rows.SetRow(i, m.jac)
	}
	dst.SymOuterK(1, rows)
	return nil
}

// Linear is linear regression f(θ,x) = θ·x with mean-square loss: P = d, no bias. Its Hessian
// (1/N)Σ x xᵀ does not depend on θ and equals Gauss–Newton. It has every product of this package.
type Linear struct{ *outputs }

// NewLinear returns the linear regression on a set with one target per sample, whose data it
// shares. A set without targets, with a shape that does not fit or with a value that is not finite
// is an error.
func NewLinear(set *data.Set) (*Linear, error) {
	if err := checkSet(set); err != nil {
		return nil, err
	}
	if k := set.Y.RawMatrix().Cols; k != 1 {
		return nil, fmt.Errorf("model: linear regression on %d targets per sample, want 1", k)
	}
	x := set.X.RawMatrix()
	return &Linear{newOutputs(set.Y.RawMatrix(), x.Cols, 0, func(out, _, theta []float64, mu int) []float64 {
		out[0] = floats.Dot(theta, rowOf(x, mu))
		return rowOf(x, mu)
	})}, nil
}

func (m *Linear) Clone() Model { return &Linear{m.outputs.Clone().(*outputs)} }

func (m *Linear) HessVec(dst, theta, v []float64, batch []int) {
	m.GaussNewtonVec(dst, theta, v, nil, batch)
}
