// Package kolmogorov answers the question: at which rate does a diffusion in many dimensions leave
// a valley, with no sampling error at all?
//
// [Kolmogorov] solves the backward Kolmogorov equation of a reversible diffusion in a [Valley], a
// loss with an axis of symmetry, (z₁, r), or in the plane: rate, mean time, committor,
// quasi-stationary law. [Aligned] is the same for noise that follows unequal outliers, which is not
// reversible. [Reduce] finds the valley of any barrier that has one, and [BarrierRate] is the short
// form.
package kolmogorov

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Kolmogorov is the backward Kolmogorov equation of a reversible diffusion in a [Valley], from the
// minimum up to the plane z₁ = Exit, where the process is absorbed:
//
//	−(1/m)∇·(m a ∇u) = f,   u = 0 at the exit.
//
// It is solved by finite volumes in (z₁, r), symmetric in the weight m r^{n−2}, with gonum's banded
// Cholesky factorisation, on grids refined until Richardson extrapolation settles. Rates as small
// as 10⁻²⁵⁰ keep their relative accuracy.
type Kolmogorov struct {
	Valley Valley
	Noise  exact.NoiseLaw
	// Exit is the z₁ > Valley.Minimum of the absorbing plane.
	Exit float64
	// Tolerance is the relative change at which refinement stops. 0 means 5e−4.
	Tolerance float64
	// Tail is the fraction of the stationary weight that may lie outside the grid, in the well as
	// well as on the planes up to the exit. 0 means 1e−6.
	Tail float64
}

// Passage is the solution of a [Kolmogorov] problem. Rates are per unit of the process's time.
type Passage struct {
	// Eigenvalue is the lowest eigenvalue λ of −𝓛 with absorption at the exit: the rate proper, at
	// which the probability to be still inside decays. At the saddle plane of a symmetric double
	// well, κ = λ/2.
	Eigenvalue exact.Result
	// MeanTime is the mean first-passage time from the minimum to the exit.
	MeanTime exact.Result
	// Density is the quasi-stationary density per dz₁dr, the law of the process given that it has
	// not left for a long time. Its integral is 1.
	Density Field

	dz, dr []float64 // cell widths
}

// Committor is the probability to reach the exit plane before the plane of the minimum, z₁ =
// Valley.Minimum.
type Committor struct {
	Field
	// Rate is that of transitions from the plane of the minimum to the exit, ∫ m a |∇q|² / ∫ m
	// (1−q), 1/(mean time from the law of arrivals back in the well): a third definition beside λ
	// and 1/MeanTime, the same while escape is rare.
	Rate exact.Result
	// Imbalance is the largest relative difference between the probability flux through two planes
	// between minimum and exit: 0 up to rounding.
	Imbalance float64
}

// levels are the successive refinements: spacings are the length scale of the problem divided by
// these.
var levels = []float64{1, 1.5, 2, 3, 4, 6}

// Unknowns × bandwidth² of one factorisation.
const (
	maxWork   = 1e9  // a second's worth, not exceeded once an answer is there
	maxFirst  = 1e10 // nor this before
	cheapWork = 2e6  // milliseconds: up to there refinement goes on even when the tolerance is met
)

// Solve returns eigenvalue, mean first-passage time and quasi-stationary density. It returns an
// error if n < 1, the noise or the positions are out of bounds, the loss is not positive on the
// grid, the stationary weight has no finite integral (n above n_c, Eq. 19), the rate is below what
// float64 holds, the grid takes more than 1 GiB or 10¹⁰ multiplications, refinement does not
// settle, or ctx ends: a factorisation that is under way then, of seconds at the most, is left to
// end by itself.
func (k Kolmogorov) Solve(ctx context.Context) (*Passage, error) {
	p, values, err := refine(ctx, k, nil, nil, func(g *grid) (*Passage, []float64, error) { return g.solvePassage(ctx) })
	if err != nil {
		return nil, fmt.Errorf("kolmogorov: escape from z₁ = %v to %v: %w", k.Valley.Minimum, k.Exit, err)
	}
	p.Eigenvalue, p.MeanTime = values[0], values[1]
	return p, nil
}

