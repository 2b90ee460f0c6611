package spectrum

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Outliers is the paper's (h*, n): how many eigenvalues stand out and how large they are.
type Outliers struct {
	EffectiveDim int // n, the number of outliers
	Low, High    int // the counts that the rule cannot tell from n
	// OutlierCurvature is h*, the geometric mean of the n outliers: the mean under which
	// det Ĥ = h*ⁿ in Eq. 17. CurvatureLow and CurvatureHigh are the same for High and Low
	// outliers (0 when that is none).
	OutlierCurvature, CurvatureLow, CurvatureHigh float64
	// Gap is λ_n/λ_{n+1}; NaN when λ_{n+1} is not known or not positive.
	Gap float64
}

// nearGap is the fraction of the largest gap, on a logarithmic scale, from which another
// gap counts as a rival: half of it, so that the widest gap of Low = High is at least
// twice as wide (a ratio squared) as every other.
const nearGap = 0.5

// CountByGap counts outliers by the widest relative gap: with the leading eigenvalues
// λ_1 ≥ λ_2 ≥ … as far as they are positive, n is the i that maximises λ_i/λ_{i+1}. Low and High
// are the smallest and the largest i whose log(λ_i/λ_{i+1}) is at least half the
// largest. Give clearly more values than the outliers expected, from [Leading]; the rule
// sees no gap below the last.
//
// Errors: values not in descending order or not finite, fewer than 2 positive ones.
func CountByGap(values []float64) (Outliers, error) {
	if err := descending(values); err != nil {
		return Outliers{}, err
	}
	k := above(values, 0)
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
	o.describe(values)
	return o, nil
}

// CountByEdge counts the eigenvalues above a known edge of the bulk ([MarchenkoPasturEdge], say).
// Low and High count those that are above edge + edgeErr, and above edge − edgeErr, whatever
// their residuals (from [Leading]; nil for none).
//
// Errors: values not in descending order or not finite; residuals of another length; an edge
// that is not positive or an edgeErr that is negative; no value at or below the edge, which
// means that there may be more outliers than values.
func CountByEdge(values, residuals []float64, edge, edgeErr float64) (Outliers, error) {
	if err := descending(values); err != nil {
		return Outliers{}, err
	}
	if residuals != nil && len(residuals) != len(values) {
		return Outliers{}, fmt.Errorf("spectrum: %d residuals for %d eigenvalues", len(residuals), len(values))
	}
	if !(edge > 0) || math.IsInf(edge, 0) || !(edgeErr >= 0) {
		return Outliers{}, fmt.Errorf("spectrum: edge %v ± %v, want a positive edge and an error ≥ 0", edge, edgeErr)
	}
	o := Outliers{EffectiveDim: above(values, edge)}
	if o.EffectiveDim == len(values) {
		return Outliers{}, fmt.Errorf("spectrum: all %d eigenvalues lie above the edge %v, ask for more of them", o.EffectiveDim, edge)
	}
	for i, v := range values {
		r := 0.0
		if residuals != nil {
			r = residuals[i]
		}
		if v-r > edge+edgeErr {
			o.Low++
		}
		if v+r > edge-edgeErr {
			o.High++
		}
	}
	o.describe(values)
	return o, nil
}

func (o *Outliers) describe(values []float64) {
	mean := func(n int) float64 {
		if n == 0 {
			return 0
		}
		return stat.GeometricMean(values[:n], nil)
	}
	o.OutlierCurvature, o.CurvatureLow, o.CurvatureHigh = mean(o.EffectiveDim), mean(min(o.High, above(values, 0))), mean(o.Low)
	o.Gap = math.NaN()
	if o.EffectiveDim > 0 && o.EffectiveDim < len(values) && values[o.EffectiveDim] > 0 {
		o.Gap = values[o.EffectiveDim-1] / values[o.EffectiveDim]
	}
}

func above(values []float64, x float64) (n int) {
	for n < len(values) && values[n] > x {
		n++
	}
	return n
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
