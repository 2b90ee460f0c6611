package exact

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// TwoTemperatures is Eq. 13 in one dimension across a saddle at z = 0 between two
// basins of different outlier curvature, whose noise follows the basin,
//
//	dz = −L′dt + sqrt(2T(z)L)dW   (Itô),
//
// with T = ηh₁/B for z ≤ −Width, T = ηh₂/B for z ≥ Width and between them the
// passage of [landscape.Ramp]. With u = log(L/L(θˢ)),
//
//	log s = ∫₀ᶻ u′/T dz = u/T + ∫₀ᶻ u·T′/T² dz,   m = 1/(s·T·L).
type TwoTemperatures struct {
	Loss      Loss
	Near, Far float64 // the temperatures T₁ and T₂
	Width     float64 // ≥ 0, of half the passage
}

var _ Process = TwoTemperatures{}

// Densities implements [Process].
func (p TwoTemperatures) Densities(z float64) (logScale, logSpeed float64) {
	saddle := math.Log(p.Loss(0))
	u := math.Log(p.Loss(z)) - saddle
	T := p.temperature(z)
	logScale = u / T
	if p.Width > 0 {
		end := math.Max(-p.Width, math.Min(p.Width, z))
		f := func(x float64) float64 {
			t := (x + p.Width) / (2 * p.Width)
			slope := 30 * t * t * (1 - t) * (1 - t) / (2 * p.Width) * (p.Far - p.Near)
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
	return logScale, -logScale - u - saddle - math.Log(T)
}

func (p TwoTemperatures) temperature(z float64) float64 {
	return p.Near + landscape.Ramp(z, p.Width)*(p.Far-p.Near)
}

// Odds returns the stationary odds of two basins, the weight of the law above the
// point between over the weight below,
//
//	∫_between^∞ m dz / ∫_−∞^between m dz,
//
// which is κ₁/κ₂, the rate out of the lower basin over that out of the upper one.
// width > 0 is the rough distance to the minima. Settings gives a wall on neither
// side. Errors are those of [MeanFirstPassage].
func Odds(p Process, between, width float64, s Settings) (Result, error) {
	if !(width > 0) || math.IsInf(width, 1) {
		return Result{}, fmt.Errorf("exact: odds: width = %v, want a finite value > 0", width)
	}
	var weight [2]Result
	_, logRef := p.Densities(between)
	for i, side := range []struct {
		p    Process
		from float64
	}{{p, between}, {mirror{p}, -between}} {
		q, err := newQuadrature(side.p, side.from, side.from+width, Settings{Tolerance: s.Tolerance})
		if err != nil {
			return Result{}, fmt.Errorf("exact: odds: %w", err)
		}
		q.logSpeedRef, q.logScaleRef = logRef, 0
		if weight[i], err = q.refine(q.tail); err != nil {
			return Result{}, err
		}
	}
	below, above := weight[0], weight[1]
	r := Result{Value: above.Value / below.Value, Grid: max(below.Grid, above.Grid)}
	r.Err = r.Value * math.Hypot(below.Err/below.Value, above.Err/above.Value)
	return r, nil
}
