package instanton

import (
	"testing"

	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// TestShoot: of all extremals that reach the ridge x = 0 of Maier and Stein's drift the cheapest
// has the barrier that the path search finds.
func TestShoot(t *testing.T) {
	for alpha, angle := range map[float64]float64{5: -0.94, 10: -1.23} { // where the path search leaves
		h := maierStein(1, alpha)
		p := must(ToPoint(t.Context(), h, []float64{-1, 0}, []float64{0, 0}, Settings{}))
		s := Shot{Length: 3, Steps: 200, Until: func(x []float64) bool { return x[0] > -1e-3 }}
		near(t, "S by shooting", must(CheapestShot(t.Context(), h, []float64{-1, 0}, 2e-3, angle, 0.06, s)).Barrier.Value, p.Barrier.Value, 1e-5)
	}
	nowhere := Shot{Length: 3, Steps: 100, Until: func(x []float64) bool { return x[0] > 9 }}
	if _, err := CheapestShot(t.Context(), maierStein(1, 1), []float64{-1, 0}, 2e-3, 0, 0.1, nowhere); err == nil {
		t.Error("a shot that arrives nowhere")
	}
	r := quasipotential.Regression{Features: sym(2, 1, 0, 0, 0.5), Labels: quasipotential.NormalLabels{Sigma: 1}} // S = |θ|² at every point of every shot
	p := must(Shoot(t.Context(), r, []float64{0, 0}, []float64{1e-3, 2e-3}, Shot{Length: 1}))
	for i, at := range p.Points {
		near(t, "S along a shot", p.Action[i], at[0]*at[0]+at[1]*at[1], 1e-6)
	}
}
