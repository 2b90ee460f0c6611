package splitting

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Barrier is the escape over a barrier under Eq. 13, or Eq. 5 with Frozen: what [escape.Problem]
// simulates directly, told for rates that no direct simulation sees.
type Barrier struct {
	escape.Problem
	// Coordinate, if not nil, guides the way; nil means the axis of the barrier.
	Coordinate Coordinate
}

// At returns the problem at one step, in units of the shortest relaxation time: Eq. 15 or Eq. 5 by
// Heun's scheme, from the minimum to the plane [landscape.Axis.Exit] past the saddle. The plane
// stands nearer by what looking once a step costs, [escape.Watched] standard deviations of a step,
// so that the rate is 1/(mean time to the plane) of the diffusion, up to the square of the step. It
// returns an error for what [escape.Problem.Theory] refuses and a step not in [0, 2); 0 means 0.2.
func (b Barrier) At(step float64) (Problem, error) {
	e, err := b.Theory()
	if err != nil {
		return Problem{}, err
	}
	axis, err := landscape.FindAxis(b.Problem.Barrier)
	if err != nil {
		return Problem{}, fmt.Errorf("splitting: %w", err)
	}
	minimum := b.Problem.Barrier.Minimum()
	spaces, err := landscape.Eigenspaces(minimum.Hess)
	if err != nil {
		return Problem{}, fmt.Errorf("splitting: %w", err)
	}
	if step == 0 {
		step = 0.2 // a rate that is off by about 1 %
	}
	dt := step / spaces[len(spaces)-1].Curvature
	build, clock := dynamics.NewLogLangevin, e.MinimumLoss // dτ = L dt
	if b.Frozen {
		build, clock = dynamics.NewGLD, 1
	}
	d, err := build(b.Problem.Barrier, minimum, b.Noise, dynamics.Settings{Step: dt * clock, Scheme: dynamics.Heun})
	if err != nil {
		return Problem{}, fmt.Errorf("splitting: %w", err)
	}
	p := Problem{Dynamics: d, Start: minimum.Theta, Coordinate: b.Coordinate, Exit: axis.Exit - escape.Watched*math.Sqrt(2*e.T()*e.MinimumLoss*dt)}
	if p.Coordinate == nil {
		p.Coordinate = onAxis(axis.Direction)
		return p, nil
	}
	exit := escape.Half{Point: make([]float64, len(axis.Direction)), Normal: axis.Direction}
	floats.AddScaled(exit.Point, p.Exit, axis.Direction)
	p.Out = exit
	return p, nil
}

// onAxis is the coordinate along a unit vector.
func onAxis(direction []float64) Coordinate {
	for i, x := range direction {
		if x == 1 {
			return Axis(i)
		}
	}
	return Func(func(theta []float64) float64 {
		if len(theta) != len(direction) {
			return math.NaN()
		}
		return floats.Dot(direction, theta)
	})
}

// Extrapolation is a rate at step zero with the runs that it rests on.
type Extrapolation struct {
	escape.Extrapolation
	// Steps are the steps of the runs, as [Barrier.At] takes them.
	Steps []float64
	Runs  []*Result
	// Doubt is the first of the runs.
	Doubt string
}

// Rate runs the splitting at steps of 0.4 and 0.2 and extrapolates the two to step zero, by the
// square of the step: that error is of weak order 2. Errors are those of [Barrier.At] and
// [Problem.Rate].
func (b Barrier) Rate(ctx context.Context, s Settings) (*Extrapolation, error) {
	return Extrapolate(ctx, b.At, []float64{0.4, 0.2}, 2, s)
}

// Extrapolate runs the splitting of problems at two or more steps and extrapolates the rate to step
// zero with the weak order of the scheme, 1 for Euler–Maruyama and 2 for Heun: see
// [escape.Extrapolate]. It returns an error as there, as build and as [Problem.Rate]; for fewer
// than two steps before any work.
func Extrapolate(ctx context.Context, build func(step float64) (Problem, error), steps []float64, order float64, s Settings) (*Extrapolation, error) {
	if build == nil || len(steps) < 2 {
		return nil, fmt.Errorf("splitting: extrapolation from %d steps, want ≥ 2 and a problem to build", len(steps))
	}
	x := &Extrapolation{Steps: steps}
	estimates := make([]escape.Estimate, len(steps))
	name := s.Experiment
	for i, step := range steps {
		p, err := build(step)
		if err != nil {
			return nil, err
		}
		s.Experiment = fmt.Sprintf("%s step=%v", name, step)
		r, err := p.Rate(ctx, s)
		if err != nil {
			return nil, err
		}
		x.Runs, estimates[i] = append(x.Runs, r), r.Rate
		if x.Doubt == "" {
			x.Doubt = r.Doubt
		}
	}
	var err error
	if x.Extrapolation, err = escape.Extrapolate(steps, estimates, order); err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	return x, nil
}
