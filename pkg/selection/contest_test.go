package selection

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/exact"
)

func contest(t testing.TB, h, scale float64) *Contest {
	t.Helper()
	return must(NewContest(Basin{Loss: scale, Curvature: h}, Basin{Loss: scale, Curvature: 1}, 1.5*scale, 0.08, 0.3*math.Sqrt(scale)))
}

// Eq. 17 by hand: the ratio of the rates is √(h₁/h₂)·c^{(B/η)(1/h₂−1/h₁)}, at any scale of the
// loss; the exact odds do not know the scale either, if the passage is scaled with the landscape,
// and each reading of T(z) is √(h₁/h₂) below the last in the wells, if not in the passage.
func TestContestOdds(t *testing.T) {
	c := contest(t, 1.6, 1)
	out, back := c.Rates()
	close(t, "ratio of rates", out/back, math.Sqrt(1.6)*math.Pow(1.5, (1-1/1.6)/0.08), 1e-9)
	ito := must(c.Odds(t.Context(), 0))
	close(t, "scale", must(contest(t, 1.6, 3).Odds(t.Context(), 0)), ito, 1e-6)
	close(t, "reading", ito/must(c.Odds(t.Context(), 1)), 1.6, 2e-3)
	close(t, "other side", must(must(NewContest(c.far, c.near, 1.5, 0.08, 0.3)).Odds(t.Context(), 0)), 1/ito, 1e-5)
	// GLD on a landscape with a direction across that is four times as flat: twice the volume.
	wide := must(NewContest(Basin{Loss: 1, Curvature: 1, Transverse: []float64{1}},
		Basin{Loss: 1, Curvature: 1, Transverse: []float64{0.25}}, 2, 0.02, 0.3))
	close(t, "volume", must(wide.Constant(t.Context())), 2, 0.01)
	out, back = wide.Kramers()
	close(t, "Kramers", out/back, 2, 1e-9)
	if _, err := wide.Odds(t.Context(), 0); err == nil {
		t.Error("exact odds of two dimensions along a line: no error")
	}
	for _, bad := range [][2]float64{{0, 0.3}, {math.NaN(), 0.3}, {0.1, -1}} {
		if _, err := NewContest(c.near, c.far, 1.5, bad[0], bad[1]); err == nil {
			t.Errorf("noise and width %v: no error", bad)
		}
	}
	c.Strength = 0
	if out, _ := c.Kramers(); !math.IsNaN(out) {
		t.Errorf("Kramers without noise: %v, want NaN", out)
	}
}

