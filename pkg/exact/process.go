// Package exact answers the question: what is the true escape time or stationary law of a diffusion
// along a line or a radius, with no sampling error at all?
//
// [MeanFirstPassage], [Stationary] and [Odds] integrate the scale and speed densities of any
// [Process] along a line, [RadialPassage] those of a distance, [Channel] those of the way over a
// pass with parabolas across. [NoiseLaw] is the noise that many dimensions (package kolmogorov)
// share with one.
package exact

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Process is a one-dimensional diffusion dz = b(z)ds + sqrt(2a(z))dW, where s is t or τ, given by
// its scale and speed densities.
type Process interface {
	// Densities returns log s(z) and log m(z), with s = exp(−∫b/a) the density of the scale
	// function and m = 1/(a·s) that of the speed measure, each up to one common factor that cancels
	// in s·m. NaN stands for a z at which the process does not exist.
	Densities(z float64) (logScale, logSpeed float64)
}

// Loss is a loss along a line, L(z).
type Loss func(z float64) float64

// FirstAxis returns the loss of a landscape along its first coordinate, the escape coordinate of
// the analytic wells; nil, which the quadratures refuse, for a landscape that is nil or of no
// dimension.
func FirstAxis(l landscape.Landscape) Loss {
	if l == nil || l.Dim() < 1 {
		return nil
	}
	return func(z float64) float64 {
		theta := make([]float64, l.Dim())
		theta[0] = z
		return l.LossGrad(nil, theta)
	}
}

// OneDim is a diffusion along a line, dz = −L′ds + sqrt(2a(L))dW on the clock of its noise law: t
// for [LossNoise] (Eq. 13) and [ConstantNoise] (Eq. 5), τ for [TauNoise] (Eq. 15, where the drift
// is −(log L)′). s = 1/(a·m).
type OneDim struct {
	Loss  Loss
	Noise NoiseLaw
}

var (
	_ Process = OneDim{}
	_ Checker = OneDim{}
)

// Check implements [Checker].
func (p OneDim) Check() error {
	if p.Loss == nil || p.Noise == nil {
		return fmt.Errorf("diffusion along a line without a loss or a noise")
	}
	return nil
}

// Densities implements [Process]; NaN without a loss or a noise.
func (p OneDim) Densities(z float64) (logScale, logSpeed float64) {
	if p.Check() != nil {
		return math.NaN(), math.NaN()
	}
	loss := p.Loss(z)
	logSpeed = p.Noise.LogWeight(loss)
	return -logSpeed - math.Log(p.Noise.Diffusion(loss)), logSpeed
}

// mirror is a process seen with z → −z, which swaps left and right.
type mirror struct{ Process }

func (m mirror) Densities(z float64) (logScale, logSpeed float64) { return m.Process.Densities(-z) }

// NoiseLaw is an isotropic noise whose strength depends on the place only through the loss. The
// diffusion that it drives has the generator
//
//	𝓛u = (1/m) ∇·(m a ∇u)
//
// with the diffusion constant a(L) and the stationary weight m(L). Package kolmogorov solves it in
// a valley, [OneDim] is its case of one dimension. An a or log m that is not finite, or an a that is
// not positive, says that the loss or a parameter of the noise is out of bounds.
type NoiseLaw interface {
	Diffusion(loss float64) float64 // a > 0
	LogWeight(loss float64) float64 // log m up to a constant
}

// LossNoise is Eq. 13 with equal outliers h* or, more generally, isotropic noise in the subspace:
// dz = −∇L dt + sqrt(2T·L)·dW, T = ηh*/B. Then a = T·L and m = L^{−1−1/T}, the stationary law Eq.
// 18.
type LossNoise struct{ Temperature float64 }

// ConstantNoise is gradient Langevin dynamics, Eq. 5: dz = −∇L dt + sqrt(2D)·dW, a = D and m =
// exp(−L/D).
type ConstantNoise struct{ Strength float64 }

// TauNoise is Eq. 15, the process of [LossNoise] on the clock τ = ∫L dt: dz = −∇log L dτ +
// sqrt(2T)·dW, a = T and m = L^{−1/T}.
type TauNoise struct{ Temperature float64 }

var _, _, _ NoiseLaw = LossNoise{}, ConstantNoise{}, TauNoise{}

// Diffusion and LogWeight implement [NoiseLaw].
func (n LossNoise) Diffusion(loss float64) float64     { return n.Temperature * loss }
func (n LossNoise) LogWeight(loss float64) float64     { return -(1 + 1/n.Temperature) * math.Log(loss) }
func (n ConstantNoise) Diffusion(float64) float64      { return n.Strength }
func (n ConstantNoise) LogWeight(loss float64) float64 { return -loss / n.Strength }
func (n TauNoise) Diffusion(float64) float64           { return n.Temperature }
func (n TauNoise) LogWeight(loss float64) float64      { return -math.Log(loss) / n.Temperature }
