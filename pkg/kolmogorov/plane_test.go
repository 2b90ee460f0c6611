package kolmogorov

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// bent returns the plane of a bent double well of h₁ = 1 with c = 2, and the rate of Eq. 17, which
// does not know the bend.
func bent(t testing.TB, across, bend, T float64) (*landscape.Bent, Valley, float64) {
	t.Helper()
	b, err := landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{across}}, bend)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Plane(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	e, err := theory.NewEscape(b, theory.NoiseFor(T, 1), 0)
	if err != nil {
		t.Fatal(err)
	}
	return b, v, e.Rate()
}

// TestPlaneIsHalfPlane: without a bend the plane gives what the half plane does.
func TestPlaneIsHalfPlane(t *testing.T) {
	q, half := quartic(t, 2, 2)
	_, plane, _ := bent(t, 1, 0, 0.1)
	for _, noise := range []exact.NoiseLaw{lossNoise(0.1), constantNoise(0.1)} {
		want := solve(t, Kolmogorov{Valley: half, Noise: noise, Exit: saddle(q)})
		got := solve(t, Kolmogorov{Valley: plane, Noise: noise, Exit: saddle(q)})
		near(t, "λ", got.Eigenvalue.Value, want.Eigenvalue.Value, 1e-5)
		near(t, "mean time", got.MeanTime.Value, want.MeanTime.Value, 1e-5)
		near(t, "⟨|z₂|⟩", got.Expect(func(_, r float64) float64 { return math.Abs(r) }), want.Expect(func(_, r float64) float64 { return r }), 1e-2)
		near(t, "∫density", got.Expect(func(_, _ float64) float64 { return 1 }), 1, 1e-9)
	}
	want, err := Aligned{Valley: half, Along: 0.1, Across: 0.2, Exit: saddle(q)}.Solve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Aligned{Valley: plane, Along: 0.1, Across: 0.2, Exit: saddle(q)}.Solve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "λ of aligned noise", got.Eigenvalue.Value, want.Eigenvalue.Value, 2e-4)
}

// TestBentPath: with isotropic noise Eq. 17 holds on a bent path as T → 0; with noise aligned to
// unequal outliers the bend changes the exponent.
func TestBentPath(t *testing.T) {
	off := func(T float64) float64 {
		b, v, rate := bent(t, 4, 1, T)
		return solve(t, Kolmogorov{Valley: v, Noise: lossNoise(T), Exit: saddle(b)}).Eigenvalue.Value/2/rate - 1
	}
	warm, cold := off(0.1), off(0.05)
	if !(math.Abs(cold) < 0.65*math.Abs(warm) && math.Abs(cold) < 0.06) {
		t.Errorf("isotropic noise: off Eq. 17 by %.3f at T = 0.1 and %.3f at T = 0.05, want it to fall in proportion", warm, cold)
	}
	aligned := func(T float64) float64 {
		b, v, rate := bent(t, 4, 1, T)
		p, err := Aligned{Valley: v, Along: T, Across: 4 * T, Exit: saddle(b)}.Solve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return math.Log(p.Eigenvalue.Value / 2 / rate)
	}
	// log(κ/κ₁₇) = ΔS/T + const: the action is lower by ΔS, of log 2 = 0.69.
	if gain := (aligned(0.05) - aligned(0.1)) / (1/0.05 - 1/0.1); !(gain > 0.2 && gain < 0.3) {
		t.Errorf("aligned noise: the bend lowers the action by %.3f, want 0.24 as solved before", gain)
	}
}

// TestUnits: a curvature h sets the unit of time and L₀ that of the coordinates, so at one T the
// rate is proportional to h and does not know L₀.
func TestUnits(t *testing.T) {
	unit, _ := quartic(t, 4, 2)
	want, err := BarrierRate(t.Context(), unit, lossNoise(0.1))
	if err != nil {
		t.Fatal(err)
	}
	other, err := landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 4, OutlierCurvature: 7, MinimumLoss: 0.03, Flat: 5})
	if err != nil {
		t.Fatal(err)
	}
	got, err := BarrierRate(t.Context(), other, lossNoise(0.1))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "κ/h", got.Value/7, want.Value, 1e-7)
}

func TestValleyErrors(t *testing.T) {
	q, v := quartic(t, 3, 2)
	one, _ := quartic(t, 1, 2)
	plane := v
	plane.Plane = true
	for _, test := range []struct {
		err  error
		want string
	}{
		{second(Axial(q, 4, 0)), "n = 4, want 1 to 3"},
		{second(Plane(one, 0)), "dimension 1, want ≥ 2"},
		{second(Kolmogorov{Valley: plane, Noise: lossNoise(0.1), Exit: 1}.Solve(t.Context())), "n = 3, want 2"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", test.err, test.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func ExamplePlane() {
	well, err := landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{4}}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	valley, err := Plane(well, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	exit := well.Saddle().Theta[0]
	isotropic, err := Kolmogorov{Valley: valley, Noise: exact.LossNoise{Temperature: 0.1}, Exit: exit}.Solve(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	aligned, err := Aligned{Valley: valley, Along: 0.1, Across: 0.4, Exit: exit}.Solve(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("κ = %.2g, aligned noise %.1f times as much\n",
		isotropic.Eigenvalue.Value/2, aligned.Eigenvalue.Value/isotropic.Eigenvalue.Value)
	// Output: κ = 0.0001, aligned noise 12.0 times as much
}
