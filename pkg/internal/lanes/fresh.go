package lanes

import "math"

// Fresh holds replicas of SGD on linear regression with fresh samples, features x and labels −y
// standard normal but for a factor,
//
//	θ ← θ − Eta·Σ(x·θ + Label·ε)x.
//
// The order of the fields is known to lanes_amd64.s.
type Fresh struct {
	Eta, Label, Step float64
	Level, Square    float64  // lanes stop from Level on along the axis, beyond |θ|² = Square,
	End              *float64 // and at the times End, one vector
	Theta, Grad      *float64 // N vectors of lanes; Grad is scratch
	Normals          *float64 // N+1 vectors a sample
	Time             *float64 // one vector
	N, Batch         int
	Steps, Axis      int
	Active           uint64 // a bit for each lane that is watched
	Done             int    // steps taken
	Stopped          uint64 // the lanes that stopped in the last of them
}

// runGo is the plain form of Run, with the same bits.
func (m *Fresh) runGo() {
	theta, grad, time, end := slice(m.Theta, m.N*Width), slice(m.Grad, m.N*Width), slice(m.Time, Width), slice(m.End, Width)
	xi := slice(m.Normals, (m.N+1)*m.Batch*Width*m.Steps)
	m.Stopped = 0
	for m.Done = 0; m.Done < m.Steps && m.Stopped == 0; m.Done++ {
		for l := range Width {
			square := m.descend(theta[l:], grad[l:], xi[l:])
			time[l] += m.Step
			if !(theta[m.Axis*Width+l] < m.Level) || !(square <= m.Square) || !(time[l] < end[l]) {
				m.Stopped |= 1 << l
			}
		}
		m.Stopped &= m.Active
		xi = xi[(m.N+1)*m.Batch*Width:]
	}
}

// descend moves one lane by a step and returns |θ|².
func (m *Fresh) descend(theta, grad, xi []float64) (square float64) {
	for b := range m.Batch {
		x := xi[b*(m.N+1)*Width:]
		e := m.Label * x[m.N*Width]
		for i := range m.N {
			e = math.FMA(x[i*Width], theta[i*Width], e)
		}
		for i := range m.N {
			if b == 0 {
				grad[i*Width] = e * x[i*Width]
			} else {
				grad[i*Width] = math.FMA(e, x[i*Width], grad[i*Width])
			}
		}
	}
	for i := range m.N {
		t := math.FMA(-m.Eta, grad[i*Width], theta[i*Width])
		theta[i*Width] = t
		square = math.FMA(t, t, square)
	}
	return square
}
