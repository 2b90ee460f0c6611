package escape

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Route is the rate of a problem by one definition or formula, free of sampling error.
type Route struct {
	Method string
	Rate   exact.Result // Err is 0 for a formula
}

// Routes are the rates of one problem by all routes without sampling error, in this order:
//
//	eigenvalue    the rate proper, Rates.Kappa
//	mfpt          1/(mean time from the minimum to the exit past the saddle)
//	mfpt_saddle   ½/(mean time to the saddle plane): half of those who reach it fall back
//	quadrature2   two quadratures, Problem.Quadratures; left out where it errs
//	eq17          Eq. 17, whatever its caveats
//	linear        the linear barrier
type Routes []Route

// Of returns the rate by one method; NaN if it is not among the routes.
func (r Routes) Of(method string) float64 {
	for _, route := range r {
		if route.Method == method {
			return route.Rate.Value
		}
	}
	return math.NaN()
}

// Routes returns the rates by all routes, with the errors of [Problem.Exact].
func (p Problem) Routes(ctx context.Context) (Routes, error) {
	e, err := p.Theory()
	if err != nil {
		return nil, err
	}
	r, solve, err := p.reduce(ctx)
	if err != nil {
		return nil, err
	}
	far, err := solve(r.Axis.Exit)
	if err != nil {
		return nil, fmt.Errorf("escape: %w", err)
	}
	saddle, err := solve(r.Axis.Saddle)
	if err != nil {
		return nil, fmt.Errorf("escape: %w", err)
	}
	kappa, err := r.Rate(func(exit float64) (*kolmogorov.Passage, error) {
		if exit == r.Axis.Saddle {
			return saddle, nil
		}
		return far, nil
	})
	if err != nil {
		return nil, fmt.Errorf("escape: %w", err)
	}
	half := saddle.Rate()
	half.Value, half.Err = half.Value/2, half.Err/2
	out := Routes{{"eigenvalue", kappa}, {"mfpt", far.Rate()}, {"mfpt_saddle", half}}
	if two, err := p.Quadratures(ctx); err == nil {
		out = append(out, Route{"quadrature2", two})
	} else if ctx.Err() != nil {
		return nil, err
	}
	return append(out, Route{"eq17", exact.Result{Value: e.Rate()}}, Route{"linear", exact.Result{Value: e.RateLinear()}}), nil
}

// Solved is a problem with the paper's formulas and all routes.
type Solved struct {
	theory.Escape
	Routes
}

// Sweep is several problems, solved.
type Sweep []Solved

// Where returns the problems that keep lets pass.
func (s Sweep) Where(keep func(theory.Escape) bool) (out Sweep) {
	for _, one := range s {
		if keep != nil && keep(one.Escape) {
			out = append(out, one)
		}
	}
	return out
}

// Each calls visit for every problem and route, in order.
func (s Sweep) Each(visit func(theory.Escape, Route)) {
	for _, one := range s {
		for _, r := range one.Routes {
			visit(one.Escape, r)
		}
	}
}

// Column returns the rates by one method, NaN where a problem has none.
func (s Sweep) Column(method string) []float64 {
	out := make([]float64, len(s))
	for i, r := range s {
		out[i] = r.Of(method)
	}
	return out
}

// Ratio returns the rates by one method over those by another.
func (s Sweep) Ratio(method, over string) []float64 {
	out := s.Column(method)
	return floats.DivTo(out, out, s.Column(over))
}

// Points returns the margins x = ½(n_c − n)·log c and the ratios of two methods where both exist.
func (s Sweep) Points(method, over string) (x, ratios []float64) {
	for i, r := range s.Ratio(method, over) {
		if !math.IsNaN(r) {
			x, ratios = append(x, s[i].Margin()), append(ratios, r)
		}
	}
	return x, ratios
}

// Farthest returns the ratio that is farthest from 1, half as far as twice; 1 for none, and NaN if
// one is not positive.
func Farthest(ratios ...float64) float64 {
	worst := 1.0
	for _, r := range ratios {
		if !(r > 0) {
			return math.NaN()
		}
		if math.Abs(math.Log(r)) > math.Abs(math.Log(worst)) {
			worst = r
		}
	}
	return worst
}

// AllRoutes returns the routes of several problems, solved side by side; the error is that of the
// first that has one, or of ctx.
func AllRoutes(ctx context.Context, problems []Problem) (Sweep, error) {
	if err := parallel.Err(ctx); err != nil {
		return nil, fmt.Errorf("escape: %w", err)
	}
	out, errs := make(Sweep, len(problems)), make([]error, len(problems))
	parallel.For(ctx, len(problems), parallel.Workers(0), func() func(int) {
		return func(i int) {
			if out[i].Routes, errs[i] = problems[i].Routes(ctx); errs[i] == nil {
				out[i].Escape, errs[i] = problems[i].Theory()
			}
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("escape: %w", err)
	}
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("escape: problem %d: %w", i, err)
		}
	}
	return out, nil
}

// Kappa returns the rate proper, Rates.Kappa, alone: half of the work of [Problem.Exact], with its
// errors.
func (p Problem) Kappa(ctx context.Context) (exact.Result, error) {
	r, solve, err := p.reduce(ctx)
	if err != nil {
		return exact.Result{}, err
	}
	kappa, err := r.Rate(solve)
	if err != nil {
		return exact.Result{}, fmt.Errorf("escape: %w", err)
	}
	return kappa, nil
}

// StraightFactor returns the factor F by which unequal outliers change Eq. 17 for T → 0 on a
// straight path, [kolmogorov.Aligned.StraightFactor], with its errors and those of
// [kolmogorov.Reduce].
func (p Problem) StraightFactor(ctx context.Context) (float64, error) {
	r, _, err := p.reduce(ctx)
	if err != nil {
		return 0, err
	}
	a := kolmogorov.Aligned{Valley: r.Valley, Along: p.Noise.Temperature(r.Along), Across: p.Noise.Temperature(r.Across)}
	f, err := a.StraightFactor(ctx, r.Axis.Saddle)
	if err != nil {
		return 0, fmt.Errorf("escape: %w", err)
	}
	return f, nil
}

// QuarticProblem is the test problem of the notebooks, and of the exact table: the symmetric
// quartic double well of n equal outliers with h* = 1 and L(θ*) = 1 at temperature T and loss ratio
// c. Errors are those of [landscape.NewQuartic].
func QuarticProblem(n int, T, c float64) (Problem, error) {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: c, EffectiveDimension: n})
	if err != nil {
		return Problem{}, fmt.Errorf("escape: %w", err)
	}
	return Problem{Barrier: well, Noise: theory.NoiseFor(T, 1)}, nil
}
