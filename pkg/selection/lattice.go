package selection

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// StepLaw is a Markov chain on the line whose step is a product of two correlated
// normals, as that of SGD with one sample at a time on Gaussian features is: the
// per-sample gradient is r·s with residual r and slope s = ∂f/∂θ, and given s =
// |s|·u, u standard normal, it is normal with mean slope·u² and standard deviation
// spread·|u|. [Loop] is one. (slope = L′, spread² = 2L·Es² − L′².)
type StepLaw interface {
	Step(theta float64) (slope, spread float64)
}

// Lattice is the chain θ ← θ − ηrs cut into cells: the transition probabilities
// are those from the middle of each cell, integrated over u by Gauss–Legendre and
// over r in closed form. What would leave at an end is put into the last cell.
// The discretisation error is of second order in the size of a cell.
type Lattice struct {
	lo, size, eta float64
	p             *mat.Dense // row: from
}

// NewLattice returns the chain on [lo, hi]. It returns an error if the interval is
// empty or not finite, cells < 3, or η is not positive and finite.
func NewLattice(law StepLaw, eta, lo, hi float64, cells int) (*Lattice, error) {
	switch {
	case !(lo < hi) || math.IsInf(hi-lo, 1):
		return nil, fmt.Errorf("selection: lattice from %v to %v, want a finite interval", lo, hi)
	case cells < 3:
		return nil, fmt.Errorf("selection: lattice of %d cells, want ≥ 3", cells)
	case !(eta > 0) || math.IsInf(eta, 1):
		return nil, fmt.Errorf("selection: lattice: η = %v, want a finite value > 0", eta)
	}
	l := &Lattice{lo: lo, size: (hi - lo) / float64(cells), eta: eta, p: mat.NewDense(cells, cells, nil)}
	// |u| = x² takes the square-root singularity of the inner law out of the way;
	// beyond |u| = 7 the normal law holds 3e−12.
	const nodes = 48
	x, w := make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(x, w, 0, math.Sqrt(7))
	for i := range cells {
		theta, row := l.Middle(i), l.p.RawRowView(i)
		slope, spread := law.Step(theta)
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

// Stationary returns the probabilities of the cells in the stationary law, the
// solution of π(I − P) = 0, Σπ = 1.
func (l *Lattice) Stationary() ([]float64, error) {
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

// Odds returns the stationary weight above the point between over that below; a
// cell that holds the point is shared out.
func (l *Lattice) Odds(between float64) (float64, error) {
	pi, err := l.Stationary()
	if err != nil {
		return 0, err
	}
	below := 0.0
	for i, p := range pi {
		below += p * math.Max(0, math.Min(1, (between-l.lo)/l.size-float64(i)))
	}
	return (1 - below) / below, nil
}

// MeanFirstPassage returns the mean time t = ηk from one point until the chain is in the
// cell of another, or beyond it. It is an error if the two share a cell or are outside.
func (l *Lattice) MeanFirstPassage(from, to float64) (float64, error) {
	n, _ := l.p.Dims()
	i, j := int(math.Floor((from-l.lo)/l.size)), int(math.Floor((to-l.lo)/l.size))
	if i == j || min(i, j) < 0 || max(i, j) >= n {
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
		// Leaving in one step is summed without cancellation, so that the
		// diagonal keeps its digits when leaving is rare.
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
