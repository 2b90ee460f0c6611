package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/internal/root"
)

// Shape sets the size of an analytic well. Its zero value, with a Ratio, is a one-dimensional well
// of unit curvature and unit loss at the minimum.
type Shape struct {
	// OutlierCurvature is h* > 0, the curvature at the minimum along the escape coordinate z₁ and,
	// unless Transverse says otherwise, along the other outliers. 0 means 1.
	OutlierCurvature float64
	// MinimumLoss is L₀ = L(θ*) > 0; the paper's law needs a positive loss at the minimum. 0 means
	// 1.
	MinimumLoss float64
	// Ratio is c = L(θˢ)/L(θ*) > 1. Quadratic wells have no saddle and ignore it.
	Ratio float64
	// EffectiveDimension is the number n ≥ 1 of outlier directions. 0 means 1.
	EffectiveDimension int
	// Transverse, if not nil, holds the n−1 curvatures h₂…h_n > 0 of the outliers across the path.
	Transverse []float64
	// Flat is the number of further directions in which L does not change at all, and in which, as
	// H(θ*) vanishes there, SGD noise does not act.
	Flat int
}

// Well is the common form of the analytic landscapes,
//
//	L(z) = L₀ + V(z₁) + ½ Σ_{i=2..n} h_i z_i²,   V(z) = a₂z² + a₃z³ + a₄z⁴,
//
// flat in z_{n+1}…z_P. The minimum lies at the origin.
type Well struct {
	l0         float64
	a2, a3, a4 float64
	transverse []float64
	dim        int
}

// Quartic is the symmetric double well V(z) = (h/8s²) z²(z−2s)²: minima at z₁ = 0 and 2s, saddle at
// z₁ = s with V(s) = hs²/8 = (c−1)L₀, V″(s) = −h/2.
type Quartic struct {
	Well
	saddle float64
}

// Cubic is the metastable well V(z) = ½hz²(1 − 2z/3s): saddle at z₁ = s with V(s) = hs²/6 =
// (c−1)L₀, V″(s) = −h. Past the saddle L falls without bound and is positive only up to
// [Cubic.Edge].
type Cubic struct {
	Well
	saddle float64
}

// Quadratic is the bowl V(z) = ½hz². It has no saddle: escape means that the loss rises above a
// level.
type Quadratic struct{ Well }

var (
	_ Barrier   = (*Quartic)(nil)
	_ Barrier   = (*Cubic)(nil)
	_ Landscape = (*Quadratic)(nil)
	_ Hessian   = (*Well)(nil)
)

// NewQuartic returns the symmetric quartic double well of the given shape. It returns an error if a
// curvature or loss is not positive and finite, Ratio ≤ 1, EffectiveDimension < 0, Flat < 0, Transverse
// is not of length n−1, a Hessian takes more than 1 GiB, or the numbers are too large or small for
// the right saddle.
func NewQuartic(s Shape) (*Quartic, error) {
	s, err := s.complete(true)
	if err != nil {
		return nil, fmt.Errorf("landscape: quartic: %w", err)
	}
	h, z := s.OutlierCurvature, math.Sqrt(8*(s.Ratio-1)*s.MinimumLoss/s.OutlierCurvature)
	q := &Quartic{Well: s.build(h/2, -h/(2*z), h/(8*z*z)), saddle: z}
	return q, s.checkLoss(q.Saddle().Loss)
}

// NewCubic returns the cubic well of the given shape, with the errors of [NewQuartic].
func NewCubic(s Shape) (*Cubic, error) {
	s, err := s.complete(true)
	if err != nil {
		return nil, fmt.Errorf("landscape: cubic: %w", err)
	}
	h, z := s.OutlierCurvature, math.Sqrt(6*(s.Ratio-1)*s.MinimumLoss/s.OutlierCurvature)
	c := &Cubic{Well: s.build(h/2, -h/(3*z), 0), saddle: z}
	return c, s.checkLoss(c.Saddle().Loss)
}

// NewQuadratic returns the quadratic bowl of the given shape, with the errors of [NewQuartic] but
// for Ratio, which it ignores.
func NewQuadratic(s Shape) (*Quadratic, error) {
	s, err := s.complete(false)
	if err != nil {
		return nil, fmt.Errorf("landscape: quadratic: %w", err)
	}
	return &Quadratic{Well: s.build(s.OutlierCurvature/2, 0, 0)}, nil
}

// complete fills in defaults and checks bounds.
func (s Shape) complete(barrier bool) (Shape, error) {
	if s.OutlierCurvature == 0 {
		s.OutlierCurvature = 1
	}
	if s.MinimumLoss == 0 {
		s.MinimumLoss = 1
	}
	if s.EffectiveDimension == 0 {
		s.EffectiveDimension = 1
	}
	switch {
	case !positive(s.OutlierCurvature):
		return s, fmt.Errorf("outlier curvature h* = %v, want a finite value > 0", s.OutlierCurvature)
	case !positive(s.MinimumLoss):
		return s, fmt.Errorf("loss at the minimum L₀ = %v, want a finite value > 0", s.MinimumLoss)
	case barrier && !(s.Ratio > 1 && !math.IsInf(s.Ratio, 1)):
		return s, fmt.Errorf("loss ratio c = %v, want a finite value > 1", s.Ratio)
	case s.EffectiveDimension < 1:
		return s, fmt.Errorf("effective dimension n = %d, want ≥ 1", s.EffectiveDimension)
	case s.Flat < 0:
		return s, fmt.Errorf("number of flat directions = %d, want ≥ 0", s.Flat)
	}
	if p := float64(s.EffectiveDimension) + float64(s.Flat); 8*p*p > parallel.GiB {
		return s, fmt.Errorf("Hessian takes %.3g GiB, want ≤ 1", 8*p*p/parallel.GiB)
	}
	if s.Transverse == nil {
		s.Transverse = make([]float64, s.EffectiveDimension-1)
		for i := range s.Transverse {
			s.Transverse[i] = s.OutlierCurvature
		}
	}
	if len(s.Transverse) != s.EffectiveDimension-1 {
		return s, fmt.Errorf("%d transverse curvatures, want n−1 = %d", len(s.Transverse), s.EffectiveDimension-1)
	}
	for i, h := range s.Transverse {
		if !positive(h) {
			return s, fmt.Errorf("transverse curvature h_%d = %v, want a finite value > 0", i+2, h)
		}
	}
	return s, nil
}

