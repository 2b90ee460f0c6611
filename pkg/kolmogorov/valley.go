package kolmogorov

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
// r^{n−2} dr, so that two coordinates serve every n. In two dimensions it need
// not be symmetric; see Plane.
type Valley struct {
	// Dim is the effective dimension n ≥ 1. For n = 1 Loss is only asked at r = 0.
	Dim int
	// Loss returns L(z₁, r), positive wherever the process can go.
	Loss func(z, r float64) float64
	// Minimum is the z₁ of the minimum, which lies on the axis.
	Minimum float64
	// Plane says that n = 2 and r stands for z₂, of either sign, so that L may be
	// anything, for example a bent valley.
	Plane bool
}

// Straight returns the valley L₀ + V(z₁) + ½h_⊥r² of a well with its minimum
// at the origin. Flat directions play no part, as the noise does not act there.
// It returns an error unless all curvatures across the path are equal; they may
// differ from that along it.
func Straight(w Well) (Valley, error) {
	across := w.Transverse()
	for i, h := range across {
		if math.Abs(h-across[0]) > 1e-12*across[0] {
			return Valley{}, fmt.Errorf("kolmogorov: valley: transverse curvatures h_2 = %v and h_%d = %v differ, want them equal for a reduction to (z₁, |z_⊥|)",
				across[0], i+2, h)
		}
	}
	return Valley{Dim: w.EffectiveDim(), Loss: section(w)}, nil
}

// Axial returns the valley of a landscape that the caller knows to be symmetric
// under rotations of its coordinates 2 to n, flat in any others, and to have a
// minimum on the axis at z₁ = minimum: for example [landscape.Basins] with
// equal curvatures across each basin. It returns an error if n is not from 1 to
// the landscape's Dim.
func Axial(l landscape.Landscape, n int, minimum float64) (Valley, error) {
	if n < 1 || n > l.Dim() {
		return Valley{}, fmt.Errorf("kolmogorov: valley: effective dimension n = %d, want 1 to %d", n, l.Dim())
	}
	return Valley{Dim: n, Loss: section(l), Minimum: minimum}, nil
}

// Plane returns a landscape of two outliers, coordinates 1 and 2, without any
// symmetry, and with a minimum at (minimum, 0): for example [landscape.Bent].
// The exit is still a line z₁ = const. It returns an error if the landscape has
// fewer than two dimensions.
func Plane(l landscape.Landscape, minimum float64) (Valley, error) {
	if l.Dim() < 2 {
		return Valley{}, fmt.Errorf("kolmogorov: valley: landscape of dimension %d, want ≥ 2 for a plane", l.Dim())
	}
	return Valley{Dim: 2, Loss: section(l), Minimum: minimum, Plane: true}, nil
}

// section returns L(z, r, 0, …).
func section(l landscape.Landscape) func(z, r float64) float64 {
	dim := l.Dim()
	return func(z, r float64) float64 {
		theta := make([]float64, dim)
		theta[0] = z
		if dim > 1 {
			theta[1] = r
		}
		return l.LossGrad(nil, theta)
	}
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
