package barriers

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/gth"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// onLattice returns the mean number of steps from δ = 0 for batches of any size, drawn with
// replacement, on a lattice of an even number of points in the middle of as many cells. From a
// point δ the step is the sum of B independent ones, −(η/B)(x²δ − xe), each divided between the two
// lattice points beside it so that its mean is kept. What this adds to the variance is of order
// width² in log T, as is the error of [line.onCells], and like there nothing is ever negative.
func (l line) onLattice(radius float64, cells int) (steps, rounding float64, err error) {
	width := 2 * radius / float64(cells)
	m := l.maps(radius, width)
	p, leave := mat.NewDense(cells, cells, nil), make([]float64, cells)
	rank := fromMiddle(cells)
	parallel.For(context.Background(), cells, parallel.Workers(0), func() func(int) {
		row := make([]float64, cells)
		return func(i int) {
			one := m.steps((float64(i)+0.5-float64(cells)/2)*width, width*float64(l.batch), 2*cells)
			all := one.power(l.batch)
			clear(row)
			leave[rank[i]] = all.beyond
			for k, w := range all.weight {
				if j := i + k - all.reach; j >= 0 && j < cells {
					row[j] = w
				} else {
					leave[rank[i]] += w
				}
			}
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

// jumps is a law on the integers from −reach to reach, and what lies beyond.
type jumps struct {
	reach  int
	weight []float64
	beyond float64
}

func newJumps(reach int) jumps { return jumps{reach: reach, weight: make([]float64, 2*reach+1)} }

// steps returns the law of the step from δ that the maps make, in units of width.
func (m affine) steps(delta, width float64, reach int) jumps {
	j := newJumps(reach)
	for k, slope := range m.slope {
		s := ((slope-1)*delta + m.shift[k]) / width
		low := math.Floor(s)
		if !(math.Abs(low) < float64(reach)) {
			j.beyond += m.weight[k]
			continue
		}
		at, part := int(low)+reach, s-low
		j.weight[at] += m.weight[k] * (1 - part)
		j.weight[at+1] += m.weight[k] * part
	}
	return j
}

// power returns the law of the sum of n independent jumps; a sum with one from beyond is beyond.
func (j jumps) power(n int) jumps {
	if n == 1 {
		return j
	}
	half := j.power(n / 2)
	all := half.plus(half)
	if n%2 == 1 {
		all = all.plus(j)
	}
	return all
}

// plus returns the law of the sum, with the same reach. Most integers have no weight, where single
// samples are in the tails of the law.
func (j jumps) plus(other jumps) jumps {
	sum := newJumps(j.reach)
	sum.beyond = j.beyond + other.beyond - j.beyond*other.beyond
	var at []int
	for k, w := range other.weight {
		if w != 0 {
			at = append(at, k-j.reach)
		}
	}
	for a, w := range j.weight {
		if w == 0 {
			continue
		}
		for _, b := range at {
			if k := a + b; k >= 0 && k < len(sum.weight) {
				sum.weight[k] += w * other.weight[b+j.reach]
			} else {
				sum.beyond += w * other.weight[b+j.reach]
			}
		}
	}
	return sum
}
