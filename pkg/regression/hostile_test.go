package regression

import (
	"context"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/sgd"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// cauchy are labels without a variance that do not say so; odd ones are whatever their number is.
type (
	cauchy struct{}
	odd    float64
)

func (cauchy) Prob(z float64) float64     { return 1 / math.Pi / (1 + z*z) }
func (cauchy) CDF(z float64) float64      { return 0.5 + math.Atan(z)/math.Pi }
func (cauchy) Survival(z float64) float64 { return 0.5 - math.Atan(z)/math.Pi }
func (o odd) Prob(float64) float64        { return float64(o) }
func (o odd) CDF(float64) float64         { return float64(o) }
func (o odd) Survival(float64) float64    { return float64(o) }

// oddFeatures are features of any curvature.
type oddFeatures float64

func (o oddFeatures) Curvature() float64                        { return float64(o) }
func (oddFeatures) Rule(int, int, ...Focus) (root, w []float64) { return nil, nil }
func (oddFeatures) Largest(int) float64                         { return 1 }

// badChains are out of bounds.
func badChains() []Chain {
	bad := []Chain{{}, {0.1, 0, 1, 1, nil, nil}, {0.1, -1, 1, 1, nil, nil}, {0.1, 1, 0, 1, nil, nil}, {0.1, 1, -1, 1, nil, nil}, {0.1, 2, 1, 1, nil, distuv.UnitNormal}, {0.1, 1, 2, 1, nil, distuv.UnitNormal}, {0.1, 1, 2, 1, GammaFeatures{1, 2}, nil}}
	for _, x := range []float64{nan, 0, -1, inf, -inf, huge, tiny} {
		bad = append(bad, Chain{x, 1, 1, 1, nil, nil}, Chain{0.1, 1, 1, x, nil, nil}, Chain{0.1, 1, 1, 1, GammaFeatures{x, 3}, nil}, Chain{0.1, 1, 1, 1, GammaFeatures{1, x}, nil}, Chain{0.1, 1, 1, 1, oddFeatures(x), nil})
	}
	for _, f := range []Features{GammaFeatures{}, GammaFeatures{1, 1}, GammaFeatures{1, 1 + 1e-15}, (*EmpiricalFeatures)(nil), &EmpiricalFeatures{}} {
		bad = append(bad, Chain{0.1, 1, 1, 1, f, nil})
	}
	for _, l := range []Labels{cauchy{}, odd(nan), odd(0), odd(0.5), odd(inf), distuv.Normal{Mu: 1, Sigma: 1}, distuv.Normal{Sigma: 2}, distuv.Normal{Sigma: 1.01}, distuv.StudentsT{Sigma: 1, Nu: 1}, distuv.StudentsT{Sigma: 1, Nu: 2}, distuv.Laplace{Scale: nan}, distuv.Exponential{Rate: 1}} {
		bad = append(bad, Chain{0.1, 1, 1, 1, nil, l})
	}
	return append(bad, Chain{0.1, math.MaxInt, 1, 1, GammaFeatures{1, 1.5}, nil})
}

func TestHostile(t *testing.T) {
	background := context.Background()
	good, noise, rng := gaussianChain(0.1, 1, 1), theory.NoiseFor(0.1, 1), dynamics.Stream(1, "hostile", 0)
	set := regressionSet(9, 1)
	fixed, fresh := must(New(set, 0.1, 1, sgd.WithReplacement)), must(NewFresh(1, 1, 0.1, 1))
	isNaN := func(x float64) error { return hostile.Said(math.IsNaN(x)) }
	plane, pair := must(NewSet(1, 9, 2, 0.1)), must(New(set, 0.1, 2, sgd.Independent))
	r := hostile.Table{
		"CheckRatio": {}, "Chain.CheckAt": {}, "Chain.FeatureLaw": {func() error { return hostile.Said(Chain{}.FeatureLaw() == GaussianFeatures(1)) }},
		"SGD.Line":                    {func() error { return hostile.Err((*SGD)(nil).Line()) }, func() error { return hostile.Err((&SGD{}).Line()) }, func() error { return hostile.Err(fresh.Line()) }, func() error { return hostile.Err(plane.Line()) }, func() error { return hostile.Err(pair.Line()) }},
		"Chain.Radius":                {func() error { return isNaN(good.Radius(nan)) }, func() error { return isNaN(good.Radius(0)) }, func() error { return isNaN(good.Radius(-inf)) }, func() error { return hostile.Said(math.IsInf(good.Radius(inf), 1)) }, func() error { return isNaN(Chain{}.Radius(0.5)) }},
		"GaussianFeatures":            {func() error { return Chain{0.1, 1, 1, 1, GaussianFeatures(nan), nil}.Check() }, func() error { return Chain{0.1, 1, 1, 1, GaussianFeatures(0), nil}.Check() }},
		"GammaFeatures.Curvature":     {func() error { return isNaN(GammaFeatures{nan, 3}.Curvature()) }},
		"GammaFeatures.Largest":       {func() error { return hostile.Said(math.IsInf(GammaFeatures{}.Largest(-1), 1)) }},
		"EmpiricalFeatures.Curvature": {func() error { return hostile.Said((*EmpiricalFeatures)(nil).Curvature() == 0) }, func() error { return hostile.Said((&EmpiricalFeatures{}).Curvature() == 0) }},
		"EmpiricalFeatures.Largest":   {func() error { return hostile.Said((*EmpiricalFeatures)(nil).Largest(1) == 0) }, func() error { return hostile.Said((&EmpiricalFeatures{}).Largest(1) == 0) }},
		"ChainLaw.Mean":               {func() error { return isNaN((*ChainLaw)(nil).Mean(math.Abs)) }, func() error { return isNaN((&ChainLaw{}).Mean(math.Abs)) }},
		"ChainLaw.Tail":               {func() error { return isNaN((*ChainLaw)(nil).Tail(1)[0]) }, func() error { return isNaN((&ChainLaw{}).Tail(1)[0]) }},
		"ChainLaw.FittedExponent":     {func() error { return isNaN((*ChainLaw)(nil).FittedExponent()) }, func() error { return isNaN((&ChainLaw{}).FittedExponent()) }},
		"SGD.Dim":                     {func() error { return hostile.Said((&SGD{}).Dim() == 0) }},
		"SGD.BatchSize":               {func() error { return hostile.Said((&SGD{}).BatchSize() == 0) }},
		"SGD.LearningRate":            {func() error { return hostile.Said((&SGD{}).LearningRate() == 0) }},
		"SGD.Minimum":                 {func() error { return hostile.Said(len((&SGD{}).Minimum()) == 0) }, func() error { fixed.Minimum()[0] = nan; return hostile.Said(!math.IsNaN(fixed.Minimum()[0])) }},
		"SGD.MinimumLoss":             {func() error { return hostile.Said((&SGD{}).MinimumLoss() == 0) }},
		"SGD.Hessian":                 {func() error { return hostile.Said((&SGD{}).Hessian().(*mat.SymDense) == nil) }},
		// Called for every step, these trust the lengths that their interfaces ask for.
		"SGD.LossGrad": {func() error { return isNaN(fixed.LossGrad(nil, []float64{nan})) }, func() error { return hostile.Said(fixed.LossGrad(nil, []float64{huge}) == inf) }, func() error { return hostile.Said((&SGD{}).LossGrad(nil, nil) == 0) }},
		"SGD.Hess": {func() error {
			h := mat.NewSymDense(1, nil)
			fixed.Hess(h, []float64{nan})
			return hostile.Said(h.At(0, 0) == fixed.hess.At(0, 0))
		}},
		"SGD.NewStepper": {
			func() error { theta := []float64{0.1}; fresh.NewStepper().Step(theta, nil); return isNaN(theta[0]) },
			func() error { return hostile.Said((&SGD{}).NewStepper().Step(nil, rng) == 0) },
			func() error { theta := []float64{nan}; fixed.NewStepper().Step(theta, rng); return isNaN(theta[0]) },
		},
		"SGD.LossAbove": {func() error { return hostile.Err((*SGD)(nil).LossAbove(2)) }, func() error { return hostile.Err((&SGD{}).LossAbove(2)) }},
		"SGD.Passages": {
			func() error {
				return hostile.Said(!fixed.Passages(background, nil, []float64{0}, must(fixed.LossAbove(2)), escape.Settings{}))
			},
			func() error {
				return hostile.Said(!fixed.Passages(background, &escape.Sample{}, nil, nil, escape.Settings{}))
			},
			func() error {
				return hostile.Said(!fixed.Passages(background, &escape.Sample{}, nil, must(fixed.LossAbove(2)), escape.Settings{}))
			},
			func() error {
				return hostile.Said(!fixed.Passages(background, &escape.Sample{Times: make([]float64, 2)}, fixed.Minimum(), must(fixed.LossAbove(2)), escape.Settings{}))
			},
			func() error {
				return hostile.Said(!fixed.Passages(background, &escape.Sample{}, fixed.Minimum(), must(fresh.LossAbove(2)), escape.Settings{}))
			},
			func() error {
				return hostile.Said(!fresh.Passages(background, &escape.Sample{}, fresh.Minimum(), must(fresh.LossAbove(2)), escape.Settings{}))
			},
			func() error { return hostile.Said(!must(fixed.LossAbove(2)).Contains(nil)) }, func() error { return hostile.Said(!must(fixed.LossAbove(2)).Contains([]float64{huge})) },
		},
		"Gaussian":         {func() error { return Gaussian(0).Check() }, func() error { return Gaussian(-1).Check() }},
		"Spherical.Check":  {},
		"Spherical.Loss":   {func() error { return isNaN(Gaussian(1).Loss(nan)) }, func() error { return hostile.Said(math.IsInf(Gaussian(1).Loss(huge), 1)) }},
		"Spherical.Radius": {func() error { return isNaN(Gaussian(1).Radius(nan)) }, func() error { return isNaN(Gaussian(1).Radius(0)) }, func() error { return isNaN(Spherical{}.Radius(1)) }},
		"Spherical.Variances": {func() error {
			a, b := Gaussian(1).Variances(noise, nan)
			return hostile.Said(math.IsNaN(a) && math.IsNaN(b))
		}},
		"Spherical.StationaryTail": {}, "Spherical.MatchedExponent": {}, "SDE.Check": {},
		"SDE.Densities": {func() error { _, m := (SDE{}).Densities(1); return isNaN(m) }, func() error { _, m := (SDE{Gaussian(2), noise}).Densities(-1); return isNaN(m) }, func() error { _, m := (SDE{Gaussian(2), noise}).Densities(nan); return isNaN(m) }},
		"New": {func() error { return hostile.Err(New(nil, 0.1, 1, 0)) }, func() error { return hostile.Err(New(&data.Set{}, 0.1, 1, 0)) }, func() error { return hostile.Err(New(&data.Set{X: set.X}, 0.1, 1, 0)) }, func() error { return hostile.Err(New(&data.Set{X: new(mat.Dense), Y: new(mat.Dense)}, 0.1, 1, 0)) }, func() error { return hostile.Err(New(&data.Set{X: set.X, Y: mat.NewDense(8, 1, nil)}, 0.1, 1, 0)) }, func() error { return hostile.Err(New(&data.Set{X: set.X, Y: mat.NewDense(9, 2, nil)}, 0.1, 1, 0)) }, func() error {
			return hostile.Err(New(&data.Set{X: mat.NewDense(1, 200_000, nil), Y: mat.NewDense(1, 1, nil)}, 0.1, 1, 0))
		}},
		"SGD.NewLanes":         {func() error { return hostile.Said((&SGD{}).NewLanes() == nil) }, func() error { return hostile.Said((*SGD)(nil).NewLanes() == nil) }},
		"NewFresh":             {func() error { return hostile.Err(NewFresh(0, 1, 0.1, 1)) }, func() error { return hostile.Err(NewFresh(-1, 1, 0.1, 1)) }, func() error { return hostile.Err(NewFresh(200_000, 1, 0.1, 1)) }, func() error { return hostile.Err(NewFresh(math.MaxInt, 1, 0.1, 1)) }, func() error { return hostile.Err(NewFresh(1, 1, 0.1, 0)) }, func() error { return hostile.Err(NewFresh(1, 1, 0.1, -1)) }},
		"NewEmpiricalFeatures": {func() error { return hostile.Err(NewEmpiricalFeatures(nil)) }},
		"GammaFeatures.Rule":   {}, "EmpiricalFeatures.Rule": {}, "Chain.Check": {},
		"Chain.MeanFirstPassage": {},
		"Chain.Kesten":           {func() error { return hostile.Err(Chain{1e-7, 1, 2, 1, nil, nil}.Kesten()) }, func() error { return hostile.Err(Chain{0.1, 1e9, 200_000, 1, nil, nil}.Kesten()) }, func() error { return hostile.Err(gaussianChain(9, 1, 1).Kesten()) }},
		"Chain.Stationary":       {func() error { return hostile.Err(good.Stationary(-1)) }, func() error { return hostile.Err(good.Stationary(6)) }, func() error { return hostile.Err(good.Stationary(1e9)) }, func() error { return hostile.Err(gaussianChain(9, 1, 1).Stationary(0)) }},
	}
	sets(r, noise)
	powers(r)
	for _, c := range badChains() {
		r.Add("Chain.Check", c.Check)
		r.Add("Chain.CheckAt", func() error { return c.CheckAt(2) })
		r.Add("Chain.MeanFirstPassage", func() error { return hostile.Err(c.MeanFirstPassage(2, exact.Settings{})) })
		r.Add("Chain.Kesten", func() error { return hostile.Err(c.Kesten()) })
		r.Add("Chain.Stationary", func() error { return hostile.Err(c.Stationary(0)) })
	}
	for _, c := range []float64{nan, 1, 0, -1, inf, -inf, huge} {
		r.Add("Chain.MeanFirstPassage", func() error { return hostile.Err(good.MeanFirstPassage(c, exact.Settings{})) })
		r.Add("CheckRatio", func() error { return CheckRatio(c) })
		r.Add("Chain.CheckAt", func() error { return good.CheckAt(c) })
		if c != huge {
			r.Add("SGD.LossAbove", func() error { return hostile.Err(fixed.LossAbove(c)) })
		}
	}
	for _, tolerance := range []float64{nan, -1, -tiny, 1, inf} {
		r.Add("Chain.MeanFirstPassage", func() error { return hostile.Err(good.MeanFirstPassage(2, exact.Settings{Tolerance: tolerance})) })
	}
	drawn := must(NewEmpiricalFeatures([]float64{1, 2}))
	none := func(name string, f Features, batch, level int) {
		r.Add(name, func() error { x, w := f.Rule(batch, level); return hostile.Said(x == nil && w == nil) })
	}
	for _, n := range [][2]int{{0, 0}, {-1, 0}, {1, -1}, {1, 9}, {1, 1e9}, {math.MinInt, 0}, {1, math.MinInt}, {1, math.MaxInt}} {
		none("GammaFeatures.Rule", GammaFeatures{1, 3}, n[0], n[1])
		none("EmpiricalFeatures.Rule", drawn, n[0], n[1])
	}
	none("EmpiricalFeatures.Rule", (*EmpiricalFeatures)(nil), 1, 0)
	none("EmpiricalFeatures.Rule", &EmpiricalFeatures{}, 1, 0)
	for _, x := range []float64{nan, 0, -1, inf, tiny} {
		none("GammaFeatures.Rule", GammaFeatures{x, 3}, 1, 0)
		none("GammaFeatures.Rule", GammaFeatures{1, x}, 1, 0)
		if x != -1 {
			r.Add("NewEmpiricalFeatures", func() error { return hostile.Err(NewEmpiricalFeatures([]float64{x})) })
		}
	}
	r.Add("NewEmpiricalFeatures", func() error { return hostile.Err(NewEmpiricalFeatures([]float64{1, huge})) })
	for _, x := range []float64{nan, 0, -1, inf, -inf} {
		for _, g := range []Spherical{{2, x, 1, 3}, {2, 1, x, 3}, {2, 1, 1, x}} {
			r.Add("Spherical.Check", g.Check)
			r.Add("SDE.Check", (SDE{g, noise}).Check)
			r.Add("Spherical.Variances", func() error { a, b := g.Variances(noise, 1); return hostile.Said(math.IsNaN(a) && math.IsNaN(b)) })
			r.Add("Spherical.StationaryTail", func() error { a, b := g.StationaryTail(noise); return hostile.Said(math.IsNaN(a) && math.IsNaN(b)) })
			r.Add("Spherical.MatchedExponent", func() error { return isNaN(g.MatchedExponent(noise)) })
		}
		n, g := theory.Noise{LearningRate: x, BatchSize: 1}, Gaussian(1)
		r.Add("SDE.Check", (SDE{g, n}).Check)
		r.Add("Spherical.Variances", func() error { a, b := g.Variances(n, 1); return hostile.Said(math.IsNaN(a) && math.IsNaN(b)) })
		r.Add("Spherical.StationaryTail", func() error { a, b := g.StationaryTail(n); return hostile.Said(math.IsNaN(a) && math.IsNaN(b)) })
		r.Add("Spherical.MatchedExponent", func() error { return isNaN(g.MatchedExponent(n)) })
		r.Add("New", func() error { return hostile.Err(New(set, x, 1, sgd.WithReplacement)) })
		if x != -1 {
			r.Add("New", func() error {
				return hostile.Err(New(&data.Set{X: set.X, Y: mat.NewDense(9, 1, []float64{x, x, x, x, x, x, x, x, x})}, 0.1, 1, sgd.WithReplacement))
			})
		}
		r.Add("NewFresh", func() error { return hostile.Err(NewFresh(1, x, 0.1, 1)) }, func() error { return hostile.Err(NewFresh(1, 1, x, 1)) })
	}
	r.Add("Spherical.Check", Spherical{}.Check, Spherical{-1, 1, 1, 3}.Check)
	for _, b := range []int{0, -1, 10, 1e9} {
		r.Add("New", func() error { return hostile.Err(New(set, 0.1, b, sgd.Independent)) })
	}
	r.Run(t)
	law := must(good.Stationary(0))
	for i, want := range []float64{1, 1, 1, nan, nan, nan} {
		if got := law.Tail([]float64{-1, 0, tiny, nan, inf, huge}[i])[0]; got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("tail %d: %v, want %v", i, got, want)
		}
	}
	if !math.IsNaN(law.Mean(nil)) {
		t.Error("a mean of nothing")
	}
}

