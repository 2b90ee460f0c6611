package theory

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func near(t *testing.T, name string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s = %.12g, want %.12g", name, got, want)
	}
}

func quartic(n int, temperature, c float64) Escape {
	w := must(landscape.NewQuartic(landscape.Shape{Ratio: c, EffectiveDimension: n, Flat: 2}))
	return must(NewEscape(w, NoiseFor(temperature, 1), 0))
}

// The same formulas in their plainest form, to 1e−10, and the values computed apart to their own
// accuracy.
func TestRatesOnQuartic(t *testing.T) {
	for _, w := range reference.Wells {
		e := quartic(w.Dim, w.T, w.C)
		// On the quartic well h_e^s = −½ and det/|det| = 2 for every n.
		pre := math.Sqrt2 / (4 * math.Pi)
		near(t, "Eq. 17", e.Rate(), pre*math.Pow(w.C, -(1/w.T+1-float64(w.Dim)/2)), 1e-10)
		near(t, "linear barrier", e.RateLinear(), pre*math.Exp(-(w.C-1)/w.T), 1e-10)
		near(t, "Eq. 17 as computed apart", e.Rate(), w.Eq17, 1e-3)
		near(t, "linear barrier as computed apart", e.RateLinear()/w.Kappa, w.Linear, 0.05) // two figures: half a unit of the last is up to 5 %
		if w.Dim == 1 {
			near(t, "Eq. 16", must(RateOneDim(e.Noise, 1, -0.5, w.C)), e.Rate(), 1e-10)
		}
	}
}

// Eq. 23: κ = L(θ*)κ_τ turns the Kramers–Langer rate of Eq. 22 into Eq. 17 for any loss at the
// minimum; this is the identity the paper's result rests on.
func TestTauClockGivesEq17(t *testing.T) {
	for _, l0 := range []float64{0.01, 1, 30} {
		w := must(landscape.NewCubic(landscape.Shape{
			Ratio: 3, MinimumLoss: l0, OutlierCurvature: 2, EffectiveDimension: 4, Transverse: []float64{1, 3, 5}}))
		e := must(NewEscape(w, Noise{LearningRate: 0.1, BatchSize: 3}, 0))
		near(t, "L(θ*)κ_τ", l0*e.RateTau(), e.Rate(), 1e-10)
		near(t, "T", e.T(), 0.1*2.0/3, 1e-12)
		near(t, "exponent", e.Exponent(), 15+1-2, 1e-12)
	}
}

func TestEscapeReadOffLandscape(t *testing.T) {
	w := must(landscape.NewCubic(landscape.Shape{
		Ratio: 2, OutlierCurvature: 2, EffectiveDimension: 3, Transverse: []float64{0.5, 7}, Flat: 4}))
	e := must(NewEscape(w, NoiseFor(0.1, 2), 0))
	if e.EffectiveDimension != 3 {
		t.Errorf("n = %d, want 3", e.EffectiveDimension)
	}
	near(t, "h*", e.OutlierCurvature, 2, 1e-10)
	near(t, "h_e^s", e.SaddleCurvature, -2, 1e-10)
	if math.Abs(e.LogDetRatio) > 1e-10 { // 2·0.5·7 / |−2·0.5·7|
		t.Errorf("log det ratio = %v, want 0", e.LogDetRatio)
	}
}

func TestAlignedNoise(t *testing.T) {
	e := quartic(1, 0.1, 2)
	// s = 1 keeps the noise of the minimum all the way: the linear barrier but for the prefactor,
	// in which the curvatures cancel.
	near(t, "aligned, s = 1", e.RateAligned(1), 0.5/(2*math.Pi)*math.Exp(-10), 1e-10)
	// At the saddle |h| = ½, so the noise is half and the barrier counts double.
	near(t, "aligned, s = 0", e.RateAligned(0), 0.5/(2*math.Pi)*math.Exp(-20), 1e-10)
	if !math.IsNaN(e.RateAligned(1.5)) {
		t.Error("s = 1.5 should give NaN")
	}
}

func TestStationaryLawAndStability(t *testing.T) {
	// Fig. 3a of the paper: φ = 11, 107.7 and 33.
	near(t, "φ(0.1, 1)", StationaryExponent(Noise{0.1, 1}, 1), 11, 1e-10)
	near(t, "φ(0.3, 32)", StationaryExponent(Noise{0.3, 32}, 1), 1+32/0.3, 1e-10)
	near(t, "φ(1, 32)", StationaryExponent(Noise{1, 32}, 1), 33, 1e-10)
	near(t, "n_c", CriticalDimension(Noise{0.2, 1}, 1), 12, 1e-10)
}

func TestBadInput(t *testing.T) {
	good := quartic(1, 0.1, 2)
	for _, test := range []struct {
		change func(*Escape)
		want   string
	}{
		{func(e *Escape) { e.LearningRate = 0 }, "η = 0, want"},
		{func(e *Escape) { e.BatchSize = math.NaN() }, "B = NaN, want"},
		{func(e *Escape) { e.OutlierCurvature = -2 }, "h* = -2, want"},
		{func(e *Escape) { e.EffectiveDimension = 0 }, "n = 0, want ≥ 1"},
		{func(e *Escape) { e.MinimumLoss = 0 }, "L(θ*) = 0, want"},
		{func(e *Escape) { e.Ratio = 1 }, "c = 1, want"},
		{func(e *Escape) { e.SaddleCurvature = 0.5 }, "h_e^s = 0.5, want"},
	} {
		e := good
		test.change(&e)
		if err := e.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", err, test.want)
		}
	}
	w := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	if _, err := NewEscape(w, Noise{-1, 1}, 0); err == nil {
		t.Error("negative learning rate accepted")
	}
	if _, err := NewEscape(w, Noise{1, 1}, 2); err == nil {
		t.Error("flatness threshold 2 accepted")
	}
}

func ExampleNewEscape() {
	well, _ := landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 4})
	escape, err := NewEscape(well, Noise{LearningRate: 0.1, BatchSize: 1}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("T = %.2f, exponent %.1f: κ = %.4g (Eq. 17), %.2g (linear barrier)\n",
		escape.T(), escape.Exponent(), escape.Rate(), escape.RateLinear())
	// Output: T = 0.10, exponent 9.0: κ = 0.0002198 (Eq. 17), 5.1e-06 (linear barrier)
}

func ExampleCriticalDimension() {
	fmt.Printf("n_c = %.0f\n", CriticalDimension(Noise{LearningRate: 0.2, BatchSize: 1}, 1))
	// Output: n_c = 12
}
