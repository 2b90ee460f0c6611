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
	"github.com/sgdescape/sgdescape/pkg/internal/gth"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Chain is SGD on linear regression with samples drawn afresh at every step, a Markov chain in the
// distance r = |θ − θ*| from the minimum,
//
//	θ ← θ − (η/B) Σ_{μ∈B} x_μ(x_μ·θ − y_μ),   y = σε independent of x.
//
// Given everything but one label-like variable ε with the density of Labels, one step takes θ at
// distance r to
//
//	r′² = (mean + spread·ε)² + across².
type Chain struct {
	LearningRate float64 // η > 0
	BatchSize    int     // B ≥ 1
	Dim          int     // d ≥ 1
	LabelNoise   float64 // σ > 0
	// Features is the law of one feature; nil means Gaussian of curvature h = 1. In more than one
	// dimension features must be Gaussian.
	Features Features
	// Labels is the law of ε, symmetric and of variance 1; nil means standard normal. Others need B
	// = 1 and d = 1.
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
	case ok && !(math.Abs(v.Variance()-1) <= 1e-9):
		return fmt.Errorf("regression: chain: labels ε of variance %v, want 1: σ = LabelNoise scales them", v.Variance())
	case c.Labels != nil && !(math.Abs(c.Labels.CDF(0)-0.5) <= 1e-9):
		return fmt.Errorf("regression: chain: labels with P(ε ≤ 0) = %v, want a symmetric law, 0.5", c.Labels.CDF(0))
	case c.Labels != nil:
		// By Chebyshev's inequality, for a law that does not tell its variance.
		for _, z := range []float64{1.5, 3, 10, 100, 1e4} {
			if p := c.Labels.CDF(-z) + c.Labels.Survival(z); !(p <= 1/(z*z)) {
				return fmt.Errorf("regression: chain: labels with P(|ε| > %v) = %v, want a law of variance 1, ≤ %v", z, p, 1/(z*z))
			}
		}
	}
	if h := c.FeatureLaw().Curvature(); !positive(h) {
		return fmt.Errorf("regression: chain: features %T of curvature h = %v, want a finite value > 0", c.Features, h)
	} else if scale := h * c.LearningRate / float64(c.BatchSize); !(scale > 1e-100 && scale < 1e100) {
		return fmt.Errorf("regression: chain: T = ηh/B = %v, want a value from 1e−100 to 1e100", scale)
	} else if scale := c.LabelNoise / math.Sqrt(h); !(scale > 1e-100 && scale < 1e100) {
		return fmt.Errorf("regression: chain: σ/√h = %v, want a value from 1e−100 to 1e100", scale)
	}
	switch g, ok := c.FeatureLaw().(GammaFeatures); {
	case ok && !(g.Kurtosis-1 > 1e-9*float64(c.BatchSize) && g.Kurtosis < 1e9):
		return fmt.Errorf("regression: gamma features of kurtosis %v, want from 1 + 1e−9·B at B = %d to 1e9", g.Kurtosis, c.BatchSize)
	case c.Dim > 1 && !ok:
		return fmt.Errorf("regression: chain: %T in %d dimensions, want Gaussian features", c.Features, c.Dim)
	case c.Dim > 1 && math.Abs(g.Kurtosis-3) > 1e-12:
		return fmt.Errorf("regression: chain: features of kurtosis %v in %d dimensions, want Gaussian ones, 3", g.Kurtosis, c.Dim)
	}
	return nil
}

// CheckAt is Check with that of a loss ratio.
func (c Chain) CheckAt(ratio float64) error { return cmp.Or(c.Check(), CheckRatio(ratio)) }

// CheckRatio returns an error unless ratio > 1 and its distance in units of σ/√h can be squared,
// more than once.
func CheckRatio(ratio float64) error {
	if !(ratio > 1) || !(ratio < 1e100) {
		return fmt.Errorf("regression: loss ratio c = %v, want a value from above 1 to 1e100", ratio)
	}
	return nil
}

// FeatureLaw is Features, Gaussian ones for nil.
func (c Chain) FeatureLaw() Features {
	if c.Features == nil {
		return GaussianFeatures(1)
	}
	return c.Features
}

