package method_test

import (
	"testing"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/method"
)

// No two methods look the same: whoever sees no colors tells lines by their dash and points by
// their marker within the pairs that share an ink.
func TestLooksDiffer(t *testing.T) {
	seen := map[figure.Look]string{}
	for name, look := range map[string]figure.Look{
		"SGD": method.SGD, "SDE": method.SDE, "exact covariance": method.ExactCovariance, "GLD": method.GLD,
		"fixed set": method.FixedSet, "power law": method.PowerLaw, "linear barrier": method.LinearBarrier,
		"quadratures": method.Quadratures, "least action": method.LeastAction, "Kesten": method.Kesten,
		"aligned noise": method.AlignedNoise, "matched variance": method.MatchedVariance, "reference": method.Reference,
	} {
		if other, twice := seen[look]; twice {
			t.Errorf("%s looks like %s", name, other)
		}
		seen[look] = name
	}
}

func ExampleSGD() {
	f := figure.New("first_passage", "SGD leaves later than Eq. 17 says", "Mean times against c.")
	f.Points("SGD, d = 1", []float64{1.5, 2}, []float64{78.4, 3221}, method.SGD, figure.YErr([]float64{2.5, 96}))
	f.Line("Eq. 17, d = 1", []float64{1.5, 2}, []float64{35.6, 574}, method.PowerLaw)
}
