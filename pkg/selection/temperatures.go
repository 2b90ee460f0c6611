package selection

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

// TwoTemperatures is Eq. 13 in one dimension across a saddle at z = 0 between two basins of
// different outlier curvature, whose noise follows the basin,
//
//	dz = −L′dt + sqrt(2T(z)L)dW   (Itô),
//
// with T = ηh₁/B for z ≤ −Width, T = ηh₂/B for z ≥ Width and between them the passage of [Ramp].
// With u = log(L/L(θˢ)),
//
//	log s = ∫₀ᶻ u′/T dz = u/T + ∫₀ᶻ u·T′/T² dz,   m = 1/(s·T·L).
//
// Where in a step T(z) is taken is a convention that Eq. 13 leaves open: at Reading α of the way, s
// is divided and m multiplied by T^α. α = 0 is Itô's, ½ Stratonovich's, 1 Klimontovich's (Hänggi's)
// reading. The factor L is always taken as Itô does.
type TwoTemperatures struct {
	Loss      exact.Loss
	Near, Far float64 // the temperatures T₁ and T₂
	Width     float64 // ≥ 0, of half the passage
	Reading   float64 // α from 0 to 1
}

var (
	_ exact.Process = TwoTemperatures{}
	_ exact.Checker = TwoTemperatures{}
)

// Check implements [exact.Checker].
func (p TwoTemperatures) Check() error {
	switch {
	case p.Loss == nil:
		return fmt.Errorf("selection: two temperatures without a loss")
	case !positive(p.Near) || !positive(p.Far):
		return fmt.Errorf("selection: temperatures T₁ = %v and T₂ = %v, want finite values > 0", p.Near, p.Far)
	case math.IsNaN(p.Reading) || math.IsInf(p.Reading, 0):
		return fmt.Errorf("selection: two temperatures: reading = %v, want a finite value", p.Reading)
	case !(p.Width >= 0) || math.IsInf(p.Width, 1):
		return fmt.Errorf("selection: two temperatures: width = %v, want a finite value ≥ 0", p.Width)
	}
	return nil
}

// Densities implements [exact.Process]; NaN for what Check refuses.
func (p TwoTemperatures) Densities(z float64) (logScale, logSpeed float64) {
	if p.Check() != nil {
		return math.NaN(), math.NaN()
	}
	saddle := math.Log(p.Loss(0))
	u := math.Log(p.Loss(z)) - saddle
	T := p.temperature(z)
	logScale = u / T
	if p.Width > 0 {
		end := math.Max(-p.Width, math.Min(p.Width, z))
		f := func(x float64) float64 {
			_, ds, _ := smoothstep((x + p.Width) / (2 * p.Width))
			slope := ds / (2 * p.Width) * (p.Far - p.Near)
			T := p.temperature(x)
			return (math.Log(p.Loss(x)) - saddle) * slope / (T * T)
		}
		// Smooth on either side of the saddle: 12 points leave 1e−10.
		if end > 0 {
			logScale += quad.Fixed(f, 0, end, 12, quad.Legendre{}, 0)
		} else if end < 0 {
			logScale -= quad.Fixed(f, end, 0, 12, quad.Legendre{}, 0)
		}
	}
	logScale -= p.Reading * math.Log(T)
	return logScale, -logScale - u - saddle - math.Log(T)
}

func (p TwoTemperatures) temperature(z float64) float64 {
	return p.Near + Ramp(z, p.Width)*(p.Far-p.Near)
}
