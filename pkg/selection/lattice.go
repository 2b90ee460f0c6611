package selection

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// StepLaw is a Markov chain on the line whose step is a product of two correlated normals, as that
// of SGD with one sample at a time on Gaussian features is: the per-sample gradient is r·s with
// residual r and slope s = ∂f/∂θ, and given s = |s|·u, u standard normal, it is normal with mean
// slope·u² and standard deviation spread·|u|. [Loop] is one. (slope = L′, spread² = 2L·Es² − L′².)
type StepLaw interface {
	Step(theta float64) (slope, spread float64)
}

// Lattice is the chain θ ← θ − ηrs cut into cells: the transition probabilities are those from the
// middle of each cell, integrated over u by Gauss–Legendre and over r in closed form. What would
// leave at an end is put into the last cell. The discretisation error is of second order in the
// size of a cell.
type Lattice struct {
	lo, size, eta float64
	p             *mat.Dense // row: from
}

// mixture is a law of steps that is one of several, by chance.
type mixture interface {
	parts() (laws []StepLaw, weights []float64)
}

// NewLattice returns the chain on [lo, hi]. It returns an error if there is no law or its slope or
// spread is not finite, the interval is empty, not finite or so short that cells have no width,
// cells < 3 or so many that cells×cells probabilities take more than 1 GiB (11,585), or η is not
// positive and finite, and that of ctx.
func NewLattice(ctx context.Context, law StepLaw, eta, lo, hi float64, cells int) (*Lattice, error) {
	size := (hi - lo) / float64(cells)
	switch {
	case law == nil:
		return nil, fmt.Errorf("selection: lattice without a law of its steps")
	case !(lo < hi) || math.IsInf(hi-lo, 1):
		return nil, fmt.Errorf("selection: lattice from %v to %v, want a finite interval", lo, hi)
	case cells < 3:
		return nil, fmt.Errorf("selection: lattice of %d cells, want ≥ 3", cells)
	case 8*float64(cells)*float64(cells) > parallel.GiB:
		return nil, fmt.Errorf("selection: lattice: the probabilities of %d cells take %.3g GiB, want ≤ 1", cells, 8*float64(cells)*float64(cells)/parallel.GiB)
	case !(eta > 0) || math.IsInf(eta, 1):
		return nil, fmt.Errorf("selection: lattice: η = %v, want a finite value > 0", eta)
	case !(size > 1e-12*math.Max(math.Abs(lo), math.Abs(hi))) || size < 1e-300:
		return nil, fmt.Errorf("selection: lattice from %v to %v, %d cells of width %v, want some that floating point tells apart", lo, hi, cells, size)
	}
	l := &Lattice{lo: lo, size: size, eta: eta, p: mat.NewDense(cells, cells, nil)}
	// |u| = x² takes the square-root singularity of the inner law out of the way; beyond |u| = 7
	// the normal law holds 3e−12.
	const nodes = 48
	x, w := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(x, w, 0, math.Sqrt(7))
	laws, chances := []StepLaw{law}, []float64{1}
	if m, ok := law.(mixture); ok {
		laws, chances = m.parts()
	}
	for i := range cells {
		if err := parallel.Err(ctx); err != nil {
			return nil, fmt.Errorf("selection: lattice: %w", err)
		}
		theta, row := l.Middle(i), l.p.RawRowView(i)
		for part, law := range laws {
			slope, spread := law.Step(theta)
			// At 49, the largest u², and 8 standard deviations about it.
			if reach := eta * (49*math.Abs(slope) + 56*spread); !(spread >= 0) || !(reach < 1e300) {
				return nil, fmt.Errorf("selection: lattice: slope %v and spread %v at θ = %v, want finite values, ≥ 0 for the spread, and η times them", slope, spread, theta)
			}
			for k, x := range x {
				u := x * x
				weight := chances[part] * w[k] * 2 * x * math.Sqrt(2/math.Pi) * math.Exp(-u*u/2)
				l.spread(row, theta-eta*slope*u*u, eta*spread*u, weight)
			}
		}
		floats.Scale(1/floats.Sum(row), row) // 1 but for the rule's 1e−10
	}
	return l, nil
}

