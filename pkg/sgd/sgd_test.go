package sgd_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
	"github.com/sgdescape/sgdescape/pkg/sgd"
	"github.com/sgdescape/sgdescape/pkg/spectrum"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func network(n int, hidden ...int) (*model.MLP, []float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	set := must(data.Regression(n, 1, 1, rng))
	m := must(model.NewMLP(set, model.MLPConfig{Hidden: hidden, Activation: model.Tanh, Workers: 1}))
	_, p := m.Dims()
	theta := make([]float64, p)
	m.Init(theta, rng)
	return m, theta
}

// One step is −η∇L on average with covariance η²Σ: the 4 means and 10 covariances of a small
// network within 4.5 standard errors for each kind of batch (28 of them, family false-alarm rate
// 2e−4), and the covariance of the other kind, which differs by (N−1)/(N−B) = 11/8, is not.
func TestStepAgainstCovariance(t *testing.T) {
	const n, batch, eta, draws = 12, 4, 0.3, 40_000
	m, theta := network(n, 1)
	p := len(theta)
	grad := make([]float64, p)
	m.BatchGrad(grad, theta, nil)
	covariance := must(noise.NewCovariance(m, theta, batch, noise.Exact))
	sigma, e, column := mat.NewDense(p, p, nil), make([]float64, p), make([]float64, p)
	for j := range p {
		e[j] = 1
		covariance.MulVecTo(column, e)
		sigma.SetCol(j, column)
		e[j] = 0
	}
	finite := float64(n-batch) / float64(n-1)
	for how, factor := range map[sgd.Batches][2]float64{sgd.Independent: {1, 1 / finite}, sgd.WithReplacement: {1 / finite, 1}} {
		stepper, rng := must(sgd.New(m, eta, batch, how)).NewStepper(), dynamics.Stream(1, "step", int(how))
		at, sum, square := make([]float64, p), make([]float64, p*(p+1)), make([]float64, p*(p+1))
		for range draws {
			copy(at, theta)
			if dt := stepper.Step(at, rng); dt != eta {
				t.Fatalf("dt = %v, want η", dt)
			}
			for i := range at {
				at[i] -= theta[i] - eta*grad[i] // what is left has mean 0
			}
			for i, v := range at {
				for j := range p + 1 {
					x := v
					if j < p {
						x *= at[j]
					}
					sum[i*(p+1)+j] += x
					square[i*(p+1)+j] += x * x
				}
			}
		}
		mutant := 0.0
		for i := range p {
			for j := i; j < p+1; j++ {
				mean := sum[i*(p+1)+j] / draws
				stderr := math.Sqrt((square[i*(p+1)+j]/draws - mean*mean) / draws)
				want := 0.0
				if j < p {
					want = eta * eta * sigma.At(i, j)
					mutant = max(mutant, math.Abs(mean-want*factor[1])/stderr)
				}
				if z := (mean - want*factor[0]) / stderr; math.Abs(z) > 4.5 {
					t.Errorf("batches %d: moment (%d,%d) is %v, want %v (z = %.1f)", how, i, j, mean, want*factor[0], z)
				}
			}
		}
		if mutant < 4.5 {
			t.Errorf("batches %d: the other kind's covariance passes, |z| = %.1f", how, mutant)
		}
	}
}

// The exit is watched by all workers at once, and replicas share steppers: neither shows.
func TestFirstPassageHasTheSameBits(t *testing.T) {
	m, start := network(30, 2)
	found := must(spectrum.FindMinimum(context.Background(), m, start, spectrum.MinimumSettings{GradNorm: 1e-4}))
	exit := escape.LossAbove{Landscape: must(model.NewMeanLoss(m)), Level: 1.05 * found.Loss}
	for _, how := range []sgd.Batches{sgd.Independent, sgd.WithReplacement} {
		var want *escape.Sample
		for _, workers := range []int{1, 2, 3} {
			got, err := escape.FirstPassage(context.Background(), must(sgd.New(m, 0.2, 3, how)), found.Theta, exit,
				escape.Settings{Replicas: 24, MaxTime: 200, Workers: workers, Seed: 3})
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			}
			if !slices.Equal(got.Times, want.Times) || !slices.Equal(got.Status, want.Status) || got.Steps != want.Steps {
				t.Errorf("batches %d, %d workers: %v, want %v", how, workers, got.Times, want.Times)
			}
			if k := got.Count(escape.Escaped); k < 12 {
				t.Errorf("batches %d: %d of 24 replicas escaped, too few to compare", how, k)
			}
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	m, theta := network(30, 2)
	for _, how := range []sgd.Batches{sgd.Independent, sgd.WithReplacement} {
		stepper, rng := must(sgd.New(m, 1e-3, 5, how)).NewStepper(), dynamics.Stream(1, "allocate", 0)
		if n := testing.AllocsPerRun(50, func() { stepper.Step(theta, rng) }); n != 0 {
			t.Errorf("batches %d: %v allocations per step", how, n)
		}
	}
}

func TestNewErrors(t *testing.T) {
	m, _ := network(10)
	for _, c := range []struct {
		m     model.Model
		eta   float64
		batch int
		how   sgd.Batches
		want  string
	}{
		{nil, 0.1, 1, sgd.Independent, "nil model"},
		{m, 0, 1, sgd.Independent, "learning rate 0"},
		{m, 0.1, 11, sgd.Independent, "batch size 11, want 1 ≤ B ≤ N = 10"},
		{m, 0.1, 1, 7, "batches 7"},
		{m, 0.1, 1, sgd.Shuffled, "remember each other"},
	} {
		if _, err := sgd.New(c.m, c.eta, c.batch, c.how); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "sgd: ") {
			t.Errorf("error %v, want it to name %q", err, c.want)
		}
	}
	if _, err := sgd.Train(context.Background(), nil, nil, 0.1, 1, 1, sgd.TrainSettings{}); err == nil || !strings.Contains(err.Error(), "nil model") {
		t.Errorf("training of nil: %v", err)
	}
}

// From a table to a first-passage time: read, fit, measure.
func ExampleNew() {
	const table = "x,y\n1,0.9\n-1,-1.2\n0.5,0.8\n-0.5,-0.1\n2,1.7\n"
	set, err := data.ReadCSV(strings.NewReader(table), "y")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	m := must(model.NewLinear(set))
	least := must(spectrum.FindMinimum(ctx, m, make([]float64, set.Features()), spectrum.MinimumSettings{}))
	exit := escape.LossAbove{Landscape: must(model.NewMeanLoss(m)), Level: 1.5 * least.Loss}
	motion := must(sgd.New(m, 0.3, 1, sgd.WithReplacement))
	sample := must(escape.FirstPassage(ctx, motion, least.Theta, exit, escape.Settings{Seed: 1}))
	outliers := spectrum.Outliers{EffectiveDimension: 1, OutlierCurvature: least.Highest}
	p := must(outliers.Predict(theory.Noise{LearningRate: 0.3, BatchSize: 1}))
	fmt.Println(sample.Count(escape.Escaped), "of 200 escaped")
	fmt.Printf("T = %.2f, exponent %.2f\n", p.Temperature, p.Exponent)
	// Output:
	// 200 of 200 escaped
	// T = 0.39, exponent 3.06
}
