package instanton

import (
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// best returns the least S of shots in directions between two angles that reach a plane.
func best(t *testing.T, h Hamiltonian, minimum []float64, radius float64, s Shot, from, to float64) float64 {
	price := func(angle float64) float64 {
		p, err := Shoot(t.Context(), h, minimum, []float64{minimum[0] + radius*math.Cos(angle), minimum[1] + radius*math.Sin(angle)}, s)
		if err != nil || !s.Until(p.Exit()) {
			return math.Inf(1)
		}
		return p.Barrier.Value
	}
	const parts = 40
	at, least, width := from, math.Inf(1), (to-from)/parts
	for k := range parts {
		if v := price(from + (float64(k)+0.5)*width); v < least {
			at, least = from+(float64(k)+0.5)*width, v
		}
	}
	for ; width > 1e-9; width /= 2 {
		for _, try := range []float64{at - width, at + width} {
			if v := price(try); v < least {
				at, least = try, v
			}
		}
	}
	return least
}

// TestShoot: of all extremals that reach the ridge x = 0 of Maier and Stein's drift the cheapest
// has the barrier that the path search finds.
func TestShoot(t *testing.T) {
	for alpha, angle := range map[float64]float64{5: -0.94, 10: -1.23} { // where the path search leaves
		h := maierStein(1, alpha)
		p := must(ToPoint(t.Context(), h, []float64{-1, 0}, []float64{0, 0}, Settings{}))
		s := Shot{Length: 3, Steps: 200, Until: func(x []float64) bool { return x[0] > -1e-3 }}
		near(t, "S by shooting", best(t, h, []float64{-1, 0}, 2e-3, s, angle-0.06, angle+0.06), p.Barrier.Value, 1e-5)
	}
	r := quasipotential.Regression{Features: sym(2, 1, 0, 0, 0.5), Labels: quasipotential.NormalLabels{Sigma: 1}} // S = |θ|² at every point of every shot
	p := must(Shoot(t.Context(), r, []float64{0, 0}, []float64{1e-3, 2e-3}, Shot{Length: 1}))
	for i, at := range p.Points {
		near(t, "S along a shot", p.Action[i], at[0]*at[0]+at[1]*at[1], 1e-6)
	}
}
