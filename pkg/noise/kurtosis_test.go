package noise

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Far out along v the exact Σ over Eq. 6 approaches kurtosis − 1; for ±1 features that is 0, and
// for Gaussian ones 2 up to sampling. Linear regression has no higher terms, so what is left at |θ|
// = 10⁴ is of order 10⁻⁴.
func TestKurtosisIsTheRatioFarOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Regression(500, 2, 1, rng)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 { // the second feature is a coin
		set.X.Set(i, 1, math.Copysign(1, set.X.At(i, 1)))
	}
	m, err := model.NewLinear(set)
	if err != nil {
		t.Fatal(err)
	}
	for axis, v := range [][]float64{{1, 0}, {0, 1}} {
		k, err := Kurtosis(m, []float64{0, 0}, v)
		if err != nil {
			t.Fatal(err)
		}
		if axis == 1 && k != 1 {
			t.Errorf("kurtosis of a coin is %v, want 1", k)
		}
		theta := []float64{1e4 * v[0], 1e4 * v[1]}
		exact, approx := must(NewCovariance(m, theta, 1, Exact)), must(NewCovariance(m, theta, 1, HessianForm))
		var ratio [1]float64
		if err := Ratios(ratio[:], exact, approx, mat.NewDense(2, 1, v)); err != nil {
			t.Fatal(err)
		}
		if math.Abs(ratio[0]-(k-1)) > 1e-3 {
			t.Errorf("axis %d: Σ over Eq. 6 is %v, want kurtosis − 1 = %v", axis, ratio[0], k-1)
		}
	}
}

func TestKurtosisErrors(t *testing.T) {
	m, theta := network(t, 6, 1)
	two, theta2 := network(t, 6, 2)
	for name, c := range map[string]struct {
		m        model.Model
		theta, v []float64
	}{
		"short θ": {m, theta[1:], theta},
		"short v": {m, theta, theta[1:]},
		"zero v":  {m, theta, make([]float64, len(theta))},
		"NaN v":   {m, theta, append([]float64{math.NaN()}, theta[1:]...)},
	} {
		if k, err := Kurtosis(c.m, c.theta, c.v); err == nil {
			t.Errorf("%s: %v, want an error", name, k)
		}
	}
	if _, err := Kurtosis(two, theta2, theta2); !errors.Is(err, model.ErrUnsupported) {
		t.Errorf("two outputs: %v, want ErrUnsupported", err)
	}
	if _, err := Kurtosis(struct{ model.Model }{m}, theta, theta); !errors.Is(err, model.ErrUnsupported) {
		t.Errorf("a model without JacVec: %v, want ErrUnsupported", err)
	}
}

func TestAlong(t *testing.T) {
	m, theta := network(t, 6, 1)
	c := must(NewCovariance(m, theta, 2, Exact))
	v := make([]float64, len(theta))
	for i := range v {
		v[i] = float64(i%3) - 0.5
	}
	got, err := Along(c, v)
	a, x := dense(t, c, nil), mat.NewVecDense(len(v), v)
	if want := mat.Inner(x, a, x) / mat.Dot(x, x); err != nil || math.Abs(got-want) > 1e-13*want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	for name, v := range map[string][]float64{"short": v[1:], "zero": make([]float64, len(v)), "NaN": append([]float64{math.NaN()}, v[1:]...)} {
		if got, err := Along(c, v); err == nil {
			t.Errorf("%s: %v, want an error", name, got)
		}
	}
}
