package dynamics

import (
	"context"
	"math"
	"math/bits"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/internal/lanes"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// SideBySide is implemented by a dynamics that may have a faster way than steppers: replicas that
// move side by side, each in a lane. What a replica does depends on its key alone, not on its lane
// or its neighbours, and obeys the law of the steppers, not their bits.
type SideBySide interface {
	// NewLanes returns lanes with scratch space of their own, or nil where there is no faster way.
	NewLanes() *Lanes
}

// LaneCount is the number of lanes.
const LaneCount = lanes.Width

// Mover makes the steps of replicas side by side. It serves one goroutine.
type Mover interface {
	// Normals returns how many standard normals a step of one replica takes.
	Normals() int
	// Move makes steps in all lanes, each followed by [Pack.Tick], until that says to stop, with
	// one step at least.
	Move(p *Pack)
}

// Pack is replicas side by side. A vector holds a number for each lane.
type Pack struct {
	Theta   []float64 // a vector for each coordinate
	Normals []float64 // of the steps to be made: [Mover.Normals] vectors each
	// Time is t. A lane stops at its End, when θ_Axis ≥ Level, when |θ|² > Square, or when a step
	// took no time.
	Time, End     [LaneCount]float64
	Axis          int
	Level, Square float64
	Active        uint64 // a bit for each lane that counts
	Steps, Done   int    // to be made at most, and made
	Stopped       uint64 // the lanes that stopped in the last step
}

// Band makes lanes stop when θ_Axis < Low or ≥ High, or is no number, a bound each.
type Band struct{ Low, High [LaneCount]float64 }

// left returns the lanes that have left the band along an axis.
func (b *Band) left(p *Pack) (left uint64) {
	for l, x := range (*[LaneCount]float64)(p.Theta[p.Axis*LaneCount:]) {
		if !(x >= b.Low[l] && x < b.High[l]) {
			left |= 1 << l
		}
	}
	return left
}

// Tick ends a step that took the times dt, and reports whether to make another.
func (p *Pack) Tick(dt *[LaneCount]float64) (again bool) {
	p.Done++
	stopped, along := uint64(0), (*[LaneCount]float64)(p.Theta[p.Axis*LaneCount:])
	for l := range LaneCount {
		t := p.Time[l] + dt[l]
		p.Time[l] = t
		if !(along[l] < p.Level) || !(t < p.End[l]) || !(dt[l] > 0) {
			stopped |= 1 << l
		}
	}
	if p.Square < math.Inf(1) {
		stopped |= p.far()
	}
	p.Stopped = stopped & p.Active
	return p.Stopped == 0 && p.Done < p.Steps
}

// far returns the lanes in which |θ|² > Square.
func (p *Pack) far() (far uint64) {
	var square [LaneCount]float64
	for i, x := range p.Theta {
		square[i%LaneCount] += x * x
	}
	for l, s := range square {
		if !(s <= p.Square) {
			far |= 1 << l
		}
	}
	return far
}

// Lanes moves replicas side by side.
type Lanes struct {
	pack    Pack
	mover   Mover
	source  lanes.Source
	normals []float64 // of a block
	block   int       // its steps
	steps   [lanes.Width]int64
	point   []float64 // one replica, for whoever looks at it
}

// blockSteps is the number of steps for which normals are drawn at once, if they fit into the first
// cache. A lane whose replica has ended idles until the block has: a short one wastes less, a long
// one costs fewer calls.
const (
	blockSteps   = 16
	blockNormals = 4096
	mostNormals  = 1 << 16 // a step: beyond it lanes gain little and take much memory
)

// NewLanes returns lanes in dim dimensions, of which the first moving ones move and the others stay
// as they are: nil unless 1 ≤ moving ≤ dim and there is a mover with 0 to 65,536 normals a step.
func NewLanes(dim, moving int, m Mover) *Lanes {
	if given.None(m) || m.Normals() < 0 || m.Normals() > mostNormals || moving < 1 || moving > dim {
		return nil
	}
	block := min(max(blockNormals/(lanes.Width*max(m.Normals(), 1)), 2), blockSteps) &^ 1 // normals come in pairs
	return &Lanes{
		mover: m, block: block, normals: make([]float64, block*m.Normals()*lanes.Width),
		pack: Pack{Theta: make([]float64, moving*lanes.Width)}, point: make([]float64, dim),
	}
}

// Crew says what replicas in lanes do.
type Crew struct {
	// Start is where each replica starts.
	Start []float64
	// From, if not nil, is called after Next and returns where the replica in that lane starts
	// instead. It differs from Start only in coordinates that move, see [NewLanes].
	From func(lane int) []float64
	// Next returns the key of the next replica and the time at which to look at it, or false when
	// there are no more for this lane. It may be asked again.
	Next func(lane int) (key uint64, end float64, ok bool)
	// Axis and Level make a lane stop as soon as θ_Axis ≥ Level, Square > 0 as soon as |θ|² >
	// Square. With Each it stops after each step.
	Axis          int
	Level, Square float64
	Each          bool
	// Band, if not nil, is one along Axis; whoever owns the crew may change it whenever Next or
	// Look is called.
	Band *Band
	// Steps makes a lane stop after each so many steps; 0 means never.
	Steps int64
	// Look is called when a lane has stopped, at the latest at the time that was asked for, and may
	// find that the replica has diverged. It returns the next time at which to look, or false when
	// the replica is done. θ is only lent.
	Look func(lane int, theta []float64, t float64, steps int64) (end float64, stay bool)
}

// Sail moves replicas of d in lanes, with a crew for each worker, until there are no more or ctx
// ends. It reports false, before any work, where d has no lanes or a crew cannot work: without Next
// or Look, with an axis below 0 or a start that is not a finite point of d.
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
	l.watch(c)
	if c.Axis*lanes.Width >= len(l.pack.Theta) {
		c.Band = nil // nothing moves there
	}
	active := uint64(0)
	for !watch.Ended() {
		for free := ^active & (1<<lanes.Width - 1); free != 0; free &= free - 1 {
			lane := bits.TrailingZeros64(free)
			key, end, ok := c.Next(lane)
			if !ok {
				continue // another lane may have one of its own
			}
			start := c.Start
			if c.From != nil {
				start = c.From(lane)
			}
			l.seat(lane, start, key, end)
			active |= 1 << lane
		}
		if active == 0 {
			return
		}
		active = l.sailBlock(c, active)
	}
}

