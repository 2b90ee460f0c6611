package spectrum

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Outliers is the paper's (h*, n): how many eigenvalues stand out and how large they are.
type Outliers struct {
	EffectiveDim int // n, the number of outliers
	Low, High    int // the counts that the rule cannot tell from n
	// OutlierCurvature is h*, the geometric mean of the n outliers: the mean under which
	// det Ĥ = h*ⁿ in Eq. 17. CurvatureLow and CurvatureHigh are the same for High and Low outliers.
	OutlierCurvature, CurvatureLow, CurvatureHigh float64
	Gap                                           float64 // λ_n/λ_{n+1}
}

// nearGap is the fraction of the largest gap, on a logarithmic scale, from which another
// gap counts as a rival: half of it, so that the widest gap of Low = High is at least
// twice as wide (a ratio squared) as every other.
const nearGap = 0.5

// CountByGap counts outliers by the widest relative gap: with the leading eigenvalues λ_1 ≥ λ_2 ≥ … as
// far as they are positive, n is the i that maximises λ_i/λ_{i+1}. Low and High are the smallest and
// the largest i whose log(λ_i/λ_{i+1}) is at least half the largest. Give clearly more values than the
// outliers expected, from [Leading]; the rule sees no gap below the last.
//
// Errors: values not in descending order or not finite, fewer than 2 positive ones.
func CountByGap(values []float64) (Outliers, error) {
	if err := descending(values); err != nil {
		return Outliers{}, err
	}
	k := 0 // positive values
	for k < len(values) && values[k] > 0 {
		k++
	}
	if k < 2 {
		return Outliers{}, fmt.Errorf("spectrum: widest gap among %d positive eigenvalues, want at least 2", k)
	}
	gap := func(n int) float64 { return math.Log(values[n-1] / values[n]) }
	o := Outliers{EffectiveDim: 1}
	for n := 2; n < k; n++ {
		if gap(n) > gap(o.EffectiveDim) {
			o.EffectiveDim = n
		}
	}
	o.Low, o.High = o.EffectiveDim, o.EffectiveDim
	for n := 1; n < k; n++ {
		if gap(n) >= nearGap*gap(o.EffectiveDim) {
			o.Low, o.High = min(o.Low, n), max(o.High, n)
		}
	}
	mean := func(n int) float64 { return stat.GeometricMean(values[:n], nil) }
	o.OutlierCurvature, o.CurvatureLow, o.CurvatureHigh = mean(o.EffectiveDim), mean(o.High), mean(o.Low)
	o.Gap = values[o.EffectiveDim-1] / values[o.EffectiveDim]
	return o, nil
}

// Prediction is what the paper says of SGD around a minimum with these outliers.
type Prediction struct {
	Temperature float64 // T = ηh*/B
	// Exponent is 1/T + 1 − n/2: the power of c = L(θˢ)/L(θ*) that the time to escape grows
	// with (Eq. 17). ExponentLow and ExponentHigh are the smallest and the largest of it and
	// what the counts Low and High would give, each with its own h*.
	Exponent, ExponentLow, ExponentHigh float64
	StationaryExponent                  float64 // φ = 1 + 1/T, P ∝ L^{−φ} (Eq. 18)
	CriticalDim                         float64 // n_c = 2(1/T + 1): stable only for n < n_c (Eq. 19)
}

// Predict returns the temperature, exponents and limit of stability of SGD with noise
// η, B around the minimum whose Hessian has these outliers. Bad noise, and outliers with
// n < 1 or an h* that is not positive and finite, are errors.
func (o Outliers) Predict(noise theory.Noise) (Prediction, error) {
	if err := noise.Check(); err != nil {
		return Prediction{}, fmt.Errorf("spectrum: %w", err)
	}
	if o.EffectiveDim < 1 || !(o.OutlierCurvature > 0) || math.IsInf(o.OutlierCurvature, 1) {
		return Prediction{}, fmt.Errorf("spectrum: prediction for n = %d outliers of h* = %v, want n ≥ 1 and h* > 0 and finite", o.EffectiveDim, o.OutlierCurvature)
	}
	exponent := func(n int, h float64) float64 {
		return theory.Escape{Noise: noise, OutlierCurvature: h, EffectiveDim: n}.Exponent()
	}
	p := Prediction{
		Temperature:        noise.Temperature(o.OutlierCurvature),
		Exponent:           exponent(o.EffectiveDim, o.OutlierCurvature),
		StationaryExponent: theory.StationaryExponent(noise, o.OutlierCurvature),
		CriticalDim:        theory.CriticalDim(noise, o.OutlierCurvature),
	}
	p.ExponentLow, p.ExponentHigh = p.Exponent, p.Exponent
	if o.Low < 1 || !(o.CurvatureLow > 0) || !(o.CurvatureHigh > 0) {
		return p, nil // no rivals told
	}
	for _, e := range []float64{exponent(o.Low, o.CurvatureHigh), exponent(o.High, o.CurvatureLow)} {
		p.ExponentLow, p.ExponentHigh = math.Min(p.ExponentLow, e), math.Max(p.ExponentHigh, e)
	}
	return p, nil
}

func descending(values []float64) error {
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("spectrum: eigenvalue %d is %v, want finite", i+1, v)
		}
		if i > 0 && v > values[i-1] {
			return fmt.Errorf("spectrum: eigenvalue %d is %v, above the one before it, %v: want descending", i+1, v, values[i-1])
		}
	}
	return nil
}
