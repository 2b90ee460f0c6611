package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Regression returns n samples x ~ N(0, I_d) with labels y ~ N(0, sigma²)
// independent of x: the paper's Fig. 3. Over fresh samples its linear regression has
// L(θ) = ½(sigma² + |θ|²), H = I, θ* = 0 and
// Σ = [2L·I + θθᵀ]/B (the decoupling approximation, Eq. 10, drops θθᵀ).
//
// It is an error unless n ≥ 1, d ≥ 1, sigma is finite and ≥ 0, and rng is not nil.
func Regression(n, d int, sigma float64, rng *rand.Rand) (*Set, error) {
	return Teacher(n, make([]float64, max(d, 0)), sigma, rng)
}

// Teacher returns n samples x ~ N(0, I_d) with labels y = w·x + sigma·ε,
// ε ~ N(0,1), of the linear teacher w; d = len(w).
// Over fresh samples its linear regression has L(θ) = ½(sigma² + |θ−w|²), H = I, θ* = w.
//
// It is an error unless n ≥ 1, d ≥ 1, w is finite, sigma is finite and ≥ 0, and rng is not nil.
func Teacher(n int, w []float64, sigma float64, rng *rand.Rand) (*Set, error) {
	switch {
	case n < 1:
		return nil, fmt.Errorf("data: %d synthetic samples, want at least 1", n)
	case len(w) < 1:
		return nil, fmt.Errorf("data: %d synthetic features, want at least 1", len(w))
	case rng == nil:
		return nil, fmt.Errorf("data: synthetic samples from a nil random source")
	case !(sigma >= 0) || math.IsInf(sigma, 1):
		return nil, fmt.Errorf("data: label noise %v, want finite and ≥ 0", sigma)
	}
	for j, v := range w {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("data: teacher weight %d is %v, want finite", j, v)
		}
	}
	x, y := mat.NewDense(n, len(w), nil), mat.NewDense(n, 1, nil)
	for i := range n {
		row, dot := x.RawRowView(i), 0.0
		for j := range row {
			row[j] = rng.NormFloat64()
			dot += w[j] * row[j]
		}
		y.Set(i, 0, dot+sigma*rng.NormFloat64())
	}
	return &Set{X: x, Y: y}, nil
}
