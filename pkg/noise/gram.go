package noise

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Spectra returns the eigenvalues, in descending order, of two M×M matrices of M samples (batch,
// or all for nil). Those that are not zero are the eigenvalues of the two sides of the
// decoupling approximation (Eq. 7): the whole of the paper's Fig. 1, for as many samples as a
// dense solver can handle (a few thousand).
//
//	exact:     (1/M)Σ ℓ_μ∇f_μ∇f_μᵀ,  entries sqrt(ℓ_μℓ_ν)·∇f_μ·∇f_ν/M
//	decoupled: L·(1/M)Σ ∇f_μ∇f_μᵀ,   entries L·∇f_μ·∇f_ν/M
//
// Zeros may come out negative by rounding. The loss must be mean-square with one output, else
// the error wraps [model.ErrUnsupported].
func Spectra(m model.Model, theta []float64, batch []int) (exact, decoupled []float64, err error) {
	n, _, err := checkPoint(m, theta)
	if err != nil {
		return nil, nil, err
	}
	if _, err := meanSquareOutputs(m); err != nil {
		return nil, nil, err
	}
	if batch != nil {
		n = len(batch)
	}
	var gram mat.SymDense
	if err := model.Gram(m, &gram, theta, batch); err != nil {
		return nil, nil, err
	}
	root := make([]float64, n)
	model.NormGrad(m, root, nil, nil, theta, batch)
	loss := floats.Sum(root) / float64(n)
	for i, l := range root {
		root[i] = math.Sqrt(l)
	}
	weighted := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			weighted.SetSym(i, j, root[i]*root[j]*gram.At(i, j)/float64(n))
		}
	}
	gram.ScaleSym(loss/float64(n), &gram)
	if exact, err = eigenvalues(weighted); err != nil {
		return nil, nil, err
	}
	decoupled, err = eigenvalues(&gram)
	return exact, decoupled, err
}

// eigenvalues returns them in descending order.
func eigenvalues(a *mat.SymDense) ([]float64, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(a, false) {
		return nil, fmt.Errorf("noise: the eigenvalues of a Gram matrix of %d samples did not converge", a.SymmetricDim())
	}
	values := eigen.Values(nil)
	slices.Reverse(values)
	return values, nil
}
