package barriers

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func near(t *testing.T, name string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s = %.6g, want %.6g", name, got, want)
	}
}

// gaussianChain is the paper's Fig. 3b: x and y standard normal.
func gaussianChain(eta float64, b, d int) regression.Chain {
	return regression.Chain{LearningRate: eta, BatchSize: b, Dim: d, LabelNoise: 1}
}

func regressionSet(n, d int) *data.Set {
	return must(data.Regression(n, d, 1, rand.New(rand.NewPCG(3, uint64(d)))))
}

// passagesOf runs first passages of the loss ratio from the minimum.
func passagesOf(t testing.TB, r *regression.SGD, ratio float64, s escape.Settings) *escape.Sample {
	t.Helper()
	sample, err := escape.FirstPassage(context.Background(), r, r.Minimum(), must(r.LossAbove(ratio)), s)
	if err != nil {
		t.Fatal(err)
	}
	return sample
}

func chain(eta float64, b, d int, sigma float64, f regression.Features, l regression.Labels) regression.Chain {
	return regression.Chain{LearningRate: eta, BatchSize: b, Dim: d, LabelNoise: sigma, Features: f, Labels: l}
}
