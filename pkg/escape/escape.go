// Package escape answers the question: at what rate is a minimum left, and how sure are we?
//
// [FirstPassage] runs many replicas of a [dynamics.Dynamics] until each enters an exit [Region] or
// its time is up, and keeps every one of them, escaped, censored or diverged, in a [Sample].
// [Sample.Rate] is the maximum-likelihood escape rate of a right-censored exponential law with its
// interval, [Sample.Survival] the survival curve, [Sample.Exponentiality] the Kolmogorov–Smirnov
// check that a rate describes the sample at all, and [Extrapolate] removes the bias of a finite
// step.
//
// A [Problem] is one way out of one minimum: its theory, its exact rate and its simulation, and
// with [Problem.Routes] every rate that has no sampling error, the two quadratures beside Eq. 17
// among them, for one problem or a [Sweep].
package escape

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Settings sets the size of a sample. The zero value works: it runs 200 replicas to the end,
// whatever it takes.
type Settings struct {
	// Replicas is the number of independent runs. 0 means 200, which gives the rate to 7 %.
	Replicas int
	// MaxTime > 0 is the time t at which a replica that has not escaped is censored. 0 means never.
	MaxTime float64
	// Workers is the number of goroutines. 0 means one a processor. It does not change a bit of the
	// result.
	Workers int
	// Seed and Experiment key the random streams, with the replica's number.
	Seed       uint64
	Experiment string
	// Resume is a sample of the same experiment that was interrupted: only its pending replicas are
	// run. Its first escape is run again, unless the dynamics is a [Passer], and must come out as
	// it was.
	Resume *Sample
	// Progress, if not nil, is called after each replica, by several goroutines.
	Progress func(done, total int)
}

// Status is how a replica ended.
type Status uint8

const (
	Pending  Status = iota // not run: the sample was interrupted
	Escaped                // entered the exit region
	Censored               // still inside at MaxTime
	Diverged               // left the finite numbers
)

// Sample is the outcome of a first-passage experiment. No replica is dropped.
type Sample struct {
	Times      []float64 // time t of escape, censoring or divergence, per replica
	Status     []Status  // how each replica ended
	Steps      int64     // steps over all replicas: the cost
	MaxTime    float64   // censoring time; +Inf or 0 if none
	Seed       uint64
	Experiment string
}

// MarshalJSON writes the sample; as JSON knows no +Inf, no censoring is MaxTime 0.
func (s Sample) MarshalJSON() ([]byte, error) {
	type plain Sample
	if math.IsInf(s.MaxTime, 1) {
		s.MaxTime = 0
	}
	return json.Marshal(plain(s))
}

// UnmarshalJSON reads what [Sample.MarshalJSON] wrote.
func (s *Sample) UnmarshalJSON(data []byte) error {
	type plain Sample
	if err := json.Unmarshal(data, (*plain)(s)); err != nil {
		return fmt.Errorf("escape: sample: %w", err)
	}
	if s.MaxTime == 0 {
		s.MaxTime = math.Inf(1)
	}
	return nil
}

// Count returns the number of replicas with the given status.
func (s *Sample) Count(status Status) int {
	n := 0
	for _, x := range s.Status {
		if x == status {
			n++
		}
	}
	return n
}

// pending returns the replicas that are yet to run.
func (s *Sample) pending() (list []int) {
	for i, status := range s.Status {
		if status == Pending {
			list = append(list, i)
		}
	}
	return list
}

// Passer is implemented by a dynamics that has a faster way to first passages into some exits.
type Passer interface {
	// Passages fills in the pending replicas of the sample and reports true, or reports false,
	// before any work, if it has no faster way to this exit from this start. Its results obey the
	// law that steppers give, not their bits.
	Passages(ctx context.Context, sample *Sample, start []float64, exit Region, s Settings) bool
}

