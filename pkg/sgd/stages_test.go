package sgd

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Stages are what Train passes through.
func TestStages(t *testing.T) {
	set, err := data.Teacher(40, []float64{1, -1}, 0.1, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.NewMLP(set, model.MLPConfig{Hidden: []int{3}})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	got, err := Stages(ctx, m, 0.1, 10, []int{0, 2, 5}, 7)
	if err != nil || len(got) != 3 {
		t.Fatalf("%d stages, %v", len(got), err)
	}
	for i, epochs := range []int{0, 2, 5} {
		_, p := m.Dims()
		want := make([]float64, p)
		m.Init(want, dynamics.Stream(7, "Glorot", 0))
		if _, err := Train(ctx, m, want, 0.1, 10, epochs, TrainSettings{Seed: 7}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got[i], want) {
			t.Errorf("stage %d is another point", i)
		}
	}
	stages := func(m Initialiser, eta float64, epochs ...int) error {
		_, err := Stages(ctx, m, eta, 10, epochs, 7)
		return err
	}
	for name, err := range map[string]error{
		"nil": stages(nil, 1, 1), "a nil pointer": stages((*model.MLP)(nil), 1, 1), "a zero model": stages(new(model.Conv), 1, 1),
		"no epochs": stages(m, 1), "epoch -1": stages(m, 1, -1, 2), "the same epoch": stages(m, 1, 2, 2), "descending": stages(m, 1, 2, 1),
		"η = 0": stages(m, 0, 1), "divergence": stages(m, 1e300, 3),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "sgd: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestEpochs(t *testing.T) {
	for last, want := range map[int][]int{-1: nil, 0: nil, 1: {1}, 7: {1, 2, 3, 4, 5, 6, 7}, 15: {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15}} {
		if got := Epochs(last); !slices.Equal(got, want) {
			t.Errorf("up to %d: %v, want %v", last, got, want)
		}
	}
}
