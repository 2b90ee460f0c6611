package quasipotential

import "math"

// Climber finds the momentum of a direction of travel by a search that cannot miss it, for those
// who have a faster one that can.
type Climber struct{ a *action }

// NewClimber returns a climber on the cumulant; nil for one that [Quasipotential] refuses.
func NewClimber(c Cumulant) *Climber {
	if check(c) != nil {
		return nil
	}
	return &Climber{newAction(c)}
}

// Momentum returns max{p·t : K(θ, p) ≤ 0} for a unit vector t and stores that p in dst: 0 where t
// is where the drift goes or K exists for no p ≠ 0, +Inf where no sample pushes along t, NaN for θ
// and t that are not numbers or of another length and of a climber that is nil.
func (c *Climber) Momentum(dst, theta, t []float64) float64 {
	if c == nil {
		return math.NaN()
	}
	n := len(c.a.p)
	if len(dst) != n || len(theta) != n || len(t) != n {
		return math.NaN()
	}
	copy(c.a.theta, theta)
	copy(c.a.tangent, t)
	v := c.a.push()
	copy(dst, c.a.p)
	return v
}
