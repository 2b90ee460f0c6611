package regression

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// PassageSettings sets the size of [Regression.FirstPassage]; the zero value
// works but for Ratio.
type PassageSettings struct {
	Ratio    float64 // c > 1: a replica is done when L(θ) > c·L(θ*)
	MaxSteps int64   // steps after which it is given up; 0 means 2⁶²
	Workers  int     // goroutines; 0 means one a processor. It changes no bit
	// Seed and Experiment key the random streams, with the replica's number.
	Seed       uint64
	Experiment string
	// Progress, if not nil, is called after each replica, by several goroutines.
	Progress func()
}

func (s PassageSettings) done() {
	if s.Progress != nil {
		s.Progress()
	}
}

// Passage is the number of steps that a replica took to pass the level, negative
// if it left the finite numbers in that step, or 0 if it was still below after
// MaxSteps, or was interrupted.
type Passage int64

// FirstPassage fills steps with the first passages of as many replicas of SGD
// from θ*: the first k with L(θ_k) > c·L(θ*). Single samples drawn with
// replacement from a fixed set, the paper's Fig. 3b, take a fast way: replicas
// run side by side (see lanes). It returns an error, before any work, if c is not
// above 1 and finite or MaxSteps or Workers is negative, and otherwise ctx.Err()
// if ctx ends early.
func (r *Regression) FirstPassage(ctx context.Context, steps []Passage, s PassageSettings) error {
	switch {
	case !(s.Ratio > 1) || math.IsInf(s.Ratio, 1):
		return fmt.Errorf("regression: loss ratio c = %v, want a finite value > 1", s.Ratio)
	case s.MaxSteps < 0:
		return fmt.Errorf("regression: %d steps, want ≥ 0", s.MaxSteps)
	case s.Workers < 0:
		return fmt.Errorf("regression: %d workers, want ≥ 0", s.Workers)
	}
	if s.MaxSteps == 0 {
		s.MaxSteps = 1 << 62
	}
	workers := parallel.Workers(s.Workers)
	if r.rows != nil && r.batch == 1 && r.how != sgd.Shuffled {
		var next atomic.Int64
		parallel.For(ctx, workers, workers, func(_, _ int) { newLanes(r, s).run(ctx, steps, &next) })
	} else {
		walkers := make([]*walker, workers)
		parallel.For(ctx, len(steps), workers, func(w, i int) {
			rng := dynamics.Stream(s.Seed, s.Experiment, i)
			if walkers[w] == nil {
				walkers[w] = r.newWalker(rng)
			}
			walkers[w].restart(rng)
			steps[i] = walkers[w].passage(ctx, s)
			s.done()
		})
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("regression: first passage: %w", err)
	}
	return nil
}

// passage runs one replica.
func (w *walker) passage(ctx context.Context, s PassageSettings) Passage {
	level := (s.Ratio - 1) * w.loss
	for k := int64(1); k <= s.MaxSteps; k++ {
		if square := w.step(); w.above(w.delta, square, level) {
			if !(square <= math.MaxFloat64) {
				return Passage(-k)
			}
			return Passage(k)
		}
		if k%(1<<12) == 0 && ctx.Err() != nil {
			return 0
		}
	}
	return 0
}
