package quasipotential

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/calibrate"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// TestFitBarrier: the barrier of rates with a prefactor and a correction, and the size of its error.
func TestFitBarrier(t *testing.T) {
	epsilon, stderr := []float64{0.07, 0.1, 0.14, 0.2, 0.3}, []float64{0.03, 0.03, 0.02, 0.02, 0.01}
	law := func(rng *rand.Rand) (got, err float64) {
		rates := make([]float64, len(epsilon))
		for i, e := range epsilon {
			rates[i] = 0.5 - 1.44/e - 22*e*e
			if rng != nil {
				rates[i] += stderr[i] * rng.NormFloat64()
			}
		}
		got, err, fault := FitBarrier(epsilon, rates, stderr, 2)
		if fault != nil {
			t.Fatal(fault)
		}
		return got, err
	}
	exactly, _ := law(nil)
	near(t, "ΔS", exactly, 1.44, 1e-9)
	calibrate.Hold(t, "ΔS", false, func(rng *rand.Rand) (estimate, truth, stderr float64) {
		estimate, stderr = law(rng)
		return estimate, 1.44, stderr
	})
}

// TestNeuron: its minima and saddle, and that samples span the plane there.
func TestNeuron(t *testing.T) {
	n := NewNeuron()
	l, g := NeuronLoss{n}, make([]float64, 2)
	for _, at := range [][]float64{{-0.16814, -0.02801}, {-1.08161, 0.78456}} {
		if l.LossGrad(g, at); g[0]*g[0]+g[1]*g[1] > 1e-9 {
			t.Errorf("∇L = %v at %v", g, at)
		}
	}
	near(t, "c", l.LossGrad(nil, []float64{-1.08161, 0.78456})/l.LossGrad(nil, []float64{-0.16814, -0.02801}), 1.26176, 1e-4)
}
