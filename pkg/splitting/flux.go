package splitting

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/escape"
)

// forget is the number of crossings that a walker makes before its flux counts.
const forget = 2

// flux measures the rate at which walkers from home cross the inner surface, and keeps where each
// does so for the last time: independent draws from the law of crossings.
func (r *run) flux() (escape.Estimate, error) {
	walkers, riders := make([]walker, r.Replicas), make([]rider, r.Replicas)
	for i := range walkers {
		walkers[i] = walker{run: r, number: i, left: forget + r.Crossings}
		riders[i] = &walkers[i]
	}
	before := r.steps.Load()
	if err := r.move(riders); err != nil {
		return escape.Estimate{}, err
	}
	times, escapes := make([]float64, r.Replicas), 0
	r.entry = make([][]float64, r.Replicas)
	for i, w := range walkers {
		times[i], r.entry[i] = w.clock+w.since-w.from, w.theta
		escapes += w.escapes
	}
	if all := r.Replicas * (forget + r.Crossings); 10*escapes > all {
		return escape.Estimate{}, fmt.Errorf("%d of %d crossings lead out: no rare event, which direct simulation tells better", escapes, all)
	}
	mean, std := stat.MeanStdDev(times, nil)
	n := float64(r.Replicas)
	value := n * float64(r.Crossings) / floats.Sum(times)
	e := estimate(value, value*std/mean/math.Sqrt(n))
	e.Replicas, e.Escaped, e.Seed, e.Steps = r.Replicas, r.Replicas*r.Crossings, r.Seed, r.steps.Load()-before
	return e, nil
}

// walker moves between home and the inner surface.
type walker struct {
	*run
	number, left int
	away         bool
	escapes      int
	clock        float64 // when it boarded
	since, from  float64 // of the last crossing, since boarding; of the first that counts
	theta        []float64
}

// board implements [rider]: from the start, where a walker that was out begins anew.
func (w *walker) board() (theta []float64, stream string, replica int, low, high float64) {
	stream = " flux"
	if w.escapes > 0 {
		stream = fmt.Sprintf(" flux %d", w.escapes)
	}
	w.away = false
	return w.Start, stream, w.number, math.Inf(-1), w.Inner
}

// look implements [rider].
func (w *walker) look(theta []float64, x, t float64) (low, high float64, next verdict) {
	if !w.away && x >= w.Inner {
		w.away = true
		w.since = t
		w.left--
		if w.left == w.Crossings {
			w.from = w.clock + t
		}
		if w.left == 0 {
			w.theta = slices.Clone(theta)
			return 0, 0, leave
		}
	}
	switch {
	case x >= w.exit:
		w.escapes++
		w.clock += t
		w.since = 0
		return 0, 0, anew
	case x < w.Home:
		w.away = false
	}
	if w.away {
		return w.Home, w.exit, stay
	}
	return math.Inf(-1), w.Inner, stay
}
