package kolmogorov

import (
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// TestTwoQuadratures holds [exact.Channel] to what it says of its error, n_c − n ≥ 14: never below
// the rate of transitions, above it by the second order in T, and closer to half the Dirichlet
// eigenvalue than Eq. 17 where escape is rare.
func TestTwoQuadratures(t *testing.T) {
	worst, formula := 0.0, 0.0
	for _, T := range []float64{0.05, 0.1} {
		for _, n := range []int{1, 2, 4, 8} {
			for _, c := range []float64{1.2, 1.5, 2, 8} {
				q, v := quartic(t, n, c)
				far := q.FarMinimum().Theta[0]
				two := must(exact.Channel{Line: exact.OneDim{Loss: exact.FirstAxis(q), Noise: lossNoise(T)}, Dim: n}.Rate(t.Context(), 0, far, exact.Settings{})).Value
				transitions := must(Kolmogorov{Valley: v, Noise: lossNoise(T), Exit: far}.Committor(t.Context())).Rate
				name := fmt.Sprintf("n = %d, T = %g, c = %g", n, T, c)
				room := 1 - float64(n-1)/2*T
				excess, want := two/transitions.Value-1, float64(n-1)*T*T/12/(room*room)
				if rounding := 3*transitions.Err/transitions.Value + 1e-6; excess < -rounding || excess > 1.1*want+rounding {
					t.Errorf("%s: %.6f above the rate of transitions, want 0 to about %.6f", name, excess, want)
				}
				if c >= 2 && excess < 0.7*want-1e-6 {
					t.Errorf("%s: %.6f above the rate of transitions, want about %.6f", name, excess, want)
				}
				e := must(theory.NewEscape(q, theory.NoiseFor(T, 1), 0))
				if e.Margin() < 8 {
					continue
				}
				kappa := must(BarrierRate(t.Context(), q, lossNoise(T))).Value
				worst, formula = math.Max(worst, math.Abs(two/kappa-1)), math.Max(formula, math.Abs(e.Rate()/kappa-1))
			}
		}
	}
	near(t, "largest deviation of two quadratures", worst, 0.0121, 0.01)
	near(t, "largest deviation of Eq. 17", formula, 0.0298, 0.01)
}

// TestChannelOfVaryingCurvature: across curvatures that change along the path, by both routes.
func TestChannelOfVaryingCurvature(t *testing.T) {
	q, _ := quartic(t, 1, 2)
	s, line := saddle(q), exact.FirstAxis(q)
	const T = 0.05
	for _, n := range []int{2, 5} {
		// From h = 1 at the minima to 4 at the saddle.
		h := func(z float64) float64 { return 1 + 3*math.Exp(-(z-s)*(z-s)) }
		v := Valley{Dim: n, Loss: func(z, r float64) float64 { return line(z) + h(z)*r*r/2 }}
		c, err := Kolmogorov{Valley: v, Noise: lossNoise(T), Exit: 2 * s}.Committor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		logDet := func(z float64) float64 { return float64(n-1) * math.Log(h(z)) }
		channel := exact.Channel{Line: exact.OneDim{Loss: line, Noise: lossNoise(T)}, Dim: n, LogDet: logDet}
		two := must(channel.Rate(t.Context(), 0, 2*s, exact.Settings{})).Value
		// The bending of h adds to the committor's dependence on y.
		if excess := two/c.Rate.Value - 1; excess < 0 || excess > 0.02*float64(n-1) {
			t.Errorf("n = %d: two quadratures %.5g, transitions %.5g", n, two, c.Rate.Value)
		}
		channel.LogDet = nil
		if flat := must(channel.Rate(t.Context(), 0, 2*s, exact.Settings{})).Value; flat < 1.5*two {
			t.Errorf("n = %d: the curvatures across hardly matter: %.5g, %.5g", n, two, flat)
		}
	}
}
