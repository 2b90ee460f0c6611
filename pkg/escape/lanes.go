package escape

import (
	"context"
	"math"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// sideBySide fills in the pending replicas of a sample with replicas in lanes, and reports false,
// before any work, if the dynamics has none.
func sideBySide(ctx context.Context, d dynamics.Dynamics, sample *Sample, start []float64, exit Region, s Settings) bool {
	if with, ok := d.(dynamics.SideBySide); !ok || with.NewLanes() == nil {
		return false
	}
	var pending []int
	for i, status := range sample.Status {
		if status == Pending {
			pending = append(pending, i)
		}
	}
	var next, steps, done atomic.Int64
	done.Store(int64(len(sample.Times) - len(pending)))
	workers := parallel.Workers(s.Workers)
	parallel.For(ctx, workers, workers, func() func(int) {
		lanes, watch := d.(dynamics.SideBySide).NewLanes(), parallel.NewWatch(ctx)
		return func(int) {
			replica := make([]int, dynamics.LaneCount)
			crew := dynamics.Crew{Start: start, Each: true, Level: math.Inf(1)}
			if beyond, ok := exit.(Beyond); ok {
				crew.Axis, crew.Level, crew.Each = beyond.Axis, beyond.Level, false
			}
			crew.Next = func(lane int) (uint64, float64, bool) {
				k := int(next.Add(1)) - 1
				if k >= len(pending) {
					return 0, 0, false
				}
				replica[lane] = pending[k]
				return dynamics.Key(s.Seed, s.Experiment, pending[k]), sample.MaxTime, true
			}
			crew.Look = func(lane int, theta []float64, t float64, taken int64) (float64, bool) {
				i, status := replica[lane], Pending
				switch {
				case !dynamics.Finite(theta) || !(t > 0 && t <= math.MaxFloat64):
					status = Diverged
				case t >= sample.MaxTime:
					t, status = sample.MaxTime, Censored
				case exit.Contains(theta):
					status = Escaped
				case crew.Each:
					return sample.MaxTime, true
				default: // a step that took no time
					status = Diverged
				}
				sample.Times[i], sample.Status[i] = t, status
				steps.Add(taken)
				if n := int(done.Add(1)); s.Progress != nil {
					s.Progress(n, len(sample.Times))
				}
				return 0, false
			}
			lanes.Sail(crew, watch)
		}
	})
	sample.Steps += steps.Load()
	return true
}
