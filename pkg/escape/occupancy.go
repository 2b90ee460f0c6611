package escape

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Occupancy is the fraction of replicas that are inside a basin at given times.
type Occupancy struct {
	Time     []float64
	Fraction []float64
	// StdErr is binomial, of (inside + 1)/(replicas + 2) by Laplace's rule: too large by half and
	// more where less than one replica in all is expected on one side, but never 0. Fractions at
	// different times are correlated.
	StdErr   []float64
	Replicas int
	Diverged int // counted as outside from then on

	inside [][]bool // replica × time
}

// Occupy runs replicas of d from start, each with a random stream of its own, and looks at each of
// the times, which ascend, which are inside the basin. Of the settings, MaxTime and Resume play no
// part; 0 replicas means 200. The result does not depend on the number of workers. It returns an
// error if there are no times or they do not ascend from above 0, d or basin is nil, dimensions
// disagree, Replicas < 0, they take more than 1 GiB, at 26 bytes and one a time for each, or ctx
// ends.
func Occupy(ctx context.Context, d dynamics.Dynamics, start []float64, basin Region, times []float64, s Settings) (*Occupancy, error) {
	if ctx == nil {
		return nil, fmt.Errorf("escape: occupancy without a context")
	}
	if err := dynamics.CheckStart(d, start); err != nil {
		return nil, fmt.Errorf("escape: occupancy: %w", err)
	}
	if err := checkRegion(basin, d.Dim()); err != nil {
		return nil, fmt.Errorf("escape: occupancy: %w", err)
	}
	last := 0.0
	for _, t := range times {
		if !(t > last) || math.IsInf(t, 1) {
			return nil, fmt.Errorf("escape: occupancy at time %v after %v, want finite times ascending from above 0", t, last)
		}
		last = t
	}
	switch {
	case len(times) == 0:
		return nil, fmt.Errorf("escape: occupancy at no times, want ≥ 1")
	case s.Replicas < 0:
		return nil, fmt.Errorf("escape: occupancy of %d replicas, want ≥ 0", s.Replicas)
	case s.Replicas == 0:
		s.Replicas = 200
	}
	if bytes := float64(s.Replicas) * float64(26+len(times)); bytes > parallel.GiB {
		return nil, fmt.Errorf("escape: occupancy of %d replicas takes %.3g GiB, want ≤ 1", s.Replicas, bytes/parallel.GiB)
	}
	inside, diverged := make([][]bool, s.Replicas), atomic.Int64{}
	if !lookSideBySide(ctx, d, start, basin, times, s, inside, &diverged) {
		look(ctx, d, start, basin, times, s, inside, &diverged)
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("escape: occupancy: %w", err)
	}
	o := &Occupancy{Time: append([]float64(nil), times...), Replicas: s.Replicas, Diverged: int(diverged.Load()), inside: inside}
	n := float64(s.Replicas)
	for k := range times {
		count := 0.0
		for i := range inside {
			if inside[i][k] {
				count++
			}
		}
		p := count / n
		q := (count + 1) / (n + 2) // Laplace's: no error of 0 where all are on one side
		o.Fraction, o.StdErr = append(o.Fraction, p), append(o.StdErr, math.Sqrt(q*(1-q)/n))
	}
	return o, nil
}

// look follows all replicas step by step.
func look(ctx context.Context, d dynamics.Dynamics, start []float64, basin Region, times []float64, s Settings, inside [][]bool, diverged *atomic.Int64) {
	parallel.For(ctx, s.Replicas, parallel.Workers(s.Workers), func() func(int) {
		r := runner{stepper: d.NewStepper(), exit: basin, theta: make([]float64, d.Dim()), watch: parallel.NewWatch(ctx)}
		return func(i int) {
			copy(r.theta, start)
			var lost bool
			if inside[i], lost = r.look(times, dynamics.Stream(s.Seed, s.Experiment, i)); lost {
				diverged.Add(1)
			}
		}
	})
}

// look follows one replica and says at which of the times it was in the region.
func (r *runner) look(times []float64, rng *rand.Rand) (inside []bool, diverged bool) {
	inside = make([]bool, len(times))
	t := 0.0
	for k, until := range times {
		for t < until {
			dt := r.stepper.Step(r.theta, rng)
			if !(dt > 0 && dt <= math.MaxFloat64) || !dynamics.Finite(r.theta) {
				return inside, true
			}
			t += dt
			if r.watch.Ended() {
				return inside, false
			}
		}
		inside[k] = r.exit.Contains(r.theta)
	}
	return inside, false
}

// Share returns the mean fraction inside over the times ≥ from, with a standard error from the
// scatter between replicas, which are independent: the stationary occupancy if from is some
// relaxation times; 0, no bound, where all agree. It returns an error if no time is that late,
// there are fewer than two replicas, or o is not what [Occupy] returned.
func (o *Occupancy) Share(from float64) (share, stderr float64, err error) {
	if o == nil || len(o.inside) != o.Replicas || o.Replicas < 2 || len(o.Time) != len(o.inside[0]) {
		return 0, 0, fmt.Errorf("escape: occupancy: share of no replicas or one, want ≥ 2 from Occupy")
	}
	first := 0
	for first < len(o.Time) && o.Time[first] < from {
		first++
	}
	if first == len(o.Time) || math.IsNaN(from) {
		return 0, 0, fmt.Errorf("escape: occupancy: share from time %v, want ≤ %v", from, o.Time[len(o.Time)-1])
	}
	means := make([]float64, o.Replicas)
	for i, row := range o.inside {
		for _, in := range row[first:] {
			if in {
				means[i] += 1 / float64(len(row)-first)
			}
		}
	}
	mean, std := stat.MeanStdDev(means, nil)
	return mean, stat.StdErr(std, float64(o.Replicas)), nil
}

// Odds returns the long-run odds (1−p)/p of being outside, p = Share(from), with their standard
// error, and the errors of [Occupancy.Share]. With none ever inside both are +Inf.
func (o *Occupancy) Odds(from float64) (odds, stderr float64, err error) {
	p, e, err := o.Share(from)
	if err != nil || p == 0 {
		return math.Inf(1), math.Inf(1), err
	}
	return (1 - p) / p, e / (p * p), nil
}
