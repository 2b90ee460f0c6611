package instanton

import (
	"errors"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestLaws: every Hamiltonian keeps the laws of all, in two dimensions and at several points.
func TestLaws(t *testing.T) {
	well, features := bent(2, 4, 1), sym(2, 1, 0.2, 0.2, 0.5)
	for _, h := range []Hamiltonian{
		maierStein(1, 10), aligned(well), Frozen{well, sym(2, 2, 0.3, 0.3, 1)}, NewSamples(linear(40)), NewCovariance(linear(40)),
		Regression{features, NormalLabels{0.7}}, Regression{features, UniformLabels{0.7}}, Differences{aligned(well)},
	} {
		for _, theta := range [][]float64{{0.3, -0.2}, {0, 0}, {-0.5, 0.6}} {
			if err := Check(h, theta, []float64{0.2, 0.1}); err != nil {
				t.Error(err)
			}
		}
	}
	for _, l := range []Labels{NormalLabels{0.7}, UniformLabels{0.7}} { // ψ″ and ψ′ by differences of ψ
		const s, d = 0.8, 1e-4
		up, _, _ := l.Log(s + d)
		at, first, second := l.Log(s)
		down, _, _ := l.Log(s - d)
		near(t, "ψ′", first, (up-down)/(2*d), 1e-6)
		near(t, "ψ″", second, (up-2*at+down)/(d*d), 1e-5)
		_, mean, _ := l.Log(0)
		near(t, "½σ²", mean, l.Variance()/2, 1e-12)
	}
	if psi, first, _ := (LaplaceLabels{2}).Log(0); psi != 0 || first != 2 {
		t.Errorf("Laplace labels at 0: ψ = %v, ψ′ = %v, want 0 and ½σ²", psi, first)
	}
}

// wrong is a Hamiltonian with a slope of the wrong sign, or one that pushes at p = 0.
type wrong struct {
	Hamiltonian
	sign, always float64
}

func (w wrong) Slope(dst, theta, p []float64) {
	w.Hamiltonian.Slope(dst, theta, p)
	for i := range dst {
		dst[i] = w.sign*dst[i] + w.always
	}
}

// concave is noise whose covariance turns negative away from the minimum.
func concave() Diffusion {
	d := maierStein(1, 1)
	d.Covariance = func(a *mat.SymDense, x []float64) { a.CopySym(sym(2, -0.5-x[0], 0, 0, 1)) }
	return d
}

func TestMistakes(t *testing.T) {
	theta, p := []float64{0.3, -0.2}, []float64{0.2, 0.1}
	for want, h := range map[string]Hamiltonian{
		"differences of H": wrong{maierStein(1, 1), -1, 0}, "not convex": concave(),
	} {
		if err := Check(h, theta, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := Check(wrong{maierStein(1, 1), 1, 1e-5}, theta, p); err == nil {
		t.Error("H whose slope does not vanish at p = 0 passes")
	}
	from, to := []float64{-1, 0}, []float64{0, 0}
	if _, err := ToPoint(t.Context(), concave(), from, to, Settings{}); !errors.Is(err, ErrNotConvex) {
		t.Errorf("H not convex: %v", err)
	}
	if _, err := Solve(t.Context(), concave(), from, Window{-1.5, 0.5, -1, 1, 21, 21}); !errors.Is(err, ErrNotConvex) {
		t.Errorf("field of an H not convex: %v", err)
	}
	r := Regression{sym(2, 1, 0, 0, 0.5), LaplaceLabels{1}}
	if _, err := ToLevel(t.Context(), r, to, Loss{r}, 1, Settings{}); !errors.Is(err, ErrUnbounded) {
		t.Errorf("labels without exponential moments: %v", err)
	}
	still := Diffusion{2, func(b, x []float64) { b[0], b[1] = -x[0], -x[1] }, func(a *mat.SymDense, _ []float64) { a.Zero() }}
	if _, err := ToPoint(t.Context(), still, to, []float64{1, 0}, Settings{}); err == nil {
		t.Error("a path without noise")
	}
	few := NewSamples(linear(1)) // one sample pulls always to its own line
	if _, err := ToPoint(t.Context(), few, to, []float64{9, 9}, Settings{}); err == nil {
		t.Error("a path that no sample pushes along")
	}
}

// TestSlowMomentum: the search by bisection finds what the fast one finds.
func TestSlowMomentum(t *testing.T) {
	for _, h := range []Hamiltonian{aligned(bent(2, 4, 1)), Regression{sym(2, 1, 0, 0, 0.5), UniformLabels{1}}, NewSamples(linear(60))} {
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
