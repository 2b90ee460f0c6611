package landscape

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// HessianAt returns ∇²L(θ), P×P: in closed form where l knows it, else by central differences of
// the gradient, which costs 2P gradients and has a relative error of about 1e−9. It is nil, which
// [Eigen] refuses, if θ is no finite point of l or the P×P numbers take more than 1 GiB, P >
// 11,585.
func HessianAt(l Landscape, theta []float64) *mat.SymDense {
	if checkPoint(l, "", theta) != nil || 8*len(theta)*len(theta) > parallel.GiB {
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

// refine walks from theta to the critical point nearby that has the given number of negative
// curvatures, by eigenvector following: Newton's step, but uphill along the lowest index
// eigenvectors and downhill along the others. No step is longer than reach. It stops when ‖∇L‖ <
// tol.
func refine(ctx context.Context, l Landscape, theta []float64, index int, tol, reach float64) (Critical, error) {
	const maxSteps = 200 // Newton needs ten; the rest is for a far start
	x := append([]float64(nil), theta...)
	grad := make([]float64, len(x))
	norm := math.NaN()
	for k := 0; k < maxSteps && ctx.Err() == nil; k++ {
		loss := l.LossGrad(grad, x)
		norm = floats.Norm(grad, 2)
		if math.IsNaN(norm) || math.IsInf(norm, 0) || math.IsNaN(loss) {
			return Critical{}, fmt.Errorf("loss %v and ‖∇L‖ = %v at %v, want finite values", loss, norm, x)
		}
		hess := HessianAt(l, x)
		if norm < tol && !math.IsInf(tol, 1) {
			found := Critical{Theta: x, Loss: loss, Hess: hess}
			return found, checkIndex(found, index)
		}
		step, err := followStep(hess, grad, index)
		if err != nil {
			return Critical{}, err
		}
		if size := floats.Norm(step, 2); size > reach {
			floats.Scale(reach/size, step)
		}
		floats.Add(x, step)
	}
	return Critical{}, fmt.Errorf("‖∇L‖ = %g after %d steps, want < %g", norm, maxSteps, tol)
}

// followStep returns −Σ ±v(v·g)/|λ| over the curved directions, with the sign turned for the lowest
// index of them.
func followStep(hess *mat.SymDense, grad []float64, index int) ([]float64, error) {
	values, vectors, err := Eigen(hess)
	if err != nil {
		return nil, err
	}
	scale := math.Max(math.Abs(values[0]), math.Abs(values[len(values)-1]))
	step := mat.NewVecDense(len(grad), nil)
	g := mat.NewVecDense(len(grad), grad)
	for i, v := range values {
		if math.Abs(v) <= Flatness*scale {
			continue
		}
		sign := -1.0
		if i < index {
			sign = 1
		}
		column := vectors.ColView(i)
		step.AddScaledVec(step, sign*mat.Dot(column, g)/math.Abs(v), column)
	}
	return step.RawVector().Data, nil
}

// checkIndex returns an error unless c has the given number of negative curvatures.
func checkIndex(c Critical, index int) error {
	got, err := c.Index()
	if err == nil && got != index {
		err = fmt.Errorf("critical point %v has %d negative curvatures, want %d", c.Theta, got, index)
	}
	return err
}
