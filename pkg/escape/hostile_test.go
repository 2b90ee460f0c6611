package escape

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// refused are hostile calls by the name of what they call. Each says no: by an error, or by the
// NaN, Inf, false or nothing that its doc comment speaks of.
type refused map[string][]func() error

// run makes the calls, and holds that every exported function and method of the package in this
// folder is called.
func (r refused) run(t *testing.T) {
	for name, calls := range r {
		for i, call := range calls {
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("%s, call %d: panic: %v", name, i, p)
						err = errors.ErrUnsupported
					}
				}()
				return call()
			}()
			if err == nil || err.Error() == "" {
				t.Errorf("%s, call %d: accepted, or refused without a word", name, i)
			}
		}
	}
	entries, _ := os.ReadDir(".")
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				receiver := f.Recv.List[0].Type
				if p, ok := receiver.(*ast.StarExpr); ok {
					receiver = p.X
				}
				if !receiver.(*ast.Ident).IsExported() {
					continue
				}
				name = fmt.Sprint(receiver, ".", name)
			}
			if _, ok := r[name]; !ok {
				t.Errorf("%s is in no hostile call", name)
			}
		}
	}
}

// said turns a documented answer to bad input into an error.
func said(no bool) error {
	if no {
		return errors.New("as documented")
	}
	return nil
}

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

