package search

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// refine walks from theta to the critical point nearby that has the given number of negative
// curvatures, by eigenvector following: Newton's step, but uphill along the lowest index
// eigenvectors and downhill along the others. No step is longer than reach. It stops when ‖∇L‖ <
// tol.
func refine(ctx context.Context, l landscape.Landscape, theta []float64, index int, tol, reach float64) (landscape.Critical, error) {
	const maxSteps = 200 // Newton needs ten; the rest is for a far start
	x := append([]float64(nil), theta...)
	grad := make([]float64, len(x))
	norm := math.NaN()
	for k := 0; k < maxSteps && ctx.Err() == nil; k++ {
		loss := l.LossGrad(grad, x)
		norm = floats.Norm(grad, 2)
		if math.IsNaN(norm) || math.IsInf(norm, 0) || math.IsNaN(loss) {
			return landscape.Critical{}, fmt.Errorf("loss %v and ‖∇L‖ = %v at %v, want finite values", loss, norm, x)
		}
		hess := landscape.HessianAt(l, x)
		if norm < tol && !math.IsInf(tol, 1) {
			found := landscape.Critical{Theta: x, Loss: loss, Hess: hess}
			return found, found.CheckIndex(index)
		}
		step, err := followStep(hess, grad, index)
		if err != nil {
			return landscape.Critical{}, err
		}
		if size := floats.Norm(step, 2); size > reach {
			floats.Scale(reach/size, step)
		}
		floats.Add(x, step)
	}
	return landscape.Critical{}, fmt.Errorf("‖∇L‖ = %g after %d steps, want < %g", norm, maxSteps, tol)
}

// followStep returns −Σ ±v(v·g)/|λ| over the curved directions, with the sign turned for the lowest
// index of them.
func followStep(hess *mat.SymDense, grad []float64, index int) ([]float64, error) {
	values, vectors, err := landscape.Eigen(hess)
	if err != nil {
		return nil, err
	}
	scale := math.Max(math.Abs(values[0]), math.Abs(values[len(values)-1]))
	step := mat.NewVecDense(len(grad), nil)
	g := mat.NewVecDense(len(grad), grad)
	for i, v := range values {
		if math.Abs(v) <= landscape.Flatness*scale {
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
