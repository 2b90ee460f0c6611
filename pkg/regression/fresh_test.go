package regression

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	vector "github.com/sgdescape/sgdescape/pkg/internal/lanes"
)

// plain is a dynamics without lanes.
type plain struct{ dynamics.Dynamics }

// A lane makes the steps of the recursion with its normals.
func TestFreshLanesByHand(t *testing.T) {
	for _, d := range []int{1, 2, 5, 8} {
		for _, batch := range []int{1, 3} {
			const steps, key, sigma, eta = 41, 7, 1.3, 0.1
			r := must(NewFresh(d, sigma, eta, batch))
			var source vector.Source
			source.Seed(2, key)
			normals := make([]float64, 64*batch*(d+1)*vector.Width)
			source.Fill(normals)
			next := func() float64 { defer func() { normals = normals[vector.Width:] }(); return normals[2] }
			theta := slices.Repeat([]float64{0.2}, d)
			for range steps {
				grad := make([]float64, d)
				for range batch {
					x := make([]float64, d)
					for i := range x {
						x[i] = next()
					}
					floats.AddScaled(grad, floats.Dot(x, theta)-sigma*next(), x)
				}
				floats.AddScaled(theta, -eta/float64(batch), grad)
			}
			got := must(dynamics.Ensemble(t.Context(), r, slices.Repeat([]float64{0.2}, d), 3, steps, 1, "by hand"))
			if len(got) != 3 || slices.Equal(got[0], got[1]) {
				t.Errorf("ensemble %v", got)
			}
			left := 1
			dynamics.Sail(t.Context(), r, 1, func() dynamics.Crew {
				return dynamics.Crew{Start: slices.Repeat([]float64{0.2}, d), Level: math.Inf(1), Steps: steps,
					Next: func(int) (uint64, float64, bool) { left--; return key, math.Inf(1), left >= 0 },
					Look: func(_ int, got []float64, now float64, _ int64) (float64, bool) {
						if !floats.EqualApprox(got, theta, 1e-13) || math.Abs(now-steps*eta) > 1e-12 {
							t.Errorf("d = %d, B = %d: %v at %v, want %v", d, batch, got, now, theta)
						}
						return 0, false
					}}
			})
		}
	}
}

// No step allocates.
func TestFreshAllocates(t *testing.T) {
	r := must(NewFresh(3, 1, 0.1, 2))
	m := &freshMover{grad: make([]float64, 3*vector.Width)}
	m.run = vector.Fresh{Eta: 0.05, Label: -1, Step: r.eta, Grad: &m.grad[0], N: 3, Batch: 2}
	p := &dynamics.Pack{Theta: make([]float64, 3*vector.Width), Normals: make([]float64, 16*m.Normals()*vector.Width), Level: 1, Square: 1, Active: 0xff, Steps: 16}
	for l := range p.End {
		p.End[l] = math.Inf(1)
	}
	if n := testing.AllocsPerRun(10, func() { m.Move(p) }); n != 0 || p.Done != 16 {
		t.Errorf("%v allocations in %d steps, want none in 16", n, p.Done)
	}
}

// First passage in lanes against the exact chain, within 3.5 standard errors, and to the bit for
// any number of workers.
func TestFreshPassage(t *testing.T) {
	for _, c := range []struct {
		d, batch int
		ratio    float64
	}{{1, 1, 1.5}, {2, 1, 2}, {4, 2, 1.5}, {8, 1, 2}} {
		r := must(NewFresh(c.d, 1, 0.1, c.batch))
		want := must(Chain{LearningRate: 0.1, BatchSize: c.batch, Dim: c.d, LabelNoise: 1}.MeanFirstPassage(c.ratio, exact.Settings{Tolerance: 1e-3}))
		var first *escape.Sample
		for _, workers := range []int{1, 2, 7} {
			s := passagesOf(t, r, c.ratio, escape.Settings{Replicas: 4000, Workers: workers, Seed: 2, Experiment: fmt.Sprint(c)})
			if first == nil {
				first = s
			}
			if !slices.Equal(s.Times, first.Times) || s.Steps != first.Steps {
				t.Errorf("%+v: other times with %d workers than with one", c, workers)
			}
		}
		if e := must(first.MeanTime(0.95)); math.Abs(e.Value-want.Value) > 3.5*e.StdErr+want.Err {
			t.Errorf("%+v: %v ± %v, exact %v", c, e.Value, e.StdErr, want)
		}
	}
}

// At rest, side by side and step by step, the likeliest exponent is the exact one.
func TestFreshAtRest(t *testing.T) {
	for _, batch := range []int{1, 8} {
		r := must(NewFresh(1, 1, 0.3, batch))
		want := must(Chain{LearningRate: 0.3, BatchSize: batch, Dim: 1, LabelNoise: 1}.Stationary(0)).FittedExponent()
		for _, d := range []dynamics.Dynamics{r, plain{r}} {
			theta := must(dynamics.Stationary(t.Context(), d, []float64{0}, dynamics.Sampling{Records: 20_000, Every: 30, Rest: 3}))
			for i, x := range theta {
				theta[i] = r.LossGrad(nil, []float64{x}) / r.MinimumLoss()
			}
			if fit := must(escape.FitExponent(theta, 1)); math.Abs(fit.Value-want) > 4.5*fit.StdErr {
				t.Errorf("B = %d, %T: %v ± %v, exact %v", batch, d, fit.Value, fit.StdErr, want)
			}
		}
	}
}

// A diffusion on the same loss may be watched by its distance as well.
func TestDiffusionToALoss(t *testing.T) {
	r := must(NewFresh(2, 1, 0.1, 1))
	exit := must(r.LossAbove(1.3))
	if square := exit.(escape.Round).Square(); math.Abs(square-0.3) > 1e-15 {
		t.Errorf("|θ|² > %v, want 0.3", square)
	}
	if square := must(must(NewSet(1, 100, 2, 0.1)).LossAbove(1.3)).(escape.Round).Square(); square != 0 {
		t.Errorf("a data set has an exit at |θ|² = %v, want none", square)
	}
}
