package kolmogorov

import (
	"errors"
	"fmt"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Valley is a loss in n dimensions that has rotational symmetry about the escape coordinate: L(z₁,
// r) with r = |z_⊥| ≥ 0 the distance from the axis. The n−1 dimensions across then act through r
// alone, with the measure r^{n−2} dr, so that two coordinates serve every n. In two dimensions it
// need not be symmetric; see Plane.
type Valley struct {
	// Dim is the effective dimension n ≥ 1. For n = 1 Loss is only asked at r = 0.
	Dim int
	// Loss returns L(z₁, r), positive wherever the process can go.
	Loss func(z, r float64) float64
	// Minimum is the z₁ of the minimum, which lies on the axis.
	Minimum float64
	// Plane says that n = 2 and r stands for z₂, of either sign, so that L may be anything, for
	// example a bent valley.
	Plane bool
}

// Axial returns the valley of a landscape that the caller knows to be symmetric under rotations of
// its coordinates 2 to n, flat in any others, and to have a minimum on the axis at z₁ = minimum:
// for example [landscape.Basins] with equal curvatures across each basin. It returns an error if n
// is not from 1 to the landscape's Dim or there is no landscape.
func Axial(l landscape.Landscape, n int, minimum float64) (Valley, error) {
	if l == nil {
		return Valley{}, errNoLandscape
	}
	if n < 1 || n > l.Dim() {
		return Valley{}, fmt.Errorf("kolmogorov: valley: effective dimension n = %d, want 1 to %d", n, l.Dim())
	}
	return Valley{Dim: n, Loss: section(l), Minimum: minimum}, nil
}

// Plane returns a landscape of two outliers, coordinates 1 and 2, without any symmetry, and with a
// minimum at (minimum, 0): for example [landscape.Bent]. The exit is still a line z₁ = const. It
// returns an error if the landscape has fewer than two dimensions or there is none.
func Plane(l landscape.Landscape, minimum float64) (Valley, error) {
	if l == nil {
		return Valley{}, errNoLandscape
	}
	if l.Dim() < 2 {
		return Valley{}, fmt.Errorf("kolmogorov: valley: landscape of dimension %d, want ≥ 2 for a plane", l.Dim())
	}
	return Valley{Dim: 2, Loss: section(l), Minimum: minimum, Plane: true}, nil
}

var errNoLandscape = errors.New("kolmogorov: valley: no landscape given")

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
