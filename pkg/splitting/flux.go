package splitting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// settle is the number of crossings that a walker makes before its flux counts.
const settle = 2

// flux measures the rate at which walkers from home cross the inner surface, and keeps where each
// does so for the last time: independent draws from the law of crossings.
func (r *run) flux() (escape.Estimate, error) {
	times := make([]float64, r.Replicas)
	r.entry = make([][]float64, r.Replicas)
	var escapes atomic.Int64
	errs := make([]error, r.Replicas)
	parallel.For(r.ctx, r.Replicas, parallel.Workers(r.Workers), func() func(int) {
		stepper, watch := r.Dynamics.NewStepper(), parallel.NewWatch(r.ctx)
		return func(i int) {
			w := walker{run: r, stepper: stepper, watch: watch, rng: dynamics.Stream(r.Seed, r.Experiment+" flux", i)}
			times[i], errs[i] = w.cross(settle + r.Crossings)
			escapes.Add(int64(w.escapes))
			r.steps.Add(w.steps)
			r.entry[i] = w.theta
		}
	})
	if err := r.ctx.Err(); err != nil {
		return escape.Estimate{}, err
	}
	for _, err := range errs {
		if err != nil {
			return escape.Estimate{}, err
		}
	}
	if all := r.Replicas * (settle + r.Crossings); 10*escapes.Load() > int64(all) {
		return escape.Estimate{}, fmt.Errorf("%d of %d crossings lead out: no rare event, which direct simulation tells better", escapes.Load(), all)
	}
	mean, std := stat.MeanStdDev(times, nil)
	n := float64(r.Replicas)
	e := r.estimate(n*float64(r.Crossings)/floats.Sum(times), std/mean/math.Sqrt(n))
	e.Steps = r.steps.Load()
	return e, nil
}

// walker moves between home and the inner surface.
type walker struct {
	*run
	stepper dynamics.Stepper
	watch   *parallel.Watch
	rng     *rand.Rand
	theta   []float64
	steps   int64
	escapes int
}

// cross crosses the inner surface so many times and returns the time from the crossing number settle
// to the last, where θ then is.
func (w *walker) cross(crossings int) (float64, error) {
	w.theta = slices.Clone(w.Start)
	t, from, home, last := 0.0, 0.0, true, int64(0)
	for k := 0; ; {
		dt := w.stepper.Step(w.theta, w.rng)
		x := w.Coordinate(w.theta)
		w.steps++
		switch {
		case !(dt > 0 && dt <= math.MaxFloat64) || !dynamics.Finite(w.theta) || math.IsNaN(x):
			return 0, fmt.Errorf("a walker diverged after %d steps, with coordinate %v", w.steps, x)
		case w.steps-last > w.MaxSteps:
			return 0, fmt.Errorf("no crossing in %d steps: put the surface nearer to home", w.MaxSteps)
		case w.watch.Ended():
			return 0, nil
		}
		t += dt
		switch {
		case home && x >= w.Inner:
			home, last = false, w.steps
			if k++; k == settle {
				from = t
			}
			if k == crossings {
				return t - from, nil
			}
		case x < w.Home:
			home = true
		}
		if x >= w.Exit {
			w.escapes++
			copy(w.theta, w.Start)
			home = true
		}
	}
}
