package model

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
)

// J·v is the derivative of the outputs (central differences, to 1e−6 of its size), whatever the
// loss, and in the order of the batch.
func TestJacVec(t *testing.T) {
	const k = 3
	batch := []int{298, 0, 7, 7}
	for _, loss := range []Loss{MeanSquare, CrossEntropy} {
		m, err := NewMLP(testSet(300, 5, k, true, rand.New(rand.NewPCG(1, 2))), MLPConfig{Hidden: []int{6, 4}, Activation: Tanh, Loss: loss})
		if err != nil {
			t.Fatal(err)
		}
		_, p := m.Dims()
		theta, shifted := make([]float64, p), make([]float64, p)
		rng := rand.New(rand.NewPCG(3, 4))
		m.Init(theta, rng)
		v := direction(p, rng)
		for _, b := range [][]int{nil, batch} {
			n := batchLen(b, 300) * k
			got, plus, minus := make([]float64, n), make([]float64, n), make([]float64, n)
			m.JacVec(got, theta, v, b)
			m.Outputs(plus, floats.AddScaledTo(shifted, theta, step, v), b)
			m.Outputs(minus, floats.AddScaledTo(shifted, theta, -step, v), b)
			floats.Sub(plus, minus)
			floats.Scale(1/(2*step), plus)
			if err := same("Jv", got, plus, 1e-6); err != nil {
				t.Error(err)
			}
		}
	}
}
