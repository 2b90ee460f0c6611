package splitting

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// run is a problem at work.
type run struct {
	Problem
	Settings
	ctx   context.Context
	exit  float64     // Exit, or +Inf with Out or stages
	entry [][]float64 // where the walkers crossed the inner surface
	steps atomic.Int64
	bytes atomic.Int64 // that paths take, see [run.weigh]
}

func newRun(ctx context.Context, p Problem, s Settings) *run {
	r := &run{Problem: p, Settings: s, ctx: ctx, exit: p.Exit}
	if !given.None(p.Out) || s.Stages > 1 {
		r.exit = math.Inf(1)
	}
	return r
}

// reach is the coordinate of θ, from r.exit on if it is out.
func (r *run) reach(theta []float64) float64 {
	if !given.None(r.Out) {
		if r.Out.Contains(theta) {
			return math.Inf(1)
		}
		return r.Coordinate.At(theta)
	}
	x := r.Coordinate.At(theta)
	if x >= r.Exit {
		x = max(x, r.exit)
	}
	return x
}

// rider is a replica under way.
type rider interface {
	// board returns where the replica starts, its random stream, and the band of coordinates [low,
	// high) in which nothing happens to it.
	board() (theta []float64, stream string, replica int, low, high float64)
	// look is told that the coordinate x of θ has left the band, t after boarding, and returns the
	// next one. It may end the ride, or have the replica board anew.
	look(theta []float64, x, t float64) (low, high float64, next verdict)
}

type verdict int

const (
	stay verdict = iota
	leave
	anew
)

// chunk is the number of steps after which a replica in a lane that nothing happens to is looked
// at.
const chunk = 1 << 16

