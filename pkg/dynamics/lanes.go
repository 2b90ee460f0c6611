package dynamics

import (
	"context"
	"math"
	"math/bits"

	"github.com/sgdescape/sgdescape/pkg/internal/lanes"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// SideBySide is implemented by a dynamics that may have a faster way than steppers: replicas that
// move side by side, each in a lane. What a replica does depends on its key alone, not on its lane
// or its neighbours, and obeys the law of the steppers, not their bits.
type SideBySide interface {
	// NewLanes returns lanes with scratch space of their own, or nil where there is no faster way.
	NewLanes() *Lanes
}

// Lanes moves replicas of a diffusion on one of the polynomial wells side by side, with the vectors
// of the processor where it has them and the same bits where it has not.
type Lanes struct {
	clock   lanes.Clock
	heun    bool
	move    lanes.Move
	source  lanes.Source
	h, g    []float64
	theta   []float64 // vector by vector
	trial   []float64
	normals []float64 // of a block
	time    [lanes.Width]float64
	end     [lanes.Width]float64
	steps   [lanes.Width]int64
	point   []float64 // one replica, for whoever looks at it
}

// LaneCount is the number of lanes.
const LaneCount = lanes.Width

// blockSteps is the number of steps for which normals are drawn at once. A lane whose replica has
// ended idles until the block has: a short one wastes less, a long one costs fewer calls.
const blockSteps = 16

var _ SideBySide = (*diffusion)(nil)

// NewLanes implements [SideBySide]: for a diagonal Hessian on a quartic, cubic or quadratic well.
func (d *diffusion) NewLanes() *Lanes {
	w := landscape.Polynomial(d.l)
	if w == nil || d.g.full != nil {
		return nil
	}
	n, a := w.EffectiveDimension(), w.Coefficients()
	l := &Lanes{
		clock: map[kind]lanes.Clock{sde: lanes.Loss, logLangevin: lanes.Log, gld: lanes.None}[d.kind], heun: d.scheme == Heun,
		h: append([]float64{0}, w.Transverse()...), g: make([]float64, n),
		theta: make([]float64, n*lanes.Width), trial: make([]float64, n*lanes.Width),
		normals: make([]float64, blockSteps*n*lanes.Width), point: make([]float64, d.Dim()),
	}
	for i := range l.g {
		l.g[i] = d.g.diag[i] * math.Sqrt(d.step)
	}
	l.move = lanes.Move{
		Floor: w.MinimumLoss(), A2: a[0], A3: a[1], A4: a[2], D2: 2 * a[0], D3: 3 * a[1], D4: 4 * a[2], Step: d.step,
		H: &l.h[0], G: &l.g[0], Theta: &l.theta[0], Trial: &l.trial[0], Time: &l.time[0], End: &l.end[0], N: n,
	}
	return l
}

// Crew says what replicas in lanes do.
type Crew struct {
	// Start is where each replica starts.
	Start []float64
	// Next returns the key of the next replica and the time at which to look at it, or false when
	// there are no more.
	Next func(lane int) (key uint64, end float64, ok bool)
	// Axis and Level make a lane stop as soon as θ_Axis ≥ Level. With Each it stops after each step.
	Axis  int
	Level float64
	Each  bool
	// Steps makes a lane stop after so many steps; 0 means never.
	Steps int64
	// Look is called when a lane has stopped, at the latest at the time that was asked for, and may
	// find that the replica has diverged. It returns the next time at which to look, or false when
	// the replica is done. θ is only lent.
	Look func(lane int, theta []float64, t float64, steps int64) (end float64, stay bool)
}

// Sail moves replicas of d in lanes, with a crew for each worker, until there are no more or ctx
// ends. It reports false, before any work, where d has no lanes or a crew cannot work: without Next or
// Look, with an axis below 0 or a start that is not a finite point of d.
func Sail(ctx context.Context, d Dynamics, workers int, crew func() Crew) bool {
	with, ok := d.(SideBySide)
	if !ok || ctx == nil || crew == nil || with.NewLanes() == nil {
		return false
	}
	if c := crew(); c.Next == nil || c.Look == nil || c.Axis < 0 || CheckStart(d, c.Start) != nil {
		return false
	}
	parallel.For(ctx, workers, workers, func() func(int) {
		l, watch := with.NewLanes(), parallel.NewWatch(ctx)
		return func(int) { l.sail(crew(), watch) }
	})
	return true
}

// sail moves replicas until there are no more, or until watch has ended.
func (l *Lanes) sail(c Crew, watch *parallel.Watch) {
	l.move.Axis, l.move.Level = min(c.Axis, l.move.N-1), c.Level
	if c.Axis >= l.move.N { // a flat direction, in which nothing moves
		l.move.Level = math.Inf(1)
	}
	active := uint64(0)
	for !watch.Ended() {
		for free := ^active & (1<<lanes.Width - 1); free != 0; free &= free - 1 {
			lane := bits.TrailingZeros64(free)
			key, end, ok := c.Next(lane)
			if !ok {
				break
			}
			l.seat(lane, c.Start, key, end)
			active |= 1 << lane
		}
		if active == 0 {
			return
		}
		active = l.block(c, active)
	}
}

// seat puts a replica into a lane.
func (l *Lanes) seat(lane int, theta []float64, key uint64, end float64) {
	l.source.Seed(lane, key)
	l.time[lane], l.end[lane], l.steps[lane] = 0, end, 0
	for i := range l.g {
		l.theta[i*lanes.Width+lane] = theta[i]
	}
	copy(l.point, theta) // its flat directions stay as they are
}

// block moves the active lanes by a block of steps and returns those that are active after it.
func (l *Lanes) block(c Crew, active uint64) uint64 {
	l.source.Fill(l.normals)
	for left := blockSteps; left > 0 && active != 0; left -= l.move.Done {
		l.move.Normals, l.move.Steps, l.move.Active = &l.normals[(blockSteps-left)*len(l.theta)], left, active
		if c.Each {
			l.move.Steps = 1
		}
		for set := active; set != 0 && c.Steps > 0; set &= set - 1 {
			l.move.Steps = int(min(int64(l.move.Steps), c.Steps-l.steps[bits.TrailingZeros64(set)]))
		}
		l.move.Run(l.clock, l.heun)
		for set := active; set != 0; set &= set - 1 {
			lane := bits.TrailingZeros64(set)
			l.steps[lane] += int64(l.move.Done)
			if l.move.Stopped>>lane&1 == 0 && !c.Each && l.steps[lane] != c.Steps {
				continue
			}
			for i := range l.g {
				l.point[i] = l.theta[i*lanes.Width+lane]
			}
			end, stay := c.Look(lane, l.point, l.time[lane], l.steps[lane])
			l.end[lane] = end
			if !stay {
				active &^= 1 << lane
			}
		}
	}
	return active
}
