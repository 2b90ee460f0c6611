package landscape

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// checkBarrier holds a barrier to its own word and to the ratio it was made for.
func checkBarrier(t *testing.T, name string, b Barrier, c float64, points [][]float64) {
	t.Helper()
	if err := CheckBarrier(b); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if err := Check(b, points...); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if got := b.Saddle().Loss / b.Minimum().Loss; math.Abs(got-c) > 1e-12*c {
		t.Errorf("%s: loss ratio %v, want %v", name, got, c)
	}
}

func randomPoints(n, dim int) [][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([][]float64, n)
	for i := range points {
		points[i] = make([]float64, dim)
		for j := range points[i] {
			points[i][j] = rng.NormFloat64()
		}
	}
	return points
}

func TestWellLaws(t *testing.T) {
	for _, s := range []Shape{
		{Ratio: 2},
		{Ratio: 1.2, EffectiveDimension: 4, OutlierCurvature: 3, MinimumLoss: 0.2},
		{Ratio: 5, EffectiveDimension: 3, Transverse: []float64{0.5, 7}, Flat: 2},
	} {
		q, c, b := must(NewQuartic(s)), must(NewCubic(s)), must(NewQuadratic(s))
		points := randomPoints(20, q.Dim())
		checkBarrier(t, "quartic", q, s.Ratio, points)
		if err := Check(b, points...); err != nil {
			t.Error(err)
		}
		for _, p := range points { // the cubic has a loss only up to its edge
			p[0] = c.Edge() * math.Tanh(p[0])
		}
		checkBarrier(t, "cubic", c, s.Ratio, points)
	}
}

func TestWellClosedForms(t *testing.T) {
	// V(s) = hs²/8, V″(0) = h, V″(s) = −h/2, minima at 0 and 2s.
	q := must(NewQuartic(Shape{OutlierCurvature: 2, MinimumLoss: 0.5, Ratio: 3, EffectiveDimension: 2}))
	s := q.Saddle().Theta[0]
	if want := math.Sqrt(8 * 2 * 0.5 / 2); math.Abs(s-want) > 1e-14 {
		t.Errorf("quartic saddle at %v, want %v", s, want)
	}
	if got := q.Saddle().Hess.At(0, 0); math.Abs(got+1) > 1e-12 {
		t.Errorf("quartic curvature at the saddle %v, want −1", got)
	}
	if far := q.FarMinimum(); math.Abs(far.Loss-0.5) > 1e-12 || math.Abs(far.Hess.At(0, 0)-2) > 1e-12 {
		t.Errorf("far minimum has loss %v and curvature %v, want 0.5 and 2", far.Loss, far.Hess.At(0, 0))
	}
	c := must(NewCubic(Shape{OutlierCurvature: 2, Ratio: 3}))
	if got := c.Saddle().Hess.At(0, 0); math.Abs(got+2) > 1e-12 {
		t.Errorf("cubic curvature at the saddle %v, want −2", got)
	}
	if loss := c.LossGrad(nil, []float64{c.Far()}); math.Abs(loss-1) > 1e-12 {
		t.Errorf("cubic loss at Far is %v, want L₀ = 1", loss)
	}
	if loss := c.LossGrad(nil, []float64{c.Edge()}); math.Abs(loss) > 1e-9 {
		t.Errorf("cubic loss at Edge is %v, want 0", loss)
	}
}

func TestBadShapes(t *testing.T) {
	for _, test := range []struct {
		shape Shape
		want  string
	}{
		{Shape{Ratio: 1}, "c = 1, want a finite value > 1"},
		{Shape{Ratio: math.NaN()}, "c = NaN"},
		{Shape{Ratio: 2, OutlierCurvature: -1}, "h* = -1, want"},
		{Shape{Ratio: 2, MinimumLoss: math.Inf(1)}, "L₀ = +Inf"},
		{Shape{Ratio: 2, EffectiveDimension: -3}, "n = -3, want ≥ 1"},
		{Shape{Ratio: 2, Flat: -1}, "flat directions = -1"},
		{Shape{Ratio: 2, EffectiveDimension: 3, Transverse: []float64{1}}, "1 transverse curvatures, want n−1 = 2"},
		{Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{0}}, "h_2 = 0"},
	} {
		if _, err := NewQuartic(test.shape); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want it to say %q", test.shape, err, test.want)
		}
	}
}

func ExampleNewQuartic() {
	well, err := NewQuartic(Shape{Ratio: 2, EffectiveDimension: 4, Flat: 96})
	if err != nil {
		fmt.Println(err)
		return
	}
	saddle := well.Saddle()
	fmt.Printf("P = %d, n = %d, saddle at z₁ = %.4f with loss %.1f and curvature %.2f\n",
		well.Dim(), well.EffectiveDimension(), saddle.Theta[0], saddle.Loss, saddle.Hess.At(0, 0))
	// Output: P = 100, n = 4, saddle at z₁ = 2.8284 with loss 2.0 and curvature -0.50
}

// The polynomial of each well is that of its profile.
func TestPolynomial(t *testing.T) {
	shape := Shape{Ratio: 3, OutlierCurvature: 2, EffectiveDimension: 2}
	for name, l := range map[string]Landscape{"quartic": must(NewQuartic(shape)), "cubic": must(NewCubic(shape)), "quadratic": must(NewQuadratic(shape))} {
		w := Polynomial(l)
		if w == nil {
			t.Fatalf("%s: none", name)
		}
		a := w.Coefficients()
		for _, z := range []float64{-1, 0.3, 2} {
			v, _, _ := w.Profile(z)
			if want := l.LossGrad(nil, []float64{z, 0}) - w.MinimumLoss(); math.Abs(v-want) > 1e-12 || math.Abs(z*z*(a[0]+z*(a[1]+z*a[2]))-want) > 1e-12 {
				t.Errorf("%s: V(%v) = %v, want %v", name, z, v, want)
			}
		}
	}
}