// move moves riders until all have left, in lanes if the dynamics has them.
func (r *run) move(riders []rider) error {
	errs := make([]error, len(riders))
	if !r.sail(riders, errs) {
		r.walk(riders, errs)
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return first(errs)
}

// first returns the first error.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// walk moves riders step by step.
func (r *run) walk(riders []rider, errs []error) {
	parallel.For(r.ctx, len(riders), parallel.Workers(r.Workers), func() func(int) {
		stepper, watch, theta := r.Dynamics.NewStepper(), parallel.NewWatch(r.ctx), make([]float64, len(r.Start))
		return func(i int) {
			next := anew
			for next == anew && errs[i] == nil {
				next, errs[i] = r.ride(riders[i], stepper, watch, theta)
			}
		}
	})
}

// ride moves one rider until it leaves or boards anew.
func (r *run) ride(w rider, stepper dynamics.Stepper, watch *parallel.Watch, theta []float64) (verdict, error) {
	start, stream, replica, low, high := w.board()
	rng, t, steps, last := dynamics.Stream(r.Seed, r.Experiment+stream, replica), 0.0, int64(0), int64(0)
	defer func() { r.steps.Add(steps) }()
	copy(theta, start)
	for !watch.Ended() {
		dt := stepper.Step(theta, rng)
		x := r.reach(theta)
		steps++
		t += dt
		if !(x >= low && x < high) || !(dt > 0 && dt <= math.MaxFloat64) || steps-last > r.MaxSteps {
			if err := r.fit(theta, x, dt, steps-last); err != nil {
				return leave, err
			}
			var next verdict
			if low, high, next = w.look(theta, x, t); next != stay {
				return next, nil
			}
			last = steps
		}
	}
	return leave, nil
}

// fit returns an error for a replica that diverged or that nothing happens to. A θ that is not
// finite has, by and by, no coordinate.
func (r *run) fit(theta []float64, x, dt float64, steps int64) error {
	switch {
	case !(dt > 0 && dt <= math.MaxFloat64) || !dynamics.Finite(theta) || math.IsNaN(x):
		return fmt.Errorf("a replica diverged, with coordinate %v", x)
	case steps > r.MaxSteps:
		return fmt.Errorf("a replica neither crosses nor falls home in %d steps, at coordinate %v: put the inner surface nearer to home; or is there another minimum on the way?", r.MaxSteps, x)
	}
	return nil
}

// lane is one lane's rider.
type lane struct {
	rider
	number    int
	again     bool
	start     []float64
	low, high float64
	last      int64
}

// sail is walk for a dynamics with lanes; for others it reports false.
func (r *run) sail(riders []rider, errs []error) bool {
	var next atomic.Int64
	return dynamics.Sail(r.ctx, r.Dynamics, parallel.Workers(r.Workers), func() dynamics.Crew {
		var lanes [dynamics.LaneCount]lane
		band := new(dynamics.Band)
		c := dynamics.Crew{Start: r.Start, Level: math.Inf(1), Each: true, Steps: min(chunk, r.MaxSteps)}
		if axis, ok := r.Coordinate.(Axis); ok && !math.IsInf(r.exit, 1) {
			c.Axis, c.Band, c.Each = int(axis), band, false
		}
		c.Next = func(k int) (uint64, float64, bool) {
			l := &lanes[k]
			if !l.again {
				l.number = int(next.Add(1)) - 1
				if l.number >= len(riders) {
					return 0, 0, false
				}
				l.rider = riders[l.number]
			}
			start, stream, replica, low, high := l.board()
			*l = lane{rider: l.rider, number: l.number, start: start, low: low, high: high}
			band.Low[k], band.High[k] = low, high
			return dynamics.Key(r.Seed, r.Experiment+stream, replica), math.Inf(1), true
		}
		c.From = func(k int) []float64 { return lanes[k].start }
		c.Look = func(k int, theta []float64, t float64, steps int64) (float64, bool) {
			l := &lanes[k]
			x := r.reach(theta)
			err := r.fit(theta, x, t, steps-l.last) // t is no number as soon as a step's time is none
			ride := stay
			if err == nil && !(x >= l.low && x < l.high) {
				l.low, l.high, ride = l.look(theta, x, t)
				band.Low[k], band.High[k], l.last = l.low, l.high, steps
			}
			if err == nil && ride == stay {
				return math.Inf(1), true
			}
			r.steps.Add(steps)
			errs[l.number], l.again = err, ride == anew
			return 0, false
		}
		return c
	})
}

// settle finds home and the inner surface from a run at rest.
func (r *run) settle() error {
	for every := 1; ; every *= 4 {
		if int64(every)*(rested+records) > r.MaxSteps {
			return fmt.Errorf("no rest in %d steps: give home and inner surface", r.MaxSteps)
		}
		points, err := dynamics.Stationary(r.ctx, r.Dynamics, r.Start, dynamics.Sampling{Records: pilots * records, Every: every, Rest: rested,
			Replicas: pilots, Workers: r.Workers, Seed: r.Seed, Experiment: fmt.Sprintf("%s home every %d", r.Experiment, every)})
		if err != nil {
			return err
		}
		r.steps.Add(int64(every) * pilots * (rested + records))
		x := make([]float64, pilots*records)
		for k := range x {
			x[k] = r.reach(points[k*len(r.Start) : (k+1)*len(r.Start)])
		}
		if r.rested(x) {
			slices.Sort(x)
			r.Home, r.Inner = x[len(x)*60/100], x[len(x)*95/100]
			return nil
		}
	}
}

// pilots are the replicas that find home, records what each leaves behind, after some that do not
// count.
const (
	pilots  = 64
	records = 64
	rested  = 32
)

// rested reports whether coordinates of pilots, one after the other, spread about the start in the
// first half of the records as in the second: then they have forgotten the start.
func (r *run) rested(x []float64) bool {
	start, sum, square := r.reach(r.Start), 0.0, 0.0
	for i := range pilots {
		d := 0.0
		for k, v := range x[i*records : (i+1)*records] {
			if k < records/2 {
				d -= math.Abs(v - start)
			} else {
				d += math.Abs(v - start)
			}
		}
		sum += d
		square += d * d
	}
	return sum*sum < 4*square // two standard errors
}
