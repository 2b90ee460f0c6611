package noise

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Grams stores two M×M matrices of M samples (batch, or all for nil) whose non-zero eigenvalues
// are those of the two sides of the decoupling approximation (Eq. 7, the paper's Fig. 1):
//
//	exact:     (1/M)Σ ℓ_μ∇f_μ∇f_μᵀ,  entries sqrt(ℓ_μℓ_ν)·∇f_μ·∇f_ν/M
//	decoupled: L·(1/M)Σ ∇f_μ∇f_μᵀ,   entries L·∇f_μ·∇f_ν/M
//
// Both are resized when empty. The loss must be mean-square with one output, else the
// error wraps [model.ErrUnsupported].
func Grams(exact, decoupled *mat.SymDense, m model.Model, theta []float64, batch []int) error {
	n, _, err := checkPoint(m, theta)
	if err != nil {
		return err
	}
	if _, err := meanSquareOutputs(m); err != nil {
		return err
	}
	if batch != nil {
		n = len(batch)
	}
	if err := model.Gram(m, decoupled, theta, batch); err != nil {
		return err
	}
	root := make([]float64, n)
	model.NormGrad(m, root, nil, nil, theta, batch)
	loss := floats.Sum(root) / float64(n)
	for i, l := range root {
		root[i] = math.Sqrt(l)
	}
	if exact.IsEmpty() {
		exact.ReuseAsSym(n)
	}
	for i := range n {
		for j := i; j < n; j++ {
			exact.SetSym(i, j, root[i]*root[j]*decoupled.At(i, j)/float64(n))
		}
	}
	decoupled.ScaleSym(loss/float64(n), decoupled)
	return nil
}

// Spectra returns all eigenvalues of the two matrices of [Grams], in descending order: the whole
// of the paper's Fig. 1 for as many samples as a dense solver can handle (a few thousand).
// Eigenvalues that are zero may come out negative by rounding. The errors are those of Grams.
func Spectra(m model.Model, theta []float64, batch []int) (exact, decoupled []float64, err error) {
	var a, b mat.SymDense
	if err := Grams(&a, &b, m, theta, batch); err != nil {
		return nil, nil, err
	}
	var eigen mat.EigenSym
	for _, s := range []struct {
		matrix *mat.SymDense
		values *[]float64
	}{{&a, &exact}, {&b, &decoupled}} {
		if !eigen.Factorize(s.matrix, false) {
			return nil, nil, fmt.Errorf("noise: the eigenvalues of a Gram matrix of %d samples did not converge", a.SymmetricDim())
		}
		*s.values = eigen.Values(nil)
		slices.Reverse(*s.values)
	}
	return exact, decoupled, nil
}
