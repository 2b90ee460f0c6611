package selection

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Contest is two basins under noise: which of them wins, by formula, exactly and by simulation?
type Contest struct {
	*Basins
	// Noise is η/B.
	Noise float64
	// Width is that of half the passage of the noise at the saddle, as in [Basins.Present].
	Width float64
	// Strength D of gradient langevin dynamics: what the noise is at the bottom of the near basin.
	Strength float64

	out, back theory.Escape
}

// NewContest returns the contest of two basins at a noise η/B. Directions flatter than a tenth of
// the steepest do not count as outliers in Eq. 17. It returns an error where [NewBasins] does, or
// if the noise is not positive and finite or the width negative.
func NewContest(near, far Basin, saddleLoss, noise, width float64) (*Contest, error) {
	b, err := NewBasins(near, far, saddleLoss)
	if err != nil {
		return nil, err
	}
	if !(width >= 0) || math.IsInf(width, 1) {
		return nil, fmt.Errorf("selection: contest: width of the passage = %v, want a finite value ≥ 0", width)
	}
	c := &Contest{Basins: b, Noise: noise, Width: width, Strength: noise * near.Curvature * near.Loss}
	if c.out, err = c.escape(b, 0.1); err == nil {
		c.back, err = c.escape(b.Reverse(), 0.1)
	}
	if err != nil {
		return nil, fmt.Errorf("selection: contest: %w", err)
	}
	return c, nil
}

// errNoContest is for what [NewContest] did not make.
var errNoContest = errors.New("selection: contest that NewContest did not make")

func (c *Contest) made() bool { return c != nil && c.Basins != nil }

func (c *Contest) escape(b *Basins, flat float64) (theory.Escape, error) {
	return theory.NewEscape(b, theory.Noise{LearningRate: c.Noise, BatchSize: 1}, flat)
}

// Rates returns those of Eq. 17 out of the near basin and back.
func (c *Contest) Rates() (out, back float64) {
	if !c.made() {
		return math.NaN(), math.NaN()
	}
	return c.out.Rate(), c.back.Rate()
}

// Kramers returns the rates of Eq. 5, in which all directions count: NaN unless Strength is
// positive and finite.
func (c *Contest) Kramers() (out, back float64) {
	if !c.made() {
		return math.NaN(), math.NaN()
	}
	rate := func(b *Basins) float64 {
		m := b.Minimum() // D = T·L(θ*)
		e, err := theory.NewEscape(b, theory.NoiseFor(c.Strength/m.Loss, m.Hess.At(0, 0)), 0)
		if err != nil {
			return math.NaN()
		}
		return e.RateLinear()
	}
	return rate(c.Basins), rate(c.Reverse())
}

// Odds returns the exact stationary odds of the far basin under Eq. 13 with n = 1, where T(z) is
// taken in the reading α of [TwoTemperatures].
func (c *Contest) Odds(ctx context.Context, reading float64) (float64, error) {
	if !c.made() {
		return 0, errNoContest
	}
	if c.Dim() != 1 {
		return 0, fmt.Errorf("selection: contest in %d dimensions, want 1", c.Dim())
	}
	p := TwoTemperatures{Loss: exact.FirstAxis(c), Width: c.Width, Reading: reading,
		Near: c.Noise * c.near.Curvature, Far: c.Noise * c.far.Curvature}
	r, err := exact.Odds(ctx, p, 0, (c.a+c.b)/2, exact.Settings{Tolerance: 1e-7})
	return r.Value, err
}

// Constant returns the exact odds under Eq. 5, for any n: its law is e^{−L/D}, so that a direction
// across adds (D/2)·log h(z₁) to the loss on the path.
func (c *Contest) Constant(ctx context.Context) (float64, error) {
	if !c.made() {
		return 0, errNoContest
	}
	free := func(z float64) float64 {
		loss, _, _ := c.Profile(z)
		s, _, _ := c.blend(z)
		for i, h := range c.near.Transverse {
			loss += c.Strength / 2 * math.Log(h+s*(c.far.Transverse[i]-h))
		}
		return loss
	}
	gld := exact.OneDim{Loss: free, Noise: exact.ConstantNoise{Strength: c.Strength}}
	r, err := exact.Odds(ctx, gld, 0, (c.a+c.b)/2, exact.Settings{Tolerance: 1e-7})
	return r.Value, err
}

// SGD returns Eq. 13 with noise that follows the basin, at B times the batch size: 10³⁰ is gradient
// descent. In a step the walker moves by no more than a third of the passage (one standard
// deviation), where the scheme is of first order, and for no longer than 0.2/h at the bottom.
func (c *Contest) SGD(batch float64) (dynamics.Dynamics, error) {
	if !c.made() {
		return nil, errNoContest
	}
	local := func(dst, theta []float64) { c.Present(dst, theta[0], c.Width) }
	step := 0.2 * c.near.Loss / c.near.Curvature
	if c.Width > 0 {
		step = min(step, c.Width*c.Width/(18*c.Noise*max(c.near.Curvature, c.far.Curvature)))
	}
	d, err := NewLocal(c, local, []landscape.Critical{c.Minimum(), c.FarMinimum()},
		theory.Noise{LearningRate: c.Noise, BatchSize: batch}, dynamics.Settings{Step: step})
	if err != nil || c.Width == 0 {
		return d, err
	}
	return &contestSGD{Dynamics: d, basins: c.Basins, width: c.Width, step: step, root: math.Sqrt(2 * c.Noise / batch * step)}, nil
}

