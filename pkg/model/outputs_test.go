package model

import (
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// waves has outputs f_0 = θ₀ tanh(θ₁x) + θ₂x² + θ₃ and f_1 = sin(θ₀x) + θ₁θ₂.
func waves(tb testing.TB, outputs int) Model {
	tb.Helper()
	set := testSet(9, 1, outputs, false, rand.New(rand.NewPCG(1, 1)))
	m, err := FromOutputs(set.Y, 4, func(out, jac, p []float64, mu int) {
		x := set.X.At(mu, 0)
		t := math.Tanh(p[1] * x)
		out[0] = p[0]*t + p[2]*x*x + p[3]
		if jac != nil {
			copy(jac, []float64{t, p[0] * x * (1 - t*t), x * x, 1})
		}
		if outputs == 2 {
			out[1] = math.Sin(p[0]*x) + p[1]*p[2]
			if jac != nil {
				copy(jac[4:], []float64{x * math.Cos(p[0]*x), p[2], p[1], 0})
			}
		}
	})
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// A network of one layer through its own outputs is that network.
func TestFromOutputsAgainstMLP(t *testing.T) {
	const n, d, k = 12, 3, 2
	set := testSet(n, d, k, false, rand.New(rand.NewPCG(1, 2)))
	want, err := NewMLP(set, MLPConfig{})
	if err != nil {
		t.Fatal(err)
	}
	_, p := want.Dims()
	got, err := FromOutputs(set.Y, p, func(out, jac, theta []float64, mu int) {
		x := set.X.RawRowView(mu)
		for j := range k {
			out[j] = theta[d*k+j]
			for i, v := range x {
				out[j] += v * theta[i*k+j]
				if jac != nil {
					jac[j*p+i*k+j], jac[j*p+d*k+j] = v, 1
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	theta, v := direction(p, rng), direction(p, rng)
	a, b := make([]float64, n*k), make([]float64, n*k)
	got.(JacobianMultiplier).JacVec(a, theta, v, nil)
	want.JacVec(b, theta, v, nil)
	if err := same("Jv", a, b, 1e-12); err != nil {
		t.Error(err)
	}
	a, b = a[:p], b[:p]
	for name, f := range map[string]func(dst []float64, m Model){
		"∇L":            func(dst []float64, m Model) { BatchGrad(m, dst, theta, nil) },
		"second moment": func(dst []float64, m Model) { SecondMomentVec(m, dst, theta, v, nil) },
		"Gauss–Newton":  func(dst []float64, m Model) { m.(GaussNewtonMultiplier).GaussNewtonVec(dst, theta, v, nil, nil) },
	} {
		f(a, got)
		f(b, want)
		if err := same(name, a, b, 1e-12); err != nil {
			t.Error(err)
		}
	}
	if MeanSquareOutputs(got) != k || MeanSquareOutputs(bare{}) != 0 {
		t.Errorf("%d outputs, and %d of a model that does not tell", MeanSquareOutputs(got), MeanSquareOutputs(bare{}))
	}
}

func TestFromOutputsErrors(t *testing.T) {
	f := func(out, jac, theta []float64, sample int) {}
	for want, do := range map[string]func() (Model, error){
		"without targets": func() (Model, error) { return FromOutputs(nil, 1, f) },
		"of 0 parameters": func() (Model, error) { return FromOutputs(mat.NewDense(1, 1, nil), 0, f) },
		"nil function":    func() (Model, error) { return FromOutputs(mat.NewDense(1, 1, nil), 1, nil) },
		"target 1 of sample 0 is NaN": func() (Model, error) {
			return FromOutputs(mat.NewDense(1, 2, []float64{0, math.NaN()}), 1, f)
		},
	} {
		if _, err := do(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "model: ") {
			t.Errorf("error %v, want it to name %q", err, want)
		}
	}
	if err := waves(t, 2).(Gramer).Gram(new(mat.SymDense), make([]float64, 4), nil); err == nil {
		t.Error("gram matrix of two outputs: no error")
	}
	if _, err := NewMeanLoss(nil); err == nil || !strings.Contains(err.Error(), "nil model") {
		t.Errorf("mean loss of nil: %v", err)
	}
}

// parabola keeps no scratch space: ℓ = |θ|²/2.
type parabola struct{}

func (parabola) Dims() (int, int) { return 1, 3 }

func (parabola) LossGrad(grad, theta []float64, _ int) float64 {
	copy(grad, theta)
	return floats.Dot(theta, theta) / 2
}

// Several goroutines at once see the loss that one sees, to the bit (the race detector looks on).
func TestMeanLossOfSeveralGoroutines(t *testing.T) {
	mlp, err := NewMLP(testSet(80, 4, 1, false, rand.New(rand.NewPCG(2, 3))), MLPConfig{Hidden: []int{5}, Activation: Tanh})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []Model{mlp, waves(t, 2), must(NewLinear(testSet(7, 4, 1, false, rand.New(rand.NewPCG(1, 1))))), parabola{}} {
		l := must(NewMeanLoss(m))
		theta := make([][]float64, 4)
		want, grads := make([]float64, len(theta)), make([][]float64, len(theta))
		for i := range theta {
			theta[i], grads[i] = direction(l.Dim(), rand.New(rand.NewPCG(4, uint64(i)))), make([]float64, l.Dim())
			want[i] = BatchGrad(m, grads[i], theta[i], nil)
		}
		var wg sync.WaitGroup
		for i := range theta {
			wg.Go(func() {
				g := make([]float64, l.Dim())
				for range 50 {
					if got := l.LossGrad(g, theta[i]); got != want[i] || !floats.Equal(g, grads[i]) {
						t.Errorf("%T: L = %v, want %v", m, got, want[i])
					}
				}
			})
		}
		wg.Wait()
	}
}

func TestMeanLossAllocatesNothing(t *testing.T) {
	mlp, err := NewMLP(testSet(80, 4, 1, false, rand.New(rand.NewPCG(2, 3))), MLPConfig{Hidden: []int{5}})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []Model{mlp, waves(t, 1), must(NewLinear(testSet(7, 4, 1, false, rand.New(rand.NewPCG(1, 1)))))} {
		l := must(NewMeanLoss(m))
		theta, g := make([]float64, l.Dim()), make([]float64, l.Dim())
		if n := testing.AllocsPerRun(50, func() { l.LossGrad(g, theta) }); n != 0 {
			t.Errorf("%T: %v allocations per call", m, n)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
