package barriers

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// alike is how near samples are that a merged set counts as one, in x² and, twice that, in xy. A
// cell of [SetPassage] corresponds to differences of 1/90 or more in x². What merging
// neglects is of second order: it takes part of the variance within a group, alike²/12 of x², from
// that of all samples, of order one, and so a part of 1e−5 from the exponent of log t.
const alike = 1. / 128

// mergedLine returns the set of [regression.NewSet] with alike samples counted, not listed, so that
// 10⁷ of them take no more room than 10⁶: x², xy and y² are summed exactly, so that θ*, L(θ*) and H
// are those of the set. It returns an error as there.
func mergedLine(number, samples int, eta float64) (line, error) {
	if err := sgd.Check(samples, eta, 1, sgd.WithReplacement); err != nil {
		return line{}, fmt.Errorf("barriers: data set: %w", err)
	}
	rng := dynamics.Stream(uint64(number), "first passage data", 1)
	l := line{samples: float64(samples), eta: eta, batch: 1}
	var square, cross, labels float64
	seen := map[[2]int32]int{}
	for range samples {
		x := rng.NormFloat64()
		y := rng.NormFloat64()
		cell := [2]int32{int32(x * x / alike), int32(math.Floor(x * y / (2 * alike)))}
		at, known := seen[cell]
		if !known {
			at, seen[cell] = len(l.count), len(l.count)
			l.rows, l.count = append(l.rows, 0, 0), append(l.count, 0)
		}
		l.rows[2*at] += x * x
		l.rows[2*at+1] += x * y
		l.count[at]++
		square, cross, labels = square+x*x, cross+x*y, labels+y*y
	}
	best := cross / square
	l.h, l.loss = square/l.samples, (labels-cross*best)/(2*l.samples)
	if !(l.loss > 0 && !math.IsInf(l.loss, 1)) {
		return line{}, fmt.Errorf("barriers: data set: loss at the minimum = %v, want a finite value > 0", l.loss)
	}
	for k, count := range l.count { // to x and e = y − xθ* of a sample with the mean x² and xe
		x2, xy := l.rows[2*k]/count, l.rows[2*k+1]/count
		x := math.Sqrt(x2)
		l.rows[2*k], l.rows[2*k+1] = x, (xy-x2*best)/x
	}
	return l, nil
}
