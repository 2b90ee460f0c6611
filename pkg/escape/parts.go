package escape

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
)

// Laplace takes the step from Eq. 17 to two quadratures apart, for a pass that is the same on both
// sides; see [exact.Channel.Laplace]. Errors are those of [Problem.Quadratures], and one for a pass
// that is not symmetric, frozen noise, or outliers that change along the path.
func (p Problem) Laplace(ctx context.Context) (room, well, pass float64, err error) {
	e, err := p.Theory()
	if err != nil {
		return 0, 0, 0, err
	}
	r, _, err := p.reduce(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	// The determinants without what lies along the path: equal if nothing changes across.
	across := e.LogDetRatio - math.Log(e.OutlierCurvature/-e.SaddleCurvature)
	if !r.Symmetric || p.Frozen || math.Abs(across) > 1e-6 || math.Abs(r.Along-r.Across) > 1e-6*r.Along {
		return 0, 0, 0, fmt.Errorf("escape: Laplace's method: symmetric pass %v, frozen noise %v, log det ratio across %.3g, curvatures %.6g and %.6g, want true, false, 0 and equal", r.Symmetric, p.Frozen, across, r.Along, r.Across)
	}
	c := exact.Channel{Line: exact.OneDim{Loss: func(z float64) float64 { return r.Loss(z, 0) }, Noise: exact.LossNoise{Temperature: e.T()}}, Dim: e.EffectiveDimension}
	if room, well, pass, err = c.Laplace(ctx, r.Axis.Minimum, r.Axis.Saddle, e.OutlierCurvature, -e.SaddleCurvature); err != nil {
		return 0, 0, 0, fmt.Errorf("escape: %w", err)
	}
	return room, well, pass, nil
}

// Transitions returns the rate of transitions from the plane of the minimum to the exit past the
// saddle, the reactive flux of transition path theory ([kolmogorov.Committor.Rate]), when a
// fraction tail of the stationary weight may lie outside the grid; 0 means 1e−6. Where n ≥ n_c − 1
// the flux has no finite value, and what comes out depends on tail. Errors are those of
// [Problem.Exact]; noise of unequal outliers is not reversible, and refused.
func (p Problem) Transitions(ctx context.Context, tail float64) (exact.Result, error) {
	c, _, err := p.Committor(ctx, tail)
	if err != nil {
		return exact.Result{}, err
	}
	return c.Rate, nil
}

// Committor returns the probability to reach the exit past the saddle before the plane of the
// minimum, with the two coordinates in which it is told, [kolmogorov.Reduction.Coordinates]. Tail
// and errors are those of [Problem.Transitions].
func (p Problem) Committor(ctx context.Context, tail float64) (*kolmogorov.Committor, kolmogorov.Reduction, error) {
	r, _, err := p.reduce(ctx)
	if err != nil {
		return nil, r, err
	}
	if p.Frozen || math.Abs(r.Along-r.Across) > 1e-6*r.Along {
		return nil, r, fmt.Errorf("escape: committor: frozen noise %v, outliers %.6g and %.6g, want false and equal ones", p.Frozen, r.Along, r.Across)
	}
	k := kolmogorov.Kolmogorov{Valley: r.Valley, Noise: exact.LossNoise{Temperature: p.Noise.Temperature(r.Along)},
		Exit: r.Axis.Exit, Tail: tail, Tolerance: p.Tolerance}
	c, err := k.Committor(ctx)
	if err != nil {
		return nil, r, fmt.Errorf("escape: %w", err)
	}
	return c, r, nil
}

// InWell returns the law of the walker that has not yet reached the saddle plane, and its mean
// loss. Errors are those of [Problem.Exact].
func (p Problem) InWell(ctx context.Context) (law *kolmogorov.Passage, loss float64, err error) {
	r, solve, err := p.reduce(ctx)
	if err != nil {
		return nil, 0, err
	}
	if law, err = solve(r.Axis.Saddle); err != nil {
		return nil, 0, fmt.Errorf("escape: %w", err)
	}
	return law, law.Expect(r.Loss), nil
}

// Grid returns the problems of all temperatures, loss ratios and dimensions, n running fastest and
// T slowest, each from build, such as [QuarticProblem]. The error is the first of build.
func Grid(build func(n int, T, c float64) (Problem, error), n []int, T, c []float64) ([]Problem, error) {
	if build == nil {
		return nil, fmt.Errorf("escape: grid: nothing to build problems with")
	}
	var out []Problem
	for i := range len(T) * len(c) * len(n) {
		p, err := build(n[i%len(n)], T[i/len(n)/len(c)], c[i/len(n)%len(c)])
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// LocalBarriers returns −Δlog κ/Δ(1/T) between neighbouring temperatures, with the 1/T half way:
// the barrier that rates at finite temperature show, which tends to that of Freidlin and Wentzell
// as T falls. NaN or nothing comes of rates that are not positive or of other lengths.
func LocalBarriers(inverse, rates []float64) (middle, barrier []float64) {
	if len(inverse) != len(rates) {
		return nil, nil
	}
	for i := 1; i < len(rates); i++ {
		middle = append(middle, (inverse[i-1]+inverse[i])/2)
		barrier = append(barrier, math.Log(rates[i-1]/rates[i])/(inverse[i]-inverse[i-1]))
	}
	return middle, barrier
}
