package noise

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// In linear regression slopes do not change on the way: with residuals of one size at θ*,
// independent of the slopes, strength is c − 1 times K − 1 more than at θ*, whatever the length of
// e.
func TestWalkOut(t *testing.T) {
	// x = ±1, ±2 with y = ±1 in every combination: Σxy = 0, so θ* = 0.
	x, y := []float64{1, 1, 2, 2, -1, -1, -2, -2}, []float64{1, -1, 1, -1, 1, -1, 1, -1}
	m, err := model.NewLinear(&data.Set{X: mat.NewDense(8, 1, x), Y: mat.NewDense(8, 1, y)})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []float64{1, -3} {
		w, err := WalkOut(m, []float64{0}, []float64{e}, []float64{0, 1, -2})
		if err != nil || math.Abs(w.Kurtosis-8.5/6.25) > 1e-14 || !floats.EqualApprox(w.LossRatio, []float64{1, 2, 5}, 1e-14) {
			t.Errorf("%+v, %v", w, err)
		}
		if math.Abs(w.Slope()-(w.Kurtosis-1)) > 1e-13 || !math.IsNaN(Walk{}.Slope()) {
			t.Errorf("slope %v", w.Slope())
		}
		for i, c := range w.LossRatio {
			if want := 1 + (w.Kurtosis-1)*(c-1); math.Abs(w.Strength[i]-want) > 1e-13 {
				t.Errorf("c = %v: strength %v, want %v", c, w.Strength[i], want)
			}
		}
	}
	exact, err := model.NewLinear(&data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{1, 2})})
	if err != nil {
		t.Fatal(err)
	}
	net, theta := network(t, 20, 2)
	direction := make([]float64, len(theta))
	direction[rand.New(rand.NewPCG(1, 1)).IntN(len(theta))] = 1
	walk := func(m model.Model, theta, e []float64, s ...float64) error {
		_, err := WalkOut(m, theta, e, s)
		return err
	}
	for name, err := range map[string]error{
		"nil": walk(nil, nil, nil), "along nothing": walk(m, []float64{0}, nil), "along 0": walk(m, []float64{0}, []float64{0}), "NaN": walk(m, []float64{0}, []float64{1}, math.NaN()),
		"too far": walk(m, []float64{0}, []float64{1}, 1e200), "no loss": walk(exact, []float64{1}, []float64{1}, 1), "two outputs": walk(net, theta, direction, 1),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "noise: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
