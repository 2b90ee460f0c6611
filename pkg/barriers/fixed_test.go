package barriers

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/regression"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// Exact times of fixed sets against simulation of SGD on the same samples, small sets and large
// steps included.
func TestFixedSetAgainstSimulation(t *testing.T) {
	for k, test := range []struct {
		samples int
		eta, c  float64
	}{{10_000, 0.1, 1.5}, {10_000, 0.1, 2}, {30, 0.1, 1.5}, {100, 0.3, 2}, {1000, 0.5, 3}} {
		r := must(regression.NewSet(k+1, test.samples, 1, test.eta))
		want := must(SetPassage(r, test.c, exact.Settings{}))
		s := passagesOf(t, r, test.c, escape.Settings{Replicas: 4000, Experiment: fmt.Sprint("fixed", k)})
		got := must(s.MeanTime(0.95))
		stderr := math.Hypot(got.StdErr, want.Err)
		if z := (got.Value - want.Value) / stderr; math.Abs(z) > 4.5 {
			t.Errorf("N = %d, η = %v, c = %v: simulated %.5g ± %.2g, exact %.6g (z = %.1f)", test.samples, test.eta, test.c, got.Value, got.StdErr, want.Value, z)
		} else {
			t.Logf("N = %d, η = %v, c = %v: exact %.6g ± %.1g, z = %.1f", test.samples, test.eta, test.c, want.Value, want.Err, z)
		}
	}
}

// Err holds what a finer tolerance changes, with samples merged too, and many samples come near
// fresh ones where each set has the freak sample.
func TestFixedSetError(t *testing.T) {
	for _, samples := range []int{1000, 60_000} {
		r := must(regression.NewSet(1, samples, 1, 0.2))
		coarse, fine := must(SetPassage(r, 2.5, exact.Settings{Tolerance: 1e-2})), must(SetPassage(r, 2.5, exact.Settings{Tolerance: 1e-4}))
		if d := math.Abs(coarse.Value - fine.Value); d > 2*coarse.Err+fine.Err {
			t.Errorf("N = %d: %v, refined %v", samples, coarse, fine)
		}
		t.Logf("N = %d: %v, refined %v", samples, coarse, fine)
	}
	limit := must(gaussianChain(0.3, 1, 1).MeanFirstPassage(1.5, exact.Settings{})).Value
	near(t, "t of 200,000 samples", must(SetPassage(must(regression.NewSet(1, 200_000, 1, 0.3)), 1.5, exact.Settings{})).Value, limit, 0.02)
}

// The set's own barrier against that of a linear model on the same samples.
func TestFixedSetBarrier(t *testing.T) {
	set := must(data.Regression(300, 1, 1, rand.New(rand.NewPCG(5, 6))))
	r := must(regression.New(set, 0.1, 1, sgd.WithReplacement))
	k := quasipotential.NewSamples(must(model.NewLinear(set)))
	radius := math.Sqrt(2 * r.MinimumLoss() / r.Hessian().At(0, 0))
	want := math.Inf(1)
	for _, end := range []float64{-radius, radius} {
		from := r.Minimum()
		want = math.Min(want, must(quasipotential.Quasipotential(k, [][]float64{from, {from[0] + end}}, exact.Settings{Tolerance: 1e-6})).Value)
	}
	near(t, "own barrier", must(OwnSet(r, 2)), want*r.Hessian().At(0, 0), 1e-3)
}

// Sets that none leaves, and settings that the exact methods do not know.
func TestFixedSetErrors(t *testing.T) {
	still := must(regression.New(&data.Set{X: mat.NewDense(2, 1, []float64{1, 1}), Y: mat.NewDense(2, 1, []float64{1, -1})}, 0.01, 1, sgd.WithReplacement))
	for name, err := range map[string]error{
		"two samples": failureOf(SetPassage(still, 4, exact.Settings{})), "their barrier": failure(OwnSet(still, 4)),
	} {
		if !errors.Is(err, quasipotential.ErrNoEscape) {
			t.Errorf("%s: error %v, want %v", name, err, quasipotential.ErrNoEscape)
		}
	}
	for name, r := range map[string]*regression.SGD{"fresh": must(regression.NewFresh(1, 1, 0.1, 1)), "d = 2": must(regression.NewSet(1, 100, 2, 0.1)), "distinct samples": must(regression.New(regressionSet(100, 1), 0.1, 2, sgd.Independent))} {
		if _, err := SetPassage(r, 2, exact.Settings{}); err == nil {
			t.Errorf("%s accepted", name)
		}
	}
	r := must(regression.NewSet(1, 100, 1, 0.1))
	for _, err := range []error{failureOf(SetPassage(r, 1, exact.Settings{})), failureOf(SetPassage(r, 2, exact.Settings{Tolerance: -1})), failure(OwnSet(r, math.NaN()))} {
		if err == nil {
			t.Error("nonsense accepted")
		}
	}
}

func failureOf(_ exact.Result, err error) error { return err }

func ExampleSetPassage() {
	set, err := regression.NewSet(1, 10_000, 1, 0.1)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := SetPassage(set, 2, exact.Settings{})
	fmt.Printf("t_p = %.3g on this set, %v\n", t.Value, err)
	// Output: t_p = 5.8e+03 on this set, <nil>
}
