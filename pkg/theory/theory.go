// Package theory answers the question: which escape rate, which stationary law and which limit of
// stability does the paper predict, and what would a linear barrier predict instead?
//
// It holds the closed forms of Mori, Ziyin, Liu and Ueda, Power-law escape rate of SGD (ICML 2022),
// and the contrasts to plot them against. Everything is arithmetic on an [Escape]; nothing is
// fitted. Rates are per unit of the continuous time t = ηk after k steps.
package theory

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Noise is the strength of SGD noise: Σ(θ) ≈ (2L(θ)/B)·H(θ*), Eq. 6.
type Noise struct {
	LearningRate float64 // η > 0
	BatchSize    float64 // B > 0; a real number, as only η/B enters
}

// Check returns an error if η or B is not positive and finite.
func (n Noise) Check() error {
	switch {
	case !positive(n.LearningRate):
		return fmt.Errorf("theory: learning rate η = %v, want a finite value > 0", n.LearningRate)
	case !positive(n.BatchSize):
		return fmt.Errorf("theory: batch size B = %v, want a finite value > 0", n.BatchSize)
	case !positive(n.LearningRate / n.BatchSize):
		return fmt.Errorf("theory: η/B = %v, want a finite value > 0", n.LearningRate/n.BatchSize)
	}
	return nil
}

// Temperature returns T = ηh*/B, the effective temperature of SGD on the logarithmic loss landscape
// (Eq. 15), dimensionless. It, and what rests on it, is NaN for a noise that [Noise.Check] refuses
// and for h* < 0, infinite or NaN.
func (n Noise) Temperature(outlierCurvature float64) float64 {
	if n.Check() != nil || !(outlierCurvature >= 0 && outlierCurvature <= math.MaxFloat64) {
		return math.NaN()
	}
	return n.LearningRate * outlierCurvature / n.BatchSize
}

// NoiseFor returns the noise, with B = 1, that has temperature T on outliers of curvature h*; one
// that [Noise.Check] refuses unless T/h* is finite and > 0.
func NoiseFor(temperature, outlierCurvature float64) Noise {
	return Noise{LearningRate: temperature / outlierCurvature, BatchSize: 1}
}

// Escape collects what the formulas ask for about one way out of one minimum. They are NaN where
// [Escape.Check] errs; rates beyond float64 are 0 or +Inf, their logs right.
type Escape struct {
	Noise
	// OutlierCurvature is h* > 0: the curvature at the minimum along the escape direction e
	// (appendix C: h* = h*_e).
	OutlierCurvature float64
	// EffectiveDimension is n ≥ 1, the number of outliers of H(θ*).
	EffectiveDimension int
	// MinimumLoss is L(θ*) > 0.
	MinimumLoss float64
	// Ratio is c = L(θˢ)/L(θ*) > 1.
	Ratio float64
	// SaddleCurvature is h_e^s < 0, the negative eigenvalue of H(θˢ).
	SaddleCurvature float64
	// LogDetRatio is log(det Ĥ(θ*)/|det Ĥ(θˢ)|), with Ĥ the Hessian inside the outlier subspace.
	LogDetRatio float64
	// Spread is the largest curvature among the outliers of H(θ*) over the smallest, ≥ 1; 0 stands
	// for 1. Eq. 17 takes the outliers to be equal.
	Spread float64
}

