package barriers

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
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// SetPassage returns the exact mean time t = ηk until L(θ_k) > ratio·L(θ*) for the first time,
// started at θ*, on one fixed data set in one dimension with B = 1, or B > 1 drawn with
// replacement. With δ = θ − θ* and e_μ the residuals at θ*, sample μ maps δ to (1 − ηx_μ²)δ +
// ηx_μe_μ, and
//
//	T(δ) = η + (1/N) Σ_μ T((1 − ηx_μ²)δ + ηx_μe_μ),  T = 0 for hδ² > 2(ratio−1)L(θ*).
//
// Of N samples T has N steps at every scale, so that no polynomial fits it. The states are cells of
// δ instead, of equal width w (Ulam's method): a sample spreads a cell evenly over its image, which
// keeps every probability positive and every threshold in its place, for package gth. The spreading
// is an error of order w² in log T; it is extrapolated from w, w/2, w/4 … , and so is that of
// merging alike samples, where there are more than 20,000: those within w of each other wherever
// they send δ. The last change is Result.Err, and Settings.Tolerance the relative one at which it
// stops; 0 means 1e−3. Settings.Wall is not used. A grid of m cells costs mN operations and m³/3
// multiplications: with N = 10⁴, η = 0.1 and c = 2 a tenth of a second. For B > 1 the step from the
// middle of a cell is the sum of B independent ones, on the lattice of these middles; its error is
// of order w² as well.
//
// It returns an error for another dimension, other batches or fresh samples, a ratio that is not above
// 1 and finite, if it does not settle, or [quasipotential.ErrNoEscape] where no sequence of samples
// leads out.
func SetPassage(r *regression.SGD, ratio float64, s exact.Settings) (exact.Result, error) {
	l, err := lineOf(r)
	if err != nil {
		return exact.Result{}, err
	}
	return l.passage(ratio, s)
}

// passage is [SetPassage].
func (l line) passage(ratio float64, s exact.Settings) (exact.Result, error) {
	s.Tolerance = cmp.Or(s.Tolerance, 1e-3)
	if err := regression.CheckRatio(ratio); err != nil {
		return exact.Result{}, err
	}
	if !(s.Tolerance > 0 && s.Tolerance < 1) {
		return exact.Result{}, fmt.Errorf("barriers: data set: tolerance = %v, want a value in (0, 1)", s.Tolerance)
	}
	radius := l.radius(ratio)
	// Cells of a fifth of a step, over which the price of climbing in units of T changes by one at
	// the most: fewer tell nothing.
	rate := l.eta / float64(l.batch)
	need := 2 * math.Ceil(math.Max(radius/(0.2*rate*math.Sqrt(2*l.loss*l.h)), 2*(ratio-1)/(rate*l.h)))
	if !(need <= maxCells) {
		return exact.Result{}, fmt.Errorf("barriers: data set: mean first-passage time at c = %v takes %g cells, want ≤ %d", ratio, need, maxCells)
	}
	cells := int(need)
	var logs []float64 // of T, on finer and finer grids, and its extrapolation
	last, change := math.NaN(), math.NaN()
	for ; cells <= maxCells; cells *= 2 {
		solve := l.onCells
		if l.batch > 1 {
			solve = l.onLattice
		}
		t, rounding, err := solve(radius, cells)
		if errors.Is(err, gth.ErrNever) {
			return exact.Result{}, fmt.Errorf("barriers: data set: mean first-passage time at c = %v: %w", ratio, quasipotential.ErrNoEscape)
		}
		if err != nil {
			return exact.Result{}, fmt.Errorf("barriers: data set: mean first-passage time at c = %v: %w", ratio, err)
		}
		logs = append(logs, math.Log(l.eta*t))
		if n := len(logs); n > 1 {
			v := logs[n-1] + (logs[n-1]-logs[n-2])/3
			change = math.Abs(v-last) + rounding
			if last = v; change <= s.Tolerance {
				return exact.Result{Value: math.Exp(v), Err: change * math.Exp(v), Grid: cells}, nil
			}
		}
	}
	return exact.Result{}, fmt.Errorf("barriers: data set: mean first-passage time at c = %v: not settled to %g with %d cells (last change %.2g)", ratio, s.Tolerance, maxCells, change)
}

// maxCells bounds refinement: 4096³/3 multiplications take some ten seconds.
const maxCells = 4096

// line is a data set in one dimension, solved for batches drawn with replacement.
type line struct {
	rows         []float64 // x_μ and e_μ in turn
	count        []float64 // of alike samples in a row of mergedLine, else nil
	samples, eta float64
	batch        int
	loss, h      float64 // at the minimum
}

// lineOf says whether the exact methods know the setting.
func lineOf(r *regression.SGD) (line, error) {
	rows, err := r.Line()
	if err != nil {
		return line{}, err
	}
	return line{rows: rows, samples: float64(len(rows) / 2), eta: r.LearningRate(), batch: r.BatchSize(), loss: r.MinimumLoss(), h: r.Hessian().At(0, 0)}, nil
}

// radius returns the distance at which L is ratio times its minimum.
func (l line) radius(ratio float64) float64 {
	return math.Sqrt(2 * (ratio - 1) * l.loss / l.h)
}

// affine are maps δ → slope·δ + shift with their probabilities.
type affine struct{ slope, shift, weight []float64 }

