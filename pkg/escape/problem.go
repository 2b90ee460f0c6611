package escape

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Problem is one way out of one minimum under the noise of SGD: what theory, exact solution and
// simulation all start from. Any barrier will do, analytic or the user's own; see
// [search.FindEscape].
type Problem struct {
	Barrier landscape.Barrier
	Noise   theory.Noise
	// Frozen keeps the noise at its strength at the minimum, which is Eq. 5 and climbs the linear
	// barrier, in place of Eq. 13.
	Frozen bool
	// Tolerance is the relative error at which the exact solution stops. 0 means 5e−4; where a wide
	// detour needs a wide grid, a few times that reaches colder.
	Tolerance float64
}

// Rates are the exact rates of a [Problem].
type Rates struct {
	// Kappa is the rate proper: half the lowest eigenvalue of the backward Kolmogorov operator with
	// absorption on the saddle plane where the barrier is symmetric about it, the eigenvalue with
	// absorption at the exit elsewhere; see [kolmogorov.BarrierRate].
	Kappa exact.Result
	// Decay is the rate at which the probability to have stayed short of the exit past the saddle
	// decays, the limit of a simulation. It equals Kappa where escape is rare.
	Decay exact.Result
}

// check returns an error unless the problem is one.
func (p Problem) check() error {
	err := p.Noise.Check()
	if err == nil {
		err = landscape.CheckBarrier(p.Barrier)
	}
	if err != nil {
		return fmt.Errorf("escape: %w", err)
	}
	return nil
}

// Theory returns the setting of the paper's formulas with their margin and caveats: Rate is Eq. 17,
// RateLinear the law of a frozen noise. Errors are those of [landscape.CheckBarrier] and
// [theory.NewEscape].
func (p Problem) Theory() (theory.Escape, error) {
	if err := p.check(); err != nil {
		return theory.Escape{}, err
	}
	e, err := theory.NewEscape(p.Barrier, p.Noise, 0)
	if err != nil {
		return theory.Escape{}, fmt.Errorf("escape: %w", err)
	}
	return e, nil
}

// Exact returns the rates without sampling error, or an error that says why there is none:
// [kolmogorov.Reduce] needs at most two outliers, or a path that is straight and looks the same
// from all sides. Frozen noise of unequal outliers is not solved. Outliers of one curvature across
// and another along take [kolmogorov.Aligned], which resolves rates down to about 1e−9 of h*.
func (p Problem) Exact(ctx context.Context) (Rates, error) {
	r, solve, err := p.reduce(ctx)
	if err != nil {
		return Rates{}, err
	}
	kappa, err := r.Rate(solve)
	if err != nil {
		return Rates{}, fmt.Errorf("escape: %w", err)
	}
	decay, err := solve(r.Axis.Exit)
	if err != nil {
		return Rates{}, fmt.Errorf("escape: %w", err)
	}
	return Rates{Kappa: kappa, Decay: decay.Eigenvalue}, nil
}

// reduce returns the problem in two coordinates with the solver of the passage to an absorbing
// plane.
func (p Problem) reduce(ctx context.Context) (r kolmogorov.Reduction, solve func(exit float64) (*kolmogorov.Passage, error), err error) {
	if err = p.check(); err != nil {
		return r, nil, err
	}
	if r, err = kolmogorov.Reduce(p.Barrier); err == nil {
		solve, err = p.solver(ctx, r)
	}
	if err != nil {
		return r, nil, fmt.Errorf("escape: no exact rate: %w", err)
	}
	return r, solve, nil
}

// solver returns the solver of the passage to an absorbing plane.
func (p Problem) solver(ctx context.Context, r kolmogorov.Reduction) (func(exit float64) (*kolmogorov.Passage, error), error) {
	along, across := p.Noise.Temperature(r.Along), p.Noise.Temperature(r.Across)
	equal := math.Abs(r.Across-r.Along) <= landscape.Flatness*r.Along
	var noise exact.NoiseLaw = exact.LossNoise{Temperature: along}
	switch {
	case p.Frozen && !equal:
		return nil, fmt.Errorf("frozen noise of outliers %.6g along the path and %.6g across is not reversible, want them equal", r.Along, r.Across)
	case p.Frozen:
		noise = exact.ConstantNoise{Strength: along * p.Barrier.Minimum().Loss}
	case !equal:
		return func(exit float64) (*kolmogorov.Passage, error) {
			return kolmogorov.Aligned{Valley: r.Valley, Along: along, Across: across, Exit: exit, Tolerance: p.Tolerance}.Solve(ctx)
		}, nil
	}
	return func(exit float64) (*kolmogorov.Passage, error) {
		return kolmogorov.Kolmogorov{Valley: r.Valley, Noise: noise, Exit: exit, Tolerance: p.Tolerance}.Solve(ctx)
	}, nil
}

