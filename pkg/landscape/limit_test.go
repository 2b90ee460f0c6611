package landscape

import "testing"

// A Hessian of 1 GiB is the largest, at P = 11,585.
func TestLargestHessian(t *testing.T) {
	for _, c := range []struct {
		n, flat int
		ok      bool
	}{{0, 11_584, true}, {0, 11_585, false}, {11_585, 0, true}, {11_586, 0, false}, {6000, 6000, false}} {
		if _, err := NewQuadratic(Shape{EffectiveDim: c.n, Flat: c.flat}); (err == nil) != c.ok {
			t.Errorf("n = %d and %d flat: %v", c.n, c.flat, err)
		}
	}
}
