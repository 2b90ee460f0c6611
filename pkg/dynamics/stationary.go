package dynamics

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Sampling says what [Stationary] records.
type Sampling struct {
	// Records is how many there are in all, ≥ 1.
	Records int
	// Every is the number of steps between two records of a replica. 0 means 1.
	Every int
	// Rest is the number of records at the beginning of each replica that are thrown away.
	Rest int
	// Replicas share the records between them. 0 means 64.
	Replicas int
	// Workers is the number of goroutines. 0 means one a processor. It does not change the result.
	Workers int
	// Seed and Experiment key the random streams, with the replica's number.
	Seed       uint64
	Experiment string
}

// Stationary follows replicas of d from start and returns where they are after every so many steps:
// samples of the stationary law, if they have come to rest and records are far enough apart. θ of
// the record k is in the elements k·Dim to (k+1)·Dim, replica after replica. Side by side they are
// faster than one that runs for as long. It returns an error if d or ctx is nil, start is not a
// finite point of d, Records < 1, another number is negative, the records take more than 1 GiB, a
// replica leaves the finite numbers, or ctx ends.
func Stationary(ctx context.Context, d Dynamics, start []float64, s Sampling) ([]float64, error) {
	if err := CheckStart(d, start); err != nil {
		return nil, fmt.Errorf("dynamics: stationary run: %w", err)
	}
	switch {
	case ctx == nil:
		return nil, fmt.Errorf("dynamics: stationary run without a context")
	case s.Records < 1:
		return nil, fmt.Errorf("dynamics: stationary run of %d records, want ≥ 1", s.Records)
	case 8*float64(s.Records)*float64(len(start)) > parallel.GiB:
		return nil, fmt.Errorf("dynamics: %d records take %.3g GiB, want ≤ 1", s.Records, 8*float64(s.Records)*float64(len(start))/parallel.GiB)
	case s.Every < 0 || s.Rest < 0 || s.Replicas < 0 || s.Workers < 0:
		return nil, fmt.Errorf("dynamics: stationary run with %d steps a record, %d records of rest, %d replicas and %d workers, want ≥ 0", s.Every, s.Rest, s.Replicas, s.Workers)
	}
	if s.Replicas == 0 {
		s.Replicas = 64
	}
	s.Every, s.Replicas = max(s.Every, 1), min(s.Replicas, s.Records)
	r := &recording{Sampling: s, theta: make([]float64, s.Records*len(start))}
	if !r.sail(ctx, d, start) {
		r.walk(ctx, d, start)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("dynamics: stationary run: %w", err)
	}
	if n := r.diverged.Load(); n > 0 {
		return nil, fmt.Errorf("dynamics: stationary run: %d of %d replicas diverged", n, s.Replicas)
	}
	return r.theta, nil
}

// recording is a stationary run under way.
type recording struct {
	Sampling
	theta    []float64
	diverged atomic.Int64
}

// records returns where those of a replica are.
func (r *recording) records(replica, dim int) []float64 {
	from, to := replica*r.Records/r.Replicas, (replica+1)*r.Records/r.Replicas
	return r.theta[from*dim : to*dim]
}

// walk follows the replicas step by step.
func (r *recording) walk(ctx context.Context, d Dynamics, start []float64) {
	parallel.For(ctx, r.Replicas, parallel.Workers(r.Workers), func() func(int) {
		stepper, watch, theta := d.NewStepper(), parallel.NewWatch(ctx), slices.Clone(start)
		return func(i int) {
			rng, dst := Stream(r.Seed, r.Experiment, i), r.records(i, len(start))
			copy(theta, start)
			for rest := r.Rest; len(dst) > 0; rest-- {
				for range r.Every {
					if dt := stepper.Step(theta, rng); !(dt > 0) || !Finite(theta) {
						r.diverged.Add(1)
						return
					}
					if watch.Ended() {
						return
					}
				}
				if rest <= 0 {
					dst = dst[copy(dst, theta):]
				}
			}
		}
	})
}

// sail is walk for replicas in lanes, if d has them.
func (r *recording) sail(ctx context.Context, d Dynamics, start []float64) bool {
	var next atomic.Int64
	return Sail(ctx, d, parallel.Workers(r.Workers), func() Crew {
		var dst [LaneCount][]float64
		return Crew{
			Start: start, Level: math.Inf(1), Steps: int64(r.Every),
			Next: func(lane int) (uint64, float64, bool) {
				i := int(next.Add(1)) - 1
				if i >= r.Replicas {
					return 0, 0, false
				}
				dst[lane] = r.records(i, len(start))
				return Key(r.Seed, r.Experiment, i), math.Inf(1), true
			},
			Look: func(lane int, theta []float64, t float64, taken int64) (float64, bool) {
				if taken%int64(r.Every) != 0 || !positive(t) || !Finite(theta) {
					r.diverged.Add(1)
					return 0, false
				}
				if taken > int64(r.Every)*int64(r.Rest) {
					dst[lane] = dst[lane][copy(dst[lane], theta):]
				}
				return math.Inf(1), len(dst[lane]) > 0
			},
		}
	})
}
