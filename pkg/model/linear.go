package model

import (
	"fmt"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// Linear is linear regression f(θ,x) = θ·x with mean-square loss: P = d, no bias.
// Its Hessian (1/N)Σ x xᵀ does not depend on θ and equals Gauss–Newton.
type Linear struct {
	x    blas64.General
	y    []float64
	norm []float64 // |x_μ|²
}

var (
	_ Model                  = (*Linear)(nil)
	_ BatchGradienter        = (*Linear)(nil)
	_ NormGradienter         = (*Linear)(nil)
	_ HessianMultiplier      = (*Linear)(nil)
	_ SecondMomentMultiplier = (*Linear)(nil)
	_ GaussNewtonMultiplier  = (*Linear)(nil)
	_ Gramer                 = (*Linear)(nil)
)

// NewLinear returns the linear regression on a set with one target per sample, whose
// data it shares. A set without targets, with a shape that does not fit or with a
// value that is not finite is an error.
func NewLinear(set *data.Set) (*Linear, error) {
	if err := checkSet(set); err != nil {
		return nil, err
	}
	if k := set.Y.RawMatrix().Cols; k != 1 {
		return nil, fmt.Errorf("model: linear regression on %d targets per sample, want 1", k)
	}
	m := &Linear{x: set.X.RawMatrix(), y: mat.Col(nil, 0, set.Y)}
	m.norm = squaredNorms(m.x)
	return m, nil
}

// Dims returns N and P = d.
func (m *Linear) Dims() (samples, params int) { return m.x.Rows, m.x.Cols }

// MeanSquareOutputs returns 1.
func (m *Linear) MeanSquareOutputs() int { return 1 }

// LossGrad returns ℓ_μ = ½r², r = θ·x_μ − y_μ, and stores ∇ℓ_μ = r·x_μ.
func (m *Linear) LossGrad(grad, theta []float64, sample int) float64 {
	x, r := m.row(sample), m.residual(theta, sample)
	if grad != nil {
		floats.ScaleTo(grad, r, x)
	}
	return r * r / 2
}

// BatchGrad implements [BatchGradienter].
func (m *Linear) BatchGrad(grad, theta []float64, batch []int) float64 {
	return m.NormGrad(nil, nil, grad, theta, batch)
}

// NormGrad implements [NormGradienter]: |∇ℓ_μ|² = r²|x_μ|².
func (m *Linear) NormGrad(losses, norms, grad, theta []float64, batch []int) (loss float64) {
	n := batchLen(batch, m.x.Rows)
	checkLen("losses", losses, n, true)
	checkLen("norms", norms, n, true)
	zero(grad)
	for i := range n {
		mu := sampleAt(batch, i)
		r := m.residual(theta, mu)
		loss += r * r / 2
		if losses != nil {
			losses[i] = r * r / 2
		}
		if norms != nil {
			norms[i] = r * r * m.norm[mu]
		}
		if grad != nil {
			floats.AddScaled(grad, r/float64(n), m.row(mu))
		}
	}
	return loss / float64(n)
}

// HessVec implements [HessianMultiplier].
func (m *Linear) HessVec(dst, theta, v []float64, batch []int) {
	m.GaussNewtonVec(dst, theta, v, nil, batch)
}

// GaussNewtonVec implements [GaussNewtonMultiplier]: (1/B) Σ w_μ x_μ (x_μ·v).
func (m *Linear) GaussNewtonVec(dst, _, v, weights []float64, batch []int) {
	n := batchLen(batch, m.x.Rows)
	checkLen("weights", weights, n, true)
	zero(dst)
	for i := range n {
		x, w := m.row(sampleAt(batch, i)), 1.0
		if weights != nil {
			w = weights[i]
		}
		floats.AddScaled(dst, w*floats.Dot(x, v)/float64(n), x)
	}
}

// SecondMomentVec implements [SecondMomentMultiplier]: (1/B) Σ r_μ² x_μ (x_μ·v).
func (m *Linear) SecondMomentVec(dst, theta, v []float64, batch []int) {
	n := batchLen(batch, m.x.Rows)
	zero(dst)
	for i := range n {
		mu := sampleAt(batch, i)
		x, r := m.row(mu), m.residual(theta, mu)
		floats.AddScaled(dst, r*r*floats.Dot(x, v)/float64(n), x)
	}
}

// Gram implements [Gramer]: r_μ r_ν x_μ·x_ν, or x_μ·x_ν of the outputs.
func (m *Linear) Gram(dst *mat.SymDense, theta []float64, batch []int, of Vectors) error {
	n := batchLen(batch, m.x.Rows)
	rows := mat.NewDense(n, m.x.Cols, nil)
	for i := range n {
		mu, s := sampleAt(batch, i), 1.0
		if of == LossGradients {
			s = m.residual(theta, mu)
		}
		floats.ScaleTo(rows.RawRowView(i), s, m.row(mu))
	}
	dst.SymOuterK(1, rows)
	return nil
}

func (m *Linear) row(mu int) []float64 {
	return m.x.Data[mu*m.x.Stride : mu*m.x.Stride+m.x.Cols]
}

func (m *Linear) residual(theta []float64, mu int) float64 {
	return floats.Dot(theta, m.row(mu)) - m.y[mu]
}
