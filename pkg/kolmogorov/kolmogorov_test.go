package kolmogorov

import (
	"context"
	"fmt"
	"math"
	"sort"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// quartic returns a double well of h = 1 and L(θ*) = 1 with its valley.
func quartic(t testing.TB, n int, c float64) (*landscape.Quartic, Valley) {
	t.Helper()
	q, err := landscape.NewQuartic(landscape.Shape{Ratio: c, EffectiveDimension: n})
	if err != nil {
		t.Fatal(err)
	}
	v, err := straight(q)
	if err != nil {
		t.Fatal(err)
	}
	return q, v
}

func saddle(b landscape.Barrier) float64 { return b.Saddle().Theta[0] }

// solve fails the test on an error.
func solve(t testing.TB, k Kolmogorov) *Passage {
	t.Helper()
	p, err := k.Solve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBarrierTable(t *testing.T) {
	for _, w := range reference.Wells {
		name := fmt.Sprintf("κ(n=%d, T=%g, c=%g)", w.Dim, w.T, w.C)
		q, v := quartic(t, w.Dim, w.C)
		near(t, name, must(BarrierRate(t.Context(), q, lossNoise(w.T))).Value, w.Kappa, 2e-3)
		if w.Crossing > 0 {
			p := solve(t, Kolmogorov{Valley: v, Noise: lossNoise(w.T), Exit: 2 * saddle(q)})
			near(t, name+" to the far well", p.Rate().Value, w.Crossing, 1e-3)
		}
	}
}

func TestKolmogorovAgainstQuadrature(t *testing.T) {
	for _, T := range []float64{0.05, 0.1, 0.2} {
		for _, c := range []float64{1.2, 1.5, 2, 4, 8} {
			q, v := quartic(t, 1, c)
			loss := exact.FirstAxis(q)
			for _, test := range []struct {
				noise exact.NoiseLaw
				p     exact.Process
			}{
				{lossNoise(T), exact.OneDim{Loss: loss, Noise: exact.LossNoise{Temperature: T}}},
				{tauNoise(T), exact.OneDim{Loss: loss, Noise: exact.TauNoise{Temperature: T}}},
				{constantNoise(T), exact.OneDim{Loss: loss, Noise: exact.ConstantNoise{Strength: T}}},
			} {
				got := solve(t, Kolmogorov{Valley: v, Noise: test.noise, Exit: saddle(q)}).MeanTime
				want, err := exact.MeanFirstPassage(t.Context(), test.p, 0, saddle(q), exact.Settings{})
				if err != nil {
					t.Fatal(err)
				}
				near(t, fmt.Sprintf("mean time of %+v at c = %g", test.noise, c), got.Value, want.Value, 1e-4)
				if diff := math.Abs(got.Value - want.Value); diff > 3*got.Err+1e-8*want.Value {
					t.Errorf("%+v at c = %g: off by %g, claims %g", test.noise, c, diff, got.Err)
				}
			}
		}
	}
}

// TestSeparable: Eq. 5 on L₀ + V(z₁) + ½h r² falls apart into independent coordinates, so neither
// rate nor committor know of n, and ⟨r²⟩ = (n−1)D/h.
func TestSeparable(t *testing.T) {
	for _, test := range []struct{ D, c float64 }{{0.1, 2}, {0.05, 8}, {0.2, 1.2}} {
		q, v := quartic(t, 1, test.c)
		one := solve(t, Kolmogorov{Valley: v, Noise: constantNoise(test.D), Exit: saddle(q)})
		for _, n := range []int{2, 4, 11, 40} {
			name := fmt.Sprintf("n = %d, D = %g, c = %g: ", n, test.D, test.c)
			_, v := quartic(t, n, test.c)
			k := Kolmogorov{Valley: v, Noise: constantNoise(test.D), Exit: saddle(q)}
			p := solve(t, k)
			near(t, name+"λ", p.Eigenvalue.Value, one.Eigenvalue.Value, 1e-4)
			near(t, name+"mean time", p.MeanTime.Value, one.MeanTime.Value, 5e-4)
			near(t, name+"⟨r²⟩", p.Expect(func(_, r float64) float64 { return r * r }), float64(n-1)*test.D, 1e-3)
			// r²/D is χ² of n−1 degrees; R is a node near its mean, where half a cell more or less
			// shows.
			R := p.Density.Across[sort.SearchFloat64s(p.Density.Across, math.Sqrt(float64(n-1)*test.D))]
			near(t, name+"P(r > R)", p.Outside(R), distuv.ChiSquared{K: float64(n - 1)}.Survival(R*R/test.D), 0.02)
			near(t, name+"∫density", p.Expect(func(_, _ float64) float64 { return 1 }), 1, 1e-9)
		}
	}
}

func TestCommittor(t *testing.T) {
	for _, n := range []int{1, 2, 8} {
		q, v := quartic(t, n, 2)
		k := Kolmogorov{Valley: v, Noise: lossNoise(0.05), Exit: 2 * saddle(q)}
		c, err := k.Committor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		// The same flux runs through every plane, and by symmetry the saddle is half way.
		if !(c.Imbalance < 1e-9) || n > 1 && c.Imbalance == 0 { // of a sum of many, not even rounding?
			t.Errorf("n = %d: flux differs by %g between planes", n, c.Imbalance)
		}
		near(t, "committor at the saddle", c.At(saddle(q), 0), 0.5, 1e-6)
		// While escape is rare three definitions of the rate agree.
		near(t, "rate of transitions", c.Rate.Value, solve(t, k).Eigenvalue.Value, 5e-3)
		half := k
		half.Exit = saddle(q)
		near(t, "half the rate at the saddle", c.Rate.Value, solve(t, half).Eigenvalue.Value/2, 5e-3)
	}
}

// TestBarrierGrid is the grid of figures/barrier_rates.csv: every point solves to 1e−3, κ grows
// with n and falls with c.
func TestBarrierGrid(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole grid takes a few seconds")
	}
	cs := []float64{1.2, 1.5, 2, 4, 8}
	for _, T := range []float64{0.05, 0.1, 0.2} {
		above := make([]float64, len(cs)) // rates of the smaller n
		for _, n := range []int{1, 2, 4, 8, 10, 11} {
			for i, c := range cs {
				q, _ := quartic(t, n, c)
				r, err := BarrierRate(t.Context(), q, lossNoise(T))
				if err != nil {
					t.Errorf("n = %d, T = %g, c = %g: %v", n, T, c, err)
					continue
				}
				if !(r.Err <= 1e-3*r.Value) {
					t.Errorf("n = %d, T = %g, c = %g: κ = %g ± %g", n, T, c, r.Value, r.Err)
				}
				if r.Value <= above[i] {
					t.Errorf("n = %d, T = %g, c = %g: κ = %g, smaller n has %g", n, T, c, r.Value, above[i])
				}
				above[i] = r.Value
				if i > 0 && r.Value >= above[i-1] {
					t.Errorf("n = %d, T = %g, c = %g: κ = %g does not fall with c", n, T, c, r.Value)
				}
			}
		}
	}
}

func TestCubicRate(t *testing.T) {
	for _, c := range []float64{1.5, 4} {
		b, err := landscape.NewCubic(landscape.Shape{Ratio: c})
		if err != nil {
			t.Fatal(err)
		}
		v, err := straight(b)
		if err != nil {
			t.Fatal(err)
		}
		p := solve(t, Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: b.Far()})
		want, err := exact.MeanFirstPassage(t.Context(), exact.OneDim{Loss: exact.FirstAxis(b), Noise: exact.LossNoise{Temperature: 0.1}}, 0, b.Far(), exact.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "mean time out of the cubic", p.MeanTime.Value, want.Value, 1e-4)
		r, err := BarrierRate(t.Context(), b, lossNoise(0.1))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "λ of the cubic", r.Value, p.Eigenvalue.Value, 1e-12)
	}
}

