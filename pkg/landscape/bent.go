package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Bent is the quartic double well with a curved valley floor,
//
//	L(z) = L₀ + V(z₁) + ½h₂(z₂ − αf(z₁))² + ½ Σ_{i=3..n} h_i z_i²,   f(z) = sin²(πz/2s).
//
// Minima (z₁ = 0 and 2s, z₂ = 0) and saddle (z₁ = s, z₂ = α) keep the losses and Hessians of
// [Quartic], as f′ = 0 there, and so Eq. 17 gives the same rate for every α. But the path between
// them turns away from every eigenvector of H(θ*), which appendix C of the paper assumes it does
// not: with noise aligned with an H(θ*) of unequal outliers the rate depends on α. With isotropic
// noise in the outlier subspace it does so only beyond the leading order.
type Bent struct {
	Quartic
	bend float64
}

var (
	_ Barrier = (*Bent)(nil)
	_ Hessian = (*Bent)(nil)
)

// NewBent returns the double well with bend α, in units of z₂; 0 gives a [Quartic]. It returns an
// error if α is not finite or EffectiveDimension < 2, and those of [NewQuartic].
func NewBent(s Shape, bend float64) (*Bent, error) {
	if math.IsNaN(bend) || math.IsInf(bend, 0) {
		return nil, fmt.Errorf("landscape: bent: bend α = %v, want a finite value", bend)
	}
	if s.EffectiveDimension < 2 {
		return nil, fmt.Errorf("landscape: bent: effective dimension n = %d, want ≥ 2", s.EffectiveDimension)
	}
	q, err := NewQuartic(s)
	if err != nil {
		return nil, err
	}
	b := &Bent{Quartic: *q, bend: bend}
	s.MinimumLoss = q.l0
	return b, s.checkLoss(b.Saddle().Loss)
}

// Floor returns z₂ = αf(z₁) on the valley floor, with its first two derivatives.
func (b *Bent) Floor(z float64) (y, dy, ddy float64) {
	k := math.Pi / b.saddle
	return b.bend * (1 - math.Cos(k*z)) / 2, b.bend * k * math.Sin(k*z) / 2, b.bend * k * k * math.Cos(k*z) / 2
}

// LossGrad implements [Landscape].
func (b *Bent) LossGrad(dst, theta []float64) float64 {
	loss := b.Quartic.LossGrad(dst, theta)
	h := b.transverse[0]
	floor, slope, _ := b.Floor(theta[0])
	y := theta[1] - floor
	if dst != nil {
		dst[0] -= h * y * slope
		dst[1] = h * y
	}
	return loss + 0.5*h*floor*(floor-2*theta[1])
}

// Hess implements [Hessian].
func (b *Bent) Hess(dst *mat.SymDense, theta []float64) {
	b.Quartic.Hess(dst, theta)
	h := b.transverse[0]
	floor, slope, curve := b.Floor(theta[0])
	dst.SetSym(0, 0, dst.At(0, 0)+h*(slope*slope-(theta[1]-floor)*curve))
	dst.SetSym(0, 1, -h*slope)
}

// Minimum returns the minimum at the origin.
func (b *Bent) Minimum() Critical { return b.on(0) }

// Saddle returns the saddle at z₁ = s, z₂ = α.
func (b *Bent) Saddle() Critical { return b.on(b.saddle) }

// FarMinimum returns the other minimum, at z₁ = 2s, z₂ = 0.
func (b *Bent) FarMinimum() Critical { return b.on(2 * b.saddle) }

// on returns the critical point of the valley floor at z.
func (b *Bent) on(z float64) Critical {
	theta := make([]float64, max(b.dim, 2))
	theta[0] = z
	theta[1], _, _ = b.Floor(z)
	return CriticalAt(b, theta)
}