// Radius returns the distance at which L is c times its minimum; NaN for c < 1.
func (c Chain) Radius(ratio float64) float64 {
	return c.LabelNoise * math.Sqrt((ratio-1)/c.FeatureLaw().Curvature())
}

// MeanFirstPassage returns the mean time t = ηk until L(θ_k) > ratio·L(θ*) for the first time,
// started at θ*: the solution at r = 0 of
//
//	(I − K)T = η,   (KT)(r) = E[T(r′); r′ ≤ R],
//
// by collocation on panels that are graded towards the boundary, where T has a logarithmic
// singularity, and no wider than the barrier allows. States are eliminated by package gth, which
// takes the exact probabilities of leaving in one step and subtracts nothing, so that T keeps its
// digits however rare leaving is. Settings.Tolerance is the relative change under refinement at
// which it stops; 0 means 1e−5. Settings.Wall is not used. Result.Err is that change and what
// rounding may have done. It costs n³/3 multiplications for n nodes, from 80 for η = 0.1, c = 1.5
// to some hundred where T is beyond 10⁴⁰, and n times the nodes of a step, up to 10⁵ and in more
// than one dimension 10⁶: milliseconds to seconds.
//
// It returns an error if the chain or the ratio is out of bounds, or if refinement does not settle:
// η/h beyond stability makes every step leave, which is a valid answer, while T beyond 10¹⁰⁰·η is
// out of reach of the quadratures, an error that wraps [ErrOutOfReach].
func (c Chain) MeanFirstPassage(ratio float64, s exact.Settings) (exact.Result, error) {
	if s.Tolerance == 0 {
		s.Tolerance = 1e-5
	}
	if err := c.CheckAt(ratio); err != nil {
		return exact.Result{}, err
	}
	if !(s.Tolerance > 0 && s.Tolerance < 1) {
		return exact.Result{}, fmt.Errorf("regression: chain: tolerance = %v, want a value in (0, 1)", s.Tolerance)
	}
	fail := func(err error) (exact.Result, error) {
		return exact.Result{}, fmt.Errorf("regression: chain: mean first-passage time at c = %v: %w", ratio, err)
	}
	last, depth, grid := math.NaN(), float64(usualDepth), 0
	var coarse error // what a grid was too coarse for
	for level := 0; level < chainLevels; level++ {
		g := newLattice(c.passageEdges(ratio, level))
		steps, rounding, err := c.steps(g, level, depth)
		if errors.Is(err, gth.ErrNever) {
			return fail(fmt.Errorf("%w: %w", err, ErrOutOfReach))
		}
		if err != nil {
			coarse, last = err, math.NaN()
			continue
		}
		v := g.at(steps, 0)
		if deeper := rareDepth(v); deeper > depth {
			// Leaving is so rare that rarer steps count: once more, with them.
			depth, level = math.Max(deeper, depth+20), level-1
			if v > maxSteps {
				return fail(fmt.Errorf("more than %g steps: %w", maxSteps, ErrOutOfReach))
			}
			continue
		}
		change := math.Abs(v-last) + rounding*v
		if change <= s.Tolerance*math.Abs(v) {
			return exact.Result{Value: c.LearningRate * v, Err: c.LearningRate * change, Grid: len(g.node)}, nil
		}
		last, grid = v, len(g.node)
	}
	if coarse != nil && math.IsNaN(last) {
		return fail(coarse)
	}
	return fail(fmt.Errorf("not settled to %g with %d nodes (last value %g)", s.Tolerance, grid, c.LearningRate*last))
}

// ErrOutOfReach says that an event is too rare for the quadratures.
var ErrOutOfReach = errors.New("too rare to be computed")

const (
	maxSteps    = 1e100 // the longest mean time that is asked for: one step is then known to e^−266
	chainLevels = 5     // bounds refinement
)

// rareDepth is how deep the law of a step must be known where leaving takes so many steps: rarer
// ones by 1e−16 do not count. The usual depth has been found to do up to 10⁸ steps.
func rareDepth(steps float64) float64 {
	if !(steps > 1e8) {
		return usualDepth
	}
	return math.Log(steps) + 36
}

