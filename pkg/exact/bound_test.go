package exact

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// bounded fails the test unless a result is off the truth by no more than it says, and says no more
// than the tolerance and rounding.
func bounded(t *testing.T, name string, r Result, truth, tolerance float64) {
	t.Helper()
	if off := math.Abs(r.Value - truth); !(off <= r.Err) {
		t.Errorf("%s = %.15g, off by %g, claims %g", name, r.Value, off, r.Err)
	}
	if most := (tolerance + 1e-11) * r.Value; !(r.Err <= most) {
		t.Errorf("%s: error %g, want at most %g at a tolerance of %g", name, r.Err, most, tolerance)
	}
}

var tolerances = map[float64]float64{0: 1e-10, 1e-2: 1e-2, 1e-5: 1e-5, 1e-8: 1e-8} // set: what it means

// Brownian motion from a to b with a wall at w takes ((b−w)² − (a−w)²)/2D, either way round; the
// distance in n dimensions takes (b²−a²)/2nD.
func TestErrBoundsClosedForms(t *testing.T) {
	flat := func(float64) float64 { return 1 }
	for set, tolerance := range tolerances {
		for _, d := range []float64{1e-3, 0.25, 40} {
			p := OneDim{flat, ConstantNoise{d}}
			for _, c := range [][3]float64{{0, 1, 0}, {1, 2, 0.5}, {3, 3.01, -100}, {1, 0, 1}, {1, -2, 4}, {-5, -6, -4.5}} {
				a, b, wall := c[0], c[1], c[2]
				r := must(MeanFirstPassage(t.Context(), p, a, b, Settings{Tolerance: set, Wall: &wall}))
				bounded(t, fmt.Sprint("time ", c, " at D = ", d), r, (b-a)*(a+b-2*wall)/(2*d), tolerance)
			}
			for _, n := range []int{1, 2, 7, 1000} {
				r := must(RadialPassage(t.Context(), Radial{p, n}, 0.5, 3, Settings{Tolerance: set}))
				bounded(t, fmt.Sprintf("time in %d dimensions at D = %v", n, d), r, (9-0.25)/(2*float64(n)*d), tolerance)
			}
		}
	}
	// What two grids say alike is known after them.
	if r := must(RadialPassage(t.Context(), Radial{OneDim{flat, ConstantNoise{1}}, 1}, 0, 1, Settings{})); r.Grid != 64 {
		t.Errorf("%d panels, want 64", r.Grid)
	}
}

// At every tolerance the error holds against the finest value, over barriers high and low, in and
// out of a well, on three clocks, in one dimension and in many.
func TestErrBoundsFiner(t *testing.T) {
	for _, c := range []float64{1.2, 2, 8} {
		well := must(landscape.NewQuartic(landscape.Shape{Ratio: c}))
		to := well.Saddle().Theta[0]
		for _, T := range []float64{0.01, 0.1, 0.3} {
			for _, noise := range []NoiseLaw{LossNoise{T}, TauNoise{T}, ConstantNoise{T}} {
				p := OneDim{FirstAxis(well), noise}
				for name, time := range map[string]func(s Settings) (Result, error){
					"out":    func(s Settings) (Result, error) { return MeanFirstPassage(t.Context(), p, 0, to, s) },
					"down":   func(s Settings) (Result, error) { return MeanFirstPassage(t.Context(), p, to, 0, s) },
					"radial": func(s Settings) (Result, error) { return RadialPassage(t.Context(), Radial{p, 5}, 0, to, s) },
				} {
					best, err := time(Settings{Tolerance: 1e-12})
					if err != nil {
						if !strings.Contains(err.Error(), "finite integral") && !strings.Contains(err.Error(), "not settled to 1e-12") {
							t.Errorf("%s of %+v at c = %v: %v", name, noise, c, err)
						}
						continue
					}
					for set, tolerance := range tolerances {
						bounded(t, fmt.Sprintf("%s of %+v at c = %v", name, noise, c), must(time(Settings{Tolerance: set})), best.Value, tolerance)
					}
				}
			}
		}
	}
}

// kinked is ½h z² with one curvature on either side, whose odds under Eq. 5 are √(h₋/h₊).
func kinked(below, above float64) Loss {
	return func(z float64) float64 {
		if z < 0 {
			return 1 + 0.5*below*z*z
		}
		return 1 + 0.5*above*z*z
	}
}

// Odds that no float64 holds are an error on both sides, and those just within are right.
func TestOddsBeyondFloat(t *testing.T) {
	for _, lean := range []float64{-0.5, 0.5} {
		well := func(z float64) float64 { return (z*z-1)*(z*z-1) + lean*z + 2 }
		for _, d := range []float64{1e-3, 1e-4} {
			if r, err := Odds(t.Context(), OneDim{well, ConstantNoise{d}}, 0, 1, Settings{}); err == nil {
				t.Errorf("lean %v, D = %v: odds %v accepted", lean, d, r.Value)
			} else {
				t.Log(err)
			}
		}
		r := must(Odds(t.Context(), OneDim{well, ConstantNoise{0.01}}, 0, 1, Settings{}))
		if log := math.Log(r.Value) * lean; !(log < -30 && log > -70) {
			t.Errorf("lean %v: log odds %v", lean, log/lean)
		}
	}
}

