package spectrum

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// bowl is one sample with the loss ½ Σ h_i θ_i².
type bowl []float64

func (b bowl) Dims() (int, int) { return 1, len(b) }

func (b bowl) LossGrad(grad, theta []float64, _ int) (loss float64) {
	for i, h := range b {
		loss += h * theta[i] * theta[i] / 2
		if grad != nil {
			grad[i] = h * theta[i]
		}
	}
	return loss
}

func (b bowl) HessVec(dst, _, v []float64, _ []int) { floats.MulTo(dst, b, v) }

// A lowest curvature below −Flatness of the highest is a saddle, one above it is not.
func TestSaddleBound(t *testing.T) {
	const f = landscape.Flatness
	for _, c := range []struct {
		h    bowl
		good bool
	}{
		{bowl{1, 2, 3}, true}, {bowl{1, -0.5 * f}, true}, {bowl{1, -2 * f}, false}, {bowl{100, -50 * f}, true}, {bowl{100, -200 * f}, false},
		{bowl{1e-3, -0.5e-3 * f}, true}, {bowl{1e-3, -2e-3 * f}, false}, {bowl{-1, -2}, false}, {bowl{-1}, false}, {bowl{0}, true}, {bowl{4}, true},
	} {
		got, err := FindMinimum(context.Background(), c.h, make([]float64, len(c.h)), MinimumSettings{})
		if (err == nil) != c.good || err != nil && !strings.Contains(err.Error(), "saddle") {
			t.Errorf("%v: %v", c.h, err)
			continue
		}
		low, high := floats.Min(c.h), floats.Max(c.h)
		if math.Abs(got.Lowest-low) > 1e-12*math.Abs(high)+1e-14*math.Abs(low) || math.Abs(got.Highest-high) > 1e-4*math.Abs(high) || got.Loss != 0 || got.GradNorm != 0 {
			t.Errorf("%v: %+v", c.h, got)
		}
	}
}

// Conjugate gradients solve a quadratic problem of n curvatures to 1 % in n products or fewer, each
// counted as two gradients, and stop at a direction of negative curvature.
func TestNewtonStep(t *testing.T) {
	h := bowl{1, 3, 10, 30, 100}
	d := descent{ctx: context.Background(), m: h, grad: make([]float64, len(h)), goal: 1e-8}
	x := []float64{1, -1, 1, -1, 1}
	d.at(x)
	d.count = 0
	s := d.step(x)
	left := 0.0
	for i := range s {
		left += math.Pow(h[i]*s[i]+d.grad[i], 2)
	}
	if math.Sqrt(left) > 0.01*floats.Norm(d.grad, 2) || d.count > 2*len(h) || d.count%2 != 0 || d.count < 2 {
		t.Errorf("step %v leaves %v of %v after %d gradients", s, math.Sqrt(left), floats.Norm(d.grad, 2), d.count)
	}
	// Two curvatures take two products, exactly.
	h = bowl{1, 7}
	d = descent{ctx: context.Background(), m: h, grad: make([]float64, 2)}
	d.at([]float64{1, 1})
	if s := d.step([]float64{1, 1}); !floats.EqualApprox(s, []float64{-1, -1}, 1e-12) || d.count != 1+4 {
		t.Errorf("step %v after %d gradients", s, d.count)
	}
	h = bowl{-1, -2}
	d = descent{ctx: context.Background(), m: h, grad: make([]float64, 2)}
	d.at([]float64{1, 1})
	if s := d.step([]float64{1, 1}); floats.Norm(s, 2) != 0 {
		t.Errorf("step %v up", s)
	}
}

