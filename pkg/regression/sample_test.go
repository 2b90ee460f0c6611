package regression

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// 1000 runs of SGD agree with the exact discrete solution, as the issue asks
// (|z| < 3.5), while they reject the decoupled SDE at d = 1.
func TestRegressionAgainstExact(t *testing.T) {
	for _, test := range []struct {
		d   int
		c   float64
		sde float64 // Eq. 13, PAPER.md
	}{{1, 1.5, 35.63}, {8, 2, 2.66}} {
		walk := must(NewFreshRegression(test.d, 1, 0.1, 1))
		s := must(RegressionPassage(context.Background(), walk, test.c, escape.Settings{Replicas: 1000, Seed: 1, Experiment: fmt.Sprint(test.d)}))
		e := must(s.MeanTime(0.95))
		want := must(Chain{LearningRate: 0.1, BatchSize: 1, Dim: test.d, LabelNoise: 1}.MeanFirstPassage(test.c, exact.Settings{Tolerance: 1e-3})).Value
		if z := (e.Value - want) / e.StdErr; math.Abs(z) > 3.5 {
			t.Errorf("d = %d: t_p = %.4g ± %.2g, exact %.5g (z = %.1f)", test.d, e.Value, e.StdErr, want, z)
		}
		if z := (e.Value - test.sde) / e.StdErr; z < 3.5 {
			t.Errorf("d = %d: Eq. 13 is not rejected (z = %.1f)", test.d, z)
		}
	}
}

func TestRegressionCensoring(t *testing.T) {
	set := must(data.Regression(1000, 1, 1, dynamics.Stream(1, "set", 0)))
	walk := must(NewRegression(set, 0.1, 1, sgd.WithReplacement))
	var first *escape.Sample
	for _, workers := range []int{1, 2, 7} {
		s := must(RegressionPassage(context.Background(), walk, 1.5, escape.Settings{Replicas: 50, MaxTime: 50, Workers: workers}))
		if first == nil {
			first = s
		}
		if !reflect.DeepEqual(s, first) {
			t.Errorf("%d workers give another sample than 1", workers)
		}
	}
	if n := first.Count(escape.Censored); n == 0 || n == 50 || first.Count(escape.Escaped)+n != 50 {
		t.Errorf("%d of 50 censored, %d escaped: the test should see both", n, first.Count(escape.Escaped))
	}
	for i, status := range first.Status {
		if (status == escape.Censored) != (first.Times[i] == 50) {
			t.Errorf("replica %d: time %v with status %v", i, first.Times[i], status)
		}
	}
	for _, bad := range []escape.Settings{{Replicas: -1}, {MaxTime: 0.01}, {MaxTime: math.NaN()}, {Resume: first}} {
		if _, err := RegressionPassage(context.Background(), walk, 2, bad); err == nil {
			t.Errorf("%+v accepted", bad)
		}
	}
}

func ExampleRegressionPassage() {
	walk, _ := NewFreshRegression(1, 1, 0.1, 1) // d, σ, η, B
	s, err := RegressionPassage(context.Background(), walk, 1.5, escape.Settings{Replicas: 10_000, Seed: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	e, _ := s.MeanTime(0.95)
	fmt.Printf("t_p = %.0f ± %.0f; the exact solution is 78.4\n", e.Value, e.StdErr)
	// Output: t_p = 79 ± 1; the exact solution is 78.4
}