// spread adds a normal law to a row.
func (l *Lattice) spread(row []float64, mean, sd, weight float64) {
	n := len(row)
	cell := func(z float64) int { return int(math.Max(0, math.Min(float64(n-1), math.Floor((z-l.lo)/l.size)))) }
	if sd == 0 {
		row[cell(mean)] += weight
		return
	}
	first, last := cell(mean-8*sd), cell(mean+8*sd)
	below := 0.0
	for j := first; j < last; j++ {
		cdf := 0.5 * math.Erfc(-(l.lo+float64(j+1)*l.size-mean)/(sd*math.Sqrt2))
		row[j] += weight * (cdf - below)
		below = cdf
	}
	row[last] += weight * (1 - below)
}

// Middle returns θ in the middle of a cell.
func (l *Lattice) Middle(cell int) float64 { return l.lo + (float64(cell)+0.5)*l.size }

// band returns the chain on the cells from first to last−1, eliminated.
func (l *Lattice) band(ctx context.Context, first, last int) (*band, error) {
	b := newBand(last-first, last-first-1)
	for i := first; i < last; i++ {
		for j, p := range l.p.RawRowView(i) {
			if first <= j && j < last {
				b.add(i-first, j-first, p)
			} else {
				b.leak[i-first] += p
			}
		}
	}
	return b, b.eliminate(ctx)
}

// errNoLattice is for what [NewLattice] did not make.
var errNoLattice = errors.New("selection: lattice that NewLattice did not make")

func (l *Lattice) check(ctx context.Context) error {
	if l == nil || l.p == nil {
		return errNoLattice
	}
	if err := parallel.Err(ctx); err != nil {
		return fmt.Errorf("selection: lattice: %w", err)
	}
	return nil
}

// Stationary returns the probabilities of the cells in the stationary law, each to its own relative
// accuracy. It is an error for a lattice that [NewLattice] did not make, and if ctx ends.
func (l *Lattice) Stationary(ctx context.Context) ([]float64, error) {
	if err := l.check(ctx); err != nil {
		return nil, err
	}
	n, _ := l.p.Dims()
	b, err := l.band(ctx, 0, n)
	var pi []float64
	if err == nil {
		pi, err = b.stationary(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("selection: lattice: stationary law: %w", err)
	}
	return pi, nil
}

// Odds returns the stationary weight above the point between over that below; a cell that holds the
// point is shared out. It is an error for a point that is not inside, and as of
// [Lattice.Stationary].
func (l *Lattice) Odds(ctx context.Context, between float64) (float64, error) {
	if err := l.check(ctx); err != nil {
		return 0, err
	}
	if n, _ := l.p.Dims(); !(between > l.lo && between < l.lo+float64(n)*l.size) {
		return 0, fmt.Errorf("selection: lattice: odds beyond θ = %v, want a point inside", between)
	}
	pi, err := l.Stationary(ctx)
	if err != nil {
		return 0, err
	}
	below, above := 0.0, 0.0
	for i, p := range pi {
		share := math.Max(0, math.Min(1, (between-l.lo)/l.size-float64(i)))
		below += share * p
		above += (1 - share) * p
	}
	return above / below, nil
}

// MeanFirstPassage returns the mean time t = ηk from one point until the chain is in the cell of
// another, or beyond it. It is an error if the two share a cell or are outside, if the time is
// beyond what float64 holds, for a lattice that [NewLattice] did not make, and if ctx ends.
func (l *Lattice) MeanFirstPassage(ctx context.Context, from, to float64) (float64, error) {
	if err := l.check(ctx); err != nil {
		return 0, err
	}
	n, _ := l.p.Dims()
	if reach := float64(n) * l.size; !(from-l.lo < reach && to-l.lo < reach) { // NaN and what no int holds
		return 0, fmt.Errorf("selection: lattice: first passage from %v to %v, want two cells inside", from, to)
	}
	i, j := int(math.Floor((from-l.lo)/l.size)), int(math.Floor((to-l.lo)/l.size))
	if i == j || min(i, j) < 0 {
		return 0, fmt.Errorf("selection: lattice: first passage from %v to %v, want two cells inside", from, to)
	}
	first, last := 0, j // the cells in which the chain lives
	if to < from {
		first, last = j+1, n
	}
	t := make([]float64, last-first)
	floats.AddConst(l.eta, t)
	b, err := l.band(ctx, first, last)
	if err == nil {
		err = b.earn(ctx, t)
	}
	if err != nil {
		return 0, fmt.Errorf("selection: lattice: first passage from %v to %v: %w", from, to, err)
	}
	if v := t[i-first]; !(v > 0) || math.IsInf(v, 1) {
		return 0, fmt.Errorf("selection: lattice: first passage from %v to %v takes %v, want a finite time > 0", from, to, v)
	}
	return t[i-first], nil
}
