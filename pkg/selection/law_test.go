package selection

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// The loop obeys the laws of every landscape and, but for its saddle, where it is as sharp as its
// two speeds differ, of a barrier.
func TestLoopLaws(t *testing.T) {
	for _, far := range []float64{2, 0.7} {
		l := must(NewLoop(2, far, 0.5, 3))
		if err := landscape.Check(l, []float64{-3}, []float64{-1.2}, []float64{-0.4}, []float64{0.3}, []float64{1.9}, []float64{4}); err != nil {
			t.Error(err)
		}
	}
	if err := landscape.CheckBarrier(must(NewLoop(2, 2, 0.5, 3))); err != nil {
		t.Error(err)
	}
}

// Two temperatures obey the law of every process, on both sides and inside the passage.
func TestTwoTemperaturesLaws(t *testing.T) {
	b := twoBasins(t)
	loss := exact.FirstAxis(b)
	slope := func(z float64) float64 { _, dv, _ := b.Profile(z); return dv }
	for _, p := range []TwoTemperatures{{Loss: loss, Near: 0.15, Far: 0.1, Width: 0.4}, {Loss: loss, Near: 0.1, Far: 0.2, Width: 1.5}, {Loss: loss, Near: 0.1, Far: 0.1, Width: 0.3}} {
		T := func(z float64) float64 { return p.Near + Ramp(z, p.Width)*(p.Far-p.Near) }
		drift, diffusion := func(z float64) float64 { return -slope(z) }, func(z float64) float64 { return T(z) * loss(z) }
		if err := exact.Check(p, drift, diffusion, -2, -0.5, -0.3, -0.1, 0.05, 0.35, 1, 3); err != nil {
			t.Error(err)
		}
	}
}

// What a caller does to his own numbers, or to those that he gets, changes no landscape.
func TestBasinsOwnTheirNumbers(t *testing.T) {
	near, far := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1, 2}}, Basin{Loss: 2, Curvature: 3, Transverse: []float64{4, 0}}
	b := must(NewBasins(near, far, 3))
	near.Transverse[0], far.Transverse[0], b.Near().Transverse[1], b.Far().Transverse[0] = 9, 9, 9, 9
	if n, f := b.Near(), b.Far(); n.Loss != 1 || f.Loss != 2 || n.Transverse[0] != 1 || n.Transverse[1] != 2 || f.Transverse[0] != 4 {
		t.Errorf("basins %+v and %+v", n, f)
	}
	if r := b.Reverse(); r.Near().Loss != 2 || r.Far().Loss != 1 || r.Near().EffectiveDimension() != 2 || r.Far().EffectiveDimension() != 3 {
		t.Errorf("reversed %+v and %+v", r.Near(), r.Far())
	}
}

// One step of SGD on the loop: its time is η, its mean −ηL′ and its mean square η²E g², with the
// label noise of the loop.
func TestLoopSGD(t *testing.T) {
	l := must(NewLoop(2, 0.7, 0.5, 3))
	const eta, n = 0.3, 200_000
	s := must(l.SGD(eta)).NewStepper()
	rng := dynamics.Stream(1, "loop", 0)
	for _, start := range []float64{-2, 0.8, l.FarMinimum().Theta[0]} {
		moves, squares, theta := make([]float64, n), make([]float64, n), []float64{0}
		for i := range moves {
			theta[0] = start
			if dt := s.Step(theta, rng); dt != eta {
				t.Fatalf("a step takes %v, want %v", dt, eta)
			}
			moves[i] = theta[0] - start
			squares[i] = moves[i] * moves[i]
		}
		slope, spread := l.Step(start)
		for name, c := range map[string]struct {
			got  []float64
			want float64
		}{"move": {moves, -eta * slope}, "square": {squares, eta * eta * (3*slope*slope + spread*spread)}} {
			mean, std := stat.MeanStdDev(c.got, nil)
			if z := (mean - c.want) / stat.StdErr(std, n); math.Abs(z) > zBound {
				t.Errorf("θ = %v: mean %s %v, want %v (z = %.1f)", start, name, mean, c.want, z)
			}
		}
	}
}

