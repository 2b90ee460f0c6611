package sgd

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/model"
)

func two(t *testing.T) model.Model {
	t.Helper()
	m, err := model.NewLinear(&data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{1, 3})})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// alien is a model of any size, whose copies draw no initial point.
type alien struct{ samples, params int }

func (a alien) Dims() (int, int)                         { return a.samples, a.params }
func (alien) LossGrad([]float64, []float64, int) float64 { return 0 }
func (alien) Init([]float64, *rand.Rand)                 {}
func (a alien) Clone() model.Model                       { return new(model.Linear) }

// Bad input is an error that begins with "sgd:".
func TestHostile(t *testing.T) {
	m, ctx, nan, inf := two(t), context.Background(), math.NaN(), math.Inf(1)
	over, cancel := context.WithCancel(ctx)
	cancel()
	dynamics := func(m model.Model, eta float64, b int, how Batches) error { _, err := New(m, eta, b, how); return err }
	train := func(ctx context.Context, m model.Model, eta float64, b, epochs int, theta ...float64) error {
		_, err := Train(ctx, m, theta, eta, b, epochs, TrainSettings{})
		return err
	}
	h := hostile.Table{
		"Check": {
			func() error { return Check(9, 0, 1, Shuffled) },
			func() error { return Check(9, -1, 1, Shuffled) },
			func() error { return Check(9, nan, 1, Shuffled) },
			func() error { return Check(9, inf, 1, Shuffled) },
			func() error { return Check(9, 1, 0, Shuffled) },
			func() error { return Check(9, 1, -1, Shuffled) },
			func() error { return Check(9, 1, 10, Shuffled) },
			func() error { return Check(0, 1, 1, Shuffled) },
			func() error { return Check(9, 1, 1, 3) },
			func() error { return Check(9, 1, 1, -1) },
		},
		"New": {
			func() error { return dynamics(nil, 1, 1, Independent) },
			func() error { return dynamics((*model.MLP)(nil), 1, 1, Independent) },
			func() error { return dynamics(new(model.Linear), 1, 1, Independent) },
			func() error { return dynamics(m, nan, 1, Independent) },
			func() error { return dynamics(m, 1, 1e9, Independent) },
			func() error { return dynamics(m, 1, 1, Shuffled) },
			func() error { return dynamics(m, 1, 1, 9) },
		},
		"Train": {
			func() error { return train(context.Context(nil), m, 1, 1, 1, 0) },
			func() error { return train(over, m, 1, 1, 1, 0) },
			func() error { return train(ctx, nil, 1, 1, 1) },
			func() error { return train(ctx, (*model.Linear)(nil), 1, 1, 1) },
			func() error { return train(ctx, m, 1, 1, 1) },
			func() error { return train(ctx, m, 1, 1, 1, nan) },
			func() error { return train(ctx, m, 0, 1, 1, 0) },
			func() error { return train(ctx, m, 1, 3, 1, 0) },
			func() error { return train(ctx, m, 1, 1, -1, 0) },
			func() error { return train(ctx, m, 1, 1, 1, 1e308) },
			func() error { return train(ctx, m, 1e308, 1, 9, 0) },
			func() error { return train(ctx, m, 9, 1, 1e9, 1) },
		},
	}
	net, err := model.NewMLP(&data.Set{X: mat.NewDense(4, 1, []float64{1, 2, 3, 4}), Y: mat.NewDense(4, 1, []float64{1, 3, 2, 1})}, model.MLPConfig{Hidden: []int{2}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	fine := func(model.Model, []float64) ([]float64, error) { return []float64{1}, nil }
	both := func(ctx context.Context, m Initialiser, eta float64, batch int, epochs ...int) {
		h.Add("Stages", func() error { return hostile.Err(Stages(ctx, m, eta, batch, epochs, 1)) })
		h.Add("Follow", func() error { return hostile.Err(Follow(ctx, m, eta, batch, epochs, 2, fine)) })
	}
	both(context.Context(nil), net, 0.1, 1, 0, 1)
	both(over, net, 0.1, 1, 1)
	both(over, net, 0.1, 1, math.MaxInt)
	for _, m := range []Initialiser{nil, (*model.MLP)(nil), (*model.Conv)(nil), new(model.Conv), alien{}, alien{samples: 4, params: -1}} {
		both(ctx, m, 0.1, 1, 0)
	}
	for _, eta := range []float64{nan, 0, -1, inf, -inf, 1e308} {
		both(ctx, net, eta, 1, 0, 99)
	}
	for _, batch := range []int{0, -1, 5, 1e9, math.MaxInt} {
		both(ctx, net, 0.1, batch, 0)
	}
	for _, epochs := range [][]int{nil, {}, {-1}, {math.MinInt}, {1, 1}, {2, 1}, {0, -1}} {
		both(ctx, net, 0.1, 1, epochs...)
	}
	h.Add("Stages", func() error { return hostile.Err(Stages(ctx, alien{4, 1 << 29}, 0.1, 1, []int{0, 1}, 1)) })
	for _, seeds := range []int{0, -1, math.MinInt, 1<<20 + 1, math.MaxInt} {
		h.Add("Follow", func() error { return hostile.Err(Follow(ctx, net, 0.1, 1, []int{1}, seeds, fine)) })
	}
	calls := 0
	for _, measure := range []func(model.Model, []float64) ([]float64, error){
		nil,
		func(model.Model, []float64) ([]float64, error) { return nil, errors.New("sgd: no") },
		func(model.Model, []float64) ([]float64, error) { calls++; return make([]float64, calls), nil },
	} {
		h.Add("Follow", func() error { return hostile.Err(Follow(ctx, net, 0.1, 1, []int{0, 1}, 1, measure)) })
	}
	h.Add("Follow", func() error { return hostile.Err(Follow(ctx, alien{4, 1}, 0.1, 1, []int{0}, 1, fine)) })
	for _, last := range []int{0, -1, math.MinInt} {
		h.Add("Epochs", func() error { return hostile.Said(Epochs(last) == nil) })
	}
	for _, last := range []int{1, 1e9, math.MaxInt, math.MaxInt - 1} {
		h.Add("Epochs", func() error {
			at := Epochs(last)
			return hostile.Said(len(at) < 300 && at[len(at)-1] == last && slices.IsSorted(at) && at[0] == 1)
		})
	}
	h.Add("TrainDivergedError.Error", func() error { return new(TrainDivergedError) })
	for _, bad := range [][2]int{{0, 1}, {-1, 1}, {1, 0}, {1, 2}, {1, -1}, {1e9, 1}, {math.MaxInt, 1}} {
		h.Add("NewSampler", func() error { return hostile.Panics(func() { NewSampler(bad[0], bad[1], Independent) }) })
	}
	h.Add("NewSampler", func() error { return hostile.Panics(func() { NewSampler(3, 1, 9) }) })
	h.Add("Sampler.Begin", func() error { s := new(Sampler); s.Begin(); return hostile.Said(len(s.Next(nil)) == 0) })
	h.Add("Sampler.Next", func() error { return hostile.Panics(func() { NewSampler(3, 1, WithReplacement).Next(nil) }) },
		func() error {
			return hostile.Panics(func() {
				s := NewSampler(1, 1, Shuffled)
				s.Next(rand.New(rand.NewPCG(1, 2)))
				s.Next(rand.New(rand.NewPCG(1, 2)))
			})
		})
	h.Add("Check", func() error { return Check(1e9, 1, 1, Shuffled) }, func() error { return Check(maxSamples+1, 1, 1, Shuffled) })
	if err := Check(maxSamples, 1, maxSamples, Shuffled); err != nil {
		t.Error(err)
	}
	h.Run(t)

	if r, err := Train(ctx, m, []float64{1}, 1, 1, 0, TrainSettings{}); err != nil || r.Epochs != 0 || !math.IsNaN(r.Loss) {
		t.Errorf("no epoch: %+v, %v", r, err)
	}
	if s := new(TrainDivergedError).Error(); !strings.Contains(s, "step 0") {
		t.Error(s)
	}
}

// The loss of an epoch is the mean of its steps: with a step too small to move θ, that of the samples.
func TestTrainLoss(t *testing.T) {
	r, err := Train(context.Background(), two(t), []float64{2}, 1e-300, 1, 3, TrainSettings{})
	if want := (0.5*1 + 0.5*1) / 2; err != nil || r.Loss != want || r.Epochs != 3 || r.Steps != 6 {
		t.Errorf("%+v, %v, want the loss %v", r, err, want)
	}
}

// An error of the callback ends the training before the first step, or after the epoch.
func TestTrainCallback(t *testing.T) {
	stop := errors.New("enough")
	for after := range 3 {
		var seen []int
		theta := []float64{0}
		r, err := Train(context.Background(), two(t), theta, 0.1, 1, 5, TrainSettings{OnEpoch: func(e TrainEpoch) error {
			if seen = append(seen, e.Epoch); e.Epoch == after {
				return stop
			}
			return nil
		}})
		if !errors.Is(err, stop) || r.Epochs != after || len(seen) != after+1 || (theta[0] == 0) != (after == 0) {
			t.Errorf("%+v, %v after the epochs %v, want the error after %d", r, err, seen, after)
		}
	}
}

// A shuffled epoch hands out every sample once, and no more.
func TestSamplerEpoch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := NewSampler(6, 2, Shuffled)
	for range 4 {
		s.Begin()
		var all []int
		for range 3 {
			all = append(all, s.Next(rng)...)
		}
		slices.Sort(all)
		if !slices.Equal(all, []int{0, 1, 2, 3, 4, 5}) {
			t.Errorf("an epoch of %v", all)
		}
	}
	defer func() {
		if said, _ := recover().(string); !strings.Contains(said, "beyond the end of an epoch of 6 samples") {
			t.Errorf("a batch beyond the end of the epoch: %q", said)
		}
	}()
	s.Next(rng)
}

// θ that leaves floating point with the last step of an epoch is a divergence at that step.
func TestTrainDivergesInTheta(t *testing.T) {
	var diverged *TrainDivergedError
	r, err := Train(context.Background(), two(t), []float64{1e150}, 1e200, 2, 5, TrainSettings{})
	if !errors.As(err, &diverged) || diverged.Step != 1 || diverged.Epoch != 1 || !math.IsNaN(diverged.Loss) || diverged.LearningRate != 1e200 || r.Epochs != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}
