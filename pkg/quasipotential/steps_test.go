package quasipotential

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

// coin is the law of a gradient θ ± 1, K = −pθ + log cosh p.
type coin struct{}

func (coin) Dim() int { return 1 }
func (coin) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	grad[0] = -theta[0] + math.Tanh(p[0])
	hess.SetSym(0, 0, 1-math.Tanh(p[0])*math.Tanh(p[0]))
	return -p[0]*theta[0] + math.Abs(p[0]) + math.Log1p(math.Exp(-2*math.Abs(p[0]))) - math.Ln2
}

// freak is a law without a moment-generating function.
type freak struct{}

func (freak) Dim() int { return 1 }
func (freak) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	if p[0] != 0 {
		return math.Inf(1)
	}
	grad[0] = -theta[0]
	hess.SetSym(0, 0, 1)
	return 0
}

// For small steps it is the quasipotential; what no sample does has no price; where one sample
// suffices, or the typical step leaves, the price is 0.
func TestSteps(t *testing.T) {
	small, err := Quasipotential(coin{}, [][]float64{{0}, {0.6}}, exact.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for _, eta := range []float64{0.04, 0.02} {
		v, walk, err := Steps(coin{}, eta, Strip{-0.3, 0, 0.6}, exact.Settings{Tolerance: 1e-3})
		if math.Abs(v.Value/small.Value-1) > 2*eta || len(walk) < 20 || err != nil {
			t.Errorf("η = %v: %+v in %d steps, %v, want about %v", eta, v, len(walk), err, small.Value)
		}
		mirror, _, err := Steps(coin{}, eta, Strip{0.3, 0, -0.6}, exact.Settings{Tolerance: 1e-3})
		if math.Abs(mirror.Value-v.Value) > 1e-9 || err != nil {
			t.Errorf("mirrored: %v, %v, want %v", mirror, err, v)
		}
	}
	if _, _, err := Steps(coin{}, 0.1, Strip{-0.1, 0, 1.2}, exact.Settings{}); !errors.Is(err, ErrNoEscape) {
		t.Errorf("beyond the reach of any sample: %v", err)
	}
	for _, test := range []struct {
		law   Cumulant
		eta   float64
		strip Strip
	}{{freak{}, 0.1, Strip{-1, 0, 1}}, {coin{}, 2.5, Strip{2, 1, -0.4}}, {coin{}, 2.5, Strip{1, 0.9, -1}}} {
		if v, _, err := Steps(test.law, test.eta, test.strip, exact.Settings{}); v.Value > 1e-9 || test.eta < 1 && v.Value != 0 || err != nil {
			t.Errorf("%T, η = %v, %+v: %v, %v, want 0", test.law, test.eta, test.strip, v, err)
		}
	}
}

func TestStepsMistakes(t *testing.T) {
	good := Strip{-1, 0, 1}
	for i, test := range []struct {
		law       Cumulant
		eta       float64
		strip     Strip
		tolerance float64
	}{
		{nil, 0.1, good, 0}, {GaussianSamples{2, 1, 1}, 0.1, good, 0}, {coin{}, 0, good, 0}, {coin{}, math.NaN(), good, 0},
		{coin{}, math.Inf(1), good, 0}, {coin{}, 0.1, good, -1}, {coin{}, 0.1, Strip{-1, 0, 0}, 0}, {coin{}, 0.1, Strip{0.1, 0, 1}, 0},
		{coin{}, 0.1, Strip{-1, 0, math.Inf(1)}, 0}, {coin{}, 0.1, Strip{math.Inf(-1), 0, 1}, 0}, {coin{}, 0.1, Strip{-1, math.NaN(), 1}, 0},
	} {
		if _, _, err := Steps(test.law, test.eta, test.strip, exact.Settings{Tolerance: test.tolerance}); err == nil || errors.Is(err, ErrNoEscape) {
			t.Errorf("mistake %d: %v", i, err)
		}
	}
}
