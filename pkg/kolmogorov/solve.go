package kolmogorov

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// factored is −𝓛 on a grid, symmetrised by the square root of the masses and factorised, with the
// nodes where hold is true held at u = 0.
type factored struct {
	g    *grid
	chol mat.BandCholesky
	root []float64 // sqrt(mass)
	hold []bool
}

// factor sets up and factorises the operator, until ctx ends.
func (g *grid) factor(ctx context.Context, hold []bool) (*factored, error) {
	n, rows := g.unknowns(), g.rows()
	f := &factored{g: g, root: make([]float64, n), hold: hold}
	a := mat.NewSymBandDense(n, min(rows, n-1), nil)
	for i := range n {
		f.root[i] = math.Exp(0.5 * g.logMass[i])
		if hold[i] {
			a.SetSymBand(i, i, 1)
		}
	}
	g.links(func(i, j int, logG float64) {
		for _, at := range []int{i, j} {
			if at < n && !hold[at] {
				a.SetSymBand(at, at, a.At(at, at)+math.Exp(logG-g.logMass[at]))
			}
		}
		if j < n && !hold[i] && !hold[j] {
			a.SetSymBand(i, j, -math.Exp(logG-0.5*(g.logMass[i]+g.logMass[j])))
		}
	})
	var ok bool
	if err := parallel.Until(ctx, func() { ok = f.chol.Factorize(a) }); err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("banded Cholesky factorisation of %d unknowns failed: the weights span too many orders of magnitude", n)
	}
	return f, nil
}

// links calls visit for every pair of neighbours with the log of their conductance. Nodes from
// unknowns() on stand for the exit.
func (g *grid) links(visit func(i, j int, logG float64)) {
	rows := g.rows()
	for i := range g.unknowns() {
		visit(i, i+rows, g.logEast[i])
		if (i+1)%rows != 0 {
			visit(i, i+1, g.logNorth[i])
		}
	}
}

// solveSymmetric returns u with −∇·(m a ∇u) = rhs, where rhs is in units of the largest mass and u
// = 0 at the exit and at held nodes.
func (f *factored) solveSymmetric(rhs []float64) ([]float64, error) {
	b := mat.NewVecDense(len(rhs), nil)
	for i, v := range rhs {
		if !f.hold[i] {
			b.SetVec(i, v/f.root[i])
		}
	}
	if err := f.chol.SolveVecTo(b, b); err != nil {
		return nil, fmt.Errorf("banded Cholesky solution: %w", err)
	}
	u := b.RawVector().Data
	floats.Div(u, f.root)
	return u, nil
}

// harmonic returns the solutions of 𝓛u = 0 that are 1 at the exit and 0 at the held nodes, and the
// other way round: they add up to 1, each to full relative accuracy.
func (f *factored) harmonic() (exit, held []float64, err error) {
	n := len(f.hold)
	fromExit, fromHeld := make([]float64, n), make([]float64, n)
	f.g.links(func(i, j int, logG float64) {
		switch {
		case j >= n:
			fromExit[i] += math.Exp(logG)
		case f.hold[i]:
			fromHeld[j] += math.Exp(logG)
		case f.hold[j]:
			fromHeld[i] += math.Exp(logG)
		}
	})
	if exit, err = f.solveSymmetric(fromExit); err != nil {
		return nil, nil, err
	}
	if held, err = f.solveSymmetric(fromHeld); err != nil {
		return nil, nil, err
	}
	for i, hold := range f.hold {
		if hold {
			held[i] = 1
		}
	}
	return exit, held, nil
}

// mass returns the mass of node i in units of the largest.
func (f *factored) mass(i int) float64 { return f.root[i] * f.root[i] }

// pinned inverts −𝓛 with absorption at the exit alone. That matrix is singular up to the escape
// rate, which would eat all digits of a rare escape. So one node p in the middle of the well is
// held: with e the solution that is 1 at p and 0 at the exit, Green's identity gives the solution
// of −𝓛u = f as
//
//	u = u_p e + w,   u_p = Σ mass e f / Σ conductance (Δe)²,
//
// where w is held at p. All sums have positive terms, so nothing cancels.
type pinned struct {
	*factored
	e        []float64
	capacity float64
}

// pin chooses the heaviest node and solves for e.
func (g *grid) pin(ctx context.Context) (*pinned, error) {
	hold := make([]bool, g.unknowns())
	p := floats.MaxIdx(g.logMass)
	hold[p] = true
	f, err := g.factor(ctx, hold)
	if err != nil {
		return nil, err
	}
	rest, e, err := f.harmonic()
	if err != nil {
		return nil, err
	}
	out := &pinned{factored: f, e: e}
	g.links(func(i, j int, logG float64) {
		d := difference(e, rest, i, j)
		out.capacity += math.Exp(logG) * d * d
	})
	// Below this the square roots of weights on the way lose their accuracy.
	if !(out.capacity > 1e-250) {
		return nil, fmt.Errorf("escape rate about %g, below the 1e−250 that can be resolved", out.capacity)
	}
	return out, nil
}

