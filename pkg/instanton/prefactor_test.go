package instanton

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// TestStraight: on a straight path the factor over Eq. 17 is the F of the Riccati equation along
// the axis, in any number of dimensions.
func TestStraight(t *testing.T) {
	for _, c := range []struct {
		n       int
		c, h, f float64
	}{{2, 2, 0.25, 0.763}, {2, 2, 1, 1}, {2, 2, 2, 1.454}, {2, 2, 4, 3.086}, {2, 4, 4, 12.62}, {4, 4, 4, 2010}} {
		across := make([]float64, c.n-1)
		floats.AddConst(c.h, across)
		b := must(landscape.NewQuartic(landscape.Shape{Ratio: c.c, EffectiveDimension: c.n, Transverse: across}))
		p := over(t, b, Settings{Guess: [][]float64{b.Minimum().Theta, b.Saddle().Theta}})
		r := must(p.Rate(t.Context()))
		e := must(theory.NewEscape(b, theory.NoiseFor(0.05, 1), 0))
		got := r.LogFactor - (e.LogRate() + math.Log(c.c)/0.05)
		if math.Abs(got-math.Log(c.f)) > r.Err+5e-4 || r.Err > 0.03 {
			t.Errorf("n = %d, c = %v, h⊥ = %v: F = %v ± %v, want %v", c.n, c.c, c.h, math.Exp(got), r.Err, c.f)
		}
	}
}

// TestRates: absolute rates of ten unequal and bent cases against the Kolmogorov equation in the
// plane, which are within 5 % at T = 0.05. What is left falls with T.
func TestRates(t *testing.T) {
	for _, c := range [][3]float64{{2, 0.25, 0}, {2, 0.5, 0}, {2, 2, 0}, {2, 4, 0}, {2, 2, 0.5}, {2, 4, 0.25}, {3, 3, 0.5}, {2, 1, 0.5}, {2, 0.75, 0.5}, {2, 1, 1}} {
		b := bent(c[0], c[1], c[2])
		r := must(over(t, b, Settings{}).Rate(t.Context()))
		near(t, fmt.Sprintf("c, h⊥, α = %v: κ over the Kolmogorov solution at T = 0.05", c), math.Exp(r.Log(0.05))/kappa(t, b, c[1], 0.05), 1, 0.05)
	}
	if testing.Short() {
		return
	}
	b := bent(2, 4, 1)
	r := must(over(t, b, Settings{}).Rate(t.Context()))
	ratio := func(T float64) float64 { return kappa(t, b, 4, T) / math.Exp(r.Log(T)) }
	warm, cold := ratio(0.05), ratio(0.035)
	near(t, "a strong bend, in the limit T → 0", cold+(cold-warm)/0.015*0.035, 1, 0.02)
}

// kappa is half the Dirichlet eigenvalue at the saddle plane.
func kappa(t *testing.T, b *landscape.Bent, h, T float64) float64 {
	t.Helper()
	loss := func(z, r float64) float64 { return b.LossGrad(nil, []float64{z, r}) }
	a := kolmogorov.Aligned{Valley: kolmogorov.Valley{Dim: 2, Loss: loss, Plane: true}, Along: T, Across: h * T, Exit: b.Saddle().Theta[0]}
	p, err := a.Solve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p.Eigenvalue.Value / 2
}

// TestNoRate: a focal point on the way, and a path that slides along the ridge.
func TestNoRate(t *testing.T) {
	b := bent(8, 5, 0)
	if _, err := over(t, b, Settings{Guess: [][]float64{{0, 0}, b.Saddle().Theta}}).Rate(t.Context()); !errors.Is(err, ErrFocal) {
		t.Errorf("beyond a focal point: %v", err)
	}
	if _, err := over(t, bent(2, 0.25, 2), Settings{}).Rate(t.Context()); !errors.Is(err, ErrRidge) {
		t.Errorf("along the ridge: %v", err)
	}
	r := quasipotential.Regression{Features: sym(2, 1, 0, 0, 0.5), Labels: quasipotential.NormalLabels{Sigma: 1}}
	if _, err := must(ToLevel(t.Context(), r, []float64{0, 0}, quasipotential.Loss{Regression: r}, 1, Settings{})).Rate(t.Context()); err == nil {
		t.Error("a rate over a level")
	}
}

// TestStepRate: the amplitude of steps in one dimension is −½B·∫(∂H/∂θ)dt more. For Gaussian noise
// of Eq. 13, H_θ = −L″p + L′hp² along p = L′/(hL), that is an integral over the path.
func TestStepRate(t *testing.T) {
	b := must(landscape.NewQuartic(landscape.Shape{Ratio: 3}))
	p := over(t, b, Settings{})
	plain, steps := must(p.Rate(t.Context())), must(p.StepRate(t.Context(), 2))
	want := 0.0
	z := floats.Span(make([]float64, 4001), 0, b.Saddle().Theta[0])
	for i := 1; i < len(z); i++ {
		mid := 0.5 * (z[i] + z[i-1])
		v, dv, ddv := b.Profile(mid)
		push := dv / (1 + v)
		want -= (z[i] - z[i-1]) * (-ddv*push + dv*push*push)
	}
	near(t, "what steps add", steps.LogAmplitude-plain.LogAmplitude, want, 0.01)
}
