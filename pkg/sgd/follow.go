package sgd

import (
	"context"
	"fmt"

	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
)

// Follow trains copies of a model from several seeds, side by side, as [Stages] does, and returns
// what measure finds at each of the epochs: found[i][seed][j] is the i-th of its numbers at
// epochs[j]. Seeds count from 0. measure works on the copy that it is given; how many numbers it
// returns must not vary.
//
// Errors: seeds < 1 or > 2²⁰, a nil measure, numbers that vary in number, what [Stages] refuses,
// and the first error of measure or of a training.
func Follow(ctx context.Context, m Initialiser, eta float64, batch int, epochs []int, seeds int, measure func(m model.Model, theta []float64) ([]float64, error)) (found [][][]float64, err error) {
	if seeds < 1 || seeds > 1<<20 || measure == nil {
		return nil, fmt.Errorf("sgd: following %d seeds with a measure that is nil: %t, want 1 to 2²⁰ seeds and a measure", seeds, measure == nil)
	}
	if _, _, err := model.CheckDims(m); err != nil {
		return nil, fmt.Errorf("sgd: following %w", err)
	}
	type run struct {
		stages [][]float64
		err    error
	}
	runs := noise.BySeed(seeds, func(seed int) (r run) {
		own, ok := model.Clone(m).(Initialiser)
		if !ok {
			r.err = fmt.Errorf("sgd: a copy of %T draws no initial point", m)
			return r
		}
		r.err = visit(ctx, own, eta, batch, epochs, uint64(seed), func(theta []float64) error {
			values, err := measure(own, theta)
			r.stages = append(r.stages, values)
			return err
		})
		return r
	})
	for seed, r := range runs {
		if r.err != nil {
			return nil, r.err
		}
		if found == nil {
			found = make([][][]float64, len(r.stages[0]))
			for i := range found {
				found[i] = make([][]float64, seeds)
			}
		}
		for _, values := range r.stages {
			if len(values) != len(found) {
				return nil, fmt.Errorf("sgd: following a measure of %d numbers that was one of %d", len(values), len(found))
			}
			for i, v := range values {
				found[i][seed] = append(found[i][seed], v)
			}
		}
	}
	return found, nil
}
