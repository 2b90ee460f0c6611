package splitting

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/search"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

var nan, inf, background = math.NaN(), math.Inf(1), context.Background()

// drift moves by so much a step, which takes the time 1.
type drift float64

func (drift) Dim() int                       { return 1 }
func (d drift) NewStepper() dynamics.Stepper { return d }
func (d drift) Step(theta []float64, _ *rand.Rand) float64 {
	theta[0] += float64(d)
	return 1
}

func TestHostile(t *testing.T) {
	nobody := context.Context(nil)
	done, cancel := context.WithCancel(background)
	cancel()
	barrier, _ := quartic(t, 2, 0.1, 2)
	good := must(barrier.At(0.2))
	good.Home, good.Inner = 0.2, 0.5
	var none *landscape.Quartic
	rate := func(ctx context.Context, change func(p *Problem, s *Settings)) func() error {
		return func() error {
			p, s := good, Settings{Replicas: 20, MaxSteps: 1000}
			change(&p, &s)
			return hostile.Err(p.Rate(ctx, s))
		}
	}
	line := func(d dynamics.Dynamics) func(p *Problem, s *Settings) {
		return func(p *Problem, s *Settings) { p.Dynamics, p.Start, p.Coordinate = d, []float64{0}, Axis(0) }
	}
	r := hostile.Table{
		"Problem.Rate": {rate(nil, func(*Problem, *Settings) {}), rate(done, func(*Problem, *Settings) {}), rate(done, func(p *Problem, _ *Settings) { p.Home, p.Inner = 0, 0 }),
			rate(background, line(drift(0))), rate(background, line(drift(nan))), rate(background, line(drift(inf))), rate(background, line(drift(-1))), rate(background, line(drift(1)))},
		"Problem.Extend": {func() error { return hostile.Err(good.Extend(background, nil, Settings{})) }, func() error { return hostile.Err(good.Extend(background, &Result{}, Settings{})) },
			func() error {
				return hostile.Err(good.Extend(done, &Result{Parts: []escape.Estimate{{Value: 1}}}, Settings{}))
			}},
		"Problem.Repeat": {func() error { return hostile.Err(good.Repeat(background, 0, Settings{})) }, func() error { return hostile.Err(Problem{}.Repeat(background, 2, Settings{})) }, func() error { return hostile.Err(good.Repeat(done, 2, Settings{})) }},
		"Merge": {func() error { return hostile.Err(Merge()) }, func() error { return hostile.Err(Merge(nil)) }, func() error { return hostile.Err(Merge(&Result{})) },
			func() error {
				one := &Result{Flux: escape.Estimate{Replicas: 2}, Probability: escape.Estimate{Replicas: 2}}
				return hostile.Err(Merge(one, nil))
			},
			func() error {
				one := &Result{Flux: escape.Estimate{Replicas: 2}, Probability: escape.Estimate{Replicas: 2}}
				two := *one
				two.Home = 1
				return hostile.Err(Merge(one, &two))
			}},
		"NewCommittor": {func() error { return hostile.Err(NewCommittor(t.Context(), escape.Problem{})) }, func() error {
			p := barrier.Problem
			p.Frozen = true
			return hostile.Err(NewCommittor(t.Context(), p))
		}},
		"Func.At": {func() error { return hostile.Said(math.IsNaN(Func(nil).At(nil))) }},
		"Axis.At": {func() error { return hostile.Said(math.IsNaN(Axis(-1).At([]float64{1}))) }, func() error { return hostile.Said(math.IsNaN(Axis(1).At([]float64{1}))) }},
		"Loss.At": {func() error { return hostile.Said(math.IsNaN(Loss{}.At(nil))) }, func() error { return hostile.Said(math.IsNaN(Loss{Landscape: none}.At(nil))) },
			func() error { return hostile.Said(math.IsNaN(Loss{Landscape: barrier.Problem.Barrier}.At(nil))) }},
		"Distance.At": {func() error { return hostile.Said(math.IsNaN(Distance{From: []float64{1}}.At(nil))) }},
		"Along.At": {func() error { return hostile.Said(math.IsNaN(Along{}.At(nil))) }, func() error { return hostile.Said(math.IsNaN(Along{Path: &search.Path{}}.At(nil))) },
			func() error {
				return hostile.Said(math.IsNaN(Along{Path: &search.Path{Images: [][]float64{{0}, {1}}, Arc: []float64{0, 1}}}.At(nil)))
			},
			func() error {
				return hostile.Said(math.IsNaN(Along{Path: &search.Path{Images: [][]float64{{0}, nil}, Arc: []float64{0, 1}}}.At([]float64{0})))
			}},
		"Barrier.At": {func() error { return hostile.Err(Barrier{}.At(0.1)) }, func() error { return hostile.Err(barrier.At(-1)) }, func() error { return hostile.Err(barrier.At(2)) }, func() error { return hostile.Err(barrier.At(nan)) },
			func() error {
				p := barrier
				p.Noise = theory.Noise{}
				return hostile.Err(p.At(0.1))
			}},
		"Barrier.Rate": {func() error { return hostile.Err(Barrier{}.Rate(background, Settings{})) }, func() error { return hostile.Err(barrier.Rate(done, Settings{})) }, func() error { return hostile.Err(barrier.Rate(nobody, Settings{})) }},
		"Extrapolate": {func() error { return hostile.Err(Extrapolate(background, nil, []float64{1, 2}, 1, Settings{})) }, func() error { return hostile.Err(Extrapolate(background, barrier.At, nil, 1, Settings{})) },
			func() error {
				return hostile.Err(Extrapolate(background, barrier.At, []float64{0.1, nan}, 1, Settings{Replicas: 20}))
			},
			func() error {
				return hostile.Err(Extrapolate(background, barrier.At, []float64{0.4, 0.2}, -1, Settings{Replicas: 20}))
			}},
		"Curve.Add": {func() error { return new(Curve).Add(1, 1, escape.Extrapolation{}) }, func() error { return new(Curve).Add(nan, 1, escape.Extrapolation{Value: 1, StdErr: 1}) },
			func() error { return new(Curve).Add(1, -1, escape.Extrapolation{Value: 1, StdErr: 1}) }, func() error { return new(Curve).Add(1, 1, escape.Extrapolation{Value: inf, StdErr: 1}) }},
		"Curve.Relative": {func() error { ratio, _ := new(Curve).Relative(); return hostile.Said(ratio == nil) }},
		"Curve.Cost":     {func() error { return hostile.Said(new(Curve).Cost(nan) == nil) }},
		"Curve.Worst":    {func() error { return hostile.Said(new(Curve).Worst() == 0) }},
		"Result.Passed":  {func() error { return hostile.Said((&Result{Reactive: make([]Path, 1)}).Passed(nan) == nil) }},
		"Tube.Side": {func() error {
			x, _, _, _ := (&Tube{Mean: [][]float64{{1}}, Spread: [][]float64{{1}}}).Side(-1, 0)
			return hostile.Said(x == nil)
		}},
		"Regression.Problem": {func() error { return hostile.Err(Regression{}.Problem()) }, func() error {
			return hostile.Err(Regression{LearningRate: nan, BatchSize: 1, Dim: 1, Ratio: 2}.Problem())
		}},
		"Regression.Exact":   {func() error { _, _, err := Regression{}.Exact(background); return err }, func() error { _, _, err := Regression{Set: -1}.Exact(background); return err }},
		"Regression.Measure": {func() error { _, _, err := Regression{}.Measure(background, Settings{}); return err }},
		"Result.String":      {func() error { return hostile.Said((*Result)(nil).String() == "no result") }},
		"Result.Scatter":     {func() error { return hostile.Said(math.IsNaN((*Result)(nil).Scatter())) }, func() error { return hostile.Said(math.IsNaN((&Result{}).Scatter())) }},
		"Result.Ends": {func() error { theta, _ := (*Result)(nil).Ends(); return hostile.Said(theta == nil) }, func() error {
			theta, _ := (&Result{Reactive: make([]Path, 1)}).Ends()
			return hostile.Said(theta == nil)
		}},
		"Result.Tube": {func() error { return hostile.Err((*Result)(nil).Tube(2)) }, func() error { return hostile.Err((&Result{}).Tube(2)) },
			func() error { return hostile.Err((&Result{Reactive: make([]Path, 1)}).Tube(2)) },
			func() error {
				return hostile.Err((&Result{Reactive: []Path{{Theta: [][]float64{{1}}, Coordinate: []float64{1}, Time: []float64{0}}}}).Tube(1))
			}},
	}
	for _, change := range []func(p *Problem, s *Settings){
		func(p *Problem, _ *Settings) { p.Dynamics = nil }, func(p *Problem, _ *Settings) { p.Start = nil }, func(p *Problem, _ *Settings) { p.Start = []float64{nan, 0} },
		func(p *Problem, _ *Settings) { p.Coordinate = nil }, func(p *Problem, _ *Settings) { p.Coordinate = Func(nil) }, func(p *Problem, _ *Settings) { p.Coordinate = Axis(2) },
		func(p *Problem, _ *Settings) { p.Exit = nan }, func(p *Problem, _ *Settings) { p.Exit = inf }, func(p *Problem, _ *Settings) { p.Exit = -1 }, func(p *Problem, _ *Settings) { p.Exit = 0.4 },
		func(p *Problem, _ *Settings) { p.Out = escape.Beyond{Axis: 0, Level: -1} },
		func(p *Problem, _ *Settings) { p.Home = nan }, func(p *Problem, _ *Settings) { p.Home = -1 }, func(p *Problem, _ *Settings) { p.Home = 0.6 }, func(p *Problem, _ *Settings) { p.Inner = inf }, func(p *Problem, _ *Settings) { p.Inner = nan },
		func(_ *Problem, s *Settings) { s.Replicas = 1 }, func(_ *Problem, s *Settings) { s.Replicas = -1 }, func(_ *Problem, s *Settings) { s.Replicas = math.MaxInt },
		func(_ *Problem, s *Settings) { s.Kill = -1 }, func(_ *Problem, s *Settings) { s.Kill = 20 }, func(_ *Problem, s *Settings) { s.Crossings = -1 }, func(_ *Problem, s *Settings) { s.Crossings = math.MaxInt },
		func(_ *Problem, s *Settings) { s.MaxSteps = -1 }, func(_ *Problem, s *Settings) { s.MaxSteps = 1 }, func(_ *Problem, s *Settings) { s.Workers = -1 },
	} {
		r.Add("Problem.Rate", rate(background, change))
	}
	r.Run(t)
}