// sets adds calls of exact times and of data sets.
func sets(r hostile.Table, noise theory.Noise) {
	times := func(d int, n theory.Noise, ratio float64, s exact.Settings) {
		r.Add("MeanTimes", func() error { return hostile.Err(MeanTimes(context.Background(), d, n, ratio, s)) })
	}
	newSet := func(samples, d int, eta float64) {
		r.Add("NewSet", func() error { return hostile.Err(NewSet(math.MinInt, samples, d, eta)) })
	}
	for _, x := range []float64{nan, 0, -1, inf, -inf, huge, tiny} {
		times(1, theory.Noise{LearningRate: x, BatchSize: 1}, 2, exact.Settings{})
		times(1, theory.Noise{LearningRate: 0.1, BatchSize: x}, 2, exact.Settings{})
		if x != tiny {
			times(1, noise, x, exact.Settings{})
		}
		if x != huge && x != tiny {
			newSet(9, 1, x)
		}
	}
	for _, x := range []float64{nan, -1, 1, inf} {
		times(1, noise, 2, exact.Settings{Tolerance: x})
	}
	times(1, theory.Noise{LearningRate: 0.1, BatchSize: 1.5}, 2, exact.Settings{})
	for _, n := range []int{0, -1, math.MinInt, math.MaxInt} {
		times(n, noise, 2, exact.Settings{})
		newSet(n, 1, 0.1)
		newSet(9, n, 0.1)
	}
	newSet(9, 200_000, 0.1)
}

