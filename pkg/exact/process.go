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

// SDE is Eq. 13 in one dimension, dz = −L′dt + sqrt(2T·L)dW with T = ηh*/B:
// s = L^{1/T}, m = L^{−1−1/T}/T.
type SDE struct {
	Loss        Loss
	Temperature float64
}

// LogLangevin is Eq. 15 in one dimension, on the τ clock,
// dz = −(log L)′dτ + sqrt(2T)dW: s = L^{1/T}, m = L^{−1/T}/T.
type LogLangevin struct {
	Loss        Loss
	Temperature float64
}

// GLD is Eq. 5 in one dimension, dz = −L′dt + sqrt(2D)dW: s = exp(L/D),
// m = exp(−L/D)/D.
type GLD struct {
	Loss      Loss
	Diffusion float64
}

var (
	_ Process = SDE{}
	_ Process = LogLangevin{}
	_ Process = GLD{}
)

// Densities implements [Process].
func (p SDE) Densities(z float64) (logScale, logSpeed float64) {
	u := math.Log(p.Loss(z))
	return u / p.Temperature, -u/p.Temperature - u - math.Log(p.Temperature)
}

// Densities implements [Process].
func (p LogLangevin) Densities(z float64) (logScale, logSpeed float64) {
	u := math.Log(p.Loss(z)) / p.Temperature
	return u, -u - math.Log(p.Temperature)
}

// Densities implements [Process].
func (p GLD) Densities(z float64) (logScale, logSpeed float64) {
	u := p.Loss(z) / p.Diffusion
	return u, -u - math.Log(p.Diffusion)
}

// mirror is a process seen with z → −z, which swaps left and right.
type mirror struct{ Process }

func (m mirror) Densities(z float64) (logScale, logSpeed float64) {
	return m.Process.Densities(-z)
}
