package figure

import (
	"math"
	"testing"
)

// TestTabulate: a table on the nodes of Sample holds the same values.
func TestTabulate(t *testing.T) {
	f := func(x, y float64) float64 { return x - 10*y }
	want := Sample(f, 1, 3, -1, 2, 5)
	got := Tabulate(f, want.xs, want.ys)
	square := got.Map(func(z float64) float64 { return z * z })
	for c := range 5 {
		for r := range 5 {
			z := f(want.X(c), want.Y(r))
			if want.Z(c, r) != z || got.Z(c, r) != z || square.Z(c, r) != z*z {
				t.Errorf("z(%d, %d) = %g sampled, %g tabulated, %g squared, want %g", c, r, want.Z(c, r), got.Z(c, r), square.Z(c, r), z)
			}
		}
	}
	if c, r := Tabulate(math.Hypot, []float64{1, 2, 4}, []float64{0, 1}).Dims(); c != 3 || r != 2 {
		t.Errorf("%d × %d nodes, want 3 × 2", c, r)
	}
}
