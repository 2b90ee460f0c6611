package dynamics

import (
	"fmt"
	"math/rand/v2"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Path is one recorded trajectory with both clocks; row k is the state after k steps.
type Path struct {
	T     []float64   // time t
	Tau   []float64   // τ = ∫L dt, Eq. 14, by the trapezoidal rule over a step
	Theta [][]float64 // position
	Loss  []float64   // L(θ)
}

// Record runs the dynamics for a number of steps from start and keeps every state. It returns an
// error if steps < 1 or take more than 1 GiB, at 72 + 8P bytes, start or l has the wrong dimension,
// rng is nil, or the replica diverges, with the step at which it did.
func Record(d Dynamics, l landscape.Landscape, start []float64, steps int, rng *rand.Rand) (*Path, error) {
	if steps < 1 {
		return nil, fmt.Errorf("dynamics: steps = %d, want ≥ 1", steps)
	}
	if err := CheckStart(d, start); err != nil {
		return nil, fmt.Errorf("dynamics: record: %w", err)
	}
	if given.None(l) || l.Dim() != d.Dim() || rng == nil {
		return nil, fmt.Errorf("dynamics: record: want a landscape of dimension %d and a generator", d.Dim())
	}
	if bytes := float64(steps) * float64(72+8*len(start)); bytes > parallel.GiB {
		return nil, fmt.Errorf("dynamics: record: %d steps take %.3g GiB, want ≤ 1", steps, bytes/parallel.GiB)
	}
	theta := append([]float64(nil), start...)
	p := &Path{}
	p.append(0, 0, theta, l.LossGrad(nil, theta))
	stepper := d.NewStepper()
	for k := range steps {
		dt := stepper.Step(theta, rng)
		loss := l.LossGrad(nil, theta)
		if !positive(loss) || !positive(dt) || !Finite(theta) {
			return p, fmt.Errorf("dynamics: diverged at step %d: loss = %v, dt = %v", k+1, loss, dt)
		}
		p.append(p.T[k]+dt, p.Tau[k]+dt*0.5*(p.Loss[k]+loss), theta, loss)
	}
	return p, nil
}

func (p *Path) append(t, tau float64, theta []float64, loss float64) {
	p.T = append(p.T, t)
	p.Tau = append(p.Tau, tau)
	p.Theta = append(p.Theta, append([]float64(nil), theta...))
	p.Loss = append(p.Loss, loss)
}

// Coordinate returns θ_i along the path; nil if there is none.
func (p *Path) Coordinate(i int) []float64 {
	if p == nil || len(p.Theta) == 0 || i < 0 || i >= len(p.Theta[0]) {
		return nil
	}
	x := make([]float64, len(p.Theta))
	for k, theta := range p.Theta {
		x[k] = theta[i]
	}
	return x
}

// QuadraticVariation returns the running sum of squared increments of θ_i,
//
//	[θ_i]_k = Σ_{j<k} (θ_i(j+1) − θ_i(j))²,
//
// which for Eq. 13 tends to ∫(2ηL/B)H_ii dt = (2η/B)H_ii·τ as the step goes to zero: a straight
// line on the τ clock. It is nil if there is no θ_i.
func (p *Path) QuadraticVariation(i int) []float64 {
	x := p.Coordinate(i)
	qv := make([]float64, len(x))
	for k := 1; k < len(qv); k++ {
		dx := x[k] - x[k-1]
		qv[k] = qv[k-1] + dx*dx
	}
	return qv
}
