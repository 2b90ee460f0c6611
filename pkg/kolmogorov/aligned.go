package kolmogorov

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Aligned is Eq. 13 with the covariance (2ηL/B)·H(θ*) of outliers that differ: h₁ along the escape
// coordinate and one common h_⊥ across it. With T₁ = ηh₁/B and T_⊥ = ηh_⊥/B,
//
//	dz₁ = −∂₁L dt + sqrt(2T₁L)·dW,   dz_⊥ = −∇_⊥L dt + sqrt(2T_⊥L)·dW.
//
// For T₁ ≠ T_⊥ it is not reversible, as ∇L/(L·T) with two temperatures is not a gradient, and its
// stationary law not a power of L: [Kolmogorov] does not cover it. Here each direction is
// discretised like the reversible process of its own temperature, which gives a Markov chain with
// positive rates, solved by block elimination with gonum's LU.
type Aligned struct {
	Valley Valley
	// Along is T₁ and Across T_⊥, both > 0.
	Along, Across float64
	// Exit is the z₁ > Valley.Minimum of the absorbing plane.
	Exit float64
	// Tolerance is that of [Kolmogorov].
	Tolerance float64
	// Tail is that of [Kolmogorov] at the hotter temperature. 0 means 1e−8: noise across that is
	// hotter than along the path takes detours through large losses.
	Tail float64
}

// slowest is the lowest eigenvalue, relative to the fastest rate of the chain, that elimination
// without pinning resolves to better than 1e−4.
const slowest = 1e-13

func (a Aligned) check() error {
	if !(a.Along > 0 && finite(a.Along)) || !(a.Across > 0 && finite(a.Across)) {
		return fmt.Errorf("kolmogorov: aligned noise: temperatures T₁ = %v and T_⊥ = %v, want finite values > 0", a.Along, a.Across)
	}
	return nil
}

