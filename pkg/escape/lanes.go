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
	pending := sample.pending()
	var next, steps, done atomic.Int64
	done.Store(int64(len(sample.Times) - len(pending)))
	crew := crewTo(exit)
	crew.Start = start
	sailed := dynamics.Sail(ctx, d, parallel.Workers(s.Workers), func() dynamics.Crew {
		var replica [dynamics.LaneCount]int
		c := crew
		c.Next = func(lane int) (uint64, float64, bool) {
			k := int(next.Add(1)) - 1
			if k >= len(pending) {
				return 0, 0, false
			}
			replica[lane] = pending[k]
			return dynamics.Key(s.Seed, s.Experiment, pending[k]), sample.MaxTime, true
		}
		c.Look = func(lane int, theta []float64, t float64, taken int64) (float64, bool) {
			i, status := replica[lane], Diverged
			switch {
			case !dynamics.Finite(theta) || !(t > 0 && t <= math.MaxFloat64):
			case t >= sample.MaxTime:
				t, status = sample.MaxTime, Censored
			case exit.Contains(theta):
				status = Escaped
			case c.Each || c.Square > 0: // by rounding not yet
				return sample.MaxTime, true
			} // otherwise the step took no time
			sample.Times[i], sample.Status[i] = t, status
			steps.Add(taken)
			if n := int(done.Add(1)); s.Progress != nil {
				s.Progress(n, len(sample.Times))
			}
			return 0, false
		}
		return c
	})
	sample.Steps += steps.Load()
	return sailed
}

// A Round exit is |θ|² > Square, so that lanes can watch it.
type Round interface {
	Region
	// Square returns that bound, or 0 if the exit has another form.
	Square() float64
}

// crewTo returns a crew that stops in an exit, or after each step where lanes cannot watch it.
func crewTo(exit Region) dynamics.Crew {
	switch e := exit.(type) {
	case Beyond:
		return dynamics.Crew{Axis: e.Axis, Level: e.Level}
	case Half:
		if axis, ok := e.axis(); ok {
			return dynamics.Crew{Axis: axis, Level: e.Point[axis]}
		}
	case Round:
		if square := e.Square(); square > 0 {
			return dynamics.Crew{Level: math.Inf(1), Square: square}
		}
	}
	return dynamics.Crew{Each: true, Level: math.Inf(1)}
}

// lookSideBySide is look for a dynamics with lanes; for others it reports false.
func lookSideBySide(ctx context.Context, d dynamics.Dynamics, start []float64, basin Region, times []float64, s Settings, inside [][]bool, diverged *atomic.Int64) bool {
	var next atomic.Int64
	return dynamics.Sail(ctx, d, parallel.Workers(s.Workers), func() dynamics.Crew {
		var replica, seen [dynamics.LaneCount]int
		return dynamics.Crew{
			Start: start, Level: math.Inf(1),
			Next: func(lane int) (uint64, float64, bool) {
				i := int(next.Add(1)) - 1
				if i >= s.Replicas {
					return 0, 0, false
				}
				replica[lane], seen[lane], inside[i] = i, 0, make([]bool, len(times))
				return dynamics.Key(s.Seed, s.Experiment, i), times[0], true
			},
			Look: func(lane int, theta []float64, t float64, _ int64) (float64, bool) {
				row, k := inside[replica[lane]], &seen[lane]
				if !dynamics.Finite(theta) || !(t >= times[*k] && t <= math.MaxFloat64) {
					diverged.Add(1)
					return 0, false
				}
				for in := basin.Contains(theta); *k < len(times) && t >= times[*k]; *k++ {
					row[*k] = in
				}
				if *k == len(times) {
					return 0, false
				}
				return times[*k], true
			},
		}
	})
}
