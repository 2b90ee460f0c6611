// Package search answers the question: where are the minima of a landscape, and over which saddle
// does the way between two of them go? It needs L and ∇L alone. What it finds is a
// [landscape.Barrier], which the rate formulas, the exact solvers and the simulations take.
package search

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// gradTol is the ‖∇L‖ below which a point counts as critical.
const gradTol = 1e-8

// FindMinimum returns the minimum that steepest descent from start would end in, or one close by:
// gonum's L-BFGS, then Newton steps down to ‖∇L‖ < 1e−8 (or 1e−10 of its value at the start, where
// that is more). The Hessian there is in closed form where l knows it, else by differences, and
// takes P×P memory.
//
// It returns an error if start is not of length Dim or not finite, if ctx is done, if the gradient
// does not fall that low (naming the value reached), if P×P numbers take more than 1 GiB, or if the
// point found is not a minimum.
func FindMinimum(ctx context.Context, l landscape.Landscape, start []float64) (landscape.Critical, error) {
	if ctx == nil {
		return landscape.Critical{}, fmt.Errorf("search: minimum without a context")
	}
	if err := landscape.CheckPoint(l, "start", start); err != nil {
		return landscape.Critical{}, fmt.Errorf("search: minimum: %w", err)
	}
	grad := make([]float64, l.Dim())
	l.LossGrad(grad, start)
	tol := math.Max(gradTol, 1e-10*floats.Norm(grad, 2))
	problem := optimize.Problem{
		Func:   func(x []float64) float64 { return l.LossGrad(nil, x) },
		Grad:   func(g, x []float64) { l.LossGrad(g, x) },
		Status: func() (optimize.Status, error) { return optimize.NotTerminated, ctx.Err() },
	}
	settings := &optimize.Settings{
		GradientThreshold: tol,
		Converger:         optimize.NeverTerminate{},
		MajorIterations:   100_000, // a bound for ill-conditioned bowls; well-conditioned ones take tens
	}
	result, err := optimize.Minimize(problem, start, settings, &optimize.LBFGS{})
	if result == nil {
		return landscape.Critical{}, fmt.Errorf("search: minimum from %v: %w", start, cmp.Or(ctx.Err(), err))
	}
	// A line search that fails within rounding of the minimum is no harm: the Newton steps decide.
	found, err := refine(ctx, l, result.X, 0, tol, 0.1*(1+floats.Norm(result.X, 2)))
	if err != nil {
		return landscape.Critical{}, fmt.Errorf("search: minimum from %v: %w", start, cmp.Or(ctx.Err(), err))
	}
	return found, nil
}

// FindSaddle refines an image of a path, as a rule one of [Path.Peaks], to the index-1 saddle next
// to it, by eigenvector following down to ‖∇L‖ < 1e−8 (or 1e−10 of the largest force on the path,
// where that is more). It returns an error if there is no such image, l or path, if the gradient
// does not fall that low (naming the value reached), if the critical point has not exactly one
// negative curvature, if it lies farther from the path than the path is long, or if ctx is done.
func FindSaddle(ctx context.Context, l landscape.Landscape, path *Path, image int) (landscape.Critical, error) {
	if err := parallel.Err(ctx); err != nil {
		return landscape.Critical{}, fmt.Errorf("search: saddle: %w", err)
	}
	path = cmp.Or(path, new(Path)) // of no images
	if image < 0 || image >= min(len(path.Images), len(path.Arc)) {
		return landscape.Critical{}, fmt.Errorf("search: saddle near image %d, want 0 to %d", image, len(path.Images)-1)
	}
	grad := make([]float64, len(path.Images[0]))
	largest := 0.0
	for _, x := range path.Images {
		if err := landscape.CheckPoint(l, "image", x); err != nil {
			return landscape.Critical{}, fmt.Errorf("search: saddle: %w", err)
		}
		l.LossGrad(grad, x)
		largest = math.Max(largest, floats.Norm(grad, 2))
	}
	length := path.Arc[len(path.Arc)-1]
	spacing := length / float64(len(path.Images)-1)
	start := path.Images[image]
	found, err := refine(ctx, l, start, 1, math.Max(gradTol, 1e-10*largest), spacing)
	if err == nil && floats.Distance(found.Theta, start, 2) > length {
		err = fmt.Errorf("led away to %v", found.Theta)
	}
	if err != nil {
		return landscape.Critical{}, fmt.Errorf("search: saddle near %v: %w", start, cmp.Or(ctx.Err(), err))
	}
	return found, nil
}

// Escape is a way out found on any landscape: its minimum, the highest saddle of the minimum-energy
// path to another minimum, and that path. As a [landscape.Barrier] it is what the rate formulas ask
// for.
type Escape struct {
	landscape.Landscape
	Path    *Path
	minimum landscape.Critical
	saddle  landscape.Critical
	far     landscape.Critical
}

var _ landscape.Barrier = (*Escape)(nil)

// FindEscape descends from two starting points to the minima next to them, finds the path between
// these and refines its highest saddle, so that Eq. 17 can be applied to a landscape given by L and
// ∇L alone. Errors are those of [FindMinimum], [FindPath] and [FindSaddle]; it is an error too if
// both starts lead to one minimum or if the loss does not rise between the minima.
func FindEscape(ctx context.Context, l landscape.Landscape, start, other []float64, s PathSettings) (*Escape, error) {
	minimum, err := FindMinimum(ctx, l, start)
	if err != nil {
		return nil, err
	}
	far, err := FindMinimum(ctx, l, other)
	if err != nil {
		return nil, err
	}
	if d := floats.Distance(minimum.Theta, far.Theta, 2); d < 1e-6*(1+floats.Norm(minimum.Theta, 2)) {
		return nil, fmt.Errorf("search: escape: %v and %v lead to the same minimum %v", start, other, minimum.Theta)
	}
	path, err := FindPath(ctx, l, minimum.Theta, far.Theta, s)
	if err != nil {
		return nil, err
	}
	top := floats.MaxIdx(path.Loss)
	if top == 0 || top == len(path.Loss)-1 {
		return nil, fmt.Errorf("search: escape: no barrier between the minima %v and %v", minimum.Theta, far.Theta)
	}
	saddle, err := FindSaddle(ctx, l, path, top)
	if err != nil {
		return nil, err
	}
	return &Escape{Landscape: l, Path: path, minimum: minimum, saddle: saddle, far: far}, nil
}

// Minimum implements [landscape.Barrier].
func (e *Escape) Minimum() landscape.Critical { return e.minimum }

// Saddle implements [landscape.Barrier].
func (e *Escape) Saddle() landscape.Critical { return e.saddle }

// FarMinimum returns the minimum at the other end of the path.
func (e *Escape) FarMinimum() landscape.Critical { return e.far }
