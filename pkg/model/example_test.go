package model_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
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
