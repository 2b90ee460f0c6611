package figure

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

func names(ticks []plot.Tick) string {
	var out []string
	for _, t := range ticks {
		if t.Label != "" {
			out = append(out, t.Label)
		}
	}
	return strings.Join(out, " ")
}

func TestTickLabels(t *testing.T) {
	for _, test := range []struct {
		log      bool
		min, max float64
		n        int
		want     string
	}{
		{false, 0, 1, 6, "0 0.2 0.4 0.6 0.8 1.0"},
		{false, -4, 4, 5, "−4 −2 0 2 4"},
		{false, 0, 3e-5, 4, "0 1×10⁻⁵ 2×10⁻⁵ 3×10⁻⁵"},
		{false, 0, 2e6, 4, "0 0.5×10⁶ 1.0×10⁶ 1.5×10⁶ 2.0×10⁶"},
		{false, 0.97, 1.04, 2, "0.98 1.00 1.02 1.04"},
		{true, 1e-8, 1e-2, 9, "10⁻⁸ 10⁻⁷ 10⁻⁶ 10⁻⁵ 10⁻⁴ 10⁻³ 10⁻²"},
		{true, 1e-8, 1e-2, 3, "10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻²"},
		{true, 0.1, 1000, 9, "0.1 1 10 100 1000"},
		{true, 1.2, 5.5, 9, "2 3 4 5"},
		{true, 0.3, 30, 9, "0.3 0.5 1 2 3 5 10 20 30"},
		{true, 2e-7, 3e-6, 4, "2×10⁻⁷ 5×10⁻⁷ 10⁻⁶ 2×10⁻⁶"},
		{true, 1.1, 1.5, 5, "1.1 1.2 1.3 1.4 1.5"},
	} {
		ticks := linearTicks
		if test.log {
			ticks = logTicks
		}
		if got := names(ticks(test.min, test.max, test.n)); got != test.want {
			t.Errorf("%v: got %s", test, got)
		}
	}
}

// Whatever the limits, there are at least two labels, all ticks are inside, and there are not too
// many.
func TestTicksAnyLimits(t *testing.T) {
	for _, lo := range []float64{1e-12, 3e-5, 0.07, 0.99, 1, 8, 950, 1e5, 3e9} {
		for _, ratio := range []float64{1.01, 1.1, 1.3, 2, 3.7, 9, 30, 101, 1e4, 1e9, 1e20} {
			for _, n := range []int{2, 4, 9} {
				for _, ticks := range [][]plot.Tick{linearTicks(lo, lo*ratio, n), logTicks(lo, lo*ratio, n)} {
					if k := labels(ticks); k < 2 || k > n+3 {
						t.Errorf("[%g, %g], n = %d: %d labels: %s", lo, lo*ratio, n, k, names(ticks))
					}
					for _, tick := range ticks {
						if tick.Value < lo-1e-9*lo*ratio || tick.Value > lo*ratio*(1+1e-6) || math.IsNaN(tick.Value) {
							t.Errorf("[%g, %g]: tick at %g", lo, lo*ratio, tick.Value)
						}
					}
				}
			}
		}
	}
}
