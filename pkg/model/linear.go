package model

import (
	"fmt"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// Linear is linear regression f(θ,x) = θ·x with mean-square loss: P = d, no bias.
// Its Hessian (1/N)Σ x xᵀ does not depend on θ and equals Gauss–Newton. It has every
// product of this package.
type Linear struct{ *outputs }

var _ HessianMultiplier = (*Linear)(nil)

// NewLinear returns the linear regression on a set with one target per sample, whose
// data it shares. A set without targets, with a shape that does not fit or with a
// value that is not finite is an error.
func NewLinear(set *data.Set) (*Linear, error) {
	if err := checkSet(set); err != nil {
		return nil, err
	}
	if k := set.Y.RawMatrix().Cols; k != 1 {
		return nil, fmt.Errorf("model: linear regression on %d targets per sample, want 1", k)
	}
	x := set.X.RawMatrix()
	return &Linear{newOutputs(set.Y.RawMatrix(), x.Cols, 0, func(out, _, theta []float64, mu int) []float64 {
		row := x.Data[mu*x.Stride : mu*x.Stride+x.Cols]
		out[0] = floats.Dot(theta, row)
		return row
	})}, nil
}

// Clone implements [Cloner].
func (m *Linear) Clone() Model { return &Linear{m.outputs.Clone().(*outputs)} }

// HessVec implements [HessianMultiplier].
func (m *Linear) HessVec(dst, theta, v []float64, batch []int) {
	m.GaussNewtonVec(dst, theta, v, nil, batch)
}
