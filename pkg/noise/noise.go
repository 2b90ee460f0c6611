// Package noise answers one question: how strong is the noise of SGD, and in which directions?
//
// The covariance of the mini-batch gradient ∇L_B, B samples drawn without replacement, is
//
//	Σ = (1/B)·(N−B)/(N−1)·[ (1/N)Σ_μ ∇ℓ_μ∇ℓ_μᵀ − ∇L∇Lᵀ ]          (Eq. 8)
//
// and its trace (1/B)·(N−B)/(N−1)·𝒩 with the noise strength 𝒩 (Eq. 24). The paper replaces Σ by
// (2L/B)·(1/N)Σ∇f∇fᵀ (Eq. 10) and then by (2L/B)·H (Eq. 6). [NewCovariance] gives all three as
// products Σ·v, [EstimateCosine] and [Ratios] say how well one stands for another, and a [Meter]
// follows 𝒩 along training.
//
// Errors start with "noise:", and come from constructors before any work where that can be; a result
// that is not finite is one. Products with vectors of a wrong length, and those of a Covariance that
// [NewCovariance] did not make, are bugs of the caller and panic.
package noise

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Operator is a symmetric matrix known by its products.
type Operator interface {
	// Dim returns the number of rows.
	Dim() int
	// MulVecTo stores the product with v in dst; the two must not overlap.
	MulVecTo(dst, v []float64)
}

// Factor returns (1/B)·(N−B)/(N−1), the ratio of Tr Σ to 𝒩 (Eq. 8, 24): 0 for the full batch. It is
// an error unless N ≥ 1 and 1 ≤ B ≤ N.
func Factor(samples, batch int) (float64, error) {
	if batch < 1 || batch > samples {
		return 0, fmt.Errorf("noise: batch size %d, want 1 ≤ B ≤ N = %d", batch, samples)
	}
	if samples == 1 {
		return 0, nil
	}
	n, b := float64(samples), float64(batch)
	return (n - b) / (n - 1) / b, nil
}

// Form is one of the paper's expressions for Σ.
type Form int

// The three forms. The two approximations hold for mean-square losses only, and carry the paper's
// 1/B: without (N−B)/(N−1), which is 1 for B ≪ N.
//
// With k outputs ∇ℓ = Σ_j r_j ∇f_j; taking the residuals r_j as independent and of equal size, E
// r_j² = 2L/k, gives the factor 2L/(kB) and the sum over outputs; k = 1 is the paper's.
const (
	Exact       Form = iota // Eq. 8
	Decoupled               // Eq. 10: (2L/kB)·(1/N)Σ_μ Σ_j ∇f_j∇f_jᵀ
	HessianForm             // Eq. 6:  (2L/kB)·H, H = ∇²L; not positive where H is not
)

// Covariance is Σ(θ) of one form at one point, as products. It owns a copy of θ and uses the
// model's scratch space: one goroutine at a time per model.
type Covariance struct {
	unscaled    Operator
	scale, loss float64
}

// NewCovariance returns Σ(θ) for batch size B. It is an error unless 1 ≤ B ≤ N, θ is finite and of
// length P and, for the approximations, the model is a [model.MeanSquarer] with a mean-square loss;
// Decoupled also needs a [model.GaussNewtonMultiplier] (else [model.ErrUnsupported]). HessianForm
// takes differences of gradients where the model has no Hessian–vector product; see
// [model.HessVec].
func NewCovariance(m model.Model, theta []float64, batch int, form Form) (*Covariance, error) {
	n, p, err := checkPoint(m, theta)
	if err != nil {
		return nil, err
	}
	factor, err := Factor(n, batch)
	if err != nil {
		return nil, err
	}
	if form < Exact || form > HessianForm {
		return nil, fmt.Errorf("noise: form %d, want Exact, Decoupled or HessianForm", form)
	}
	theta, grad := slices.Clone(theta), make([]float64, p)
	if form == Exact {
		c := &Covariance{scale: factor, loss: model.BatchGrad(m, grad, theta, nil)}
		c.unscaled = product{p, func(dst, v []float64) {
			model.SecondMomentVec(m, dst, theta, v, nil)
			floats.AddScaled(dst, -floats.Dot(grad, v), grad)
		}}
		return c, checkFinite("loss", c.loss)
	}
	outputs, err := meanSquareOutputs(m)
	if err != nil {
		return nil, err
	}
	var curvature Operator
	if form == Decoupled {
		curvature, err = GaussNewton(m, theta, nil)
	} else {
		curvature, err = Hessian(m, theta)
	}
	if err != nil {
		return nil, err
	}
	loss := model.BatchGrad(m, grad, theta, nil)
	return &Covariance{unscaled: curvature, scale: 2 * loss / float64(outputs*batch), loss: loss}, checkFinite("loss", loss)
}

func meanSquareOutputs(m model.Model) (int, error) {
	k := model.MeanSquareOutputs(m)
	if k < 1 {
		return 0, fmt.Errorf("noise: Eq. 6 to 10 for %T, want a mean-square loss and MeanSquareOutputs ≥ 1: %w", m, model.ErrUnsupported)
	}
	return k, nil
}

// Dim returns P, 0 for a covariance that NewCovariance did not make.
func (c *Covariance) Dim() int {
	if c == nil || c.unscaled == nil {
		return 0
	}
	return c.unscaled.Dim()
}

// Loss returns L(θ), NaN for a covariance that NewCovariance did not make.
func (c *Covariance) Loss() float64 {
	if c == nil || c.unscaled == nil {
		return math.NaN()
	}
	return c.loss
}

// MulVecTo stores Σ·v in dst.
func (c *Covariance) MulVecTo(dst, v []float64) {
	c.unscaled.MulVecTo(dst, v)
	floats.Scale(c.scale, dst)
}

// Hessian returns H(θ) = ∇²L as products. A θ that is not finite or of another length than P is an
// error.
func Hessian(m model.Model, theta []float64) (Operator, error) {
	_, p, err := checkPoint(m, theta)
	if err != nil {
		return nil, err
	}
	theta = slices.Clone(theta)
	return product{p, func(dst, v []float64) { model.HessVec(m, dst, theta, v, nil) }}, nil
}

// GaussNewton returns (1/N)Σ_μ w_μ ∇f_μ∇f_μᵀ (for other losses than mean-square, w_μ J_μᵀΛ_μJ_μ) as
// products. Weights nil: all ones, the approximation of H in Eq. 12; weights ℓ_μ: the left side of
// Eq. 7, whose right side is L times the former.
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
	if err := checkFinite("weight", weights...); err != nil {
		return nil, err
	}
	gn, ok := m.(model.GaussNewtonMultiplier)
	if !ok {
		return nil, fmt.Errorf("noise: %T has no Gauss–Newton product (model.FromOutputs makes one): %w", m, model.ErrUnsupported)
	}
	theta, weights = slices.Clone(theta), slices.Clone(weights)
	return product{p, func(dst, v []float64) { gn.GaussNewtonVec(dst, theta, v, weights, nil) }}, nil
}

// product is an operator of size n.
type product struct {
	n   int
	mul func(dst, v []float64)
}

func (p product) Dim() int                  { return p.n }
func (p product) MulVecTo(dst, v []float64) { p.mul(dst, v) }

// checkFinite is for what comes in and for what comes out.
func checkFinite(what string, values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("noise: %s is %v, want finite", what, v)
		}
	}
	return nil
}

func checkPoint(m model.Model, theta []float64) (samples, params int, err error) {
	if samples, params, err = model.CheckPoint(m, theta); err != nil {
		err = fmt.Errorf("noise: %w", err)
	}
	return samples, params, err
}
