package barriers

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/regression"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// badChains are out of bounds; package regression has more, which the same check meets.
func badChains() []regression.Chain {
	bad := []regression.Chain{{}, chain(0.1, 0, 1, 1, nil, nil), chain(0.1, 1, -1, 1, nil, nil), chain(0.1, 2, 1, 1, nil, distuv.UnitNormal), chain(0.1, 1, 1, 1, (*regression.EmpiricalFeatures)(nil), nil), chain(0.1, 1, 1, 1, nil, distuv.Normal{Sigma: 2})}
	for _, x := range []float64{nan, 0, -1, inf, -inf, huge, tiny} {
		bad = append(bad, chain(x, 1, 1, 1, nil, nil), chain(0.1, 1, 1, x, nil, nil), chain(0.1, 1, 1, 1, regression.GammaFeatures{Scale: x, Kurtosis: 3}, nil), chain(0.1, 1, 1, 1, regression.GammaFeatures{Scale: 1, Kurtosis: x}, nil))
	}
	return bad
}

func TestHostile(t *testing.T) {
	good := gaussianChain(0.1, 1, 1)
	fixed, fresh := must(regression.New(regressionSet(9, 1), 0.1, 1, sgd.WithReplacement)), must(regression.NewFresh(1, 1, 0.1, 1))
	r := hostile.Table{
		"Fresh":          {func() error { return hostile.Err(Fresh(chain(0.1, 1, 1, 1, nil, laplaceLabels), 2)) }},
		"Quasipotential": {func() error { return hostile.Err(Quasipotential(chain(0.1, 1, 200_000, 1, nil, nil), 2)) }},
		"Cumulant": {func() error {
			return hostile.Err(Cumulant(chain(0.1, 1, 1, 1, nil, distuv.Logistic{S: math.Sqrt(3) / math.Pi})))
		}},
	}
	for _, s := range []*regression.SGD{nil, {}, fresh, must(regression.NewSet(1, 9, 2, 0.1)), must(regression.New(regressionSet(9, 1), 0.1, 2, sgd.Independent))} {
		r.Add("SetPassage", func() error { return hostile.Err(SetPassage(s, 2, exact.Settings{})) })
		r.Add("OwnSet", func() error { return hostile.Err(OwnSet(s, 2)) })
	}
	sets(r, good)
	onChains(r, badChains(), 2, 3)
	for _, c := range []float64{nan, 1, 0, -1, inf, -inf, huge} {
		onChains(r, []regression.Chain{good}, c, c)
		r.Add("SetPassage", func() error { return hostile.Err(SetPassage(fixed, c, exact.Settings{})) })
		r.Add("OwnSet", func() error { return hostile.Err(OwnSet(fixed, c)) })
	}
	r.Add("SetPassage", func() error { return hostile.Err(SetPassage(fixed, 1e90, exact.Settings{})) })
	for _, x := range []float64{nan, -1, -tiny, 1, inf} {
		r.Add("SetPassage", func() error { return hostile.Err(SetPassage(fixed, 2, exact.Settings{Tolerance: x})) })
	}
	r.Add("Steps", func() error { _, _, err := Steps(good, 2, exact.Settings{Tolerance: nan}); return err })
	for _, x := range []float64{nan, inf, -inf, 0, -1} {
		r.Add("SmallSteps", func() error { return hostile.Err(SmallSteps(good, 2, x)) })
		r.Add("LargeBatch", func() error { return hostile.Err(LargeBatch(good, 2, x)) })
		cool := func(temperature, log [3]float64, power float64) func() error {
			return func() error { _, _, err := Cooling(temperature, log, power); return err }
		}
		r.Add("Cooling", cool([3]float64{3, 2, x}, [3]float64{1, 2, 3}, 0.5), cool([3]float64{x, x, x}, [3]float64{1, 2, 3}, 0.5))
		if x != 0 && x != -1 {
			r.Add("Cooling", cool([3]float64{3, 2, 1}, [3]float64{1, 2, x}, 0.5), cool([3]float64{3, 2, 1}, [3]float64{1, 2, 3}, x))
		}
	}
	r.Run(t)
}

// onChains adds calls of which the chain or a ratio is bad.
func onChains(r hostile.Table, chains []regression.Chain, ratio, onSet float64) {
	for _, c := range chains {
		r.Add("Fresh", func() error { return hostile.Err(Fresh(c, ratio)) })
		r.Add("Steps", func() error { _, _, err := Steps(c, ratio, exact.Settings{}); return err })
		r.Add("SmallSteps", func() error { return hostile.Err(SmallSteps(c, ratio, 1)) })
		r.Add("LargeBatch", func() error { return hostile.Err(LargeBatch(c, ratio, 1)) })
		r.Add("Quasipotential", func() error { return hostile.Err(Quasipotential(c, ratio)) })
		if c.Check() != nil {
			r.Add("Cumulant", func() error { return hostile.Err(Cumulant(c)) })
		}
		onSets(r, c, onSet, 1, 100)
	}
}

