package dynamics

import (
	"math"

	"github.com/sgdescape/sgdescape/pkg/internal/lanes"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// wellMover moves replicas of a diffusion on one of the polynomial wells, with the vectors of the
// processor where it has them and the same bits where it has not.
type wellMover struct {
	clock lanes.Clock
	heun  bool
	move  lanes.Move
	h, g  []float64
	trial []float64
}

var (
	_ SideBySide = (*diffusion)(nil)
	_ Mover      = (*wellMover)(nil)
)

// NewLanes implements [SideBySide]: for a diagonal Hessian on a quartic, cubic or quadratic well.
func (d *diffusion) NewLanes() *Lanes {
	w := landscape.Polynomial(d.l)
	if w == nil || d.g.full != nil {
		return nil
	}
	n, a := w.EffectiveDimension(), w.Coefficients()
	m := &wellMover{
		clock: map[kind]lanes.Clock{sde: lanes.Loss, logLangevin: lanes.Log, gld: lanes.None}[d.kind], heun: d.scheme == Heun,
		h: append([]float64{0}, w.Transverse()...), g: make([]float64, n), trial: make([]float64, n*lanes.Width),
	}
	for i := range m.g {
		m.g[i] = d.g.diag[i] * math.Sqrt(d.step)
	}
	m.move = lanes.Move{
		Floor: w.MinimumLoss(), A2: a[0], A3: a[1], A4: a[2], D2: 2 * a[0], D3: 3 * a[1], D4: 4 * a[2], Step: d.step,
		H: &m.h[0], G: &m.g[0], Trial: &m.trial[0], N: n,
	}
	return NewLanes(d.Dim(), n, m)
}

// Normals implements [Mover].
func (m *wellMover) Normals() int { return m.move.N }

// Move implements [Mover].
func (m *wellMover) Move(p *Pack) {
	v := &m.move
	v.Theta, v.Time, v.End, v.Axis, v.Level, v.Active = &p.Theta[0], &p.Time[0], &p.End[0], p.Axis, p.Level, p.Active
	if math.IsInf(p.Square, 1) {
		v.Normals, v.Steps = &p.Normals[0], p.Steps
		v.Run(m.clock, m.heun)
		p.Done, p.Stopped = v.Done, v.Stopped
		return
	}
	for again := true; again; again = p.Stopped == 0 && p.Done < p.Steps { // the vectors know no distance
		v.Normals, v.Steps = &p.Normals[p.Done*len(p.Theta)], 1
		v.Run(m.clock, m.heun)
		p.Done++
		p.Stopped = v.Stopped | p.far()&p.Active
	}
}
