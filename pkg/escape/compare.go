package escape

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Law is the kind of noise under which a barrier is crossed.
type Law int

const (
	// LossNoise is Eq. 13, noise proportional to the loss, simulated as Eq. 15.
	LossNoise Law = iota
	// ConstantNoise is Eq. 5 with the noise of Eq. 13 frozen at the minimum.
	ConstantNoise
)

// Comparison is the escape rate over one barrier by every route. The embedded
// setting gives the predictions: Rate (Eq. 17), RateLinear and RateAligned.
type Comparison struct {
	theory.Escape
	// Kappa is the exact rate: half the lowest eigenvalue of the backward
	// Kolmogorov operator with absorption on the saddle plane.
	Kappa float64
	// Decay is the exact rate at which the probability to have stayed short of
	// the far minimum decays, the limit of Measured. It equals Kappa where
	// escape is rare.
	Decay float64
	// Measured is that rate by direct simulation, extrapolated to step zero.
	Measured Extrapolation
}

// Compare measures the escape rate over the quartic barrier of the given shape
// and sets the exact rate beside it. Replicas move from the bottom of one well
// to that of the other with Heun's scheme, at steps of 0.4 and 0.2 of the
// relaxation time 1/h*, with the exit moved nearer by what looking once a step
// costs; the first 15/h* are not counted, by when the start is
// forgotten. Settings gives the replicas, workers and seed; its Experiment is
// extended by the setting, so that no two settings share a random stream. It
// returns an error for what [landscape.NewQuartic], [theory.NewEscape],
// [kolmogorov.Straight] or [kolmogorov.Kolmogorov] refuse, for an unknown law, and if ctx
// ends.
func Compare(ctx context.Context, shape landscape.Shape, noise theory.Noise, law Law, s Settings) (Comparison, error) {
	well, err := landscape.NewQuartic(shape)
	if err != nil {
		return Comparison{}, fmt.Errorf("escape: comparison: %w", err)
	}
	var c Comparison
	if c.Escape, err = theory.NewEscape(well, noise, 0); err != nil {
		return Comparison{}, fmt.Errorf("escape: comparison: %w", err)
	}
	if err = c.solve(well, law); err != nil {
		return Comparison{}, fmt.Errorf("escape: comparison: %w", err)
	}
	s.Experiment = fmt.Sprint(s.Experiment, shape, noise, law)
	if c.Measured, err = c.simulate(ctx, well, law, s); err != nil {
		return Comparison{}, err
	}
	return c, nil
}

// solve fills in the exact rates.
func (c *Comparison) solve(well *landscape.Quartic, law Law) error {
	var noise kolmogorov.Reversible
	switch law {
	case LossNoise:
		noise = kolmogorov.LossNoise{Temperature: c.T()}
	case ConstantNoise:
		noise = kolmogorov.ConstantNoise{Strength: c.T() * c.MinimumLoss}
	default:
		return fmt.Errorf("law %d, want LossNoise or ConstantNoise", law)
	}
	kappa, err := kolmogorov.BarrierRate(well, noise)
	if err != nil {
		return err
	}
	valley, err := kolmogorov.Straight(well)
	if err != nil {
		return err
	}
	far := kolmogorov.Kolmogorov{Valley: valley, Noise: noise, Exit: well.FarMinimum().Theta[0]}
	passage, err := far.Solve()
	if err != nil {
		return err
	}
	c.Kappa, c.Decay = kappa.Value, passage.Eigenvalue.Value
	return nil
}

// watched is −ζ(½)/√(2π). A walker that is looked at only once a step passes an
// absorbing point unnoticed now and then, as though it stood farther off by this
// many standard deviations of a step: an error of order √dt in the rate, which
// matters where the barrier is low, and which moving the point nearer undoes.
const watched = 0.5826

// simulate measures the decay at two steps and extrapolates.
func (c *Comparison) simulate(ctx context.Context, well *landscape.Quartic, law Law, s Settings) (Extrapolation, error) {
	build, clock := dynamics.NewLogLangevin, c.MinimumLoss // dτ = L dt
	if law == ConstantNoise {
		build, clock = dynamics.NewGLD, 1
	}
	steps := []float64{0.4 / c.OutlierCurvature, 0.2 / c.OutlierCurvature}
	estimates := make([]Estimate, len(steps))
	name := s.Experiment
	for i, step := range steps {
		d, err := build(well, well.Minimum(), c.Noise, dynamics.Settings{Step: step * clock, Scheme: dynamics.Heun})
		if err != nil {
			return Extrapolation{}, fmt.Errorf("escape: comparison: %w", err)
		}
		exit := Beyond{Axis: 0, Level: well.FarMinimum().Theta[0] - watched*math.Sqrt(2*c.T()*c.MinimumLoss*step)}
		s.Experiment = fmt.Sprint(name, step)
		sample, err := FirstPassage(ctx, d, make([]float64, well.Dim()), exit, s)
		if err != nil {
			return Extrapolation{}, err
		}
		late, err := sample.After(15 / c.OutlierCurvature)
		if err != nil {
			return Extrapolation{}, err
		}
		if estimates[i], err = late.Rate(0.95); err != nil {
			return Extrapolation{}, err
		}
	}
	return Extrapolate(steps, estimates, 2)
}
