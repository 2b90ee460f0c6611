package kolmogorov

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// unequal is a double well of h₁ = 1 and n−1 outliers of h across the path, with aligned noise of
// temperature T along it.
func unequal(t testing.TB, n int, c, h, T float64) (*landscape.Quartic, Aligned) {
	t.Helper()
	across := make([]float64, n-1)
	for i := range across {
		across[i] = h
	}
	q, err := landscape.NewQuartic(landscape.Shape{Ratio: c, EffectiveDimension: n, Transverse: across})
	if err != nil {
		t.Fatal(err)
	}
	v, err := straight(q)
	if err != nil {
		t.Fatal(err)
	}
	return q, Aligned{Valley: v, Along: T, Across: h * T, Exit: saddle(q)}
}

// TestAlignedIsReversible: with one temperature the chain is the reversible problem, solved by
// other means.
func TestAlignedIsReversible(t *testing.T) {
	for _, n := range []int{1, 2, 8} {
		q, a := unequal(t, n, 2, 1, 0.1)
		got, err := a.Solve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := solve(t, Kolmogorov{Valley: a.Valley, Noise: lossNoise(0.1), Exit: saddle(q), Tail: 1e-8})
		near(t, fmt.Sprintf("λ for n = %d", n), got.Eigenvalue.Value, want.Eigenvalue.Value, 1e-7)
		near(t, fmt.Sprintf("mean time for n = %d", n), got.MeanTime.Value, want.MeanTime.Value, 1e-7)
		// The tails of the density, L^{−1−1/T}, are the hardest to get right.
		energy := func(z, r float64) float64 { return a.Valley.Loss(z, r) }
		near(t, fmt.Sprintf("⟨L⟩ for n = %d", n), got.Expect(energy), want.Expect(energy), 1e-6)
	}
}

// TestStraightFactor: as T falls, the exact rate over that of Eq. 17 tends to the factor, which
// knows nothing of the grid.
func TestStraightFactor(t *testing.T) {
	for _, test := range []struct {
		n           int
		c, h, T, by float64
	}{
		{2, 2, 0.25, 0.05, 0.01},
		{4, 2, 0.5, 0.05, 0.01},
		{2, 2, 2, 0.05, 0.01},
		{4, 2, 2, 0.05, 0.015},
		{2, 4, 2, 0.07, 0.035},
		{2, 2, 4, 0.05, 0.025},
	} {
		q, a := unequal(t, test.n, test.c, test.h, test.T)
		want, err := a.StraightFactor(t.Context(), saddle(q))
		if err != nil {
			t.Fatal(err)
		}
		p, err := a.Solve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		e, err := theory.NewEscape(q, theory.NoiseFor(test.T, 1), 0)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("κ/κ₁₇ at %+v", test), p.Eigenvalue.Value/2/e.Rate(), want, test.by)
	}
	q, a := unequal(t, 6, 3, 1, 0.1)
	one, err := a.StraightFactor(t.Context(), saddle(q))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "factor at one temperature", one, 1, 1e-3)
}

func TestAlignedErrors(t *testing.T) {
	q, good := unequal(t, 2, 2, 2, 0.1)
	cold, rare := good, good
	cold.Across = 0
	rare.Along, rare.Across = 0.02, 0.04
	close := good // to what elimination resolves, but below
	close.Along, close.Across = 0.03, 0.06
	far := good
	far.Exit = math.Inf(1)
	for _, test := range []struct {
		a    Aligned
		want string
	}{
		{cold, "T_⊥ = 0, want"},
		{rare, "below the"},
		{close, "below the"},
		{far, "exit at z₁ = +Inf"},
	} {
		if _, err := test.a.Solve(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want it to say %q", test.a, err, test.want)
		}
	}
	if _, err := cold.StraightFactor(t.Context(), saddle(q)); err == nil || !strings.Contains(err.Error(), "T_⊥ = 0") {
		t.Errorf("error %v", err)
	}
	for _, test := range []struct {
		saddle float64
		want   string
	}{{-1, "saddle at z₁ = -1"}, {5, "does not rise"}} {
		if _, err := good.StraightFactor(t.Context(), test.saddle); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("saddle at %v: error %v, want it to say %q", test.saddle, err, test.want)
		}
	}
}

func ExampleAligned() {
	// Outliers twice as sharp across the path as along it.
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 4, Transverse: []float64{2, 2, 2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	valley, err := straight(well)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := well.Saddle().Theta[0]
	noise := Aligned{Valley: valley, Along: 0.05, Across: 0.1, Exit: s}
	p, err := noise.Solve(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	factor, err := noise.StraightFactor(context.Background(), s)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("κ = %.3g; at low T %.2f times Eq. 17\n", p.Eigenvalue.Value/2, factor)
	// Output: κ = 6.55e-07; at low T 3.07 times Eq. 17
}