// onSets adds calls of what a chain says of data sets, of which c or ratio is bad.
func onSets(r hostile.Table, c regression.Chain, ratio, depth float64, samples int) {
	r.Add("Set", func() error { return hostile.Err(Set(c, ratio, depth)) })
	r.Add("Share", func() error { return hostile.Said(math.IsNaN(Share(c, ratio, depth))) })
	r.Add("Borders", func() error { _, _, err := Borders(c, ratio); return err })
	r.Add("HalfDepth", func() error { return hostile.Err(HalfDepth(c, ratio)) })
	r.Add("LawOf", func() error { return hostile.Err(LawOf(c, ratio, samples)) })
}

// sets adds calls of data sets and their exits.
func sets(r hostile.Table, good regression.Chain) {
	exits := func(samples, sets, batch int, ratio float64, depths ...float64) {
		r.Add("Exits", func() error { return hostile.Err(Exits(samples, sets, batch, ratio, depths...)) })
	}
	onSets(r, chain(0.1, 1, 1, 1, must(regression.NewEmpiricalFeatures([]float64{1, 2})), nil), 3, 1, 100)
	for _, x := range []float64{nan, -1, -tiny, -inf} {
		r.Add("Set", func() error { return hostile.Err(Set(good, 3, x)) })
		r.Add("Share", func() error { return hostile.Said(math.IsNaN(Share(good, 3, x))) })
	}
	r.Add("Share", func() error { return hostile.Said(math.IsNaN(Share(good, 1.5, 1))) }) // nothing to share
	for _, x := range []float64{nan, 0, -1, inf, -inf, huge, tiny} {
		exits(100, 1, 1, 3, 1, x)
		if x != tiny {
			exits(100, 1, 1, x, 1)
		}
	}
	exits(100, 1, 1, 3)
	for _, n := range []int{0, -1, math.MinInt, math.MaxInt} {
		exits(100, n, 1, 3, 1)
		exits(n, 1, 1, 3, 1)
		exits(100, 1, n, 3, 1)
		if n < 2 {
			r.Add("LawOf", func() error { return hostile.Err(LawOf(good, 3, n)) })
		}
		r.Add("OfSize", func() error { return hostile.Said(OfSize(make([]Exit, 1), n-1) == nil || n == 1) })
		r.Add("Law.String", func() error {
			l := Law(n).String()
			return hostile.Said(l == OwnBarrier.String() || l == FreshSamples.String())
		})
	}
	exits(1, 1, 1, 3, 1)
	exits(100, 1e9, 1, 3, 1)
	r.Add("LawOf", func() error { return hostile.Err(LawOf(good, 3, 1)) })
	r.Add("OfSize", func() error { return hostile.Said(OfSize(nil, -1) == nil) })
	r.Add("ByLevel", func() error { m, f, s := ByLevel(); return hostile.Said(m == nil && f == nil && s == nil) }, func() error { m, _, _ := ByLevel(nil, nil); return hostile.Said(m == nil) }, func() error { m, _, _ := ByLevel(make([]Exit, 1), make([]Exit, 2)); return hostile.Said(m == nil) })
	for _, x := range []float64{nan, 0, -1} {
		r.Add("ByLevel", func() error { m, _, _ := ByLevel([]Exit{{Time: x}, {Time: 1}}); return hostile.Said(!(m[0] > 0)) })
	}
	r.Add("MeanShares", func() error { d, s, e := MeanShares(nil); return hostile.Said(d == nil && s == nil && e == nil) },
		func() error {
			d, s, e := MeanShares([]Exit{{Depth: nan, Share: 1}, {Depth: nan}})
			return hostile.Said(d == nil && s == nil && e == nil)
		},
		func() error {
			d, s, e := MeanShares([]Exit{{Depth: 1, Share: nan}, {Depth: 1}})
			return hostile.Said(len(d) == 1 && math.IsNaN(s[0]+e[0]))
		})
	for _, e := range [][]Exit{nil, {{}}, {{Depth: 1, Share: 1}, {Depth: inf}}, {{Depth: -inf, Share: 1}, {Depth: 1}}, {{Depth: nan, Share: 1}, {Depth: 1}}, {{Depth: 1, Share: inf}, {Depth: 2}}, {{Depth: 1, Share: 1}, {Depth: 2, Share: -inf}}, {{Depth: 1, Share: nan}, {Depth: 2}}, {{Depth: 1, Share: 1}, {Depth: 2, Share: 1}}} {
		r.Add("HalfWay", func() error { d, s := HalfWay(e); return hostile.Said(math.IsNaN(d) && math.IsNaN(s)) })
	}
}
