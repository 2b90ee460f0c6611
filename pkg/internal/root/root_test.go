package root

import (
	"math"
	"testing"
)

func TestBisect(t *testing.T) {
	for _, c := range []struct {
		lo, hi float64
		below  func(float64) bool
		want   float64
	}{
		{0, 2, func(x float64) bool { return x*x < 2 }, math.Sqrt2},
		{-1e300, 1e300, func(x float64) bool { return x < 3 }, 3},
		{-5, -1, func(x float64) bool { return x < -2.5 }, -2.5},
		{0, 1, func(x float64) bool { return x < 1e-300 }, 1e-300},
	} {
		got := Bisect(c.lo, c.hi, c.below)
		if up := math.Nextafter(got, math.Inf(1)); !c.below(got) || c.below(up) || math.Abs(got-c.want) > 1e-15*math.Abs(c.want) {
			t.Errorf("Bisect(%v, %v) = %v, want %v", c.lo, c.hi, got, c.want)
		}
	}
	if got := Bisect(1, math.NaN(), func(float64) bool { return true }); got != 1 {
		t.Errorf("up to NaN: %v, want 1", got)
	}
}
