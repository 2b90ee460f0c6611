package noise

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Form is one of the paper's expressions for Σ.
type Form int

// The three forms. The two approximations hold for mean-square losses only, and carry the
// paper's 1/B: without (N−B)/(N−1), which is 1 for B ≪ N.
//
// With k outputs ∇ℓ = Σ_j r_j ∇f_j; taking the residuals r_j as independent and of equal
// size, E r_j² = 2L/k, gives the factor 2L/(kB) and the sum over outputs; k = 1 is the paper's.
const (
	Exact       Form = iota // Eq. 8
	Decoupled               // Eq. 10: (2L/kB)·(1/N)Σ_μ Σ_j ∇f_j∇f_jᵀ
	HessianForm             // Eq. 6:  (2L/kB)·H, H = ∇²L; not positive where H is not
)

// Covariance is Σ(θ) of one form at one point, as products. It owns a copy of θ and uses
// the model's scratch space: one goroutine at a time per model.
type Covariance struct {
	m     model.Model
	form  Form
	theta []float64
	grad  []float64 // ∇L
	scale float64
	loss  float64
}

var _ Operator = (*Covariance)(nil)

// NewCovariance returns Σ(θ) for batch size B. It is an error unless 1 ≤ B ≤ N, θ is finite
// and of length P and, for the approximations, the model is a [model.MeanSquarer] with a
// mean-square loss; Decoupled also needs a [model.GaussNewtonMultiplier] (else
// [model.ErrUnsupported]). HessianForm takes differences of gradients where the model has
// no Hessian–vector product; see [model.HessVec].
func NewCovariance(m model.Model, theta []float64, batch int, form Form) (*Covariance, error) {
	n, p, err := checkPoint(m, theta)
	if err != nil {
		return nil, err
	}
	factor, err := Factor(n, batch)
	if err != nil {
		return nil, err
	}
	c := &Covariance{m: m, form: form, theta: slices.Clone(theta), grad: make([]float64, p), scale: factor}
	if form < Exact || form > HessianForm {
		return nil, fmt.Errorf("noise: form %d, want Exact, Decoupled or HessianForm", form)
	}
	outputs := 0
	if form != Exact {
		if outputs, err = meanSquareOutputs(m); err != nil {
			return nil, err
		}
	}
	if form == Decoupled {
		if _, err := gaussNewton(m); err != nil {
			return nil, err
		}
	}
	c.loss = model.BatchGrad(m, c.grad, theta, nil)
	if form != Exact {
		c.scale = 2 * c.loss / float64(outputs*batch)
	}
	return c, nil
}

func meanSquareOutputs(m model.Model) (int, error) {
	k := model.MeanSquareOutputs(m)
	if k < 1 {
		return 0, fmt.Errorf("noise: Eq. 6 to 10 for %T, want a mean-square loss and MeanSquareOutputs ≥ 1: %w", m, model.ErrUnsupported)
	}
	return k, nil
}

func gaussNewton(m model.Model) (model.GaussNewtonMultiplier, error) {
	gn, ok := m.(model.GaussNewtonMultiplier)
	if !ok {
		return nil, fmt.Errorf("noise: %T has no Gauss–Newton product (model.FromOutputs makes one): %w", m, model.ErrUnsupported)
	}
	return gn, nil
}

// Dim returns P.
func (c *Covariance) Dim() int { return len(c.theta) }

// Loss returns L(θ).
func (c *Covariance) Loss() float64 { return c.loss }

// MulVecTo stores Σ·v in dst.
func (c *Covariance) MulVecTo(dst, v []float64) {
	switch c.form {
	case Exact:
		model.SecondMomentVec(c.m, dst, c.theta, v, nil)
		floats.AddScaled(dst, -floats.Dot(c.grad, v), c.grad)
	case Decoupled:
		c.m.(model.GaussNewtonMultiplier).GaussNewtonVec(dst, c.theta, v, nil, nil)
	case HessianForm:
		model.HessVec(c.m, dst, c.theta, v, nil)
	}
	floats.Scale(c.scale, dst)
}

// Hessian returns H(θ) = ∇²L as products. A θ that is not finite or of another length
// than P is an error.
func Hessian(m model.Model, theta []float64) (Operator, error) {
	_, p, err := checkPoint(m, theta)
	if err != nil {
		return nil, err
	}
	theta = slices.Clone(theta)
	return product{p, func(dst, v []float64) { model.HessVec(m, dst, theta, v, nil) }}, nil
}

// GaussNewton returns (1/N)Σ_μ w_μ ∇f_μ∇f_μᵀ (for other losses than mean-square,
// w_μ J_μᵀΛ_μJ_μ) as products. Weights nil: all ones, the approximation of H in Eq. 12;
// weights ℓ_μ: the left side of Eq. 7, whose right side is L times the former.
//
// Errors: as for [Hessian], weights of another length than N, and a model without the product.
func GaussNewton(m model.Model, theta, weights []float64) (Operator, error) {
	n, p, err := checkPoint(m, theta)
	if err != nil {
		return nil, err
	}
	if weights != nil && len(weights) != n {
		return nil, fmt.Errorf("noise: %d weights, want N = %d", len(weights), n)
	}
	gn, err := gaussNewton(m)
	if err != nil {
		return nil, err
	}
	theta, weights = slices.Clone(theta), slices.Clone(weights)
	return product{p, func(dst, v []float64) { gn.GaussNewtonVec(dst, theta, v, weights, nil) }}, nil
}

type product struct {
	n   int
	mul func(dst, v []float64)
}

func (p product) Dim() int                  { return p.n }
func (p product) MulVecTo(dst, v []float64) { p.mul(dst, v) }
