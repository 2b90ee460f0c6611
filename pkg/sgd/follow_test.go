package sgd

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// What is found along the way is what the stages of each seed give.
func TestFollow(t *testing.T) {
	set, err := data.Teacher(40, []float64{1, -1, 0, 2}, 0.1, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.NewConv(set, model.ConvConfig{Conv: []model.ConvLayer{{Channels: 2, Kernel: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, epochs := context.Background(), []int{0, 1, 4}
	loss := func(m model.Model, theta []float64) ([]float64, error) {
		return []float64{model.BatchGrad(m, nil, theta, nil), theta[0]}, nil
	}
	found, err := Follow(ctx, m, 0.05, 10, epochs, 3, loss)
	if err != nil || len(found) != 2 {
		t.Fatalf("%d numbers, %v", len(found), err)
	}
	for seed := range 3 {
		stages, err := Stages(ctx, m, 0.05, 10, epochs, uint64(seed))
		if err != nil {
			t.Fatal(err)
		}
		for j, theta := range stages {
			if l := m.BatchGrad(nil, theta, nil); found[0][seed][j] != l || found[1][seed][j] != theta[0] {
				t.Errorf("seed %d, stage %d: %v and %v, want %v and %v", seed, j, found[0][seed][j], found[1][seed][j], l, theta[0])
			}
		}
	}
	type measure = func(model.Model, []float64) ([]float64, error)
	follow := func(m Initialiser, eta float64, seeds int, f measure, epochs ...int) error {
		_, err := Follow(ctx, m, eta, 10, epochs, seeds, f)
		return err
	}
	failure := errors.New("sgd: no luck")
	calls := 0
	for name, err := range map[string]error{
		"nil": follow(nil, 1, 1, loss, 1), "a nil pointer": follow((*model.Conv)(nil), 1, 1, loss, 1), "no seeds": follow(m, 1, 0, loss, 1), "1e9 seeds": follow(m, 1, 1e9, loss, 1),
		"no measure": follow(m, 1, 1, nil, 1), "no epochs": follow(m, 1, 1, loss), "η = -1": follow(m, -1, 1, loss, 1), "divergence": follow(m, 1e300, 1, loss, 3),
		"an error": follow(m, 1e-3, 1, func(model.Model, []float64) ([]float64, error) { return nil, failure }, 1),
		"varying": follow(m, 1e-3, 1, func(model.Model, []float64) ([]float64, error) {
			calls++
			return make([]float64, calls), nil
		}, 0, 1),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "sgd: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
