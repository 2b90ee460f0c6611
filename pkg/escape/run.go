package escape

import (
	"context"
	"math/rand/v2"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

// runner is one worker's scratch space.
type runner struct {
	stepper dynamics.Stepper
	exit    Region
	theta   []float64
}

// run follows one replica to its end, or gives it up as Pending when ctx ends.
func (r *runner) run(ctx context.Context, start []float64, maxTime float64, rng *rand.Rand) (t float64, status Status, steps int64) {
	copy(r.theta, start)
	for {
		for range chunk {
			dt := r.stepper.Step(r.theta, rng)
			steps++
			// NaN fails every comparison, so both tests are written to catch it.
			// A negative or infinite dt means that the loss left its range.
			if !(dt > 0) || !dynamics.Finite(r.theta) {
				return t, Diverged, steps
			}
			t += dt
			if t >= maxTime {
				return maxTime, Censored, steps
			}
			if r.exit.Contains(r.theta) {
				return t, Escaped, steps
			}
		}
		if ctx.Err() != nil {
			return 0, Pending, 0
		}
	}
}
