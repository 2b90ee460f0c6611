package exact

import (
	"fmt"
	"math"
)

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
