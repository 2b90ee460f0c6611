package splitting

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// climb is move for paths whose steps reveal their noise in stages. A step takes normals ξ = W(1)
// of a Brownian path W(s), and (θ, W(s), s) is a Markov process in finer steps: splitting holds for
// it as for any other. Its coordinate is that of where the step would lead from θ if the rest of
// the noise were none; home and out are told after whole steps.
func (r *run) climb(riders []rider) error {
	errs := make([]error, len(riders))
	parallel.For(r.ctx, len(riders), parallel.Workers(r.Workers), func() func(int) {
		c := climber{run: r, stepper: r.Dynamics.NewStepper().(dynamics.Fed), watch: parallel.NewWatch(r.ctx)}
		c.theta, c.trial, c.half = make([]float64, len(r.Start)), make([]float64, len(r.Start)), make([]float64, c.stepper.Normals())
		return func(i int) {
			p := riders[i].(*replica)
			errs[i] = c.climb(p, dynamics.Stream(r.Seed, r.Experiment+" path", p.birth))
		}
	})
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return first(errs)
}

// climber is one worker's scratch space.
type climber struct {
	*run
	stepper            dynamics.Fed
	watch              *parallel.Watch
	theta, trial, half []float64
}

// climb moves one path on until it is home or out.
func (c *climber) climb(p *replica, rng *rand.Rand) error {
	copy(c.theta, p.tip.theta)
	clear(c.half)
	copy(c.half, p.tip.half)
	t, stage, steps, root := p.tip.time, p.tip.stage, int64(0), math.Sqrt(1/float64(c.Stages))
	defer func() { c.steps.Add(steps) }()
	for !c.watch.Ended() {
		for i := range c.half {
			c.half[i] += root * rng.NormFloat64()
		}
		copy(c.trial, c.theta)
		dt := c.stepper.Feed(c.trial, c.half)
		x := c.Coordinate.At(c.trial)
		stage++
		steps++
		if stage == c.Stages {
			copy(c.theta, c.trial)
			clear(c.half)
			t += dt
			stage, x = 0, c.reach(c.theta)
			if x < c.Home {
				return nil
			}
		}
		if err := c.fit(c.trial, x, dt, steps/int64(c.Stages)); err != nil {
			return err
		}
		if x > p.tip.reach {
			tip := &point{theta: slices.Clone(c.theta), stage: stage, reach: x, time: t}
			if stage > 0 {
				tip.half = slices.Clone(c.half)
			}
			if p.reached(tip) {
				return nil
			}
		}
	}
	return nil
}
