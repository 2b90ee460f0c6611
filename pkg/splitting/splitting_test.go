package splitting

import (
	"fmt"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// quartic is Eq. 15 over the quartic barrier, from well to well.
func quartic(T, c float64, n int, step float64) (Problem, float64) {
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: c, EffectiveDim: n}))
	d := must(dynamics.NewLogLangevin(q, q.Minimum(), theory.NoiseFor(T, 1), dynamics.Settings{Step: step, Scheme: dynamics.Heun}))
	s := q.Saddle().Theta[0]
	k := kolmogorov.Kolmogorov{Valley: must(kolmogorov.Reduce(q)).Valley, Noise: exact.LossNoise{Temperature: T}, Exit: 2 * s}
	mean := must(k.Solve()).MeanTime.Value
	return Problem{Dynamics: d, Start: make([]float64, n), Coordinate: Axis(0), Home: 0.1 * s, Inner: 0.3 * s, Exit: 2 * s}, 1 / mean
}

func TestAgainstExact(t *testing.T) {
	for _, c := range []struct {
		T, c float64
		n    int
	}{{0.1, 2, 1}, {0.1, 4, 1}, {0.1, 2, 4}} {
		p, want := quartic(c.T, c.c, c.n, 0.1)
		var values, errors []float64
		var last *Result
		for seed := range uint64(20) {
			r := must(p.Rate(t.Context(), Settings{Replicas: 200, Seed: seed}))
			values, errors = append(values, r.Rate.Value), append(errors, r.Rate.StdErr)
			last = r
		}
		mean, std := stat.MeanStdDev(values, nil)
		fmt.Fprintf(os.Stderr, "%+v: exact %.4g, mean %.4g ± %.2g; scatter %.3g, claimed %.3g; %v steps %d eff %.2f\n", c, want, mean, std/math.Sqrt(20), std/mean, stat.Mean(errors, nil)/mean, last, last.Steps, last.Efficiency)
	}
}
