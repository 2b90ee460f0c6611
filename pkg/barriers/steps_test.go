package barriers

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// x = ±1 with normal labels is an autoregressive chain, whose stationary variance is known.
func TestStepBarrierAutoregressive(t *testing.T) {
	signs := must(regression.NewEmpiricalFeatures([]float64{2, -2})) // h = 4
	for _, eta := range []float64{0.02, 0.1, 0.25, 0.45} {
		c := regression.Chain{LearningRate: eta, BatchSize: 1, Dim: 1, LabelNoise: 3, Features: signs}
		v, _, err := Steps(c, 1.5, exact.Settings{Tolerance: 3e-4})
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("V at ηh = %v", 4*eta), v.Value, 0.5*(1-2*eta), 3e-4)
	}
}

// An independent value iteration gave these for normal samples; as η → 0 the barrier of climbs and
// jumps.
func TestStepBarrierNormal(t *testing.T) {
	for _, test := range []struct{ eta, ratio, want, tol float64 }{
		{0.05, 1.5, 0.4875, 1e-3}, {0.1, 1.5, 0.4743, 1e-3}, {0.2, 1.5, 0.4457, 1e-3}, {0.4, 1.5, 0.3635, 1e-3}, {0.8, 1.5, 0.2375, 1e-3},
	} {
		v, walk, err := Steps(gaussianChain(test.eta, 1, 1), test.ratio, exact.Settings{Tolerance: 5e-4})
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("V at η = %v, c = %v", test.eta, test.ratio), v.Value, test.want, test.tol)
		if math.Abs(walk[0]) > 1e-12 || math.Abs(walk[len(walk)-1]-math.Sqrt(test.ratio-1)) > 1e-9 {
			t.Errorf("the walk goes from %v to %v", walk[0], walk[len(walk)-1])
		}
	}
}

// Far out the walk ends in a jump to the other side, and η → 0 is the barrier of climbs and jumps.
func TestStepBarrierJumps(t *testing.T) {
	last := 0.0
	for _, eta := range []float64{0.2, 0.1, 0.05} {
		v, walk, err := Steps(gaussianChain(eta, 1, 1), 6, exact.Settings{Tolerance: 1e-3})
		if err != nil {
			t.Fatal(err)
		}
		if v.Value < last || v.Value > must(Fresh(gaussianChain(eta, 1, 1), 6)) {
			t.Errorf("V = %v at η = %v after %v, want it to grow to 1.939", v.Value, eta, last)
		}
		if before := math.Abs(walk[len(walk)-2]); before > 0.6 || walk[len(walk)-2] > 0 {
			t.Errorf("η = %v: the last step starts at %v, want it at the other side of the minimum", eta, before)
		}
		last = v.Value
	}
}

func TestStepBarrierMistakes(t *testing.T) {
	for _, c := range []regression.Chain{
		gaussianChain(0.1, 1, 2), gaussianChain(0, 1, 1), chain(0.1, 1, 1, 1, regression.GammaFeatures{Scale: 1, Kurtosis: 2}, nil),
		chain(0.1, 1, 1, 1, nil, distuv.Uniform{Min: -math.Sqrt(3), Max: math.Sqrt(3)}),
	} {
		if _, _, err := Steps(c, 1.5, exact.Settings{}); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
	if _, _, err := Steps(gaussianChain(0.1, 1, 1), 1, exact.Settings{}); err == nil {
		t.Error("c = 1: no error")
	}
}
