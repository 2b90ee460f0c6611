package barriers

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/regression"
)

// The cumulants of label laws against their closed forms and against differences, on both branches.
func TestLabelCumulants(t *testing.T) {
	for _, l := range []regression.Labels{nil, uniformLabels, laplaceLabels} {
		k := must(cumulantOf(l))
		for _, z := range []float64{-1.2, -0.5, -0.011, 0.009, 0.013, 0.3, 1.3} {
			const h = 1e-5
			v, k1, k2 := k.log(z)
			up, up1, _ := k.log(z + h)
			down, down1, _ := k.log(z - h)
			near(t, fmt.Sprintf("%T: slope at %v", l, z), k1, (up-down)/(2*h), 2e-8)
			near(t, fmt.Sprintf("%T: curvature at %v", l, z), k2, (up1-down1)/(2*h), 1e-7)
			want := map[string]float64{"<nil>": z * z / 2, "distuv.Laplace": -math.Log(1 - z*z/2), "distuv.Uniform": math.Log(math.Sinh(math.Sqrt(3)*z) / (math.Sqrt(3) * z))}[fmt.Sprintf("%T", l)]
			if math.Abs(v-want) > 1e-13+1e-9*z*z {
				t.Errorf("%T: log E exp(%vε) = %v, want %v", l, z, v, want)
			}
		}
	}
	// Far out it is linear, and nothing overflows.
	v, k1, k2 := must(cumulantOf(uniformLabels)).log(1e4)
	near(t, "uniform labels far out", v, math.Sqrt(3)*1e4-math.Log(2*math.Sqrt(3)*1e4), 1e-12)
	near(t, "slope", k1, math.Sqrt(3), 1e-3)
	near(t, "curvature", k2, 1e-8, 1e-9)
}

// The cumulant of features that are not normal: K = −log(1 + h(pθ − σ²p²/2)) for x² exponential.
func TestCumulantOfExponentialFeatures(t *testing.T) {
	k := must(Cumulant(chain(0.1, 1, 1, 0.7, regression.GammaFeatures{Scale: 2, Kurtosis: 2}, nil)))
	for _, c := range [][2]float64{{0.4, 0.3}, {-0.2, 0.5}, {1, 0.7}} {
		want := -math.Log(1 + 2*(c[0]*c[1]-0.49*c[1]*c[1]/2))
		got := k.Log(make([]float64, 1), mat.NewSymDense(1, nil), c[:1], c[1:])
		near(t, fmt.Sprint("K at ", c), got, want, 1e-7)
	}
}

// wild are features without a bound that are not gamma.
type wild struct{ regression.GammaFeatures }

func TestBarrierOfOtherLaws(t *testing.T) {
	same := chain(0.1, 1, 1, 1, nil, distuv.UnitNormal)
	near(t, "barrier of normal labels by name", must(Fresh(same, 3)), must(Fresh(gaussianChain(0.1, 1, 1), 3)), 0)
	if _, err := Fresh(chain(0.1, 1, 1, 1, wild{regression.GammaFeatures{Scale: 1, Kurtosis: 3}}, nil), 3); err == nil || !strings.Contains(err.Error(), "want gamma or bounded ones") {
		t.Errorf("error %v", err)
	}
}

func ExampleQuasipotential() {
	sgd := regression.Chain{LearningRate: 0.1, BatchSize: 1, Dim: 1, LabelNoise: 1}
	gaussian, _ := Quasipotential(sgd, 1.5)
	sgd.Labels = distuv.Uniform{Min: -math.Sqrt(3), Max: math.Sqrt(3)}
	bounded, _ := Quasipotential(sgd, 1.5)
	fmt.Printf("Gaussian labels: %.4f, bounded labels: %.4f, log c = %.4f\n", gaussian, bounded, math.Log(1.5))
	// Output: Gaussian labels: 0.5000, bounded labels: 0.6316, log c = 0.4055
}

// Units are units: neither σ nor h alone changes a barrier.
func TestUnitsOfBarriers(t *testing.T) {
	some, scaled := must(regression.NewEmpiricalFeatures([]float64{0.3, 1.2, -2})), must(regression.NewEmpiricalFeatures([]float64{0.6, 2.4, -4}))
	for _, c := range []struct {
		a, b  regression.Chain
		ratio float64
	}{
		{chain(0.2, 1, 1, 1, some, laplaceLabels), chain(0.05, 1, 1, 3, scaled, laplaceLabels), 1.5},
		{chain(0.2, 1, 1, 1, some, uniformLabels), chain(0.05, 1, 1, 0.3, scaled, uniformLabels), 1.3},
		{gaussianChain(0.4, 1, 2), chain(0.1, 1, 2, 3, regression.GaussianFeatures(4), nil), 1.3},
		{gaussianChain(0.4, 3, 1), chain(0.1, 3, 1, 0.2, regression.GaussianFeatures(4), nil), 1.4},
	} {
		near(t, fmt.Sprintf("h·ΔS of %+v", c.b), must(Quasipotential(c.b, c.ratio)), must(Quasipotential(c.a, c.ratio)), 1e-7)
	}
}
