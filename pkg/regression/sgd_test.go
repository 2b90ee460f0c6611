package regression

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/mathext/prng"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

func regressionSet(n, d int) *data.Set {
	return must(data.Regression(n, d, 1, rand.New(rand.NewPCG(3, uint64(d)))))
}

func TestXoshiroAgainstGonum(t *testing.T) {
	const lane = 5
	var next atomic.Int64
	l := newLanes(must(New(regressionSet(9, 1), 0.1, 1, sgd.WithReplacement)), work{level: 1, seed: 1, experiment: "x", todo: []int{2}, next: &next})
	l.refill(lane)
	state := make([]byte, 32)
	for i := range l.state {
		v := l.state[i][lane]
		for k := range 8 { // big endian, as gonum writes it
			state[8*i+k] = byte(v >> (56 - 8*k))
		}
	}
	var want prng.Xoshiro256plusplus
	if err := want.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if a, b := l.draw(lane), want.Uint64(); a != b {
			t.Fatalf("%x, gonum has %x", a, b)
		}
	}
}

// Every kernel does what advanceAny does, bit for bit, for any number of workers.
func TestKernelsAgainstReference(t *testing.T) {
	for _, d := range []int{1, 2, 3, 4, 8} {
		r := must(New(regressionSet(500, d), 0.1, 1, sgd.WithReplacement))
		want := &escape.Sample{Times: make([]float64, 101), Status: make([]escape.Status, 101), MaxTime: 300, Seed: 5, Experiment: "bits"}
		todo := make([]int, len(want.Times))
		for i := range todo {
			todo[i] = i
		}
		l := newLanes(r, work{seed: 5, experiment: "bits", level: 0.5 * r.MinimumLoss(), limit: 3000, todo: todo, next: new(atomic.Int64),
			done: func(i int, p outcome) {
				want.Times[i], want.Status[i] = float64(p.steps)*0.1, p.status
				want.Steps += p.steps
			}})
		l.advance, l.vectors.Samples = (*lanes).advanceAny, 1<<32 // no vectors
		l.run(context.Background())
		if kernel, ok := kernels[d]; ok {
			next := new(atomic.Int64)
			plain := newLanes(r, l.work)
			plain.advance, plain.vectors.Samples, plain.next = kernel, 1<<32, next
			plain.done = func(i int, p outcome) {
				if want.Times[i] != float64(p.steps)*0.1 || want.Status[i] != p.status {
					t.Errorf("d = %d: replica %d of the kernel without vectors: %+v", d, i, p)
				}
			}
			plain.run(context.Background())
		}
		for _, workers := range []int{1, 2, 7} {
			got := passagesOf(t, r, 1.5, escape.Settings{Replicas: 101, MaxTime: 300, Seed: 5, Experiment: "bits", Workers: workers})
			if !reflect.DeepEqual(got, want) {
				t.Errorf("d = %d, %d workers: other passages than the reference", d, workers)
			}
		}
		if stat.Mean(want.Times, nil) < 0.5 {
			t.Errorf("d = %d: hardly a step: %v", d, want.Times[:10])
		}
	}
}

// passagesOf runs first passages of the loss ratio from the minimum.
func passagesOf(t testing.TB, r *SGD, ratio float64, s escape.Settings) *escape.Sample {
	t.Helper()
	sample, err := escape.FirstPassage(context.Background(), r, r.Minimum(), must(r.LossAbove(ratio)), s)
	if err != nil {
		t.Fatal(err)
	}
	return sample
}