// passageEdges returns the edges of gradedByHalves, with panels split so that the probability of
// leaving before a return grows over none by more than e⁴. It grows as exp(r²h/(σ²T)) with small
// steps; jumps, of normal and like features only, make it slower beyond r²h/σ² = 1.
func (c Chain) passageEdges(ratio float64, level int) []float64 {
	radius := c.Radius(ratio)
	h := c.FeatureLaw().Curvature()
	temperature := c.LearningRate * h / float64(c.BatchSize)
	_, jumps := c.FeatureLaw().(GammaFeatures)
	price := func(r float64) float64 {
		q := r * r * h / (c.LabelNoise * c.LabelNoise)
		if jumps && q > 1 {
			q = 1 + math.Log(q)
		}
		return q / temperature
	}
	// What would need more panels than that is too rare anyway, or its barrier is not so high.
	width := math.Max(4, price(radius)/100)
	var edges []float64
	coarse := gradedByHalves(radius, level)
	for i, lo := range coarse[:len(coarse)-1] {
		hi := coarse[i+1]
		parts := math.Max(1, math.Ceil((price(hi)-price(lo))/width*(1+float64(level)/2)))
		for k := range int(parts) {
			edges = append(edges, lo+(hi-lo)*float64(k)/parts)
		}
	}
	return append(edges, radius)
}

// steps returns the mean number of steps up to leaving from each node of a grid, with the estimate
// of package gth of its rounding. The nodes where the chain stays most, r² = (d−1)T/2, are
// eliminated last: those that it hardly visits have weights of either sign, by interpolation.
func (c Chain) steps(g *lattice, level int, depth float64) (steps []float64, rounding float64, err error) {
	n := len(g.node)
	core := c.LabelNoise * math.Sqrt(float64(c.Dim-1)*c.LearningRate/float64(2*c.BatchSize))
	order, away := make([]int, n), make([]float64, n)
	for i, r := range g.node {
		away[i] = math.Abs(r - core)
	}
	floats.Argsort(away, order)
	p, leave := c.transitions(g, level, depth)
	ordered, leaves := mat.NewDense(n, n, nil), make([]float64, n)
	for i, a := range order {
		leaves[i] = leave[a]
		for j, b := range order {
			ordered.Set(i, j, p.At(a, b))
		}
	}
	found, rounding, err := gth.Steps(ordered, leaves)
	if err != nil {
		return nil, 0, err
	}
	steps = make([]float64, n)
	for i, a := range order {
		steps[a] = found[i]
	}
	return steps, rounding, nil
}

// transitions returns the probabilities of one step between the nodes of a grid and of leaving it,
// filled row by row.
func (c Chain) transitions(g *lattice, level int, depth float64) (p *mat.Dense, leave []float64) {
	n := len(g.node)
	p, leave = mat.NewDense(n, n, nil), make([]float64, n)
	parallel.For(context.Background(), n, parallel.Workers(0), func() func(int) {
		law := c.newStepLaw(g, level, depth)
		return func(i int) { leave[i] = law.row(p.RawRowView(i), g.node[i]) }
	})
	return p, leave
}

// generator returns (I − K) of a chain that stays on the grid: what leaves is put on the last node.
// Each diagonal element is the sum of the others.
func (c Chain) generator(g *lattice, level int) *mat.Dense {
	a, leave := c.transitions(g, level, usualDepth)
	for i, v := range leave {
		row := a.RawRowView(i)
		row[len(row)-1] += v
		row[i] = 0
		v = floats.Sum(row)
		floats.Scale(-1, row)
		row[i] = v
	}
	return a
}

// solveTransposed returns the solution of aᵀ·x = b. A mat.Condition error only warns.
func solveTransposed(a *mat.Dense, b []float64) ([]float64, error) {
	var lu mat.LU
	lu.Factorize(a)
	x := mat.NewVecDense(len(b), nil)
	if err := lu.SolveVecTo(x, true, mat.NewVecDense(len(b), b)); err != nil {
		if _, ok := err.(mat.Condition); !ok || math.IsInf(lu.Cond(), 1) {
			return nil, err
		}
	}
	return x.RawVector().Data, nil
}
