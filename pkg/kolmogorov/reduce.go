package kolmogorov

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Reduction is a barrier in the two coordinates that the solvers take: z₁ along its axis and r
// across it. It is the same barrier, not an approximation.
type Reduction struct {
	Valley
	// Axis is the axis; its Minimum, Saddle and Exit are values of z₁.
	Axis landscape.Axis
	// Along and Across are the curvatures of H(θ*) on the axis and across it. They are equal for n
	// = 1.
	Along, Across float64
	// Symmetric says that L is the same on both sides of the saddle plane.
	Symmetric bool

	at     []float64   // the minimum
	across [][]float64 // unit vectors
}

// Coordinates returns the (z₁, r) of θ: NaN for one of another dimension, and for a reduction that
// [Reduce] did not make.
func (r Reduction) Coordinates(theta []float64) (z, radius float64) {
	if len(theta) == 0 || len(theta) != len(r.at) {
		return math.NaN(), math.NaN()
	}
	away := make([]float64, len(theta))
	floats.SubTo(away, theta, r.at)
	z = r.Minimum + floats.Dot(r.Axis.Direction, away)
	if r.Plane {
		return z, floats.Dot(r.across[0], away)
	}
	square := 0.0
	for _, e := range r.across {
		x := floats.Dot(e, away)
		square += x * x
	}
	return z, math.Sqrt(square)
}

// sameLoss is the relative difference up to which two losses count as the same, when a symmetry is
// looked for: above what a saddle found by Newton's method is off by, while a rate changes by no
// more than sameLoss/T.
const sameLoss = 1e-6

// Reduce returns the reduction of a barrier whose outliers are few or symmetric:
//
//   - one outlier, n = 1;
//   - two, of any shape: with mirror symmetry about the axis, or as a plane;
//   - more, if L has rotational symmetry about the axis through the minimum,
//     L(z₁, |z_⊥|), as where equal parabolas stand across a path that is straight.
//
// Directions that are flat at the minimum carry no noise and must not change L. It returns an error
// that says what is missing otherwise (the symmetry is looked for at some dozens of points about
// the path), and those of [landscape.FindAxis].
func Reduce(b landscape.Barrier) (Reduction, error) {
	axis, err := landscape.FindAxis(b)
	var f *frame
	if err == nil {
		f, err = newFrame(b, axis)
	}
	if err != nil {
		return Reduction{}, fmt.Errorf("kolmogorov: %w", err)
	}
	r := Reduction{Axis: axis, Along: f.along, Across: f.along, at: f.minimum, across: f.across}
	r.Valley = Valley{Dim: 1 + len(f.across), Minimum: axis.Minimum, Loss: f.loss}
	if len(f.across) > 0 {
		r.Across = f.curvature[0]
	}
	if err := f.checkFlat(r); err != nil {
		return Reduction{}, fmt.Errorf("kolmogorov: %w", err)
	}
	if err := f.checkAxial(r); err != nil {
		if r.Dim != 2 {
			return Reduction{}, fmt.Errorf("kolmogorov: no reduction to (z₁, |z_⊥|) of %d outliers: %w", r.Dim, err)
		}
		r.Plane = true
	}
	r.Symmetric = r.symmetric()
	return r, nil
}

// BarrierRate returns the escape rate κ under isotropic noise: half the lowest eigenvalue with
// absorption at the saddle plane where the barrier is symmetric about it, which is the rate of
// hopping between two wells, and otherwise the lowest eigenvalue with absorption at the Exit of its
// axis. Errors are those of [Reduce] and [Kolmogorov.Solve].
func BarrierRate(ctx context.Context, b landscape.Barrier, noise exact.NoiseLaw) (exact.Result, error) {
	r, err := Reduce(b)
	if err != nil {
		return exact.Result{}, err
	}
	return r.Rate(func(exit float64) (*Passage, error) {
		return Kolmogorov{Valley: r.Valley, Noise: noise, Exit: exit}.Solve(ctx)
	})
}

// Rate returns κ as [BarrierRate] does, from the given solver of the passage to an absorbing plane.
// Without one, or for a reduction that [Reduce] did not make, it is an error.
func (r Reduction) Rate(solve func(exit float64) (*Passage, error)) (exact.Result, error) {
	if solve == nil || r.Loss == nil {
		return exact.Result{}, fmt.Errorf("kolmogorov: rate of no reduction or without a solver")
	}
	exit, factor := r.Axis.Exit, 1.0
	if r.Symmetric {
		exit, factor = r.Axis.Saddle, 0.5
	}
	p, err := solve(exit)
	if err == nil && p == nil {
		err = fmt.Errorf("kolmogorov: rate: the solver gave no passage")
	}
	if err != nil {
		return exact.Result{}, err
	}
	k := p.Eigenvalue
	return exact.Result{Value: factor * k.Value, Err: factor * k.Err, Grid: k.Grid}, nil
}

