package network

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/sgd"
	"github.com/sgdescape/sgdescape/pkg/splitting"
)

// MeasureSettings steers [Report.Measure]; the zero value works.
type MeasureSettings struct {
	// Replicas is the number of runs for each level. 0 means 200, which gives the time to 7 %.
	Replicas int
	// Every is the number of steps from one look at the loss to the next, see [Level]. 0 means a
	// twentieth of the relaxation time 1/(ηh_1) of the sharpest direction, at least 1: a look costs N
	// losses, a step B gradients.
	Every int
	// MaxSteps is the number of steps after which a replica is censored; it is counted, not
	// dropped. 0 means 100,000.
	MaxSteps int
	// Splitting is the number of replicas with which a level is measured again that less than half
	// of the direct ones reached, by package splitting with the loss for its coordinate: its mean
	// time is not cut off by MaxSteps. 0 means not at all; 200 are good for a first look. Every is
	// 1 there, and a step costs B gradients and N losses.
	Splitting int
	// Workers is the number of goroutines. 0 means one a processor. It does not change a bit of the
	// result. A model that starts goroutines of its own is better told not to ([model.MLPConfig]).
	Workers int
	// Seed and Experiment key the random streams, with setting, level and replica. Two networks of
	// one size share them unless their Experiment differs.
	Seed       uint64
	Experiment string
	// Progress, if not nil, is called after each replica, by several goroutines.
	Progress func(done, total int)
}

// maxReplicas keeps the samples of all levels below 1 GiB.
const maxReplicas = 1 << 20

// Measure lets SGD run from θ* with fresh mini-batches ([sgd.Independent]) until the loss of all
// samples exceeds each level, and stores the mean times. Replicas are independent, of each other
// and between levels, and run side by side. The cost is what the steps of all levels take, see
// [escape.Estimate].Steps: for each B gradients, and N/Every losses. Memory is a copy of the model
// for each worker, and 17 bytes a replica.
//
// Errors: settings below 0 or beyond bounds, a report that [Site.Report] did not make, a site at
// which SGD would run away at once (ηh₁ > 2), and the context's; levels measured before it ended
// keep what they have.
func (r *Report) Measure(ctx context.Context, s MeasureSettings) error {
	if r == nil || r.check() != nil || len(r.Levels) == 0 {
		return fmt.Errorf("network: measuring a report that Site.Report did not make")
	}
	if s.Replicas < 0 || s.Replicas > maxReplicas || s.Every < 0 || s.MaxSteps < 0 || s.Workers < 0 || s.Every > 1<<30 || s.Splitting < 0 || s.Splitting == 1 {
		return fmt.Errorf("network: %d replicas (%d to split), looks every %d of at most %d steps, %d workers, want ≥ 0, at most %d replicas and not 1 to split", s.Replicas, s.Splitting, s.Every, s.MaxSteps, s.Workers, maxReplicas)
	}
	if r.Edge > 2 {
		return fmt.Errorf("network: ηh₁ = %.3g > 2: SGD runs away from this minimum, take a learning rate below %.3g", r.Edge, 2*r.LearningRate/r.Edge)
	}
	if ctx == nil {
		return fmt.Errorf("network: measuring without a context")
	}
	if s.Replicas == 0 {
		s.Replicas = 200
	}
	if s.MaxSteps == 0 {
		s.MaxSteps = 100_000
	}
	if s.Every == 0 {
		s.Every = max(1, int(1/(20*r.Edge)))
	}
	motion, err := sgd.New(r.Model, r.LearningRate, int(r.BatchSize), sgd.Independent)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	loss, err := model.NewMeanLoss(r.Model)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	run := measurement{ctx: ctx, r: r, s: s, motion: motion, loss: loss, total: len(r.Levels) * s.Replicas}
	for i := range r.Levels {
		if err := run.level(&r.Levels[i]); err != nil {
			return err
		}
	}
	return nil
}

type measurement struct {
	ctx    context.Context
	r      *Report
	s      MeasureSettings
	motion dynamics.Dynamics
	loss   *model.MeanLoss
	done   atomic.Int64
	total  int
}

