package exact

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Process is a one-dimensional diffusion dz = b(z)ds + sqrt(2a(z))dW, where s
// is t or τ, given by its scale and speed densities.
type Process interface {
	// Densities returns log s(z) and log m(z), with s = exp(−∫b/a) the density
	// of the scale function and m = 1/(a·s) that of the speed measure, each up
	// to one common factor that cancels in s·m. NaN stands for a z at which
	// the process does not exist.
	Densities(z float64) (logScale, logSpeed float64)
}

// Loss is a loss along a line, L(z).
type Loss func(z float64) float64

// Line returns the loss of a landscape along the line origin + z·direction.
// It returns an error if the lengths do not agree with the landscape's.
func Line(l landscape.Landscape, origin, direction []float64) (Loss, error) {
	if len(origin) != l.Dim() || len(direction) != l.Dim() {
		return nil, fmt.Errorf("exact: line through a point of dimension %d along a direction of dimension %d, want %d for both",
			len(origin), len(direction), l.Dim())
	}
	return func(z float64) float64 {
		theta := make([]float64, len(origin))
		for i := range theta {
			theta[i] = origin[i] + z*direction[i]
		}
		return l.LossGrad(nil, theta)
	}, nil
}

// FirstAxis returns the loss of a landscape along its first coordinate, the
// escape coordinate of the analytic wells.
func FirstAxis(l landscape.Landscape) Loss {
	direction := make([]float64, l.Dim())
	direction[0] = 1
	loss, err := Line(l, make([]float64, l.Dim()), direction)
	if err != nil {
		panic(err) // both lengths come from l
	}
	return loss
}

// OneDim is a diffusion along a line, dz = −L′ds + sqrt(2a(L))dW on the clock of
// its noise law: t for [LossNoise] (Eq. 13) and [ConstantNoise] (Eq. 5), τ for
// [TauNoise] (Eq. 15, where the drift is −(log L)′). s = 1/(a·m).
type OneDim struct {
	Loss  Loss
	Noise NoiseLaw
}

var _ Process = OneDim{}

// Densities implements [Process].
func (p OneDim) Densities(z float64) (logScale, logSpeed float64) {
	loss := p.Loss(z)
	logSpeed = p.Noise.LogWeight(loss)
	return -logSpeed - math.Log(p.Noise.Diffusion(loss)), logSpeed
}

// mirror is a process seen with z → −z, which swaps left and right.
type mirror struct{ Process }

func (m mirror) Densities(z float64) (logScale, logSpeed float64) {
	return m.Process.Densities(-z)
}
