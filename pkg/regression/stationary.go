package regression

import (
	"errors"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/escape"
)

// ChainLaw is the stationary law of a [Chain], held as weights on distances.
type ChainLaw struct {
	chain  Chain
	level  int
	g      *lattice
	weight []float64
}

// Stationary returns the stationary law of discrete SGD, the solution of Kᵀπ = π on a grid that
// follows a power-law tail out to where it holds 1e−15. level refines the grid and every
// quadrature; 0 gives about six digits for the bulk: compare with level 1. It returns an error if
// the chain is out of bounds, or [ErrNotStationary].
func (c Chain) Stationary(level int) (*ChainLaw, error) {
	if level < 0 || level > chainLevels {
		return nil, fmt.Errorf("regression: chain: level = %d, want 0 to %d", level, chainLevels)
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	// The width of a Gaussian law of the same η/B; heavier ones are wider.
	h := c.FeatureLaw().Curvature()
	width := c.LabelNoise * math.Sqrt(c.LearningRate/(2*float64(c.BatchSize)))
	far := 60 * width * math.Sqrt(float64(c.Dim))
	tail, err := c.Kesten()
	switch {
	case err == nil:
		reach := c.LabelNoise / math.Sqrt(h) * math.Pow(10, 15/tail.Alpha)
		far = math.Max(far, math.Min(reach, 1e12*width))
	case !errors.Is(err, ErrNoTail):
		return nil, err
	}
	l := &ChainLaw{chain: c, level: level, g: stationaryLattice(width, far, level)}
	n := len(l.g.node)
	a, one := c.generator(l.g, level), make([]float64, n)
	for i := range n {
		a.Set(i, n-1, 1) // one equation is redundant: take Σπ = 1 instead
	}
	one[n-1] = 1
	if l.weight, err = solveTransposed(a, one); err != nil {
		return nil, fmt.Errorf("regression: chain: stationary law: %w", err)
	}
	return l, nil
}

// stationaryLattice has panels of about half a width, growing geometrically.
func stationaryLattice(width, far float64, level int) *lattice {
	step := width / (1 + 0.5*float64(level))
	edges := []float64{0}
	for r := step; r < far; r += math.Max(step, 0.25*r/(1+0.5*float64(level))) {
		edges = append(edges, r)
	}
	return newLattice(append(edges, far))
}

// Mean returns E f(|θ|) for a smooth f that the tail can integrate; NaN for no f and for a law that
// [Chain.Stationary] did not make.
func (l *ChainLaw) Mean(f func(r float64) float64) (sum float64) {
	if f == nil || l == nil || l.g == nil {
		return math.NaN()
	}
	for i, r := range l.g.node {
		sum += l.weight[i] * f(r)
	}
	return sum
}

// Tail returns P(|θ| > x) for each x, as the probability of being there after one more step: 1 for x
// ≤ 0, and NaN for an x beyond 1e150, whose square is out of range, or that is not a number, and for
// a law that [Chain.Stationary] did not make.
func (l *ChainLaw) Tail(x ...float64) []float64 {
	tails := make([]float64, len(x))
	for k, at := range x {
		if l == nil || l.g == nil || !(at <= 1e150) {
			tails[k] = math.NaN()
			continue
		}
		if !(at > 1e-150) { // the law has a density: no weight is in so small a place
			tails[k] = 1
			continue
		}
		s := l.chain.newStepLaw(newLattice([]float64{0, at}), l.level, usualDepth)
		row := make([]float64, degree)
		for i, r := range l.g.node {
			tails[k] += l.weight[i] * s.row(row, r)
		}
	}
	return tails
}

// FittedExponent returns the φ of P ∝ L^{−φ} that maximum likelihood over the whole histogram
// converges to, the solution of ψ(φ) − ψ(φ−d/2) = E log(L/L(θ*)).
// It is NaN for a law that [Chain.Stationary] did not make.
func (l *ChainLaw) FittedExponent() float64 {
	if l == nil || l.g == nil {
		return math.NaN()
	}
	c := l.chain
	h := c.FeatureLaw().Curvature() / (c.LabelNoise * c.LabelNoise)
	return escape.Exponent(l.Mean(func(r float64) float64 { return math.Log1p(h * r * r) }), c.Dim)
}