// What is simulated has the exact odds, under both kinds of noise; gradient descent stays.
func TestContestOccupancy(t *testing.T) {
	c := contest(t, 1.1, 1)
	for name, test := range map[string]struct {
		d         dynamics.Dynamics
		out, back float64
		want      float64
	}{
		"Eq. 13": {must(c.SGD(1)), 0.004, 0.002, must(c.Odds(t.Context(), 0))},
		"GLD":    {must(c.GLD()), 0.004, 0.004, must(c.Constant(t.Context()))},
	} {
		var m Series
		o := must(Occupy(t.Context(), c, test.d, test.out, test.back, 300, name))
		if err := m.Add(1, o); err != nil {
			t.Fatal(err)
		}
		mean, stderr := m.Over([]float64{test.want})
		if math.Abs(mean-1) > 4.5*stderr+0.02 { // what the step may change
			t.Errorf("%s: odds %v times the exact ones, ± %v", name, mean, stderr)
		}
	}
	still := must(Occupy(t.Context(), c, must(c.SGD(1e30)), 1, 1, 2, "still"))
	if floats.Min(still.Fraction) < 1 {
		t.Errorf("gradient descent leaves: %v", still.Fraction)
	}
	if _, err := Occupy(t.Context(), c, must(c.GLD()), 0, 0, 2, "never"); err == nil {
		t.Error("rates of 0: no error")
	}
	scan := must(Scan(t.Context(), []float64{1.05, 1.1}, func(h float64) *Contest { return contest(t, h, 1) }, 20))
	if len(scan.Y) != 2 || scan.X[1] != 1.1 || !(floats.Min(scan.StdErr) > 0) {
		t.Errorf("scan: %+v", scan)
	}
	if o := must(c.Control(t.Context(), 20, "control")); o.Replicas != 20 {
		t.Errorf("control: %d replicas", o.Replicas)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Scan(ended, []float64{1}, func(float64) *Contest { return c }, 20); !errors.Is(err, context.Canceled) {
		t.Errorf("scan after the end: %v", err)
	}
	p := Master(3, 1)
	close(t, "start", p(0), 1, 1e-12)
	close(t, "end", p(100), 0.25, 1e-12)
	close(t, "slope", (p(1e-6)-1)/1e-6, -3, 1e-5)
}

// The ladder of exponents on the road, each by another integral that was taken apart from this
// package; jumps pay from some c between 3 and 4 on.
func TestClimb(t *testing.T) {
	for c, want := range map[float64]Climb{
		2: {math.Log(2), 0.604, 0.82222, 0.82222},
		4: {math.Log(4), 1.0880, 2.01732, 1.85885},
	} {
		got := must(NewLoop(1.3, 1, 1, c)).Climb()
		close(t, "Eq. 13", got.Paper, want.Paper, 1e-4)
		close(t, "covariance", got.Covariance, want.Covariance, 1e-3)
		close(t, "cumulants", got.Cumulants, want.Cumulants, 1e-4)
		close(t, "jumps", got.Jumps, want.Jumps, 1e-3)
		other := must(NewLoop(0.7, 1.3, 2, c)).Climb()
		close(t, "other speeds and labels", other.Cumulants, got.Cumulants, 1e-6)
	}
}

// The odds of the chain are symmetric for equal speeds, and tend to those of the diffusion at a
// barrier so low that all descriptions agree.
func TestChainOdds(t *testing.T) {
	equal := must(NewLoop(1, 1, 1, 2))
	close(t, "equal", must(ChainOdds(t.Context(), equal, 0.1, -3, 3, 200)).Value, 1, 1e-9)
	low := must(NewLoop(1.3, 1, 1, 1.02))
	end := low.FarMinimum().Theta[0] + 1.2
	p := TwoTemperatures{Loss: exact.FirstAxis(low), Near: 0.026, Far: 0.02}
	want := must(exact.Odds(t.Context(), p, 0, 1, exact.Settings{Tolerance: 1e-7})).Value
	close(t, "low barrier", must(ChainOdds(t.Context(), low, 0.02, -end, end, 300)).Value, want, 0.02)
	if _, err := ChainOdds(t.Context(), low, 0.02, 1, -1, 300); err == nil {
		t.Error("empty interval: no error")
	}
	if _, err := ChainOdds(t.Context(), low, 0.02, 0.1, 1, 300); err == nil || !strings.Contains(err.Error(), "inside") {
		t.Errorf("θ = 0 outside: %v", err)
	}
}

// The error of a mean over a series is neither too small nor too large: over 400 seeds z² adds up
// to 400 within 4.5 of its own deviations, √800.
func TestOverIsCalibrated(t *testing.T) {
	expected, sum := []float64{0.3, 2, 7}, 0.0
	const seeds = 400
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 9))
		var m Series
		for i, odds := range expected {
			share := 0.01 * float64(i+1)
			y := odds * (1 + share*rng.NormFloat64())
			m.X, m.Y, m.StdErr = append(m.X, 0), append(m.Y, y), append(m.StdErr, share*odds)
		}
		mean, stderr := m.Over(expected)
		sum += math.Pow((mean-1)/stderr, 2)
	}
	if d := (sum - seeds) / math.Sqrt(2*seeds); math.Abs(d) > 4.5 {
		t.Errorf("χ² = %.0f for %d seeds (%.1f deviations)", sum, seeds, d)
	}
}
