package regression

import (
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// setOf is [NewSet] for batches.
func setOf(number, samples, batch int, eta float64) *SGD {
	set := must(data.Regression(samples, 1, 1, dynamics.Stream(uint64(number), "first passage data", 1)))
	return must(New(set, eta, batch, sgd.WithReplacement))
}

// Exact times of batches against simulation of SGD on the same samples.
func TestBatchesAgainstSimulation(t *testing.T) {
	for k, test := range []struct {
		samples, batch int
		eta, c         float64
	}{{10_000, 2, 0.3, 2}, {1000, 4, 0.6, 2}, {30, 3, 0.3, 1.5}, {100, 4, 1, 3}} {
		r := setOf(k+1, test.samples, test.batch, test.eta)
		want := must(r.MeanFirstPassage(test.c, exact.Settings{}))
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
	radius := math.Sqrt(2 * r.loss / r.hess.At(0, 0))
	var logs []float64
	for _, cells := range []int{400, 800} {
		steps, _, err := r.onLattice(radius, cells)
		if err != nil {
			t.Fatal(err)
		}
		logs = append(logs, math.Log(r.eta*steps))
	}
	want := must(r.MeanFirstPassage(2, exact.Settings{Tolerance: 1e-4})).Value
	near(t, "t of the lattice", math.Exp(logs[1]+(logs[1]-logs[0])/3), want, 2e-3)

	r = setOf(1, 1000, 4, 0.6)
	coarse, fine := must(r.MeanFirstPassage(3, exact.Settings{Tolerance: 1e-2})), must(r.MeanFirstPassage(3, exact.Settings{Tolerance: 1e-3}))
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
		listed, counted := setOf(1, test.samples, test.batch, test.eta), must(newMerged(1, test.samples, test.eta))
		counted.batch = test.batch
		near(t, "loss", counted.loss, listed.loss, 1e-12)
		near(t, "curvature", counted.hess.At(0, 0), listed.hess.At(0, 0), 1e-12)
		near(t, "minimum", counted.minimum[0], listed.minimum[0], 1e-9)
		want, got := must(listed.MeanFirstPassage(test.c, exact.Settings{Tolerance: 1e-2})), must(counted.MeanFirstPassage(test.c, exact.Settings{Tolerance: 1e-2}))
		t.Logf("%+v: t = %v, merged %v, barrier %v", test, want, got, must(counted.Quasipotential(test.c)))
		near(t, fmt.Sprintf("%+v: t of %d groups", test, len(counted.count)), got.Value, want.Value, 1e-3+(got.Err+want.Err)/want.Value)
		near(t, "barrier", must(counted.Quasipotential(test.c)), must(listed.Quasipotential(test.c)), 1e-3)
	}
	if _, err := newMerged(1, 0, 0.1); err == nil {
		t.Error("no samples accepted")
	}
}
