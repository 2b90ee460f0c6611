package spectrum

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
)

// axes is a regression whose samples lie on d axes, so that H, Σ and both sides of Eq. 7 are
// diagonal at θ = 0: x = ±a_i e_i with y = b_i both times, h_i = a_i²/d and Σ_ii = a_i²b_i²/d.
func axes(t *testing.T, a, b []float64) *model.Linear {
	t.Helper()
	d := len(a)
	x, y := mat.NewDense(2*d, d, nil), mat.NewDense(2*d, 1, nil)
	for i := range a {
		x.Set(2*i, i, a[i])
		x.Set(2*i+1, i, -a[i])
		y.Set(2*i, 0, b[i])
		y.Set(2*i+1, 0, b[i])
	}
	m, err := model.NewLinear(&data.Set{X: x, Y: y})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDirections(t *testing.T) {
	a, b := []float64{4, 2, 1}, []float64{4, 2, 1} // C = a⁴/3: γ = 2
	m, theta := axes(t, a, b), make([]float64, 3)
	d, err := AlongLeading(t.Context(), m, theta, 3, LeadingSettings{})
	if err != nil {
		t.Fatal(err)
	}
	loss := (16 + 4 + 1) / 6.0
	for i := range a {
		h, c := a[i]*a[i]/3, a[i]*a[i]*b[i]*b[i]/3
		for _, pair := range [][2]float64{{d.Curvature[i], h}, {d.Noise[i], c}, {d.Predicted[i], 2 * loss * h}, {math.Abs(d.Vectors.At(i, i)), 1}} {
			if math.Abs(pair[0]-pair[1]) > 1e-7*pair[1] {
				t.Errorf("direction %d: %v, want %v", i, pair[0], pair[1])
			}
		}
	}
	if g, err := d.Power(); err != nil || math.Abs(g-2) > 1e-7 {
		t.Errorf("γ = %v, %v", g, err)
	}
	r, spread := d.Ratios(nil), 0.0
	for i, b := range b {
		if want := b * b / (2 * loss); math.Abs(r[i]-want) > 1e-7*want {
			t.Errorf("ratio %d is %v, want %v", i, r[i], want)
		}
		if i < 2 {
			spread += math.Pow(math.Log(r[i]), 2) / 2
		}
	}
	if got := d.Spread(2); math.Abs(got-math.Sqrt(spread)) > 1e-14 || d.Spread(9) != d.Spread(3) || !math.IsNaN(d.Spread(0)) {
		t.Errorf("spread %v, want %v", got, math.Sqrt(spread))
	}
	q := make([]float64, 2)
	err = Quotients(t.Context(), q, m, theta, LeadingSettings{})
	for i := range q { // exact: a²b²/2·1/3, decoupled: L·a²/3
		if want := b[i] * b[i] / 2 / loss; err != nil || math.Abs(q[i]-want) > 1e-7*want {
			t.Errorf("quotient %d is %v, %v, want %v", i, q[i], err, want)
		}
	}
}

// For cross-entropy at the truth the noise is the Hessian: labels drawn with the probabilities that
// the network gives at θ = 0, one half each.
func TestDirectionsOfLikelihood(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := mat.NewDense(200, 2, nil), mat.NewDense(200, 2, nil)
	for i := range 200 {
		if i%2 == 0 { // each x once with either label
			x.SetRow(i, []float64{2 * rng.NormFloat64(), rng.NormFloat64()})
		} else {
			x.SetRow(i, x.RawRowView(i-1))
		}
		y.Set(i, i%2, 1)
	}
	m, err := model.NewMLP(&data.Set{X: x, Y: y}, model.MLPConfig{Loss: model.CrossEntropy})
	if err != nil {
		t.Fatal(err)
	}
	d, err := AlongLeading(t.Context(), m, make([]float64, 6), 2, LeadingSettings{})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range d.Noise {
		if math.Abs(c-d.Predicted[i]) > 1e-6*c || d.Predicted[i] != d.Curvature[i] {
			t.Errorf("direction %d: noise %v, curvature %v", i, c, d.Curvature[i])
		}
	}
}

func TestDirectionsHostile(t *testing.T) {
	m, zero := axes(t, []float64{1, 2}, []float64{1, 1}), make([]float64, 2)
	flat, exact := axes(t, []float64{1, 1}, []float64{1, 1}), axes(t, []float64{1, 2}, []float64{0, 0})
	along := func(m model.Model, theta []float64, k int) error {
		_, err := AlongLeading(t.Context(), m, theta, k, LeadingSettings{})
		return err
	}
	quotients := func(m model.Model, theta []float64, k int) error {
		return Quotients(t.Context(), make([]float64, k), m, theta, LeadingSettings{})
	}
	_, none := Directions{}.Power()
	_, one := Directions{Curvature: []float64{1, 1}, Noise: []float64{1, 2}}.Power()
	for name, err := range map[string]error{
		"nil": along(nil, nil, 1), "no point": along(m, nil, 1), "NaN": along(m, []float64{0, math.NaN()}, 1), "no direction": along(m, zero, 0), "three of two": along(m, zero, 3), "no noise": along(exact, zero, 1),
		"quotients of nil": quotients(nil, nil, 1), "of no rank": quotients(flat, zero, 0), "of rank 3": quotients(m, zero, 3), "of no loss": quotients(exact, zero, 1), "of a bare model": quotients(bare{m}, zero, 1),
		"no power": none, "the power of one": one,
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "spectrum: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := quotients(bare{m}, zero, 1); !errors.Is(err, model.ErrUnsupported) {
		t.Errorf("a bare model: %v", err)
	}
	if _, err := noise.Hessian(m, zero); err != nil {
		t.Error(err)
	}
}

// bare is a model without fast paths.
type bare struct{ m model.Model }

func (b bare) Dims() (int, int)                               { return b.m.Dims() }
func (b bare) LossGrad(grad, theta []float64, mu int) float64 { return b.m.LossGrad(grad, theta, mu) }