func TestOddsBound(t *testing.T) {
	coarser := 0
	for set, tolerance := range tolerances {
		for _, h := range [][2]float64{{1, 1}, {1, 9}, {400, 1}, {1, 1e4}} {
			p := OneDim{kinked(h[0], h[1]), ConstantNoise{0.5}}
			r := must(Odds(t.Context(), p, 0, 1, Settings{Tolerance: set}))
			bounded(t, fmt.Sprint("odds of curvatures ", h), r, math.Sqrt(h[0]/h[1]), 2*tolerance)
			below, above, err := sides(t.Context(), p, 0, 1, Settings{Tolerance: set})
			if want := math.Hypot(below.Err/below.Value, above.Err/above.Value) * r.Value; err != nil || r.Err != want {
				t.Errorf("odds of curvatures %v: error %g, want %g", h, r.Err, want)
			}
			if r.Grid < below.Grid || r.Grid < above.Grid || r.Grid != below.Grid && r.Grid != above.Grid {
				t.Errorf("%d panels of %d and %d", r.Grid, below.Grid, above.Grid)
			}
			if r.Grid < must(Odds(t.Context(), p, 0, 1, Settings{})).Grid {
				coarser++
			}
		}
	}
	if coarser == 0 {
		t.Error("no tolerance ever saves a grid")
	}
}

// Behind a ridge with no weight to speak of there may be more: the tail is not given up there.
func TestTailCrossesRidge(t *testing.T) {
	loss := func(z float64) float64 { return 60*math.Exp(-4*(z+2)*(z+2)) + math.Pow(z/5, 8) }
	got := must(MeanFirstPassage(t.Context(), OneDim{loss, ConstantNoise{1}}, 0, 1, Settings{}))
	inner := func(y float64) float64 {
		return quad.Fixed(func(z float64) float64 { return math.Exp(-loss(z)) }, -15, y, 4000, nil, 0)
	}
	want := quad.Fixed(func(y float64) float64 { return math.Exp(loss(y)) * inner(y) }, 0, 1, 40, nil, 0)
	near(t, "time", got.Value, want, 1e-8)
}

// What a process is not is said with the place.
func TestWhereProcessEnds(t *testing.T) {
	for _, loss := range []Loss{func(z float64) float64 { return 1 + z }, func(z float64) float64 { return math.Sqrt(1 + z) }} {
		_, err := MeanFirstPassage(t.Context(), OneDim{loss, LossNoise{0.1}}, 0, 1, Settings{})
		if err == nil || !strings.Contains(err.Error(), "z = -") || !strings.Contains(err.Error(), "is the loss positive there?") {
			t.Errorf("error %v", err)
		}
	}
	bowl := OneDim{func(z float64) float64 { return z * z }, ConstantNoise{1e-3}}
	for _, p := range []Process{bowl, Radial{bowl, 2}} {
		if _, err := RadialPassage(t.Context(), p, 0, 2, Settings{}); err == nil || !strings.Contains(err.Error(), "out of range") {
			t.Errorf("error %v", err)
		}
	}
	if _, err := MeanFirstPassage(t.Context(), bowl, 0, 2, Settings{}); err == nil || !strings.Contains(err.Error(), "beyond what float64 holds") {
		t.Errorf("error %v", err)
	}
}

// Every process, and through OneDim every noise law, has the drift and diffusion of its equation.
func TestLaws(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 3, EffectiveDimension: 2}))
	slope := func(z float64) float64 {
		var g [2]float64
		well.LossGrad(g[:], []float64{z, 0})
		return g[0]
	}
	loss := FirstAxis(well)
	at := []float64{-1.5, -0.2, 0.3, 1.4, 4}
	for _, c := range []struct {
		law              NoiseLaw
		drift, diffusion func(z float64) float64
	}{
		{LossNoise{0.3}, func(z float64) float64 { return -slope(z) }, func(z float64) float64 { return 0.3 * loss(z) }},
		{ConstantNoise{0.3}, func(z float64) float64 { return -slope(z) }, func(float64) float64 { return 0.3 }},
		{TauNoise{0.3}, func(z float64) float64 { return -slope(z) / loss(z) }, func(float64) float64 { return 0.3 }},
	} {
		line := OneDim{loss, c.law}
		for _, z := range at {
			if got := c.law.Diffusion(loss(z)); got != c.diffusion(z) {
				t.Errorf("%T: a = %v at z = %v, want %v", c.law, got, z, c.diffusion(z))
			}
		}
		for _, err := range []error{
			Check(line, c.drift, c.diffusion, at...),
			Check(mirror{line}, func(z float64) float64 { return -c.drift(-z) }, func(z float64) float64 { return c.diffusion(-z) }, at...),
			Check(Radial{line, 1}, c.drift, c.diffusion, at...),
			Check(Radial{line, 4}, func(r float64) float64 { return c.drift(r) + 3*c.diffusion(r)/r }, c.diffusion, at[2:]...),
		} {
			if err != nil {
				t.Error(err)
			}
		}
		twice := func(z float64) float64 { return 2 * c.diffusion(z) }
		if Check(line, c.drift, twice, at...) == nil {
			t.Errorf("%T: twice the diffusion passes", c.law)
		}
		// On another clock s is the same, but not m.
		if Check(line, func(z float64) float64 { return loss(z) * c.drift(z) }, func(z float64) float64 { return loss(z) * c.diffusion(z) }, 0.3, 4) == nil {
			t.Errorf("%T: another clock passes", c.law)
		}
	}
}
