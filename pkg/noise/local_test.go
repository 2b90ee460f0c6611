package noise

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// Runs of 𝒩 = L down to a hundredth and 𝒩 ∝ L² below, to 10⁻³.
func TestLocalSlopes(t *testing.T) {
	var loss, strength [][]float64
	for k := range 3 {
		var l, n []float64
		for i := range 301 {
			x := math.Pow(10, -float64(i)/100)
			l, n = append(l, x*float64(k+1)), append(n, min(x, 100*x*x))
		}
		loss, strength = append(loss, l), append(strength, n)
	}
	x, b, e := LocalSlopes(loss, strength, 1)
	want := [][]float64{{math.Pow(10, -0.5), math.Pow(10, -1.5), math.Pow(10, -2.5)}, {1, 1, 2}}
	if !floats.EqualApprox(x, want[0], 1e-12) || len(b) != 3 || floats.Distance(b, want[1], math.Inf(1)) > 0.02 || floats.Max(e) > 1e-12 {
		t.Errorf("%v: %v ± %v, want %v: %v", x, b, e, want[0], want[1])
	}
	for _, n := range []int{0, -1, 101} {
		if x, _, _ := LocalSlopes(loss, strength, n); x != nil {
			t.Errorf("%d a decade give %v", n, x)
		}
	}
	if x, _, _ := LocalSlopes(loss[:1], strength[:1], 2); x != nil {
		t.Errorf("one run gives %v", x)
	}
}
