package exact

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Well is a landscape whose outliers across the escape coordinate have the
// curvatures Transverse, as the analytic wells of package landscape.
type Well interface {
	landscape.Landscape
	EffectiveDim() int
	Transverse() []float64
}

// Valley is a loss in n dimensions that has rotational symmetry about the
// escape coordinate: L(z₁, r) with r = |z_⊥| ≥ 0 the distance from the axis.
// The n−1 dimensions across then act through r alone, with the measure
// r^{n−2} dr, so that two coordinates serve every n.
type Valley struct {
	// Dim is the effective dimension n ≥ 1. For n = 1 Loss is only asked at r = 0.
	Dim int
	// Loss returns L(z₁, r), positive wherever the process can go.
	Loss func(z, r float64) float64
	// Minimum is the z₁ of the minimum, which lies on the axis.
	Minimum float64
}

// Straight returns the valley L₀ + V(z₁) + ½h_⊥r² of a well with its minimum
// at z₁ = 0. Flat directions play no part, as the noise does not act there. It
// returns an error unless all curvatures across the path are equal; they may
// differ from that along it.
func Straight(w Well) (Valley, error) {
	across := w.Transverse()
	for i, h := range across {
		if math.Abs(h-across[0]) > 1e-12*across[0] {
			return Valley{}, fmt.Errorf("exact: valley: transverse curvatures h_2 = %v and h_%d = %v differ, want them equal for a reduction to (z₁, |z_⊥|)",
				across[0], i+2, h)
		}
	}
	dim := w.Dim()
	return Valley{Dim: w.EffectiveDim(), Loss: func(z, r float64) float64 {
		theta := make([]float64, dim)
		theta[0] = z
		if len(across) > 0 {
			theta[1] = r
		}
		return w.LossGrad(nil, theta)
	}}, nil
}

// Reversible is an isotropic diffusion in the outlier subspace whose strength
// depends on the place only through the loss. Its generator is
//
//	𝓛u = (1/m) ∇·(m a ∇u)
//
// with the diffusion constant a(L) and the stationary weight m(L).
type Reversible interface {
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
	_ Reversible = LossNoise{}
	_ Reversible = ConstantNoise{}
	_ Reversible = TauNoise{}
	_ Well       = (*landscape.Quartic)(nil)
	_ Well       = (*landscape.Cubic)(nil)
)

// Diffusion implements [Reversible].
func (n LossNoise) Diffusion(loss float64) float64 { return n.Temperature * loss }

// LogWeight implements [Reversible].
func (n LossNoise) LogWeight(loss float64) float64 { return -(1 + 1/n.Temperature) * math.Log(loss) }

// Diffusion implements [Reversible].
func (n ConstantNoise) Diffusion(float64) float64 { return n.Strength }

// LogWeight implements [Reversible].
func (n ConstantNoise) LogWeight(loss float64) float64 { return -loss / n.Strength }

// Diffusion implements [Reversible].
func (n TauNoise) Diffusion(float64) float64 { return n.Temperature }

// LogWeight implements [Reversible].
func (n TauNoise) LogWeight(loss float64) float64 { return -math.Log(loss) / n.Temperature }
