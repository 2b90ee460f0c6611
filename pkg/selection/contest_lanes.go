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
	m := &contestMover{contestSGD: d, kick: part(0), trial: part(1), first: part(2), second: part(3), near: make([]float64, n), far: make([]float64, n)}
	d.basins.Present(m.near, -2*d.width, d.width)
	d.basins.Present(m.far, 2*d.width, d.width)
	for i := range n {
		m.near[i], m.far[i] = d.root*math.Sqrt(m.near[i]), d.root*math.Sqrt(m.far[i])
	}
	return dynamics.NewLanes(n, n, m)
}

// contestMover makes the steps of [NewLocal], in all lanes at once.
type contestMover struct {
	*contestSGD
	kick, trial, first, second []float64
	near, far                  []float64 // √(2η/B·step·h) in either basin
}

// Normals and Move implement [dynamics.Mover].
func (m *contestMover) Normals() int { return m.Dim() }

func (m *contestMover) Move(p *dynamics.Pack) {
	var dt, dt2 [lanes]float64
	for xi, again := p.Normals, true; again; xi = xi[len(p.Theta):] {
		m.strike(xi, p.Theta)
		m.descend(&dt, m.first, p.Theta)
		for at := 0; at < len(p.Theta); at += lanes {
			x, kick, grad, trial := row(p.Theta, at), row(m.kick, at), row(m.first, at), row(m.trial, at)
			for l := range lanes {
				trial[l] = x[l] + kick[l] - dt[l]*grad[l]
			}
		}
		m.descend(&dt2, m.second, m.trial)
		for at := 0; at < len(p.Theta); at += lanes {
			x, kick, grad, grad2 := row(p.Theta, at), row(m.kick, at), row(m.first, at), row(m.second, at)
			for l := range lanes {
				x[l] += kick[l] - 0.5*(dt[l]*grad[l]+dt2[l]*grad2[l])
			}
		}
		for l := range dt {
			dt[l] = 0.5 * (dt[l] + dt2[l])
		}
		again = p.Tick(&dt)
	}
}

// row is a vector: its loops need no checks of bounds.
func row(x []float64, at int) *[lanes]float64 { return (*[lanes]float64)(x[at:]) }

// strike stores √(2η/B·step·H*)·ξ in kick, with H* as in [Basins.Present].
func (m *contestMover) strike(xi, theta []float64) {
	for l := range lanes {
		z, strength := theta[l], m.near
		switch {
		case z >= m.width:
			strength = m.far
		case z > -m.width:
			m.passing(xi[l:], l, z)
			continue
		}
		for i, g := range strength {
			m.kick[i*lanes+l] = g * xi[i*lanes+l]
		}
	}
}

// passing is strike between the basins.
func (m *contestMover) passing(xi []float64, l int, z float64) {
	near, far := &m.basins.near, &m.basins.far
	s, _, _ := smoothstep((z + m.width) / (2 * m.width))
	m.kick[l] = m.root * math.Sqrt(near.Curvature+s*(far.Curvature-near.Curvature)) * xi[0]
	for i, h := range near.Transverse {
		m.kick[(i+1)*lanes+l] = m.root * math.Sqrt(h+s*(far.Transverse[i]-h)) * xi[(i+1)*lanes]
	}
}

// descend stores ∇L in grad and how long a step lasts in dt.
func (m *contestMover) descend(dt *[lanes]float64, grad, theta []float64) {
	b := m.basins
	var loss [lanes]float64
	z, slope := row(theta, 0), row(grad, 0)
	for l := range lanes {
		side, sign := &b.here, -1.0
		if z[l] > 0 {
			side, sign = &b.over, 1
		}
		if x := side.length - sign*z[l]; x < 0 { // profile.at, in line
			loss[l], slope[l] = side.loss+0.5*side.curvature*x*x, -sign*side.curvature*x
		} else {
			t := x * side.inverse
			loss[l] = side.loss + t*t*(side.c2+t*(side.c3+t*(side.c4+t*side.c5)))
			slope[l] = -sign * t * (2*side.c2 + t*(3*side.c3+t*(4*side.c4+t*5*side.c5))) * side.inverse
		}
	}
	if len(theta) > lanes {
		m.across(&loss, grad, theta)
	}
	for l := range lanes {
		dt[l] = m.step / loss[l]
	}
}

// across adds the directions across the path.
func (m *contestMover) across(loss *[lanes]float64, grad, theta []float64) {
	b := m.basins
	var s, ds [lanes]float64
	z, slope := row(theta, 0), row(grad, 0)
	for l := range lanes {
		s[l], ds[l], _ = b.blend(z[l])
	}
	for i, lo := range b.near.Transverse {
		y, g, more := row(theta, (i+1)*lanes), row(grad, (i+1)*lanes), b.far.Transverse[i]-lo
		for l := range lanes {
			h, half := lo+s[l]*more, 0.5*y[l]*y[l]
			loss[l] += h * half
			slope[l] += ds[l] * more * half
			g[l] = h * y[l]
		}
	}
}
