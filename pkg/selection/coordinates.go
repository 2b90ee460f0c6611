package selection

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// TwoCoordinates is Eq. 13 between two basins whose n−1 directions across the path are alike, in
// the coordinates z₁ and r = |z_⊥|, with a noise across that may change along the way,
//
//	dz₁ = −∂₁L dt + sqrt(2T₁L)·dW,   dz_⊥ = −∇_⊥L dt + sqrt(2T_⊥(z₁)L)·dW   (Itô).
//
// For T_⊥ ≠ T₁ it is not reversible and its law not a power of L. Here it is a Markov chain on a
// grid, which is solved without a subtraction, so that rates of 10⁻¹⁰⁰ keep their digits. Values
// are extrapolated from three grids. [TwoCoordinates.Toll] is what is left of it as T → 0.
type TwoCoordinates struct {
	// Basins are the two minima, of one curvature along the path. All directions across have the
	// same curvature, > 0.
	Basins *Basins
	// Along is T₁ and Across T_⊥, both > 0.
	Along  float64
	Across func(z float64) float64
}

// Follow returns the problem in which the noise is aligned with H(θ*) of the basin that the walker
// is in, with a passage of half-width width at the saddle as in [Basins.Present]: T₁ = (η/B)h and
// T_⊥ = (η/B)h_⊥. It returns an error if b is nil, its directions are not as TwoCoordinates wants
// them, η/B is not positive and finite or width is negative.
func Follow(b *Basins, noise, width float64) (TwoCoordinates, error) {
	if !positive(noise) || !(width >= 0) {
		return TwoCoordinates{}, fmt.Errorf("selection: two coordinates: η/B = %v and width %v, want finite values > 0 and ≥ 0", noise, width)
	}
	if b == nil {
		return TwoCoordinates{}, fmt.Errorf("selection: two coordinates without basins")
	}
	c := TwoCoordinates{Basins: b, Along: noise * b.near.Curvature, Across: func(z float64) float64 {
		present := make([]float64, max(b.Dim(), 2))
		b.Present(present[:b.Dim()], z, width)
		return noise * present[1]
	}}
	return c, c.check()
}

// Keep returns the problem in which the noise is that of the near minimum everywhere, which is Eq.
// 13 to the letter. Errors are those of [Follow].
func Keep(b *Basins, noise float64) (TwoCoordinates, error) {
	c, err := Follow(b, noise, 0)
	if err != nil {
		return c, err
	}
	across := c.Across(-b.a)
	c.Across = func(float64) float64 { return across }
	return c, nil
}

// Reverse returns the same problem seen from the other basin.
func (c TwoCoordinates) Reverse() TwoCoordinates {
	if c.Basins == nil || c.Across == nil {
		return c // and so no error is lost
	}
	return TwoCoordinates{Basins: c.Basins.Reverse(), Along: c.Along, Across: func(z float64) float64 { return c.Across(-z) }}
}

func (c TwoCoordinates) check() error {
	b := c.Basins
	if b == nil || c.Across == nil || !positive(c.Along) {
		return fmt.Errorf("selection: two coordinates: T₁ = %v, want basins, a finite T₁ > 0 and T_⊥", c.Along)
	}
	if b.near.Curvature != b.far.Curvature {
		return fmt.Errorf("selection: two coordinates: curvatures along the path %v and %v, want equal ones", b.near.Curvature, b.far.Curvature)
	}
	for _, basin := range []Basin{b.near, b.far} {
		for _, h := range basin.Transverse {
			if h != basin.Transverse[0] || h == 0 {
				return fmt.Errorf("selection: two coordinates: curvatures across %v, want one value > 0", basin.Transverse)
			}
		}
	}
	for _, z := range []float64{-b.a, 0, b.b} {
		if b.Dim() > 1 && !positive(c.Across(z)) {
			return fmt.Errorf("selection: two coordinates: T_⊥ = %v at z₁ = %v, want a finite value > 0", c.Across(z), z)
		}
	}
	return nil
}

// Odds returns the stationary weight beyond the saddle over that before it. It returns an error if
// T is so high that the weight has no finite integral (Eq. 19), or if temperatures or curvatures
// are too unequal for a grid, and that of ctx.
func (c TwoCoordinates) Odds(ctx context.Context) (exact.Result, error) {
	return c.extrapolate(ctx, "odds", func(g *coordinateGrid) (float64, error) {
		chain := g.chain(len(g.z.at))
		if err := chain.eliminate(ctx); err != nil {
			return 0, err
		}
		pi, err := chain.stationary(ctx)
		if err != nil {
			return 0, err
		}
		below, above := 0.0, 0.0
		for s, p := range pi {
			i := s / len(g.r.at)
			share := math.Max(0, math.Min(1, g.z.face[i]/g.z.width[i])) // of the cell, beyond z₁ = 0
			above += share * p
			below += (1 - share) * p
		}
		return above / below, nil
	})
}

// Rate returns the rate out of the near basin proper: the lowest eigenvalue with absorption at the
// plane of the far bottom. Errors are those of [TwoCoordinates.Odds].
func (c TwoCoordinates) Rate(ctx context.Context) (exact.Result, error) {
	return c.extrapolate(ctx, "rate", func(g *coordinateGrid) (float64, error) {
		chain := g.chain(g.far)
		if err := chain.eliminate(ctx); err != nil {
			return 0, err
		}
		u := make([]float64, len(chain.row))
		floats.AddConst(1, u)
		rate, last := 1.0, 0.0
		// Inverse iteration converges with the ratio of the two lowest eigenvalues.
		for i := 0; i < 200 && math.Abs(rate-last) > 1e-10*rate; i++ {
			if err := chain.earn(ctx, u); err != nil {
				return 0, err
			}
			last, rate = rate, 1/floats.Max(u)
			floats.Scale(rate, u)
		}
		return rate, nil
	})
}

// Cells per width of a well along the path on successive grids.
var coordinateLevels = []float64{4, 6, 8}

// extrapolate returns a value of vanishing cells from three grids.
func (c TwoCoordinates) extrapolate(ctx context.Context, what string, value func(*coordinateGrid) (float64, error)) (exact.Result, error) {
	if err := c.check(); err != nil {
		return exact.Result{}, err
	}
	var x, v []float64
	var g *coordinateGrid
	for _, level := range coordinateLevels {
		err, one := parallel.Err(ctx), 0.0
		if err == nil {
			g, err = c.grid(level)
		}
		if err == nil {
			one, err = value(g)
		}
		if err != nil {
			return exact.Result{}, fmt.Errorf("selection: two coordinates: %s: %w", what, err)
		}
		x, v = append(x, 1/(level*level)), append(v, one)
	}
	best, change := extrapolate(x, v)
	if !positive(best) {
		return exact.Result{}, fmt.Errorf("selection: two coordinates: %s: weights span too many orders of magnitude", what)
	}
	return exact.Result{Value: best, Err: change, Grid: len(g.z.at) * len(g.r.at)}, nil
}
