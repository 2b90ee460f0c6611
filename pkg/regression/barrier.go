package regression

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Barrier returns the limit of T·log t of the mean first-passage time t to
// ratio·L(θ*) for T = ηh/B → 0, with normal labels. Small steps climb the
// quasipotential c − 1; but for features of kurtosis K a sample with x² = hv/T and
// y² = σ²w/T, of probability exp(−[v/(K−1) + w/2]/T), leads in one step from
// distance s over the minimum to s(v−1) + √(vw) (in units of σ/√h), that is to a
// distance r at the least price
//
//	J(s→r) = 2(s+r)/(ms + √(m²s²+2m)),  m = K−1.
//
// The barrier is the cheapest combination of climbs and jumps,
//
//	V(r) = min{V(r−dr) + 2r·dr, min_{s<r} V(s) + J(s→r)},  V(√(c−1)).
//
// For normal features, in any dimension, it is c − 1 up to c = 2 and tends to
// 0.898·log c + const, half of Kesten's tail exponent in units of 1/T. Bounded
// features cannot jump: c − 1. It returns an error if the chain or the ratio is
// out of bounds, or for labels that are not normal.
func (c Chain) Barrier(ratio float64) (float64, error) {
	if err := c.Check(); err != nil {
		return 0, err
	}
	switch {
	case !(ratio > 1) || math.IsInf(ratio, 1):
		return 0, fmt.Errorf("regression: chain: loss ratio c = %v, want a finite value > 1", ratio)
	case c.Labels != nil && c.Labels != Labels(distuv.UnitNormal):
		return 0, fmt.Errorf("regression: chain: barrier for labels %T, want normal ones", c.Labels)
	}
	g, ok := c.features().(GammaFeatures)
	if !ok && math.IsInf(c.features().Largest(1), 1) {
		return 0, fmt.Errorf("regression: chain: barrier for features %T, want gamma or bounded ones", c.Features)
	}
	if !ok {
		return ratio - 1, nil
	}
	return cheapestWay(math.Sqrt(ratio-1), g.Kurtosis-1), nil
}

// cheapestWay returns V(r) on a grid of distances from the minimum outwards, even
// up to 1 and geometric beyond.
func cheapestWay(r, m float64) float64 {
	const cells = 1000
	var at, price, perUnit [cells + 1]float64 // r, V, and J per unit of s+r
	for k := range at {
		s := math.Sinh(math.Asinh(r) * float64(k) / cells)
		at[k], perUnit[k] = s, 2/(m*s+math.Sqrt(m*m*s*s+2*m))
		if k == 0 {
			continue
		}
		price[k] = price[k-1] + (s-at[k-1])*(s+at[k-1])
		for j := range k {
			price[k] = math.Min(price[k], price[j]+(at[j]+s)*perUnit[j])
		}
	}
	return price[cells]
}
