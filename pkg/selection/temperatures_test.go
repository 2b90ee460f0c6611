package selection

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

func twoBasins(t *testing.T) *Basins {
	t.Helper()
	b, err := NewBasins(Basin{Loss: 1, Curvature: 1.5}, Basin{Loss: 1, Curvature: 1}, 1.6)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// One temperature is [exact.OneDim]; the derivatives of two give back drift and noise, s′/s =
// L′/(TL) and s·m·T·L = 1, also inside the passage.
func TestTwoTemperatures(t *testing.T) {
	b := twoBasins(t)
	loss := exact.FirstAxis(b)
	same := TwoTemperatures{Loss: loss, Near: 0.1, Far: 0.1, Width: 0.4}
	two := TwoTemperatures{Loss: loss, Near: 0.15, Far: 0.1, Width: 0.4}
	at := 2 * math.Log(loss(0))
	for _, z := range []float64{-2, -0.5, -0.3, -0.1, 0.05, 0.35, 1, 3} {
		s, m := same.Densities(z)
		s2, m2 := exact.OneDim{Loss: loss, Noise: exact.LossNoise{Temperature: 0.1}}.Densities(z)
		if d := (s + m) - (s2 + m2); math.Abs(d) > 1e-12 {
			t.Errorf("z = %v: s·m off by %v", z, d)
		}
		if d := s - s2 + at/0.2 - math.Log(0.1); math.Abs(d) > 1e-9 {
			t.Errorf("z = %v: log s off by %v", z, d)
		}
		const e = 1e-5
		up, _ := two.Densities(z + e)
		down, _ := two.Densities(z - e)
		s, m = two.Densities(z)
		g := make([]float64, 1)
		l := b.LossGrad(g, []float64{z})
		if want := g[0] / (two.temperature(z) * l); math.Abs((up-down)/(2*e)-want) > 1e-6 {
			t.Errorf("z = %v: s′/s = %v, want %v", z, (up-down)/(2*e), want)
		}
		if d := s + m + math.Log(two.temperature(z)*l); math.Abs(d) > 1e-12 {
			t.Errorf("z = %v: s·m·T·L = %v, want 1", z, math.Exp(d))
		}
	}
}

// Odds are the ratio of the exact mean times, up to the small part of time spent on the trip, for
// one temperature and for two; and seen from the other side they are inverted.
func TestOdds(t *testing.T) {
	b := twoBasins(t)
	for _, p := range []TwoTemperatures{{Near: 0.08, Far: 0.08, Width: 0.3}, {Near: 0.09, Far: 0.06, Width: 0.3}, {Near: 0.09, Far: 0.06}} {
		p.Loss = exact.FirstAxis(b)
		odds, err := exact.Odds(t.Context(), p, 0, 2, exact.Settings{Tolerance: 1e-8})
		if err != nil {
			t.Fatal(err)
		}
		from, to := b.Minimum().Theta[0], b.FarMinimum().Theta[0]
		out, err := exact.MeanFirstPassage(t.Context(), p, from, to, exact.Settings{Tolerance: 1e-4})
		if err != nil {
			t.Fatal(err)
		}
		back, err := exact.MeanFirstPassage(t.Context(), p, to, from, exact.Settings{Tolerance: 1e-4})
		if err != nil {
			t.Fatal(err)
		}
		// The trip takes some 20 units of the hundreds of the shorter time.
		if got := odds.Value * out.Value / back.Value; math.Abs(got-1) > 0.05 {
			t.Errorf("%+v: odds %v, times %v and %v", p, odds.Value, out.Value, back.Value)
		}
		r := TwoTemperatures{Loss: exact.FirstAxis(b.Reverse()), Near: p.Far, Far: p.Near, Width: p.Width}
		reverse, err := exact.Odds(t.Context(), r, 0, 2, exact.Settings{Tolerance: 1e-8})
		if err != nil || math.Abs(reverse.Value*odds.Value-1) > 1e-6 {
			t.Errorf("seen from the other side: %v, %v, want %v", reverse.Value, err, 1/odds.Value)
		}
	}
	if _, err := exact.Odds(t.Context(), exact.OneDim{Loss: exact.FirstAxis(b), Noise: exact.LossNoise{Temperature: 0.1}}, 0, 0, exact.Settings{}); err == nil {
		t.Error("width 0: no error")
	}
}

// Three readings of T(z) at h₁/h₂ = 1.6 and a sharp passage: odds by the rectangle rule, apart from
// this package. Each is √1.6 below the last; Eq. 17 says 8.46.
func TestReadings(t *testing.T) {
	b := must(NewBasins(Basin{Loss: 1, Curvature: 1.6}, Basin{Loss: 1, Curvature: 1}, 1.5))
	for reading, want := range map[float64]float64{0: 10.52374, 0.5: 8.31975, 1: 6.57734} {
		p := TwoTemperatures{Loss: exact.FirstAxis(b), Near: 0.128, Far: 0.08, Reading: reading}
		close(t, fmt.Sprintf("odds at reading %v", reading), must(exact.Odds(t.Context(), p, 0, 2, exact.Settings{Tolerance: 1e-7})).Value, want, 1e-5)
	}
}

// The lattice against linear regression, which package regression solves by other means: a road
// that is straight has slope hθ and spread² = h(σ²+hθ²) − h²θ².
type straightRoad struct{}

func (straightRoad) Step(theta float64) (slope, spread float64) { return theta, 1 }

func TestLatticeLinear(t *testing.T) {
	const eta = 0.2
	l, err := NewLattice(t.Context(), straightRoad{}, eta, -4, 4, 400)
	if err != nil {
		t.Fatal(err)
	}
	variance := 0.0
	for i, p := range must(l.Stationary(t.Context())) {
		variance += p * l.Middle(i) * l.Middle(i)
	}
	// E θ² = ησ²/(2−3η) for one Gaussian feature (package regression).
	if want := eta / (2 - 3*eta); math.Abs(variance/want-1) > 2e-3 {
		t.Errorf("variance %v, want %v", variance, want)
	}
	if odds := must(l.Odds(t.Context(), 0)); math.Abs(odds-1) > 1e-9 {
		t.Errorf("odds %v, want 1", odds)
	}
	// Mean time to |θ| > 1: by symmetry, on the lattice, that to either side, which is at least
	// that of one side; compare with a simulation instead.
	want, err := l.MeanFirstPassage(t.Context(), 0.01, 1.01)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 6))
	times := make([]float64, 3000)
	for i := range times {
		for theta := 0.0; theta < 1; times[i] += eta {
			x := rng.NormFloat64()
			theta -= eta * (theta*x - rng.NormFloat64()) * x
		}
	}
	mean, std := stat.MeanStdDev(times, nil)
	// 4.5 standard errors, and the cell of the lattice's end in addition.
	if d := math.Abs(mean - want); d > 4.5*stat.StdErr(std, 3000)+0.02*mean {
		t.Errorf("mean time %v, simulated %v ± %v", want, mean, stat.StdErr(std, 3000))
	}
}

func TestLatticeErrors(t *testing.T) {
	for _, c := range []struct {
		eta, lo, hi float64
		cells       int
	}{{0, -1, 1, 10}, {0.1, 1, -1, 10}, {0.1, -1, 1, 2}, {math.NaN(), -1, 1, 10}} {
		if _, err := NewLattice(t.Context(), straightRoad{}, c.eta, c.lo, c.hi, c.cells); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
	l, err := NewLattice(t.Context(), straightRoad{}, 0.1, -1, 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []float64{0.1, 2} {
		if _, err := l.MeanFirstPassage(t.Context(), 0.1, to); err == nil {
			t.Errorf("first passage to %v: no error", to)
		}
	}
}