// tilted is a lattice's law with a slope that is not odd: basins of unlike weight about 0.3.
type tilted struct{ sign float64 }

func (l tilted) Step(theta float64) (slope, spread float64) {
	x := l.sign * theta
	return l.sign * (x*x*x - x + 0.3), 1
}

// Seen in a mirror a lattice has inverse odds and the same mean times, there and back; odds agree
// with those of simulation, and a point inside a cell shares it.
func TestLatticeMirror(t *testing.T) {
	const eta = 0.2
	a, b := must(NewLattice(t.Context(), tilted{1}, eta, -3, 3, 300)), must(NewLattice(t.Context(), tilted{-1}, eta, -3, 3, 300))
	odds := must(a.Odds(t.Context(), 0.3))
	if mirrored := must(b.Odds(t.Context(), -0.3)); math.Abs(mirrored*odds-1) > 1e-9 || !(odds < 1) {
		t.Errorf("odds %v, in the mirror %v", odds, mirrored)
	}
	var last float64
	for i, between := range []float64{0.3, 0.305, 0.31, 0.315, 0.32} { // cells are 0.02 wide
		share := 1 / (1 + must(a.Odds(t.Context(), between)))
		if grown := share - last; i > 1 && math.Abs(grown/(share-1/(1+odds))*float64(i)-1) > 1e-6 {
			t.Errorf("weight below %v is %v: not a part of its cell", between, share)
		}
		last = share
	}
	for _, c := range [][2]float64{{-1.11, 0.91}, {0.91, -1.11}, {-2.91, 2.91}, {2.91, -2.91}} {
		x, y := must(a.MeanFirstPassage(t.Context(), c[0], c[1])), must(b.MeanFirstPassage(t.Context(), -c[0], -c[1]))
		if math.Abs(x/y-1) > 1e-9 {
			t.Errorf("from %v to %v: %v, in the mirror %v", c[0], c[1], x, y)
		}
	}
	rng := dynamics.Stream(1, "tilted", 0)
	for _, c := range [][2]float64{{-1.11, 0.01}, {0.91, -0.21}} {
		times := make([]float64, 4000)
		for i := range times {
			theta := c[0]
			for k := 0; (theta-c[1])*(c[0]-c[1]) > 0; k++ {
				slope, spread := tilted{1}.Step(theta)
				u := rng.NormFloat64()
				theta = math.Max(-3, math.Min(3, theta-eta*(slope*u*u+spread*math.Abs(u)*rng.NormFloat64())))
				times[i] += eta
			}
		}
		mean, std := stat.MeanStdDev(times, nil)
		// The lattice stops at the near edge of a cell, half of one from its point.
		if want := must(a.MeanFirstPassage(t.Context(), c[0], c[1])); math.Abs(mean-want) > zBound*stat.StdErr(std, 4000)+0.02*mean {
			t.Errorf("from %v to %v: %v, simulated %v ± %v", c[0], c[1], want, mean, stat.StdErr(std, 4000))
		}
	}
}

// The stability of each minimum counts, not of the first alone.
func TestLocalChecksEveryMinimum(t *testing.T) {
	b := must(NewBasins(Basin{Loss: 1, Curvature: 1}, Basin{Loss: 1, Curvature: 40}, 2))
	h := func(dst, theta []float64) { b.Present(dst, theta[0], 0.1) }
	noise, s := theory.NoiseFor(0.1, 1), dynamics.Settings{Step: 0.2}
	for _, minima := range [][]landscape.Critical{{b.Minimum(), b.FarMinimum()}, {b.FarMinimum(), b.Minimum()}} {
		if _, err := NewLocal(b, h, minima, noise, s); err == nil || !strings.Contains(err.Error(), "unstable") {
			t.Errorf("error %v, want an unstable step", err)
		}
	}
	if d, err := NewLocal(b, h, []landscape.Critical{b.Minimum()}, noise, s); err != nil || d.Dim() != 1 {
		t.Error(err)
	}
}