// FirstPassage runs replicas of d from start until each enters exit. The result is a function of
// everything but the number of workers. It returns an error, before any work starts, if d or exit
// is nil, dimensions disagree, start is not finite or lies in exit, if a setting is negative or
// NaN, if the sample, 17 bytes a replica, is beyond 1 GiB, or if Resume is of another experiment.
// If ctx ends early, it returns the sample so far together with an error that wraps ctx.Err(); pass
// it as Resume to go on.
func FirstPassage(ctx context.Context, d dynamics.Dynamics, start []float64, exit Region, s Settings) (*Sample, error) {
	sample, err := s.newSample(ctx, d, start, exit)
	if err != nil {
		return nil, err
	}
	if fast, ok := d.(Passer); !ok || !fast.Passages(ctx, sample, start, exit, s) {
		if !sideBySide(ctx, d, sample, start, exit, s) {
			passages(ctx, d, sample, start, exit, s)
		}
	}
	if err := ctx.Err(); err != nil {
		return sample, fmt.Errorf("escape: interrupted with %d of %d replicas pending: %w", sample.Count(Pending), len(sample.Times), err)
	}
	return sample, nil
}

// passages fills in the pending replicas of a sample step by step.
func passages(ctx context.Context, d dynamics.Dynamics, sample *Sample, start []float64, exit Region, s Settings) {
	pending := sample.pending()
	var steps, done atomic.Int64
	done.Store(int64(len(sample.Times) - len(pending)))
	parallel.For(ctx, len(pending), parallel.Workers(s.Workers), func() func(int) {
		r := runner{stepper: d.NewStepper(), exit: exit, theta: make([]float64, d.Dim()), watch: parallel.NewWatch(ctx)}
		return func(k int) {
			i := pending[k]
			time, status, n := r.run(start, sample.MaxTime, dynamics.Stream(s.Seed, s.Experiment, i))
			sample.Times[i], sample.Status[i] = time, status
			if status == Pending {
				return // interrupted: it will be run anew, and its steps count then
			}
			steps.Add(n)
			if s.Progress != nil {
				s.Progress(int(done.Add(1)), len(sample.Times))
			}
		}
	})
	sample.Steps += steps.Load()
}

// newSample checks the settings and returns the sample to fill.
func (s Settings) newSample(ctx context.Context, d dynamics.Dynamics, start []float64, exit Region) (*Sample, error) {
	if s.Replicas == 0 {
		s.Replicas = 200
	}
	if s.MaxTime == 0 {
		s.MaxTime = math.Inf(1)
	}
	if ctx == nil {
		return nil, fmt.Errorf("escape: first passage without a context")
	}
	if err := dynamics.CheckStart(d, start); err != nil {
		return nil, fmt.Errorf("escape: %w", err)
	}
	if err := checkRegion(exit, d.Dim()); err != nil {
		return nil, fmt.Errorf("escape: %w", err)
	}
	switch {
	case s.Replicas < 1:
		return nil, fmt.Errorf("escape: %d replicas, want ≥ 1", s.Replicas)
	case 17*float64(s.Replicas) > parallel.GiB:
		return nil, fmt.Errorf("escape: %d replicas take %.3g GiB, want ≤ 1", s.Replicas, 17*float64(s.Replicas)/parallel.GiB)
	case !(s.MaxTime > 0):
		return nil, fmt.Errorf("escape: censoring time = %v, want > 0", s.MaxTime)
	case s.Workers < 0:
		return nil, fmt.Errorf("escape: %d workers, want ≥ 0", s.Workers)
	case exit.Contains(start):
		return nil, fmt.Errorf("escape: start %v lies in the exit region already", start)
	}
	if s.Resume == nil {
		return &Sample{
			Times: make([]float64, s.Replicas), Status: make([]Status, s.Replicas),
			MaxTime: s.MaxTime, Seed: s.Seed, Experiment: s.Experiment,
		}, nil
	}
	r := s.Resume
	if len(r.Times) != s.Replicas || len(r.Status) != s.Replicas || r.MaxTime != s.MaxTime || r.Seed != s.Seed || r.Experiment != s.Experiment {
		return nil, fmt.Errorf("escape: sample to resume has %d replicas, censoring time %v, seed %d, experiment %q; want %d, %v, %d, %q",
			len(r.Times), r.MaxTime, r.Seed, r.Experiment, s.Replicas, s.MaxTime, s.Seed, s.Experiment)
	}
	_, fast := d.(Passer)
	if i := slices.Index(r.Status, Escaped); i >= 0 && !fast {
		t, status := s.again(ctx, d, start, exit, i, 2*r.Times[i])
		if status != Pending && !(math.Abs(t-r.Times[i]) <= 1e-6*t) { // processors may round otherwise
			return nil, fmt.Errorf("escape: replica %d of the sample to resume left at %v, but now at %v: another dynamics, start or exit", i, r.Times[i], t)
		}
	}
	resumed := *r
	resumed.Times = append([]float64(nil), r.Times...)
	resumed.Status = append([]Status(nil), r.Status...)
	return &resumed, nil
}

