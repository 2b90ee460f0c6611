package dynamics

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Ensemble runs independent replicas of d from start for a number of steps and returns where each
// ends, one row a replica: a sample of the law at that time, or, for a dynamics on the τ clock, at
// that τ. The result does not depend on the number of processors. It returns an error if d or ctx
// is nil, replicas or steps is below 1, the rows take more than 1 GiB, start has the wrong length
// or is not finite, a replica leaves the finite numbers, or ctx ends.
func Ensemble(ctx context.Context, d Dynamics, start []float64, replicas, steps int, seed uint64, experiment string) ([][]float64, error) {
	if err := CheckStart(d, start); err != nil {
		return nil, fmt.Errorf("dynamics: ensemble: %w", err)
	}
	switch {
	case ctx == nil:
		return nil, fmt.Errorf("dynamics: ensemble without a context")
	case replicas < 1:
		return nil, fmt.Errorf("dynamics: ensemble of %d replicas, want ≥ 1", replicas)
	case float64(replicas)*float64(24+8*len(start)) > parallel.GiB:
		return nil, fmt.Errorf("dynamics: ensemble of %d replicas takes %.3g GiB, want ≤ 1", replicas, float64(replicas)*float64(24+8*len(start))/parallel.GiB)
	case steps < 1:
		return nil, fmt.Errorf("dynamics: ensemble of %d steps, want ≥ 1", steps)
	}
	ends := make([][]float64, replicas)
	var diverged atomic.Int64
	if !sail(ctx, d, start, steps, seed, experiment, ends, &diverged) {
		walk(ctx, d, start, steps, seed, experiment, ends, &diverged)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("dynamics: ensemble: %w", err)
	}
	if n := diverged.Load(); n > 0 {
		return nil, fmt.Errorf("dynamics: ensemble: %d of %d replicas diverged", n, replicas)
	}
	return ends, nil
}

// walk moves the replicas of an ensemble step by step.
func walk(ctx context.Context, d Dynamics, start []float64, steps int, seed uint64, experiment string, ends [][]float64, diverged *atomic.Int64) {
	parallel.For(ctx, len(ends), parallel.Workers(0), func() func(int) {
		stepper, watch := d.NewStepper(), parallel.NewWatch(ctx)
		return func(i int) {
			rng, theta := Stream(seed, experiment, i), slices.Clone(start)
			for range steps {
				if dt := stepper.Step(theta, rng); !(dt > 0) || !Finite(theta) {
					diverged.Add(1)
					return
				}
				if watch.Ended() {
					return
				}
			}
			ends[i] = theta
		}
	})
}

// sail is walk for replicas in lanes, if d has them.
func sail(ctx context.Context, d Dynamics, start []float64, steps int, seed uint64, experiment string, ends [][]float64, diverged *atomic.Int64) bool {
	var next atomic.Int64
	return Sail(ctx, d, parallel.Workers(0), func() Crew {
		var replica [LaneCount]int
		return Crew{
			Start: start, Level: math.Inf(1), Steps: int64(steps),
			Next: func(lane int) (uint64, float64, bool) {
				replica[lane] = int(next.Add(1)) - 1
				return Key(seed, experiment, replica[lane]), math.Inf(1), replica[lane] < len(ends)
			},
			Look: func(lane int, theta []float64, t float64, taken int64) (float64, bool) {
				if taken < int64(steps) || !positive(t) || !Finite(theta) {
					diverged.Add(1)
				} else {
					ends[replica[lane]] = slices.Clone(theta)
				}
				return 0, false
			},
		}
	})
}

// CheckStart returns an error unless start is a finite point of d.
func CheckStart(d Dynamics, start []float64) error {
	switch {
	case given.None(d):
		return fmt.Errorf("no dynamics given")
	case len(start) != d.Dim():
		return fmt.Errorf("start of length %d, want %d", len(start), d.Dim())
	case !Finite(start):
		return fmt.Errorf("start %v is not finite", start)
	}
	return nil
}

// Finite reports whether all of x is finite.
func Finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
