package barriers

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// passageBarrier returns V from exact mean times at three temperatures. The power of T before them
// is the shape of the gamma law of |x|², that of the density of a large |x|² = v/T.
func passageBarrier(c regression.Chain, ratio, shape float64, eta [3]float64) float64 {
	var logTime [3]float64
	for i, rate := range eta {
		c.LearningRate = rate
		logTime[i] = math.Log(must(c.MeanFirstPassage(ratio, exact.Settings{Tolerance: 1e-3})).Value)
	}
	v, _, err := Cooling(eta, logTime, shape)
	if err != nil {
		panic(err)
	}
	return v
}

// Exact mean times of SGD have the barrier in them, without the word being used.
func TestBarrierAgainstChain(t *testing.T) {
	exponential := chain(0.1, 1, 1, 1, regression.GammaFeatures{Scale: 1, Kurtosis: 2}, nil)
	signs := chain(0.1, 1, 1, 1, must(regression.NewEmpiricalFeatures([]float64{1, -1})), nil)
	for _, test := range []struct {
		chain        regression.Chain
		ratio, shape float64
		eta          [3]float64
	}{
		{gaussianChain(0.1, 1, 1), 1.5, 0.5, [3]float64{0.06, 0.05, 0.04}},
		{gaussianChain(0.1, 1, 1), 2.5, 0.5, [3]float64{0.08, 0.06, 0.05}},
		{gaussianChain(0.1, 1, 1), 4, 0.5, [3]float64{0.12, 0.1, 0.08}},
		{gaussianChain(0.1, 1, 1), 8, 0.5, [3]float64{0.15, 0.12, 0.1}},
		{gaussianChain(0.1, 1, 2), 4, 1, [3]float64{0.12, 0.1, 0.08}},
		{gaussianChain(0.1, 1, 3), 4, 1.5, [3]float64{0.12, 0.1, 0.08}},
		{exponential, 4, 1, [3]float64{0.15, 0.12, 0.1}},
		{signs, 3, 0.5, [3]float64{0.12, 0.1, 0.08}},
	} {
		got := must(Fresh(test.chain, test.ratio))
		want := passageBarrier(test.chain, test.ratio, test.shape, test.eta)
		t.Logf("d = %d, %v, c = %v: %.4f, from mean times %.4f", test.chain.Dim, test.chain.Features, test.ratio, got, want)
		near(t, fmt.Sprintf("barrier of d = %d, %v at c = %v", test.chain.Dim, test.chain.Features, test.ratio), got, want, 0.01)
	}
}

// Up to c = 2 it is c − 1; one jump after a climb is a minimum over one number; far out it has the
// slope of Kesten's tail, z(ln z − 1) = 1, z/4.
func TestBarrierLimits(t *testing.T) {
	normal := gaussianChain(0.1, 1, 1)
	for _, c := range []float64{1.01, 1.5, 1.99} {
		near(t, fmt.Sprintf("barrier at c = %v", c), must(Fresh(normal, c)), c-1, 1e-12)
	}
	for _, c := range []float64{2.5, 4, 8} {
		best, r := math.Inf(1), math.Sqrt(c-1)
		for s := 0.0; s < r; s += 1e-4 {
			best = math.Min(best, s*s+(s+r)*(math.Sqrt(1+s*s)-s))
		}
		near(t, fmt.Sprintf("barrier at c = %v", c), must(Fresh(normal, c)), best, 1e-5)
	}
	slope := (must(Fresh(normal, 1e8)) - must(Fresh(normal, 1e4))) / math.Log(1e4)
	near(t, "barrier per unit of log c", slope, 3.5911/4, 0.01)
}

func TestBarrierMistakes(t *testing.T) {
	laplace := chain(0.1, 1, 1, 1, nil, distuv.Laplace{Scale: math.Sqrt(0.5)})
	for _, err := range []error{
		failure(Fresh(laplace, 2)), failure(Fresh(gaussianChain(0.1, 1, 1), 1)), failure(Fresh(gaussianChain(0, 1, 1), 2)),
	} {
		if err == nil || errors.Is(err, regression.ErrOutOfReach) {
			t.Errorf("error %v, want one about the input", err)
		}
	}
}

func failure(_ float64, err error) error { return err }

func ExampleFresh() {
	sgd := regression.Chain{LearningRate: 0.1, BatchSize: 1, Dim: 1, LabelNoise: 1}
	for _, c := range []float64{1.5, 6} {
		barrier, err := Fresh(sgd, c)
		fmt.Printf("c = %v: %.3f, %v\n", c, barrier, err)
	}
	// Output:
	// c = 1.5: 0.500, <nil>
	// c = 6: 1.939, <nil>
}
