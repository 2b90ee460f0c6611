package landscape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Axis is the direction in which a barrier is crossed, with the places along it, z = Direction·θ.
// Planes z = const divide the minimum from what lies beyond.
type Axis struct {
	// Direction is a unit vector of length P: the unstable direction of the saddle, projected on
	// the eigenspace of H(θ*) that it lies closest to, so that noise ∝ H(θ*) does not couple z to
	// what goes on across. If no eigenspace holds a quarter of its square it is the unstable
	// direction itself.
	Direction []float64
	// Minimum and Saddle are the z of the two.
	Minimum, Saddle float64
	// Exit is a z past the saddle from where hardly anything returns: that of the far minimum if
	// the barrier tells it with a method FarMinimum, else of the first point down the axis at which
	// L is back at L(θ*) or rises again.
	Exit float64
}

// FindAxis returns the axis of a barrier. It returns an error for what [CheckBarrier] refuses.
func FindAxis(b Barrier) (Axis, error) {
	if err := CheckBarrier(b); err != nil {
		return Axis{}, err
	}
	minimum, saddle := b.Minimum(), b.Saddle()
	_, vectors, err := Eigen(saddle.Hess)
	if err != nil {
		return Axis{}, err
	}
	down := mat.Col(nil, 0, vectors)
	spaces, err := Eigenspaces(minimum.Hess)
	if err != nil {
		return Axis{}, err
	}
	a := Axis{Direction: down}
	best := 0.5
	for _, s := range spaces {
		part := s.Project(down)
		if norm := floats.Norm(part, 2); s.Curvature > 0 && norm > best {
			best = norm
			floats.Scale(1/norm, part)
			a.Direction = part
		}
	}
	if floats.Dot(a.Direction, saddle.Theta) < floats.Dot(a.Direction, minimum.Theta) {
		floats.Scale(-1, a.Direction)
	}
	a.Minimum, a.Saddle = floats.Dot(a.Direction, minimum.Theta), floats.Dot(a.Direction, saddle.Theta)
	if far, ok := b.(interface{ FarMinimum() Critical }); ok {
		a.Exit = floats.Dot(a.Direction, far.FarMinimum().Theta)
	} else {
		a.Exit = a.exit(b)
	}
	if !(a.Minimum < a.Saddle && a.Saddle < a.Exit) {
		return Axis{}, fmt.Errorf("landscape: axis: minimum, saddle and exit at z = %v, %v and %v along %.3v, want them ascending", a.Minimum, a.Saddle, a.Exit, a.Direction)
	}
	return a, nil
}

// exit walks down the axis from the saddle.
func (a Axis) exit(b Barrier) float64 {
	const parts = 256 // of the way from the minimum to the saddle
	step, start := (a.Saddle-a.Minimum)/parts, b.Saddle().Theta
	floor, last, theta := b.Minimum().Loss, b.Saddle().Loss, make([]float64, len(start))
	for k := 1.0; ; k++ {
		loss := b.LossGrad(nil, floats.AddScaledTo(theta, start, k*step, a.Direction))
		switch {
		case loss <= floor: // between here and the step before
			return a.Saddle + step*(k-(floor-loss)/(last-loss))
		case k > 1 && !(loss < last) || k == 16*parts:
			return a.Saddle + step*(k-1)
		}
		last = loss
	}
}

// Eigenspace is spanned by the eigenvectors of one curvature.
type Eigenspace struct {
	Curvature float64     // 0 for flat directions
	Basis     [][]float64 // orthonormal
}

// Project returns the projection of x on the space; nil for another dimension.
func (s Eigenspace) Project(x []float64) []float64 {
	part := make([]float64, len(x))
	for _, v := range s.Basis {
		if len(v) != len(x) {
			return nil
		}
		floats.AddScaled(part, floats.Dot(v, x), v)
	}
	return part
}

// Eigenspaces returns the eigenspaces of a Hessian with curvatures ascending; curvatures that
// differ by less than [Flatness] times the largest in size count as equal, and those as small as
// flat.
func Eigenspaces(h *mat.SymDense) ([]Eigenspace, error) {
	values, vectors, err := Eigen(h)
	if err != nil {
		return nil, err
	}
	tolerance := Flatness * math.Max(math.Abs(values[0]), math.Abs(values[len(values)-1]))
	var spaces []Eigenspace
	for i, v := range values {
		if math.Abs(v) <= tolerance {
			v = 0
		}
		if last := len(spaces) - 1; last < 0 || v-spaces[last].Curvature > tolerance {
			spaces = append(spaces, Eigenspace{Curvature: v})
		}
		s := &spaces[len(spaces)-1]
		s.Basis = append(s.Basis, mat.Col(nil, i, vectors))
	}
	return spaces, nil
}

// Eigen returns the eigenvalues of a Hessian, ascending, with its eigenvectors as columns. It
// returns an error for none, or if they do not converge, as for NaN.
func Eigen(h *mat.SymDense) (values []float64, vectors *mat.Dense, err error) {
	var eig mat.EigenSym
	if h == nil || h.IsEmpty() {
		return nil, nil, fmt.Errorf("landscape: no Hessian given, or one of more than 1 GiB")
	}
	if size := mat.Norm(h, 1); math.IsNaN(size) || math.IsInf(size, 0) || !eig.Factorize(h, true) {
		return nil, nil, fmt.Errorf("landscape: eigenvalues of the Hessian did not converge")
	}
	vectors = new(mat.Dense)
	eig.VectorsTo(vectors)
	return eig.Values(nil), vectors, nil
}
