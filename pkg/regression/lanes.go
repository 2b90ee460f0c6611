package regression

import (
	"context"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/mathext/prng"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
)

//go:generate go run generate.go .

// laneCount is the number of replicas that run side by side. Each step of SGD
// needs the one before it, and waits for a random number, a sample from the cache
// and two multiplications; eight replicas are enough to fill the time.
const laneCount = 8

// xoshiro is the state of a generator xoshiro256++ (Blackman and Vigna 2021).
type xoshiro [4]uint64

// newXoshiro is [dynamics.Stream] for xoshiro.
func newXoshiro(seed uint64, experiment string, replica int) (x xoshiro) {
	seq := prng.NewSplitMix64(dynamics.Key(seed, experiment, replica))
	for i := range x {
		x[i] = seq.Uint64()
	}
	return x
}

func (x *xoshiro) next() uint64 {
	result := bits.RotateLeft64(x[0]+x[3], 23) + x[0]
	t := x[1] << 17
	x[2], x[3] = x[2]^x[0], x[3]^x[1]
	x[0], x[1] = x[0]^x[3], x[1]^x[2]
	x[2], x[3] = x[2]^t, bits.RotateLeft64(x[3], 45)
	return result
}

// lanes runs replicas of SGD with B = 1 side by side: every lane has a generator,
// a position and the number of its replica. Indices are ⌊rN/2⁶⁴⌋, whose bias,
// N/2⁶⁴, is beyond measure. What a replica does depends on its own stream only,
// so that it does not matter which lane of which worker runs it.
type lanes struct {
	*SGD
	work
	// bound is the |δ|² up to which the loss is below the level for sure.
	bound   float64
	state   [laneCount]xoshiro
	delta   [laneCount][]float64
	flat    []float64 // behind delta
	theta   []float64
	replica [laneCount]int
	start   [laneCount]int64 // steps of the worker when the lane's replica began
	steps   int64            // steps of the worker
	advance func(l *lanes, steps int64) (done int64, out uint)
}

// kernels are by dimension.
var kernels = map[int]func(l *lanes, steps int64) (done int64, out uint){
	1: (*lanes).advance1, 2: (*lanes).advance2, 4: (*lanes).advance4, 8: (*lanes).advance8,
}

func newLanes(r *SGD, w work) *lanes {
	l := &lanes{SGD: r, work: w}
	l.bound, l.theta = 2*l.level/r.most, make([]float64, r.dim)
	l.flat = make([]float64, laneCount*r.dim)
	for j := range l.delta {
		l.delta[j] = l.flat[j*r.dim : (j+1)*r.dim]
	}
	l.advance = (*lanes).advanceAny
	if kernel, ok := kernels[r.dim]; ok {
		l.advance = kernel
	}
	return l
}

// run takes replicas until there are none left.
func (l *lanes) run(ctx context.Context) {
	busy := 0
	for j := range l.replica {
		busy += l.refill(j)
	}
	for busy > 0 && ctx.Err() == nil {
		steps, beyond := l.advance(l, l.left(1<<16))
		l.steps += steps
		for j, i := range l.replica {
			if i < 0 {
				if beyond>>j&1 == 1 {
					clear(l.delta[j]) // an idle lane: keep it in bounds
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

// refill gives lane j the next replica and returns 1, or 0 if there is none.
func (l *lanes) refill(j int) int {
	clear(l.delta[j])
	l.replica[j] = -1
	k := int(l.next.Add(1)) - 1
	if k >= len(l.todo) {
		return 0
	}
	l.replica[j], l.start[j] = l.todo[k], l.steps
	l.state[j] = newXoshiro(l.seed, l.experiment, l.todo[k])
	return 1
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
		for i, v := range l.delta[j] {
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

// advanceAny makes up to the given number of steps in every lane, and stops after the first
// in which a lane is beyond the bound; it returns their number and the lanes beyond. It is
// the readable reference of the others, which do the same operations in the same order.
func (l *lanes) advanceAny(steps int64) (done int64, out uint) {
	d, n := l.dim, uint64(l.samples)
	for done < steps && out == 0 {
		done++
		for j := range l.state {
			mu, _ := bits.Mul64(l.state[j].next(), n)
			row := l.rows[int(mu)*(d+1):][:d+1]
			delta := l.delta[j]
			// Even and odd coordinates are summed apart: half the waiting.
			var dot, square [2]float64
			for i, t := range delta {
				dot[i%2] += row[i] * t
			}
			e := l.eta * (dot[0] + dot[1] - row[d])
			for i := range delta {
				delta[i] -= e * row[i]
				square[i%2] += delta[i] * delta[i]
			}
			if !(square[0]+square[1] <= l.bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}
