package barriers

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

var (
	uniformLabels = distuv.Uniform{Min: -math.Sqrt(3), Max: math.Sqrt(3)}
	laplaceLabels = distuv.Laplace{Scale: 1 / math.Sqrt2}
	studentLabels = distuv.StudentsT{Sigma: math.Sqrt(0.5), Nu: 4}
)

// Gaussian labels see a linear barrier, c − 1, whatever the law of the features and the dimension;
// labels with heavy tails on unbounded features none at all.
func TestQuasipotentialClosedForms(t *testing.T) {
	one := must(regression.NewEmpiricalFeatures([]float64{1, -1}))
	some := must(regression.NewEmpiricalFeatures([]float64{0.3, 1.2, -2}))
	for _, test := range []struct {
		d        int
		sigma    float64
		features regression.Features
		labels   regression.Labels
		want     float64
	}{
		{1, 1, nil, nil, 1}, {2, 1.5, nil, nil, 1}, {5, 0.3, nil, nil, 1},
		{1, 2, regression.GammaFeatures{Scale: 2, Kurtosis: 2}, nil, 1}, {1, 1, one, nil, 1}, {1, 1, some, nil, 1},
		{1, 1, nil, laplaceLabels, 0}, {1, 1, nil, studentLabels, 0}, {1, 1, one, studentLabels, 0},
	} {
		got := must(Quasipotential(chain(0.1, 1, test.d, test.sigma, test.features, test.labels), 2))
		if math.Abs(got-test.want) > 1e-8 {
			t.Errorf("%+v: h·ΔS = %v", test, got)
		}
	}
}

// The exact solution reaches the barrier: the slope of log(t/√T) against 1/T.
func TestPassageReachesQuasipotential(t *testing.T) {
	for _, test := range []struct {
		labels    regression.Labels
		tolerance float64
	}{{nil, 0.005}, {uniformLabels, 0.006}} {
		var y [2]float64
		for i, eta := range []float64{0.05, 0.035} {
			r := must(chain(eta, 1, 1, 1, nil, test.labels).MeanFirstPassage(1.5, exact.Settings{Tolerance: 1e-4}))
			y[i] = math.Log(r.Value / math.Sqrt(eta))
		}
		slope := (y[1] - y[0]) / (1/0.035 - 1/0.05)
		want := must(Quasipotential(chain(0.05, 1, 1, 1, nil, test.labels), 1.5))
		if math.Abs(slope-want) > test.tolerance {
			t.Errorf("slope %.5f, h·ΔS = %.5f", slope, want)
		}
		t.Logf("slope %.5f, h·ΔS = %.5f", slope, want)
	}
}

// The cumulants of samples obey the laws of all.
func TestCumulantLaws(t *testing.T) {
	line := must(Cumulant(chain(0.1, 1, 1, 0.8, nil, uniformLabels)))
	lap := must(Cumulant(chain(0.1, 1, 1, 0.8, must(regression.NewEmpiricalFeatures([]float64{1, 0.5})), laplaceLabels)))
	for _, test := range []struct {
		c        quasipotential.Cumulant
		theta, p []float64
	}{
		{line, []float64{0.4}, []float64{0.9}}, {lap, []float64{0.4}, []float64{0.9}},
	} {
		if err := quasipotential.Check(test.c, test.theta, test.p); err != nil {
			t.Error(err)
		}
	}
}
