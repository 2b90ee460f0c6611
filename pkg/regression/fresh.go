package regression

import (
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	vector "github.com/sgdescape/sgdescape/pkg/internal/lanes"
)

var (
	_ dynamics.SideBySide = (*SGD)(nil)
	_ escape.Round        = above{}
)

// Square implements [escape.Round]: on fresh samples a loss is a distance from θ* = 0.
func (a above) Square() float64 {
	if a.SGD == nil || a.rows != nil {
		return 0
	}
	return 2 * a.level / a.most
}

// NewLanes implements [dynamics.SideBySide] on fresh samples, of any batch.
func (r *SGD) NewLanes() *dynamics.Lanes {
	if r == nil || r.dim < 1 || r.rows != nil {
		return nil
	}
	m := &freshMover{grad: make([]float64, r.dim*vector.Width)}
	m.run = vector.Fresh{Eta: r.eta / float64(r.batch), Label: -r.sigma, Step: r.eta, Grad: &m.grad[0], N: r.dim, Batch: r.batch}
	return dynamics.NewLanes(r.dim, r.dim, m)
}

// freshMover moves replicas of SGD on fresh samples.
type freshMover struct {
	run  vector.Fresh
	grad []float64
}

// Normals and Move implement [dynamics.Mover].
func (m *freshMover) Normals() int { return m.run.Batch * (m.run.N + 1) }

func (m *freshMover) Move(p *dynamics.Pack) {
	r := &m.run
	r.Theta, r.Normals, r.Time, r.End = &p.Theta[0], &p.Normals[0], &p.Time[0], &p.End[0]
	r.Axis, r.Level, r.Square, r.Active, r.Steps = p.Axis, p.Level, p.Square, p.Active, p.Steps
	r.Run()
	p.Done, p.Stopped = r.Done, r.Stopped
}
