// Package splitting answers the question: at what rate does SGD leave a minimum so rarely that no
// direct simulation sees it? A direct one costs 1/κ; splitting costs about (log 1/κ)².
//
// [Problem.Rate] is adaptive multilevel splitting (Cérou and Guyader 2007) for any
// [dynamics.Dynamics], with a [Coordinate] that says how far a state is on the way. The rate is the
// flux out of an inner surface times the probability to reach the exit from there before falling
// home (Hill's relation); the probability is that of replicas of which, again and again, the ones
// that came least far are replaced by copies of others, branched where those first went further. The
// estimator is unbiased for any coordinate (Bréhier, Gazeau, Goudenège, Lelièvre and Rousset 2016),
// ties included, and the error bar comes from one run: from how many of the replicas that made it
// descend from one (after Lee and Whiteley 2018). A coordinate that leads the wrong way shows in few
// ancestors: then the result says that its error bar cannot be trusted.
package splitting

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Coordinate says how far a state is on the way out. Any function will do for an unbiased answer; a
// good one, near a function of the committor, for a precise one. It must not keep θ, and is called
// by several goroutines.
type Coordinate func(theta []float64) float64

// Axis is the coordinate θ_i.
func Axis(i int) Coordinate {
	return func(theta []float64) float64 {
		if i < 0 || i >= len(theta) {
			return math.NaN()
		}
		return theta[i]
	}
}

// Problem is an escape: from the well around Start, where the coordinate is below Home, through the
// surface where it first is Inner or more, to the exit, where it is Exit or more.
type Problem struct {
	Dynamics   dynamics.Dynamics
	Start      []float64
	Coordinate Coordinate
	// Home ≤ Inner < Exit. The flux through Inner must be seen directly: a few hundred crossings.
	Home, Inner, Exit float64
}

// Settings sets the size of a run. The zero value works.
type Settings struct {
	// Replicas is N ≥ 2. 0 means 500. The relative error is about √(log(1/p)/N) or more.
	Replicas int
	// Kill is the number of replicas ≥ 1 that are replaced at a time, with all that came as far as
	// the last of them. 0 means a twentieth.
	Kill int
	// Crossings is the number of crossings of the inner surface ≥ 1 that each of N walkers makes for
	// the flux, the first two left out. 0 means 10.
	Crossings int
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
	// Levels are those at which replicas were replaced.
	Levels []float64
	// Ancestors is how many of the N starts have descendants at the exit.
	Ancestors int
	// Efficiency is the variance of an ideal run, p²·log(1/p)/N, over that of this one.
	Efficiency float64
	// Doubt says why the error bar cannot be trusted; it is empty if it can.
	Doubt string
	// Reactive holds, for each replica that made it, the points at which the coordinate was larger
	// than before, from the inner surface to the exit.
	Reactive []Path
	Steps    int64 // of all replicas: the cost
}

// Path is a way out, seen each time the coordinate is at a maximum.
type Path struct {
	Theta      [][]float64
	Coordinate []float64
	Time       []float64 // since the inner surface
	root       int
}

// String says the rate, its interval and whether to trust it.
func (r *Result) String() string {
	if r == nil {
		return "no result"
	}
	text := fmt.Sprintf("κ = %.3g (%.2g to %.2g), %d levels, %d ancestors of %d", r.Rate.Value, r.Rate.Low, r.Rate.High, len(r.Levels), r.Ancestors, r.Rate.Replicas)
	if r.Doubt != "" {
		text += "; not to be trusted: " + r.Doubt
	}
	return text
}

// Rate runs the splitting. It returns an error, before any work, for what is nil, not finite or out
// of bounds and for a start that is not home; an error too if the walkers do not cross the inner
// surface in MaxSteps, if escape is no rare event (one crossing in ten leads out: use
// [escape.FirstPassage]), if the replicas die out (no way on from one level), if they take more
// than 1 GiB, or if ctx ends.
func (p Problem) Rate(ctx context.Context, s Settings) (*Result, error) {
	s, err := p.check(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	r := &run{Problem: p, Settings: s, ctx: ctx}
	flux, err := r.flux()
	if err != nil {
		return nil, fmt.Errorf("splitting: flux through %v: %w", p.Inner, err)
	}
	result, err := r.split()
	if err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	result.Flux = flux
	relative := math.Hypot(flux.StdErr/flux.Value, result.Probability.StdErr/result.Probability.Value)
	result.Rate = r.estimate(flux.Value*result.Probability.Value, relative)
	result.Rate.Escaped = result.Probability.Escaped
	result.Steps = r.steps.Load()
	result.Rate.Steps = result.Steps
	return result, nil
}

// check checks problem and settings and fills in what is 0.
func (p Problem) check(ctx context.Context, s Settings) (Settings, error) {
	if ctx == nil || p.Coordinate == nil {
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
	set(&s.Replicas, 500)
	set(&s.Kill, max(1, s.Replicas/20))
	set(&s.Crossings, 10)
	if s.MaxSteps == 0 {
		s.MaxSteps = 1e8
	}
	switch x := p.Coordinate(p.Start); {
	case !(p.Home <= p.Inner && p.Inner < p.Exit) || math.IsInf(p.Home, 0) || math.IsInf(p.Exit, 0):
		return s, fmt.Errorf("home %v, inner surface %v, exit %v, want finite and home ≤ inner < exit", p.Home, p.Inner, p.Exit)
	case !(x < p.Home):
		return s, fmt.Errorf("coordinate %v at the start, want one below home, %v", x, p.Home)
	case s.Replicas < 2:
		return s, fmt.Errorf("%d replicas, want ≥ 2", s.Replicas)
	case float64(s.Replicas)*float64(200+24*len(p.Start)) > parallel.GiB:
		return s, fmt.Errorf("%d replicas take %.3g GiB or more, want ≤ 1", s.Replicas, float64(s.Replicas)*float64(200+24*len(p.Start))/parallel.GiB)
	case s.Kill < 1 || s.Kill >= s.Replicas:
		return s, fmt.Errorf("%d of %d replicas to replace at a time, want from 1 to all but one", s.Kill, s.Replicas)
	case s.Crossings < 1:
		return s, fmt.Errorf("%d crossings, want ≥ 1", s.Crossings)
	case s.MaxSteps < 1:
		return s, fmt.Errorf("at most %d steps, want ≥ 1", s.MaxSteps)
	case s.Workers < 0:
		return s, fmt.Errorf("%d workers, want ≥ 0", s.Workers)
	}
	return s, nil
}

// run is a problem at work.
type run struct {
	Problem
	Settings
	ctx   context.Context
	entry [][]float64 // where the walkers crossed the inner surface
	steps atomic.Int64
	bytes atomic.Int64 // that paths take
}

// estimate is a value with its relative error and a log-normal interval.
func (r *run) estimate(value, relative float64) escape.Estimate {
	width := math.Exp(1.96 * math.Sqrt(math.Log1p(relative*relative)))
	return escape.Estimate{Value: value, StdErr: value * relative, Low: value / width, High: value * width, Confidence: 0.95,
		Replicas: r.Replicas, Seed: r.Seed}
}
