package noise_test

import (
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
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

// How well does Eq. 6 hold as a matrix? For linear regression at θ = θ* + (1, 0) the missing θθᵀ
// tilts Σ.
func ExampleEstimateCosine() {
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Regression(100000, 2, 0.5, rng)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := model.NewLinear(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	exact, err := noise.NewCovariance(m, []float64{1, 0}, 10, noise.Exact)
	if err != nil {
		fmt.Println(err)
		return
	}
	hessian, err := noise.NewCovariance(m, []float64{1, 0}, 10, noise.HessianForm)
	if err != nil {
		fmt.Println(err)
		return
	}
	cos, stderr, err := noise.EstimateCosine(exact, hessian, 100, rng)
	fmt.Printf("%.2f %v %v\n", cos, stderr < 0.01, err) // BΣ = diag(2.25, 1.25) against 1.25·I
	// Output: 0.96 true <nil>
}

func ExampleRatios() {
	m := regression()
	exact, err := noise.NewCovariance(m, []float64{1}, 1, noise.Exact)
	if err != nil {
		fmt.Println(err)
		return
	}
	hessian, err := noise.NewCovariance(m, []float64{1}, 1, noise.HessianForm)
	if err != nil {
		fmt.Println(err)
		return
	}
	ratio := make([]float64, 1)
	err = noise.Ratios(ratio, exact, hessian, mat.NewDense(1, 1, []float64{1}))
	fmt.Println(ratio, err)
	// Output: [0.9] <nil>
}

func ExampleSpectra() {
	m := regression() // at θ = 1 both losses are ½: the decoupling is exact
	exact, decoupled, err := noise.Spectra(m, []float64{1}, nil)
	fmt.Printf("%.2f %.2f %v\n", exact[0], decoupled[0], err)
	// Output: 1.25 1.25 <nil>
}

// The line through (1, 2) and (2, 1) at θ = 0: losses 2 and ½, squared slopes 1 and 4. The larger
// loss has the smaller slope, so that decoupling overstates the noise.
func ExampleDecouple() {
	d, err := noise.Decouple(regression(), []float64{0}, nil)
	fmt.Println(d.Exact, d.Outputs, d.Samples, err)
	// Output: 4 4 6.25 <nil>
}

func ExampleEstimateShape() {
	m := regression() // one parameter: all matrices are numbers
	exact, err := noise.NewCovariance(m, []float64{1}, 1, noise.Exact)
	if err != nil {
		fmt.Println(err)
		return
	}
	six, err := noise.NewCovariance(m, []float64{1}, 1, noise.HessianForm)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := noise.EstimateShape(exact, six, 2, rand.New(rand.NewPCG(1, 2)))
	fmt.Println(s.Factor.Value, s.Commutator.Value, err)
	// Output: 0.9 0 <nil>
}
