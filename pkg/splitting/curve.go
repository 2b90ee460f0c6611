package splitting

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/escape"
)

// Curve holds rates that were measured beside the exact ones.
type Curve struct {
	X             []float64 // what was varied, such as c
	Exact         []float64
	Value, StdErr []float64 // as measured
	Steps         []float64 // the cost
}

// Add adds a rate, as [Barrier.Rate] or [escape.Problem.Simulate] measures it. It returns an error
// unless both rates and the standard error are finite and > 0.
func (c *Curve) Add(x, exact float64, e escape.Extrapolation) error {
	for _, v := range []float64{exact, e.Value, e.StdErr} {
		if !(v > 0 && v <= math.MaxFloat64) || !(math.Abs(x) <= math.MaxFloat64) {
			return fmt.Errorf("splitting: rate %v ± %v, exact %v, at %v: want finite numbers > 0", e.Value, e.StdErr, exact, x)
		}
	}
	c.X, c.Exact, c.Steps = append(c.X, x), append(c.Exact, exact), append(c.Steps, float64(e.Steps))
	c.Value, c.StdErr = append(c.Value, e.Value), append(c.StdErr, e.StdErr)
	return nil
}

// Relative returns the measured over the exact rates with their standard errors.
func (c Curve) Relative() (ratio, stderr []float64) {
	for i, exact := range c.Exact {
		ratio, stderr = append(ratio, c.Value[i]/exact), append(stderr, c.StdErr[i]/exact)
	}
	return ratio, stderr
}

// Cost returns the steps that a relative error takes, by those that were made: they grow with the
// inverse square of the error.
func (c Curve) Cost(relative float64) (steps []float64) {
	for i, s := range c.Steps {
		steps = append(steps, s*math.Pow(c.StdErr[i]/c.Value[i]/relative, 2))
	}
	return steps
}

// Worst returns the largest |z|, deviation over standard error.
func (c Curve) Worst() (z float64) {
	for i, exact := range c.Exact {
		z = max(z, math.Abs(c.Value[i]-exact)/c.StdErr[i])
	}
	return z
}

// Passed returns where the paths that made it first went beyond a level of the coordinate: a row a
// path. Paths of which no point is as far are left out.
func (r *Result) Passed(level float64) (theta [][]float64) {
	for _, path := range r.Reactive {
		for k, x := range path.Coordinate {
			if x >= level {
				theta = append(theta, path.Theta[k])
				break
			}
		}
	}
	return theta
}

// Side returns the tube as columns for a figure: one coordinate of θ, another, and that one less and
// more a standard deviation.
func (t *Tube) Side(i, j int) (x, y, low, high []float64) {
	for k, mean := range t.Mean {
		if i < 0 || j < 0 || i >= len(mean) || j >= len(mean) {
			return nil, nil, nil, nil
		}
		x, y = append(x, mean[i]), append(y, mean[j])
		low, high = append(low, mean[j]-t.Spread[k][j]), append(high, mean[j]+t.Spread[k][j])
	}
	return x, y, low, high
}
