package exact

import "math"

// NoiseLaw is an isotropic noise whose strength depends on the place only
// through the loss. The diffusion that it drives has the generator
//
//	𝓛u = (1/m) ∇·(m a ∇u)
//
// with the diffusion constant a(L) and the stationary weight m(L). Package
// kolmogorov solves it in a valley, [OneDim] is its case of one dimension.
type NoiseLaw interface {
	Diffusion(loss float64) float64 // a > 0
	LogWeight(loss float64) float64 // log m up to a constant
}

// LossNoise is Eq. 13 with equal outliers h* or, more generally, isotropic
// noise in the subspace: dz = −∇L dt + sqrt(2T·L)·dW, T = ηh*/B. Then a = T·L
// and m = L^{−1−1/T}, the stationary law Eq. 18.
type LossNoise struct{ Temperature float64 }

// ConstantNoise is gradient Langevin dynamics, Eq. 5:
// dz = −∇L dt + sqrt(2D)·dW, a = D and m = exp(−L/D).
type ConstantNoise struct{ Strength float64 }

// TauNoise is Eq. 15, the process of [LossNoise] on the clock τ = ∫L dt:
// dz = −∇log L dτ + sqrt(2T)·dW, a = T and m = L^{−1/T}.
type TauNoise struct{ Temperature float64 }

var (
	_ NoiseLaw = LossNoise{}
	_ NoiseLaw = ConstantNoise{}
	_ NoiseLaw = TauNoise{}
)

// Diffusion implements [NoiseLaw].
func (n LossNoise) Diffusion(loss float64) float64 { return n.Temperature * loss }

// LogWeight implements [NoiseLaw].
func (n LossNoise) LogWeight(loss float64) float64 { return -(1 + 1/n.Temperature) * math.Log(loss) }

// Diffusion implements [NoiseLaw].
func (n ConstantNoise) Diffusion(float64) float64 { return n.Strength }

// LogWeight implements [NoiseLaw].
func (n ConstantNoise) LogWeight(loss float64) float64 { return -loss / n.Strength }

// Diffusion implements [NoiseLaw].
func (n TauNoise) Diffusion(float64) float64 { return n.Temperature }

// LogWeight implements [NoiseLaw].
func (n TauNoise) LogWeight(loss float64) float64 { return -math.Log(loss) / n.Temperature }
