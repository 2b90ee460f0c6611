package theory

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// The setting tried by a new user, at which Eq. 17 gives 0.040 where a simulation gives 0.026: x =
// ½(n_c − n)·log c.
func TestMargin(t *testing.T) {
	for _, c := range []struct {
		T, ratio float64
		n        int
		x        float64
	}{
		{0.2, 1.5, 4, 4 * math.Log(1.5)}, // n_c = 12
		{0.1, 2, 1, 10.5 * math.Log(2)},
		{0.2, 4, 12, 0},
		{0.5, 2, 8, -math.Log(2)},
	} {
		e := Escape{Noise: NoiseFor(c.T, 1), OutlierCurvature: 1, EffectiveDimension: c.n, MinimumLoss: 1, Ratio: c.ratio, SaddleCurvature: -1}
		if got := e.Margin(); math.Abs(got-c.x) > 1e-12 {
			t.Errorf("%+v: x = %v", c, got)
		}
	}
}

func TestCaveats(t *testing.T) {
	for _, c := range []struct {
		T, ratio, spread float64
		n                int
		want             []string
	}{
		{0.05, 2, 1, 1, nil},
		{0.1, 3, 0, 1, nil},     // x = 11.5
		{0.05, 2, 1.04, 2, nil}, // hardly unequal
		{0.1, 2, 1, 1, []string{"x = ½(n_c−n)·log c = 7.28 is below 8"}},
		{0.2, 1.5, 1, 8, []string{"x = ½(n_c−n)·log c = 0.811 is below 2"}},
		{0.2, 4, 1, 11, []string{"= 0.693 is below 2", "n_c − n = 1 is below 4"}},
		{0.2, 4, 1, 12, []string{"n = 12 is not below n_c = 12"}},
		{0.05, 2, 4, 2, []string{"outliers differ by a factor 4"}},
	} {
		e := Escape{Noise: NoiseFor(c.T, 1), OutlierCurvature: 1, EffectiveDimension: c.n, MinimumLoss: 1, Ratio: c.ratio, SaddleCurvature: -1, Spread: c.spread}
		got := e.Caveats()
		if len(c.want) == 0 && len(got) != 0 || len(got) < len(c.want) {
			t.Errorf("%+v: caveats %q", c, got)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%+v: caveat %q, want it to say %q", c, got[i], want)
			}
		}
		if s := e.String(); strings.Contains(s, "outside the range") != (len(got) > 0) {
			t.Errorf("%+v: printed as %q with caveats %q", c, s, got)
		}
	}
}

// The spread is read off the Hessian at the minimum, flat directions left out.
func TestSpread(t *testing.T) {
	w := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, OutlierCurvature: 2, EffectiveDimension: 3, Transverse: []float64{0.5, 7}, Flat: 4}))
	near(t, "spread", must(NewEscape(w, NoiseFor(0.1, 2), 0)).Spread, 14, 1e-12)
	for _, bad := range []float64{-1, 0.5, math.NaN(), math.Inf(1)} {
		e := quartic(1, 0.1, 2)
		if e.Spread = bad; e.Check() == nil {
			t.Errorf("spread %v accepted", bad)
		}
	}
	if _, err := NewEscape(nil, NoiseFor(0.1, 2), 0); err == nil {
		t.Error("no barrier accepted")
	}
}

func ExampleEscape_String() {
	well, _ := landscape.NewQuartic(landscape.Shape{Ratio: 1.5, EffectiveDimension: 8})
	e, err := NewEscape(well, Noise{LearningRate: 0.15, BatchSize: 1}, 0)
	fmt.Println(e, err)
	// Output: κ = 0.02545 (Eq. 17: T = 0.15, n = 8, c = 1.5, margin x = 1.49); outside the range in which it is good to 5 %: margin x = ½(n_c−n)·log c = 1.49 is below 2: escape is not rare, the rate ambiguous and Eq. 17 may be off by half or more <nil>
}
