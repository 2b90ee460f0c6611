package escape

import (
	"context"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// The routes side by side are the routes one by one and the reference table.
func TestRoutes(t *testing.T) {
	var problems []Problem
	for _, w := range reference.Wells {
		well := must(landscape.NewQuartic(landscape.Shape{Ratio: w.C, EffectiveDim: w.Dim}))
		problems = append(problems, Problem{Barrier: well, Noise: theory.NoiseFor(w.T, 1)})
	}
	all := must(AllRoutes(context.Background(), problems))
	if got, want := all.Ratio("eq17", "linear")[1], all[1].Of("eq17")/all.Column("linear")[1]; got != want {
		t.Errorf("ratio %v, want %v", got, want)
	}
	for i, w := range reference.Wells {
		r, p := all[i], problems[i]
		for _, same := range []struct {
			method string
			want   float64
			rel    float64
		}{
			{"eigenvalue", w.Kappa, 2e-3},
			{"eigenvalue", must(p.Kappa()).Value, 0},
			{"eigenvalue", must(p.Exact()).Kappa.Value, 0},
			{"eq17", must(p.Theory()).Rate(), 0},
			{"linear", must(p.Theory()).RateLinear(), 0},
			{"mfpt", w.Crossing, 1e-3},
			{"quadrature2", w.Crossing, 1e-3},
		} {
			if got := r.Of(same.method); same.want > 0 && !(math.Abs(got/same.want-1) <= same.rel) {
				t.Errorf("%+v: %s = %.6g, want %.6g", w, same.method, got, same.want)
			}
		}
		if none := math.IsNaN(r.Of("quadrature2")); none != (w.Dim == 11) {
			t.Errorf("%+v: two quadratures %v, want none at n_c − 1 alone", w, r.Of("quadrature2"))
		}
	}
	// Off a pass without mirror symmetry nothing falls back.
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 2}))
	r := must(Problem{Barrier: cubic, Noise: theory.NoiseFor(0.1, 1)}.Routes())
	want := must(exact.MeanFirstPassage(exact.OneDim{Loss: exact.FirstAxis(cubic), Noise: exact.LossNoise{Temperature: 0.1}}, 0, cubic.Far(), exact.Settings{}))
	for _, method := range []string{"eigenvalue", "mfpt", "quadrature2"} {
		if got := r.Of(method) * want.Value; math.Abs(got-1) > 2e-3 {
			t.Errorf("cubic: %s over the mean time's rate %.5g", method, got)
		}
	}
}

// The worst ratio is the one farthest from 1 as a factor, on either side.
func TestSweepWorst(t *testing.T) {
	rates := func(a, b float64) Routes { return Routes{{"a", exact.Result{Value: a}}, {"b", exact.Result{Value: b}}} }
	for _, test := range []struct {
		sweep Sweep
		want  float64
	}{
		{nil, 1},
		{Sweep{rates(1, 1), rates(1.5, 1), rates(1, 2)}, 0.5},
		{Sweep{rates(0.7, 1), rates(3, 2)}, 1.5},
		{Sweep{rates(3, 2), rates(math.NaN(), 1)}, math.NaN()},
	} {
		if got := test.sweep.Worst("a", "b"); got != test.want && !(math.IsNaN(got) && math.IsNaN(test.want)) {
			t.Errorf("%v: worst %v, want %v", test.sweep, got, test.want)
		}
	}
}

// The factor for unequal outliers is that of package kolmogorov, and 1 for equal ones.
func TestProblemStraightFactor(t *testing.T) {
	for _, test := range []struct{ h, want float64 }{{1, 1}, {4, 3.086}, {0.25, 0.763}} {
		well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDim: 2, Transverse: []float64{test.h}}))
		got := must(Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}.StraightFactor())
		if math.Abs(got/test.want-1) > 2e-3 {
			t.Errorf("h⊥/h₁ = %g: F = %.5g, want %.4g", test.h, got, test.want)
		}
	}
}
