package selection

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

func TestRampAndPresent(t *testing.T) {
	for _, width := range []float64{0, 0.3} {
		if Ramp(-1, width) != 0 || Ramp(1, width) != 1 || Ramp(0, width) != 0.5 {
			t.Errorf("width %v: %v %v %v, want 0, ½, 1", width, Ramp(-1, width), Ramp(0, width), Ramp(1, width))
		}
	}
	if got := Ramp(-0.1, 0.3) + Ramp(0.1, 0.3); math.Abs(got-1) > 1e-15 {
		t.Errorf("ramp is not odd about ½: %v", got)
	}
	b, err := NewBasins(Basin{Loss: 1, Curvature: 2, Transverse: []float64{3}}, Basin{Loss: 1, Curvature: 1, Transverse: []float64{0}}, 2)
	if err != nil {
		t.Fatal(err)
	}
	h := make([]float64, 2)
	for _, want := range [][]float64{{-1, 2, 3}, {0, 1.5, 1.5}, {1, 1, 0}} {
		if b.Present(h, want[0], 0.5); h[0] != want[1] || h[1] != want[2] {
			t.Errorf("at %v: %v, want %v", want[0], h, want[1:])
		}
	}
}

// The gradient and Hessian of a loop against differences, and its critical points.
func TestLoop(t *testing.T) {
	l, err := NewLoop(2, 0.7, 0.5, 3)
	if err != nil {
		t.Fatal(err)
	}
	const e = 1e-6
	for _, z := range []float64{-3, -1.2, -0.4, 0.3, 1.1, 1.9, 4} {
		var g, up, down [1]float64
		loss := l.LossGrad(g[:], []float64{z})
		a, b := l.LossGrad(up[:], []float64{z + e}), l.LossGrad(down[:], []float64{z - e})
		if d := (a-b)/(2*e) - g[0]; math.Abs(d) > 1e-8 {
			t.Errorf("θ = %v: slope is off by %v", z, d)
		}
		if d := (up[0]-down[0])/(2*e) - landscape.HessianAt(l, []float64{z}).At(0, 0); math.Abs(d) > 1e-8 {
			t.Errorf("θ = %v: curvature is off by %v", z, d)
		}
		_, dw := l.Weights(z)
		if d := math.Hypot(dw[0], dw[1]) - l.Speed(z); math.Abs(d) > 1e-14 {
			t.Errorf("θ = %v: speed is off by %v", z, d)
		}
		if loss < 0.125 {
			t.Errorf("θ = %v: loss %v below that of the minimum", z, loss)
		}
	}
	for _, c := range []struct {
		at   landscape.Critical
		loss float64
		hess float64
	}{{l.Minimum(), 0.125, 2}, {l.FarMinimum(), 0.125, 0.7}, {l.Saddle(), 0.375, -2 * math.Sqrt2}, {l.Reverse().Minimum(), 0.125, 0.7}} {
		var g [1]float64
		if loss := l.LossGrad(g[:], c.at.Theta); math.Abs(c.at.Loss-c.loss) > 1e-14 || math.Abs(c.at.Hess.At(0, 0)-c.hess) > 1e-14 ||
			(math.Abs(g[0]) > 1e-14 && math.Abs(loss-c.loss) < 1e-9) {
			t.Errorf("critical point %+v: want loss %v, curvature %v, no slope", c.at, c.loss, c.hess)
		}
	}
}

// Mean and variance of the gradient of one sample, drawn as SGD draws it. The bound of 4.5 standard
// errors gives a false alarm once in 10⁵ seeds.
func TestLoopStep(t *testing.T) {
	l, err := NewLoop(2, 0.7, 0.5, 3)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, z := range []float64{-2, -0.5, 0.8, 3} {
		w, dw := l.Weights(z)
		slope, spread := l.Step(z)
		var sum, sum2, sum4 float64
		const n = 400_000
		for range n {
			x := [2]float64{rng.NormFloat64(), rng.NormFloat64()}
			g := (w[0]*x[0] + w[1]*x[1] - 0.5*rng.NormFloat64()) * (dw[0]*x[0] + dw[1]*x[1])
			sum, sum2, sum4 = sum+g, sum2+g*g, sum4+g*g*g*g
		}
		mean, second, fourth := sum/n, sum2/n, sum4/n
		if d := (mean - slope) / math.Sqrt(second/n); math.Abs(d) > 4.5 {
			t.Errorf("θ = %v: mean gradient %v, want %v (z = %.1f)", z, mean, slope, d)
		}
		want := 3*slope*slope + spread*spread // E g² = L′²·E u⁴ + spread²·E u²
		if d := (second - want) / math.Sqrt((fourth-second*second)/n); math.Abs(d) > 4.5 {
			t.Errorf("θ = %v: mean square %v, want %v (z = %.1f)", z, second, want, d)
		}
	}
}

func TestLoopErrors(t *testing.T) {
	for _, bad := range [][4]float64{{0, 1, 1, 2}, {1, math.Inf(1), 1, 2}, {1, 1, 0, 2}, {1, 1, 1, 1}, {1, 1, 1, math.NaN()}} {
		if _, err := NewLoop(bad[0], bad[1], bad[2], bad[3]); err == nil {
			t.Errorf("NewLoop%v: no error", bad)
		}
	}
}
