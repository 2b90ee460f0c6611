package instanton

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// concave is noise whose covariance turns negative away from the minimum.
func concave() quasipotential.Diffusion {
	d := maierStein(1, 1)
	d.Covariance = func(a *mat.SymDense, x []float64) { a.CopySym(sym(2, -0.5-x[0], 0, 0, 1)) }
	return d
}

func TestMistakes(t *testing.T) {
	from, to := []float64{-1, 0}, []float64{0, 0}
	if _, err := ToPoint(t.Context(), concave(), from, to, Settings{}); !errors.Is(err, ErrNotConvex) {
		t.Errorf("H not convex: %v", err)
	}
	if _, err := Solve(t.Context(), concave(), from, Window{-1.5, 0.5, -1, 1, 21, 21}); !errors.Is(err, ErrNotConvex) {
		t.Errorf("field of an H not convex: %v", err)
	}
	r := quasipotential.Regression{Features: sym(2, 1, 0, 0, 0.5), Labels: quasipotential.LaplaceLabels{Sigma: 1}}
	if _, err := ToLevel(t.Context(), r, to, quasipotential.Loss{Regression: r}, 1, Settings{}); !errors.Is(err, ErrUnbounded) {
		t.Errorf("labels without exponential moments: %v", err)
	}
	still := quasipotential.Diffusion{Params: 2, Drift: func(b, x []float64) { b[0], b[1] = -x[0], -x[1] }, Covariance: func(a *mat.SymDense, _ []float64) { a.Zero() }}
	if _, err := ToPoint(t.Context(), still, to, []float64{1, 0}, Settings{}); err == nil {
		t.Error("a path without noise")
	}
	few := quasipotential.NewSamples(linear(1)) // one sample pulls always to its own line
	if _, err := ToPoint(t.Context(), few, to, []float64{9, 9}, Settings{}); err == nil {
		t.Error("a path that no sample pushes along")
	}
}

// TestSlowMomentum: the search by bisection finds what the fast one finds.
func TestSlowMomentum(t *testing.T) {
	for _, h := range []Hamiltonian{aligned(bent(2, 4, 1)), quasipotential.Regression{Features: sym(2, 1, 0, 0, 0.5), Labels: quasipotential.UniformLabels{Sigma: 1}}, quasipotential.NewSamples(linear(60))} {
		m, theta, v := newMetric(h), []float64{0.3, 0.4}, []float64{0.6, 0.8}
		p, q := make([]float64, 2), make([]float64, 2)
		fast, lambda := m.momentum(p, theta, v)
		slow, lambda2 := m.slowly(q, theta, v)
		near(t, "F", slow, fast, 1e-9)
		near(t, "λ", lambda2, lambda, 1e-5)
		if math.IsNaN(fast) || fast <= 0 {
			t.Errorf("%T: F = %v", h, fast)
		}
	}
}