// GLD returns Eq. 5, with noise D in all directions.
func (c *Contest) GLD() (dynamics.Dynamics, error) {
	if !c.made() {
		return nil, errNoContest
	}
	unit := mat.NewSymDense(c.Dim(), nil)
	for i := range c.Dim() {
		unit.SetSym(i, i, 1)
	}
	isotropic := landscape.Critical{Theta: c.Minimum().Theta, Loss: 1, Hess: unit}
	return dynamics.NewGLD(c, isotropic, theory.Noise{LearningRate: c.Strength, BatchSize: 1},
		dynamics.Settings{Step: 0.2 / c.near.Curvature, Scheme: dynamics.Heun})
}

// Occupy follows replicas of a dynamics from the near minimum of a barrier whose saddle is at θ₁ =
// 0, for 20 relaxation times 1/(out + back), and looks 40 times which are on the near side. name
// keys the random streams.
func Occupy(ctx context.Context, b landscape.Barrier, d dynamics.Dynamics, out, back float64, replicas int, name string) (*escape.Occupancy, error) {
	if b == nil {
		return nil, fmt.Errorf("selection: occupancy without a barrier")
	}
	relax := 1 / (out + back)
	if !positive(relax) || !(out >= 0 && back >= 0) {
		return nil, fmt.Errorf("selection: occupancy at the rates %v and %v, want finite values > 0", out, back)
	}
	near := escape.RegionFunc(func(theta []float64) bool { return theta[0] < 0 })
	times := floats.Span(make([]float64, 40), relax/2, 20*relax)
	return escape.Occupy(ctx, d, b.Minimum().Theta, near, times,
		escape.Settings{Replicas: replicas, Seed: 9, Experiment: name})
}

// Walk follows replicas of Eq. 13, and Control those of Eq. 5, as [Occupy] does, at the rates that
// formulas give to either.
func (c *Contest) Walk(ctx context.Context, replicas int, name string) (*escape.Occupancy, error) {
	d, err := c.SGD(1)
	if err != nil {
		return nil, err
	}
	out, back := c.Rates()
	return Occupy(ctx, c, d, out, back, replicas, name)
}

func (c *Contest) Control(ctx context.Context, replicas int, name string) (*escape.Occupancy, error) {
	d, err := c.GLD()
	if err != nil {
		return nil, err
	}
	out, back := c.Kramers()
	return Occupy(ctx, c, d, out, back, replicas, name)
}

// Scan measures the odds of Eq. 13 in the contests at several x.
func Scan(ctx context.Context, xs []float64, at func(x float64) *Contest, replicas int) (m Series, err error) {
	if at == nil {
		return Series{}, fmt.Errorf("selection: scan of no contests")
	}
	for _, x := range xs {
		c := at(x)
		if !c.made() {
			return Series{}, fmt.Errorf("selection: contest at x = %v: %w", x, errNoContest)
		}
		o, err := c.Walk(ctx, replicas, fmt.Sprintf("x = %v, saddle = %v", x, c.saddleLoss))
		if err == nil {
			err = m.Add(x, o)
		}
		if err != nil {
			return Series{}, fmt.Errorf("selection: contest at x = %v: %w", x, err)
		}
	}
	return m, nil
}

// Master returns the fraction in the near basin at time t of walkers that start there, the solution
// of dp/dt = −out·p + back·(1−p).
func Master(out, back float64) func(t float64) float64 {
	end := back / (out + back)
	return func(t float64) float64 { return end + (1-end)*math.Exp(-t*(out+back)) }
}

// Series is a row of measured odds against something.
type Series struct{ X, Y, StdErr []float64 }

// Add measures the odds over the second half of an occupancy: after ten relaxation times by
// formula, which leaves e^{−5} of the start even where the true rates are half as high.
func (s *Series) Add(x float64, o *escape.Occupancy) error {
	if o == nil || len(o.Time) == 0 {
		return fmt.Errorf("selection: series: no occupancy at x = %v", x)
	}
	y, stderr, err := o.Odds(o.Time[len(o.Time)/2])
	if err != nil {
		return err
	}
	s.X, s.Y, s.StdErr = append(s.X, x), append(s.Y, y), append(s.StdErr, stderr)
	return nil
}

// Over returns the mean of measured over expected odds. The weights are the relative errors:
// absolute ones, in proportion to what was measured, would favour what came out low.
func (s Series) Over(expected []float64) (mean, stderr float64) {
	n := len(s.Y)
	if len(expected) < n || len(s.StdErr) != n {
		return math.NaN(), math.NaN()
	}
	return escape.WeightedMean(floats.DivTo(make([]float64, n), s.Y, expected[:n]),
		floats.DivTo(make([]float64, n), s.StdErr, s.Y))
}
