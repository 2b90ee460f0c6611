package escape

import (
	"context"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// unasked is a dynamics that cannot be asked for anything when it is nil.
type unasked struct{ dim int }

func (l *unasked) Dim() int                     { return l.dim }
func (l *unasked) NewStepper() dynamics.Stepper { return nil }

func TestHostile(t *testing.T) {
	done, cancel := context.WithCancel(background)
	cancel()
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	d := must(dynamics.NewGLD(well, well.Minimum(), theory.NoiseFor(0.3, 1), dynamics.Settings{}))
	exit, zero := Beyond{Level: 1}, []float64{0}
	r := hostile.Table{
		"RegionFunc.Contains": {func() error { return hostile.Said(!RegionFunc(nil).Contains(nil)) }},
		"Beyond.Contains": {
			func() error { return hostile.Said(!Beyond{Axis: 7}.Contains(zero)) },
			func() error { return hostile.Said(!Beyond{Axis: -1}.Contains(zero)) },
			func() error { return hostile.Said(!Beyond{Level: nan}.Contains(zero)) },
			func() error { return hostile.Said(!Beyond{}.Contains(nil)) },
			func() error { return hostile.Said(!Beyond{Axis: 1}.Contains(zero)) },
		},
		"LossAbove.Contains": {
			func() error { return hostile.Said(!LossAbove{}.Contains(zero)) },
			func() error { return hostile.Said(!LossAbove{Landscape: well}.Contains(nil)) },
			func() error { return hostile.Said(!LossAbove{Landscape: well}.Contains([]float64{9, 9})) },
		},
		"Near.Contains": {
			func() error { return hostile.Said(!Near{}.Contains(zero)) }, func() error { return hostile.Said(!Near{zero, inf}.Contains(nil)) },
			func() error { return hostile.Said(!Near{zero, nan}.Contains(zero)) },
		},
		"Half.Contains": {
			func() error { return hostile.Said(!Half{}.Contains(zero)) }, func() error { return hostile.Said(!Half{Point: zero}.Contains(zero)) },
			func() error { return hostile.Said(!Half{Normal: zero}.Contains(zero)) }, func() error { return hostile.Said(!Half{zero, zero}.Contains(nil)) },
		},
		"Past": {func() error { return hostile.Err(Past(nil)) }},
		"FirstPassage": {
			func() error { return hostile.Err(FirstPassage(done, d, zero, exit, Settings{})) },
			func() error { return hostile.Err(FirstPassage(background, nil, zero, exit, Settings{})) },
		},
		"Occupy": {
			func() error { return hostile.Err(Occupy(done, d, zero, exit, []float64{1}, Settings{})) },
			func() error { return hostile.Err(Occupy(background, d, zero, exit, nil, Settings{})) },
		},
		"Sample.MarshalJSON":   {func() error { _, err := Sample{Times: []float64{nan}}.MarshalJSON(); return err }},
		"Sample.UnmarshalJSON": {func() error { return new(Sample).UnmarshalJSON([]byte(`{"MaxTime":"x"}`)) }, func() error { return new(Sample).UnmarshalJSON(nil) }},
		"Sample.Count":         {func() error { return hostile.Said((&Sample{}).Count(Escaped) == 0) }, func() error { return hostile.Said((&Sample{Status: []Status{9}}).Count(Escaped) == 0) }},
		"Sample.Survival":      {func() error { var s *Sample; return hostile.Said(len(s.Survival().Time) == 0) }, func() error { return hostile.Said(len((&Sample{Status: []Status{1}}).Survival().Time) == 0) }},
		"WeightedMean": {
			func() error {
				mean, e := WeightedMean(nil, nil)
				return hostile.Said(math.IsNaN(mean) && math.IsNaN(e))
			},
			func() error {
				mean, e := WeightedMean(zero, nil)
				return hostile.Said(math.IsNaN(mean) && math.IsNaN(e))
			},
			func() error {
				mean, e := WeightedMean(zero, zero)
				return hostile.Said(math.IsNaN(mean) && math.IsNaN(e))
			},
			func() error {
				mean, e := WeightedMean(zero, []float64{nan})
				return hostile.Said(math.IsNaN(mean) && math.IsNaN(e))
			},
			func() error {
				mean, e := WeightedMean([]float64{1, 2}, []float64{1, 0})
				return hostile.Said(math.IsNaN(mean) && math.IsNaN(e))
			},
		},
		"Occupancy.Share": {func() error { _, _, err := (*Occupancy)(nil).Share(0); return err }},
		"Occupancy.Odds":  {func() error { _, _, err := (&Occupancy{Time: zero, Replicas: 9}).Odds(0); return err }},
		"Problem.Theory":  {func() error { return hostile.Err(Problem{}.Theory()) }},
		"Problem.Exact":   {func() error { return hostile.Err(Problem{}.Exact(t.Context())) }},
		"Problem.Kappa":   {func() error { return hostile.Err(Problem{}.Kappa(t.Context())) }},
		"Problem.Routes":  {func() error { return hostile.Err(Problem{}.Routes(t.Context())) }},
		"Routes.Of": {
			func() error { return hostile.Said(math.IsNaN(Routes(nil).Of(""))) },
			func() error { return hostile.Said(math.IsNaN(Routes{{Method: "eq17"}}.Of("eq16"))) },
		},
		"Farthest": {
			func() error { return hostile.Said(Farthest() == 1) },
			func() error { return hostile.Said(math.IsNaN(Farthest(1, nan, 2))) },
			func() error { return hostile.Said(math.IsNaN(Farthest(-2))) },
		},
		"Sweep.Column": {func() error { return hostile.Said(math.IsNaN(Sweep{{}}.Column("eq17")[0])) }},
		"Sweep.Points": {func() error { x, y := (Sweep{{}}).Points("eq17", "eq16"); return hostile.Said(len(x)+len(y) == 0) }},
		"Sweep.Each":   {func() error { n := 0; Sweep{{}}.Each(func(theory.Escape, Route) { n++ }); return hostile.Said(n == 0) }},
		"Problem.Laplace": {
			func() error { _, _, _, err := Problem{}.Laplace(t.Context()); return err },
			func() error { _, _, _, err := must(QuarticProblem(21, 0.1, 2)).Laplace(t.Context()); return err },
		},
		"Problem.Committor": {func() error { _, _, err := (Problem{}).Committor(t.Context(), 0); return err }},
		"Problem.Transitions": {
			func() error { return hostile.Err(Problem{}.Transitions(t.Context(), 0)) },
			func() error { return hostile.Err(must(QuarticProblem(1, 0.1, 2)).Transitions(t.Context(), -1)) },
			func() error { return hostile.Err(must(QuarticProblem(1, 0.1, 2)).Transitions(t.Context(), nan)) },
		},
		"Problem.InWell": {func() error { _, _, err := Problem{}.InWell(t.Context()); return err }},
		"Grid": {
			func() error { return hostile.Err(Grid(nil, []int{1}, []float64{1}, []float64{2})) },
			func() error { return hostile.Err(Grid(QuarticProblem, []int{1}, []float64{0.1}, []float64{nan})) },
			func() error {
				all, err := Grid(QuarticProblem, nil, []float64{1}, []float64{2})
				return hostile.Said(len(all) == 0 && err == nil)
			},
		},
		"LocalBarriers": {
			func() error { x, _ := LocalBarriers(zero, nil); return hostile.Said(x == nil) },
			func() error {
				_, b := LocalBarriers([]float64{1, 2}, []float64{1, -1})
				return hostile.Said(math.IsNaN(b[0]))
			},
		},
		"Sweep.Where": {func() error { return hostile.Said(len(Sweep{{}}.Where(nil)) == 0) }},
		"QuarticProblem": {
			func() error { return hostile.Err(QuarticProblem(-1, 0.1, 2)) },
			func() error { return hostile.Err(QuarticProblem(1, 0.1, nan)) },
			func() error { return hostile.Err(must(QuarticProblem(1, -1, 2)).Theory()) },
		},
		"Sweep.Ratio": {func() error { return hostile.Said(math.IsNaN(Sweep{{}}.Ratio("eq17", "eq16")[0])) }},
		"AllRoutes": {
			func() error { return hostile.Err(AllRoutes(background, []Problem{{}})) },
			func() error {
				return hostile.Err(AllRoutes(done, []Problem{{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}}))
			},
		},
		"Problem.StraightFactor": {
			func() error { return hostile.Err(Problem{}.StraightFactor(t.Context())) },
			func() error { // a focal point
				sharp := must(landscape.NewQuartic(landscape.Shape{Ratio: 8, EffectiveDimension: 2, Transverse: []float64{8}}))
				return hostile.Err(Problem{Barrier: sharp, Noise: theory.NoiseFor(0.1, 1)}.StraightFactor(t.Context()))
			},
		},
		"Problem.Quadratures": {
			func() error { return hostile.Err(Problem{}.Quadratures(t.Context())) },
			func() error {
				crowded := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 3}))
				return hostile.Err(Problem{Barrier: crowded, Noise: theory.NoiseFor(1, 1)}.Quadratures(t.Context()))
			},
			func() error {
				return hostile.Err(Problem{Barrier: well, Noise: theory.Noise{LearningRate: nan, BatchSize: 1}}.Quadratures(t.Context()))
			},
		},
		"Problem.Simulate": {
			func() error { return hostile.Err(Problem{}.Simulate(background, Settings{})) },
			func() error {
				return hostile.Err(Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}.Simulate(done, Settings{}))
			},
			func() error {
				return hostile.Err(Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}.Simulate(background, Settings{Replicas: 1e9}))
			},
		},
		"Problem.Compare": {func() error { return hostile.Err(Problem{}.Compare(background, Settings{})) }},
	}
	for _, bad := range []Region{nil, RegionFunc(nil), Beyond{Axis: 7}, Beyond{Axis: -1}, Beyond{Axis: 1}, Beyond{Level: nan}, LossAbove{}, LossAbove{well, nan},
		LossAbove{must(landscape.NewQuartic(landscape.Shape{Ratio: 2, Flat: 1})), 1},
		Near{}, Near{zero, 0}, Near{zero, nan}, Near{[]float64{nan}, 1}, Near{[]float64{1, 2}, 1}, Half{}, Half{zero, nil}, Half{nil, zero}, Half{zero, []float64{nan}}, Half{[]float64{inf}, zero}} {
		r.Add("FirstPassage", func() error {
			return hostile.Err(FirstPassage(background, d, zero, bad, Settings{Replicas: 1, MaxTime: 1}))
		})
		r.Add("Occupy", func() error {
			return hostile.Err(Occupy(background, d, zero, bad, []float64{1}, Settings{Replicas: 1}))
		})
	}
	for _, start := range [][]float64{nil, {0, 0}, {nan}, {inf}, {2}} {
		r.Add("FirstPassage", func() error { return hostile.Err(FirstPassage(background, d, start, exit, Settings{Replicas: 1})) })
	}
	for _, s := range []Settings{{Replicas: -1}, {Replicas: 1e9}, {Replicas: math.MaxInt}, {MaxTime: nan}, {MaxTime: -1}, {Workers: -1}, {Resume: &Sample{}}} {
		r.Add("FirstPassage", func() error { return hostile.Err(FirstPassage(background, d, zero, exit, s)) })
	}
	for _, times := range [][]float64{{0}, {-1}, {nan}, {inf}, {2, 1}, {1, 1}, {1, nan}} {
		r.Add("Occupy", func() error {
			return hostile.Err(Occupy(background, d, zero, exit, times, Settings{Replicas: 1}))
		})
	}
	for _, n := range []int{-1, 1e9, math.MaxInt} {
		r.Add("Occupy", func() error {
			return hostile.Err(Occupy(background, d, zero, exit, []float64{1}, Settings{Replicas: n}))
		})
	}
	good := simulated(dynamics.Stream(1, "good", 0), 20, 1, 1)
	for _, confidence := range []float64{nan, 0, 1, -1, inf} {
		r.Add("Sample.Rate", func() error { return hostile.Err(good.Rate(confidence)) })
		r.Add("Sample.MeanTime", func() error { return hostile.Err(good.MeanTime(confidence)) })
	}
	for _, t0 := range []float64{nan, -1, inf, 1, huge} {
		r.Add("Sample.After", func() error { return hostile.Err(good.After(t0)) })
	}
	r.Add("Sample.Exponentiality", func() error { return hostile.Err(good.Exponentiality(-1)) }, func() error { return hostile.Err(good.Exponentiality(1e9)) })
	all := []Status{Escaped, Escaped, Escaped, Escaped, Escaped, Escaped}
	for _, s := range []*Sample{nil, {}, {Times: zero}, {Status: all}, {Times: make([]float64, 6), Status: all},
		{Times: []float64{1, 2, 3, 4, 5, nan}, Status: all}, {Times: []float64{1, 2, 3, 4, 5, inf}, Status: all}, {Times: []float64{1, 2, 3, 4, 5, -1}, Status: all},
		{Times: []float64{tiny, 0, 0, 0, 0, 0}, Status: all}, {Times: []float64{huge, huge, huge, 1, 1, 1}, Status: all},
		{Times: []float64{1, 2, 3, 4, 5, 6}, Status: make([]Status, 6)}, {Times: []float64{1, 1, 1, 1, 1, 1}, Status: append(all[:5:5], 9)}} {
		r.Add("Sample.Rate", func() error { return hostile.Err(s.Rate(0.95)) })
		r.Add("Sample.MeanTime", func() error { return hostile.Err(s.MeanTime(0.95)) })
		r.Add("Sample.Exponentiality", func() error { return hostile.Err(s.Exponentiality(99)) })
		if s == nil || len(s.Times) != len(s.Status) || len(s.Status) > 0 && (s.Status[5] != Escaped || !(s.Times[5] >= 0) || s.Times[5] > huge) {
			r.Add("Sample.After", func() error { return hostile.Err(s.After(0)) })
		}
	}
	estimate := Estimate{Value: 1, StdErr: 1}
	for _, c := range []struct {
		steps []float64
		e     []Estimate
		order float64
	}{
		{nil, nil, 1}, {[]float64{1, 2}, []Estimate{estimate}, 1}, {[]float64{1, 1}, []Estimate{estimate, estimate}, 1},
		{[]float64{1, 0}, []Estimate{estimate, estimate}, 1}, {[]float64{1, nan}, []Estimate{estimate, estimate}, 1}, {[]float64{1, inf}, []Estimate{estimate, estimate}, 1},
		{[]float64{1, 2}, []Estimate{estimate, estimate}, 0}, {[]float64{1, 2}, []Estimate{estimate, estimate}, nan}, {[]float64{1, 2}, []Estimate{estimate, estimate}, -1}, {[]float64{1, 2}, []Estimate{estimate, estimate}, inf},
		{[]float64{1, 2}, []Estimate{estimate, {}}, 1}, {[]float64{1, 2}, []Estimate{estimate, {Value: nan, StdErr: 1}}, 1}, {[]float64{1, 2}, []Estimate{estimate, {Value: inf, StdErr: 1}}, 1},
		{[]float64{1, 2}, []Estimate{estimate, {StdErr: inf}}, 1}, {[]float64{1, 2}, []Estimate{estimate, {StdErr: nan}}, 1}, {[]float64{1, 2}, []Estimate{estimate, {StdErr: -1}}, 1},
		{[]float64{1, 2}, []Estimate{estimate, {StdErr: huge}}, 1}, {[]float64{1, 2}, []Estimate{estimate, {StdErr: tiny}}, 1},
		{[]float64{1, 2}, []Estimate{estimate, {Value: huge, StdErr: 1}}, 1}, {[]float64{1, huge}, []Estimate{estimate, estimate}, 1}, {[]float64{1, tiny}, []Estimate{{Value: huge, StdErr: 1}, estimate}, 1},
	} {
		r.Add("Extrapolate", func() error { return hostile.Err(Extrapolate(c.steps, c.e, c.order)) })
	}
	for _, ratios := range [][]float64{nil, {2}, {2, nan}, {2, inf}, {2, 0.5}, {1, 1}, {1, 1 + 2e-16}} {
		r.Add("FitExponent", func() error { return hostile.Err(FitExponent(ratios, 1)) })
	}
	r.Add("FitExponent", func() error { return hostile.Err(FitExponent([]float64{2, 3}, 0)) }, func() error { return hostile.Err(FitExponent([]float64{2, 3}, -1)) })
	for _, mean := range []float64{nan, 0, -1, inf} {
		r.Add("Exponent", func() error { return hostile.Said(math.IsNaN(Exponent(mean, 1))) })
	}
	r.Add("Exponent", func() error { return hostile.Said(math.IsNaN(Exponent(1, 0))) }, func() error { return hostile.Said(math.IsNaN(Exponent(1, -1))) })
	o := binomial(dynamics.Stream(1, "o", 0), 9, 3, 0.5)
	for _, from := range []float64{nan, inf, 4} {
		r.Add("Occupancy.Share", func() error {
			share, stderr, err := o.Share(from)
			return must(err, hostile.Said(share != 0 || stderr != 0))
		})
		r.Add("Occupancy.Odds", func() error { _, _, err := o.Odds(from); return err })
	}
	for _, bad := range []*Occupancy{{}, {Replicas: 2, Time: zero}, binomial(dynamics.Stream(1, "o", 0), 1, 1, 0.5)} {
		r.Add("Occupancy.Share", func() error { _, _, err := bad.Share(0); return err })
	}
	for _, noise := range []theory.Noise{{}, {LearningRate: nan, BatchSize: 1}, {LearningRate: huge, BatchSize: tiny}, {LearningRate: tiny, BatchSize: huge}} {
		p := Problem{Barrier: well, Noise: noise}
		r.Add("Problem.Theory", func() error { return hostile.Err(p.Theory()) })
		r.Add("Problem.Exact", func() error { return hostile.Err(p.Exact(t.Context())) })
		r.Add("Problem.Simulate", func() error { return hostile.Err(p.Simulate(background, Settings{})) })
	}
	var none *landscape.Quartic // of an error that nobody looked at
	for name, call := range map[string]func() error{
		"Past":           func() error { return hostile.Err(Past(none)) },
		"Problem.Theory": func() error { return hostile.Err(Problem{Barrier: none, Noise: theory.NoiseFor(0.1, 1)}.Theory()) },
		"Problem.Exact": func() error {
			return hostile.Err(Problem{Barrier: none, Noise: theory.NoiseFor(0.1, 1)}.Exact(t.Context()))
		},
		"Problem.Compare": func() error {
			return hostile.Err(Problem{Barrier: none, Noise: theory.NoiseFor(0.1, 1)}.Compare(background, Settings{}))
		},
		"Problem.Simulate": func() error {
			return hostile.Err(Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}.Simulate(context.Context(nil), Settings{}))
		},
		"FirstPassage": func() error { return hostile.Err(FirstPassage(context.Context(nil), d, zero, exit, Settings{})) },
		"Occupy": func() error {
			return hostile.Err(Occupy(context.Context(nil), d, zero, exit, []float64{1}, Settings{}))
		},
	} {
		r.Add(name, call)
	}
	r.Add("FirstPassage", func() error { return hostile.Err(FirstPassage(background, (*unasked)(nil), zero, exit, Settings{})) },
		func() error { return hostile.Err(FirstPassage(background, d, zero, (*Near)(nil), Settings{})) },
		func() error { return hostile.Err(FirstPassage(background, d, zero, LossAbove{none, 1}, Settings{})) })
	r.Run(t)
}
