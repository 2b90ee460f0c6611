package sgd

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Initialiser is a model that draws its own initial point, as [model.MLP] and [model.Conv] do.
type Initialiser interface {
	model.Model
	// Init stores an initial point in θ.
	Init(theta []float64, rng *rand.Rand)
}

var (
	_ Initialiser = (*model.MLP)(nil)
	_ Initialiser = (*model.Conv)(nil)
)

// Stages trains a model from its own initial point, by [Train] with [Shuffled] batches, and returns
// copies of θ after the given numbers of epochs, in ascending order: 0 is the initial point. The
// seed decides both the initial point and the batches. It takes 8P bytes a stage, in all at most
// 4 GiB.
//
// Errors: a nil model, no epochs, epochs that are negative or do not ascend, more stages than fit,
// what [Train] refuses, and a training that diverges.
func Stages(ctx context.Context, m Initialiser, eta float64, batch int, epochs []int, seed uint64) (stages [][]float64, err error) {
	if _, p, err := model.CheckDims(m); err == nil && len(epochs) > maxStages/p {
		return nil, fmt.Errorf("sgd: %d stages of %d parameters, want at most %d numbers (4 GiB)", len(epochs), p, maxStages)
	}
	err = visit(ctx, m, eta, batch, epochs, seed, func(theta []float64) error {
		stages = append(stages, slices.Clone(theta))
		return nil
	})
	return stages, err
}

// maxStages bounds the numbers that Stages copies.
const maxStages = 1 << 29

// visit trains and calls at with θ after the epochs.
func visit(ctx context.Context, m Initialiser, eta float64, batch int, epochs []int, seed uint64, at func(theta []float64) error) error {
	_, p, err := model.CheckDims(m)
	if err != nil {
		return fmt.Errorf("sgd: stages of %w", err)
	}
	if len(epochs) == 0 || epochs[0] < 0 {
		return fmt.Errorf("sgd: stages after the epochs %v, want at least one, from 0 on", epochs)
	}
	for i := range epochs[1:] {
		if epochs[i] >= epochs[i+1] {
			return fmt.Errorf("sgd: stages after the epochs %v, want them to ascend", epochs)
		}
	}
	theta := make([]float64, p)
	m.Init(theta, dynamics.Stream(seed, "Glorot", 0))
	_, err = Train(ctx, m, theta, eta, batch, epochs[len(epochs)-1], TrainSettings{Seed: seed, OnEpoch: func(e TrainEpoch) error {
		if _, wanted := slices.BinarySearch(epochs, e.Epoch); wanted {
			return at(e.Theta)
		}
		return nil
	}})
	return err
}

// Epochs returns the epochs 1, 2, … last, with steps of a quarter of what has passed, so about ten
// a decade: where to look at a training that changes ever more slowly. A last below 1 gives none.
func Epochs(last int) (at []int) {
	for t, step := 1, 1; t < last; t += step {
		at = append(at, t)
		step = min(max(1, t/4), last-t) // not beyond the largest int
	}
	if last > 0 {
		at = append(at, last)
	}
	return at
}