// again runs one replica anew.
func (s Settings) again(ctx context.Context, d dynamics.Dynamics, start []float64, exit Region, replica int, maxTime float64) (float64, Status) {
	one := &Sample{Times: make([]float64, replica+1), Status: make([]Status, replica+1), MaxTime: maxTime}
	for i := range replica {
		one.Status[i] = Censored
	}
	s.Progress = nil
	if !sideBySide(ctx, d, one, start, exit, s) {
		passages(ctx, d, one, start, exit, s)
	}
	return one.Times[replica], one.Status[replica]
}

// After returns the sample of the replicas that were still inside at time t0, on a clock started
// then. An exponential law has no memory, so that this changes nothing but what is not yet
// exponential: the first relaxation in the well, and the time of the trip to an exit that lies past
// the saddle. Its [Sample.Rate] is the rate of decay of the survival curve. It returns an error if
// t0 is negative, not finite or not below MaxTime, and for what [Sample.Rate] refuses.
func (s *Sample) After(t0 float64) (*Sample, error) {
	if _, _, err := s.summary(0.95); err != nil {
		return nil, err
	}
	if !(t0 >= 0 && t0 <= math.MaxFloat64) || s.MaxTime != 0 && t0 >= s.MaxTime {
		return nil, fmt.Errorf("escape: sample after t₀ = %v, want a finite value ≥ 0 below its censoring time %v", t0, s.MaxTime)
	}
	late := &Sample{MaxTime: max(0, s.MaxTime-t0), Steps: s.Steps, Seed: s.Seed, Experiment: s.Experiment}
	for i, t := range s.Times {
		if t > t0 {
			late.Times = append(late.Times, t-t0)
			late.Status = append(late.Status, s.Status[i])
		}
	}
	return late, nil
}

// runner is one worker's scratch space.
type runner struct {
	stepper dynamics.Stepper
	exit    Region
	theta   []float64
	watch   *parallel.Watch
}

// run follows one replica to its end, or gives it up as Pending when the context ends.
func (r *runner) run(start []float64, maxTime float64, rng *rand.Rand) (t float64, status Status, steps int64) {
	copy(r.theta, start)
	for !r.watch.Ended() {
		dt := r.stepper.Step(r.theta, rng)
		steps++
		// NaN fails every comparison, so both tests are written to catch it. A negative or infinite
		// dt means that the loss left its range.
		if !(dt > 0 && dt <= math.MaxFloat64) || !dynamics.Finite(r.theta) {
			return t, Diverged, steps
		}
		t += dt
		if t >= maxTime {
			return maxTime, Censored, steps
		}
		if r.exit.Contains(r.theta) {
			return t, Escaped, steps
		}
	}
	return 0, Pending, 0
}
