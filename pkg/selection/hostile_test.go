package selection

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// road is a law of steps that is whatever its fields say.
type road struct{ slope, spread float64 }

func (r road) Step(float64) (slope, spread float64) { return r.slope, r.spread }

func TestHostile(t *testing.T) {
	isNaN := func(x float64) error { return hostile.Said(math.IsNaN(x)) }
	basin := func(loss, h float64, across ...float64) Basin {
		return Basin{Loss: loss, Curvature: h, Transverse: across}
	}
	good, far := basin(1, 1, 1), basin(1, 1, 0)
	b := must(NewBasins(good, far, 2))
	loop := must(NewLoop(2, 0.7, 0.5, 3))
	lattice := must(NewLattice(t.Context(), straightRoad{}, 0.1, -1, 1, 10))
	loss := exact.FirstAxis(b)
	noise := theory.NoiseFor(0.1, 1)
	h := func(dst, _ []float64) { dst[0], dst[1] = 1, 1 }
	step := dynamics.Settings{Step: 0.1}
	minima := []landscape.Critical{b.Minimum(), b.FarMinimum()}
	local := func(l landscape.Landscape, h LocalHessian, minima []landscape.Critical, n theory.Noise, s dynamics.Settings) func() error {
		return func() error { return hostile.Err(NewLocal(l, h, minima, n, s)) }
	}
	// Called for every step, landscapes trust the lengths that their interfaces ask for.
	loops := func(theta float64) error {
		var g [1]float64
		return hostile.Said(math.IsNaN(loop.LossGrad(g[:], []float64{theta})) && math.IsNaN(g[0]))
	}
	r := hostile.Table{
		"Basin.EffectiveDimension": {func() error { return hostile.Said(Basin{}.EffectiveDimension() == 1) }, func() error { return hostile.Said(basin(1, 1, nan, 0, -1).EffectiveDimension() == 1) }},
		"NewBasins": {
			func() error { return hostile.Err(NewBasins(Basin{}, Basin{}, 0)) }, func() error { return hostile.Err(NewBasins(good, basin(1, 1), 2)) }, func() error { return hostile.Err(NewBasins(far, far, 2)) },
			func() error { return hostile.Err(NewBasins(basin(1, 65), basin(1, 1), 2)) }, func() error { return hostile.Err(NewBasins(basin(1, 1), basin(1, 65), 2)) },
			func() error { return hostile.Err(NewBasins(basin(1, huge), basin(1, huge), 2)) }, func() error { return hostile.Err(NewBasins(basin(1, 1e-200), basin(1, 1e-200), 2)) }, func() error { return hostile.Err(NewBasins(basin(1, 1e-10), basin(1, 1e-10), huge)) },
			func() error {
				many := make([]float64, 200_000)
				return hostile.Err(NewBasins(basin(1, 1, many...), good, 2))
			},
			func() error {
				many := make([]float64, 20_000)
				for i := range many {
					many[i] = 1
				}
				return hostile.Err(NewBasins(basin(1, 1, many...), basin(1, 1, many...), 2))
			},
		},
		"Basins.Near":       {func() error { return hostile.Said((&Basins{}).Near().Loss == 0) }},
		"Basins.Far":        {func() error { return hostile.Said((&Basins{}).Far().Loss == 0) }},
		"Basins.Dim":        {func() error { return hostile.Said((&Basins{}).Dim() == 1) }},
		"Basins.Reverse":    {func() error { return hostile.Said((&Basins{}).Reverse().Dim() == 1) }},
		"Basins.Profile":    {func() error { v, _, _ := b.Profile(nan); return isNaN(v) }, func() error { v, _, _ := (&Basins{}).Profile(0); return isNaN(v) }, func() error { v, _, _ := b.Profile(inf); return hostile.Said(v == inf) }},
		"Basins.LossGrad":   {func() error { return isNaN(b.LossGrad(nil, []float64{nan, 0})) }, func() error { return isNaN(b.LossGrad(nil, []float64{0, nan})) }, func() error { return hostile.Said(b.LossGrad(nil, []float64{huge, 0}) == inf) }},
		"Basins.Hess":       {func() error { m := mat.NewSymDense(2, nil); b.Hess(m, []float64{nan, 0}); return isNaN(m.At(0, 0)) }},
		"Basins.Minimum":    {func() error { return isNaN((&Basins{}).Minimum().Loss) }},
		"Basins.Saddle":     {func() error { return isNaN((&Basins{}).Saddle().Loss) }},
		"Basins.FarMinimum": {func() error { return isNaN((&Basins{}).FarMinimum().Loss) }},
		"Basins.Present":    {func() error { var dst [2]float64; b.Present(dst[:], nan, 0.1); return isNaN(dst[0] + dst[1]) }, func() error { var dst [2]float64; b.Present(dst[:], 0, -1); return isNaN(dst[0]) }},
		"Ramp":              {func() error { return isNaN(Ramp(nan, 1)) }, func() error { return isNaN(Ramp(0, nan)) }, func() error { return isNaN(Ramp(0, -1)) }, func() error { return isNaN(Ramp(0, inf)) }, func() error { return isNaN(Ramp(nan, 0)) }, func() error { return hostile.Said(Ramp(huge, tiny) == 1 && Ramp(-huge, tiny) == 0) }},
		"NewLattice": {
			func() error { return hostile.Err(NewLattice(t.Context(), nil, 0.1, -1, 1, 10)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, -1, 1, 1e9)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, -1, 1, math.MaxInt)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, -1, 1, 12_000)) },
			func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, -1, 1, 2)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, -1, 1, -1)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, 1, -1, 10)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, 1, 1, 10)) },
			func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, -huge, huge, 10)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, 0, tiny, 10)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, 1, 1+1e-14, 10)) },
		},
		"Lattice.Middle":           {func() error { return hostile.Said((&Lattice{}).Middle(3) == 0) }, func() error { return hostile.Said(lattice.Middle(-1) < -1) }},
		"Lattice.Stationary":       {func() error { return hostile.Err((*Lattice)(nil).Stationary(t.Context())) }, func() error { return hostile.Err((&Lattice{}).Stationary(t.Context())) }},
		"Lattice.Odds":             {func() error { return hostile.Err((*Lattice)(nil).Odds(t.Context(), 0)) }, func() error { return hostile.Err((&Lattice{}).Odds(t.Context(), 0)) }},
		"Lattice.MeanFirstPassage": {func() error { return hostile.Err((*Lattice)(nil).MeanFirstPassage(t.Context(), 0, 1)) }, func() error { return hostile.Err((&Lattice{}).MeanFirstPassage(t.Context(), 0, 1)) }, func() error { return hostile.Err(lattice.MeanFirstPassage(t.Context(), 0.1, 0.15)) }},
		"NewLoop":                  {}, "Loop.SGD": {func() error { return hostile.Err((*Loop)(nil).SGD(0.1)) }, func() error { return hostile.Err((&Loop{}).SGD(0.1)) },
			func() error {
				theta := []float64{0.1}
				must(loop.SGD(0.1)).NewStepper().Step(theta, nil)
				return isNaN(theta[0])
			}},
		"Loop.Dim": {func() error { return hostile.Said((&Loop{}).Dim() == 1) }}, "Loop.Speed": {func() error { return hostile.Said((&Loop{}).Speed(nan) == 0) }},
		"Loop.Weights":  {func() error { w, _ := loop.Weights(nan); return isNaN(w[0]) }, func() error { w, _ := (&Loop{}).Weights(0); return isNaN(w[0]) }},
		"Loop.LossGrad": {func() error { return isNaN(loop.LossGrad(nil, []float64{nan})) }, func() error { return hostile.Said(loop.LossGrad(nil, []float64{huge}) == inf) }, func() error { return hostile.Said(loops(0) == nil) }},
		"Loop.Hess": {func() error {
			m := mat.NewSymDense(1, nil)
			(&Loop{}).Hess(m, []float64{0})
			return hostile.Said(m.At(0, 0) == 0)
		}},
		"Loop.Minimum": {func() error { return isNaN((&Loop{}).Minimum().Theta[0]) }}, "Loop.FarMinimum": {func() error { return isNaN((&Loop{}).FarMinimum().Theta[0]) }}, "Loop.Saddle": {func() error { return isNaN((&Loop{}).Saddle().Loss) }},
		"Loop.Cumulant": {
			func() error {
				return hostile.Said(loop.Cumulant().Log(make([]float64, 1), mat.NewSymDense(1, nil), []float64{0}, []float64{nan}) == inf)
			},
			func() error {
				return hostile.Said(loop.Cumulant().Log(make([]float64, 1), mat.NewSymDense(1, nil), []float64{1}, []float64{huge}) == inf)
			},
			func() error {
				return hostile.Err(quasipotential.Quasipotential((*Loop)(nil).Cumulant(), [][]float64{{1}, {0}}, exact.Settings{}))
			},
		},
		"Loop.Reverse": {func() error { return hostile.Said((&Loop{}).Reverse().Dim() == 1) }}, "Loop.Step": {func() error { slope, _ := loop.Step(nan); return isNaN(slope) }},
		"NewLocal": {
			local(nil, h, minima, noise, step), local(b, nil, minima, noise, step), local(b, h, nil, noise, step), local(b, h, []landscape.Critical{{}}, noise, step), local(b, h, []landscape.Critical{b.Minimum(), {}}, noise, step), local(b, h, minima, noise, dynamics.Settings{Step: 0.1, Scheme: 7}),
			local(b, h, []landscape.Critical{b.Minimum(), b.Saddle()}, noise, step), local(must(landscape.NewQuartic(landscape.Shape{Ratio: 2})), h, minima, noise, step),
		},
		"TwoTemperatures.Check": {}, "TwoTemperatures.Densities": {func() error {
			s, _ := TwoTemperatures{Loss: loss, Near: 0.1, Far: 0.2, Width: 0.3}.Densities(nan)
			return isNaN(s)
		}},
	}
	for _, x := range []float64{nan, 0, -1, inf, -inf} {
		r.Add("NewBasins", func() error { return hostile.Err(NewBasins(basin(x, 1), basin(1, 1), 2)) }, func() error { return hostile.Err(NewBasins(basin(1, 1), basin(x, 1), 2)) }, func() error { return hostile.Err(NewBasins(basin(1, x), basin(1, 1), 2)) },
			func() error { return hostile.Err(NewBasins(basin(1, 1), basin(1, x), 2)) }, func() error { return hostile.Err(NewBasins(basin(1, 1), basin(1, 1), x)) })
		if x != 0 {
			r.Add("NewBasins", func() error { return hostile.Err(NewBasins(basin(1, 1, x), good, 2)) }, func() error { return hostile.Err(NewBasins(good, basin(1, 1, x), 2)) })
			r.Add("NewLattice", func() error { return hostile.Err(NewLattice(t.Context(), road{0, x}, 0.1, -1, 1, 10)) })
			if x != -1 {
				r.Add("NewLattice", func() error { return hostile.Err(NewLattice(t.Context(), road{x, 1}, 0.1, -1, 1, 10)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, x, 1, 10)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, 0.1, -1, x, 10)) })
				r.Add("Lattice.MeanFirstPassage", func() error { return hostile.Err(lattice.MeanFirstPassage(t.Context(), x, 0)) }, func() error { return hostile.Err(lattice.MeanFirstPassage(t.Context(), 0, x)) })
			}
			r.Add("Lattice.Odds", func() error { return hostile.Err(lattice.Odds(t.Context(), x)) })
		}
		r.Add("NewLattice", func() error { return hostile.Err(NewLattice(t.Context(), loop, x, -1, 1, 10)) })
		for i := range 4 {
			at := [4]float64{1, 1, 1, 2}
			at[i] = x
			r.Add("NewLoop", func() error { return hostile.Err(NewLoop(at[0], at[1], at[2], at[3])) })
		}
		r.Add("Loop.SGD", func() error { return hostile.Err(loop.SGD(x)) })
		r.Add("NewLocal", local(b, h, minima, theory.Noise{LearningRate: x, BatchSize: 1}, step), local(b, h, minima, noise, dynamics.Settings{Step: x}))
		twos := []TwoTemperatures{{Loss: loss, Near: x, Far: 0.1}, {Loss: loss, Near: 0.1, Far: x}}
		if x != 0 {
			twos = append(twos, TwoTemperatures{Loss: loss, Near: 0.1, Far: 0.1, Width: x})
		}
		for _, p := range twos {
			background, none := t.Context(), (*Contest)(nil)
			contest := func(noise, width float64) func() error {
				return func() error { return hostile.Err(NewContest(basin(1, 1), basin(1, 2), 2, noise, width)) }
			}
			both := func(a, b float64) error { return hostile.Said(math.IsNaN(a) && math.IsNaN(b)) }
			pair := must(NewBasins(basin(1, 1, 1), basin(1, 1, 2), 2))
			across := func(float64) float64 { return 0.1 }
			for _, c := range []*Contest{none, {}} {
				r.Add("Contest.Rates", func() error { return both(c.Rates()) })
				r.Add("Contest.Kramers", func() error { return both(c.Kramers()) })
				r.Add("Contest.Odds", func() error { return hostile.Err(c.Odds(t.Context(), 0)) })
				r.Add("Contest.Constant", func() error { return hostile.Err(c.Constant(t.Context())) })
				r.Add("Contest.SGD", func() error { return hostile.Err(c.SGD(1)) })
				r.Add("Contest.GLD", func() error { return hostile.Err(c.GLD()) })
				r.Add("Contest.Walk", func() error { return hostile.Err(c.Walk(background, 1, "")) })
				r.Add("Contest.Control", func() error { return hostile.Err(c.Control(background, 1, "")) })
				r.Add("Scan", func() error {
					return hostile.Err(Scan(background, []float64{1}, func(float64) *Contest { return c }, 1))
				})
			}
			for _, x := range []float64{nan, 0, -1, inf, -inf} {
				r.Add("NewContest", contest(x, 0.1))
				r.Add("Follow", func() error { return hostile.Err(Follow(pair, x, 0.1)) })
				r.Add("Keep", func() error { return hostile.Err(Keep(pair, x)) })
				r.Add("NewStudentLoop", func() error { return hostile.Err(NewStudentLoop(loop, x)) })
				r.Add("StudentLoop.SGD", func() error { return hostile.Err(must(NewStudentLoop(loop, 5)).SGD(x)) })
				r.Add("ChainOdds", func() error { return hostile.Err(ChainOdds(t.Context(), loop, x, -3, 3, 20)) })
				c := TwoCoordinates{Basins: pair, Along: x, Across: across}
				d := TwoCoordinates{Basins: pair, Along: 0.1, Across: func(float64) float64 { return x }}
				for _, c := range []TwoCoordinates{c, d} {
					r.Add("TwoCoordinates.Odds", func() error { return hostile.Err(c.Odds(t.Context())) })
					r.Add("TwoCoordinates.Rate", func() error { return hostile.Err(c.Rate(t.Context())) })
					r.Add("TwoCoordinates.Toll", func() error { return hostile.Err(c.Toll(t.Context())) })
				}
				if x != 0 {
					r.Add("NewContest", contest(0.1, x))
					r.Add("Follow", func() error { return hostile.Err(Follow(pair, 0.1, x)) })
					r.Add("Occupy", func() error { return hostile.Err(Occupy(background, loop, must(loop.SGD(0.1)), x, 1, 1, "")) })
				}
			}
			r.Add("NewContest", func() error { return hostile.Err(NewContest(Basin{}, Basin{}, 2, 0.1, 0.1)) })
			r.Add("Follow", func() error { return hostile.Err(Follow(nil, 0.1, 0)) }, func() error { return hostile.Err(Follow(must(NewBasins(basin(1, 1), basin(1, 2), 2)), 0.1, 0)) })
			r.Add("Keep", func() error { return hostile.Err(Keep(nil, 0.1)) })
			r.Add("NewStudentLoop", func() error { return hostile.Err(NewStudentLoop(nil, 3)) }, func() error { return hostile.Err(NewStudentLoop(&Loop{}, 3)) }, func() error { return hostile.Err(NewStudentLoop(loop, 2)) })
			r.Add("StudentLoop.SGD", func() error { return hostile.Err(StudentLoop{}.SGD(0.1)) })
			r.Add("ChainOdds", func() error { return hostile.Err(ChainOdds(t.Context(), nil, 0.1, -3, 3, 20)) }, func() error { return hostile.Err(ChainOdds(t.Context(), loop, 0.1, -3, 3, 4)) }, func() error { return hostile.Err(ChainOdds(t.Context(), loop, 0.1, 1, 3, 20)) }, func() error { return hostile.Err(ChainOdds(t.Context(), loop, 0.1, -3, 3, 1e9)) })
			r.Add("Loop.Climb", func() error { return isNaN((&Loop{}).Climb().Jumps) })
			r.Add("Occupy", func() error { return hostile.Err(Occupy(background, nil, must(loop.SGD(0.1)), 1, 1, 1, "")) }, func() error { return hostile.Err(Occupy(background, loop, nil, 1, 1, 1, "")) }, func() error { return hostile.Err(Occupy(background, loop, must(loop.SGD(0.1)), 1, 1, 1e9, "")) })
			r.Add("Scan", func() error { return hostile.Err(Scan(background, []float64{1}, nil, 1)) })
			r.Add("Master", func() error { return isNaN(Master(0, 0)(1)) }, func() error { return isNaN(Master(nan, 1)(1)) })
			r.Add("Series.Add", func() error { return new(Series).Add(1, nil) }, func() error { return new(Series).Add(1, &escape.Occupancy{}) })
			r.Add("Series.Over", func() error { return both(Series{Y: []float64{1}}.Over([]float64{1})) }, func() error { return both(Series{Y: []float64{1}, StdErr: []float64{1}}.Over(nil)) })
			r.Add("TwoCoordinates.Reverse", func() error { return hostile.Said(TwoCoordinates{}.Reverse().Basins == nil) })
			for _, c := range []TwoCoordinates{{}, {Basins: pair, Along: 0.1}, {Along: 0.1, Across: across}} {
				r.Add("TwoCoordinates.Odds", func() error { return hostile.Err(c.Odds(t.Context())) })
				r.Add("TwoCoordinates.Rate", func() error { return hostile.Err(c.Rate(t.Context())) })
				r.Add("TwoCoordinates.Toll", func() error { return hostile.Err(c.Toll(t.Context())) })
			}
			r.Add("TwoTemperatures.Check", p.Check)
			r.Add("TwoTemperatures.Densities", func() error { s, m := p.Densities(0.1); return hostile.Said(math.IsNaN(s) && math.IsNaN(m)) })
		}
	}
	background, none := t.Context(), (*Contest)(nil)
	contest := func(noise, width float64) func() error {
		return func() error { return hostile.Err(NewContest(basin(1, 1), basin(1, 2), 2, noise, width)) }
	}
	both := func(a, b float64) error { return hostile.Said(math.IsNaN(a) && math.IsNaN(b)) }
	pair := must(NewBasins(basin(1, 1, 1), basin(1, 1, 2), 2))
	across := func(float64) float64 { return 0.1 }
	for _, c := range []*Contest{none, {}} {
		r.Add("Contest.Rates", func() error { return both(c.Rates()) })
		r.Add("Contest.Kramers", func() error { return both(c.Kramers()) })
		r.Add("Contest.Odds", func() error { return hostile.Err(c.Odds(t.Context(), 0)) })
		r.Add("Contest.Constant", func() error { return hostile.Err(c.Constant(t.Context())) })
		r.Add("Contest.SGD", func() error { return hostile.Err(c.SGD(1)) })
		r.Add("Contest.GLD", func() error { return hostile.Err(c.GLD()) })
		r.Add("Contest.Walk", func() error { return hostile.Err(c.Walk(background, 1, "")) })
		r.Add("Contest.Control", func() error { return hostile.Err(c.Control(background, 1, "")) })
		r.Add("Scan", func() error {
			return hostile.Err(Scan(background, []float64{1}, func(float64) *Contest { return c }, 1))
		})
	}
	for _, x := range []float64{nan, 0, -1, inf, -inf} {
		r.Add("NewContest", contest(x, 0.1))
		r.Add("Follow", func() error { return hostile.Err(Follow(pair, x, 0.1)) })
		r.Add("Keep", func() error { return hostile.Err(Keep(pair, x)) })
		r.Add("NewStudentLoop", func() error { return hostile.Err(NewStudentLoop(loop, x)) })
		r.Add("StudentLoop.SGD", func() error { return hostile.Err(must(NewStudentLoop(loop, 5)).SGD(x)) })
		r.Add("ChainOdds", func() error { return hostile.Err(ChainOdds(t.Context(), loop, x, -3, 3, 20)) })
		c := TwoCoordinates{Basins: pair, Along: x, Across: across}
		d := TwoCoordinates{Basins: pair, Along: 0.1, Across: func(float64) float64 { return x }}
		for _, c := range []TwoCoordinates{c, d} {
			r.Add("TwoCoordinates.Odds", func() error { return hostile.Err(c.Odds(t.Context())) })
			r.Add("TwoCoordinates.Rate", func() error { return hostile.Err(c.Rate(t.Context())) })
			r.Add("TwoCoordinates.Toll", func() error { return hostile.Err(c.Toll(t.Context())) })
		}
		if x != 0 {
			r.Add("NewContest", contest(0.1, x))
			r.Add("Follow", func() error { return hostile.Err(Follow(pair, 0.1, x)) })
			r.Add("Occupy", func() error { return hostile.Err(Occupy(background, loop, must(loop.SGD(0.1)), x, 1, 1, "")) })
		}
	}
	r.Add("NewContest", func() error { return hostile.Err(NewContest(Basin{}, Basin{}, 2, 0.1, 0.1)) })
	r.Add("Follow", func() error { return hostile.Err(Follow(nil, 0.1, 0)) }, func() error { return hostile.Err(Follow(must(NewBasins(basin(1, 1), basin(1, 2), 2)), 0.1, 0)) })
	r.Add("Keep", func() error { return hostile.Err(Keep(nil, 0.1)) })
	r.Add("NewStudentLoop", func() error { return hostile.Err(NewStudentLoop(nil, 3)) }, func() error { return hostile.Err(NewStudentLoop(&Loop{}, 3)) }, func() error { return hostile.Err(NewStudentLoop(loop, 2)) })
	r.Add("StudentLoop.SGD", func() error { return hostile.Err(StudentLoop{}.SGD(0.1)) })
	r.Add("ChainOdds", func() error { return hostile.Err(ChainOdds(t.Context(), nil, 0.1, -3, 3, 20)) }, func() error { return hostile.Err(ChainOdds(t.Context(), loop, 0.1, -3, 3, 4)) }, func() error { return hostile.Err(ChainOdds(t.Context(), loop, 0.1, 1, 3, 20)) }, func() error { return hostile.Err(ChainOdds(t.Context(), loop, 0.1, -3, 3, 1e9)) })
	r.Add("Loop.Climb", func() error { return isNaN((&Loop{}).Climb().Jumps) })
	r.Add("Occupy", func() error { return hostile.Err(Occupy(background, nil, must(loop.SGD(0.1)), 1, 1, 1, "")) }, func() error { return hostile.Err(Occupy(background, loop, nil, 1, 1, 1, "")) }, func() error { return hostile.Err(Occupy(background, loop, must(loop.SGD(0.1)), 1, 1, 1e9, "")) })
	r.Add("Scan", func() error { return hostile.Err(Scan(background, []float64{1}, nil, 1)) })
	r.Add("Master", func() error { return isNaN(Master(0, 0)(1)) }, func() error { return isNaN(Master(nan, 1)(1)) })
	r.Add("Series.Add", func() error { return new(Series).Add(1, nil) }, func() error { return new(Series).Add(1, &escape.Occupancy{}) })
	r.Add("Series.Over", func() error { return both(Series{Y: []float64{1}}.Over([]float64{1})) }, func() error { return both(Series{Y: []float64{1}, StdErr: []float64{1}}.Over(nil)) })
	r.Add("TwoCoordinates.Reverse", func() error { return hostile.Said(TwoCoordinates{}.Reverse().Basins == nil) })
	for _, c := range []TwoCoordinates{{}, {Basins: pair, Along: 0.1}, {Along: 0.1, Across: across}} {
		r.Add("TwoCoordinates.Odds", func() error { return hostile.Err(c.Odds(t.Context())) })
		r.Add("TwoCoordinates.Rate", func() error { return hostile.Err(c.Rate(t.Context())) })
		r.Add("TwoCoordinates.Toll", func() error { return hostile.Err(c.Toll(t.Context())) })
	}
	r.Add("TwoTemperatures.Check", TwoTemperatures{}.Check, TwoTemperatures{Near: 1, Far: 1}.Check)
	r.Add("Lattice.Odds", func() error { return hostile.Err(lattice.Odds(t.Context(), 1)) }, func() error { return hostile.Err(lattice.Odds(t.Context(), huge)) })
	for _, to := range []float64{1, -1.1, 1.1, huge, -huge} {
		r.Add("Lattice.MeanFirstPassage", func() error { return hostile.Err(lattice.MeanFirstPassage(t.Context(), 0.1, to)) }, func() error { return hostile.Err(lattice.MeanFirstPassage(t.Context(), to, 0.1)) })
	}
	for _, c := range [][4]float64{{1, 1, huge, 2}, {1, 1, tiny, 2}, {1, 1, 1, inf}, {tiny, 1, 1e160, 2}, {1, 1, 1, 1 + 1e-320}} {
		r.Add("NewLoop", func() error { return hostile.Err(NewLoop(c[0], c[1], c[2], c[3])) })
	}
	r.Add("NewLattice", func() error { return hostile.Err(NewLattice(t.Context(), road{huge, 1}, 0.1, -1, 1, 10)) }, func() error { return hostile.Err(NewLattice(t.Context(), loop, huge, -1, 1, 10)) })
	r.Run(t)
}