// The fast way and the general one sample one law, whether the general one is given the exit or the
// loss, and batches drawn with and without replacement differ as they should: not at B = 1.
func TestWaysAgree(t *testing.T) {
	set := regressionSet(300, 2)
	mean := func(s *escape.Sample) escape.Estimate { return must(s.MeanTime(0.95)) }
	r := must(New(set, 0.2, 1, sgd.WithReplacement))
	fast := mean(passagesOf(t, r, 1.5, escape.Settings{Replicas: 3000, Experiment: "fast"}))
	exits := map[string]escape.Region{"exit": must(r.LossAbove(1.5)), "loss": escape.LossAbove{Landscape: r, Level: 1.5 * r.MinimumLoss()}}
	var first *escape.Sample
	for name, exit := range exits {
		general := struct{ dynamics.Dynamics }{r} // hides the fast way
		s := must(escape.FirstPassage(context.Background(), general, r.Minimum(), exit, escape.Settings{Replicas: 3000, Experiment: "general"}))
		slow := mean(s)
		if z := (fast.Value - slow.Value) / math.Hypot(fast.StdErr, slow.StdErr); math.Abs(z) > 4.5 {
			t.Errorf("%s: fast %.3f, general %.3f (z = %.1f)", name, fast.Value, slow.Value, z)
		}
		if first == nil {
			first = s
		}
		if !reflect.DeepEqual(s, first) {
			t.Errorf("%s: the two exits differ", name)
		}
	}
	// Without replacement the noise has (N−B)/(N−1) less variance, half of it at B = N/2: far fewer
	// escapes.
	with := mean(passagesOf(t, must(New(set, 1, 150, sgd.WithReplacement)), 1.02, escape.Settings{Replicas: 3000}))
	without := mean(passagesOf(t, must(New(set, 1, 150, sgd.Independent)), 1.02, escape.Settings{Replicas: 3000}))
	if !(without.Value > 2*with.Value) {
		t.Errorf("%.1f with replacement, %.1f without", with.Value, without.Value)
	}
}

// A run that was interrupted goes on where it stopped, to the same bits.
func TestResume(t *testing.T) {
	r := must(New(regressionSet(300, 1), 0.1, 1, sgd.WithReplacement))
	s := escape.Settings{Replicas: 200, MaxTime: 1e4, Experiment: "resume"}
	want := passagesOf(t, r, 1.5, s)
	ctx, cancel := context.WithCancel(context.Background())
	s.Progress = func(done, _ int) {
		if done == 50 {
			cancel()
		}
	}
	half, err := escape.FirstPassage(ctx, r, r.Minimum(), must(r.LossAbove(1.5)), s)
	if n := half.Count(escape.Pending); !errors.Is(err, context.Canceled) || n == 0 || n > 150 {
		t.Fatalf("%d of 200 pending, error %v", n, err)
	}
	s.Progress, s.Resume = nil, half
	if got := passagesOf(t, r, 1.5, s); !reflect.DeepEqual(got, want) {
		t.Error("resumed, the sample is another")
	}
}

// Loss and level are those of the definition.
func TestRegressionLoss(t *testing.T) {
	set := regressionSet(50, 3)
	r := must(New(set, 0.1, 1, sgd.WithReplacement))
	loss := func(theta []float64) float64 {
		sum := 0.0
		for mu := range 50 {
			e := -set.Y.At(mu, 0)
			for i, v := range theta {
				e += v * set.X.At(mu, i)
			}
			sum += e * e / 100
		}
		return sum
	}
	if got, want := r.MinimumLoss(), loss(r.Minimum()); math.Abs(got-want) > 1e-12 {
		t.Errorf("minimum loss %v, want %v", got, want)
	}
	rng := dynamics.Stream(1, "loss", 0)
	if err := landscape.Check(r, []float64{1, -0.3, 0.2}); err != nil {
		t.Error(err)
	}
	for range 200 {
		delta, theta, square := make([]float64, 3), r.Minimum(), 0.0
		for i := range delta {
			delta[i] = rng.NormFloat64()
			theta[i] += delta[i]
			square += delta[i] * delta[i]
		}
		level := loss(theta) - r.MinimumLoss()
		if !r.above(theta, square, level*(1-1e-9)) || r.above(theta, square, level*(1+1e-9)) {
			t.Errorf("level %v is not where above says", level)
		}
	}
}

// A step beyond stability, η(1 + 2/B) ≥ 2, is counted as passing a finite level and, where the
// level is out of reach, as having diverged.
func TestRegressionDiverges(t *testing.T) {
	for name, r := range map[string]*SGD{"fresh": must(NewFresh(2, 1, 5, 4)), "fixed": must(New(regressionSet(100, 2), 50, 1, sgd.WithReplacement))} {
		s := passagesOf(t, r, math.MaxFloat64, escape.Settings{Replicas: 20})
		if n := s.Count(escape.Diverged); n != 20 {
			t.Errorf("%s: %d of 20 replicas of a chain that diverges say so", name, n)
		}
	}
}