// TestHeavyTail: near n_c the answers do not depend on where the tail is cut.
func TestHeavyTail(t *testing.T) {
	q, v := quartic(t, 11, 4)
	k := Kolmogorov{Valley: v, Noise: lossNoise(0.2), Exit: saddle(q)}
	a := solve(t, k)
	k.Tail = 1e-5
	b := solve(t, k)
	near(t, "λ", b.Eigenvalue.Value, a.Eigenvalue.Value, 1e-3)
	near(t, "mean time", b.MeanTime.Value, a.MeanTime.Value, 2e-3)
	density := func(p *Passage) float64 {
		return p.Expect(func(_, r float64) float64 { return 1 / (1 + r) })
	}
	near(t, "⟨1/(1+r)⟩", density(b), density(a), 2e-3)
}

func TestKolmogorovErrors(t *testing.T) {
	_, v := quartic(t, 2, 2)
	_, tail := quartic(t, 30, 2)
	noDim := v
	noDim.Dim = 0
	edge := Valley{Dim: 1, Loss: func(z, _ float64) float64 { return 1 + z*z*(1-z) }}
	for _, test := range []struct {
		k    Kolmogorov
		want string
	}{
		{Kolmogorov{Valley: noDim, Noise: lossNoise(0.1), Exit: 1}, "n = 0, want ≥ 1"},
		{Kolmogorov{Valley: v, Exit: 1}, "no noise"},
		{Kolmogorov{Valley: v, Noise: lossNoise(-1), Exit: 1}, "diffusion constant at the minimum = -1"},
		{Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: -1}, "exit at z₁ = -1, want"},
		{Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: math.NaN()}, "exit at z₁ = NaN"},
		{Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: 1, Tolerance: 2}, "tolerance = 2"},
		{Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: 1, Tail: 1}, "tail = 1"},
		{Kolmogorov{Valley: tail, Noise: lossNoise(0.2), Exit: 1}, "n_c"},
		{Kolmogorov{Valley: edge, Noise: lossNoise(0.1), Exit: 3}, "loss = -"},
		{Kolmogorov{Valley: v, Noise: constantNoise(1e-3), Exit: 2.8}, "below the 1e−250"},
	} {
		if _, err := test.k.Solve(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want it to say %q", test.k, err, test.want)
		}
		if test.want == "below the 1e−250" {
			continue
		}
		if _, err := test.k.Committor(t.Context()); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("committor of %+v: error %v, want it to say %q", test.k, err, test.want)
		}
	}
	q, err := landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 3, Transverse: []float64{1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := BarrierRate(t.Context(), q, lossNoise(0.1)); err == nil || !strings.Contains(err.Error(), "curvatures 1 and 2 across the path differ") {
		t.Errorf("unequal transverse curvatures: error %v", err)
	}
}