// Solve returns eigenvalue, mean first-passage time and quasi-stationary density, as
// [Kolmogorov.Solve] does and with its errors. The rate may not be much below 1e−9 of h*, as the
// elimination is plain.
func (a Aligned) Solve(ctx context.Context) (*Passage, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	// The hotter direction sets how far the domain reaches, each its own width.
	k := Kolmogorov{Valley: a.Valley, Noise: exact.LossNoise{Temperature: math.Max(a.Along, a.Across)},
		Exit: a.Exit, Tolerance: a.Tolerance, Tail: cmp.Or(a.Tail, 1e-8)}
	along, across := k, k
	along.Noise, across.Noise = exact.LossNoise{Temperature: a.Along}, exact.LossNoise{Temperature: a.Across}
	p, values, err := refine(ctx, k, &along, &across, func(g *grid) (*Passage, []float64, error) {
		c, err := a.newChain(ctx, g)
		if err != nil {
			return nil, nil, err
		}
		return c.solvePassage(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("kolmogorov: escape from z₁ = %v to %v with aligned noise: %w", a.Valley.Minimum, a.Exit, err)
	}
	p.Eigenvalue, p.MeanTime = values[0], values[1]
	return p, nil
}

// chain is −Q of a Markov chain on a grid, block tridiagonal with one block per column: dense
// blocks on the diagonal, diagonal ones beside it. Unknowns are scaled by the root of a weight
// close to the stationary one, which keeps a nearly symmetric matrix of even size.
type chain struct {
	g          *grid
	blocks     []mat.LU // of the Schur complements, left to right
	east, west [][]float64
	root       []float64
	fastest    float64
}

func (a Aligned) newChain(ctx context.Context, g *grid) (*chain, error) {
	along, err := g.with(ctx, exact.LossNoise{Temperature: a.Along})
	if err != nil {
		return nil, err
	}
	across, err := g.with(ctx, exact.LossNoise{Temperature: a.Across})
	if err != nil {
		return nil, err
	}
	n, rows, columns := g.unknowns(), g.rows(), g.columns()
	c := &chain{g: g, root: make([]float64, n)}
	// logWeight is L^{−1−1/T₁} on the axis and falls off with T_⊥ across.
	logWeight := make([]float64, n)
	for i := range n {
		axis := i - i%rows + g.axisRow()
		logWeight[i] = along.logMass[axis] + across.logMass[i] - across.logMass[axis]
	}
	top := floats.Max(logWeight)
	for i, w := range logWeight {
		c.root[i] = math.Exp(0.5 * math.Max(w-top, floorLog))
	}
	c.blocks = make([]mat.LU, columns)
	var last *mat.Dense // S⁻¹·E of the column before
	for i := range columns {
		d := mat.NewDense(rows, rows, nil)
		east, west := make([]float64, rows), make([]float64, rows)
		for j := range rows {
			at, out := i*rows+j, 0.0
			// rate adds that to a neighbour to what leaves and returns it scaled.
			rate := func(logG, logMass float64, to int) float64 {
				v := math.Exp(logG - logMass)
				out += v
				if to >= n {
					return 0 // the exit
				}
				return v * c.root[at] / c.root[to]
			}
			east[j] = rate(along.logEast[at], along.logMass[at], at+rows)
			if i > 0 {
				west[j] = rate(along.logEast[at-rows], along.logMass[at], at-rows)
			}
			if j+1 < rows {
				d.Set(j, j+1, -rate(across.logNorth[at], across.logMass[at], at+1))
			}
			if j > 0 {
				d.Set(j, j-1, -rate(across.logNorth[at-1], across.logMass[at], at-1))
			}
			d.Set(j, j, out)
			if c.root[at] > 0.03 { // where the process spends its time
				c.fastest = math.Max(c.fastest, out)
			}
		}
		if i > 0 {
			last.Apply(func(j, _ int, v float64) float64 { return west[j] * v }, last)
			d.Sub(d, last)
		}
		c.east, c.west = append(c.east, east), append(c.west, west)
		last = mat.NewDense(rows, rows, nil)
		var failed error
		err := parallel.Until(ctx, func() {
			c.blocks[i].Factorize(d)
			failed = c.blocks[i].SolveTo(last, false, mat.NewDiagDense(rows, east))
		})
		if err != nil {
			return nil, err
		}
		if failed != nil {
			return nil, fmt.Errorf("block elimination, column %d: %w", i, failed)
		}
	}
	return c, nil
}

// backSolve returns x with −Q x = b, or −Qᵀ x = b.
func (c *chain) backSolve(b []float64, trans bool) ([]float64, error) {
	rows, columns := c.g.rows(), c.g.columns()
	// The links of neighbouring columns in the two sweeps, and the scaling before and after.
	right, left, before, after := c.west[1:], c.east, floats.MulTo, floats.DivTo
	if trans {
		right, left, before, after = left, right, after, before
	}
	x := before(make([]float64, len(b)), b, c.root)
	column := func(i int) *mat.VecDense { return mat.NewVecDense(rows, x[i*rows:(i+1)*rows]) }
	work := mat.NewVecDense(rows, nil)
	for i := 1; i < columns; i++ { // y_i = b_i + W_i S⁻¹ y_{i−1}
		if err := c.blocks[i-1].SolveVecTo(work, trans, column(i-1)); err != nil {
			return nil, err
		}
		for j, v := range right[i-1] {
			x[i*rows+j] += v * work.AtVec(j)
		}
	}
	for i := columns - 1; i >= 0; i-- { // x_i = S⁻¹(y_i + E_i x_{i+1})
		if i+1 < columns {
			for j, v := range left[i] {
				x[i*rows+j] += v * x[(i+1)*rows+j]
			}
		}
		here := column(i)
		if err := c.blocks[i].SolveVecTo(here, trans, here); err != nil {
			return nil, err
		}
	}
	return after(x, x, c.root), nil
}

// solvePassage solves for the mean times, −Q u = 1, and by inverse iteration on −Qᵀ for the
// quasi-stationary probabilities p, whose total falls off at rate λ.
func (c *chain) solvePassage(ctx context.Context) (*Passage, []float64, error) {
	ones := make([]float64, c.g.unknowns())
	floats.AddConst(1, ones)
	u, err := c.backSolve(ones, false)
	if err != nil {
		return nil, nil, err
	}
	floats.Mul(ones, c.root)
	floats.Mul(ones, c.root)
	masses, lambda, err := inverseIteration(ctx, ones, 1e-10, func(p []float64) ([]float64, float64, error) {
		next, err := c.backSolve(p, true)
		if err != nil {
			return nil, 0, err
		}
		lambda := floats.Sum(p) / floats.Sum(next)
		if limit := slowest * c.fastest; !(lambda > limit) {
			return nil, 0, fmt.Errorf("escape rate about %g, below the %g that elimination resolves on this grid", lambda, limit)
		}
		floats.Scale(1/floats.Sum(next), next)
		return next, lambda, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return c.g.withDensity(masses), []float64{lambda, c.g.atMinimum(u)}, nil
}
