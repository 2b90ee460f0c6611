package escape

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Walker moves one replica by one step and returns the time that has passed and
// whether the replica is now inside the basin. A dt that is not positive means
// that it diverged.
type Walker func() (dt float64, inside bool)

// Walk returns the maker of walkers that [Occupy] asks for, from a diffusion: each
// starts at start and is inside as long as it is in basin.
func Walk(d dynamics.Dynamics, start []float64, basin Region) func(*rand.Rand) Walker {
	return func(rng *rand.Rand) Walker {
		stepper := d.NewStepper()
		theta := append([]float64(nil), start...)
		return func() (float64, bool) {
			dt := stepper.Step(theta, rng)
			if !finite(theta) {
				return math.NaN(), false
			}
			return dt, basin.Contains(theta)
		}
	}
}

// Occupancy is the fraction of replicas that are inside a basin at given times.
type Occupancy struct {
	Time     []float64
	Fraction []float64
	StdErr   []float64 // binomial; fractions at different times are correlated
	Replicas int
	Diverged int // counted as outside from then on

	inside [][]bool // replica × time
}

// Occupy runs replicas, each with a random stream of its own, and looks at each of
// the times, which ascend, which are inside. Of the settings, MaxTime and Resume
// play no part; 0 replicas means 200. The result does not depend on the number of
// workers. It returns an error if there are no times or they do not ascend from
// above 0, Replicas < 0, or ctx ends.
func Occupy(ctx context.Context, walker func(*rand.Rand) Walker, times []float64, s Settings) (*Occupancy, error) {
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
	inside, diverged := make([][]bool, s.Replicas), make([]bool, s.Replicas)
	parallel.For(ctx, s.Replicas, parallel.Workers(s.Workers), func(_, i int) {
		inside[i] = make([]bool, len(times))
		step, t, now := walker(dynamics.Stream(s.Seed, s.Experiment, i)), 0.0, false
		for k, until := range times {
			for t < until {
				dt, in := step()
				if !(dt > 0) {
					diverged[i] = true
					return
				}
				t, now = t+dt, in
			}
			inside[i][k] = now
			if ctx.Err() != nil {
				return
			}
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("escape: occupancy: %w", err)
	}
	o := &Occupancy{Time: append([]float64(nil), times...), Replicas: s.Replicas, inside: inside}
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
	for _, d := range diverged {
		if d {
			o.Diverged++
		}
	}
	return o, nil
}

// Share returns the mean fraction inside over the times ≥ from, with a standard
// error from the scatter between replicas, which are independent: the stationary
// occupancy if from is some relaxation times. It returns an error if no time is
// that late or there are fewer than two replicas.
func (o *Occupancy) Share(from float64) (share, stderr float64, err error) {
	first := 0
	for first < len(o.Time) && o.Time[first] < from {
		first++
	}
	switch {
	case first == len(o.Time):
		return 0, 0, fmt.Errorf("escape: occupancy: share from time %v, want ≤ %v", from, o.Time[len(o.Time)-1])
	case o.Replicas < 2:
		return 0, 0, fmt.Errorf("escape: occupancy: share of %d replicas, want ≥ 2", o.Replicas)
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

// Odds returns the long-run odds (1−p)/p of being outside, p = Share(from), with
// their standard error, and the errors of [Occupancy.Share]. With none ever inside
// they are +Inf.
func (o *Occupancy) Odds(from float64) (odds, stderr float64, err error) {
	p, e, err := o.Share(from)
	return (1 - p) / p, e / (p * p), err
}