func ExampleKolmogorov() {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	valley, err := straight(well)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := Kolmogorov{Valley: valley, Noise: exact.LossNoise{Temperature: 0.1}, Exit: well.Saddle().Theta[0]}.Solve(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("κ = λ/2 = %.4g, mean time to the saddle plane %.0f\n", p.Eigenvalue.Value/2, p.MeanTime.Value)
	// Output: κ = λ/2 = 0.0002154, mean time to the saddle plane 2325
}

func ExampleKolmogorov_Committor() {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	valley, err := straight(well)
	if err != nil {
		fmt.Println(err)
		return
	}
	far := well.FarMinimum().Theta[0]
	c, err := Kolmogorov{Valley: valley, Noise: exact.LossNoise{Temperature: 0.1}, Exit: far}.Committor(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("at the saddle %.2f, transitions at rate %.3g\n", c.At(far/2, 0), c.Rate.Value)
	// Output: at the saddle 0.50, transitions at rate 0.000841
}

func ExampleBarrierRate() {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 4, EffectiveDimension: 8})
	if err != nil {
		fmt.Println(err)
		return
	}
	κ, err := BarrierRate(context.Background(), well, exact.LossNoise{Temperature: 0.2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("κ = %.3g\n", κ.Value)
	// Output: κ = 0.00703
}