// checkLoss returns an error unless the loss at the saddle is that of the shape.
func (s Shape) checkLoss(loss float64) error {
	if want := s.Ratio * s.MinimumLoss; !(math.Abs(loss-want) <= 1e-9*want) || math.IsInf(want, 1) {
		return fmt.Errorf("landscape: loss %v at the saddle, want %v", loss, want)
	}
	return nil
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }

func (s Shape) build(a2, a3, a4 float64) Well {
	return Well{
		l0: s.MinimumLoss,
		a2: a2, a3: a3, a4: a4,
		transverse: append([]float64(nil), s.Transverse...),
		dim:        s.EffectiveDimension + s.Flat,
	}
}

// Polynomial returns the Well that l is, for whoever evaluates its polynomial by a faster way of its
// own, or nil. Landscapes that embed one of the wells are landscapes of their own: nil.
func Polynomial(l Landscape) *Well {
	switch l := l.(type) {
	case *Quartic:
		if l != nil {
			return &l.Well
		}
	case *Cubic:
		if l != nil {
			return &l.Well
		}
	case *Quadratic:
		if l != nil {
			return &l.Well
		}
	}
	return nil
}

// Coefficients returns a₂, a₃ and a₄ of V.
func (w *Well) Coefficients() [3]float64 { return [3]float64{w.a2, w.a3, w.a4} }

// Dim returns the number P = n + flat directions of parameters.
func (w *Well) Dim() int { return w.dim }

// EffectiveDimension returns the number n of outlier directions.
func (w *Well) EffectiveDimension() int { return 1 + len(w.transverse) }

// MinimumLoss returns L₀.
func (w *Well) MinimumLoss() float64 { return w.l0 }

// Transverse returns a copy of the curvatures h₂…h_n across the path.
func (w *Well) Transverse() []float64 { return append([]float64(nil), w.transverse...) }

// Profile returns V(z), V′(z) and V″(z) of the escape coordinate.
func (w *Well) Profile(z float64) (v, dv, ddv float64) {
	return z * z * (w.a2 + z*(w.a3+z*w.a4)),
		z * (2*w.a2 + z*(3*w.a3+z*4*w.a4)),
		2*w.a2 + z*(6*w.a3+z*12*w.a4)
}

// LossGrad implements [Landscape].
func (w *Well) LossGrad(dst, theta []float64) float64 {
	z := theta[0]
	loss := w.l0 + z*z*(w.a2+z*(w.a3+z*w.a4))
	if dst == nil {
		for i, h := range w.transverse {
			loss += 0.5 * h * theta[i+1] * theta[i+1]
		}
		return loss
	}
	dst[0] = z * (2*w.a2 + z*(3*w.a3+z*4*w.a4))
	for i, h := range w.transverse {
		g := h * theta[i+1]
		dst[i+1] = g
		loss += 0.5 * g * theta[i+1]
	}
	clear(dst[1+len(w.transverse):])
	return loss
}

// Hess implements [Hessian].
func (w *Well) Hess(dst *mat.SymDense, theta []float64) {
	dst.Zero()
	_, _, ddv := w.Profile(theta[0])
	dst.SetSym(0, 0, ddv)
	for i, h := range w.transverse {
		dst.SetSym(i+1, i+1, h)
	}
}

// Minimum returns the minimum at the origin.
func (w *Well) Minimum() Critical { return w.at(0) }

// at returns the critical point on the escape coordinate at z.
func (w *Well) at(z float64) Critical {
	theta := make([]float64, max(w.dim, 1))
	theta[0] = z
	return CriticalAt(w, theta)
}

// Saddle returns the saddle at z₁ = s.
func (q *Quartic) Saddle() Critical { return q.at(q.saddle) }

// FarMinimum returns the other minimum, at z₁ = 2s.
func (q *Quartic) FarMinimum() Critical { return q.at(2 * q.saddle) }

// Saddle returns the saddle at z₁ = s.
func (c *Cubic) Saddle() Critical { return c.at(c.saddle) }

// Far returns z₁ = 3s/2, the point past the saddle at which the loss is back at L₀: from there a
// return to the minimum has a chance of about c^{−1/T}, so that the mean time to reach it is the
// mean escape time.
func (c *Cubic) Far() float64 { return 1.5 * c.saddle }

// Edge returns the z₁ > s at which L reaches 0 on the path; the landscape stands for a loss only
// below it.
func (c *Cubic) Edge() float64 {
	// V falls monotonically past the saddle: bisection between 3s/2, where V = 0, and a point found
	// by doubling, where V < −L₀.
	lo, hi := c.Far(), 2*c.Far()
	for v, _, _ := c.Profile(hi); v > -c.l0; v, _, _ = c.Profile(hi) {
		lo, hi = hi, 2*hi
	}
	return root.Bisect(lo, hi, func(z float64) bool { v, _, _ := c.Profile(z); return v > -c.l0 })
}
