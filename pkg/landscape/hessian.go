package landscape

import (
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// HessianAt returns ∇²L(θ), P×P: in closed form where l knows it, else by central differences of
// the gradient, which costs 2P gradients and has a relative error of about 1e−9. It is nil, which
// [Eigen] refuses, if θ is no finite point of l or the P×P numbers take more than 1 GiB, P >
// 11,585.
func HessianAt(l Landscape, theta []float64) *mat.SymDense {
	if CheckPoint(l, "", theta) != nil || 8*len(theta)*len(theta) > parallel.GiB {
		return nil
	}
	p := l.Dim()
	h := mat.NewSymDense(p, nil)
	if known, ok := l.(Hessian); ok {
		known.Hess(h, theta)
		return h
	}
	jac := mat.NewDense(p, p, nil)
	fd.Jacobian(jac, func(g, x []float64) { l.LossGrad(g, x) }, theta, &fd.JacobianSettings{Formula: fd.Central})
	for i := range p {
		for j := i; j < p; j++ {
			h.SetSym(i, j, 0.5*(jac.At(i, j)+jac.At(j, i)))
		}
	}
	return h
}
