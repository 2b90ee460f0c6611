package timechange

import (
	"math"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Noise returns the increments of the Brownian path W̃ that drove the
// path, read back from the motion itself along coordinate i,
//
//	dW̃ = (dθ_i + ∂_iL dt)/amplitude,  amplitude = sqrt((2η/B)·H_ii(θ*)),
//
// over successive intervals of τ as long as interval, each divided by the root
// of its length. If dW̃ = sqrt(L)·dW is a Brownian motion on the τ clock, as
// Lévy's theorem says, they are independent standard normals. The path must be
// recorded with steps far below the interval.
func Noise(p *dynamics.Path, l landscape.Landscape, i int, amplitude, interval float64) []float64 {
	var increments []float64
	grad := make([]float64, l.Dim())
	sum, from := 0.0, 0
	for k := 1; k < len(p.T); k++ {
		l.LossGrad(grad, p.Theta[k-1])
		sum += (p.Theta[k][i] - p.Theta[k-1][i] + grad[i]*(p.T[k]-p.T[k-1])) / amplitude
		if length := p.Tau[k] - p.Tau[from]; length >= interval {
			increments = append(increments, sum/math.Sqrt(length))
			sum, from = 0, k
		}
	}
	return increments
}