// Watched is −ζ(½)/√(2π). A walker that is looked at only once a step passes an absorbing point
// unnoticed now and then, as though it stood farther off by this many standard deviations of a
// step: an error of order √dt in the rate, which matters where the barrier is low, and which moving
// the point nearer undoes.
const Watched = 0.5826

// settle is the time, in units of 1/h of the flattest outlier, that is not counted: by then the
// start at the bottom is forgotten and the trip over the saddle is behind those who could make it.
const settle = 15

// Simulate measures the decay rate by direct simulation: replicas move from the minimum to the exit
// past the saddle, Eq. 15 or Eq. 5 by Heun's scheme at steps of 0.4 and 0.2 of the shortest
// relaxation time, with the exit moved nearer by what looking once a step costs; the two are
// extrapolated to step zero. Settings gives replicas, workers, censoring and seed; its Experiment
// is extended by the setting, so that no two problems share a random stream. The cost is 1/κ per
// replica. It returns an error for what [Problem.Theory] refuses, if Resume is set, if MaxTime is
// in the first 15/h of the flattest outlier, which do not count, if all replicas leave at once or
// all are censored, and if ctx ends.
//
// The exit is the plane of [landscape.Axis.Exit].
func (p Problem) Simulate(ctx context.Context, s Settings) (Extrapolation, error) {
	e, err := p.Theory()
	if err != nil {
		return Extrapolation{}, err
	}
	if s.Resume != nil {
		return Extrapolation{}, fmt.Errorf("escape: a simulation at two steps cannot be resumed")
	}
	axis, err := landscape.FindAxis(p.Barrier)
	if err != nil {
		return Extrapolation{}, fmt.Errorf("escape: %w", err)
	}
	spaces, err := landscape.Eigenspaces(p.Barrier.Minimum().Hess)
	if err != nil {
		return Extrapolation{}, fmt.Errorf("escape: %w", err)
	}
	steep, flat := spaces[len(spaces)-1].Curvature, spaces[0].Curvature
	if flat <= 0 { // no noise there, and nothing to settle
		flat = spaces[1].Curvature
	}
	build, clock, law := dynamics.NewLogLangevin, e.MinimumLoss, "loss" // dτ = L dt
	if p.Frozen {
		build, clock, law = dynamics.NewGLD, 1, "frozen"
	}
	name := fmt.Sprintf("%s barrier c=%v n=%d h=%v L=%v spread=%v noise=%s eta=%v B=%v", s.Experiment,
		e.Ratio, e.EffectiveDimension, e.OutlierCurvature, e.MinimumLoss, e.Spread, law, e.LearningRate, e.BatchSize)
	steps := []float64{0.4 / steep, 0.2 / steep}
	estimates := make([]Estimate, len(steps))
	for i, step := range steps {
		d, err := build(p.Barrier, p.Barrier.Minimum(), p.Noise, dynamics.Settings{Step: step * clock, Scheme: dynamics.Heun})
		if err != nil {
			return Extrapolation{}, fmt.Errorf("escape: %w", err)
		}
		exit := Half{Point: make([]float64, len(axis.Direction)), Normal: axis.Direction}
		nearer := Watched * math.Sqrt(2*e.T()*e.MinimumLoss*step)
		floats.AddScaled(exit.Point, axis.Exit-nearer, axis.Direction)
		s.Experiment = fmt.Sprintf("%s step=%v", name, step)
		sample, err := FirstPassage(ctx, d, p.Barrier.Minimum().Theta, exit, s)
		if err == nil {
			sample, err = sample.After(settle / flat)
		}
		if err == nil {
			estimates[i], err = sample.Rate(0.95)
		}
		if err != nil {
			return Extrapolation{}, err
		}
	}
	return Extrapolate(steps, estimates, 2)
}

// Comparison is the escape rate of one problem by every route. The embedded setting gives the
// predictions: Rate (Eq. 17), RateLinear and RateAligned.
type Comparison struct {
	theory.Escape
	Rates
	// Quadratures is the rate by two integrals; its value is NaN where [Problem.Quadratures] errs.
	Quadratures exact.Result
	// Measured is Decay by direct simulation, extrapolated to step zero.
	Measured Extrapolation
}

// Compare returns theory, exact rates and simulation of one problem, with their errors; with an
// error, what came before it.
func (p Problem) Compare(ctx context.Context, s Settings) (c Comparison, err error) {
	if c.Escape, err = p.Theory(); err == nil {
		c.Rates, err = p.Exact(ctx)
	}
	if err == nil {
		var none error
		if c.Quadratures, none = p.Quadratures(ctx); none != nil {
			c.Quadratures.Value = math.NaN()
		}
		c.Measured, err = p.Simulate(ctx, s)
	}
	return c, err
}
