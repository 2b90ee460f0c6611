package splitting

import (
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/escape"
)

func TestCurve(t *testing.T) {
	var c Curve
	for i, e := range []escape.Extrapolation{{Value: 2, StdErr: 0.5, Steps: 100}, {Value: 3, StdErr: 0.3, Steps: 200}} {
		if err := c.Add(float64(i), 2.5, e); err != nil {
			t.Fatal(err)
		}
	}
	ratio, stderr := c.Relative()
	cost := c.Cost(0.1)
	for _, v := range []struct {
		name      string
		got, want float64
	}{
		{"ratio", ratio[0], 0.8}, {"ratio", ratio[1], 1.2}, {"stderr", stderr[0], 0.2}, {"stderr", stderr[1], 0.12},
		{"cost", cost[0], 625}, {"cost", cost[1], 200}, {"worst", c.Worst(), 0.5 / 0.3}, {"x", c.X[1], 1},
	} {
		if math.Abs(v.got-v.want) > 1e-12 {
			t.Errorf("%s = %v, want %v", v.name, v.got, v.want)
		}
	}
}

func TestPassedAndSide(t *testing.T) {
	r := &Result{Reactive: []Path{
		{Theta: [][]float64{{0, 1}, {2, 3}, {4, 5}}, Coordinate: []float64{0, 2, 4}},
		{Theta: [][]float64{{0, 1}, {1, 7}}, Coordinate: []float64{0, 1}},
	}}
	if got := r.Passed(1); len(got) != 2 || got[0][1] != 3 || got[1][1] != 7 {
		t.Errorf("passed 1 at %v", got)
	}
	if got := r.Passed(2); len(got) != 1 || got[0][0] != 2 {
		t.Errorf("passed 2 at %v", got)
	}
	tube := &Tube{Mean: [][]float64{{1, 2}, {3, 4}}, Spread: [][]float64{{9, 0.5}, {9, 0.25}}}
	x, y, low, high := tube.Side(0, 1)
	if x[1] != 3 || y[1] != 4 || low[1] != 3.75 || high[0] != 2.5 {
		t.Errorf("side: %v %v %v %v", x, y, low, high)
	}
	if x, _, _, _ := tube.Side(0, 2); x != nil {
		t.Error("a coordinate that is not there")
	}
}

// The two kinds of samples have exact times, and a splitting that agrees.
func TestRegression(t *testing.T) {
	for _, r := range []Regression{{0.02, 1, 1, 1.2, 0}, {0.02, 1, 1, 1.2, 1}} {
		want, steps, err := r.Exact(t.Context())
		if err != nil || math.Abs(steps*want*0.02-1) > 1e-12 {
			t.Fatal(want, steps, err)
		}
		e, doubt, err := r.Measure(t.Context(), Settings{Replicas: 2000, Seed: 1})
		if doubt != "" {
			t.Errorf("%+v: %s", r, doubt)
		}
		if z := (e.Value - want) / e.StdErr; err != nil || math.Abs(z) > 4.5 {
			t.Errorf("%+v: %v ± %v, exact %v, z = %.1f, %v", r, e.Value, e.StdErr, want, z, err)
		}
	}
	for _, r := range []Regression{{}, {0.02, 1, 1, 1, 0}, {0.02, 1, 1, math.NaN(), 0}, {-1, 1, 1, 2, 0}, {0.02, 1, 2, 2, 1}, {0.02, 2, 1, 2, 1}, {0.02, 1, 1, 2, -1}} {
		if _, err := r.Problem(); err == nil {
			t.Errorf("%+v accepted", r)
		}
	}
}
