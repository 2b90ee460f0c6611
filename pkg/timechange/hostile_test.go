package timechange

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// small is a test that passes at once.
func small() Test {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	return Test{Landscape: well, Minimum: well.Minimum(), Noise: theory.NoiseFor(0.3, 1), Start: []float64{1}, Tau: 1, Steps: []int{4, 8}, Fine: 32, Replicas: 10}
}

func TestHostile(t *testing.T) {
	background := context.Background()
	done, cancel := context.WithCancel(background)
	cancel()
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	path := &dynamics.Path{T: []float64{0, 1, 2}, Tau: []float64{0, 1, 2}, Theta: [][]float64{{0}, {1}, {2}}}
	must(small().Run(background))
	if len(Noise(path, well, 0, 1, 1)) != 2 {
		t.Fatal("a good path has no noise")
	}
	r := hostile.Table{"Test.Run": {func() error { return hostile.Err(small().Run(done)) }, func() error { return hostile.Err(Test{}.Run(background)) }}, "Noise": {}}
	wide := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, Flat: 1}))
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 1.5}))
	changes := []func(*Test){
		func(c *Test) { c.Landscape = nil }, func(c *Test) { c.Landscape = wide }, func(c *Test) { c.Minimum = landscape.Critical{} }, func(c *Test) { c.Minimum.Hess = mat.NewSymDense(2, nil) }, func(c *Test) { c.Minimum.Loss = nan }, func(c *Test) { c.Minimum.Loss = 0 },
		func(c *Test) { c.Steps = nil }, func(c *Test) { c.Steps = []int{4} }, func(c *Test) { c.Start = []float64{0, 0} }, func(c *Test) { c.Start = nil },
		// On its way out of a cubic the loss falls below 0.
		func(c *Test) {
			c.Landscape, c.Minimum, c.Start, c.Tau, c.Noise = cubic, cubic.Minimum(), []float64{cubic.Edge() * 0.99}, 20, theory.NoiseFor(0.5, 1)
		},
	}
	for _, x := range []float64{nan, 0, -1, inf, -inf, huge} {
		changes = append(changes, func(c *Test) { c.Tau = x }, func(c *Test) { c.Noise.LearningRate = x })
		if x != huge {
			changes = append(changes, func(c *Test) { c.Noise.BatchSize = x })
		}
		if x != 0 && x != -1 {
			changes = append(changes, func(c *Test) { c.Start = []float64{x} })
		}
	}
	for _, n := range []int{0, -1, 1, 3, 16, 32, 1e9, math.MaxInt, math.MinInt} {
		changes = append(changes, func(c *Test) { c.Steps = []int{4, n} })
	}
	for _, n := range []int{0, -1, 7, 1e9, 1e9 + 10, math.MaxInt, math.MinInt} {
		changes = append(changes, func(c *Test) { c.Replicas = n })
	}
	for _, n := range []int{0, -1, 1, 31, 1 << 25, math.MaxInt / 8, math.MaxInt, math.MinInt} {
		changes = append(changes, func(c *Test) { c.Fine = n })
	}
	for _, change := range changes {
		c := small()
		change(&c)
		r.Add("Test.Run", func() error { return hostile.Err(c.Run(background)) })
	}
	none := func(p *dynamics.Path, l landscape.Landscape, i int, amplitude, interval float64) {
		r.Add("Noise", func() error { return hostile.Said(Noise(p, l, i, amplitude, interval) == nil) })
	}
	none(nil, well, 0, 1, 1)
	none(path, nil, 0, 1, 1)
	none(path, wide, 0, 1, 1)
	none(path, well, -1, 1, 1)
	none(path, well, 1, 1, 1)
	none(&dynamics.Path{}, well, 0, 1, 1)
	none(&dynamics.Path{T: path.T}, well, 0, 1, 1)
	none(&dynamics.Path{T: path.T, Theta: path.Theta}, well, 0, 1, 1)
	none(&dynamics.Path{T: path.T, Tau: path.Tau}, well, 0, 1, 1)
	none(&dynamics.Path{T: path.T, Tau: path.Tau, Theta: [][]float64{{0}, nil, {1}}}, well, 0, 1, 1)
	for _, x := range []float64{nan, 0, -1, inf, -inf} {
		none(path, well, 0, x, 1)
		none(path, well, 0, 1, x)
	}
	for _, x := range []float64{nan, inf} {
		none(&dynamics.Path{T: path.T, Tau: path.Tau, Theta: [][]float64{{0}, {x}, {1}}}, well, 0, 1, 1)
		none(&dynamics.Path{T: []float64{0, x, 2}, Tau: path.Tau, Theta: path.Theta}, well, 0, 1, 1)
	}
	none(path, well, 0, tiny, 1)
	none(path, well, 0, 1, huge)
	r.Run(t)
}
