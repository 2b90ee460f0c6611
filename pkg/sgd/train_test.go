package sgd

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
)

func trainLinear(t testing.TB, n, d int) *model.Linear {
	t.Helper()
	set, err := data.Regression(n, d, 1, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.NewLinear(set)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Full-batch steps on one sample x = 2, y = 4: θ ← θ − η·2(2θ − 4), exact in binary.
func TestTrainExact(t *testing.T) {
	m, err := model.NewLinear(&data.Set{X: mat.NewDense(1, 1, []float64{2}), Y: mat.NewDense(1, 1, []float64{4})})
	if err != nil {
		t.Fatal(err)
	}
	theta := []float64{0}
	var seen []TrainEpoch
	var points []float64
	r, err := Train(context.Background(), m, theta, 0.125, 1, 3, TrainSettings{
		OnEpoch: func(e TrainEpoch) error { seen, points = append(seen, e), append(points, e.Theta[0]); return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{0, 1, 1.5, 1.75}; !slices.Equal(points, want) {
		t.Errorf("θ %v, want %v", points, want)
	}
	if r.Epochs != 3 || r.Steps != 3 || r.Loss != 0.5 { // the loss before the last step: ½(2·1.5−4)²
		t.Errorf("%+v", r)
	}
	if !math.IsNaN(seen[0].Loss) || seen[1].Loss != 8 || seen[3].Time != 0.375 || seen[3].Epoch != 3 {
		t.Errorf("%+v", seen)
	}
}

// The covariance of the mini-batch gradient is Eq. 8 for Independent batches, Eq. 8 without
// (N−B)/(N−1) with replacement; B/N = 1/3 keeps the two apart. One gradient element, 40000 batches,
// |z| < 4.5 (false alarms 2·7e−6); exchanging the two laws must fail.
func TestBatchLaw(t *testing.T) {
	const n, batch, draws = 12, 4, 40000
	m, theta := trainLinear(t, n, 1), []float64{0.7}
	mean, g := make([]float64, 1), make([]float64, 1)
	m.BatchGrad(mean, theta, nil)
	c, err := noise.NewCovariance(m, theta, batch, noise.Exact)
	if err != nil {
		t.Fatal(err)
	}
	c.MulVecTo(g, []float64{1})
	without := g[0]
	with := without * float64(n-1) / float64(n-batch)
	for how, want := range map[Batches][2]float64{Independent: {without, with}, WithReplacement: {with, without}} {
		s, rng := NewSampler(n, batch, how), dynamics.Stream(1, "law", 0)
		var sum, square float64
		for range draws {
			m.BatchGrad(g, theta, s.Next(rng))
			d := (g[0] - mean[0]) * (g[0] - mean[0])
			sum += d
			square += d * d
		}
		v := sum / draws
		stderr := math.Sqrt((square/draws - v*v) / draws)
		if z := (v - want[0]) / stderr; math.Abs(z) > 4.5 {
			t.Errorf("batches %d: variance %v ± %v, want %v (z = %.1f)", how, v, stderr, want[0], z)
		}
		for _, mutant := range []float64{want[1], 2 * want[0], want[0] / 2} {
			if z := (v - mutant) / stderr; math.Abs(z) < 4.5 {
				t.Errorf("batches %d: mutation %v passes (z = %.1f)", how, mutant, z)
			}
		}
	}
}

// A Shuffled epoch visits every sample once, in an order that changes.
func TestShuffledVisitsAll(t *testing.T) {
	s, rng := NewSampler(10, 5, Shuffled), dynamics.Stream(1, "shuffle", 0)
	var orders [2][]int
	for e := range orders {
		s.Begin()
		for range 2 {
			orders[e] = append(orders[e], s.Next(rng)...)
		}
		sorted := slices.Sorted(slices.Values(orders[e]))
		for i, v := range sorted {
			if i != v {
				t.Fatalf("epoch %d visits %v", e, orders[e])
			}
		}
	}
	if slices.Equal(orders[0], orders[1]) {
		t.Error("the same order twice")
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	m := trainLinear(t, 50, 3)
	run := func(seed uint64) []float64 {
		theta := make([]float64, 3)
		if _, err := Train(context.Background(), m, theta, 0.1, 7, 3, TrainSettings{Seed: seed}); err != nil {
			t.Fatal(err)
		}
		return theta
	}
	if !slices.Equal(run(1), run(1)) {
		t.Error("the same seed gives different bits")
	}
	if slices.Equal(run(1), run(2)) {
		t.Error("different seeds give the same bits")
	}
}

func TestTrainDivergence(t *testing.T) {
	m := trainLinear(t, 20, 2)
	theta := []float64{1, 1}
	r, err := Train(context.Background(), m, theta, 50, 5, 1000, TrainSettings{})
	var diverged *TrainDivergedError
	if !errors.As(err, &diverged) {
		t.Fatalf("error %v, want a TrainDivergedError", err)
	}
	if diverged.Step != r.Steps+1 || diverged.Epoch != r.Epochs+1 || r.Steps == 0 || !strings.Contains(err.Error(), fmt.Sprint("step ", diverged.Step)) {
		t.Errorf("%v after %+v", err, r)
	}
}

func TestTrainStops(t *testing.T) {
	m := trainLinear(t, 20, 2)
	ctx, cancel := context.WithCancel(context.Background())
	stop := TrainSettings{OnEpoch: func(e TrainEpoch) error {
		if e.Epoch == 2 {
			cancel()
		}
		return nil
	}}
	r, err := Train(ctx, m, make([]float64, 2), 0.1, 5, 10, stop)
	if !errors.Is(err, context.Canceled) || r.Epochs != 2 || r.Steps != 8 {
		t.Errorf("%+v, %v", r, err)
	}
	full := errors.New("disk full")
	_, err = Train(context.Background(), m, make([]float64, 2), 0.1, 5, 10, TrainSettings{OnEpoch: func(TrainEpoch) error { return full }})
	if !errors.Is(err, full) || !strings.HasPrefix(err.Error(), "sgd: ") {
		t.Errorf("%v", err)
	}
}

func TestTrainErrors(t *testing.T) {
	m := trainLinear(t, 20, 2)
	ok := []float64{0, 0}
	for _, c := range []struct {
		theta         []float64
		eta           float64
		batch, epochs int
		s             TrainSettings
		want          string
	}{
		{ok, 0, 1, 1, TrainSettings{}, "learning rate 0"},
		{ok, math.NaN(), 1, 1, TrainSettings{}, "learning rate NaN"},
		{ok, math.Inf(1), 1, 1, TrainSettings{}, "learning rate +Inf"},
		{ok, 1, 0, 1, TrainSettings{}, "batch size 0"},
		{ok, 1, 21, 1, TrainSettings{}, "B ≤ N = 20"},
		{ok, 1, 1, -1, TrainSettings{}, "-1 epochs"},
		{ok[:1], 1, 1, 1, TrainSettings{}, "length 1"},
		{[]float64{0, math.Inf(-1)}, 1, 1, 1, TrainSettings{}, "θ[1] is -Inf"},
		{ok, 1, 1, 1, TrainSettings{Batches: 3}, "batches 3"},
	} {
		_, err := Train(context.Background(), m, c.theta, c.eta, c.batch, c.epochs, c.s)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "sgd: ") {
			t.Errorf("error %v, want it to name %q", err, c.want)
		}
	}
}

func TestTrainStepsDoNotAllocate(t *testing.T) {
	m := trainLinear(t, 100, 3)
	for _, how := range []Batches{Shuffled, Independent, WithReplacement} {
		tr := trainer{m: m, theta: make([]float64, 3), grad: make([]float64, 3), eta: 0.1, perEpoch: 10,
			rng: dynamics.Stream(1, "alloc", 0), batches: NewSampler(100, 10, how)}
		if n := testing.AllocsPerRun(5, func() { _ = tr.epoch(context.Background()) }); n != 0 {
			t.Errorf("batches %d: %v allocations per epoch", how, n)
		}
	}
}

func ExampleTrain() {
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Teacher(1000, []float64{2, -1}, 0, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := model.NewLinear(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := make([]float64, 2)
	r, err := Train(context.Background(), m, theta, 0.1, 10, 20, TrainSettings{})
	fmt.Printf("%d steps, θ = %.3f, %v\n", r.Steps, theta, err)
	// Output: 2000 steps, θ = [2.000 -1.000], <nil>
}

// The time of an epoch is η times its steps, of which it has more than one.
func TestEpochTime(t *testing.T) {
	m, last := trainLinear(t, 7, 1), TrainEpoch{}
	_, err := Train(context.Background(), m, []float64{0}, 0.25, 2, 3, TrainSettings{OnEpoch: func(e TrainEpoch) error { last = e; return nil }})
	if err != nil || last.Epoch != 3 || last.Steps != 9 || last.Time != 2.25 {
		t.Errorf("%+v, %v", last, err)
	}
}