// Committor returns the committor, with the errors of [Kolmogorov.Solve].
func (k Kolmogorov) Committor(ctx context.Context) (*Committor, error) {
	c, values, err := refine(ctx, k, nil, nil, func(g *grid) (*Committor, []float64, error) { return g.solveCommittor(ctx) })
	if err != nil {
		return nil, fmt.Errorf("kolmogorov: committor from z₁ = %v to %v: %w", k.Valley.Minimum, k.Exit, err)
	}
	c.Rate = values[0]
	return c, nil
}

// Rate returns 1/MeanTime: the rate as a single first-passage experiment from the minimum would
// report it. It is NaN for a passage that is not solved.
func (p *Passage) Rate() exact.Result {
	if p == nil || !(p.MeanTime.Value > 0) {
		return exact.Result{Value: math.NaN(), Err: math.NaN()}
	}
	t := p.MeanTime
	return exact.Result{Value: 1 / t.Value, Err: t.Err / (t.Value * t.Value), Grid: t.Grid}
}

// Expect returns the mean of f(z₁, r) over the quasi-stationary density; NaN for no f and for a
// passage that is not solved.
func (p *Passage) Expect(f func(z, r float64) float64) float64 {
	if f == nil || p == nil || len(p.Density.values) == 0 {
		return math.NaN()
	}
	sum := 0.0
	for i, z := range p.Density.Along {
		for j, r := range p.Density.Across {
			sum += p.Density.Z(i, j) * p.dz[i] * p.dr[j] * f(z, r)
		}
	}
	return sum
}

// Outside returns the probability that r > R, under the quasi-stationary density; nodes at R itself
// count half. It is NaN for a NaN R, and where Expect is.
func (p *Passage) Outside(R float64) float64 {
	return p.Expect(func(_, r float64) float64 {
		switch {
		case r > R:
			return 1
		case r == R:
			return 0.5
		case math.IsNaN(R):
			return math.NaN()
		}
		return 0
	})
}

// Field is a function of (z₁, r) on the nodes of a grid.
type Field struct {
	Along  []float64 // z₁ of the columns, ascending
	Across []float64 // r of the rows, ascending; the one row r = 0 if n = 1
	values []float64 // column by column
}

// Z returns the value in column c and row r; NaN outside.
func (f Field) Z(c, r int) float64 {
	if c < 0 || r < 0 || r >= len(f.Across) || c >= len(f.values)/len(f.Across) {
		return math.NaN()
	}
	return f.values[c*len(f.Across)+r]
}

// At interpolates bilinearly at (z₁, r), constant beyond the outermost nodes; NaN in a field
// without nodes.
func (f Field) At(z, r float64) float64 {
	if len(f.Along) == 0 || len(f.Across) == 0 {
		return math.NaN()
	}
	i, k, s := between(f.Along, z)
	j, l, t := between(f.Across, r)
	return (1-s)*((1-t)*f.Z(i, j)+t*f.Z(i, l)) + s*((1-t)*f.Z(k, j)+t*f.Z(k, l))
}

// between returns the nodes below and above x and how far x is on the way from one to the other,
// from 0 to 1.
func between(nodes []float64, x float64) (below, above int, way float64) {
	above = min(sort.SearchFloat64s(nodes, x), len(nodes)-1)
	below = max(above-1, 0)
	if below == above {
		return below, above, 0
	}
	return below, above, math.Min((x-nodes[below])/(nodes[above]-nodes[below]), 1)
}

