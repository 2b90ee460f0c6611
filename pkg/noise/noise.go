// Package noise answers one question: how strong is the noise of SGD, and in which directions?
//
// The covariance of the mini-batch gradient ∇L_B, B samples drawn without replacement, is
//
//	Σ = (1/B)·(N−B)/(N−1)·[ (1/N)Σ_μ ∇ℓ_μ∇ℓ_μᵀ − ∇L∇Lᵀ ]          (Eq. 8)
//
// and its trace (1/B)·(N−B)/(N−1)·𝒩 with the noise strength 𝒩 (Eq. 24). The paper
// replaces Σ by (2L/B)·(1/N)Σ∇f∇fᵀ (Eq. 10) and then by (2L/B)·H (Eq. 6).
// [NewCovariance] gives all three as products Σ·v, [Dense] as a matrix, [Cosine],
// [EstimateCosine] and [Ratios] say how well one stands for another, and a [Meter]
// follows 𝒩 along training.
//
// Errors start with "noise:" and come from constructors, before any work.
package noise

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Operator is a symmetric matrix known by its products.
type Operator interface {
	// Dim returns the number of rows.
	Dim() int
	// MulVecTo stores the product with v in dst; the two must not overlap.
	MulVecTo(dst, v []float64)
}

// Factor returns (1/B)·(N−B)/(N−1), the ratio of Tr Σ to 𝒩 (Eq. 8, 24): 0 for the full batch.
// It is an error unless N ≥ 1 and 1 ≤ B ≤ N.
func Factor(samples, batch int) (float64, error) {
	if batch < 1 || batch > samples {
		return 0, fmt.Errorf("noise: batch size %d, want 1 ≤ B ≤ N = %d", batch, samples)
	}
	if samples == 1 {
		return 0, nil
	}
	n, b := float64(samples), float64(batch)
	return (n - b) / (n - 1) / b, nil
}

// Dense stores the operator in dst, resized when it is empty, by one product per column;
// rounding is symmetrised. It is for small matrices: P products and P² numbers.
// A dst of another size is an error.
func Dense(dst *mat.SymDense, op Operator) error {
	n := op.Dim()
	if dst.IsEmpty() {
		dst.ReuseAsSym(n)
	}
	if got := dst.SymmetricDim(); got != n {
		return fmt.Errorf("noise: destination of size %d, want %d", got, n)
	}
	e, col := make([]float64, n), make([]float64, n)
	dst.Zero()
	for j := range n {
		e[j] = 1
		op.MulVecTo(col, e)
		e[j] = 0
		for i, v := range col {
			scale := 0.5
			if i == j {
				scale = 1
			}
			dst.SetSym(i, j, dst.At(i, j)+scale*v)
		}
	}
	return nil
}

// checkPoint returns N and P, and an error unless θ is a finite point of the model.
func checkPoint(m model.Model, theta []float64) (samples, params int, err error) {
	if m == nil {
		return 0, 0, fmt.Errorf("noise: of a nil model")
	}
	samples, params = m.Dims()
	if len(theta) != params {
		return 0, 0, fmt.Errorf("noise: θ of length %d, want P = %d", len(theta), params)
	}
	for i, v := range theta {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, 0, fmt.Errorf("noise: θ[%d] is %v, want finite", i, v)
		}
	}
	return samples, params, nil
}

func zero(v []float64) {
	for i := range v {
		v[i] = 0
	}
}