// level measures one.
func (m *measurement) level(l *Level) error {
	first, err := m.sample(l.Ratio, m.s.Every, m.s.Replicas)
	if err != nil {
		return err
	}
	late := 0.0
	if m.s.Every > 1 {
		// Half as many looks at the first quarter of the replicas, whose streams are the same.
		half, err := m.sample(l.Ratio, 2*m.s.Every, (m.s.Replicas+3)/4)
		if err != nil {
			return err
		}
		both := 0.0
		for i, t := range half.Times {
			if half.Status[i] == escape.Escaped && first.Status[i] == escape.Escaped {
				looks := math.Round((t - first.Times[i]) / (m.r.LearningRate * float64(m.s.Every))) // without rounding
				late, both = late+looks*m.r.LearningRate*float64(m.s.Every), both+1
			}
		}
		late /= math.Max(both, 1)
	}
	t, err := first.MeanTime(0.95)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	t.Steps *= int64(m.s.Every)
	l.Time, l.Every, l.Late, l.Doubt, l.Split = t, m.s.Every, late, "", false
	if m.s.Splitting > 0 && 2*t.Escaped < t.Replicas {
		return m.split(l)
	}
	return nil
}

// split measures a level by splitting.
func (m *measurement) split(l *Level) error {
	p := splitting.Problem{Dynamics: m.motion, Start: m.r.Minimum.Theta, Coordinate: splitting.Loss{Landscape: m.loss}, Exit: l.Ratio * m.r.Minimum.Loss}
	found, err := p.Rate(m.ctx, splitting.Settings{Replicas: m.s.Splitting, Workers: m.s.Workers, Seed: m.s.Seed, Experiment: m.experiment(l.Ratio)})
	if err != nil {
		return fmt.Errorf("network: c = %v: %w", l.Ratio, err)
	}
	k := found.Rate
	if l.Doubt = found.Doubt; !(k.Value > 0) {
		return nil // died out: what the direct replicas say stands
	}
	l.Time = escape.Estimate{
		Value: 1 / k.Value, StdErr: k.StdErr / (k.Value * k.Value), Low: 1 / k.High, High: 1 / k.Low, Confidence: k.Confidence,
		Replicas: m.s.Splitting, Escaped: m.s.Splitting, Seed: m.s.Seed, Steps: l.Time.Steps + found.Steps,
	}
	l.Every, l.Late, l.Split = 1, 0, true
	return nil
}

// experiment names the random streams of a level.
func (m *measurement) experiment(ratio float64) string {
	n, p := m.r.Model.Dims()
	return fmt.Sprintf("%s network N=%d P=%d eta=%v B=%v c=%v", m.s.Experiment, n, p, m.r.LearningRate, m.r.BatchSize, ratio)
}

// sample runs replicas whose streams depend on the setting and the level, not on how often they are
// looked at.
func (m *measurement) sample(ratio float64, every, replicas int) (*escape.Sample, error) {
	exit := escape.LossAbove{Landscape: m.loss, Level: ratio * m.r.Minimum.Loss}
	s := escape.Settings{
		Replicas: replicas, MaxTime: float64(m.s.MaxSteps) * m.r.LearningRate, Workers: m.s.Workers, Seed: m.s.Seed,
		Experiment: m.experiment(ratio),
	}
	if m.s.Progress != nil && every == m.s.Every {
		s.Progress = func(_, _ int) { m.s.Progress(int(m.done.Add(1)), m.total) }
	}
	sample, err := escape.FirstPassage(m.ctx, strides{m.motion, every}, m.r.Minimum.Theta, exit, s)
	if err != nil {
		return nil, fmt.Errorf("network: c = %v: %w", ratio, err)
	}
	return sample, nil
}

// strides is a dynamics that takes several steps in one: what happens between them goes unseen.
type strides struct {
	dynamics.Dynamics
	every int
}

func (s strides) NewStepper() dynamics.Stepper {
	if s.every == 1 {
		return s.Dynamics.NewStepper()
	}
	return &stride{s.Dynamics.NewStepper(), s.every}
}

type stride struct {
	dynamics.Stepper
	every int
}

func (s *stride) Step(theta []float64, rng *rand.Rand) (dt float64) {
	for range s.every {
		dt += s.Stepper.Step(theta, rng)
	}
	return dt
}