// check returns an error naming the first input that is out of bounds.
func (k Kolmogorov) check() error {
	v := k.Valley
	switch {
	case v.Dim < 1:
		return fmt.Errorf("effective dimension n = %d, want ≥ 1", v.Dim)
	case v.Plane && v.Dim != 2:
		return fmt.Errorf("a plane of effective dimension n = %d, want 2", v.Dim)
	case v.Loss == nil:
		return fmt.Errorf("valley without a loss")
	case k.Noise == nil:
		return fmt.Errorf("no noise given")
	case !finite(v.Minimum) || !finite(k.Exit) || !finite(reach*(k.Exit-v.Minimum)) || k.Exit <= v.Minimum+1e-9*math.Abs(v.Minimum):
		return fmt.Errorf("exit at z₁ = %v, want a finite value beyond the minimum at %v", k.Exit, v.Minimum)
	case !(k.Tolerance >= 0 && k.Tolerance < 1):
		return fmt.Errorf("tolerance = %v, want a value in [0, 1)", k.Tolerance)
	case !(k.Tail >= 0 && k.Tail < 0.1):
		return fmt.Errorf("tail = %v, want a value in [0, 0.1)", k.Tail)
	}
	loss := v.Loss(v.Minimum, 0)
	if !(loss > 0 && finite(loss)) {
		return fmt.Errorf("loss at the minimum = %v, want a finite value > 0", loss)
	}
	if a := k.Noise.Diffusion(loss); !(a > 0 && finite(a)) {
		return fmt.Errorf("diffusion constant at the minimum = %v, want a finite value > 0", a)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// refine solves on finer and finer grids until the extrapolated values settle. Their error is what
// the last extrapolation changed, and after three grids the one before as well, plus what cropping
// the domain to ten times the weight outside changes; Grid is the number of unknowns of the last
// grid. The widths of the well along and across are taken from two other problems if they are
// given.
func refine[T any](ctx context.Context, k Kolmogorov, along, across *Kolmogorov, solve func(*grid) (T, []float64, error)) (
	last T, results []exact.Result, err error) {
	if err := cmp.Or(parallel.Err(ctx), k.check()); err != nil {
		return last, nil, err
	}
	k.Tolerance, k.Tail = cmp.Or(k.Tolerance, 5e-4), cmp.Or(k.Tail, 1e-6)
	d, err := k.domain(ctx)
	if err != nil {
		return last, nil, err
	}
	wide := k
	wide.Tail *= 10
	cropped, err := wide.domain(ctx)
	if err != nil {
		return last, nil, err
	}
	if along != nil {
		a, err := along.domain(ctx)
		if err != nil {
			return last, nil, err
		}
		b, err := across.domain(ctx)
		if err != nil {
			return last, nil, err
		}
		d.widthAlong = a.widthAlong
		d.floorR, d.medianR, d.widthAcross = math.Max(a.floorR, b.floorR), b.medianR, b.widthAcross
	}
	var domainEffect, steps []float64 // the effect is relative
	var history [][]float64
	for _, level := range levels {
		g, err := k.grid(ctx, d, level)
		if err != nil {
			return last, nil, err
		}
		if g.work() > maxWork && len(results) > 0 {
			break
		}
		if g.work() > maxFirst {
			return last, nil, fmt.Errorf("a grid of %d×%d nodes takes %.2g multiplications, want ≤ %g", g.columns(), g.rows(), g.work(), float64(maxFirst))
		}
		var v []float64
		if last, v, err = solve(g); err != nil {
			return last, nil, err
		}
		if len(steps) == 1 { // the effect of the domain hardly depends on the grid
			_, small, err := solve(g.crop(cropped))
			if err != nil {
				return last, nil, err
			}
			for i := range v {
				domainEffect = append(domainEffect, math.Abs(small[i]/v[i]-1))
			}
		}
		steps, history = append(steps, g.step*g.step), append(history, v)
		if len(steps) < 3 {
			continue
		}
		settled := true
		results = make([]exact.Result, len(v))
		for i := range v {
			value, change, first := extrapolate(steps, history, i)
			bound := change + domainEffect[i]*math.Abs(value)
			settled = settled && bound <= k.Tolerance*math.Abs(value)
			if len(steps) == 3 {
				bound += first
			}
			results[i] = exact.Result{Value: value, Err: bound, Grid: g.unknowns()}
		}
		if settled && (g.work() > cheapWork || level == levels[len(levels)-1]) {
			return last, results, nil
		}
	}
	worst := slices.MaxFunc(results, func(a, b exact.Result) int {
		return cmp.Compare(a.Err*math.Abs(b.Value), b.Err*math.Abs(a.Value))
	})
	return last, nil, fmt.Errorf("not settled to %g with %d unknowns: value %g, error %g",
		k.Tolerance, worst.Grid, worst.Value, worst.Err)
}

// extrapolate carries quantity i of the last three grids to vanishing h² by Neville's scheme, and
// returns how far that is from the straight line through the last two, and how far this is from the
// line through the two before: coarse grids may be off by as much.
func extrapolate(h2 []float64, history [][]float64, i int) (value, change, first float64) {
	n := len(h2) - 3
	line := func(a, b int) float64 {
		return (h2[a]*history[b][i] - h2[b]*history[a][i]) / (h2[a] - h2[b])
	}
	early, late := line(n, n+1), line(n+1, n+2)
	value = (h2[n]*late - h2[n+2]*early) / (h2[n] - h2[n+2])
	return value, math.Abs(value - late), math.Abs(late - early)
}
