package splitting

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/escape"
)

// Merge returns what independent runs of one problem say together. Each counts with the number of
// its replicas, never with its own standard error, which is small where the value happens to be: so
// the mean is unbiased. Variances of the runs, unbiased too, add up. It returns an error for no
// runs, nil, runs with other surfaces, or the same seed and experiment twice as far as that can be
// seen: equal rates.
func Merge(runs ...*Result) (*Result, error) {
	if len(runs) == 0 || runs[0] == nil {
		return nil, fmt.Errorf("splitting: merge of no results")
	}
	m := &Result{Home: runs[0].Home, Inner: runs[0].Inner}
	var flux, probability pool
	for i, r := range runs {
		switch {
		case r == nil:
			return nil, fmt.Errorf("splitting: merge: result %d is nil", i)
		case r.Home != m.Home || r.Inner != m.Inner:
			return nil, fmt.Errorf("splitting: merge: result %d has home %v and inner surface %v, want %v and %v as the first", i, r.Home, r.Inner, m.Home, m.Inner)
		case r.Flux.Replicas < 1 || r.Probability.Replicas < 1:
			return nil, fmt.Errorf("splitting: merge: result %d rests on %d and %d replicas, want ≥ 1", i, r.Flux.Replicas, r.Probability.Replicas)
		}
		flux.add(r.Flux)
		probability.add(r.Probability)
		if len(r.Levels) > len(m.Levels) {
			m.Levels = r.Levels
		}
		m.Ancestors += r.Ancestors
		m.Overshoot = max(m.Overshoot, r.Overshoot)
		m.Reactive = append(m.Reactive, r.Reactive...)
		m.Parts = append(m.Parts, r.Parts...)
		m.Steps += r.Steps
	}
	m.Flux, m.Probability = flux.mean(), probability.mean()
	m.Efficiency = efficiency(m.Probability)
	m.combine()
	m.Doubt = m.doubt()
	if m.Doubt == "" {
		m.Doubt = m.quarrel()
	}
	return m, nil
}

// pool adds up estimates with weights.
type pool struct {
	sum, variance float64 // of value times replicas
	escape.Estimate
}

func (p *pool) add(e escape.Estimate) {
	n := float64(e.Replicas)
	p.sum += n * e.Value
	p.variance += n * n * e.StdErr * e.StdErr
	p.Replicas += e.Replicas
	p.Escaped += e.Escaped
	p.Steps += e.Steps
	if p.Seed == 0 {
		p.Seed = e.Seed
	}
}

func (p *pool) mean() escape.Estimate {
	n := float64(p.Replicas)
	e := estimate(p.sum/n, math.Sqrt(p.variance)/n)
	e.Replicas, e.Escaped, e.Steps, e.Seed = p.Replicas, p.Escaped, p.Steps, p.Seed
	return e
}

// quarrel says that the parts scatter by more than their standard errors tell, beyond what chance
// does once in a thousand.
func (r *Result) quarrel() string {
	if len(r.Parts) < 2 {
		return ""
	}
	mean, square, claimed := r.Rate.Value, 0.0, 0.0
	for _, p := range r.Parts {
		square += (p.Value - mean) * (p.Value - mean)
		claimed += p.StdErr * p.StdErr
	}
	degrees := float64(len(r.Parts) - 1)
	if excess := square / (claimed * degrees / float64(len(r.Parts))); excess > 1+3.1*math.Sqrt(2/degrees)+5/degrees {
		return fmt.Sprintf("%d runs scatter %.1f times as much as their standard errors say", len(r.Parts), math.Sqrt(excess))
	}
	return ""
}

// Scatter returns the standard error of the rate that the scatter between its parts tells, with no
// word of any of them on its own error: NaN for fewer than two parts, or parts of no replicas.
func (r *Result) Scatter() float64 {
	if r == nil || len(r.Parts) < 2 {
		return math.NaN()
	}
	weights, sum := make([]float64, len(r.Parts)), 0.0
	for i, p := range r.Parts {
		weights[i] = float64(p.Replicas)
	}
	floats.Scale(1/floats.Sum(weights), weights)
	for i, p := range r.Parts {
		d := weights[i] * (p.Value - r.Rate.Value)
		sum += d * d
	}
	k := float64(len(r.Parts))
	return math.Sqrt(sum * k / (k - 1))
}

// Extend adds an independent run of s.Replicas more replicas to a result of the same problem, which
// may come from a file: a Result is read and written as JSON. The new run has the surfaces of the
// old and a stream of its own, by the number of parts so far. Errors are those of [Problem.Rate]
// and [Merge].
func (p Problem) Extend(ctx context.Context, r *Result, s Settings) (*Result, error) {
	if r == nil || len(r.Parts) == 0 {
		return nil, fmt.Errorf("splitting: no result to extend")
	}
	p.Home, p.Inner = r.Home, r.Inner
	s.Experiment = fmt.Sprintf("%s part %d", s.Experiment, len(r.Parts))
	more, err := p.Rate(ctx, s)
	if err != nil {
		return nil, err
	}
	return Merge(r, more)
}

// Repeat makes so many independent runs and merges them: their scatter, [Result.Scatter], checks
// the standard error, and a quarrel between them is a doubt. Errors are those of [Problem.Rate],
// and one for no run.
func (p Problem) Repeat(ctx context.Context, runs int, s Settings) (*Result, error) {
	if runs < 1 {
		return nil, fmt.Errorf("splitting: %d runs, want ≥ 1", runs)
	}
	r, err := p.Rate(ctx, s)
	for k := 1; k < runs && err == nil; k++ {
		r, err = p.Extend(ctx, r, s)
	}
	return r, err
}