// watch sets where lanes stop.
func (l *Lanes) watch(c Crew) {
	l.pack.Axis, l.pack.Level, l.pack.Square = c.Axis, c.Level, math.Inf(1)
	if moving := len(l.pack.Theta) / lanes.Width; c.Axis >= moving { // a direction in which nothing moves
		l.pack.Axis, l.pack.Level = moving-1, math.Inf(1)
	}
	if c.Square > 0 {
		l.pack.Square = c.Square
		for _, x := range c.Start[len(l.pack.Theta)/lanes.Width:] {
			l.pack.Square -= x * x
		}
	}
}

// seat puts a replica into a lane.
func (l *Lanes) seat(lane int, theta []float64, key uint64, end float64) {
	l.source.Seed(lane, key)
	l.pack.Time[lane], l.pack.End[lane], l.steps[lane] = 0, end, 0
	for i := range len(l.pack.Theta) / lanes.Width {
		l.pack.Theta[i*lanes.Width+lane] = theta[i]
	}
	copy(l.point, theta) // what does not move stays as it is
}

// sailBlock moves the active lanes by a block of steps and returns those that are active after it.
func (l *Lanes) sailBlock(c Crew, active uint64) uint64 {
	l.source.Fill(l.normals)
	p := &l.pack
	for left := l.block; left > 0 && active != 0; left -= p.Done {
		p.Normals, p.Steps, p.Done, p.Active = l.normals[len(l.normals)/l.block*(l.block-left):], left, 0, active
		if c.Each || c.Band != nil {
			p.Steps = 1
		}
		for set := active; set != 0 && c.Steps > 0; set &= set - 1 {
			p.Steps = int(min(int64(p.Steps), c.Steps-l.steps[bits.TrailingZeros64(set)]%c.Steps))
		}
		l.mover.Move(p)
		if c.Band != nil {
			p.Stopped |= c.Band.left(p) & active
		}
		for set := active; set != 0; set &= set - 1 {
			lane := bits.TrailingZeros64(set)
			l.steps[lane] += int64(p.Done)
			if p.Stopped>>lane&1 == 0 && !c.Each && (c.Steps == 0 || l.steps[lane]%c.Steps != 0) {
				continue
			}
			for i := range len(p.Theta) / lanes.Width {
				l.point[i] = p.Theta[i*lanes.Width+lane]
			}
			end, stay := c.Look(lane, l.point, p.Time[lane], l.steps[lane])
			p.End[lane] = end
			if !stay {
				active &^= 1 << lane
			}
		}
	}
	return active
}
