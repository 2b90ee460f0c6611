package regression

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gonum.org/v1/gonum/mathext/prng"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

func regressionSet(n, d int) *data.Set {
	return mustRegression(data.Regression(n, d, 1, rand.New(rand.NewPCG(3, uint64(d)))))
}

func mustRegression[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestXoshiroAgainstGonum(t *testing.T) {
	x := newXoshiro(1, "x", 2)
	state := make([]byte, 32)
	for i, v := range x {
		for k := range 8 { // big endian, as gonum writes it
			state[8*i+k] = byte(v >> (56 - 8*k))
		}
	}
	var want prng.Xoshiro256plusplus
	if err := want.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if a, b := x.next(), want.Uint64(); a != b {
			t.Fatalf("%x, gonum has %x", a, b)
		}
	}
}

// Every kernel does what advanceAny does, bit for bit, for any number of workers.
func TestKernelsAgainstReference(t *testing.T) {
	for _, d := range []int{1, 2, 3, 4, 8} {
		r := mustRegression(NewRegression(regressionSet(500, d), 0.1, 1, sgd.WithReplacement))
		s := PassageSettings{Ratio: 1.5, MaxSteps: 3000, Seed: 5, Experiment: "bits"}
		var want []Passage
		for _, workers := range []int{0, 1, 2, 7} {
			steps := make([]Passage, 101)
			if workers == 0 { // the reference
				l := newLanes(r, s)
				l.advance = (*lanes).advanceAny
				l.run(context.Background(), steps, new(atomic.Int64))
				want = steps
				continue
			}
			s.Workers = workers
			if err := r.FirstPassage(context.Background(), steps, s); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(steps, want) {
				t.Errorf("d = %d, %d workers: other passages than the reference", d, workers)
			}
		}
		if stat.Mean(floatSteps(want), nil) < 5 {
			t.Errorf("d = %d: hardly a step: %v", d, want[:10])
		}
	}
}

func floatSteps(steps []Passage) []float64 {
	x := make([]float64, len(steps))
	for i, k := range steps {
		x[i] = float64(k)
	}
	return x
}

// The fast way and the general one sample one law, and batches drawn with and
// without replacement differ as they should: not at B = 1.
func TestWaysAgree(t *testing.T) {
	set := regressionSet(300, 2)
	mean := func(batch int, eta, ratio float64, how sgd.Batches, experiment string) (float64, float64) {
		r := mustRegression(NewRegression(set, eta, batch, how))
		steps := make([]Passage, 3000)
		if err := r.FirstPassage(context.Background(), steps, PassageSettings{Ratio: ratio, Experiment: experiment}); err != nil {
			t.Fatal(err)
		}
		m, s := stat.MeanStdDev(floatSteps(steps), nil)
		return m, s / math.Sqrt(float64(len(steps)))
	}
	fast, fastErr := mean(1, 0.2, 1.5, sgd.WithReplacement, "fast")
	general := mustRegression(NewRegression(set, 0.2, 1, sgd.WithReplacement))
	var times []float64
	for i := range 3000 {
		k := general.Walk(dynamics.Stream(1, "walk", i), func(delta []float64) bool {
			return !general.above(delta, delta[0]*delta[0]+delta[1]*delta[1], 0.5*general.MinimumLoss())
		})
		times = append(times, float64(k))
	}
	slow, slowStd := stat.MeanStdDev(times, nil)
	if z := (fast - slow) / math.Hypot(fastErr, slowStd/math.Sqrt(3000)); math.Abs(z) > 4.5 {
		t.Errorf("fast %.3f, general %.3f steps (z = %.1f)", fast, slow, z)
	}
	// Without replacement the noise has (N−B)/(N−1) less variance, half of it
	// at B = N/2: far fewer escapes.
	with, _ := mean(150, 1, 1.02, sgd.WithReplacement, "with")
	without, _ := mean(150, 1, 1.02, sgd.Independent, "without")
	if !(without > 2*with) {
		t.Errorf("%.1f steps with replacement, %.1f without", with, without)
	}
}

// Loss and level are those of the definition.
func TestRegressionLoss(t *testing.T) {
	set := regressionSet(50, 3)
	r := mustRegression(NewRegression(set, 0.1, 1, sgd.WithReplacement))
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
	for range 200 {
		delta, theta, square := make([]float64, 3), r.Minimum(), 0.0
		for i := range delta {
			delta[i] = rng.NormFloat64()
			theta[i] += delta[i]
			square += delta[i] * delta[i]
		}
		level := loss(theta) - r.MinimumLoss()
		if !r.above(delta, square, level*(1-1e-9)) || r.above(delta, square, level*(1+1e-9)) {
			t.Errorf("level %v is not where above says", level)
		}
	}
}

