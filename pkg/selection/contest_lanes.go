package selection

import (
	"math"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

var (
	_ dynamics.SideBySide = (*contestSGD)(nil)
	_ dynamics.Mover      = (*contestMover)(nil)
)

// contestSGD is Eq. 13 on two basins, whose lanes know their form.
type contestSGD struct {
	dynamics.Dynamics
	basins            *Basins
	width, step, root float64 // root = sqrt(2η/B·step)
}

// NewLanes implements [dynamics.SideBySide].
func (d *contestSGD) NewLanes() *dynamics.Lanes {
	n := d.Dim()
	vectors := make([]float64, 4*n*lanes)
	part := func(i int) []float64 { return vectors[i*n*lanes : (i+1)*n*lanes] }
	return dynamics.NewLanes(n, n, &contestMover{contestSGD: d, kick: part(0), trial: part(1), first: part(2), second: part(3)})
}

// contestMover makes the steps of [NewLocal], in all lanes at once.
type contestMover struct {
	*contestSGD
	kick, trial, first, second []float64
}

// Normals and Move implement [dynamics.Mover].
func (m *contestMover) Normals() int { return m.Dim() }

func (m *contestMover) Move(p *dynamics.Pack) {
	var dt, dt2 [lanes]float64
	for xi, again := p.Normals, true; again; xi = xi[len(p.Theta):] {
		m.strike(xi, p.Theta)
		m.descend(&dt, m.first, p.Theta)
		for i, x := range p.Theta {
			m.trial[i] = x + m.kick[i] - dt[i%lanes]*m.first[i]
		}
		m.descend(&dt2, m.second, m.trial)
		for i, kick := range m.kick {
			p.Theta[i] += kick - 0.5*(dt[i%lanes]*m.first[i]+dt2[i%lanes]*m.second[i])
		}
		for l := range dt {
			dt[l] = 0.5 * (dt[l] + dt2[l])
		}
		again = p.Tick(&dt)
	}
}

// strike stores √(2η/B·step·H*)·ξ in kick, with H* as in [Basins.Present].
func (m *contestMover) strike(xi, theta []float64) {
	near, far := &m.basins.near, &m.basins.far
	for l := range lanes {
		s, _, _ := smoothstep((theta[l] + m.width) / (2 * m.width))
		m.kick[l] = m.root * math.Sqrt(near.Curvature+s*(far.Curvature-near.Curvature)) * xi[l]
		for i, h := range near.Transverse {
			at := (i+1)*lanes + l
			m.kick[at] = m.root * math.Sqrt(h+s*(far.Transverse[i]-h)) * xi[at]
		}
	}
}

// descend stores ∇L in grad and how long a step lasts in dt.
func (m *contestMover) descend(dt *[lanes]float64, grad, theta []float64) {
	b := m.basins
	for l := range lanes {
		z, side, sign := theta[l], &b.here, -1.0
		if z > 0 {
			side, sign = &b.over, 1
		}
		loss, slope := 0.0, 0.0 // profile.at, in line
		if x := side.length - sign*z; x < 0 {
			loss, slope = side.loss+0.5*side.curvature*x*x, -side.curvature*x
		} else {
			t := x / side.length
			loss = side.loss + t*t*(side.c2+t*(side.c3+t*(side.c4+t*side.c5)))
			slope = -t * (2*side.c2 + t*(3*side.c3+t*(4*side.c4+t*5*side.c5))) / side.length
		}
		slope *= sign
		if len(theta) > lanes {
			s, ds, _ := b.blend(z)
			for i, lo := range b.near.Transverse {
				y, more := theta[(i+1)*lanes+l], b.far.Transverse[i]-lo
				h := lo + s*more
				loss += 0.5 * h * y * y
				slope += 0.5 * ds * more * y * y
				grad[(i+1)*lanes+l] = h * y
			}
		}
		grad[l], dt[l] = slope, m.step/loss
	}
}
