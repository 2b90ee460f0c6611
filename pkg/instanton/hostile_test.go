package instanton

import (
	"context"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

var nan, inf, huge = math.NaN(), math.Inf(1), 1e308

// wide is a Hamiltonian of many parameters.
type wide struct {
	quasipotential.Diffusion
	dim int
}

func (w wide) Dim() int { return w.dim }

func TestHostile(t *testing.T) {
	ctx, good, from, to := t.Context(), maierStein(1, 1), []float64{-1, 0}, []float64{0, 0}
	r1 := quasipotential.Regression{Features: sym(2, 1, 0, 0, 1), Labels: quasipotential.NormalLabels{Sigma: 1}}
	window := Window{-1.6, 0.4, -1, 1, 21, 21}
	var nobody context.Context
	path := must(ToPoint(ctx, good, from, to, Settings{}))
	field := must(Solve(ctx, good, from, window))
	bad := []Hamiltonian{nil, quasipotential.Diffusion{}, quasipotential.Diffusion{Params: 2}, quasipotential.GaussianNoise{}, quasipotential.Frozen{}, quasipotential.Covariance{}, quasipotential.NewCovariance(nil), (*quasipotential.Samples)(nil), &quasipotential.Samples{}, quasipotential.NewSamples(nil), quasipotential.Differences{}, quasipotential.Regression{}, quasipotential.Regression{Labels: quasipotential.NormalLabels{Sigma: 1}},
		quasipotential.Regression{Features: sym(2, 1, 2, 2, 1), Labels: quasipotential.NormalLabels{Sigma: 1}}, quasipotential.Regression{Features: sym(1, nan), Labels: quasipotential.NormalLabels{Sigma: 1}}, quasipotential.Regression{Features: sym(2, 1, 0, 0, 1), Labels: quasipotential.NormalLabels{}}, quasipotential.Regression{Features: sym(2, 1, 0, 0, 1), Labels: quasipotential.UniformLabels{Sigma: nan}}, quasipotential.Regression{Features: sym(2, 1, 0, 0, 1), Labels: quasipotential.LaplaceLabels{Sigma: inf}},
		quasipotential.Frozen{Landscape: bent(2, 1, 1), Noise: sym(1, 1)}, wide{good, 0}, wide{good, -1}, wide{good, math.MaxInt32}}
	r := hostile.Table{
		"Path.Exit":     {func() error { return hostile.Said((*Path)(nil).Exit() == nil) }, func() error { return hostile.Said(new(Path).Exit() == nil) }},
		"Path.Rate":     {func() error { return hostile.Err((*Path)(nil).Rate(ctx)) }, func() error { return hostile.Err(new(Path).Rate(ctx)) }},
		"Path.StepRate": {func() error { return hostile.Err(path.StepRate(ctx, 0)) }, func() error { return hostile.Err(path.StepRate(ctx, -1)) }, func() error { return hostile.Err((*Path)(nil).StepRate(ctx, 1)) }},
		"Rate.Log":      {func() error { return hostile.Said(math.IsNaN(Rate{}.Log(0))) }, func() error { return hostile.Said(math.IsNaN(Rate{}.Log(nan))) }, func() error { return hostile.Said(math.IsNaN(Rate{}.Log(-1))) }},
		"Field.Z":       {func() error { return hostile.Said(math.IsNaN((*Field)(nil).Z(0, 0))) }, func() error { return hostile.Said(math.IsNaN(field.Z(-1, 0))) }, func() error { return hostile.Said(math.IsNaN(field.Z(0, 21))) }},
		"Field.At":      {func() error { return hostile.Said(math.IsNaN((*Field)(nil).At(0, 0))) }, func() error { return hostile.Said(math.IsNaN(field.At(nan, 0))) }, func() error { return hostile.Said(math.IsNaN(field.At(0, 9))) }, func() error { return hostile.Said(math.IsNaN(new(Field).At(0, 0))) }},
		"Field.Trace":   {func() error { return hostile.Said((*Field)(nil).Trace(to) == nil) }, func() error { return hostile.Said(field.Trace(nil) == nil) }, func() error { return hostile.Said(field.Trace([]float64{nan, 0}) == nil) }},
	}
	for _, h := range bad {
		r.Add("ToPoint", func() error { return hostile.Err(ToPoint(ctx, h, from, to, Settings{})) })
		r.Add("ToLevel", func() error {
			return hostile.Err(ToLevel(ctx, h, to, quasipotential.Loss{Regression: r1}, 1, Settings{}))
		})
		r.Add("Solve", func() error { return hostile.Err(Solve(ctx, h, from, window)) })
		r.Add("Shoot", func() error { return hostile.Err(Shoot(ctx, h, from, to, Shot{Length: 1})) })
	}
	for _, x := range []float64{nan, inf, -inf, huge} {
		at := []float64{x, 0}
		r.Add("ToPoint", func() error { return hostile.Err(ToPoint(ctx, good, at, to, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, at, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Tolerance: x})) }, func() error {
			return hostile.Err(ToPoint(ctx, good, from, to, Settings{Guess: [][]float64{from, at, to}}))
		})
		r.Add("ToLevel", func() error {
			return hostile.Err(ToLevel(ctx, r1, at, quasipotential.Loss{Regression: r1}, 1, Settings{}))
		}, func() error {
			return hostile.Err(ToLevel(ctx, r1, to, quasipotential.Loss{Regression: r1}, x, Settings{}))
		})
		r.Add("Solve", func() error { return hostile.Err(Solve(ctx, good, at, window)) })
		r.Add("Shoot", func() error { return hostile.Err(Shoot(ctx, good, at, to, Shot{Length: 1})) }, func() error { return hostile.Err(Shoot(ctx, good, from, at, Shot{Length: 1})) }, func() error { return hostile.Err(Shoot(ctx, good, from, []float64{-0.9, 0}, Shot{Length: x})) })
		for _, w := range []Window{{x, 0.4, -1, 1, 21, 21}, {-1.6, x, -1, 1, 21, 21}, {-1.6, 0.4, x, 1, 21, 21}, {-1.6, 0.4, -1, x, 21, 21}} {
			r.Add("Window.Check", w.Check)
			r.Add("Solve", func() error { return hostile.Err(Solve(ctx, good, from, w)) })
		}
	}
	for _, w := range []Window{{}, {-1, 1, -1, 1, 4, 9}, {-1, 1, -1, 1, 9, math.MaxInt32}, {-1, -1, 0, 1, 9, 9}} {
		r.Add("Window.Check", w.Check)
	}
	r.Add("ToPoint", func() error { return hostile.Err(ToPoint(nobody, good, from, to, Settings{})) },
		func() error { return hostile.Err(ToPoint(ctx, good, nil, to, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, nil, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, from, Settings{})) },
		func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Points: -1})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Points: math.MaxInt32})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Guess: [][]float64{to}})) })
	r.Add("Shoot", func() error { return hostile.Err(Shoot(nobody, good, from, []float64{-0.9, 0}, Shot{Length: 1})) })
	r.Add("Solve", func() error { return hostile.Err(Solve(nobody, good, from, window)) })
	r.Add("ToLevel", func() error {
		return hostile.Err(ToLevel(nobody, r1, to, quasipotential.Loss{Regression: r1}, 1, Settings{}))
	}, func() error { return hostile.Err(ToLevel(ctx, r1, to, nil, 1, Settings{})) }, func() error { return hostile.Err(ToLevel(ctx, r1, to, (*landscape.Bent)(nil), 1, Settings{})) }, func() error {
		return hostile.Err(ToLevel(ctx, r1, to, quasipotential.Loss{Regression: r1}, 0.5, Settings{}))
	},
		func() error {
			return hostile.Err(ToLevel(ctx, r1, to, quasipotential.Loss{Regression: r1}, 1, Settings{Guess: [][]float64{to, {9, 9}}}))
		}, func() error {
			return hostile.Err(ToLevel(ctx, r1, []float64{0}, quasipotential.Loss{Regression: r1}, 1, Settings{}))
		})
	r.Add("Solve", func() error { return hostile.Err(Solve(ctx, good, to, window)) }, func() error { return hostile.Err(Solve(ctx, good, []float64{-1.6, 0}, window)) }, func() error { return hostile.Err(Solve(ctx, good, nil, window)) }, func() error {
		return hostile.Err(Solve(ctx, quasipotential.Regression{Features: sym(1, 1), Labels: quasipotential.NormalLabels{Sigma: 1}}, []float64{0}, window))
	})
	r.Add("Shoot", func() error { return hostile.Err(Shoot(ctx, good, from, from, Shot{Length: 1})) }, func() error { return hostile.Err(Shoot(ctx, good, to, from, Shot{Length: 1})) }, func() error {
		return hostile.Err(Shoot(ctx, good, from, []float64{-0.9, 0}, Shot{Length: 1, Steps: -1}))
	}, func() error { return hostile.Err(Shoot(ctx, r1, to, []float64{0.1, 0}, Shot{Length: 1e9})) })
	r.Add("Path.Rate", func() error { return hostile.Err(path.Rate(nobody)) })
	r.Add("Path.StepRate", func() error { return hostile.Err(path.StepRate(nobody, 1)) })
	r.Add("FieldBarrier", func() error { return hostile.Err(FieldBarrier(ctx, good, from, nil, window)) }, func() error { return hostile.Err(FieldBarrier(ctx, good, from, []float64{nan, 0}, window)) }, func() error { return hostile.Err(FieldBarrier(nobody, good, from, to, window)) }, func() error { return hostile.Err(FieldBarrier(ctx, nil, from, to, window)) })
	far := Shot{Length: 1, Until: func([]float64) bool { return true }}
	shots := func(ctx context.Context, h Hamiltonian, minimum []float64, radius, angle, width float64, s Shot) func() error {
		return func() error { return hostile.Err(CheapestShot(ctx, h, minimum, radius, angle, width, s)) }
	}
	r.Add("CheapestShot", shots(nobody, good, from, 1e-3, 0, 1, far), shots(ctx, nil, from, 1e-3, 0, 1, far), shots(ctx, good, nil, 1e-3, 0, 1, far), shots(ctx, good, from, 1e-3, 0, 1, Shot{Length: 1}), shots(ctx, good, to, 1e-3, 0, 1, far))
	for _, x := range []float64{nan, inf, -inf, huge} {
		r.Add("CheapestShot", shots(ctx, good, from, x, 0, 1, far), shots(ctx, good, from, 1e-3, x, 1, far), shots(ctx, good, from, 1e-3, 0, x, far))
	}
	r.Run(t)
}

func TestLongWorkHearsItsContext(t *testing.T) {
	h, from, to := maierStein(1, 10), []float64{-1, 0}, []float64{0, 0}
	r, path := quasipotential.Regression{Features: sym(2, 1, 0, 0, 1), Labels: quasipotential.UniformLabels{Sigma: 1}}, must(ToPoint(t.Context(), maierStein(1, 1), from, to, Settings{}))
	hostile.Hears(t, map[string]func(context.Context) error{
		"ToPoint": func(ctx context.Context) error { return hostile.Err(ToPoint(ctx, h, from, to, Settings{})) },
		"ToLevel": func(ctx context.Context) error {
			return hostile.Err(ToLevel(ctx, r, to, quasipotential.Loss{Regression: r}, 1, Settings{}))
		},
		"Solve": func(ctx context.Context) error {
			return hostile.Err(Solve(ctx, h, from, Window{-1.6, 0.4, -1, 1, 21, 21}))
		},
		"Shoot": func(ctx context.Context) error {
			return hostile.Err(Shoot(ctx, h, from, []float64{-0.99, 0}, Shot{Length: 0.5}))
		},
		"CheapestShot": func(ctx context.Context) error {
			return hostile.Err(CheapestShot(ctx, h, from, 1e-3, 0, 1, Shot{Length: 0.5, Until: func([]float64) bool { return true }}))
		},
		"FieldBarrier": func(ctx context.Context) error {
			return hostile.Err(FieldBarrier(ctx, h, from, to, Window{-1.6, 0.4, -1, 1, 21, 21}))
		},
		"Path.Rate":     func(ctx context.Context) error { return hostile.Err(path.Rate(ctx)) },
		"Path.StepRate": func(ctx context.Context) error { return hostile.Err(path.StepRate(ctx, 1)) },
	})
}
