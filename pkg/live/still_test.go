package live

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// curves returns the long lines of a drawing: each a list of x and one of y, as shares of the largest
// extent of x in the drawing's order.
func curves(t *testing.T, svg []byte) (all [][2][]float64) {
	t.Helper()
	for _, m := range regexp.MustCompile(`\sd="([^"]*)"`).FindAllSubmatch(svg, -1) {
		var line [2][]float64
		for i, n := range regexp.MustCompile(`-?[0-9.]+(?:e-?[0-9]+)?`).FindAllString(string(m[1]), -1) {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil {
				t.Fatal(err)
			}
			line[i%2] = append(line[i%2], v)
		}
		if len(line[0]) > 100 && !strings.Contains(string(m[1]), "A") {
			all = append(all, line)
		}
	}
	return all
}

// The still figure shows the loss and its logarithm from a quarter of the way before one minimum to
// a quarter beyond the other, and survival, on a log axis from 1 to 0.01, up to four mean times.
func TestSimulatorCurves(t *testing.T) {
	svg, law, err := cloud().still()
	if err != nil {
		t.Fatal(err)
	}
	all := curves(t, svg)
	if len(all) != 4 {
		t.Fatalf("%d curves, want 4", len(all))
	}
	for i, c := range all[:2] {
		x, y := c[0], c[1]
		n := len(x)
		var low [2]int // the lowest point of either half
		for half := range 2 {
			low[half] = half * n / 2
			for k := half * n / 2; k < (half+1)*n/2; k++ {
				if y[k] < y[low[half]] {
					low[half] = k
				}
			}
		}
		for half, want := range []float64{1. / 6, 5. / 6} {
			if got := (x[low[half]] - x[0]) / (x[n-1] - x[0]); math.Abs(got-want) > 2.0/float64(n) {
				t.Errorf("curve %d: minimum %d at %v of the width, want %v", i, half, got, want)
			}
		}
	}
	height := 0.0
	for i, rate := range []float64{law.Rate(), law.RateLinear()} {
		x, y := all[2+i][0], all[2+i][1]
		n := len(x)
		slope := (y[0] - y[n-1]) / (x[n-1] - x[0]) // straight on a log axis
		if i == 0 {
			height = slope / rate
		}
		if slope <= 0 || math.Abs(slope/rate/height-1) > 1e-3 {
			t.Errorf("survival %d falls by %v, want in proportion to the rate %v", i, slope, rate)
		}
	}
	// P = e⁻⁴ at the end of an axis that ends at 0.01.
	x, y := all[2][0], all[2][1]
	ys := regexp.MustCompile(`<text x="[^"]*" y="([^"]*)"[^>]*>0\.01<`).FindSubmatch(svg)
	top := regexp.MustCompile(`<text x="[^"]*" y="([^"]*)"[^>]*>1<`).FindAllSubmatch(svg, -1)
	if ys == nil || top == nil || x[len(x)-1] <= x[0] {
		t.Fatal("no numbers at the axis")
	}
	low, _ := strconv.ParseFloat(string(ys[1]), 64)
	high, _ := strconv.ParseFloat(string(top[len(top)-1][1]), 64)
	if got, want := (y[0]-y[len(y)-1])/math.Abs(high-low), 4/math.Log(100); math.Abs(got-want) > 0.02 {
		t.Errorf("survival falls by %v of the axis, want %v", got, want)
	}
}
