package quasipotential

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/model"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// void is a cumulant that is no number.
type void struct{ dim int }

func (v void) Dim() int { return v.dim }
func (void) Log(grad []float64, _ *mat.SymDense, _, p []float64) float64 {
	for i := range grad {
		grad[i] = -1
	}
	if p[0] != 0 {
		return nan
	}
	return 0
}

// wide is a model of many samples or parameters that takes no memory of its own.
type wide struct{ samples, params int }

func (w wide) Dims() (samples, params int)                 { return w.samples, w.params }
func (wide) LossGrad(_, _ []float64, _ int) (loss float64) { return 1 }

func TestHostile(t *testing.T) {
	well := quartic(t, 2, 1)
	noise := GaussianNoise{well, well.Minimum().Hess}
	good, path := GaussianSamples{1, 1, 1}, [][]float64{{0}, {1}}
	samples := NewSamples(must(model.NewLinear(must(data.Regression(9, 1, 1, rand.New(rand.NewPCG(1, 2)))))))
	try := func(c Cumulant, path [][]float64, s exact.Settings) func() error {
		return func() error { return hostile.Err(Quasipotential(c, path, s)) }
	}
	nowhere := func(c Cumulant, theta, p []float64) func() error {
		return func() error {
			k := c.Log(make([]float64, 1), mat.NewSymDense(1, nil), theta, p)
			return hostile.Said(math.IsNaN(k) || math.IsInf(k, 1))
		}
	}
	r := hostile.Table{
		"Quasipotential": {
			try(nil, path, exact.Settings{}), try(void{1}, path, exact.Settings{}), try(void{0}, [][]float64{{}, {}}, exact.Settings{}), try(void{-1}, path, exact.Settings{}), try(void{200_000}, path, exact.Settings{}), try(void{math.MaxInt}, path, exact.Settings{}),
			try(GaussianNoise{}, path, exact.Settings{}), try(GaussianNoise{Landscape: well}, path, exact.Settings{}), try(GaussianNoise{well, mat.NewSymDense(2, nil)}, path, exact.Settings{}), try(GaussianNoise{well, mat.NewSymDense(1, []float64{nan})}, path, exact.Settings{}),
			try((*Samples)(nil), path, exact.Settings{}), try(&Samples{}, path, exact.Settings{}), try(NewSamples(nil), path, exact.Settings{}), try(NewSamples(wide{1e9, 1}), path, exact.Settings{}), try(NewSamples(wide{1, 200_000}), path, exact.Settings{}), try(NewSamples(wide{0, 1}), path, exact.Settings{}),
			try(good, nil, exact.Settings{}), try(good, path[:1], exact.Settings{}), try(good, [][]float64{{0}, {0, 1}}, exact.Settings{}), try(good, [][]float64{{0}, nil}, exact.Settings{}),
		},
		"Check":                 {func() error { return Check(nil, nil, nil) }, func() error { return Check(good, nil, []float64{1}) }, func() error { return Check(good, []float64{1}, nil) }, func() error { return Check(good, []float64{nan}, []float64{1}) }, func() error { return Check(good, []float64{1}, []float64{nan}) }, func() error { return Check(good, []float64{1}, []float64{9}) }, func() error { return Check(&Samples{}, nil, nil) }},
		"NewSamples":            {func() error { return hostile.Bare(NewSamples(nil).Check()) }, func() error { return hostile.Bare(NewSamples(wide{1e9, 1e9}).Check()) }},
		"Samples.Check":         {func() error { return hostile.Bare((*Samples)(nil).Check()) }, func() error { return hostile.Bare((&Samples{}).Check()) }, func() error { return hostile.Bare(NewSamples(wide{1e5, 2e4}).Check()) }, func() error { return hostile.Bare(NewSamples(wide{-1, 1}).Check()) }},
		"Samples.Dim":           {func() error { return hostile.Said((*Samples)(nil).Dim() == 0) }, func() error { return hostile.Said((&Samples{}).Dim() == 0) }},
		"GaussianNoise.Check":   {func() error { return hostile.Bare(GaussianNoise{}.Check()) }, func() error { return hostile.Bare(GaussianNoise{Hess: noise.Hess}.Check()) }, func() error { return hostile.Bare(GaussianNoise{well, new(mat.SymDense)}.Check()) }},
		"GaussianNoise.Dim":     {func() error { return hostile.Said(GaussianNoise{}.Dim() == 0) }},
		"GaussianSamples.Dim":   {func() error { return hostile.Said(GaussianSamples{}.Dim() == 0) }},
		"GaussianSamples.Check": {},
		// Called for every step, these trust the lengths that their interface asks for.
		"GaussianNoise.Log":   {nowhere(noise, []float64{nan}, []float64{1}), nowhere(noise, []float64{0}, []float64{nan}), nowhere(noise, []float64{huge}, []float64{1})},
		"GaussianSamples.Log": {nowhere(good, []float64{nan}, []float64{1}), nowhere(good, []float64{0}, []float64{nan}), nowhere(good, []float64{0}, []float64{huge}), nowhere(GaussianSamples{1, nan, 1}, []float64{0}, []float64{1})},
		"Samples.Log":         {nowhere(samples, []float64{nan}, []float64{1}), nowhere(samples, []float64{0}, []float64{nan})},
	}
	climb := func(c Cumulant, dst, theta, t []float64) func() error {
		return func() error { return hostile.Said(math.IsNaN(NewClimber(c).Momentum(dst, theta, t))) }
	}
	one := []float64{1}
	r.Add("NewClimber", func() error { return hostile.Said(NewClimber(nil) == nil) }, func() error { return hostile.Said(NewClimber(void{0}) == nil) }, func() error { return hostile.Said(NewClimber(GaussianNoise{}) == nil) })
	r.Add("Climber.Momentum", climb(nil, one, one, one), climb(good, nil, one, one), climb(good, make([]float64, 1), nil, one), climb(good, make([]float64, 1), one, nil), climb(good, make([]float64, 1), []float64{nan}, one), climb(void{1}, make([]float64, 1), one, one))
	for _, c := range []GaussianSamples{{1, nan, 1}, {1, 0, 1}, {1, -1, 1}, {1, inf, 1}, {1, 1, nan}, {1, 1, -1}, {1, 1, inf}, {1, huge, huge}} {
		r.Add("GaussianSamples.Check", func() error { return hostile.Bare(c.Check()) })
		r.Add("Quasipotential", try(c, path, exact.Settings{}))
	}
	for _, x := range []float64{nan, inf, -inf, huge} {
		r.Add("Quasipotential", try(good, [][]float64{{0}, {x}}, exact.Settings{}), try(noise, [][]float64{{x}, {0}}, exact.Settings{}))
	}
	steps := func(c Cumulant, eta float64, strip Strip, tolerance float64) func() error {
		return func() error {
			_, _, err := Steps(c, eta, strip, exact.Settings{Tolerance: tolerance})
			return err
		}
	}
	ahead := Strip{-1, 0, 1}
	r.Add("Steps", steps(nil, 1, ahead, 0), steps(void{1}, 1, ahead, 0), steps(void{2}, 1, ahead, 0), steps(GaussianNoise{}, 1, ahead, 0), steps((*Samples)(nil), 1, ahead, 0))
	for _, x := range []float64{nan, inf, -inf} {
		for _, s := range []Strip{{x, 0, 1}, {-1, x, 1}, {-1, 0, x}} {
			r.Add("Strip.Check", s.Check)
			r.Add("Steps", steps(good, 0.1, s, 0))
		}
		r.Add("Steps", steps(good, x, ahead, 0))
	}
	r.Add("Steps", steps(good, 0, ahead, 0), steps(good, -1, ahead, 0), steps(good, 1, ahead, -1), steps(good, 1, ahead, inf), steps(good, 1, ahead, nan))
	for _, s := range []Strip{{}, {-1, 0, 0}, {1, 0, 2}, {-huge, 0, 1}, {-1, 0, tiny}} {
		r.Add("Strip.Check", s.Check)
	}
	for _, tolerance := range []float64{nan, -1, -tiny, 1, inf} {
		r.Add("Quasipotential", try(good, path, exact.Settings{Tolerance: tolerance}))
	}
	for name, c := range map[string]interface{ Check() error }{"Diffusion.Check": Diffusion{}, "Frozen.Check": Frozen{}, "Covariance.Check": Covariance{}, "Differences.Check": Differences{Differences{}}, "Regression.Check": Regression{}} {
		r.Add(name, func() error { return hostile.Bare(c.Check()) })
	}
	r.Add("Diffusion.Check", func() error { return hostile.Bare(Diffusion{Drift: swirl().Drift}.Check()) })
	r.Add("Frozen.Check", func() error { return hostile.Bare(Frozen{quartic(t, 2, 2), mat.NewSymDense(1, nil)}.Check()) })
	r.Add("Covariance.Check", func() error { return hostile.Bare(NewCovariance(nil).Check()) })
	r.Add("Regression.Check", func() error {
		return hostile.Bare(Regression{mat.NewSymDense(1, []float64{-1}), NormalLabels{1}}.Check())
	})
	for name, h := range map[string]Hamiltonian{"Diffusion.Dim": Diffusion{}, "Frozen.Dim": Frozen{}, "Covariance.Dim": Covariance{}, "Differences.Dim": Differences{}, "Regression.Dim": Regression{}} {
		r.Add(name, func() error { return hostile.Said(h.Dim() == 0) })
	}
	// Called for every step, these trust the lengths that their interface asks for.
	plane := quartic(t, 2, 2)
	eye := plane.Minimum().Hess
	r1, frozen := Regression{eye, NormalLabels{1}}, Frozen{plane, eye}
	for _, at := range [][2][]float64{{{nan, 0}, {1, 1}}, {{0.5, 0}, {nan, 1}}} {
		for name, h := range map[string]Hamiltonian{"Diffusion.Log": swirl(), "Frozen.Log": frozen, "Covariance.Log": NewCovariance(linear(9)), "Regression.Log": r1} {
			r.Add(name, func() error { return no(h.Log(make([]float64, 2), mat.NewSymDense(2, nil), at[0], at[1])) })
		}
		for name, h := range map[string]Hamiltonian{"Diffusion.Slope": swirl(), "Frozen.Slope": frozen, "Covariance.Slope": NewCovariance(linear(9)), "Samples.Slope": NewSamples(linear(9)), "Differences.Slope": Differences{swirl()}, "Regression.Slope": r1, "GaussianNoise.Slope": GaussianNoise{plane, eye}} {
			dst := make([]float64, 2)
			r.Add(name, func() error { h.Slope(dst, at[0], at[1]); return no(dst[0] + dst[1]) })
		}
	}
	for name, l := range map[string]Labels{"NormalLabels.Log": NormalLabels{nan}, "UniformLabels.Log": UniformLabels{nan}, "LaplaceLabels.Log": LaplaceLabels{nan}} {
		r.Add(name, func() error { psi, first, _ := l.Log(0.5); return no(psi + first) })
	}
	for name, l := range map[string]Labels{"NormalLabels.Variance": NormalLabels{nan}, "UniformLabels.Variance": UniformLabels{nan}, "LaplaceLabels.Variance": LaplaceLabels{nan}} {
		r.Add(name, func() error { return no(l.Variance()) })
	}
	r.Add("NormalLabels.Log", func() error { psi, _, _ := NormalLabels{1}.Log(1); return no(psi) })
	r.Add("Loss.LossGrad", func() error { return no(Loss{r1}.LossGrad(nil, []float64{nan, 0})) })
	r.Add("Loss.Hess", func() error { return hostile.Panics(func() { Loss{}.Hess(new(mat.SymDense), nil) }) })
	r.Add("NewCovariance", func() error { return hostile.Bare(NewCovariance(nil).Check()) })
	for _, h := range []Hamiltonian{Diffusion{}, Diffusion{Params: 2}, Frozen{}, Covariance{}, NewCovariance(nil), Differences{}, Regression{}, Regression{Labels: NormalLabels{1}}, Regression{mat.NewSymDense(2, []float64{1, 2, 2, 1}), NormalLabels{1}}, Regression{mat.NewSymDense(1, []float64{nan}), NormalLabels{1}}, Regression{eye, NormalLabels{}}, Regression{eye, UniformLabels{nan}}, Regression{eye, LaplaceLabels{inf}}} {
		r.Add("Check", func() error { return Check(h, []float64{1, 1}, []float64{1, 1}) })
	}
	r.Add("MaierStein", func() error {
		return no(MaierStein(nan, 1).Log(make([]float64, 2), mat.NewSymDense(2, nil), []float64{1, 1}, []float64{1, 1}))
	})
	four, three := []float64{1, 2, 3, 4}, []float64{1, 2, 3}
	fit := func(e, k, s []float64, power float64) func() error {
		return func() error { _, _, err := FitBarrier(e, k, s, power); return err }
	}
	r.Add("FitBarrier", fit(nil, nil, nil, 1), fit(three, three, three, 1), fit(four, three, four, 1), fit(four, four, nil, 1), fit(four, four, four, 0), fit(four, four, four, nan), fit([]float64{1, 1, 1, 1}, four, four, 1))
	for _, x := range []float64{nan, inf, -inf, huge} {
		odd := []float64{1, 2, 3, x}
		r.Add("FitBarrier", fit(odd, four, four, 1), fit(four, odd, four, 1), fit(four, four, odd, 1), fit(four, four, four, x))
	}
	r.Add("Neuron.Dims", func() error { samples, _ := (*Neuron)(nil).Dims(); return hostile.Said(samples == 0) })
	r.Add("Neuron.LossGrad", func() error { return hostile.Said(math.IsNaN((*Neuron)(nil).LossGrad(nil, []float64{0, 0}, 0))) }, func() error { return hostile.Said(math.IsNaN(NewNeuron().LossGrad(nil, []float64{0, 0}, 8))) }, func() error { return hostile.Said(math.IsNaN(NewNeuron().LossGrad(nil, nil, 0))) })
	r.Add("NewNeuron", func() error { return hostile.Said(math.IsNaN(NewNeuron().LossGrad(nil, []float64{0, 0}, -1))) })
	r.Add("NeuronLoss.Dim", func() error { return Check(nil, nil, make([]float64, NeuronLoss{}.Dim())) })
	r.Add("NeuronLoss.LossGrad", func() error {
		return hostile.Said(math.IsNaN(NeuronLoss{NewNeuron()}.LossGrad(nil, []float64{nan, 0})))
	})
	r.Run(t)
}

// no says no to what is not a finite number.
func no(x float64) error { return hostile.Said(math.IsNaN(x) || math.IsInf(x, 0)) }