func (r Reduction) symmetric() bool {
	span := r.Axis.Saddle - r.Minimum
	radii := []float64{0}
	if r.Dim > 1 {
		radii = append(radii, 0.3*span)
	}
	if r.Plane {
		radii = append(radii, -0.3*span)
	}
	for _, x := range []float64{0.1, 0.35, 0.6, 1, 1.3} {
		for _, y := range radii {
			before, after := r.Loss(r.Axis.Saddle-x*span, y), r.Loss(r.Axis.Saddle+x*span, y)
			if !(math.Abs(before-after) <= sameLoss*before) {
				return false
			}
		}
	}
	return true
}

// frame is the coordinates of a reduction.
type frame struct {
	b             landscape.Barrier
	minimum, axis []float64
	z0            float64 // of the minimum
	along         float64
	across, flat  [][]float64 // unit vectors, outliers and others
	curvature     []float64   // of those across
}

// newFrame finds the eigenvectors of H(θ*) across the axis.
func newFrame(b landscape.Barrier, axis landscape.Axis) (*frame, error) {
	minimum := b.Minimum()
	spaces, err := landscape.Eigenspaces(minimum.Hess)
	if err != nil {
		return nil, err
	}
	f := &frame{b: b, minimum: minimum.Theta, axis: axis.Direction, z0: axis.Minimum}
	for _, s := range spaces {
		basis := s.Basis
		if on := floats.Norm(s.Project(axis.Direction), 2); on > 1-1e-6 {
			f.along = s.Curvature
			basis = complement(basis, axis.Direction)
		}
		if s.Curvature == 0 {
			f.flat = append(f.flat, basis...)
			continue
		}
		for _, v := range basis {
			f.across, f.curvature = append(f.across, v), append(f.curvature, s.Curvature)
		}
	}
	if !(f.along > 0) {
		return nil, fmt.Errorf("the unstable direction of the saddle lies in no eigenspace of H(θ*)")
	}
	return f, nil
}

// complement returns an orthonormal basis of what a space has left without one of its unit vectors,
// by Gram–Schmidt.
func complement(basis [][]float64, without []float64) [][]float64 {
	done := [][]float64{without}
	for _, v := range basis {
		v = append([]float64(nil), v...)
		for _, u := range done {
			floats.AddScaled(v, -floats.Dot(u, v), u)
		}
		// Of all the vectors of the basis one must go: what is left of it is rounding.
		if norm := floats.Norm(v, 2); norm > 1e-6 && len(done) < len(basis) {
			floats.Scale(1/norm, v)
			done = append(done, v)
		}
	}
	return done[1:]
}

// loss returns L(z₁, r), with r along the first direction across.
func (f *frame) loss(z, r float64) float64 {
	if r == 0 || len(f.across) == 0 {
		return f.lossOn(z, 0, f.axis)
	}
	return f.lossOn(z, r, f.across[0])
}

// lossOn returns L at z₁ and distance r along a direction.
func (f *frame) lossOn(z, r float64, direction []float64) float64 {
	theta := make([]float64, len(f.minimum))
	for i, m := range f.minimum {
		theta[i] = m + (z-f.z0)*f.axis[i] + r*direction[i]
	}
	return f.b.LossGrad(nil, theta)
}

// probes calls visit with points about the path: before the minimum, on the way, at the saddle and
// beyond, up to the width of the barrier across.
func (f *frame) probes(r Reduction, visit func(z, radius float64) error) error {
	span := r.Axis.Saddle - r.Minimum
	for _, x := range []float64{-0.4, 0, 0.3, 0.7, 1, 1.2} {
		for _, y := range []float64{0.05, 0.3, 1} {
			if err := visit(r.Minimum+x*span, y*span); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkFlat returns an error if the loss depends on a direction that carries no noise.
func (f *frame) checkFlat(r Reduction) error {
	return f.probes(r, func(z, radius float64) error {
		want := f.lossOn(z, 0, f.axis)
		for _, v := range f.flat {
			if got := f.lossOn(z, radius, v); !(math.Abs(got-want) <= sameLoss*want) {
				return fmt.Errorf("direction %.3v is flat at the minimum but not at z₁ = %.3g, where L goes from %.6g to %.6g", v, z, want, got)
			}
		}
		return nil
	})
}

// checkAxial returns an error unless the minimum, the saddle and all planes across look the same
// from every side.
func (f *frame) checkAxial(r Reduction) error {
	if len(f.across) == 0 {
		return nil
	}
	for i, h := range f.curvature {
		if math.Abs(h-r.Across) > 1e-6*r.Across {
			return fmt.Errorf("curvatures %.6g and %.6g across the path differ (number %d)", r.Across, h, i+1)
		}
	}
	diagonal := make([]float64, len(f.minimum))
	for i, v := range f.across {
		floats.AddScaled(diagonal, 1-0.4*float64(i%4), v) // no symmetry of a cube
	}
	floats.Scale(1/floats.Norm(diagonal, 2), diagonal)
	return f.probes(r, func(z, radius float64) error {
		want := f.loss(z, radius)
		for _, v := range append([][]float64{diagonal}, f.across...) {
			for _, side := range []float64{radius, -radius} {
				if got := f.lossOn(z, side, v); !(math.Abs(got-want) <= sameLoss*math.Abs(want)) {
					return fmt.Errorf("loss at z₁ = %.3g and distance %.3g from the axis of %.6g on one side and %.6g on another", z, radius, want, got)
				}
			}
		}
		return nil
	})
}