// The residual of a Ritz value is β times the last component, no less than rounding; it is
// converged within the tolerance times the largest |value|.
func TestRitzResidual(t *testing.T) {
	for _, c := range []struct {
		beta, lost, value, tol float64
		converged              bool
		residual               float64
	}{
		{0.9e-8, 0, 1, 1e-8, true, 0.9e-8}, {1.1e-8, 0, 1, 1e-8, false, 1.1e-8}, {9e-7, 0, -100, 1e-8, true, 9e-7}, {2e-6, 0, 100, 1e-8, false, 2e-6},
		{0, 0, 4, 1e-8, true, 4 * 0x1p-52}, {0, 3e-3, 1, 1e-2, true, 3e-3}, {1e-3, 2e-3, 1, 1e-2, true, 3e-3}, {0, 0, 0, 1e-8, true, 0},
	} {
		l := &lanczos{beta: []float64{c.beta}, lost: c.lost}
		e := l.leading([]float64{c.value}, mat.NewDense(1, 1, []float64{-1}), 1, c.tol)
		if e.Converged != c.converged || math.Abs(e.Residuals[0]-c.residual) > 1e-15*c.residual || e.Steps != 1 {
			t.Errorf("%+v: %+v", c, e)
		}
	}
	// All of the space: every residual is that of rounding.
	const n = 7
	rng := rand.New(rand.NewPCG(1, 2))
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			a.SetSym(i, j, rng.NormFloat64())
		}
	}
	e, err := Leading(t.Context(), matrix{a}, n, LeadingSettings{})
	if err != nil {
		t.Fatal(err)
	}
	size := math.Max(math.Abs(e.Values[0]), math.Abs(e.Values[n-1]))
	for i, r := range e.Residuals {
		if r != 0x1p-52*size || !e.Converged || e.Steps != n {
			t.Errorf("residual %d is %v, want %v; %d steps", i, r, 0x1p-52*size, e.Steps)
		}
	}
}

// Vectors are added a quarter at a time, or ten: a check costs a small eigenproblem, a vector a
// product with the operator.
func TestLeadingSteps(t *testing.T) {
	e, err := Leading(t.Context(), scaled{500, func(i int) float64 { return float64(i) }}, 1, LeadingSettings{Tol: 1e-4, MaxSteps: 200})
	if err != nil {
		t.Fatal(err)
	}
	if !e.Converged || e.Steps != 52 && e.Steps != 65 && e.Steps != 81 && e.Steps != 101 && e.Steps != 126 && e.Steps != 157 {
		t.Errorf("%d steps, %+v", e.Steps, e.Residuals)
	}
}

// Errors name the eigenvalue by its number from 1, and the memory by its size.
func TestErrorsNumber(t *testing.T) {
	for want, v := range map[string][]float64{
		"eigenvalue 2 is NaN": {3, math.NaN()}, "eigenvalue 1 is +Inf": {math.Inf(1), 3}, "eigenvalue 3 is 5, above the one before it, 2": {3, 2, 5}, "among 1 positive": {3, 0},
	} {
		if _, err := CountByGap(v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", v, err, want)
		}
	}
	if _, err := Leading(t.Context(), scaled{1e6, nil}, 1, LeadingSettings{MaxSteps: 2000}); err == nil || !strings.Contains(err.Error(), "2000 vectors of length 1000000 take 16 GB") {
		t.Error(err)
	}
	if o, err := CountByGap([]float64{8, 2}); err != nil || o.EffectiveDimension != 1 || o.Gap != 4 || math.Abs(o.OutlierCurvature-8) > 1e-12 {
		t.Errorf("two values: %+v, %v", o, err)
	}
}

// A gap is a rival from half the widest on, on a logarithmic scale.
func TestRivalGap(t *testing.T) {
	for gap, high := range map[float64]int{0.9: 1, 0.99: 1, 1.01: 2, 1.1: 2} {
		o, err := CountByGap([]float64{1, math.Exp(-2), math.Exp(-2 - gap)})
		if err != nil || o.EffectiveDimension != 1 || o.Low != 1 || o.High != high {
			t.Errorf("gaps of 2 and %v: %+v, %v, want up to %d", gap, o, err, high)
		}
	}
}