// maps returns what the samples do, those merged that differ by less than width where |δ| ≤ radius.
func (l line) maps(radius, width float64) (m affine) {
	merge := l.samples > 20_000 // fewer are faster left alone
	seen := map[[2]int32]int{}
	for k := 0; k < len(l.rows); k += 2 {
		x, e := l.rows[k], l.rows[k+1]
		slope, shift := 1-l.eta*x*x, l.eta*x*e
		at, known := len(m.slope), false
		if merge {
			cell := [2]int32{int32(math.Floor(slope * radius / width)), int32(math.Floor(shift / width))}
			if at, known = seen[cell]; !known {
				at, seen[cell] = len(m.slope), len(m.slope)
			}
		}
		if !known {
			m.slope, m.shift, m.weight = append(m.slope, 0), append(m.shift, 0), append(m.weight, 0)
		}
		count := 1.0
		if l.count != nil {
			count = l.count[k/2]
		}
		m.slope[at] += count * slope
		m.shift[at] += count * shift
		m.weight[at] += count
	}
	floats.Div(m.slope, m.weight)
	floats.Div(m.shift, m.weight)
	floats.Scale(1/l.samples, m.weight)
	return m
}

// onCells returns the mean number of steps from δ = 0 on an even number of cells.
func (l line) onCells(radius float64, cells int) (steps, rounding float64, err error) {
	m := l.maps(radius, 2*radius/float64(cells))
	p, leave := mat.NewDense(cells, cells, nil), make([]float64, cells)
	rank := fromMiddle(cells)
	parallel.For(context.Background(), cells, parallel.Workers(0), func() func(int) {
		row := make([]float64, cells)
		return func(i int) {
			clear(row)
			leave[rank[i]] = m.spread(row, i, radius)
			to := p.RawRowView(rank[i])
			for j, v := range row {
				to[rank[j]] = v
			}
		}
	})
	all, rounding, err := gth.Steps(p, leave)
	if err != nil {
		return 0, 0, err
	}
	return (all[0] + all[1]) / 2, rounding, nil
}

// fromMiddle numbers an even number of cells from the middle outwards, in turns: the order of
// elimination.
func fromMiddle(cells int) (rank []int) {
	half := cells / 2
	for j := range cells {
		if j >= half {
			rank = append(rank, 2*(j-half))
		} else {
			rank = append(rank, cells-1-2*j)
		}
	}
	return rank
}

// spread adds to row where the maps send cell i of many in [−radius, radius], and returns what
// lands outside.
func (m affine) spread(row []float64, i int, radius float64) (leave float64) {
	n := float64(len(row))
	width := 2 * radius / n
	from := float64(i) - n/2 // left edge, in cells from the middle
	for k, slope := range m.slope {
		a := slope*from + m.shift[k]/width + n/2
		b := a + slope
		if b < a {
			a, b = b, a
		}
		b = math.Max(b, a+1e-9) // a sample that forgets δ sends the cell to a point
		density := m.weight[k] / (b - a)
		lo, hi := math.Max(a, 0), math.Min(b, n)
		if lo >= hi {
			leave += m.weight[k]
			continue
		}
		leave += density * ((lo - a) + (b - hi))
		j := int(lo)
		for edge := float64(j + 1); edge < hi; edge++ {
			row[j] += density * (edge - lo)
			lo = edge
			j++
		}
		row[j] += density * (hi - lo)
	}
	return leave
}

// OwnSet returns the barrier of the set itself, the limit of T·log t of the mean time to
// ratio·L(θ*) for T = ηh → 0 at a fixed data set in one dimension: h times the smaller of the two
// integrals of p from θ* outwards, with p the root of the cumulant of the empirical law,
//
//	(1/N) Σ_μ exp(−p(x_μ²δ − x_μe_μ)) = 1.
//
// Infinitely many samples with normal labels have ratio − 1; a set has more, since the samples that
// push hardest are not in it. It is found to 1e−4, from samples that are merged, where there are
// more than 20,000, if their ∇ℓ differ by less than a fiftieth of hr. It returns an error as
// [SetPassage].
func OwnSet(r *regression.SGD, ratio float64) (float64, error) {
	l, err := lineOf(r)
	if err != nil {
		return 0, err
	}
	return l.barrier(ratio)
}

// barrier is [OwnSet].
func (l line) barrier(ratio float64) (float64, error) {
	if err := regression.CheckRatio(ratio); err != nil {
		return 0, err
	}
	radius := l.radius(ratio)
	k := setCumulant{l.maps(radius, 0.02*l.h*radius*l.eta), l.eta}
	best := math.Inf(1)
	for _, end := range []float64{radius, -radius} {
		v, err := quasipotential.Quasipotential(k, [][]float64{{0}, {end}}, exact.Settings{Tolerance: 1e-4})
		switch {
		case errors.Is(err, quasipotential.ErrNoEscape):
		case err != nil:
			return 0, err
		default:
			best = math.Min(best, l.h*v.Value)
		}
	}
	if math.IsInf(best, 1) {
		return 0, fmt.Errorf("barriers: data set: %w", quasipotential.ErrNoEscape)
	}
	return best, nil
}

// setCumulant is log E exp(−p·∇ℓ_μ) of samples given by their steps, δ − η∇ℓ_μ.
type setCumulant struct {
	affine
	eta float64
}

var _ quasipotential.Cumulant = setCumulant{}

// Dim implements [quasipotential.Cumulant].
func (setCumulant) Dim() int { return 1 }

// Log implements [quasipotential.Cumulant].
func (c setCumulant) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	largest := math.Inf(-1)
	for k, slope := range c.slope {
		largest = math.Max(largest, p[0]*((slope-1)*theta[0]+c.shift[k])/c.eta)
	}
	var sum, first, second float64
	for k, slope := range c.slope {
		step := ((slope-1)*theta[0] + c.shift[k]) / c.eta
		w := c.weight[k] * math.Exp(p[0]*step-largest)
		sum, first, second = sum+w, first+w*step, second+w*step*step
	}
	grad[0] = first / sum
	hess.SetSym(0, 0, second/sum-grad[0]*grad[0])
	return largest + math.Log(sum)
}
