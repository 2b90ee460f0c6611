package exact

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// channel returns the double well's channel under Eq. 13 and its far minimum.
func channel(n int, T, c float64) (Channel, float64) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: c}))
	return Channel{Line: OneDim{FirstAxis(well), LossNoise{T}}, Dim: n}, well.FarMinimum().Theta[0]
}

// The two integrals one by one, as the doc comment has them, by another rule.
func TestChannelIsTwoQuadratures(t *testing.T) {
	for _, w := range reference.Wells {
		c, far := channel(w.Dim, w.T, w.C)
		if w.Dim == 11 {
			if _, err := c.Rate(t.Context(), 0, far, Settings{}); err == nil || !strings.Contains(err.Error(), "n < n_c − 1 = 11") {
				t.Errorf("n = n_c − 1: error %v", err)
			}
			continue
		}
		for _, bend := range []float64{0, 0.3} { // Πh = e^{bend·(z−s)²}, alike on both sides
			logDet := func(z float64) float64 { return bend * (z - far/2) * (z - far/2) }
			m := float64(w.Dim-1) / 2
			passage := quad.Fixed(func(z float64) float64 {
				return math.Pow(c.Line.Loss(z), 1/w.T-m) * math.Exp(logDet(z)/2)
			}, 0, far, 400, quad.Legendre{}, 0)
			well := quad.Fixed(func(z float64) float64 {
				return math.Pow(c.Line.Loss(z), m-1-1/w.T) / math.Exp(logDet(z)/2)
			}, -40, far/2, 4000, quad.Legendre{}, 0)
			c.LogDet = logDet
			got := must(c.Rate(t.Context(), 0, far, Settings{}))
			near(t, fmt.Sprintf("κ(n=%d, T=%g, c=%g, bend %g)", w.Dim, w.T, w.C, bend), got.Value, w.T/(1-m*w.T)/(passage*well), 1e-7)
		}
		if c.LogDet = nil; w.Crossing > 0 { // one dimension is exact
			near(t, "κ", must(c.Rate(t.Context(), 0, far, Settings{})).Value, w.Crossing, 2e-4)
		}
	}
}

// Eq. 17 times the three factors is the rate, and each is 1 to first order in T.
func TestChannelLaplace(t *testing.T) {
	for _, w := range reference.Wells {
		c, far := channel(w.Dim, w.T, w.C)
		room, well, pass, err := c.Laplace(t.Context(), 0, far/2, 1, 0.5)
		if w.Dim == 11 {
			if err == nil || !strings.Contains(err.Error(), "n_c − 1 = 11") {
				t.Errorf("n = n_c − 1: error %v", err)
			}
			continue
		}
		eq17 := math.Sqrt(0.5) / (2 * math.Pi) * math.Pow(w.C, float64(w.Dim)/2-1-1/w.T)
		near(t, fmt.Sprintf("κ₁₇ and three factors at %+v", w), eq17*room*well*pass, must(c.Rate(t.Context(), 0, far, Settings{})).Value, 1e-8)
	}
	for _, n := range []int{1, 6} {
		hot, far := channel(n, 2e-3, 3) // at c = 2 the first order of the pass vanishes
		cold, _ := channel(n, 1e-3, 3)
		a, b, c, err := hot.Laplace(t.Context(), 0, far/2, 1, 0.5)
		d, e, f, err2 := cold.Laplace(t.Context(), 0, far/2, 1, 0.5)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		near(t, "room", (a-1)/(d-1), 2, 0.03)
		near(t, "well", (b-1)/(e-1), 2, 0.03)
		near(t, "pass", (c-1)/(f-1), 2, 0.03)
	}
	good, far := channel(2, 0.1, 2)
	other := good
	other.Line.Noise = ConstantNoise{1}
	bent := good
	bent.LogDet = func(float64) float64 { return 0 }
	for _, test := range []struct {
		c            Channel
		saddle, h, k float64
	}{{other, far / 2, 1, 1}, {bent, far / 2, 1, 1}, {good, far / 2, 0, 1}, {good, far / 2, 1, math.NaN()}, {good, 0, 1, 1}, {good, math.Inf(1), 1, 1}, {Channel{}, 1, 1, 1}} {
		if _, _, _, err := test.c.Laplace(t.Context(), 0, test.saddle, test.h, test.k); err == nil {
			t.Errorf("%+v accepted", test)
		}
	}
}

// Noise of constant strength separates: with constant curvatures no rate knows of n.
func TestChannelOfConstantNoise(t *testing.T) {
	c, far := channel(7, 0.1, 2)
	c.Line.Noise = ConstantNoise{0.1}
	want := must(MeanFirstPassage(t.Context(), c.Line, 0, far, Settings{})).Value
	near(t, "κ", must(c.Rate(t.Context(), 0, far, Settings{})).Value, 1/want, 1e-12)
}

func TestChannelErrors(t *testing.T) {
	good, far := channel(4, 0.1, 2)
	line := good.Line
	for _, test := range []struct {
		c    Channel
		exit float64
		want string
	}{
		{Channel{}, far, "n = 0"},
		{Channel{Line: OneDim{Noise: LossNoise{0.1}}, Dim: 1}, far, "a loss"},
		{Channel{Line: OneDim{Loss: line.Loss}, Dim: 1}, far, "noise <nil>"},
		{Channel{Line: OneDim{line.Loss, TauNoise{0.1}}, Dim: 1}, far, "exact.TauNoise"},
		{Channel{Line: OneDim{line.Loss, LossNoise{-1}}, Dim: 1}, far, "T = -1"},
		{Channel{Line: OneDim{line.Loss, LossNoise{math.NaN()}}, Dim: 1}, far, "T = NaN"},
		{Channel{Line: OneDim{line.Loss, ConstantNoise{0}}, Dim: 1}, far, "D = 0"},
		{Channel{Line: line, Dim: 21}, far, "n_c − 1 = 21"},
		{Channel{Line: line, Dim: math.MaxInt}, far, "n_c − 1 = 21"},
		{Channel{Line: line, Dim: 4, LogDet: func(float64) float64 { return math.NaN() }}, far, "does not exist"},
		{good, 0, "different points"},
		{good, math.Inf(1), "finite"},
	} {
		if _, err := test.c.Rate(t.Context(), 0, test.exit, Settings{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v to %v: error %v, want it to say %q", test.c, test.exit, err, test.want)
		}
	}
	if _, err := good.Rate(t.Context(), 0, far, Settings{Tolerance: -1}); err == nil || !strings.Contains(err.Error(), "tolerance = -1") {
		t.Errorf("error %v", err)
	}
}

func ExampleChannel() {
	// Eight equal outliers; by the Kolmogorov equation κ = 8.409e-04.
	well, _ := landscape.NewQuartic(landscape.Shape{Ratio: 2})
	sgd := OneDim{Loss: FirstAxis(well), Noise: LossNoise{Temperature: 0.1}}
	κ, err := Channel{Line: sgd, Dim: 8}.Rate(context.Background(), 0, well.FarMinimum().Theta[0], Settings{})
	fmt.Printf("κ = %.3g %v\n", κ.Value, err)
	// Output: κ = 0.00085 <nil>
}
