// Package splitting answers the question: at what rate does SGD leave a minimum so rarely that no
// direct simulation sees it? A direct one costs 1/κ; splitting costs about (log 1/κ)².
//
// [Problem.Rate] is adaptive multilevel splitting (Cérou and Guyader 2007) for any
// [dynamics.Dynamics], with a [Coordinate] that says how far a state is on the way. The rate is the
// flux out of an inner surface times the probability to reach the exit from there before falling
// home (Hill's relation); the probability is that of replicas of which, again and again, the ones
// that came least far are replaced by copies of others, branched where those first went further.
// The estimator is unbiased for any coordinate (Bréhier, Gazeau, Goudenège, Lelièvre and Rousset
// 2016), ties included, and the error bar comes from one run: from how many of the replicas that
// made it descend from one (after Lee and Whiteley 2018). A coordinate that leads the wrong way
// shows in few ancestors: then the result says that its error bar cannot be trusted.
//
// The rate is 1/(mean time from Start to the exit), the one that [kolmogorov.Passage.Rate] and
// regression's Chain.MeanFirstPassage give, at the dynamics' own step. [Barrier] is the short form
// for a barrier under Eq. 13, extrapolated to step zero.
package splitting

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Problem is an escape: from the well around Start, where the coordinate is below Home, through the
// surface where it first is Inner or more, to the exit.
type Problem struct {
	Dynamics   dynamics.Dynamics
	Start      []float64
	Coordinate Coordinate
	// Exit is the coordinate from which on a state is out. With Out it is not used.
	Exit float64
	// Out, if not nil, is the exit instead, and the coordinate no more than a guide to it.
	Out escape.Region
	// Home ≤ Inner < Exit. Both 0 means that a short run at rest tells: the 60th and the 95th of a
	// hundred coordinates met there.
	Home, Inner float64
}

// Settings sets the size of a run. The zero value works.
type Settings struct {
	// Replicas is N ≥ 2. 0 means 2000, which tells a rate of 1e−12 to 15 % and one of 1e−20 to 20
	// %. The relative error is about √(log(1/p)/N) or more.
	Replicas int
	// Kill is the number of replicas ≥ 1 that are replaced at a time, with all that came no farther
	// than the last of them. 0 means a tenth, which adds 3 % to the error of one at a time.
	Kill int
	// Crossings is the number of crossings of the inner surface ≥ 1 that each of N walkers makes
	// for the flux, after the first two, which do not count. 0 means 10.
	Crossings int
	// Stages ≥ 1 is the number of parts in which each step reveals its noise, where the steppers
	// are [dynamics.Fed]: a state half-way through a step counts as far as its noise so far carries
	// it. It does not change what is estimated, but a single large jump, which SGD makes and
	// nothing between two steps can foresee, is then climbed by levels too. It costs as many times
	// the steps. 0 means 8 for such steppers and 1 for others.
	Stages int
	// MaxSteps ≥ 1 is the number of steps after which a walker that does not cross, or a path that
	// neither falls home nor reaches the exit, is an error. 0 means 10⁸.
	MaxSteps int64
	// Workers is the number of goroutines; 0 means one a processor. It does not change a bit of the
	// result.
	Workers int
	// Seed and Experiment key the random streams.
	Seed       uint64
	Experiment string
	// Progress, if not nil, is told the level that all replicas have reached.
	Progress func(level float64)
}

// Result is a rate with what it rests on.
type Result struct {
	// Rate is the escape rate per unit of time t, Flux times Probability.
	Rate escape.Estimate
	// Flux is the rate at which the inner surface is crossed from home, Probability that to reach
	// the exit from there before home. Intervals are log-normal, at 95 %.
	Flux, Probability escape.Estimate
	// Home and Inner are those of the problem, or what was found for them.
	Home, Inner float64
	// Levels are those at which replicas were replaced.
	Levels []float64
	// Ancestors is how many of the N starts have descendants at the exit.
	Ancestors int
	// Efficiency is the variance of an ideal run, p²·log(1/p)/N, over that of this one.
	Efficiency float64
	// Overshoot is by how much log p falls between a level and where a branch that went beyond it
	// begins: of the tenth of the branches in which it falls most, the mean beyond the least, in
	// the worst third of the way. It is 0 for a continuous motion. If falls are exponential with a
	// mean from ½ on, the variance is that of e^fall, which has none: then single steps do the
	// climbing, and splitting cannot.
	Overshoot float64
	// Doubt says why the error bar cannot be trusted; it is empty if it can.
	Doubt string
	// Reactive holds, for each replica that made it, the points at which the coordinate was larger
	// than before, from the inner surface to the exit.
	Reactive []Path
	// Parts are the rates of the independent runs of which this one is made, see [Merge].
	Parts []escape.Estimate
	Steps int64 // of all replicas: the cost
}

// String says the rate, its interval and whether to trust it.
func (r *Result) String() string {
	if r == nil {
		return "no result"
	}
	text := fmt.Sprintf("κ = %.3g (%.2g to %.2g), %d levels, %d ancestors of %d, %.2g steps",
		r.Rate.Value, r.Rate.Low, r.Rate.High, len(r.Levels), r.Ancestors, r.Rate.Replicas, float64(r.Steps))
	if r.Doubt != "" {
		text += "; not to be trusted: " + r.Doubt
	}
	return text
}

