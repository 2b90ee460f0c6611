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
		problems = append(problems, must(QuarticProblem(w.Dim, w.T, w.C)))
	}
	all := must(AllRoutes(context.Background(), problems))
	if got, want := all.Ratio("eq17", "linear")[1], all[1].Of("eq17")/all.Column("linear")[1]; got != want {
		t.Errorf("ratio %v, want %v", got, want)
	}
	if cold := all.Where(func(e theory.Escape) bool { return e.T() < 0.15 }); len(cold) != 3 || cold[2].EffectiveDimension != 4 {
		t.Errorf("%d cold problems, want 3", len(cold))
	}
	x, y := all.Points("quadrature2", "eigenvalue")
	if want := all.Ratio("quadrature2", "eigenvalue")[4]; len(x) != 5 || x[4] != all[4].Margin() || y[4] != want {
		t.Errorf("points %v, %v, want five of six", x, y)
	}
	if got := Farthest(1.5, 0.6, 0.9); got != 0.6 {
		t.Errorf("farthest from 1 of 1.5, 0.6, 0.9 is %v", got)
	}
	for i, w := range reference.Wells {
		r, p := all[i].Routes, problems[i]
		for _, same := range []struct {
			method string
			want   float64
			rel    float64
		}{
			{"eigenvalue", w.Kappa, 2e-3},
			{"eigenvalue", must(p.Kappa(t.Context())).Value, 0},
			{"eigenvalue", must(p.Exact(t.Context())).Kappa.Value, 0},
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
	r := must(Problem{Barrier: cubic, Noise: theory.NoiseFor(0.1, 1)}.Routes(t.Context()))
	want := must(exact.MeanFirstPassage(t.Context(), exact.OneDim{Loss: exact.FirstAxis(cubic), Noise: exact.LossNoise{Temperature: 0.1}}, 0, cubic.Far(), exact.Settings{}))
	for _, method := range []string{"eigenvalue", "mfpt", "quadrature2"} {
		if got := r.Of(method) * want.Value; math.Abs(got-1) > 2e-3 {
			t.Errorf("cubic: %s over the mean time's rate %.5g", method, got)
		}
	}
}

// The factor for unequal outliers is that of package kolmogorov, and 1 for equal ones.
func TestProblemStraightFactor(t *testing.T) {
	for _, test := range []struct{ h, want float64 }{{1, 1}, {4, 3.086}, {0.25, 0.763}} {
		well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{test.h}}))
		got := must(Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}.StraightFactor(t.Context()))
		if math.Abs(got/test.want-1) > 2e-3 {
			t.Errorf("h⊥/h₁ = %g: F = %.5g, want %.4g", test.h, got, test.want)
		}
	}
}
