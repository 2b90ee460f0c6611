package regression

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

var (
	uniformLabels = distuv.Uniform{Min: -math.Sqrt(3), Max: math.Sqrt(3)}
	laplaceLabels = distuv.Laplace{Scale: 1 / math.Sqrt2}
	studentLabels = distuv.StudentsT{Sigma: math.Sqrt(0.5), Nu: 4}
)

// Gaussian labels see a linear barrier, c − 1, whatever the law of the features and the dimension;
// labels with heavy tails on unbounded features none at all.
func TestQuasipotentialClosedForms(t *testing.T) {
	one := must(NewEmpiricalFeatures([]float64{1, -1}))
	some := must(NewEmpiricalFeatures([]float64{0.3, 1.2, -2}))
	for _, test := range []struct {
		d        int
		sigma    float64
		features Features
		labels   Labels
		want     float64
	}{
		{1, 1, nil, nil, 1}, {2, 1.5, nil, nil, 1}, {5, 0.3, nil, nil, 1},
		{1, 2, GammaFeatures{2, 2}, nil, 1}, {1, 1, one, nil, 1}, {1, 1, some, nil, 1},
		{1, 1, nil, laplaceLabels, 0}, {1, 1, nil, studentLabels, 0}, {1, 1, one, studentLabels, 0},
	} {
		got := must(Chain{0.1, 1, test.d, test.sigma, test.features, test.labels}.Quasipotential(2))
		if math.Abs(got-test.want) > 1e-8 {
			t.Errorf("%+v: h·ΔS = %v", test, got)
		}
	}
}

// With Σ = 2LH* and Gaussian noise it is Δlog L, here over a double well.
func TestQuasipotentialOfGaussianNoise(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 3, EffectiveDim: 2}))
	path := [][]float64{well.Minimum().Theta, well.Saddle().Theta}
	got := must(quasipotential.Quasipotential(quasipotential.GaussianNoise{Landscape: well, Hess: well.Minimum().Hess}, path, exact.Settings{}))
	near(t, "ΔS", got.Value, math.Log(3), 1e-8)
	// And beyond the saddle it costs nothing to go down.
	all := must(quasipotential.Quasipotential(quasipotential.GaussianNoise{Landscape: well, Hess: well.Minimum().Hess}, append(path, well.FarMinimum().Theta), exact.Settings{}))
	near(t, "ΔS", all.Value, got.Value, 1e-8)
}

// The exact solution reaches the barrier: the slope of log(t/√T) against 1/T.
func TestPassageReachesQuasipotential(t *testing.T) {
	for _, test := range []struct {
		labels    Labels
		tolerance float64
	}{{nil, 0.005}, {uniformLabels, 0.006}} {
		var y [2]float64
		for i, eta := range []float64{0.05, 0.035} {
			r := must(Chain{eta, 1, 1, 1, nil, test.labels}.MeanFirstPassage(1.5, exact.Settings{Tolerance: 1e-4}))
			y[i] = math.Log(r.Value / math.Sqrt(eta))
		}
		slope := (y[1] - y[0]) / (1/0.035 - 1/0.05)
		want := must(Chain{0.05, 1, 1, 1, nil, test.labels}.Quasipotential(1.5))
		if math.Abs(slope-want) > test.tolerance {
			t.Errorf("slope %.5f, h·ΔS = %.5f", slope, want)
		}
		t.Logf("slope %.5f, h·ΔS = %.5f", slope, want)
	}
}

// A model's own samples: linear regression against the analytic law.
func TestSamplesAgainstAnalytic(t *testing.T) {
	set := must(data.Regression(4000, 2, 1, rand.New(rand.NewPCG(1, 2))))
	m := must(model.NewLinear(set))
	path := [][]float64{{0, 0}, {0.5, 0}}
	got := must(quasipotential.Quasipotential(quasipotential.NewSamples(m), path, exact.Settings{Tolerance: 1e-3})).Value
	// θ* itself is off 0 by 1/√N, which moves ΔS = θ² by about 2·0.5/√N·few.
	if want := 0.25; math.Abs(got-want) > 0.04 {
		t.Errorf("ΔS = %v on samples, %v in law", got, want)
	}
}

// The derivatives that Newton relies on, by differences.
func TestCumulantDerivatives(t *testing.T) {
	set := must(data.Regression(50, 2, 1, rand.New(rand.NewPCG(3, 4))))
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 3, EffectiveDim: 2}))
	line := must(Chain{0.1, 1, 1, 0.8, nil, uniformLabels}.Cumulant())
	lap := must(Chain{0.1, 1, 1, 0.8, must(NewEmpiricalFeatures([]float64{1, 0.5})), laplaceLabels}.Cumulant())
	for _, test := range []struct {
		c        quasipotential.Cumulant
		theta, p []float64
	}{
		{quasipotential.GaussianSamples{Params: 2, Curvature: 1.3, LabelNoise: 0.7}, []float64{0.3, -0.2}, []float64{0.4, 0.1}},
		{quasipotential.GaussianNoise{Landscape: well, Hess: well.Minimum().Hess}, []float64{0.3, -0.2}, []float64{0.4, 0.1}},
		{quasipotential.NewSamples(must(model.NewLinear(set))), []float64{0.3, -0.2}, []float64{0.4, 0.1}},
		{line, []float64{0.4}, []float64{0.9}}, {lap, []float64{0.4}, []float64{0.9}},
	} {
		n := test.c.Dim()
		grad, hess := make([]float64, n), mat.NewSymDense(n, nil)
		test.c.Log(grad, hess, test.theta, test.p)
		up, down, scratch := make([]float64, n), make([]float64, n), mat.NewSymDense(n, nil)
		const e = 1e-5
		for i := range n {
			p := append([]float64(nil), test.p...)
			p[i] += e
			a := test.c.Log(up, scratch, test.theta, p)
			p[i] -= 2 * e
			b := test.c.Log(down, scratch, test.theta, p)
			near(t, fmt.Sprintf("%T: slope", test.c), (a-b)/(2*e), grad[i], 1e-7)
			for j := range n {
				if got, want := (up[j]-down[j])/(2*e), hess.At(i, j); math.Abs(got-want) > 1e-7*(1+math.Abs(want)) {
					t.Errorf("%T: Hessian %d, %d is %v, by differences %v", test.c, i, j, want, got)
				}
			}
		}
	}
}

func TestQuasipotentialErrors(t *testing.T) {
	g := quasipotential.GaussianSamples{Params: 1, Curvature: 1, LabelNoise: 1}
	for _, path := range [][][]float64{nil, {{0}}, {{0}, {0, 1}}, {{0}, {math.NaN()}}} {
		if _, err := quasipotential.Quasipotential(g, path, exact.Settings{}); err == nil {
			t.Errorf("path %v accepted", path)
		}
	}
	// Samples that all pull back: the barrier is infinite.
	set := &data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{0, 0})}
	if _, err := quasipotential.Quasipotential(quasipotential.NewSamples(must(model.NewLinear(set))), [][]float64{{1}, {2}}, exact.Settings{}); !errors.Is(err, quasipotential.ErrNoEscape) {
		t.Errorf("no way out: error %v", err)
	}
}
