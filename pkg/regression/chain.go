package regression

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Chain is SGD on linear regression with samples drawn afresh at every step, a
// Markov chain in the distance r = |θ − θ*| from the minimum,
//
//	θ ← θ − (η/B) Σ_{μ∈B} x_μ(x_μ·θ − y_μ),   y = σε independent of x.
//
// Given everything but one label-like variable ε with the density of Labels, one
// step takes θ at distance r to
//
//	r′² = (mean + spread·ε)² + across².
type Chain struct {
	LearningRate float64 // η > 0
	BatchSize    int     // B ≥ 1
	Dim          int     // d ≥ 1
	LabelNoise   float64 // σ > 0
	// Features is the law of one feature; nil means Gaussian of curvature h = 1.
	// In more than one dimension features must be Gaussian.
	Features Features
	// Labels is the law of ε, symmetric and of variance 1; nil means standard
	// normal. Others need B = 1 and d = 1.
	Labels Labels
}

// Check returns an error naming the first field that is out of bounds.
func (c Chain) Check() error {
	switch v, ok := c.Labels.(interface{ Variance() float64 }); {
	case !positive(c.LearningRate):
		return fmt.Errorf("regression: chain: learning rate η = %v, want a finite value > 0", c.LearningRate)
	case c.BatchSize < 1:
		return fmt.Errorf("regression: chain: batch size B = %d, want ≥ 1", c.BatchSize)
	case c.Dim < 1:
		return fmt.Errorf("regression: chain: dimension d = %d, want ≥ 1", c.Dim)
	case !positive(c.LabelNoise):
		return fmt.Errorf("regression: chain: label noise σ = %v, want a finite value > 0", c.LabelNoise)
	case c.Labels != nil && (c.BatchSize > 1 || c.Dim > 1):
		return fmt.Errorf("regression: chain: B = %d and d = %d with labels that are not Gaussian, want 1 and 1", c.BatchSize, c.Dim)
	case ok && math.Abs(v.Variance()-1) > 1e-9:
		return fmt.Errorf("regression: chain: labels ε of variance %v, want 1: σ = LabelNoise scales them", v.Variance())
	case c.Labels != nil && math.Abs(c.Labels.CDF(0)-0.5) > 1e-9:
		return fmt.Errorf("regression: chain: labels with P(ε ≤ 0) = %v, want a symmetric law, 0.5", c.Labels.CDF(0))
	}
	switch g, ok := c.featureLaw().(GammaFeatures); {
	case ok && !(positive(g.Scale) && g.Kurtosis > 1 && !math.IsInf(g.Kurtosis, 1)):
		return fmt.Errorf("regression: gamma features with h = %v and kurtosis %v, want finite values > 0 and > 1", g.Scale, g.Kurtosis)
	case c.Dim > 1 && !ok:
		return fmt.Errorf("regression: chain: %T in %d dimensions, want Gaussian features", c.Features, c.Dim)
	case c.Dim > 1 && math.Abs(g.Kurtosis-3) > 1e-12:
		return fmt.Errorf("regression: chain: features of kurtosis %v in %d dimensions, want Gaussian ones, 3", g.Kurtosis, c.Dim)
	}
	return nil
}

// checkAt is Check with that of a loss ratio.
func (c Chain) checkAt(ratio float64) error { return cmp.Or(c.Check(), checkRatio(ratio)) }

func checkRatio(ratio float64) error {
	if !(ratio > 1) || math.IsInf(ratio, 1) {
		return fmt.Errorf("regression: loss ratio c = %v, want a finite value > 1", ratio)
	}
	return nil
}

func (c Chain) featureLaw() Features {
	if c.Features == nil {
		return GaussianFeatures(1)
	}
	return c.Features
}

// Radius returns the distance at which L is c times its minimum.
func (c Chain) Radius(ratio float64) float64 {
	return c.LabelNoise * math.Sqrt((ratio-1)/c.featureLaw().Curvature())
}

