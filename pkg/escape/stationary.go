package escape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"

	"github.com/sgdescape/sgdescape/pkg/internal/root"
)

// FitExponent returns the maximum-likelihood estimate of φ in the stationary law P(θ) ∝ L(θ)^{−φ}
// (Eq. 18) of a quadratic loss L = L₀ + ½Σh_i θ_i² in n dimensions, from independent samples of
// L/L₀. The normalisation ∫L^{−φ}dθ ∝ B(n/2, φ−n/2) turns the likelihood equation into
//
//	mean of log(L/L₀) = ψ(φ) − ψ(φ − n/2),
//
// with ψ the digamma function; the standard error is that of the Fisher information, N[ψ′(φ−n/2) −
// ψ′(φ)]. The interval is ±1.96 standard errors. It returns an error for n < 1, fewer than two
// samples, a ratio that is not finite and ≥ 1, or ratios so close to 1 that φ is 1e11 or more.
func FitExponent(ratios []float64, n int) (Estimate, error) {
	if n < 1 || len(ratios) < 2 {
		return Estimate{}, fmt.Errorf("escape: stationary exponent from %d samples in %d dimensions, want ≥ 2 in ≥ 1", len(ratios), n)
	}
	mean := 0.0
	for i, r := range ratios {
		if !(r >= 1) || math.IsInf(r, 1) {
			return Estimate{}, fmt.Errorf("escape: stationary exponent: loss ratio %d is %v, want a finite value ≥ 1", i, r)
		}
		mean += math.Log(r) / float64(len(ratios))
	}
	half := float64(n) / 2
	x := Exponent(mean, n) - half
	if !(x < 1e11) {
		return Estimate{}, fmt.Errorf("escape: stationary exponent: loss ratios are 1 on average, so that φ is infinite or beyond 1e11")
	}
	trigamma := func(x float64) float64 { return mathext.Zeta(2, x) }
	e := Estimate{
		Value: x + half, Confidence: 0.95, Replicas: len(ratios),
		StdErr: 1 / math.Sqrt(float64(len(ratios))*(trigamma(x)-trigamma(x+half))),
	}
	e.Low, e.High = e.Value-1.96*e.StdErr, e.Value+1.96*e.StdErr
	return e, nil
}

// Exponent returns the φ at which E log(L/L₀) = mean under the law of [FitExponent], the solution
// of ψ(φ) − ψ(φ − n/2) = mean: what a fit to ever more samples of any law with that mean tends to:
// NaN unless mean is finite and > 0 and n ≥ 1, and 1e12 at most.
func Exponent(mean float64, n int) float64 {
	if !(mean > 0) || math.IsInf(mean, 1) || n < 1 {
		return math.NaN()
	}
	half := float64(n) / 2
	// The left side falls from +∞ at φ = n/2 to 0: bisection on log(φ − n/2).
	x := math.Exp(root.Bisect(math.Log(1e-12), math.Log(1e12), func(logX float64) bool {
		x := math.Exp(logX)
		return mathext.Digamma(x+half)-mathext.Digamma(x) > mean
	}))
	return x + half
}
