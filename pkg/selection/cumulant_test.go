package selection

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// The law is that of the steps that the loop takes, its derivatives are those of K, and its root
// gives the barrier ∫2L′/(2L|w′|² − L′²)dθ.
func TestLoopCumulant(t *testing.T) {
	loop, err := NewLoop(1.3, 1, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	k, hess, grad := loop.Cumulant(), mat.NewSymDense(1, nil), []float64{0}
	sgd, err := loop.SGD(1)
	if err != nil {
		t.Fatal(err)
	}
	rng, stepper := dynamics.Stream(1, "loop cumulant", 0), sgd.NewStepper()
	for _, theta := range []float64{-2, -0.5, 0.4, 1.1} {
		const n, p, d = 200_000, 0.2, 1e-5
		var sum, square float64
		for range n {
			at := []float64{theta}
			stepper.Step(at, rng)
			e := math.Exp(p * (at[0] - theta)) // the step is −∇ℓ
			sum, square = sum+e, square+e*e
		}
		mean := sum / n
		want := math.Exp(k.Log(grad, hess, []float64{theta}, []float64{p}))
		if z := (mean - want) / math.Sqrt((square/n-mean*mean)/n); math.Abs(z) > 4.5 {
			t.Errorf("E exp(−p∇ℓ) = %v at θ = %v, simulated %v, z = %.1f", want, theta, mean, z)
		}
		first, second := grad[0], hess.At(0, 0)
		above := k.Log(grad, hess, []float64{theta}, []float64{p + d})
		slopeAbove := grad[0]
		below := k.Log(grad, hess, []float64{theta}, []float64{p - d})
		if math.Abs((above-below)/(2*d)-first) > 1e-7*second || math.Abs((slopeAbove-grad[0])/(2*d)-second) > 1e-7*second {
			t.Errorf("θ = %v: derivatives %v, %v", theta, first, second)
		}
	}
	if v := k.Log(grad, hess, []float64{1}, []float64{10}); !math.IsInf(v, 1) {
		t.Errorf("K = %v where it does not exist", v)
	}

	const cells = 20_000
	bottom, want := loop.FarMinimum().Theta[0], 0.0
	for i := range cells {
		slope, spread := loop.Step(bottom * (float64(i) + 0.5) / cells)
		want -= 2 * slope / (spread * spread) * bottom / cells
	}
	v, err := quasipotential.Quasipotential(k, [][]float64{{bottom}, {0}}, exact.Settings{Tolerance: 1e-5})
	if err != nil || math.Abs(v.Value/want-1) > 1e-4 {
		t.Errorf("ΔS = %v, %v, want %v", v, err, want)
	}
}
