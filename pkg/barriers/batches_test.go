package barriers

import (
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/regression"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// setOf is [regression.NewSet] for batches.
func setOf(number, samples, batch int, eta float64) *regression.SGD {
	set := must(data.Regression(samples, 1, 1, dynamics.Stream(uint64(number), "first passage data", 1)))
	return must(regression.New(set, eta, batch, sgd.WithReplacement))
}

// Exact times of batches against simulation of SGD on the same samples.
func TestBatchesAgainstSimulation(t *testing.T) {
	for k, test := range []struct {
		samples, batch int
		eta, c         float64
	}{{10_000, 2, 0.3, 2}, {1000, 4, 0.6, 2}, {30, 3, 0.3, 1.5}, {100, 4, 1, 3}} {
		r := setOf(k+1, test.samples, test.batch, test.eta)
		want := must(SetPassage(r, test.c, exact.Settings{}))
		s := passagesOf(t, r, test.c, escape.Settings{Replicas: 4000, Experiment: fmt.Sprint("batches", k)})
		got := must(s.MeanTime(0.95))
		if z := (got.Value - want.Value) / math.Hypot(got.StdErr, want.Err); math.Abs(z) > 4.5 {
			t.Errorf("%+v: simulated %.5g ± %.2g, exact %.6g ± %.1g (z = %.1f)", test, got.Value, got.StdErr, want.Value, want.Err, z)
		} else {
			t.Logf("%+v: exact %.6g ± %.1g on %d cells, z = %.1f", test, want.Value, want.Err, want.Grid, z)
		}
	}
}

// The lattice of batches and the cells of single samples tend to the same, and Err holds what a
// finer tolerance changes.
func TestBatchesOnLattice(t *testing.T) {
	r := setOf(1, 1000, 1, 0.1)
	l := must(lineOf(r))
	var logs []float64
	for _, cells := range []int{400, 800} {
		steps, _, err := l.onLattice(l.radius(2), cells)
		if err != nil {
			t.Fatal(err)
		}
		logs = append(logs, math.Log(l.eta*steps))
	}
	want := must(SetPassage(r, 2, exact.Settings{Tolerance: 1e-4})).Value
	near(t, "t of the lattice", math.Exp(logs[1]+(logs[1]-logs[0])/3), want, 2e-3)

	r = setOf(1, 1000, 4, 0.6)
	coarse, fine := must(SetPassage(r, 3, exact.Settings{Tolerance: 1e-2})), must(SetPassage(r, 3, exact.Settings{Tolerance: 1e-3}))
	if d := math.Abs(coarse.Value - fine.Value); d > 2*coarse.Err+fine.Err {
		t.Errorf("%v, refined %v", coarse, fine)
	}
}

// A set of counted samples is the set: its minimum to rounding, its times within 1e−3 where the
// sample that jumps is in the set or not, for batches too.
func TestMerged(t *testing.T) {
	for _, test := range []struct {
		samples, batch int
		eta, c         float64
	}{{100_000, 1, 0.1, 3}, {100_000, 1, 0.15, 6}, {10_000, 1, 0.06, 6}, {10_000, 4, 0.5, 3}} {
		listed, counted := must(lineOf(setOf(1, test.samples, test.batch, test.eta))), must(mergedLine(1, test.samples, test.eta))
		counted.batch = test.batch
		near(t, "loss", counted.loss, listed.loss, 1e-12)
		near(t, "curvature", counted.h, listed.h, 1e-12)
		mean := 0.0 // of xe, 0 at θ*
		for k, count := range counted.count {
			mean += count * counted.rows[2*k] * counted.rows[2*k+1] / counted.samples
		}
		near(t, "1 + mean of xe", 1+mean, 1, 1e-9)
		want, got := must(listed.passage(test.c, exact.Settings{Tolerance: 1e-2})), must(counted.passage(test.c, exact.Settings{Tolerance: 1e-2}))
		t.Logf("%+v: t = %v, merged %v, barrier %v", test, want, got, must(counted.barrier(test.c)))
		near(t, fmt.Sprintf("%+v: t of %d groups", test, len(counted.count)), got.Value, want.Value, 1e-3+(got.Err+want.Err)/want.Value)
		near(t, "barrier", must(counted.barrier(test.c)), must(listed.barrier(test.c)), 1e-3)
	}
	if _, err := mergedLine(1, 0, 0.1); err == nil {
		t.Error("no samples accepted")
	}
}
