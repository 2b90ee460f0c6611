package selection

import (
	"math"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

var _, _ dynamics.SideBySide = (*loopSGD)(nil), (*local)(nil)

const lanes = dynamics.LaneCount

// mostNu is the largest ν whose χ² is drawn as a sum of squares in lanes.
const mostNu = 16

// NewLanes implements [dynamics.SideBySide], for labels that are made of normals: normal ones, and
// Student's with a small whole number ν of degrees of freedom, ε = ξ₀·√(ν/Σξ_i²).
func (s *loopSGD) NewLanes() *dynamics.Lanes {
	if !(s.nu <= mostNu) || s.nu != math.Trunc(s.nu) {
		return nil
	}
	return dynamics.NewLanes(1, 1, s)
}

// Normals and Move implement [dynamics.Mover].
func (s *loopSGD) Normals() int { return 3 + int(s.nu) }

func (s *loopSGD) Move(p *dynamics.Pack) {
	dt := everywhere(s.eta)
	for xi, again := p.Normals, true; again; xi = xi[s.Normals()*lanes:] {
		for l := range lanes {
			noise := s.sigma * xi[2*lanes+l]
			if s.nu > 0 {
				noise *= math.Sqrt(s.nu / s.square(xi[l:]))
			}
			p.Theta[l] = s.next(p.Theta[l], xi[l], xi[lanes+l], noise)
		}
		again = p.Tick(&dt)
	}
}

// square is a χ² of ν degrees of freedom.
func (s *loopSGD) square(xi []float64) (sum float64) {
	for i := 3; i < s.Normals(); i++ {
		sum += xi[i*lanes] * xi[i*lanes]
	}
	return sum
}

func everywhere(x float64) (v [lanes]float64) {
	for l := range v {
		v[l] = x
	}
	return v
}

// NewLanes implements [dynamics.SideBySide]: the steps are those of a stepper, the normals come
// from lanes.
func (d *local) NewLanes() *dynamics.Lanes {
	n := d.Dim()
	m := &driver{stepper: d.NewStepper().(*localStepper), theta: make([]float64, n), xi: make([]float64, n)}
	return dynamics.NewLanes(n, n, m)
}

// driver makes the steps of lanes one by one.
type driver struct {
	stepper   *localStepper
	theta, xi []float64
}

// Normals and Move implement [dynamics.Mover].
func (m *driver) Normals() int { return len(m.theta) }

func (m *driver) Move(p *dynamics.Pack) {
	var dt [lanes]float64
	for xi, again := p.Normals, true; again; xi = xi[len(p.Theta):] {
		for l := range lanes {
			for i := range m.theta {
				m.theta[i], m.xi[i] = p.Theta[i*lanes+l], xi[i*lanes+l]
			}
			dt[l] = m.stepper.Drive(m.theta, m.xi)
			for i, x := range m.theta {
				p.Theta[i*lanes+l] = x
			}
		}
		again = p.Tick(&dt)
	}
}