// powers adds calls of what draws and fits power laws.
func powers(r hostile.Table) {
	lost := func(v float64) error { return hostile.Said(math.IsNaN(v) || math.IsInf(v, 0)) }
	r.Add("LocalSlopes", func() error {
		at, slope := LocalSlopes([]float64{1, 2}, nil)
		return hostile.Said(at == nil && slope == nil)
	},
		func() error {
			at, slope := LocalSlopes(nil, []float64{1, 2})
			return hostile.Said(at == nil && slope == nil)
		},
		func() error { _, slope := LocalSlopes([]float64{1, 1}, []float64{1, 2}); return lost(slope[0]) })
	r.Add("Logs", func() error { return hostile.Said(len(Logs(nil)) == 0) }, func() error { return hostile.Said(math.IsInf(Logs([]float64{0})[0], -1)) }, func() error { return lost(Logs([]float64{-1})[0] * Logs([]float64{nan})[0]) })
	r.Add("FitPower", func() error { return lost(FitPower(nil, nil)) }, func() error { return lost(FitPower([]float64{1}, []float64{1})) }, func() error { return lost(FitPower([]float64{1, 2}, []float64{1})) }, func() error { return lost(FitPower([]float64{1, 1}, []float64{1, 2})) })
	r.Add("Guide", func() error { return hostile.Said(Guide(nil, nil, 1) == nil) }, func() error { return hostile.Said(Guide([]float64{1, 2}, []float64{1}, 1) == nil) },
		func() error { return lost(Guide([]float64{1}, []float64{1}, nan)[0]) }, func() error { return lost(Guide([]float64{1, 2}, []float64{1, 2}, inf)[1]) },
		func() error { x := slices.Repeat([]float64{2}, 1<<17); return hostile.Said(Guide(x, x, 1)[0] > 1.99) }) // in a moment
	for _, v := range []float64{nan, 0, -1, inf, -inf} {
		r.Add("LocalSlopes", func() error { _, slope := LocalSlopes([]float64{1, v}, []float64{1, v}); return lost(slope[0]) }, func() error { _, slope := LocalSlopes([]float64{1, 2}, []float64{1, v}); return lost(slope[0]) })
		r.Add("FitPower", func() error { return lost(FitPower([]float64{1, v}, []float64{1, 2})) }, func() error { return lost(FitPower([]float64{1, 2}, []float64{1, v})) })
	}
}
