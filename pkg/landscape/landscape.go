// Package landscape answers the question: what does the loss look like between a minimum and the
// saddle on the way out of it?
//
// A [Landscape] is a loss L(θ) > 0 with its gradient. Landscapes with a known way out are a
// [Barrier]: they also export their minimum θ*, their saddle θˢ and the Hessians there, which is
// all that the rate formulas of Mori et al. (Eq. 16 and 17) ask for. The analytic wells of this
// package ([NewQuartic], [NewCubic], [NewQuadratic]) hold n outlier directions of curvature h* and
// any number of flat ones; [NewBent] bends the valley. For a landscape of your own, given by L and
// ∇L alone, [Check] finds the mistake in them and package search finds minima, path and saddle.
package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// Landscape is a loss surface L: ℝ^P → ℝ. An implementation is immutable and safe for use by
// several goroutines.
type Landscape interface {
	// Dim returns the number P of parameters.
	Dim() int
	// LossGrad returns L(θ) and, if dst is not nil, stores ∇L(θ) in dst. θ and dst have length Dim;
	// dst must not alias θ.
	LossGrad(dst, theta []float64) float64
}

// Hessian is implemented by landscapes that know ∇²L in closed form.
type Hessian interface {
	// Hess stores ∇²L(θ) in dst, which has order Dim.
	Hess(dst *mat.SymDense, theta []float64)
}

// Barrier is a landscape with a minimum and an index-1 saddle on the way out.
type Barrier interface {
	Landscape
	// Minimum returns θ*, L(θ*) and H(θ*).
	Minimum() Critical
	// Saddle returns θˢ, L(θˢ) and H(θˢ).
	Saddle() Critical
}

// Critical is a point at which ∇L = 0, with what the rate formulas need of it.
type Critical struct {
	Theta []float64     // position, length P
	Loss  float64       // L(θ)
	Hess  *mat.SymDense // ∇²L(θ), P×P
}

// Index returns the number of negative eigenvalues of the Hessian: 0 at a minimum, 1 at the saddle
// of an escape path. Eigenvalues below [Flatness] times the largest in size count as zero, that is
// as flat.
func (c Critical) Index() (int, error) {
	spaces, err := Eigenspaces(c.Hess)
	if err != nil {
		return 0, fmt.Errorf("%w at %v", err, c.Theta)
	}
	n := 0
	for _, s := range spaces {
		if s.Curvature < 0 {
			n += len(s.Basis)
		}
	}
	return n, nil
}

// CriticalAt evaluates loss and Hessian at theta, which the caller knows to be a critical point.
// The Hessian is nil, and refused, at no finite point of l.
func CriticalAt(l interface {
	Landscape
	Hessian
}, theta []float64) Critical {
	if CheckPoint(l, "", theta) != nil {
		return Critical{Theta: theta, Loss: math.NaN()}
	}
	h := mat.NewSymDense(l.Dim(), nil)
	l.Hess(h, theta)
	return Critical{Theta: append([]float64(nil), theta...), Loss: l.LossGrad(nil, theta), Hess: h}
}

// CheckIndex returns an error unless c has the given number of negative curvatures.
func (c Critical) CheckIndex(want int) error {
	got, err := c.Index()
	if err == nil && got != want {
		err = fmt.Errorf("critical point %v has %d negative curvatures, want %d", c.Theta, got, want)
	}
	return err
}

// CheckPoint returns an error that calls p by name unless p is a finite point of the landscape, of
// length Dim.
func CheckPoint(l Landscape, name string, p []float64) error {
	if given.None(l) {
		return fmt.Errorf("no landscape given")
	}
	if len(p) != l.Dim() {
		return fmt.Errorf("%s has length %d, want %d", name, len(p), l.Dim())
	}
	for i, v := range p {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s has coordinate %d = %v, want a finite value", name, i, v)
		}
	}
	return nil
}