func TestHostile(t *testing.T) {
	done, cancel := context.WithCancel(background)
	cancel()
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	d := must(dynamics.NewGLD(well, well.Minimum(), theory.NoiseFor(0.3, 1), dynamics.Settings{}))
	exit, zero := Beyond{Level: 1}, []float64{0}
	r := refused{
		"RegionFunc.Contains": {func() error { return said(!RegionFunc(nil).Contains(nil)) }},
		"Beyond.Contains": {
			func() error { return said(!Beyond{Axis: 7}.Contains(zero)) },
			func() error { return said(!Beyond{Axis: -1}.Contains(zero)) },
			func() error { return said(!Beyond{Level: nan}.Contains(zero)) },
			func() error { return said(!Beyond{}.Contains(nil)) },
			func() error { return said(!Beyond{Axis: 1}.Contains(zero)) },
		},
		"LossAbove.Contains": {
			func() error { return said(!LossAbove{}.Contains(zero)) },
			func() error { return said(!LossAbove{Landscape: well}.Contains(nil)) },
			func() error { return said(!LossAbove{Landscape: well}.Contains([]float64{9, 9})) },
		},
		"Near.Contains": {
			func() error { return said(!Near{}.Contains(zero)) }, func() error { return said(!Near{zero, inf}.Contains(nil)) },
			func() error { return said(!Near{zero, nan}.Contains(zero)) },
		},
		"Half.Contains": {
			func() error { return said(!Half{}.Contains(zero)) }, func() error { return said(!Half{Point: zero}.Contains(zero)) },
			func() error { return said(!Half{Normal: zero}.Contains(zero)) }, func() error { return said(!Half{zero, zero}.Contains(nil)) },
		},
		"Past": {func() error { return errOf(Past(nil)) }},
		"FirstPassage": {
			func() error { return errOf(FirstPassage(done, d, zero, exit, Settings{})) },
			func() error { return errOf(FirstPassage(background, nil, zero, exit, Settings{})) },
		},
		"Occupy": {
			func() error { return errOf(Occupy(done, d, zero, exit, []float64{1}, Settings{})) },
			func() error { return errOf(Occupy(background, d, zero, exit, nil, Settings{})) },
		},
		"Sample.MarshalJSON":   {func() error { _, err := Sample{Times: []float64{nan}}.MarshalJSON(); return err }},
		"Sample.UnmarshalJSON": {func() error { return new(Sample).UnmarshalJSON([]byte(`{"MaxTime":"x"}`)) }, func() error { return new(Sample).UnmarshalJSON(nil) }},
		"Sample.Count":         {func() error { return said((&Sample{}).Count(Escaped) == 0) }, func() error { return said((&Sample{Status: []Status{9}}).Count(Escaped) == 0) }},
		"Sample.Survival":      {func() error { var s *Sample; return said(len(s.Survival().Time) == 0) }, func() error { return said(len((&Sample{Status: []Status{1}}).Survival().Time) == 0) }},
		"WeightedMean": {
			func() error { mean, e := WeightedMean(nil, nil); return said(math.IsNaN(mean) && math.IsNaN(e)) },
			func() error { mean, e := WeightedMean(zero, nil); return said(math.IsNaN(mean) && math.IsNaN(e)) },
			func() error { mean, e := WeightedMean(zero, zero); return said(math.IsNaN(mean) && math.IsNaN(e)) },
			func() error {
				mean, e := WeightedMean(zero, []float64{nan})
				return said(math.IsNaN(mean) && math.IsNaN(e))
			},
			func() error {
				mean, e := WeightedMean([]float64{1, 2}, []float64{1, 0})
				return said(math.IsNaN(mean) && math.IsNaN(e))
			},
		},
		"Occupancy.Share": {func() error { _, _, err := (*Occupancy)(nil).Share(0); return err }},
		"Occupancy.Odds":  {func() error { _, _, err := (&Occupancy{Time: zero, Replicas: 9}).Odds(0); return err }},
		"Problem.Theory":  {func() error { return errOf(Problem{}.Theory()) }},
		"Problem.Exact":   {func() error { return errOf(Problem{}.Exact()) }},
		"Problem.Kappa":   {func() error { return errOf(Problem{}.Kappa()) }},
		"Problem.Routes":  {func() error { return errOf(Problem{}.Routes()) }},
		"Routes.Of": {
			func() error { return said(math.IsNaN(Routes(nil).Of(""))) },
			func() error { return said(math.IsNaN(Routes{{Method: "eq17"}}.Of("eq16"))) },
		},
		"Farthest": {
			func() error { return said(Farthest() == 1) },
			func() error { return said(math.IsNaN(Farthest(1, nan, 2))) },
			func() error { return said(math.IsNaN(Farthest(-2))) },
		},
		"Sweep.Column": {func() error { return said(math.IsNaN(Sweep{{}}.Column("eq17")[0])) }},
		"Sweep.Points": {func() error { x, y := (Sweep{{}}).Points("eq17", "eq16"); return said(len(x)+len(y) == 0) }},
		"Sweep.Each":   {func() error { n := 0; Sweep{{}}.Each(func(theory.Escape, Route) { n++ }); return said(n == 0) }},
		"Problem.Laplace": {
			func() error { _, _, _, err := Problem{}.Laplace(); return err },
			func() error { _, _, _, err := must(QuarticProblem(21, 0.1, 2)).Laplace(); return err },
		},
		"Problem.Transitions": {
			func() error { return errOf(Problem{}.Transitions(0)) },
			func() error { return errOf(must(QuarticProblem(1, 0.1, 2)).Transitions(-1)) },
			func() error { return errOf(must(QuarticProblem(1, 0.1, 2)).Transitions(nan)) },
		},
		"Problem.InWell": {func() error { _, _, err := Problem{}.InWell(); return err }},
		"Grid": {
			func() error { return errOf(Grid(nil, []int{1}, []float64{1}, []float64{2})) },
			func() error { return errOf(Grid(QuarticProblem, []int{1}, []float64{0.1}, []float64{nan})) },
			func() error {
				all, err := Grid(QuarticProblem, nil, []float64{1}, []float64{2})
				return said(len(all) == 0 && err == nil)
			},
		},
		"LocalBarriers": {
			func() error { x, _ := LocalBarriers(zero, nil); return said(x == nil) },
			func() error { _, b := LocalBarriers([]float64{1, 2}, []float64{1, -1}); return said(math.IsNaN(b[0])) },
		},
		"Sweep.Where": {func() error { return said(len(Sweep{{}}.Where(nil)) == 0) }},
		"QuarticProblem": {
			func() error { return errOf(QuarticProblem(-1, 0.1, 2)) },
			func() error { return errOf(QuarticProblem(1, 0.1, nan)) },
			func() error { return errOf(must(QuarticProblem(1, -1, 2)).Theory()) },
		},
		"Sweep.Ratio": {func() error { return said(math.IsNaN(Sweep{{}}.Ratio("eq17", "eq16")[0])) }},
		"AllRoutes": {
			func() error { return errOf(AllRoutes(background, []Problem{{}})) },
			func() error {
				return errOf(AllRoutes(done, []Problem{{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}}))
			},
		},
		"Problem.StraightFactor": {
			func() error { return errOf(Problem{}.StraightFactor()) },
			func() error { // a focal point
				sharp := must(landscape.NewQuartic(landscape.Shape{Ratio: 8, EffectiveDim: 2, Transverse: []float64{8}}))
				return errOf(Problem{Barrier: sharp, Noise: theory.NoiseFor(0.1, 1)}.StraightFactor())
			},
		},
		"Problem.Quadratures": {
			func() error { return errOf(Problem{}.Quadratures()) },
			func() error {
				crowded := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDim: 3}))
				return errOf(Problem{Barrier: crowded, Noise: theory.NoiseFor(1, 1)}.Quadratures())
			},
			func() error {
				return errOf(Problem{Barrier: well, Noise: theory.Noise{LearningRate: nan, BatchSize: 1}}.Quadratures())
			},
		},
		"Problem.Simulate": {
			func() error { return errOf(Problem{}.Simulate(background, Settings{})) },
			func() error {
				return errOf(Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}.Simulate(done, Settings{}))
			},
			func() error {
				return errOf(Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}.Simulate(background, Settings{Replicas: 1e9}))
			},
		},
		"Problem.Compare": {func() error { return errOf(Problem{}.Compare(background, Settings{})) }},
	}
	add := func(name string, calls ...func() error) { r[name] = append(r[name], calls...) }
	for _, bad := range []Region{nil, RegionFunc(nil), Beyond{Axis: 7}, Beyond{Axis: -1}, Beyond{Axis: 1}, Beyond{Level: nan}, LossAbove{}, LossAbove{well, nan},
		LossAbove{must(landscape.NewQuartic(landscape.Shape{Ratio: 2, Flat: 1})), 1},
		Near{}, Near{zero, 0}, Near{zero, nan}, Near{[]float64{nan}, 1}, Near{[]float64{1, 2}, 1}, Half{}, Half{zero, nil}, Half{nil, zero}, Half{zero, []float64{nan}}, Half{[]float64{inf}, zero}} {
		add("FirstPassage", func() error { return errOf(FirstPassage(background, d, zero, bad, Settings{Replicas: 1, MaxTime: 1})) })
		add("Occupy", func() error {
			return errOf(Occupy(background, d, zero, bad, []float64{1}, Settings{Replicas: 1}))
		})
	}
	for _, start := range [][]float64{nil, {0, 0}, {nan}, {inf}, {2}} {
		add("FirstPassage", func() error { return errOf(FirstPassage(background, d, start, exit, Settings{Replicas: 1})) })
	}
	for _, s := range []Settings{{Replicas: -1}, {Replicas: 1e9}, {Replicas: math.MaxInt}, {MaxTime: nan}, {MaxTime: -1}, {Workers: -1}, {Resume: &Sample{}}} {
		add("FirstPassage", func() error { return errOf(FirstPassage(background, d, zero, exit, s)) })
	}
	for _, times := range [][]float64{{0}, {-1}, {nan}, {inf}, {2, 1}, {1, 1}, {1, nan}} {
		add("Occupy", func() error {
			return errOf(Occupy(background, d, zero, exit, times, Settings{Replicas: 1}))
		})
	}
	for _, n := range []int{-1, 1e9, math.MaxInt} {
		add("Occupy", func() error {
			return errOf(Occupy(background, d, zero, exit, []float64{1}, Settings{Replicas: n}))
		})
	}
	good := simulated(dynamics.Stream(1, "good", 0), 20, 1, 1)
	for _, confidence := range []float64{nan, 0, 1, -1, inf} {
		add("Sample.Rate", func() error { return errOf(good.Rate(confidence)) })
		add("Sample.MeanTime", func() error { return errOf(good.MeanTime(confidence)) })
	}
	for _, t0 := range []float64{nan, -1, inf, 1, huge} {
		add("Sample.After", func() error { return errOf(good.After(t0)) })
	}
	add("Sample.Exponentiality", func() error { return errOf(good.Exponentiality(-1)) }, func() error { return errOf(good.Exponentiality(1e9)) })
	all := []Status{Escaped, Escaped, Escaped, Escaped, Escaped, Escaped}
	for _, s := range []*Sample{nil, {}, {Times: zero}, {Status: all}, {Times: make([]float64, 6), Status: all},
		{Times: []float64{1, 2, 3, 4, 5, nan}, Status: all}, {Times: []float64{1, 2, 3, 4, 5, inf}, Status: all}, {Times: []float64{1, 2, 3, 4, 5, -1}, Status: all},
		{Times: []float64{tiny, 0, 0, 0, 0, 0}, Status: all}, {Times: []float64{huge, huge, huge, 1, 1, 1}, Status: all},
		{Times: []float64{1, 2, 3, 4, 5, 6}, Status: make([]Status, 6)}, {Times: []float64{1, 1, 1, 1, 1, 1}, Status: append(all[:5:5], 9)}} {
		add("Sample.Rate", func() error { return errOf(s.Rate(0.95)) })
		add("Sample.MeanTime", func() error { return errOf(s.MeanTime(0.95)) })
		add("Sample.Exponentiality", func() error { return errOf(s.Exponentiality(99)) })
		if s == nil || len(s.Times) != len(s.Status) || len(s.Status) > 0 && (s.Status[5] != Escaped || !(s.Times[5] >= 0) || s.Times[5] > huge) {
			add("Sample.After", func() error { return errOf(s.After(0)) })
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
		add("Extrapolate", func() error { return errOf(Extrapolate(c.steps, c.e, c.order)) })
	}
	for _, ratios := range [][]float64{nil, {2}, {2, nan}, {2, inf}, {2, 0.5}, {1, 1}, {1, 1 + 2e-16}} {
		add("FitExponent", func() error { return errOf(FitExponent(ratios, 1)) })
	}
	add("FitExponent", func() error { return errOf(FitExponent([]float64{2, 3}, 0)) }, func() error { return errOf(FitExponent([]float64{2, 3}, -1)) })
	for _, mean := range []float64{nan, 0, -1, inf} {
		add("Exponent", func() error { return said(math.IsNaN(Exponent(mean, 1))) })
	}
	add("Exponent", func() error { return said(math.IsNaN(Exponent(1, 0))) }, func() error { return said(math.IsNaN(Exponent(1, -1))) })
	o := binomial(dynamics.Stream(1, "o", 0), 9, 3, 0.5)
	for _, from := range []float64{nan, inf, 4} {
		add("Occupancy.Share", func() error {
			share, stderr, err := o.Share(from)
			return must(err, said(share != 0 || stderr != 0))
		})
		add("Occupancy.Odds", func() error { _, _, err := o.Odds(from); return err })
	}
	for _, bad := range []*Occupancy{{}, {Replicas: 2, Time: zero}, binomial(dynamics.Stream(1, "o", 0), 1, 1, 0.5)} {
		add("Occupancy.Share", func() error { _, _, err := bad.Share(0); return err })
	}
	for _, noise := range []theory.Noise{{}, {LearningRate: nan, BatchSize: 1}, {LearningRate: huge, BatchSize: tiny}, {LearningRate: tiny, BatchSize: huge}} {
		p := Problem{Barrier: well, Noise: noise}
		add("Problem.Theory", func() error { return errOf(p.Theory()) })
		add("Problem.Exact", func() error { return errOf(p.Exact()) })
		add("Problem.Simulate", func() error { return errOf(p.Simulate(background, Settings{})) })
	}
	r.run(t)
}