// MeanFirstPassage returns the mean time t = ηk until L(θ_k) > ratio·L(θ*) for
// the first time, started at θ*: the solution at r = 0 of
//
//	(I − K)T = η,   (KT)(r) = E[T(r′); r′ ≤ R],
//
// by collocation on panels that are graded towards the boundary, where T has a
// logarithmic singularity. Each row of I − K is made to sum to the exact
// probability of leaving in one step, so that T keeps its digits when leaving is
// rare. Settings.Tolerance is the relative change under refinement at which it
// stops; 0 means 1e−5. Settings.Wall is not used. Result.Err is that change.
//
// It returns an error if the chain or the ratio is out of bounds, or if refinement does not
// settle: η/h beyond stability makes every step leave, which is a valid answer, while T
// beyond 1e12·η is out of reach of the floating point, an error that wraps [ErrOutOfReach].
func (c Chain) MeanFirstPassage(ratio float64, s exact.Settings) (exact.Result, error) {
	s.Tolerance = cmp.Or(s.Tolerance, 1e-5)
	if err := c.checkAt(ratio); err != nil {
		return exact.Result{}, err
	}
	if !(s.Tolerance > 0) {
		return exact.Result{}, fmt.Errorf("regression: chain: tolerance = %v, want > 0", s.Tolerance)
	}
	fail := func(err error) (exact.Result, error) {
		return exact.Result{}, fmt.Errorf("regression: chain: mean first-passage time at c = %v: %w", ratio, err)
	}
	last, grid := math.NaN(), 0
	for level := range chainLevels {
		g := passageLattice(c.Radius(ratio), level)
		steps := make([]float64, len(g.node)) // 1 each, before leaving
		floats.AddConst(1, steps)
		times, err := solveDense(c.generator(g, level, false), false, steps)
		if err != nil {
			return fail(fmt.Errorf("no step ever leaves: %w", err))
		}
		v := c.LearningRate * g.at(times, 0)
		if !c.within(v) && !c.within(last) && level > 0 {
			break // finer grids cost eight times as much each and say the same
		}
		if math.Abs(v-last) <= s.Tolerance*math.Abs(v) && c.within(v) {
			return exact.Result{Value: v, Err: math.Abs(v - last), Grid: len(g.node)}, nil
		}
		last, grid = v, len(g.node)
	}
	if !c.within(last) {
		return fail(fmt.Errorf("more than %g steps: %w", maxSteps, ErrOutOfReach))
	}
	return fail(fmt.Errorf("not settled to %g with %d nodes (last value %g)", s.Tolerance, grid, last))
}

// ErrOutOfReach says that an event is too rare for 64-bit arithmetic.
var ErrOutOfReach = errors.New("too rare for the floating point")

const (
	// maxSteps is the longest mean time that elimination can tell: the condition number
	// of I − K is about as large, so that at this bound three digits are left.
	maxSteps    = 1e12
	chainLevels = 5 // bounds refinement
)

func (c Chain) within(t float64) bool { return t > 0 && t <= maxSteps*c.LearningRate }

// generator returns I − K on a grid, filled row by row: each diagonal element is
// the sum of the others and the probability of leaving. With stay, what leaves is
// put on the last node instead, which makes K stochastic.
func (c Chain) generator(g *lattice, level int, stay bool) *mat.Dense {
	n := len(g.node)
	a := mat.NewDense(n, n, nil)
	parallel.For(context.Background(), n, parallel.Workers(0), func() func(int) {
		law := c.newStepLaw(g, level)
		return func(i int) {
			row := a.RawRowView(i)
			leave := law.row(row, g.node[i])
			if stay {
				row[n-1], leave = row[n-1]+leave, 0
			}
			row[i] = 0
			for _, v := range row {
				leave += v
			}
			floats.Scale(-1, row)
			row[i] = leave
		}
	})
	return a
}

// solveDense returns the solution of a·x = b, or of aᵀ·x = b. A mat.Condition error
// only warns: the condition number of a generator is the mean time.
func solveDense(a *mat.Dense, trans bool, b []float64) ([]float64, error) {
	var lu mat.LU
	lu.Factorize(a)
	x := mat.NewVecDense(len(b), nil)
	if err := lu.SolveVecTo(x, trans, mat.NewVecDense(len(b), b)); err != nil {
		if _, ok := err.(mat.Condition); !ok || math.IsInf(lu.Cond(), 1) {
			return nil, err
		}
	}
	return x.RawVector().Data, nil
}
