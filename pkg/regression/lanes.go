package regression

import (
	"context"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	vector "github.com/sgdescape/sgdescape/pkg/internal/lanes"
)

//go:generate go test -run TestKernelsAreGenerated -update

// laneCount is the number of replicas that run side by side. Each step of SGD needs the one before
// it, and waits for a random number, a sample from the cache and two multiplications; eight
// replicas are enough to fill the time.
const laneCount = 8

// lanes runs replicas of SGD with B = 1 side by side: every lane has a generator, a position and
// the number of its replica. Indices are ⌊rN/2⁶⁴⌋, whose bias, N/2⁶⁴, is beyond measure. What a
// replica does depends on its own stream only, so that it does not matter which lane of which
// worker runs it.
type lanes struct {
	*SGD
	work
	// bound is the |δ|² up to which the loss is below the level for sure.
	bound   float64
	state   [4][laneCount]uint64 // of generators xoshiro256++
	delta   []float64            // δ = θ − θ*, coordinate by coordinate
	theta   []float64
	replica [laneCount]int
	start   [laneCount]int64 // steps of the worker when the lane's replica began
	steps   int64            // steps of the worker
	vectors vector.Descent
	advance func(l *lanes, steps int64) (done int64, out uint)
}

// kernels are by dimension.
var kernels = map[int]func(l *lanes, steps int64) (done int64, out uint){
	1: (*lanes).advance1, 2: (*lanes).advance2, 4: (*lanes).advance4, 8: (*lanes).advance8,
}

func newLanes(r *SGD, w work) *lanes {
	l := &lanes{SGD: r, work: w}
	l.bound, l.theta, l.delta = 2*l.level/r.most, make([]float64, r.dim), make([]float64, laneCount*r.dim)
	l.advance = (*lanes).advanceAny
	if kernel, ok := kernels[r.dim]; ok {
		l.advance = kernel
	}
	l.vectors = vector.Descent{State: &l.state, Delta: &l.delta[0], Rows: &l.rows[0], Samples: uint64(r.samples), Eta: r.eta, Bound: l.bound}
	return l
}

// run takes replicas until there are none left.
func (l *lanes) run(ctx context.Context) {
	busy := 0
	for j := range l.replica {
		busy += l.refill(j)
	}
	for busy > 0 && ctx.Err() == nil {
		steps, beyond := l.leap(l.left(1 << 16))
		l.steps += steps
		for j, i := range l.replica {
			if i < 0 {
				if beyond>>j&1 == 1 {
					l.home(j) // an idle lane: keep it in bounds
				}
				continue
			}
			if p := l.look(j, beyond>>j&1 == 1); p.status != escape.Pending {
				l.done(i, p)
				busy += l.refill(j) - 1
			}
		}
	}
}

// leap is advance with vectors, where the processor has them for this dimension.
func (l *lanes) leap(steps int64) (done int64, out uint) {
	if l.vectors.Steps = steps; l.vectors.Run(l.dim) {
		return l.vectors.Done, uint(l.vectors.Out)
	}
	return l.advance(l, steps)
}

// refill gives lane j the next replica and returns 1, or 0 if there is none.
func (l *lanes) refill(j int) int {
	l.home(j)
	l.replica[j] = -1
	k := int(l.next.Add(1)) - 1
	if k >= len(l.todo) {
		return 0
	}
	l.replica[j], l.start[j] = l.todo[k], l.steps
	seq := prng.NewSplitMix64(dynamics.Key(l.seed, l.experiment, l.todo[k]))
	for i := range l.state {
		l.state[i][j] = seq.Uint64()
	}
	return 1
}

// home puts lane j at θ*.
func (l *lanes) home(j int) {
	for i := range l.dim {
		l.delta[i*laneCount+j] = 0
	}
}

// left returns how many steps may be made before some replica is at its end.
func (l *lanes) left(most int64) int64 {
	for j, i := range l.replica {
		if i >= 0 {
			most = min(most, l.limit-(l.steps-l.start[j]))
		}
	}
	return most
}

// look says whether and how lane j has ended; it is pending if it has not.
func (l *lanes) look(j int, beyond bool) outcome {
	k := l.steps - l.start[j]
	if beyond {
		square := 0.0
		for i := range l.dim {
			v := l.delta[i*laneCount+j]
			square += v * v
			l.theta[i] = l.minimum[i] + v
		}
		if l.above(l.theta, square, l.level) {
			if !(square <= math.MaxFloat64) {
				return outcome{k, escape.Diverged}
			}
			return outcome{k, escape.Escaped}
		}
	}
	if k >= l.limit {
		return outcome{k, escape.Censored}
	}
	return outcome{}
}

// advanceAny makes up to the given number of steps in every lane, and stops after the first in
// which a lane is beyond the bound; it returns their number and the lanes beyond. It is the
// readable reference of the others, which do the same operations in the same order.
func (l *lanes) advanceAny(steps int64) (done int64, out uint) {
	d, n := l.dim, uint64(l.samples)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			mu, _ := bits.Mul64(l.draw(j), n)
			row := l.rows[int(mu)*(d+1):][:d+1]
			// Even and odd coordinates are summed apart: half the waiting.
			var dot, square [2]float64
			for i := range d {
				dot[i%2] += row[i] * l.delta[i*laneCount+j]
			}
			e := l.eta * (dot[0] + dot[1] - row[d])
			for i := range d {
				t := l.delta[i*laneCount+j] - e*row[i]
				l.delta[i*laneCount+j] = t
				square[i%2] += t * t
			}
			if !(square[0]+square[1] <= l.bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

// draw is xoshiro256++ (Blackman and Vigna 2021).
func (l *lanes) draw(j int) uint64 {
	s0, s1, s2, s3 := l.state[0][j], l.state[1][j], l.state[2][j], l.state[3][j]
	t := s1 << 17
	out := bits.RotateLeft64(s0+s3, 23) + s0
	s2, s3 = s2^s0, s3^s1
	l.state[0][j], l.state[1][j], l.state[2][j], l.state[3][j] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
	return out
}