func TestRegressionErrors(t *testing.T) {
	set := regressionSet(10, 2)
	for _, test := range []struct {
		eta   float64
		batch int
		how   sgd.Batches
		want  string
	}{
		{0, 1, sgd.WithReplacement, "learning rate 0"}, {math.Inf(1), 1, sgd.WithReplacement, "learning rate +Inf"},
		{0.1, 0, sgd.WithReplacement, "batch size 0"}, {0.1, 11, sgd.Independent, "batch size 11"}, {0.1, 1, 7, "batches 7"}, {0.1, 1, sgd.Shuffled, "remember"},
	} {
		if _, err := New(set, test.eta, test.batch, test.how); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", err, test.want)
		}
	}
	if _, err := New(regressionSet(2, 3), 0.1, 1, sgd.WithReplacement); err == nil {
		t.Error("fewer samples than dimensions accepted")
	}
	if _, err := NewFresh(1, 0, 0.1, 1); err == nil {
		t.Error("label noise 0 accepted")
	}
	r := must(NewFresh(1, 1, 0.1, 1))
	for _, c := range []float64{1, math.Inf(1), math.NaN()} {
		if _, err := r.LossAbove(c); err == nil {
			t.Errorf("c = %v accepted", c)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, r := range []*SGD{r, must(New(set, 0.1, 1, sgd.WithReplacement))} {
		if _, err := escape.FirstPassage(ctx, r, r.Minimum(), must(r.LossAbove(9)), escape.Settings{}); !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: error %v", err)
		}
	}
}

// No step allocates, fast or general.
func TestRegressionAllocates(t *testing.T) {
	r := must(New(regressionSet(100, 2), 0.1, 1, sgd.WithReplacement))
	l := newLanes(r, work{level: 1e6 * r.MinimumLoss()})
	if n := testing.AllocsPerRun(10, func() { l.leap(1000) }); n != 0 {
		t.Errorf("%v allocations in 1000 steps of 8 lanes", n)
	}
	rng, theta := dynamics.Stream(1, "", 0), make([]float64, 2)
	for _, how := range []sgd.Batches{sgd.Independent, sgd.WithReplacement} {
		w := must(New(regressionSet(100, 2), 0.1, 7, how)).NewStepper()
		if n := testing.AllocsPerRun(100, func() { w.Step(theta, rng) }); n != 0 {
			t.Errorf("%v allocations a step with batches %v", n, how)
		}
	}
}

// 1000 runs of SGD agree with the exact discrete solution (|z| < 3.5), while they reject Eq. 13 at
// d = 1.
func TestAgainstExact(t *testing.T) {
	for _, test := range []reference.Passage{reference.Passages[0], reference.Passages[3]} {
		s := passagesOf(t, must(NewFresh(test.Dim, 1, 0.1, 1)), test.C, escape.Settings{Replicas: 1000, Seed: 1, Experiment: fmt.Sprint(test.Dim)})
		e := must(s.MeanTime(0.95))
		want := must(Chain{LearningRate: 0.1, BatchSize: 1, Dim: test.Dim, LabelNoise: 1}.MeanFirstPassage(test.C, exact.Settings{Tolerance: 1e-3})).Value
		if z := (e.Value - want) / e.StdErr; math.Abs(z) > 3.5 {
			t.Errorf("d = %d: t_p = %.4g ± %.2g, exact %.5g (z = %.1f)", test.Dim, e.Value, e.StdErr, want, z)
		}
		if z := (e.Value - test.SDE) / e.StdErr; z < 3.5 {
			t.Errorf("d = %d: Eq. 13 is not rejected (z = %.1f)", test.Dim, z)
		}
	}
}

// What is still below the level after MaxTime is censored there, rounded down to whole steps, for
// any number of workers.
func TestCensoring(t *testing.T) {
	walk := must(New(regressionSet(1000, 1), 0.1, 1, sgd.WithReplacement))
	var first *escape.Sample
	for _, workers := range []int{1, 2, 7} {
		s := passagesOf(t, walk, 1.5, escape.Settings{Replicas: 50, MaxTime: 50, Workers: workers})
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
	if s := passagesOf(t, walk, 2, escape.Settings{MaxTime: 0.01}); s.Count(escape.Censored) != 200 {
		t.Errorf("%+v: want all censored in the first step", s)
	}
}

func ExampleSGD() {
	sgd, err := NewFresh(1, 1, 0.1, 1) // d, σ, η, B
	if err != nil {
		fmt.Println(err)
		return
	}
	exit, _ := sgd.LossAbove(1.5)
	s, err := escape.FirstPassage(context.Background(), sgd, sgd.Minimum(), exit, escape.Settings{Replicas: 40_000, Seed: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, _ := s.MeanTime(0.95)
	fmt.Printf("t_p = %.1f ± %.1f; the exact solution is 78.4\n", t.Value, t.StdErr)
	// Output: t_p = 77.8 ± 0.4; the exact solution is 78.4
}
