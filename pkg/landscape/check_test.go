package landscape

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// altered is a quartic with one mistake.
type altered struct {
	*Quartic
	loss, grad, hess float64
}

func (a altered) LossGrad(dst, theta []float64) float64 {
	loss := a.Quartic.LossGrad(dst, theta)
	if dst == nil {
		return a.loss * loss
	}
	for i := range dst {
		dst[i] *= a.grad
	}
	return loss
}

func (a altered) Hess(dst *mat.SymDense, theta []float64) {
	a.Quartic.Hess(dst, theta)
	dst.ScaleSym(a.hess, dst)
}

func TestCheckFindsMistakes(t *testing.T) {
	q := must(NewQuartic(Shape{Ratio: 2, EffectiveDimension: 2}))
	at := []float64{0.4, -0.3}
	for _, test := range []struct {
		l      Landscape
		points [][]float64
		want   string
	}{
		{altered{q, 1, 1, 1}, [][]float64{at}, ""},
		{altered{q, 1, 2, 1}, [][]float64{at}, "∂L/∂θ_0"},
		{altered{q, 1, 1 + 1e-6, 1}, [][]float64{at}, ""}, // within what differences can tell
		{altered{q, 1, 1 + 1e-4, 1}, [][]float64{at}, "∂L/∂θ_0"},
		{altered{q, 1.001, 1, 1}, [][]float64{at}, "without"},
		{altered{q, 1, 1, 1.01}, [][]float64{at}, "∂²L"},
		{altered{q, -1, 1, 1}, [][]float64{at}, "without"},
		{q, nil, "no points"},
		{nil, [][]float64{at}, "no landscape given"},
		{q, [][]float64{{1}}, "length 1, want 2"},
		{q, [][]float64{{1, math.NaN()}}, "coordinate 1 = NaN"},
	} {
		err := Check(test.l, test.points...)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want it to say %q", test.l, err, test.want)
		}
	}
}

// shifted says that its saddle is elsewhere.
type shifted struct {
	*Quartic
	by, loss float64
}

func (s shifted) Saddle() Critical {
	c := s.at(s.saddle + s.by)
	c.Loss *= s.loss
	return c
}

func TestCheckBarrierFindsMistakes(t *testing.T) {
	q := must(NewQuartic(Shape{Ratio: 2, EffectiveDimension: 2}))
	for _, test := range []struct {
		b    Barrier
		want string
	}{
		{q, ""},
		{nil, "no barrier"},
		{shifted{q, 0.1, 1}, "‖∇L‖"},
		{shifted{q, 0, 1.01}, "critical point says"},
		{shifted{q, -q.saddle, 1}, "0 negative curvatures, want 1"},
		{altered{q, 1, 2, 1}, "∂L/∂θ_0"},
	} {
		err := CheckBarrier(test.b)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want it to say %q", test.b, err, test.want)
		}
	}
}

// double is a landscape whose author forgot the ½ of its gradient.
type double struct{}

func (double) Dim() int { return 1 }

func (double) LossGrad(dst, theta []float64) float64 {
	if dst != nil {
		dst[0] = 2 * theta[0]
	}
	return 1 + theta[0]*theta[0]/2
}

func ExampleCheck() {
	fmt.Println(Check(double{}, []float64{0.5}))
	// Output: landscape: landscape.double breaks a law at θ = [0.5]: ∂L/∂θ_0 = 1, but differences of L give 0.5
}
