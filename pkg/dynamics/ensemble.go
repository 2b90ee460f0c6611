package dynamics

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Ensemble runs independent replicas of d from start for a number of steps and
// returns where each ends, one row a replica: a sample of the law at that time,
// or, for a dynamics on the τ clock, at that τ. The result does not depend on
// the number of processors. It returns an error if replicas or steps is below
// 1, start has the wrong length, a replica leaves the finite numbers, or ctx
// ends.
func Ensemble(ctx context.Context, d Dynamics, start []float64, replicas, steps int, seed uint64, experiment string) ([][]float64, error) {
	switch {
	case replicas < 1:
		return nil, fmt.Errorf("dynamics: ensemble of %d replicas, want ≥ 1", replicas)
	case steps < 1:
		return nil, fmt.Errorf("dynamics: ensemble of %d steps, want ≥ 1", steps)
	case len(start) != d.Dim():
		return nil, fmt.Errorf("dynamics: ensemble from a start of length %d, want %d", len(start), d.Dim())
	}
	workers := parallel.Workers(0)
	steppers := make([]Stepper, workers)
	for w := range steppers {
		steppers[w] = d.NewStepper()
	}
	ends := make([][]float64, replicas)
	var diverged atomic.Int64
	parallel.For(ctx, replicas, workers, func(w, i int) {
		rng := Stream(seed, experiment, i)
		theta := append([]float64(nil), start...)
		for range steps {
			if dt := steppers[w].Step(theta, rng); !(dt > 0) {
				diverged.Add(1)
				break
			}
		}
		ends[i] = theta
	})
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("dynamics: ensemble: %w", err)
	}
	if n := diverged.Load(); n > 0 {
		return nil, fmt.Errorf("dynamics: ensemble: %d of %d replicas diverged", n, replicas)
	}
	return ends, nil
}
