package exact

import (
	"context"
	"fmt"
	"math"
	"testing"
)

// Free Brownian motion in n dimensions leaves a ball after (R²−r²)/(2nD).
func TestRadialClosedForm(t *testing.T) {
	flat := func(float64) float64 { return 1 }
	for _, n := range []int{1, 2, 3, 10, 200} {
		got := must(RadialPassage(t.Context(), Radial{OneDim{flat, ConstantNoise{0.25}}, n}, 0.5, 2, Settings{})).Value
		near(t, fmt.Sprintf("time in %d dimensions", n), got, (4-0.25)/(2*float64(n)*0.25), 1e-9)
	}
}

func TestRadialErrors(t *testing.T) {
	loss := func(r float64) float64 { return 0.5 * (1 + r*r) }
	good := Radial{OneDim{loss, LossNoise{0.1}}, 2}
	for _, test := range []struct {
		p        Process
		from, to float64
	}{
		{good, 1, 1}, {good, -1, 1}, {good, 0, math.Inf(1)}, {Radial{good.Line, 0}, 0, 1},
		{Radial{OneDim{loss, LossNoise{0}}, 2}, 0, 1}, {Radial{nil, 2}, 0, 1},
	} {
		if _, err := RadialPassage(t.Context(), test.p, test.from, test.to, Settings{}); err == nil {
			t.Errorf("%+v from %v to %v accepted", test.p, test.from, test.to)
		}
	}
}

func ExampleRadialPassage() {
	// Eq. 13 on L = ½(1 + |θ|²) in eight dimensions, until the loss has doubled.
	loss := func(r float64) float64 { return 0.5 * (1 + r*r) }
	p := Radial{Line: OneDim{Loss: loss, Noise: LossNoise{Temperature: 0.1}}, Dim: 8}
	t, err := RadialPassage(context.Background(), p, 0, 1, Settings{})
	fmt.Printf("%.4f %v\n", t.Value, err)
	// Output: 2.6596 <nil>
}
