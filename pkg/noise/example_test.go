package noise_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
	"gonum.org/v1/gonum/mat"
)

// regression is a line through the origin fitted to the points (1, 2) and (2, 1).
func regression() *model.Linear {
	m, err := model.NewLinear(&data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{2, 1})})
	if err != nil {
		panic(err)
	}
	return m
}

func ExampleNewCovariance() {
	m := regression() // at θ = 1: ∇ℓ = −1 and 2, L = ½
	for _, form := range []noise.Form{noise.Exact, noise.Decoupled, noise.HessianForm} {
		sigma, err := noise.NewCovariance(m, []float64{1}, 1, form)
		if err != nil {
			fmt.Println(err)
			return
		}
		dst := make([]float64, 1)
		sigma.MulVecTo(dst, []float64{1})
		fmt.Println(dst)
	}
	// Output:
	// [2.25]
	// [2.5]
	// [2.5]
}

func ExampleMeter() {
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Regression(1000, 2, 1, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := model.NewLinear(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	meter, err := noise.NewMeter(m, 250) // a quarter of the samples
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := meter.Measure([]float64{0, 0}, rng)
	fmt.Println(s.Samples, s.Value-4.5*s.StdErr < 2, 2 < s.Value+4.5*s.StdErr, err) // E y²|x|² = 2
	// Output: 250 true true <nil>
}