// A step beyond stability, η(1 + 2/B) ≥ 2, is counted as passing a finite level
// and, where the level is out of reach, as having diverged.
func TestRegressionDiverges(t *testing.T) {
	r := mustRegression(NewFreshRegression(2, 1, 5, 4))
	steps := make([]Passage, 20)
	if err := r.FirstPassage(context.Background(), steps, PassageSettings{Ratio: math.MaxFloat64}); err != nil {
		t.Fatal(err)
	}
	fixed := mustRegression(NewRegression(regressionSet(100, 2), 50, 1, sgd.WithReplacement))
	more := make([]Passage, 20)
	if err := fixed.FirstPassage(context.Background(), more, PassageSettings{Ratio: math.MaxFloat64}); err != nil {
		t.Fatal(err)
	}
	for _, k := range append(steps, more...) {
		if k >= 0 {
			t.Errorf("passage %d of a chain that diverges, want < 0", k)
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
		{0.1, 0, sgd.WithReplacement, "batch size 0"}, {0.1, 11, sgd.Independent, "batch size 11"}, {0.1, 1, 7, "batches 7"},
	} {
		if _, err := NewRegression(set, test.eta, test.batch, test.how); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", err, test.want)
		}
	}
	if _, err := NewRegression(regressionSet(2, 3), 0.1, 1, sgd.WithReplacement); err == nil {
		t.Error("fewer samples than dimensions accepted")
	}
	if _, err := NewFreshRegression(1, 0, 0.1, 1); err == nil {
		t.Error("label noise 0 accepted")
	}
	r := mustRegression(NewFreshRegression(1, 1, 0.1, 1))
	if err := r.FirstPassage(context.Background(), nil, PassageSettings{Ratio: 1}); err == nil {
		t.Error("c = 1 accepted")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.FirstPassage(ctx, make([]Passage, 3), PassageSettings{Ratio: 9}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}

// No step allocates, fast or general.
func TestRegressionAllocates(t *testing.T) {
	r := mustRegression(NewRegression(regressionSet(100, 2), 0.1, 1, sgd.WithReplacement))
	l := newLanes(r, PassageSettings{Ratio: 1e6, MaxSteps: 1 << 62})
	if n := testing.AllocsPerRun(10, func() { l.advance(l, 1000) }); n != 0 {
		t.Errorf("%v allocations in 1000 steps of 8 lanes", n)
	}
	for _, how := range []sgd.Batches{sgd.Shuffled, sgd.Independent, sgd.WithReplacement} {
		w := mustRegression(NewRegression(regressionSet(100, 2), 0.1, 7, how)).newWalker(dynamics.Stream(1, "", 0))
		if n := testing.AllocsPerRun(100, func() { w.step() }); n != 0 {
			t.Errorf("%v allocations a step with batches %v", n, how)
		}
	}
}

func ExampleRegression_FirstPassage() {
	sgd, err := NewFreshRegression(8, 1, 0.1, 1) // d, σ, η, B
	if err != nil {
		fmt.Println(err)
		return
	}
	steps := make([]Passage, 20_000)
	err = sgd.FirstPassage(context.Background(), steps, PassageSettings{Ratio: 2, Seed: 1})
	mean, std := stat.MeanStdDev(floatSteps(steps), nil)
	fmt.Printf("t_p = %.1f ± %.2f, %v\n", 0.1*mean, 0.1*std/math.Sqrt(20_000), err)
	// Output: t_p = 3.3 ± 0.02, <nil>
}

// BenchmarkRegression compares replica-steps a second and core with a scalar C
// loop compiled with gcc -O3 -march=native, in the same run, in processor time.
func BenchmarkRegression(b *testing.B) {
	for _, d := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("d=%d", d), func(b *testing.B) {
			r := mustRegression(NewRegression(regressionSet(10_000, d), 0.1, 1, sgd.WithReplacement))
			bound := []float64{0, 2, 3, 0, 6, 0, 0, 0, 12}[d] // rarely passed
			l := newLanes(r, PassageSettings{Ratio: 1 + bound, MaxSteps: 1 << 62})
			scalar := scalarC(b, d, bound)
			const chunk = 1 << 16
			best, steps := math.Inf(1), 0
			for b.Loop() {
				start := time.Now()
				done := int64(0)
				for done < chunk {
					n, out := l.advance(l, chunk-done)
					done += n
					for j := range l.delta {
						if out>>j&1 == 1 {
							clear(l.delta[j])
						}
					}
				}
				best = math.Min(best, float64(time.Since(start).Nanoseconds())/(chunk*laneCount))
				steps += chunk * laneCount
			}
			b.ReportMetric(best, "ns/step")
			b.ReportMetric(scalar/best, "×C")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// scalarC compiles and runs testdata/regression.c; it skips without gcc.
func scalarC(b *testing.B, d int, bound float64) (nanoseconds float64) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		b.Skip("no gcc to compare with")
	}
	program := filepath.Join(b.TempDir(), "regression")
	build := exec.Command(gcc, "-O3", "-march=native", "-o", program, "testdata/regression.c", "-lm")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		b.Fatal(err)
	}
	out, err := exec.Command(program, fmt.Sprint(d), "10000", "5000000", fmt.Sprint(bound)).Output()
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Sscan(string(out), &nanoseconds); err != nil {
		b.Fatal(err)
	}
	return nanoseconds
}

// BenchmarkRegressionWorkers reports how much faster two workers are than one.
func BenchmarkRegressionWorkers(b *testing.B) {
	r := mustRegression(NewRegression(regressionSet(10_000, 1), 0.1, 1, sgd.WithReplacement))
	run := func(workers int) float64 {
		start := time.Now()
		steps := make([]Passage, 5000)
		if err := r.FirstPassage(context.Background(), steps, PassageSettings{Ratio: 1.9, Workers: workers}); err != nil {
			b.Fatal(err)
		}
		return time.Since(start).Seconds()
	}
	best := [2]float64{math.Inf(1), math.Inf(1)}
	for b.Loop() {
		for k := range best {
			best[k] = math.Min(best[k], run(k+1))
		}
	}
	b.ReportMetric(best[0]/best[1], "×1worker")
}
