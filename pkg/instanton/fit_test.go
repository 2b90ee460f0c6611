package instanton

import "testing"

// TestFieldBarrier: two grids and a straight line.
func TestFieldBarrier(t *testing.T) {
	r, err := FieldBarrier(t.Context(), maierStein(1, 10), []float64{-1, 0}, []float64{0, 0}, Window{-1.6, 0.4, -0.8, 0.8, 81, 61})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "S", r.Value, 0.34004, 3e-3)
}
