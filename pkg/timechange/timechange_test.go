package timechange

import (
	"context"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// zBound is the largest |z| that a test lets pass: about one false alarm in 10⁵ comparisons with
// fresh seeds, one of 10⁴ for all of this package.
const zBound = 4.5

// The strong orders of Euler–Maruyama on the two clocks (Kloeden and Platen): ½ for multiplicative,
// 1 for additive noise.
func TestOrders(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	c := Test{
		Landscape: well, Minimum: well.Minimum(), Noise: theory.NoiseFor(0.3, 1),
		Start: []float64{1}, Tau: 2, Steps: []int{128, 256, 512, 1024}, Fine: 1 << 15, Replicas: 400, Seed: 3,
	}
	e := must(c.Run(context.Background()))
	if z := (e.OrderT - 0.5) / e.OrderTErr; math.Abs(z) > zBound || e.OrderTErr > 0.05 {
		t.Errorf("order on the t clock %.3f ± %.3f, want ½", e.OrderT, e.OrderTErr)
	}
	if z := (e.OrderTau - 1) / e.OrderTauErr; math.Abs(z) > zBound || e.OrderTauErr > 0.05 {
		t.Errorf("order on the τ clock %.3f ± %.3f, want 1", e.OrderTau, e.OrderTauErr)
	}
	for k := range e.Step {
		if e.OnTau[k] >= e.OnT[k] {
			t.Errorf("error on the τ clock %v not below that on the t clock %v", e.OnTau[k], e.OnT[k])
		}
	}
	for _, bad := range []func(*Test){
		func(c *Test) { c.Tau = -1 },
		func(c *Test) { c.Fine = 1000 },
		func(c *Test) { c.Steps = []int{100, 200} },
		func(c *Test) { c.Replicas = 7 },
		func(c *Test) { c.Start = nil },
		func(c *Test) { c.Landscape = nil },
		func(c *Test) { c.Noise.LearningRate = 0 },
	} {
		wrong := c
		bad(&wrong)
		if _, err := wrong.Run(context.Background()); err == nil {
			t.Errorf("%+v accepted", wrong)
		}
	}
}

// Read back from a fine path on the t clock, W̃ has independent standard normal increments on the τ
// clock.
func TestNoise(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 3}))
	const temperature = 0.4
	d := must(dynamics.NewSDE(well, well.Minimum(), theory.NoiseFor(temperature, 1), dynamics.Settings{Step: 1e-3}))
	p := must(dynamics.Record(d, well, []float64{0}, 400000, dynamics.Stream(12, "Lévy", 0)))
	x := Noise(p, well, 0, math.Sqrt(2*temperature), 0.1)
	n := float64(len(x))
	mean, variance := stat.MeanVariance(x, nil)
	corr := stat.Correlation(x[1:], x[:len(x)-1], nil)
	for _, c := range []struct {
		name string
		z    float64
	}{
		{"mean", mean * math.Sqrt(n)},
		{"variance", (variance - 1) * math.Sqrt(n/2)},
		{"skewness", stat.Skew(x, nil) * math.Sqrt(n/6)},
		{"kurtosis", stat.ExKurtosis(x, nil) * math.Sqrt(n/24)},
		{"correlation", corr * math.Sqrt(n)},
	} {
		if math.Abs(c.z) > zBound {
			t.Errorf("%s of %v increments of W̃: z = %.1f", c.name, n, c.z)
		}
	}
}

func ExampleTest() {
	well, _ := landscape.NewQuartic(landscape.Shape{Ratio: 2})
	e, err := Test{
		Landscape: well, Minimum: well.Minimum(), Noise: theory.NoiseFor(0.3, 1),
		Start: []float64{1}, Tau: 2, Steps: []int{64, 128, 256}, Fine: 1 << 12, Replicas: 200,
	}.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("strong order %.1f on t, %.1f on τ\n", e.OrderT, e.OrderTau)
	// Output: strong order 0.5 on t, 1.0 on τ
}