// difference returns e_i − e_j, where rest = 1 − e and e = 0 at the exit: of the two equal
// differences that between the smaller numbers.
func difference(e, rest []float64, i, j int) float64 {
	switch {
	case j >= len(e):
		return e[i]
	case rest[i] < 0.5:
		return rest[j] - rest[i]
	}
	return e[i] - e[j]
}

// invert returns u with −𝓛u = f, u = 0 at the exit.
func (s *pinned) invert(f []float64) ([]float64, error) {
	rhs := make([]float64, len(f))
	up := 0.0
	for i, v := range f {
		rhs[i] = s.mass(i) * v
		up += s.e[i] * rhs[i]
	}
	up /= s.capacity
	u, err := s.solveSymmetric(rhs)
	if err != nil {
		return nil, err
	}
	floats.AddScaled(u, up, s.e)
	return u, nil
}

// maxIterations bounds inverse iteration. It converges with the ratio of the two lowest
// eigenvalues, at worst about ½ where escape is not rare at all.
const maxIterations = 200

// inverseIteration repeats step, which takes a vector to the next one and an estimate of the lowest
// eigenvalue, until that settles.
func inverseIteration(ctx context.Context, x []float64, tolerance float64, step func(x []float64) ([]float64, float64, error)) ([]float64, float64, error) {
	last, lambda := 0.0, 0.0
	for range maxIterations {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		next, now, err := step(x)
		if err != nil {
			return nil, 0, err
		}
		x, last, lambda = next, lambda, now
		if math.Abs(lambda-last) <= tolerance*lambda {
			return x, lambda, nil
		}
	}
	return nil, 0, fmt.Errorf("inverse iteration for the lowest eigenvalue not settled after %d steps: %g, before %g", maxIterations, lambda, last)
}

// solvePassage solves for the mean times, −𝓛u = 1, and goes on by inverse iteration, with the same
// factorisation, to the lowest eigenpair. It returns λ and the mean time from the minimum.
func (g *grid) solvePassage(ctx context.Context) (*Passage, []float64, error) {
	s, err := g.pin(ctx)
	if err != nil {
		return nil, nil, err
	}
	dot := func(u, v []float64) (sum float64) { // weighted with the masses
		for i := range u {
			sum += s.mass(i) * u[i] * v[i]
		}
		return sum
	}
	ones, mean := make([]float64, g.unknowns()), 0.0
	floats.AddConst(1, ones)
	u, lambda, err := inverseIteration(ctx, ones, 1e-11, func(u []float64) ([]float64, float64, error) {
		next, err := s.invert(u)
		if err != nil {
			return nil, 0, err
		}
		if mean == 0 { // the first, from 1
			mean = g.atMinimum(next)
		}
		// Rayleigh's quotient of next: ⟨next, −𝓛 next⟩ = ⟨next, u⟩.
		lambda := dot(next, u) / dot(next, next)
		floats.Scale(lambda, next)
		return next, lambda, nil
	})
	if err != nil {
		return nil, nil, err
	}
	for i := range u {
		u[i] *= s.mass(i)
	}
	return g.withDensity(u), []float64{lambda, mean}, nil
}

// withDensity returns a passage with the density of the given masses, which need not add up to 1.
func (g *grid) withDensity(masses []float64) *Passage {
	total := floats.Sum(masses)
	for i := range masses {
		masses[i] /= total * g.along.width[i/g.rows()] * g.across.width[i%g.rows()]
	}
	return &Passage{Density: Field{g.along.at, g.across.at, masses}, dz: g.along.width, dr: g.across.width}
}

// atMinimum returns the value at the minimum, r = 0, from the nodes at ½ and 3/2 steps of the grid
// coordinate on both sides; round the axis both sides are one.
func (g *grid) atMinimum(u []float64) float64 {
	column := u[g.minimum*g.rows():][:g.rows()]
	if len(column) == 1 {
		return column[0]
	}
	j := g.axisRow()
	above := (9*column[j] - column[j+1]) / 8
	if j == 0 {
		return above
	}
	return 0.5 * (above + (9*column[j-1]-column[j-2])/8)
}

// solveCommittor solves 𝓛q = 0 with q = 0 at the minimum's plane and 1 at the exit.
func (g *grid) solveCommittor(ctx context.Context) (*Committor, []float64, error) {
	rows, hold := g.rows(), make([]bool, g.unknowns())
	for i := range (g.minimum + 1) * rows {
		hold[i] = true
	}
	f, err := g.factor(ctx, hold)
	if err != nil {
		return nil, nil, err
	}
	q, back, err := f.harmonic()
	if err != nil {
		return nil, nil, err
	}
	inside, energy := 0.0, 0.0
	for i, v := range back {
		inside += f.mass(i) * v
	}
	flux := make([]float64, g.columns())
	g.links(func(i, j int, logG float64) {
		rise := difference(back, q, i, j)
		energy += math.Exp(logG) * rise * rise
		if j == i+rows {
			flux[i/rows] += math.Exp(logG) * rise
		}
	})
	c := &Committor{Field: Field{g.along.at, g.across.at, q}}
	for _, v := range flux[g.minimum:] {
		c.Imbalance = math.Max(c.Imbalance, math.Abs(v/energy-1))
	}
	return c, []float64{energy / inside}, nil
}
