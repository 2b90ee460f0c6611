package landscape

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A Hessian of 1 GiB is the largest, at P = 11,585.
func TestLargestHessian(t *testing.T) {
	for _, c := range []struct {
		n, flat int
		ok      bool
	}{{0, 11_584, true}, {0, 11_585, false}, {11_585, 0, true}, {11_586, 0, false}, {6000, 6000, false}} {
		if _, err := NewQuadratic(Shape{EffectiveDimension: c.n, Flat: c.flat}); (err == nil) != c.ok {
			t.Errorf("n = %d and %d flat: %v", c.n, c.flat, err)
		}
	}
}

// says holds an error to a word of its own.
func says(t *testing.T, name string, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want it to say %q", name, err, want)
	}
}

// A barrier is refused for what it is, at the bound that is told: 1e−9 of a loss, 1e−6 of the
// barrier over the distance for a slope.
func TestCheckBarrierBounds(t *testing.T) {
	q := must(NewQuartic(Shape{Ratio: 3, OutlierCurvature: 2, MinimumLoss: 5, EffectiveDimension: 2}))
	s := q.saddle
	minimum, saddle := q.Minimum(), q.Saddle()
	for _, c := range []struct {
		name   string
		change func(m, s *Critical)
		want   string
	}{
		{"as it is", func(m, s *Critical) {}, ""},
		{"loss within", func(m, s *Critical) { s.Loss *= 1 + 0.9e-9 }, ""},
		{"loss beyond", func(m, s *Critical) { s.Loss *= 1 + 1.1e-9 }, "critical point says"},
		{"loss below", func(m, s *Critical) { m.Loss *= 1 - 1.1e-9 }, "critical point says"},
		// ∇L = h·y at y across; the barrier is 10, the distance s.
		{"slope within", func(m, _ *Critical) { m.Theta = []float64{0, 0.9e-6 * 10 / s / 2} }, ""},
		{"slope beyond", func(m, _ *Critical) { m.Theta = []float64{0, 1.1e-6 * 10 / s / 2} }, "‖∇L‖"},
		{"no loss", func(m, _ *Critical) { m.Loss = 0 }, "want 0 < L(θ*)"},
		{"level", func(m, s *Critical) { s.Loss = m.Loss }, "want 0 < L(θ*)"},
		{"infinite", func(_, s *Critical) { s.Loss = inf }, "want 0 < L(θ*)"},
		{"no Hessian", func(m, _ *Critical) { m.Hess = nil }, "without a Hessian of order 2"},
		{"small Hessian", func(_, s *Critical) { s.Hess = mat.NewSymDense(1, nil) }, "without a Hessian of order 2"},
		{"turned", func(m, s *Critical) { m.Hess, s.Hess = s.Hess, m.Hess }, "1 negative curvatures, want 0"},
	} {
		m, sad := minimum, saddle
		c.change(&m, &sad)
		says(t, c.name, CheckBarrier(told{q, m, sad}), c.want)
	}
}

// dented has a gradient that is wrong near one point.
type dented struct {
	*Quartic
	at, width float64
}

func (d dented) LossGrad(dst, theta []float64) float64 {
	loss := d.Quartic.LossGrad(dst, theta)
	if dst != nil && math.Abs(theta[0]-d.at*d.saddle) < d.width*d.saddle {
		dst[0] *= 2
	}
	return loss
}

// Between minimum and saddle a barrier is looked at a fifth, nearly a half and seven tenths of the
// way.
func TestCheckBarrierLooksBetween(t *testing.T) {
	q := must(NewQuartic(Shape{Ratio: 3}))
	for _, c := range []struct {
		at   float64
		want string
	}{{0.2, "∂L/∂θ_0"}, {0.45, "∂L/∂θ_0"}, {0.7, "∂L/∂θ_0"}, {0.32, ""}, {-0.2, ""}, {1.4, ""}} {
		says(t, fmt.Sprint(c.at), CheckBarrier(dented{q, c.at, 0.02}), c.want)
	}
}

// The slope at a minimum is a length in all dimensions.
func TestSlopeIsALength(t *testing.T) {
	q := must(NewQuartic(Shape{Ratio: 3, EffectiveDimension: 3}))
	for _, c := range []struct {
		y    float64 // in both of the other directions
		want string
	}{{0.9, ""}, {1.1, "‖∇L‖"}} {
		m := q.Minimum()
		m.Theta = []float64{0, c.y * 1e-6 * 2 / q.saddle / math.Sqrt2, c.y * 1e-6 * 2 / q.saddle / math.Sqrt2}
		says(t, fmt.Sprint(c.y), CheckBarrier(told{q, m, q.Saddle()}), c.want)
	}
}
