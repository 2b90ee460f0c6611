package splitting

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/barriers"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// Regression is the escape of SGD on a linear regression, y = ε with normal features and labels,
// to Ratio times its minimal loss.
type Regression struct {
	LearningRate float64 // η
	BatchSize    int     // B
	Dim          int     // d
	Ratio        float64 // c
	// Set is the number of a data set of 1000 samples, in one dimension with B = 1; 0 means samples
	// drawn afresh at every step.
	Set int
}

// Problem returns the escape, with the distance from the minimum as coordinate, or the loss on a
// set. It returns an error for what is out of bounds.
func (r Regression) Problem() (Problem, error) {
	if !(r.Ratio > 1 && r.Ratio <= math.MaxFloat64) {
		return Problem{}, fmt.Errorf("splitting: loss ratio c = %v, want a finite value > 1", r.Ratio)
	}
	if r.Set == 0 {
		g, err := regression.NewFresh(r.Dim, 1, r.LearningRate, r.BatchSize)
		if err != nil {
			return Problem{}, fmt.Errorf("splitting: %w", err)
		}
		return Problem{Dynamics: g, Start: g.Minimum(), Coordinate: Distance{g.Minimum()}, Exit: math.Sqrt(r.Ratio - 1)}, nil
	}
	g, err := r.set()
	if err != nil {
		return Problem{}, err
	}
	return Problem{Dynamics: g, Start: g.Minimum(), Coordinate: Loss{g}, Exit: r.Ratio * g.MinimumLoss()}, nil
}

func (r Regression) set() (*regression.SGD, error) {
	if r.Dim != 1 || r.BatchSize != 1 || r.Set < 0 {
		return nil, fmt.Errorf("splitting: set %d with d = %d, B = %d, want a number ≥ 0, and for a set 1 and 1", r.Set, r.Dim, r.BatchSize)
	}
	g, err := regression.NewSet(r.Set, 1000, r.Dim, r.LearningRate)
	if err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	return g, nil
}

// Exact returns the exact rate, 1/(mean first-passage time), and the mean number of steps. It is an
// error if ctx has ended; a solution that has begun, of seconds at most, is not interrupted.
func (r Regression) Exact(ctx context.Context) (rate, steps float64, err error) {
	if ctx == nil || ctx.Err() != nil {
		return 0, 0, fmt.Errorf("splitting: no context, or one that has ended")
	}
	var t exact.Result
	if r.Set == 0 {
		t, err = regression.Chain{LearningRate: r.LearningRate, BatchSize: r.BatchSize, Dim: r.Dim, LabelNoise: 1}.MeanFirstPassage(r.Ratio, exact.Settings{})
	} else {
		var g *regression.SGD
		if g, err = r.set(); err == nil {
			t, err = barriers.SetPassage(g, r.Ratio, exact.Settings{})
		}
	}
	if err != nil {
		return 0, 0, fmt.Errorf("splitting: %w", err)
	}
	return 1 / t.Value, t.Value / r.LearningRate, nil
}

// Measure runs the splitting. Steps is its cost; doubt, if it is not empty, says why the standard
// error cannot be trusted.
func (r Regression) Measure(ctx context.Context, s Settings) (e escape.Extrapolation, doubt string, err error) {
	p, err := r.Problem()
	if err != nil {
		return e, "", err
	}
	s.Experiment += fmt.Sprintf(" regression η=%v B=%v d=%v c=%v set=%v", r.LearningRate, r.BatchSize, r.Dim, r.Ratio, r.Set)
	result, err := p.Rate(ctx, s)
	if err != nil {
		return e, "", err
	}
	return escape.Extrapolation{Value: result.Rate.Value, StdErr: result.Rate.StdErr, Steps: result.Steps}, result.Doubt, nil
}
