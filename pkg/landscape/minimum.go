package landscape

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// gradTol is the ‖∇L‖ below which a point counts as critical.
const gradTol = 1e-8

// FindMinimum returns the minimum that steepest descent from start would end
// in, or one close by: gonum's L-BFGS, then Newton steps down to ‖∇L‖ < 1e−8
// (or 1e−10 of its value at the start, where that is more). The Hessian there is
// in closed form where l knows it, else by differences, and takes P×P memory.
//
// It returns an error if start is not of length Dim or not finite, if ctx is
// done, if the gradient does not fall that low (naming the value reached), or
// if the point found is not a minimum.
func FindMinimum(ctx context.Context, l Landscape, start []float64) (Critical, error) {
	if err := checkPoint(l, "start", start); err != nil {
		return Critical{}, fmt.Errorf("landscape: minimum: %w", err)
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
	if ctx.Err() != nil {
		return Critical{}, fmt.Errorf("landscape: minimum from %v: %w", start, ctx.Err())
	}
	if result == nil {
		return Critical{}, fmt.Errorf("landscape: minimum from %v: %w", start, err)
	}
	// A line search that fails within rounding of the minimum is no harm: the
	// Newton steps decide.
	found, err := refine(l, result.X, 0, tol, 0.1*(1+floats.Norm(result.X, 2)))
	if err != nil {
		return Critical{}, fmt.Errorf("landscape: minimum from %v: %w", start, err)
	}
	return found, nil
}

// checkPoint returns an error unless p is a finite point of the landscape.
func checkPoint(l Landscape, name string, p []float64) error {
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
