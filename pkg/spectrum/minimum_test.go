package spectrum

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Linear regression: θ* solves the normal equations, and the curvatures are those of (1/N)XᵀX.
func TestFindMinimumOfRegression(t *testing.T) {
	set, err := data.Teacher(300, []float64{1, -2, 0.5, 3}, 0.7, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 { // curvatures from 1 to 10⁶
		floats.Mul(set.X.RawRowView(i), []float64{1, 10, 100, 1000})
	}
	m, err := model.NewLinear(set)
	if err != nil {
		t.Fatal(err)
	}
	start := make([]float64, 4)
	got, err := FindMinimum(context.Background(), m, start, MinimumSettings{})
	if err != nil {
		t.Fatal(err)
	}
	if floats.Norm(start, 2) != 0 {
		t.Errorf("start changed to %v", start)
	}
	var want mat.Dense
	if err := want.Solve(set.X, set.Y); err != nil {
		t.Fatal(err)
	}
	for i, v := range got.Theta {
		// |θ − θ*| ≤ |∇L|/h ≤ 1e−8/h, with the smallest curvature h > ½.
		if d := math.Abs(v - want.At(i, 0)); d > 2e-8 {
			t.Errorf("θ*[%d] = %v, want %v", i, v, want.At(i, 0))
		}
	}
	var h mat.SymDense
	h.SymOuterK(1.0/300, set.X.T())
	values := exactValues(t, matrix{&h})
	if math.Abs(got.Highest/values[0]-1) > 1e-8 || math.Abs(got.Lowest-values[3]) > got.LowestErr+1e-12*values[0] {
		t.Errorf("curvatures from %v ± %v to %v, want %v to %v", got.Lowest, got.LowestErr, got.Highest, values[3], values[0])
	}
	if got.GradNorm > 1e-8 || got.Loss != m.BatchGrad(nil, got.Theta, nil) || got.Gradients < 1 {
		t.Errorf("%+v", got)
	}
}

// double has the losses (θ₀² − 1)²/4 + θ₁²/2·(1, 3) of two samples: minima at θ₀ = ±1, a saddle at
// 0.
type double struct{}

func (double) Dims() (int, int) { return 2, 2 }

func (double) LossGrad(grad, p []float64, mu int) float64 {
	h, w := float64(1+2*mu), p[0]*p[0]-1
	if grad != nil {
		grad[0], grad[1] = w*p[0], h*p[1]
	}
	return w*w/4 + h*p[1]*p[1]/2
}

func TestFindMinimumTellsSaddles(t *testing.T) {
	got, err := FindMinimum(context.Background(), double{}, []float64{0, 0.5}, MinimumSettings{})
	if err == nil || !strings.Contains(err.Error(), "at a saddle: lowest eigenvalue -1 of H, highest 2") || got == nil || math.Abs(got.Theta[0]) > 1e-8 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = FindMinimum(context.Background(), double{}, []float64{0.1, 0.5}, MinimumSettings{})
	if err != nil || math.Abs(got.Theta[0]-1) > 1e-8 || math.Abs(got.Lowest-2) > 1e-6 {
		t.Errorf("%+v, %v", got, err)
	}
}

// A network with more directions than samples: flat ones are no saddle's.
func TestFindMinimumOfNetwork(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Regression(40, 3, 1, rng)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.NewMLP(set, model.MLPConfig{Hidden: []int{4}, Activation: model.Tanh, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, p := m.Dims()
	theta := make([]float64, p)
	m.Init(theta, rng)
	got, err := FindMinimum(context.Background(), m, theta, MinimumSettings{GradNorm: 1e-9})
	if err != nil {
		t.Fatalf("%+v, %v", got, err)
	}
	if before := m.BatchGrad(nil, theta, nil); !(got.Loss < before) || got.GradNorm > 1e-9 {
		t.Errorf("%+v from a loss of %v", got, before)
	}
}

// kink is |θ|, whose gradient vanishes nowhere.
type kink struct{}

func (kink) Dims() (int, int) { return 1, 1 }

func (kink) LossGrad(grad, p []float64, _ int) float64 {
	if grad != nil {
		grad[0] = math.Copysign(1, p[0])
	}
	return math.Abs(p[0])
}

func TestFindMinimumErrors(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	ok := []float64{0.1, 1}
	for want, do := range map[string]func() (*Minimum, error){
		"a nil model":      func() (*Minimum, error) { return FindMinimum(ctx, nil, ok, MinimumSettings{}) },
		"length 1, want P": func() (*Minimum, error) { return FindMinimum(ctx, double{}, ok[1:], MinimumSettings{}) },
		"θ[1] is NaN": func() (*Minimum, error) {
			return FindMinimum(ctx, double{}, []float64{0, math.NaN()}, MinimumSettings{})
		},
		"gradient norm -1":   func() (*Minimum, error) { return FindMinimum(ctx, double{}, ok, MinimumSettings{GradNorm: -1}) },
		"|∇L| = 1 after":     func() (*Minimum, error) { return FindMinimum(context.Background(), kink{}, ok[:1], MinimumSettings{}) },
		"stopped at |∇L| = ": func() (*Minimum, error) { return FindMinimum(ctx, double{}, ok, MinimumSettings{}) },
	} {
		got, err := do()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "spectrum: ") {
			t.Errorf("%+v, error %v, want it to name %q", got, err, want)
		}
		if strings.HasPrefix(want, "stopped") && (!errors.Is(err, context.Canceled) || got == nil) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}
