package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/theory"
)

// The eigenvalues of Σ against its definition on samples: x = |x|·(unit vector) with a law of |x|²
// that has the kurtosis asked for, θ along the first axis.
func TestVariances(t *testing.T) {
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 4}
	theta := []float64{0.7, 0}
	for _, kurtosis := range []float64{1.5, 2, 3} {
		g := Spherical{Dim: 2, Curvature: 1.5, LabelNoise: 0.8, Kurtosis: kurtosis}
		along, across := g.Variances(noise, theta[0])
		want := mat.NewDiagDense(2, []float64{along, across})
		rng := rand.New(rand.NewPCG(7, uint64(10*kurtosis)))
		const n = 400_000
		sum, square := mat.NewDense(2, 2, nil), mat.NewDense(2, 2, nil)
		// E|x|² = 2h and E|x|⁴ = κ₄h²·8/3: two equally likely values of |x|².
		spread := math.Sqrt(kurtosis*8/3 - 4)
		for range n {
			length := math.Sqrt(g.Curvature * (2 + spread*float64(2*rng.IntN(2)-1)))
			sin, cos := math.Sincos(2 * math.Pi * rng.Float64())
			x := []float64{length * cos, length * sin}
			e := x[0]*theta[0] + x[1]*theta[1] - g.LabelNoise*rng.NormFloat64()
			for i := range 2 {
				for j := range 2 {
					v := (e*x[i]-g.Curvature*theta[i])*(e*x[j]-g.Curvature*theta[j])/noise.BatchSize - want.At(i, j)
					sum.Set(i, j, sum.At(i, j)+v)
					square.Set(i, j, square.At(i, j)+v*v)
				}
			}
		}
		for i := range 2 {
			for j := range 2 {
				if z := sum.At(i, j) / math.Sqrt(square.At(i, j)); math.Abs(z) > 4.5 {
					t.Errorf("κ₄ = %v: Σ[%d,%d] is off by %.1f standard errors", kurtosis, i, j, z)
				}
			}
		}
	}
}

func TestSphericalErrors(t *testing.T) {
	for _, bad := range []Spherical{{0, 1, 1, 3}, {2, 0, 1, 3}, {2, 1, math.NaN(), 3}, {2, 1, 1, 1.4}} {
		if bad.Check() == nil {
			t.Errorf("%+v accepted", bad)
		}
	}
}

func ExampleSpherical() {
	g := Gaussian(1)
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	exact, _ := g.StationaryTail(noise)
	fmt.Printf("φ: %.0f by Eq. 18, %.0f with the exact covariance, %.0f matched to discrete SGD\n",
		theory.StationaryExponent(noise, 1), exact, g.MatchedExponent(noise))
	// Output: φ: 11 by Eq. 18, 6 with the exact covariance, 10 matched to discrete SGD
}
