package regression

import (
	"context"
	"errors"
	"fmt"
	"math"

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
	switch {
	case !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 1):
		return fmt.Errorf("regression: chain: learning rate η = %v, want a finite value > 0", c.LearningRate)
	case c.BatchSize < 1:
		return fmt.Errorf("regression: chain: batch size B = %d, want ≥ 1", c.BatchSize)
	case c.Dim < 1:
		return fmt.Errorf("regression: chain: dimension d = %d, want ≥ 1", c.Dim)
	case !(c.LabelNoise > 0) || math.IsInf(c.LabelNoise, 1):
		return fmt.Errorf("regression: chain: label noise σ = %v, want a finite value > 0", c.LabelNoise)
	case c.Labels != nil && (c.BatchSize > 1 || c.Dim > 1):
		return fmt.Errorf("regression: chain: B = %d and d = %d with labels that are not Gaussian, want 1 and 1", c.BatchSize, c.Dim)
	}
	if v, ok := c.Labels.(interface{ Variance() float64 }); ok && math.Abs(v.Variance()-1) > 1e-9 {
		return fmt.Errorf("regression: chain: labels ε of variance %v, want 1: σ = LabelNoise scales them", v.Variance())
	}
	if c.Labels != nil && math.Abs(c.Labels.CDF(0)-0.5) > 1e-9 {
		return fmt.Errorf("regression: chain: labels with P(ε ≤ 0) = %v, want a symmetric law, 0.5", c.Labels.CDF(0))
	}
	if c.Features == nil {
		return nil
	}
	if g, ok := c.Features.(GammaFeatures); ok {
		if err := g.check(); err != nil {
			return err
		}
		if c.Dim > 1 && math.Abs(g.Kurtosis-3) > 1e-12 {
			return fmt.Errorf("regression: chain: features of kurtosis %v in %d dimensions, want Gaussian ones, 3", g.Kurtosis, c.Dim)
		}
	} else if c.Dim > 1 {
		return fmt.Errorf("regression: chain: %T in %d dimensions, want Gaussian features", c.Features, c.Dim)
	}
	return nil
}

func (c Chain) features() Features {
	if c.Features == nil {
		return GaussianFeatures(1)
	}
	return c.Features
}

// Radius returns the distance at which L is c times its minimum.
func (c Chain) Radius(ratio float64) float64 {
	return c.LabelNoise * math.Sqrt((ratio-1)/c.features().Curvature())
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
// It returns an error if the chain or the ratio is out of bounds, or if
// refinement does not settle: η/h beyond stability makes every step leave, which
// is a valid answer, while T beyond 1e12·η is out of reach of the floating point,
// an error that wraps [ErrOutOfReach].
func (c Chain) MeanFirstPassage(ratio float64, s exact.Settings) (exact.Result, error) {
	if err := c.Check(); err != nil {
		return exact.Result{}, err
	}
	if s.Tolerance == 0 {
		s.Tolerance = 1e-5
	}
	switch {
	case !(ratio > 1) || math.IsInf(ratio, 1):
		return exact.Result{}, fmt.Errorf("regression: chain: loss ratio c = %v, want a finite value > 1", ratio)
	case !(s.Tolerance > 0):
		return exact.Result{}, fmt.Errorf("regression: chain: tolerance = %v, want > 0", s.Tolerance)
	}
	last, grid := math.NaN(), 0
	for level := range chainLevels {
		g := passageLattice(c.Radius(ratio), level)
		k := c.operator(g, level, false)
		times, err := k.meanTimes()
		if err != nil {
			return exact.Result{}, fmt.Errorf("regression: chain: mean first-passage time at c = %v: %w", ratio, err)
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
		return exact.Result{}, fmt.Errorf("regression: chain: mean first-passage time at c = %v: more than %g steps: %w", ratio, maxSteps, ErrOutOfReach)
	}
	return exact.Result{}, fmt.Errorf("regression: chain: mean first-passage time at c = %v not settled to %g with %d nodes (last value %g)", ratio, s.Tolerance, grid, last)
}

// ErrOutOfReach says that an event is too rare for 64-bit arithmetic.
var ErrOutOfReach = errors.New("too rare for the floating point")

// maxSteps is the longest mean time that meanTimes can tell: the condition number
// of I − K is about as large, so that at this bound three digits are left.
const maxSteps = 1e12

// within says whether a mean time is one that the floating point can tell.
func (c Chain) within(t float64) bool { return t > 0 && t <= maxSteps*c.LearningRate }

// chainLevels bounds refinement.
const chainLevels = 5

// operator is the chain on a grid: K as a matrix and the probability of leaving.
type operator struct {
	k     *mat.Dense
	leave []float64
}

// operator fills the matrix row by row. With stay, what leaves the grid is put on
// its last node instead, which makes K stochastic.
func (c Chain) operator(g *lattice, level int, stay bool) *operator {
	n := len(g.node)
	o := &operator{mat.NewDense(n, n, nil), make([]float64, n)}
	parallel.For(context.Background(), n, parallel.Workers(0), func() func(int) {
		rule := c.newStep(g, level)
		return func(i int) {
			o.leave[i] = rule.row(o.k.RawRowView(i), g.node[i])
			if stay {
				o.k.RawRowView(i)[n-1] += o.leave[i]
				o.leave[i] = 0
			}
		}
	})
	return o
}

// generator returns I − K with each diagonal element taken from the others and
// the probability of leaving.
func (o *operator) generator() *mat.Dense {
	n := len(o.leave)
	a := mat.NewDense(n, n, nil)
	for i := range n {
		row, sum := o.k.RawRowView(i), o.leave[i]
		for j, v := range row {
			if j != i {
				sum += v
				a.Set(i, j, -v)
			}
		}
		a.Set(i, i, sum)
	}
	return a
}

// meanTimes returns the mean number of steps before leaving from each node.
func (o *operator) meanTimes() ([]float64, error) {
	n := len(o.leave)
	ones := mat.NewVecDense(n, nil)
	for i := range n {
		ones.SetVec(i, 1)
	}
	var lu mat.LU
	lu.Factorize(o.generator())
	times := mat.NewVecDense(n, nil)
	// A mat.Condition error only warns: the condition number is the mean time.
	if err := lu.SolveVecTo(times, false, ones); err != nil {
		if _, ok := err.(mat.Condition); !ok || math.IsInf(lu.Cond(), 1) {
			return nil, fmt.Errorf("no step ever leaves: %w", err)
		}
	}
	return times.RawVector().Data, nil
}