// NewEscape reads an Escape off a barrier. The outlier subspace is spanned by the eigenvectors of
// H(θ*) with eigenvalue above flat·(largest eigenvalue); flat 0 means [landscape.Flatness]. It
// returns an error for bad noise, a flat outside [0, 1), a minimum or saddle whose loss is not
// positive or whose Hessian has the wrong number of negative eigenvalues in the subspace.
func NewEscape(b landscape.Barrier, noise Noise, flat float64) (Escape, error) {
	if given.None(b) {
		return Escape{}, fmt.Errorf("theory: no barrier given")
	}
	if err := noise.Check(); err != nil {
		return Escape{}, err
	}
	if flat == 0 {
		flat = landscape.Flatness
	}
	if !(flat > 0 && flat < 1) {
		return Escape{}, fmt.Errorf("theory: flatness threshold = %v, want a value in [0, 1)", flat)
	}
	minimum, saddle := b.Minimum(), b.Saddle()
	values, vectors, err := landscape.Eigen(minimum.Hess)
	if err != nil {
		return Escape{}, fmt.Errorf("theory: H(θ*): %w", err)
	}
	largest := values[len(values)-1]
	if !positive(largest) || values[0] < -flat*largest || saddle.Hess == nil || saddle.Hess.SymmetricDim() != len(values) {
		return Escape{}, fmt.Errorf("theory: eigenvalues of H(θ*) run from %v to %v, want a minimum, and an H(θˢ) of order %d", values[0], largest, len(values))
	}
	n := 0
	for _, v := range values {
		if v > flat*largest {
			n++
		}
	}
	dim := len(values)
	outliers := vectors.Slice(0, dim, dim-n, dim)
	var half, full mat.Dense
	half.Mul(saddle.Hess, outliers)
	full.Mul(outliers.T(), &half)
	inside := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			inside.SetSym(i, j, 0.5*(full.At(i, j)+full.At(j, i)))
		}
	}
	saddles, directions, err := landscape.Eigen(inside)
	if err != nil {
		return Escape{}, fmt.Errorf("theory: H(θˢ): %w", err)
	}
	if saddles[0] >= 0 || (n > 1 && saddles[1] <= 0) {
		return Escape{}, fmt.Errorf("theory: eigenvalues of H(θˢ) among the outliers are %v, want exactly one below 0", saddles)
	}
	// h*_e = e·H(θ*)e along the unstable direction e of the saddle.
	var e, he mat.Dense
	e.Mul(outliers, directions.Slice(0, n, 0, 1))
	he.Mul(minimum.Hess, &e)
	escape := Escape{
		Noise:              noise,
		OutlierCurvature:   mat.Dot(e.ColView(0), he.ColView(0)),
		EffectiveDimension: n,
		MinimumLoss:        minimum.Loss,
		Ratio:              saddle.Loss / minimum.Loss,
		SaddleCurvature:    saddles[0],
		Spread:             largest / values[dim-n],
	}
	for i := range n {
		escape.LogDetRatio += math.Log(values[dim-n+i]) - math.Log(math.Abs(saddles[i]))
	}
	return escape, escape.Check()
}

// Check returns an error naming the first field that is out of bounds.
func (e Escape) Check() error {
	if err := e.Noise.Check(); err != nil {
		return err
	}
	switch {
	case !positive(e.OutlierCurvature):
		return fmt.Errorf("theory: outlier curvature h* = %v, want a finite value > 0", e.OutlierCurvature)
	case e.EffectiveDimension < 1:
		return fmt.Errorf("theory: effective dimension n = %d, want ≥ 1", e.EffectiveDimension)
	case !positive(e.MinimumLoss):
		return fmt.Errorf("theory: loss at the minimum L(θ*) = %v, want a finite value > 0", e.MinimumLoss)
	case !(e.Ratio > 1 && !math.IsInf(e.Ratio, 1)):
		return fmt.Errorf("theory: loss ratio c = %v, want a finite value > 1", e.Ratio)
	case !positive(-e.SaddleCurvature) || !positive(e.OutlierCurvature*-e.SaddleCurvature):
		return fmt.Errorf("theory: curvature at the saddle h_e^s = %v, want a finite value < 0, as its product with h*", e.SaddleCurvature)
	case math.IsNaN(e.LogDetRatio) || math.IsInf(e.LogDetRatio, 0):
		return fmt.Errorf("theory: log determinant ratio = %v, want a finite value", e.LogDetRatio)
	case math.Abs(math.Log(e.Temperature(e.OutlierCurvature))) > 690: // 1/T and (c−1)/T are to be numbers
		return fmt.Errorf("theory: temperature = %v, want e⁻⁶⁹⁰ to e⁶⁹⁰", e.Temperature(e.OutlierCurvature))
	case e.Spread != 0 && !(e.Spread >= 1 && !math.IsInf(e.Spread, 1)):
		return fmt.Errorf("theory: spread of the outliers = %v, want a finite value ≥ 1, or 0 for 1", e.Spread)
	}
	return nil
}

// T returns the temperature ηh*/B.
func (e Escape) T() float64 {
	if e.Check() != nil {
		return math.NaN()
	}
	return e.Temperature(e.OutlierCurvature)
}

// Exponent returns B/(ηh*) + 1 − n/2, the power of c in Eq. 17. For n = 1 it is the ½ + B/(ηh*) of
// Eq. 16.
func (e Escape) Exponent() float64 { return 1/e.T() + 1 - float64(e.EffectiveDimension)/2 }

// LogRate returns log κ of Eq. 17,
//
//	κ = (|h_e^s|/2π)·sqrt(det Ĥ(θ*)/|det Ĥ(θˢ)|)·c^{−(B/(ηh*) + 1 − n/2)},
//
// the limit of small T. How small is told by [Escape.Margin]; [Escape.Caveats] says in words what
// is amiss.
func (e Escape) LogRate() float64 { return e.logPrefactor() - e.Exponent()*math.Log(e.Ratio) }

// Rate returns κ of Eq. 17; see [Escape.LogRate].
func (e Escape) Rate() float64 { return math.Exp(e.LogRate()) }

