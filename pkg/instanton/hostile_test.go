package instanton

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

var nan, inf, huge = math.NaN(), math.Inf(1), 1e308

// wide is a Hamiltonian of many parameters.
type wide struct {
	Diffusion
	dim int
}

func (w wide) Dim() int { return w.dim }

func TestHostile(t *testing.T) {
	ctx, good, from, to := t.Context(), maierStein(1, 1), []float64{-1, 0}, []float64{0, 0}
	r1 := Regression{sym(2, 1, 0, 0, 1), NormalLabels{1}}
	window := Window{-1.6, 0.4, -1, 1, 21, 21}
	var nobody context.Context
	path := must(ToPoint(ctx, good, from, to, Settings{}))
	field := must(Solve(ctx, good, from, window))
	bad := []Hamiltonian{nil, Diffusion{}, Diffusion{Params: 2}, LossNoise{}, Frozen{}, Covariance{}, NewCovariance(nil), (*Samples)(nil), &Samples{}, NewSamples(nil), Differences{}, Regression{}, Regression{Labels: NormalLabels{1}},
		Regression{sym(2, 1, 2, 2, 1), NormalLabels{1}}, Regression{sym(1, nan), NormalLabels{1}}, Regression{sym(2, 1, 0, 0, 1), NormalLabels{}}, Regression{sym(2, 1, 0, 0, 1), UniformLabels{nan}}, Regression{sym(2, 1, 0, 0, 1), LaplaceLabels{inf}},
		Frozen{bent(2, 1, 1), sym(1, 1)}, wide{good, 0}, wide{good, -1}, wide{good, 1 << 40}}
	r := hostile.Table{
		"Path.Exit":     {func() error { return hostile.Said((*Path)(nil).Exit() == nil) }, func() error { return hostile.Said(new(Path).Exit() == nil) }},
		"Path.Rate":     {func() error { return hostile.Err((*Path)(nil).Rate()) }, func() error { return hostile.Err(new(Path).Rate()) }},
		"Path.StepRate": {func() error { return hostile.Err(path.StepRate(0)) }, func() error { return hostile.Err(path.StepRate(-1)) }, func() error { return hostile.Err((*Path)(nil).StepRate(1)) }},
		"Rate.Log":      {func() error { return hostile.Said(math.IsNaN(Rate{}.Log(0))) }, func() error { return hostile.Said(math.IsNaN(Rate{}.Log(nan))) }, func() error { return hostile.Said(math.IsNaN(Rate{}.Log(-1))) }},
		"Field.Z":       {func() error { return hostile.Said(math.IsNaN((*Field)(nil).Z(0, 0))) }, func() error { return hostile.Said(math.IsNaN(field.Z(-1, 0))) }, func() error { return hostile.Said(math.IsNaN(field.Z(0, 21))) }},
		"Field.At":      {func() error { return hostile.Said(math.IsNaN((*Field)(nil).At(0, 0))) }, func() error { return hostile.Said(math.IsNaN(field.At(nan, 0))) }, func() error { return hostile.Said(math.IsNaN(field.At(0, 9))) }, func() error { return hostile.Said(math.IsNaN(new(Field).At(0, 0))) }},
		"Field.Trace":   {func() error { return hostile.Said((*Field)(nil).Trace(to) == nil) }, func() error { return hostile.Said(field.Trace(nil) == nil) }, func() error { return hostile.Said(field.Trace([]float64{nan, 0}) == nil) }},
		"NewSamples":    {func() error { return hostile.Bare(NewSamples(nil).Check()) }},
		"NewCovariance": {func() error { return hostile.Bare(NewCovariance(nil).Check()) }},
	}
	for _, h := range bad {
		r.Add("Check", func() error { return Check(h, from, to) })
		r.Add("ToPoint", func() error { return hostile.Err(ToPoint(ctx, h, from, to, Settings{})) })
		r.Add("ToLevel", func() error { return hostile.Err(ToLevel(ctx, h, to, Loss{r1}, 1, Settings{})) })
		r.Add("Solve", func() error { return hostile.Err(Solve(ctx, h, from, window)) })
		r.Add("Shoot", func() error { return hostile.Err(Shoot(ctx, h, from, to, Shot{Length: 1})) })
	}
	one := func(name string, c interface{ Check() error }) {
		r.Add(name+".Check", func() error { return hostile.Bare(c.Check()) })
	}
	one("Diffusion", Diffusion{})
	one("Frozen", Frozen{})
	one("Covariance", Covariance{})
	one("Samples", (*Samples)(nil))
	one("Differences", Differences{})
	one("Differences", Differences{Differences{}})
	one("Regression", Regression{})
	r.Add("Diffusion.Check", func() error { return hostile.Bare(Diffusion{Drift: good.Drift}.Check()) })
	r.Add("Frozen.Check", func() error { return hostile.Bare(Frozen{bent(2, 1, 1), sym(1, 1)}.Check()) })
	r.Add("Covariance.Check", func() error { return hostile.Bare(NewCovariance(nil).Check()) })
	r.Add("Samples.Check", func() error { return hostile.Bare((&Samples{}).Check()) })
	r.Add("Regression.Check", func() error { return hostile.Bare(Regression{sym(1, -1), NormalLabels{1}}.Check()) })
	for name, h := range map[string]Hamiltonian{"Diffusion": Diffusion{}, "Frozen": Frozen{}, "Covariance": Covariance{}, "Samples": (*Samples)(nil), "Differences": Differences{}, "Regression": Regression{}} {
		r.Add(name+".Dim", func() error { return hostile.Said(h.Dim() == 0) })
	}
	// Called for every step, these trust the lengths that their interface asks for.
	frozen, samples := Frozen{bent(2, 4, 1), sym(2, 1, 0, 0, 1)}, NewSamples(linear(9))
	for name, h := range map[string]Hamiltonian{"Diffusion": good, "Frozen": frozen, "Covariance": NewCovariance(linear(9)), "Samples": samples, "Differences": Differences{good}, "Regression": r1, "LossNoise": aligned(bent(2, 4, 1))} {
		for _, at := range [][2][]float64{{{nan, 0}, {1, 1}}, {{0.5, 0}, {nan, 1}}} {
			if name != "Samples" && name != "Differences" && name != "LossNoise" { // theirs are those of what they hold
				r.Add(name+".Log", func() error { return no(h.Log(make([]float64, 2), sym(2, 0, 0, 0, 0), at[0], at[1])) })
			}
			dst := make([]float64, 2)
			r.Add(name+".Slope", func() error { h.Slope(dst, at[0], at[1]); return no(dst[0] + dst[1]) })
		}
	}
	for name, l := range map[string]Labels{"NormalLabels": NormalLabels{nan}, "UniformLabels": UniformLabels{nan}, "LaplaceLabels": LaplaceLabels{nan}} {
		r.Add(name+".Log", func() error { psi, first, _ := l.Log(0.5); return no(psi + first) })
		r.Add(name+".Variance", func() error { return no(l.Variance()) })
	}
	r.Add("NormalLabels.Log", func() error { psi, _, _ := NormalLabels{1}.Log(1); return no(psi) })
	r.Add("Loss.LossGrad", func() error { return no(Loss{r1}.LossGrad(nil, []float64{nan, 0})) })
	r.Add("Loss.Hess", func() error { return hostile.Panics(func() { Loss{}.Hess(new(mat.SymDense), nil) }) })
	for _, x := range []float64{nan, inf, -inf, huge} {
		at := []float64{x, 0}
		r.Add("Check", func() error { return Check(good, at, to) }, func() error { return Check(good, from, at) })
		r.Add("ToPoint", func() error { return hostile.Err(ToPoint(ctx, good, at, to, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, at, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Tolerance: x})) }, func() error {
			return hostile.Err(ToPoint(ctx, good, from, to, Settings{Guess: [][]float64{from, at, to}}))
		})
		r.Add("ToLevel", func() error { return hostile.Err(ToLevel(ctx, r1, at, Loss{r1}, 1, Settings{})) }, func() error { return hostile.Err(ToLevel(ctx, r1, to, Loss{r1}, x, Settings{})) })
		r.Add("Solve", func() error { return hostile.Err(Solve(ctx, good, at, window)) })
		r.Add("Shoot", func() error { return hostile.Err(Shoot(ctx, good, at, to, Shot{Length: 1})) }, func() error { return hostile.Err(Shoot(ctx, good, from, at, Shot{Length: 1})) }, func() error { return hostile.Err(Shoot(ctx, good, from, []float64{-0.9, 0}, Shot{Length: x})) })
		for _, w := range []Window{{x, 0.4, -1, 1, 21, 21}, {-1.6, x, -1, 1, 21, 21}, {-1.6, 0.4, x, 1, 21, 21}, {-1.6, 0.4, -1, x, 21, 21}} {
			r.Add("Window.Check", w.Check)
			r.Add("Solve", func() error { return hostile.Err(Solve(ctx, good, from, w)) })
		}
	}
	for _, w := range []Window{{}, {-1, 1, -1, 1, 4, 9}, {-1, 1, -1, 1, 9, 1 << 40}, {-1, -1, 0, 1, 9, 9}} {
		r.Add("Window.Check", w.Check)
	}
	r.Add("Check", func() error { return Check(good, nil, to) }, func() error { return Check(good, from, nil) })
	r.Add("ToPoint", func() error { return hostile.Err(ToPoint(nobody, good, from, to, Settings{})) },
		func() error { return hostile.Err(ToPoint(ctx, good, nil, to, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, nil, Settings{})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, from, Settings{})) },
		func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Points: -1})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Points: 1 << 40})) }, func() error { return hostile.Err(ToPoint(ctx, good, from, to, Settings{Guess: [][]float64{to}})) })
	r.Add("Shoot", func() error { return hostile.Err(Shoot(nobody, good, from, []float64{-0.9, 0}, Shot{Length: 1})) })
	r.Add("Solve", func() error { return hostile.Err(Solve(nobody, good, from, window)) })
	r.Add("ToLevel", func() error { return hostile.Err(ToLevel(nobody, r1, to, Loss{r1}, 1, Settings{})) }, func() error { return hostile.Err(ToLevel(ctx, r1, to, nil, 1, Settings{})) }, func() error { return hostile.Err(ToLevel(ctx, r1, to, (*landscape.Bent)(nil), 1, Settings{})) }, func() error { return hostile.Err(ToLevel(ctx, r1, to, Loss{r1}, 0.5, Settings{})) },
		func() error {
			return hostile.Err(ToLevel(ctx, r1, to, Loss{r1}, 1, Settings{Guess: [][]float64{to, {9, 9}}}))
		}, func() error { return hostile.Err(ToLevel(ctx, r1, []float64{0}, Loss{r1}, 1, Settings{})) })
	r.Add("Solve", func() error { return hostile.Err(Solve(ctx, good, to, window)) }, func() error { return hostile.Err(Solve(ctx, good, []float64{-1.6, 0}, window)) }, func() error { return hostile.Err(Solve(ctx, good, nil, window)) }, func() error {
		return hostile.Err(Solve(ctx, Regression{sym(1, 1), NormalLabels{1}}, []float64{0}, window))
	})
	r.Add("Shoot", func() error { return hostile.Err(Shoot(ctx, good, from, from, Shot{Length: 1})) }, func() error { return hostile.Err(Shoot(ctx, good, to, from, Shot{Length: 1})) }, func() error {
		return hostile.Err(Shoot(ctx, good, from, []float64{-0.9, 0}, Shot{Length: 1, Steps: -1}))
	}, func() error { return hostile.Err(Shoot(ctx, r1, to, []float64{0.1, 0}, Shot{Length: 1e9})) })
	r.Run(t)
}

// no says no to what is not a finite number.
func no(x float64) error { return hostile.Said(math.IsNaN(x) || math.IsInf(x, 0)) }
