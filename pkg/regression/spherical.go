package regression

import (
	"cmp"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Spherical is linear regression on spherical features, the setting of the paper's Fig. 3, in which
// nothing needs to be approximated: y = σ·ε is independent of x, E xxᵀ = h·I, and
//
//	E x_i x_j x_k x_l = (κ₄/3)h²(δ_ij δ_kl + δ_ik δ_jl + δ_il δ_jk),
//
// so that each component has kurtosis κ₄ (3 for Gaussian features). Then θ* = 0, L = ½(σ² + h|θ|²),
// H = h·I, and the single-sample covariance of Eq. 8 is
//
//	BΣ = (hσ² + (κ₄/3)h²|θ|²)·I + (2κ₄/3 − 1)h²θθᵀ,
//
// against the paper's 2Lh·I (Eq. 6). The two agree along θ for κ₄ = 2, and across θ for κ₄ = 3: in
// one dimension decoupling is exact for κ₄ = 2, in more it never is.
type Spherical struct {
	Dim        int     // d ≥ 1
	Curvature  float64 // h > 0
	LabelNoise float64 // σ > 0
	Kurtosis   float64 // κ₄ ≥ 1; spherical laws in d dimensions have κ₄ ≥ 3d/(d+2)
}

// Gaussian returns the paper's own setting, x and y standard normal in d dimensions.
func Gaussian(d int) Spherical { return Spherical{Dim: d, Curvature: 1, LabelNoise: 1, Kurtosis: 3} }

// Check returns an error naming the first field that is out of bounds.
func (g Spherical) Check() error {
	switch {
	case g.Dim < 1:
		return fmt.Errorf("regression: regression in %d dimensions, want ≥ 1", g.Dim)
	case !positive(g.Curvature):
		return fmt.Errorf("regression: curvature h = %v, want a finite value > 0", g.Curvature)
	case !positive(g.LabelNoise):
		return fmt.Errorf("regression: label noise σ = %v, want a finite value > 0", g.LabelNoise)
	}
	// The length of a spherical x has E|x|⁴ ≥ (E|x|²)². Rounding excuses 1e−12.
	if least := 3 * float64(g.Dim) / float64(g.Dim+2); !(g.Kurtosis >= least*(1-1e-12)) || math.IsInf(g.Kurtosis, 1) {
		return fmt.Errorf("regression: kurtosis κ₄ = %v of spherical features in %d dimensions, want a finite value ≥ %v", g.Kurtosis, g.Dim, least)
	}
	return nil
}

// Loss returns L at distance r from the minimum.
func (g Spherical) Loss(r float64) float64 {
	return 0.5 * (g.LabelNoise*g.LabelNoise + g.Curvature*r*r)
}

// Radius returns the distance at which L is c times its minimum, r² = (c−1)σ²/h; NaN for c < 1.
func (g Spherical) Radius(ratio float64) float64 {
	return g.LabelNoise * math.Sqrt((ratio-1)/g.Curvature)
}

// Variances returns the eigenvalues of Σ at distance r from the minimum: along θ, (hσ² +
// (κ₄−1)h²r²)/B, and across, (hσ² + (κ₄/3)h²r²)/B, the latter d−1 times. The decoupled value,
// 2Lh/B, is (hσ² + h²r²)/B for both. They are NaN if g or noise is out of bounds (see Check).
func (g Spherical) Variances(noise theory.Noise, r float64) (along, across float64) {
	if (SDE{g, noise}).Check() != nil {
		return math.NaN(), math.NaN()
	}
	return g.variances(noise, r)
}

func (g Spherical) variances(noise theory.Noise, r float64) (along, across float64) {
	h, labels := g.Curvature, g.LabelNoise*g.LabelNoise
	along = h*labels + (g.Kurtosis-1)*h*h*r*r
	across = h*labels + g.Kurtosis/3*h*h*r*r
	return along / noise.BatchSize, across / noise.BatchSize
}

// StationaryTail returns the law of Eq. 4 with the exact covariance in one dimension,
//
//	P ∝ (1 + (κ₄−1)hθ²/σ²)^{−φ},  φ = 1 + B/(ηh(κ₄−1)),
//
// as its exponent φ and the scale of θ², σ²/((κ₄−1)h). For κ₄ = 2 it is the paper's Eq. 18;
// Gaussian features have φ = 1 + B/(2ηh), a far heavier tail. For κ₄ = 1 the noise is constant and
// the law Gaussian: φ and scale are +Inf. They are NaN if g or noise is out of bounds.
func (g Spherical) StationaryTail(noise theory.Noise) (exponent, scale float64) {
	if (SDE{g, noise}).Check() != nil {
		return math.NaN(), math.NaN()
	}
	k := g.Kurtosis - 1
	if k <= 0 {
		return math.Inf(1), math.Inf(1)
	}
	return 1 + 1/(k*noise.Temperature(g.Curvature)), g.LabelNoise * g.LabelNoise / (k * g.Curvature)
}

// MatchedExponent returns the φ for which the decoupled law (Eq. 18) has the variance of discrete
// SGD on fresh samples in one dimension. With θ′ = θ(1−βu) + βΣxy, β = η/B and u = Σ_{μ∈B}x_μ²,
//
//	E θ² = ησ²/(2B − ηh(B−1+κ₄)),  φ = 3/2 + σ²/(2hEθ²) = B/(ηh) − (B−4+κ₄)/2,
//
// which for Gaussian features is B/(ηh) − (B−1)/2. It is the exponent that a fit to the bulk of a
// histogram finds. It returns NaN where the variance is infinite, ηh(B−1+κ₄) ≥ 2B, and if g or
// noise is out of bounds.
func (g Spherical) MatchedExponent(noise theory.Noise) float64 {
	t := noise.Temperature(g.Curvature)
	if (SDE{g, noise}).Check() != nil || !(t*(noise.BatchSize-1+g.Kurtosis) < 2) {
		return math.NaN()
	}
	return 1/t - (noise.BatchSize-4+g.Kurtosis)/2
}

// SDE is the distance from the minimum of Eq. 4 with the exact covariance, in linear regression on
// spherical features (Eq. 8 with nothing decoupled; [Spherical] holds the two variances):
//
//	dr = (−h·r + (n−1)a_t/r)dt + sqrt(2a_r)dW,
//	a_r = (η/2B)(hσ² + (κ₄−1)h²r²),  a_t = (η/2B)(hσ² + (κ₄/3)h²r²).
//
// For κ₄ = 2 in one dimension it is Eq. 13.
type SDE struct {
	Spherical
	Noise theory.Noise
}

var (
	_ exact.Process = SDE{}
	_ exact.Checker = SDE{}
)

// Densities implements [exact.Process]; NaN for r ≤ 0 unless n = 1.
func (p SDE) Densities(r float64) (logScale, logSpeed float64) {
	g, t := p.Spherical, p.Noise.LearningRate*p.Spherical.Curvature/p.Noise.BatchSize
	k, q := g.Kurtosis-1, g.Curvature*r*r/(g.LabelNoise*g.LabelNoise)
	// log(1+kq)/k, which is q for features of constant length (k = 0).
	grown := q
	if k > 0 {
		grown = math.Log1p(k*q) / k
	}
	logScale = grown / t
	if g.Dim > 1 {
		logScale -= float64(g.Dim-1) * (math.Log(r) + (1-2*g.Kurtosis/3)/2*grown)
	}
	along, _ := g.variances(p.Noise, r)
	return logScale, -logScale - math.Log(p.Noise.LearningRate/2*along)
}

// Check implements [exact.Checker].
func (p SDE) Check() error { return cmp.Or(p.Noise.Check(), p.Spherical.Check()) }
