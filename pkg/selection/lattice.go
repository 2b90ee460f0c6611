package selection

import (
	"errors"
	"fmt"
	"math"

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

// NewLattice returns the chain on [lo, hi]. It returns an error if there is no law or its slope or
// spread is not finite, the interval is empty, not finite or so short that cells have no width,
// cells < 3 or so many that cells×cells probabilities take more than 1 GiB (11,585), or η is not
// positive and finite.
func NewLattice(law StepLaw, eta, lo, hi float64, cells int) (*Lattice, error) {
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
	for i := range cells {
		theta, row := l.Middle(i), l.p.RawRowView(i)
		slope, spread := law.Step(theta)
		// At 49, the largest u², and 8 standard deviations about it.
		if reach := eta * (49*math.Abs(slope) + 56*spread); !(spread >= 0) || !(reach < 1e300) {
			return nil, fmt.Errorf("selection: lattice: slope %v and spread %v at θ = %v, want finite values, ≥ 0 for the spread, and η times them", slope, spread, theta)
		}
		for k, x := range x {
			u := x * x
			weight := w[k] * 2 * x * math.Sqrt(2/math.Pi) * math.Exp(-u*u/2)
			l.spread(row, theta-eta*slope*u*u, eta*spread*u, weight)
		}
		sum := mat.Sum(l.p.RowView(i)) // 1 but for the rule's 1e−10
		for j := range row {
			row[j] /= sum
		}
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

var errNotMade = errors.New("selection: lattice that NewLattice did not make")

// Middle returns θ in the middle of a cell.
func (l *Lattice) Middle(cell int) float64 { return l.lo + (float64(cell)+0.5)*l.size }

// Stationary returns the probabilities of the cells in the stationary law, the solution of π(I − P)
// = 0, Σπ = 1. It is an error for a lattice that [NewLattice] did not make, or whose chain falls
// apart.
func (l *Lattice) Stationary() ([]float64, error) {
	if l == nil || l.p == nil {
		return nil, errNotMade
	}
	n, _ := l.p.Dims()
	// The last equation, implied by the others, is replaced by the normalisation.
	a, b, pi := mat.NewDense(n, n, nil), mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	a.Copy(l.p.T())
	for i := range n {
		a.Set(i, i, a.At(i, i)-1)
		a.Set(n-1, i, 1)
	}
	b.SetVec(n-1, 1)
	if err := pi.SolveVec(a, b); err != nil {
		return nil, fmt.Errorf("selection: lattice: stationary law: %w", err)
	}
	return pi.RawVector().Data, nil
}

// Odds returns the stationary weight above the point between over that below; a cell that holds the
// point is shared out. It is an error if the point is not inside, or as for [Lattice.Stationary].
func (l *Lattice) Odds(between float64) (float64, error) {
	pi, err := l.Stationary()
	if err != nil {
		return 0, err
	}
	if hi := l.lo + float64(len(pi))*l.size; !(between > l.lo && between < hi) {
		return 0, fmt.Errorf("selection: lattice: odds about %v, want a point inside %v to %v", between, l.lo, hi)
	}
	below := 0.0
	for i, p := range pi {
		below += p * math.Max(0, math.Min(1, (between-l.lo)/l.size-float64(i)))
	}
	if !(below > 0 && below < 1) {
		return 0, fmt.Errorf("selection: lattice: weight %v below %v, want a value in (0, 1)", below, between)
	}
	return (1 - below) / below, nil
}

// MeanFirstPassage returns the mean time t = ηk from one point until the chain is in the cell of
// another, or beyond it. It is an error if the two share a cell or are outside, as for
// [Lattice.Stationary], or if the passage is too rare to be told by elimination, about 10¹⁵ steps.
func (l *Lattice) MeanFirstPassage(from, to float64) (float64, error) {
	if l == nil || l.p == nil {
		return 0, errNotMade
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
	m := last - first
	a, ones, t := mat.NewDense(m, m, nil), mat.NewVecDense(m, nil), mat.NewVecDense(m, nil)
	a.Scale(-1, l.p.Slice(first, last, first, last))
	for k := range m {
		// Leaving in one step is summed without cancellation, so that the diagonal keeps its digits
		// when leaving is rare.
		out := 0.0
		for c, p := range l.p.RawRowView(first + k) {
			if c != first+k {
				out += p
			}
		}
		a.Set(k, k, out)
		ones.SetVec(k, l.eta)
	}
	if err := t.SolveVec(a, ones); err != nil {
		return 0, fmt.Errorf("selection: lattice: first passage: %w", err)
	}
	return t.AtVec(i - first), nil
}
