package model_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/search"
)

// A user's own model: ℓ_μ(θ) = ½ log(1 + (θ − y_μ)²), one parameter.
type robustMean []float64

func (y robustMean) Dims() (samples, params int) { return len(y), 1 }

func (y robustMean) LossGrad(grad, theta []float64, mu int) float64 {
	r := theta[0] - y[mu]
	if grad != nil {
		grad[0] = r / (1 + r*r)
	}
	return 0.5 * math.Log1p(r*r)
}

func Example_ownModel() {
	m := robustMean{-1, 0, 4}
	fmt.Println(model.Check(m, []float64{0.3}, rand.New(rand.NewPCG(1, 2))))
	hv := make([]float64, 1)
	model.HessVec(m, hv, []float64{0}, []float64{1}, nil) // no fast path: differences
	fmt.Printf("%.6f\n", hv[0])
	// Output:
	// <nil>
	// 0.316032
}

func ExampleNewLinear() {
	set := &data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{1, 1})}
	m, err := model.NewLinear(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	grad := make([]float64, 1)
	loss := m.BatchGrad(grad, []float64{1}, nil) // residuals 0 and 1
	fmt.Println(loss, grad)
	// Output: 0.25 [1]
}

func ExampleNewMLP() {
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Teacher(100, []float64{1, -1}, 0.1, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := model.NewMLP(set, model.MLPConfig{Hidden: []int{16, 16}})
	if err != nil {
		fmt.Println(err)
		return
	}
	n, p := m.Dims()
	theta, grad, norms := make([]float64, p), make([]float64, p), make([]float64, n)
	m.Init(theta, rng)
	m.NormGrad(nil, norms, grad, theta, nil) // ∇L and every |∇ℓ_μ|² in one pass
	fmt.Println(n, p)
	// Output: 100 337
}

// A convolution of 3 × 3 pixels with 4 channels on images of 8 × 8, then one output.
func ExampleNewConv() {
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Regression(50, 64, 1, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := model.NewConv(set, model.ConvConfig{Conv: []model.ConvLayer{{Channels: 4, Kernel: 3, Stride: 2}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	n, p := m.Dims()
	theta, norms := make([]float64, p), make([]float64, n)
	m.Init(theta, rng)
	fmt.Println(n, p, model.Check(m, theta, rng))
	m.NormGrad(nil, norms, nil, theta, nil) // every |∇ℓ_μ|²
	// Output: 50 77 <nil>
}

// A model of your own: f(θ, x) = θ₀·(1 − e^{−θ₁x}), from its outputs and their gradients.
func ExampleFromOutputs() {
	x, y := []float64{0, 1, 2, 4}, mat.NewDense(4, 1, []float64{0.1, 1.3, 1.6, 2.1})
	m, err := model.FromOutputs(y, 2, func(out, jac, theta []float64, mu int) {
		e := math.Exp(-theta[1] * x[mu])
		out[0] = theta[0] * (1 - e)
		if jac != nil {
			jac[0], jac[1] = 1-e, theta[0]*x[mu]*e
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	theta := []float64{2, 1}
	fmt.Println(model.Check(m, theta, rand.New(rand.NewPCG(1, 2)))) // your ∇f against differences of your f
	grad := make([]float64, 2)
	fmt.Printf("L = %.5f ", model.BatchGrad(m, grad, theta, nil))
	fmt.Printf("∇L = %.5f\n", grad)
	// Output:
	// <nil>
	// L = 0.00583 ∇L = [-0.01123 0.00592]
}

// The mean loss of a model is a landscape: for exit regions, paths and saddles.
func ExampleNewMeanLoss() {
	set := &data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{2, 1})}
	m, err := model.NewLinear(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	loss, err := model.NewMeanLoss(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	minimum, err := search.FindMinimum(context.Background(), loss, []float64{0})
	fmt.Printf("θ* = %.3f, L(θ*) = %.3f, %v\n", minimum.Theta, minimum.Loss, err)
	// Output: θ* = [0.800], L(θ*) = 0.450, <nil>
}
