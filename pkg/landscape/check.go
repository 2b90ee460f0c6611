package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// Flatness is the size of a curvature, relative to the largest, below which a direction counts as
// flat: above the 1e−9 that a Hessian by differences is off by, below what changes a rate.
const Flatness = 1e-7

// lawTolerance is what central differences may be off by, relative to 1 + what they are compared
// with: their own error is about 1e−9 for a smooth function of size 1, and a wrong sign, factor or
// index is off by far more.
const lawTolerance = 1e-5

// Check puts a landscape through the laws that every one obeys, at each of the points, and returns
// the first that it breaks:
//
//   - L is finite and > 0, the same with and without a gradient asked for;
//   - ∇L is the derivative of L, to 1e−5 (central differences);
//   - for a [Hessian], ∇²L is the derivative of ∇L, to 1e−5, and does not change
//     what LossGrad returns.
//
// It costs 2P losses a point, and 2P gradients where there is a Hessian. A gradient that is wrong
// by a factor 2 gives a rate that is wrong by a factor of five and no other sign of it: call Check
// on a landscape of your own.
func Check(l Landscape, points ...[]float64) error {
	if len(points) == 0 {
		return fmt.Errorf("landscape: check of %T at no points, want ≥ 1", l)
	}
	for _, theta := range points {
		err := CheckPoint(l, "point", theta)
		if err == nil {
			err = checkGradient(l, theta)
		}
		if err == nil {
			err = checkHessian(l, theta)
		}
		if err != nil {
			return fmt.Errorf("landscape: %T breaks a law at θ = %v: %w", l, theta, err)
		}
	}
	return nil
}

func checkGradient(l Landscape, theta []float64) error {
	got := make([]float64, len(theta))
	loss := l.LossGrad(got, theta)
	if !positive(loss) {
		return fmt.Errorf("the loss is %v, want a finite value > 0", loss)
	}
	if bare := l.LossGrad(nil, theta); math.Abs(bare-loss) > 1e-12*loss {
		return fmt.Errorf("the loss is %v with its gradient, %v without", loss, bare)
	}
	f := func(x []float64) float64 { return l.LossGrad(nil, x) }
	want := fd.Gradient(nil, f, theta, &fd.Settings{Formula: fd.Central})
	scale := 1 + loss + floats.Norm(want, math.Inf(1))
	for i, g := range got {
		if !(math.Abs(g-want[i]) <= lawTolerance*scale) {
			return fmt.Errorf("∂L/∂θ_%d = %.6g, but differences of L give %.6g", i, g, want[i])
		}
	}
	return nil
}

func checkHessian(l Landscape, theta []float64) error {
	known, ok := l.(Hessian)
	if !ok {
		return nil
	}
	p := len(theta)
	got, want := mat.NewSymDense(p, nil), mat.NewDense(p, p, nil)
	known.Hess(got, theta)
	fd.Jacobian(want, func(g, x []float64) { l.LossGrad(g, x) }, theta, &fd.JacobianSettings{Formula: fd.Central})
	scale := 1 + mat.Max(want) - mat.Min(want)
	for i := range p {
		for j := range p {
			if !(math.Abs(got.At(i, j)-want.At(i, j)) <= lawTolerance*scale) {
				return fmt.Errorf("∂²L/∂θ_%d∂θ_%d = %.6g, but differences of ∇L give %.6g", i, j, got.At(i, j), want.At(i, j))
			}
		}
	}
	return nil
}

// CheckBarrier returns an error unless b keeps its word: at minimum and saddle the losses are those
// of L, the slopes vanish to 1e−6 of the barrier over the distance between them, no direction
// curves down at the minimum and one does at the saddle, and L is higher there; and [Check] passes
// between the two.
func CheckBarrier(b Barrier) error {
	if given.None(b) {
		return fmt.Errorf("landscape: no barrier given")
	}
	minimum, saddle := b.Minimum(), b.Saddle()
	for index, c := range []Critical{minimum, saddle} {
		if err := CheckPoint(b, "critical point", c.Theta); err != nil {
			return fmt.Errorf("landscape: barrier: %w", err)
		}
		if c.Hess == nil || c.Hess.SymmetricDim() != b.Dim() {
			return fmt.Errorf("landscape: barrier: critical point %v without a Hessian of order %d", c.Theta, b.Dim())
		}
		if err := c.CheckIndex(index); err != nil {
			return fmt.Errorf("landscape: barrier: %w", err)
		}
	}
	if !(minimum.Loss > 0 && saddle.Loss > minimum.Loss) || math.IsInf(saddle.Loss, 1) {
		return fmt.Errorf("landscape: barrier: loss %v at the minimum and %v at the saddle, want 0 < L(θ*) < L(θˢ) < ∞", minimum.Loss, saddle.Loss)
	}
	distance := floats.Distance(minimum.Theta, saddle.Theta, 2)
	grad := make([]float64, b.Dim())
	for _, c := range []Critical{minimum, saddle} {
		loss := b.LossGrad(grad, c.Theta)
		if !(math.Abs(loss-c.Loss) <= 1e-9*c.Loss) {
			return fmt.Errorf("landscape: barrier: L = %v at %v, but the critical point says %v", loss, c.Theta, c.Loss)
		}
		if norm := floats.Norm(grad, 2); !(norm*distance <= 1e-6*(saddle.Loss-minimum.Loss)) {
			return fmt.Errorf("landscape: barrier: ‖∇L‖ = %g at the critical point %v", norm, c.Theta)
		}
	}
	between := make([][]float64, 3)
	for i := range between {
		between[i] = make([]float64, b.Dim())
		floats.AddScaledTo(between[i], minimum.Theta, 0.2+0.25*float64(i), floats.SubTo(make([]float64, b.Dim()), saddle.Theta, minimum.Theta))
	}
	return Check(b, between...)
}
