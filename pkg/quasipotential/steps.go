package quasipotential

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

// Strip is where a walk in one dimension goes: from Start to Exit, never beyond Wall, which lies on
// the other side of Start.
type Strip struct{ Wall, Start, Exit float64 }

// mostBehind bounds the places on the far side of the start, which are all of the cost.
const mostBehind = 10

// Check returns an error unless Start lies between Wall and Exit, Wall at most ten times as far as
// Exit, and all are finite.
func (s Strip) Check() error {
	out := s.Exit - s.Start
	if back := (s.Start - s.Wall) / out; out == 0 || math.IsInf(out, 0) || !(back >= 0 && back <= mostBehind) {
		return fmt.Errorf("quasipotential: strip %+v, want finite values with Start between Wall and Exit, not at Exit, and Wall at most %d times as far as Exit", s, mostBehind)
	}
	return nil
}

// Steps returns the barrier that SGD sees in one dimension at a fixed learning rate η as the batch
// size B → ∞, and the cheapest walk out. By Cramér's theorem a batch has the mean gradient g with a
// probability exp(−B·I_θ(g)), so that
//
//	V = min η Σ_k I_{θ_k}((θ_k − θ_{k+1})/η),  I_θ(g) = max_p −p·g − K(θ, p),
//
// over all walks from Start to Exit, and the mean escape time obeys η log t → B·V. As η → 0 it
// tends to the cheapest combination of small steps, [Quasipotential], and of jumps, in one step of
// a single sample: what SGD with B = 1 sees as η → 0.
//
// The walk is confined to a grid, on which the least action is exact (Dijkstra): an upper bound,
// whose excess falls with the square of the cells and is extrapolated to none. Result.Err is what
// the extrapolation took off; Settings.Tolerance is its largest ratio to V, 0 means 1e−4. Halving η
// takes twice as many cells, and four times as long. The walk is that of the last grid.
//
// It returns an error for a law of more than one dimension, a strip or tolerance out of bounds, η
// not positive and finite, if refinement does not settle, or [ErrNoEscape].
func Steps(c Cumulant, eta float64, strip Strip, s exact.Settings) (exact.Result, []float64, error) {
	s.Tolerance = cmp.Or(s.Tolerance, 1e-4)
	if err := check(c); err != nil {
		return exact.Result{}, nil, fmt.Errorf("quasipotential: steps: %w", err)
	}
	switch err := strip.Check(); {
	case c.Dim() != 1:
		return exact.Result{}, nil, fmt.Errorf("quasipotential: steps in %d dimensions, want 1", c.Dim())
	case !(eta > 0) || math.IsInf(eta, 1):
		return exact.Result{}, nil, fmt.Errorf("quasipotential: learning rate η = %v, want a finite value > 0", eta)
	case !(s.Tolerance > 0 && s.Tolerance < 1):
		return exact.Result{}, nil, fmt.Errorf("quasipotential: tolerance = %v, want a value in (0, 1)", s.Tolerance)
	case err != nil:
		return exact.Result{}, nil, err
	}
	last := math.NaN()
	for cells := 64; cells <= 1<<11; cells *= 2 {
		w := newWalk(c, eta, strip, cells)
		v := eta * w.cheapest()
		if excess := math.Abs(last-v) / 3; excess <= s.Tolerance*v {
			return exact.Result{Value: v - (last-v)/3, Err: excess, Grid: len(w.at)}, w.way(), nil
		}
		last = v // +Inf where the cells are coarser than the steps
	}
	if math.IsInf(last, 1) {
		return exact.Result{}, nil, fmt.Errorf("quasipotential: steps: %w", ErrNoEscape)
	}
	return exact.Result{}, nil, fmt.Errorf("quasipotential: steps: not settled to %g (last value %g)", s.Tolerance, last)
}

// walk is a graph of places, each joined to each by the price of a step.
type walk struct {
	c     Cumulant
	eta   float64
	at    []float64 // from Wall to Exit
	start int
	sum   []float64 // least Σ I up to here
	from  []int     // along the cheapest way
	done  []bool

	theta, p, grad [1]float64
	hess           *mat.SymDense
}

func newWalk(c Cumulant, eta float64, s Strip, cells int) *walk {
	width := (s.Exit - s.Start) / float64(cells)
	w := &walk{c: c, eta: eta, hess: mat.NewSymDense(1, nil)}
	w.start = int((s.Start-s.Wall)/width + 1e-9) // rounding must not cost a place
	for k := -w.start; k <= cells; k++ {
		w.at, w.sum = append(w.at, s.Start+float64(k)*width), append(w.sum, math.Inf(1))
	}
	w.sum[w.start], w.from, w.done = 0, make([]int, len(w.at)), make([]bool, len(w.at))
	return w
}

// cheapest returns Σ I of the cheapest way to the exit: Dijkstra's algorithm, which settles the
// cheapest place that is left, again and again.
func (w *walk) cheapest() float64 {
	exit := len(w.at) - 1
	for {
		i := -1
		for j, v := range w.sum {
			if !w.done[j] && (i < 0 || v < w.sum[i]) {
				i = j
			}
		}
		if i == exit || math.IsInf(w.sum[i], 1) {
			return w.sum[exit]
		}
		w.done[i] = true
		w.p[0] = 0
		for j := range w.at {
			if w.done[j] {
				continue
			}
			if v := w.sum[i] + w.price(w.at[i], w.at[j], j == exit); v < w.sum[j] {
				w.sum[j], w.from[j] = v, i
			}
		}
	}
}

// price returns I for the step from one place to another, or beyond it: the maximum of p·step/η −
// K(p), by Newton's method with halved steps from the p of the last price. It is +Inf where no
// sample makes such a step.
func (w *walk) price(from, to float64, beyond bool) float64 {
	w.theta[0] = from
	speed := (to - from) / w.eta
	now := w.value(speed)
	if !(now >= 0) { // worse than p = 0
		w.p[0] = 0
		now = w.value(speed)
	}
	for range 100 {
		slope, p := speed-w.grad[0], w.p[0]
		if slope == 0 {
			return now
		}
		move := slope / w.hess.At(0, 0)
		if math.Abs(move*slope) < 1e-12 {
			if beyond && p*speed < 0 { // a typical step goes farther
				return 0
			}
			return now + 0.5*move*slope
		}
		next := math.Inf(-1)
		for next < now && math.Abs(move) > 1e-15*math.Abs(p) {
			w.p[0] = p + move
			next = w.value(speed)
			move /= 2
		}
		if next < now { // K ends here
			w.p[0] = p
			return now
		}
		if now = next; !(now < math.MaxFloat64) { // no curvature is left to stop p
			break
		}
	}
	w.p[0] = 0
	return math.Inf(1)
}

// value returns p·speed − K(p) and stores the derivatives of K.
func (w *walk) value(speed float64) float64 {
	return w.p[0]*speed - w.c.Log(w.grad[:], w.hess, w.theta[:], w.p[:])
}

// way returns the cheapest walk, from Start to Exit.
func (w *walk) way() []float64 {
	var path []float64
	for i := len(w.at) - 1; i != w.start; i = w.from[i] {
		path = append(path, w.at[i])
	}
	path = append(path, w.at[w.start])
	slices.Reverse(path)
	return path
}