// Rate runs the splitting. Replicas that die out make a result too: the rate 0, in doubt. It
// returns an error, before any work, for what is nil, not finite or out of bounds and for a start
// that is not home; an error too if the walkers do not cross the inner surface in MaxSteps, if
// escape is no rare event (one crossing in ten leads out: use [escape.FirstPassage]), if a path
// gets stuck for MaxSteps, if paths take more than 1 GiB, or if ctx ends.
func (p Problem) Rate(ctx context.Context, s Settings) (*Result, error) {
	s, err := p.check(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	r := newRun(ctx, p, s)
	if p.Home == 0 && p.Inner == 0 {
		if err := r.settle(); err != nil {
			return nil, fmt.Errorf("splitting: home: %w", err)
		}
	}
	if err := r.surfaces(); err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	flux, err := r.flux()
	if err != nil {
		return nil, fmt.Errorf("splitting: flux through %v: %w", r.Inner, err)
	}
	result, err := r.split()
	if err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	result.Flux = flux
	result.combine()
	result.Parts = []escape.Estimate{result.Rate}
	return result, nil
}

// combine sets the rate from flux and probability.
func (r *Result) combine() {
	p := r.Probability
	r.Rate = estimate(r.Flux.Value*p.Value, math.Hypot(r.Flux.StdErr*p.Value, r.Flux.Value*p.StdErr))
	r.Rate.Replicas, r.Rate.Escaped, r.Rate.Seed, r.Rate.Steps = p.Replicas, p.Escaped, p.Seed, r.Steps
}

// check checks problem and settings and fills in what is 0.
func (p Problem) check(ctx context.Context, s Settings) (Settings, error) {
	if given.None(ctx) || given.None(p.Coordinate) {
		return s, fmt.Errorf("no context or no coordinate given")
	}
	if err := dynamics.CheckStart(p.Dynamics, p.Start); err != nil {
		return s, err
	}
	set := func(v *int, standard int) {
		if *v == 0 {
			*v = standard
		}
	}
	set(&s.Replicas, 2000)
	set(&s.Kill, max(1, s.Replicas/10))
	set(&s.Crossings, 10)
	fed, isFed := p.Dynamics.NewStepper().(dynamics.Fed)
	isFed = isFed && fed.Normals() > 0
	if isFed {
		set(&s.Stages, 8)
	}
	set(&s.Stages, 1)
	if s.MaxSteps == 0 {
		s.MaxSteps = 1e8
	}
	switch x := p.Coordinate.At(p.Start); {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return s, fmt.Errorf("coordinate %v at the start, want a finite one", x)
	case given.None(p.Out) && (math.IsNaN(p.Exit) || math.IsInf(p.Exit, 0) || x >= p.Exit):
		return s, fmt.Errorf("coordinate %v at the start and exit from %v on, want a finite exit beyond the start", x, p.Exit)
	case !given.None(p.Out) && p.Out.Contains(p.Start):
		return s, fmt.Errorf("start %v lies in the exit region already", p.Start)
	case s.Replicas < 2:
		return s, fmt.Errorf("%d replicas, want ≥ 2", s.Replicas)
	case float64(s.Replicas)*float64(200+24*len(p.Start)) > parallel.GiB:
		return s, fmt.Errorf("%d replicas take %.3g GiB or more, want ≤ 1", s.Replicas, float64(s.Replicas)*float64(200+24*len(p.Start))/parallel.GiB)
	case s.Kill < 1 || s.Kill >= s.Replicas:
		return s, fmt.Errorf("%d of %d replicas to replace at a time, want from 1 to all but one", s.Kill, s.Replicas)
	case s.Crossings < 1 || s.Crossings > 1e9:
		return s, fmt.Errorf("%d crossings, want 1 to 10⁹", s.Crossings)
	case s.Stages < 1 || s.Stages > 1 && !isFed || s.Stages > 1e6:
		return s, fmt.Errorf("%d stages of a step, want 1 to 10⁶, and 1 for steppers that are not fed with normals", s.Stages)
	case s.MaxSteps < 1:
		return s, fmt.Errorf("at most %d steps, want ≥ 1", s.MaxSteps)
	case s.Workers < 0:
		return s, fmt.Errorf("%d workers, want ≥ 0", s.Workers)
	}
	return s, nil
}

// surfaces returns an error unless start, home, inner surface and exit stand in this order.
func (r *run) surfaces() error {
	x := r.reach(r.Start)
	if !(x < r.Home && r.Home <= r.Inner && r.Inner < r.exit) || math.IsInf(r.Home, 0) || math.IsInf(r.Inner, 0) {
		return fmt.Errorf("coordinate %v at the start, home below %v, inner surface %v, exit %v: want finite ones in ascending order", x, r.Home, r.Inner, r.exit)
	}
	return nil
}

// estimate is a value with its standard error and a log-normal interval, from 0 for none.
func estimate(value, stderr float64) escape.Estimate {
	e := escape.Estimate{Value: value, StdErr: stderr, Confidence: 0.95}
	if value > 0 {
		width := math.Exp(1.96 * math.Sqrt(math.Log1p(stderr*stderr/(value*value))))
		e.Low, e.High = value/width, value*width
	}
	return e
}
