package splitting

import (
	"fmt"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/barriers"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// long says that tests run at full size: minutes.
var long = os.Getenv("LONG") != ""

// stepBias is what a step of 0.1 may be off by, relative: of weak order 2, and within 1 % at 0.2
// (400 runs at T = 0.1, c = 4: 0.5 ± 0.8 %).
const stepBias = 0.01

// Rates from 1e−5 to 1e−20 agree with the exact 1/(mean time) within three standard errors and the
// bias of the step.
func TestRateAgainstExact(t *testing.T) {
	type cell struct {
		n    int
		T, c float64
	}
	cells := []cell{{1, 0.1, 2}, {2, 0.05, 4}, {8, 0.05, 4}}
	if long {
		for _, n := range []int{1, 2, 3, 4, 6, 8, 11} {
			cells = append(cells, cell{n, 0.1, 3}, cell{n, 0.1, 5}, cell{n, 0.05, 2.5}, cell{n, 0.05, 5}, cell{n, 0.04, 6}, cell{n, 0.05, 10})
		}
	}
	doubts := 0
	for i, c := range cells {
		b, want := quartic(t, c.n, c.T, c.c)
		replicas := 2000
		if want < 1e-10 {
			replicas = 6000 // the error bar of a rare rate rests on few ancestors
		}
		r := must(must(b.At(0.1)).Rate(t.Context(), Settings{Seed: uint64(i), Replicas: replicas}))
		off, relative := math.Log(r.Rate.Value/want), r.Rate.StdErr/r.Rate.Value
		if !(math.Abs(off) < 3*relative+stepBias) {
			t.Errorf("%+v: %v, want %.4g", c, r, want)
		}
		if r.Doubt != "" {
			doubts++
		}
		t.Logf("%+v: exact %.3g, %.2f standard errors of %.3f, %.2g steps, %d ancestors, efficiency %.2f, overshoot %.2f", c, want, off/relative, relative, float64(r.Steps), r.Ancestors, r.Efficiency, r.Overshoot)
	}
	// A step of 0.1 climbs several levels where it is coldest, and with ten dimensions across the axis
	// is not the best of guides: now and then a run there is carried by few replicas, and says so.
	if doubts > len(cells)/10 {
		t.Errorf("%d of %d runs in doubt", doubts, len(cells))
	}
}

// chain is SGD on a regression with its exact rate.
type chain struct {
	eta  float64
	B, d int
	c    float64
	set  int // 0 for fresh samples
}

func (c chain) problem(t *testing.T) (p Problem, steps float64) {
	var g *regression.SGD
	var mean exact.Result
	if c.set == 0 {
		g = must(regression.NewFresh(c.d, 1, c.eta, c.B))
		mean = must(regression.Chain{LearningRate: c.eta, BatchSize: c.B, Dim: c.d, LabelNoise: 1}.MeanFirstPassage(c.c, exact.Settings{}))
		p.Coordinate, p.Exit = Distance{g.Minimum()}, math.Sqrt(c.c-1)
	} else {
		g = must(regression.NewSet(c.set, 1000, c.d, c.eta))
		mean = must(barriers.SetPassage(g, c.c, exact.Settings{}))
		p.Coordinate, p.Exit = Loss{g}, c.c*g.MinimumLoss()
	}
	p.Dynamics, p.Start = g, g.Minimum()
	return p, mean.Value / c.eta
}

// Discrete SGD, on fresh samples and on fixed sets, agrees with the exact chain.
func TestRareSGD(t *testing.T) {
	chains := []chain{{0.02, 1, 2, 1.3, 0}, {0.02, 1, 1, 1.25, 1}}
	if long {
		chains = append(chains, chain{0.01, 1, 1, 1.2, 0}, chain{0.01, 1, 2, 1.2, 0}, chain{0.02, 1, 4, 1.4, 0}, chain{0.02, 2, 1, 1.2, 0}, chain{0.02, 1, 1, 1.4, 0},
			chain{0.02, 2, 2, 1.2, 0}, chain{0.01, 1, 4, 1.2, 0}, chain{0.01, 1, 1, 1.15, 0}, chain{0.03, 2, 4, 1.3, 0}, chain{0.02, 1, 4, 1.3, 0}, chain{0.02, 4, 1, 1.1, 0},
			chain{0.01, 1, 1, 1.15, 1}, chain{0.01, 1, 1, 1.13, 2}, chain{0.02, 1, 1, 1.2, 3})
	}
	for i, c := range chains {
		p, steps := c.problem(t)
		r := must(p.Rate(t.Context(), Settings{Seed: uint64(i)}))
		want := 1 / (steps * c.eta)
		off, relative := math.Log(r.Rate.Value/want), r.Rate.StdErr/r.Rate.Value
		if !(math.Abs(off) < 3*relative) || r.Doubt != "" {
			t.Errorf("%+v, %.2g steps: %v, want %.4g", c, steps, r, want)
		}
		t.Logf("%+v: exact %.3g steps, %.2f standard errors of %.3f, %.2g steps, %d ancestors, efficiency %.2f, overshoot %.2f", c, steps, off/relative, relative, float64(r.Steps), r.Ancestors, r.Efficiency, r.Overshoot)
	}
}

// A one-run interval of 95 % holds the truth in 93 to 97 % of 400 runs, the rate is unbiased, and
// the squares of the standard errors are those of the scatter.
func TestIntervalsCover(t *testing.T) {
	if testing.Short() {
		t.Skip("draws for seconds")
	}
	runs, replicas := 60, 300
	if long {
		runs, replicas = 400, 1000
	}
	for _, c := range []struct {
		n    int
		T, c float64
	}{{1, 0.1, 2}, {1, 0.1, 4}, {4, 0.1, 3}} {
		b, want := quartic(t, c.n, c.T, c.c)
		p := must(b.At(0.1))
		var values []float64
		square, inside := 0.0, 0
		for seed := range runs {
			r := must(p.Rate(t.Context(), Settings{Replicas: replicas, Seed: uint64(seed), Experiment: "intervals"}))
			values = append(values, r.Rate.Value/want)
			square += r.Rate.StdErr * r.Rate.StdErr / want / want / float64(runs)
			if r.Rate.Low <= want && want <= r.Rate.High {
				inside++
			}
		}
		n := float64(runs)
		mean, std := stat.MeanStdDev(values, nil)
		z, share := (mean-1)/std*math.Sqrt(n), float64(inside)/n
		name := fmt.Sprintf("%+v: mean/exact %.4f, z = %.2f; scatter %.3f, told %.3f; covers %.3f", c, mean, z, std, math.Sqrt(square), share)
		if t.Log(name); math.Abs(z) > 4.5 || math.Abs(math.Log(square/std/std)) > 4.5*math.Sqrt(3/n) { // of a variance and of an estimate of one
			t.Error(name)
		}
		if binomial := math.Sqrt(0.05 * 0.95 / n); share < 0.95-4.5*binomial || share > 0.95+4.5*binomial || long && (share < 0.93 || share > 0.97) {
			t.Error(name)
		}
	}
}
