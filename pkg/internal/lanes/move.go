package lanes

import (
	"math"
	"unsafe"
)

// Clock says which diffusion moves.
type Clock int

// The three of the paper.
const (
	Loss Clock = iota // Eq. 13: noise ∝ √L, dt = Step
	Log               // Eq. 15: dt = Step/L
	None              // Eq. 5: constant noise, dt = Step
)

// Move holds the replicas of all lanes, their landscape and what they are watched for. The
// landscape is L = Floor + z²(A2 + z(A3 + zA4)) + ½ΣH_i y_i² with z the first coordinate and
// derivative z(D2 + z(D3 + zD4)) along it. A vector of lanes holds one number for each. The order of
// the fields is known to lanes_amd64.s.
type Move struct {
	Floor, A2, A3, A4, D2, D3, D4 float64
	Step                          float64
	Level                         float64  // lanes stop from Level on along the axis
	End                           *float64 // and at the times End, one vector
	H, G                          *float64 // N curvatures, the first unused, and N strengths of a kick
	Theta, Trial                  *float64 // N vectors of lanes; Trial is scratch
	Normals                       *float64 // N vectors a step
	Time                          *float64 // one vector
	N, Steps, Axis                int
	Active                        uint64 // a bit for each lane that is watched
	Done                          int    // steps taken
	Stopped                       uint64 // the lanes that stopped in the last of them
}

// runGo is the plain form of Run, with the same bits.
func (m *Move) runGo(clock Clock, heun bool) {
	n := m.N
	h, g, theta, trial := slice(m.H, n), slice(m.G, n), slice(m.Theta, n*Width), slice(m.Trial, n*Width)
	xi, time, end := slice(m.Normals, n*Width*m.Steps), slice(m.Time, Width), slice(m.End, Width)
	m.Stopped = 0
	for m.Done = 0; m.Done < m.Steps && m.Stopped == 0; m.Done++ {
		for l := range Width {
			var dt float64
			if heun {
				dt = m.heun(clock, h, g, theta[l:], trial[l:], xi[l:])
			} else {
				dt = m.euler(clock, h, g, theta[l:], xi[l:])
			}
			time[l] += dt
			if x := theta[m.Axis*Width+l]; !(x < m.Level) || !(time[l] < end[l]) || !(dt > 0) {
				m.Stopped |= 1 << l
			}
		}
		m.Stopped &= m.Active
		xi = xi[n*Width:]
	}
}

// at returns the loss and its derivative along the first coordinate.
func (m *Move) at(h, theta []float64) (loss, slope float64) {
	z := theta[0]
	v := math.FMA(math.FMA(m.A4, z, m.A3), z, m.A2)
	loss = math.FMA(v, z*z, m.Floor)
	slope = math.FMA(math.FMA(m.D4, z, m.D3), z, m.D2) * z
	q := 0.0
	for i := 1; i < m.N; i++ {
		y := theta[i*Width]
		q = math.FMA(h[i]*y, y, q)
	}
	return math.FMA(0.5, q, loss), slope
}

// euler moves one lane by a step of Euler and Maruyama.
func (m *Move) euler(clock Clock, h, g, theta, xi []float64) (dt float64) {
	loss, slope := m.at(h, theta)
	dt, root := m.Step, 1.0
	switch clock {
	case Loss:
		root = math.Sqrt(loss)
	case Log:
		dt /= loss
	}
	for i := range m.N {
		x := theta[i*Width]
		if i > 0 {
			slope = h[i] * x
		}
		x = math.FMA(root, g[i]*xi[i*Width], x)
		theta[i*Width] = math.FMA(-dt, slope, x)
	}
	return dt
}

// heun moves one lane by a step of the stochastic trapezoidal rule.
func (m *Move) heun(clock Clock, h, g, theta, trial, xi []float64) (dt float64) {
	rate := func(loss float64) float64 {
		if clock == Log {
			return m.Step / loss
		}
		return m.Step
	}
	loss, slope := m.at(h, theta)
	d := rate(loss)
	for i := range m.N {
		x, s := theta[i*Width], slope
		if i > 0 {
			s = h[i] * x
		}
		trial[i*Width] = math.FMA(-d, s, math.FMA(g[i], xi[i*Width], x))
	}
	loss, slope2 := m.at(h, trial)
	d2 := rate(loss)
	for i := range m.N {
		x, s, s2 := theta[i*Width], slope, slope2
		if i > 0 {
			s, s2 = h[i]*x, h[i]*trial[i*Width]
		}
		x = math.FMA(g[i], xi[i*Width], x)
		theta[i*Width] = math.FMA(-0.5, math.FMA(d2, s2, d*s), x)
	}
	return 0.5 * (d + d2)
}

// slice is the memory from p on.
func slice(p *float64, n int) []float64 { return unsafe.Slice(p, n) }