// logPrefactor returns log[(|h_e^s|/2π) sqrt(det Ĥ(θ*)/|det Ĥ(θˢ)|)].
func (e Escape) logPrefactor() float64 {
	return math.Log(-e.SaddleCurvature/(2*math.Pi)) + 0.5*e.LogDetRatio
}

// LogRateTau returns log κ_τ of Eq. 22, the Kramers–Langer rate per unit of the time τ = ∫L dt on
// the landscape U = log L,
//
//	κ_τ = (|u_e^s|/2π)·sqrt(det Û(θ*)/|det Û(θˢ)|)·exp(−Δlog L/T),
//
// with Û = Ĥ/L the Hessian of log L at a critical point.
func (e Escape) LogRateTau() float64 {
	saddleLoss := e.Ratio * e.MinimumLoss
	n := float64(e.EffectiveDimension)
	logDetU := e.LogDetRatio - n*math.Log(e.MinimumLoss) + n*math.Log(saddleLoss)
	return math.Log(-e.SaddleCurvature/saddleLoss/(2*math.Pi)) + 0.5*logDetU - math.Log(e.Ratio)/e.T()
}

// RateTau returns κ_τ of Eq. 22; the rate per unit t is L(θ*)·κ_τ (Eq. 23).
func (e Escape) RateTau() float64 { return math.Exp(e.LogRateTau()) }

// LogRateLinear returns the log of the Kramers–Langer rate of gradient Langevin dynamics (Eq. 5),
// the linear-barrier contrast,
//
//	κ = (|h_e^s|/2π)·sqrt(det Ĥ(θ*)/|det Ĥ(θˢ)|)·exp(−ΔL/D),  D = ηh*L(θ*)/B,
//
// with the noise frozen at its strength at the minimum.
func (e Escape) LogRateLinear() float64 { return e.logPrefactor() - (e.Ratio-1)/e.T() }

// RateLinear returns the linear-barrier rate; see [Escape.LogRateLinear].
func (e Escape) RateLinear() float64 { return math.Exp(e.LogRateLinear()) }

// LogRateAligned returns the log of the rate for noise that follows the local curvature but not the
// loss (Zhu et al. 2019; Xie et al. 2021, Theorem 3.2, with Σ = 2L(θ*)H/B in place of their H/B),
//
//	κ = (|h_e^s|/2π)·exp{−(BΔL/(ηL(θ*)))·[s/h* + (1−s)/|h_e^s|]},
//
// where the path is split at the fraction s of the barrier at which the noise changes from the
// minimum's curvature to the saddle's. The barrier is linear again. It returns NaN unless 0 ≤ s ≤
// 1.
func (e Escape) LogRateAligned(s float64) float64 {
	if !(s >= 0 && s <= 1) || e.Check() != nil {
		return math.NaN()
	}
	barrier := (e.Ratio - 1) * e.BatchSize / e.LearningRate
	return math.Log(-e.SaddleCurvature/(2*math.Pi)) - barrier*(s/e.OutlierCurvature-(1-s)/e.SaddleCurvature)
}

// RateAligned returns the rate of [Escape.LogRateAligned].
func (e Escape) RateAligned(s float64) float64 { return math.Exp(e.LogRateAligned(s)) }

// StationaryExponent returns φ = 1 + B/(ηh*) of the quasi-stationary law P ∝ L^{−φ}, Eq. 18; +Inf
// at h* = 0. On the τ clock P̃ ∝ L^{−(φ−1)} (appendix B).
func StationaryExponent(noise Noise, outlierCurvature float64) float64 {
	return 1 + 1/noise.Temperature(outlierCurvature)
}

// CriticalDimension returns n_c = 2(B/(ηh*) + 1): a minimum is stable only if its effective dimension n
// is below n_c, Eq. 19.
func CriticalDimension(noise Noise, outlierCurvature float64) float64 {
	return 2 * (1/noise.Temperature(outlierCurvature) + 1)
}

// RateOneDim returns κ of Eq. 16, one dimension,
//
//	κ = (1/2π)·sqrt(h*|h^s|)·c^{−(½ + B/(ηh*))}.
//
// It is Eq. 17 at n = 1, written out so that the two can be held against each other. The error is
// that of [Escape.Check].
func RateOneDim(noise Noise, minimumCurvature, saddleCurvature, ratio float64) (float64, error) {
	e := Escape{
		Noise: noise, OutlierCurvature: minimumCurvature, SaddleCurvature: saddleCurvature,
		EffectiveDimension: 1, MinimumLoss: 1, Ratio: ratio,
	}
	if err := e.Check(); err != nil {
		return 0, err
	}
	return math.Sqrt(minimumCurvature*-saddleCurvature) / (2 * math.Pi) * math.Pow(ratio, -(0.5+1/e.T())), nil
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }
