package regression

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// alike is how near samples are that a merged set counts as one, in x² and, twice that, in xy. A
// cell of [SGD.MeanFirstPassage] corresponds to differences of 1/90 or more in x². What merging
// neglects is of second order: it takes part of the variance within a group, alike²/12 of x², from
// that of all samples, of order one, and so a part of 1e−5 from the exponent of log t.
const alike = 1. / 128

// newMerged returns the set of [NewSet] with alike samples counted, not listed, so that 10⁷ of them
// take no more room than 10⁶: x², xy and y² are summed exactly, so that θ*, L(θ*) and H are those
// of the set. Only the exact methods know what to do with it; it cannot be simulated. It returns an
// error as [NewSet].
func newMerged(number, samples int, eta float64) (*SGD, error) {
	if err := sgd.Check(samples, eta, 1, sgd.WithReplacement); err != nil {
		return nil, fmt.Errorf("regression: %w", err)
	}
	rng := dynamics.Stream(uint64(number), "first passage data", 1)
	r := &SGD{dim: 1, batch: 1, eta: eta, how: sgd.WithReplacement, samples: samples}
	var square, cross, labels float64
	seen := map[[2]int32]int{}
	for range samples {
		x := rng.NormFloat64()
		y := rng.NormFloat64()
		cell := [2]int32{int32(x * x / alike), int32(math.Floor(x * y / (2 * alike)))}
		at, known := seen[cell]
		if !known {
			at, seen[cell] = len(r.count), len(r.count)
			r.rows, r.count = append(r.rows, 0, 0), append(r.count, 0)
		}
		r.rows[2*at] += x * x
		r.rows[2*at+1] += x * y
		r.count[at]++
		square, cross, labels = square+x*x, cross+x*y, labels+y*y
	}
	n := float64(samples)
	h, best := square/n, cross/square
	r.minimum, r.hess, r.least, r.most = []float64{best}, mat.NewSymDense(1, []float64{h}), h, h
	if r.loss = (labels - cross*best) / (2 * n); !positive(r.loss) {
		return nil, fmt.Errorf("regression: loss at the minimum = %v, want a finite value > 0", r.loss)
	}
	for k, count := range r.count { // to x and e = y − xθ* of a sample with the mean x² and xe
		x2, xy := r.rows[2*k]/count, r.rows[2*k+1]/count
		x := math.Sqrt(x2)
		r.rows[2*k], r.rows[2*k+1] = x, (xy-x2*best)/x
	}
	return r, nil
}
