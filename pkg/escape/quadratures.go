package escape

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// onFloor is how far the floor of the valley may be from the axis, in widths √(TL/h) of the well:
// the rate feels its square.
const onFloor = 0.03

// Quadratures returns the rate by two quadratures along the axis, [exact.Channel.Rate]: for any
// number of outliers that are equal at the minimum, whatever their curvatures become on the way.
// Across the axis L counts as the parabola that its Hessian has there. Its error is that of one
// test function in Dirichlet's principle, told there; it needs no small T and is by far the
// cheapest route. It returns an error for what [Problem.Theory] refuses, for outliers that differ,
// a path that leaves the axis, a curvature across that is not positive on the way, and n ≥ n_c − 1.
func (p Problem) Quadratures(ctx context.Context) (exact.Result, error) {
	e, err := p.Theory()
	if err != nil {
		return exact.Result{}, err
	}
	fail := func(err error) (exact.Result, error) {
		return exact.Result{}, fmt.Errorf("escape: two quadratures: %w", err)
	}
	if e.Spread > 1+landscape.Flatness {
		return fail(fmt.Errorf("outliers differ by a factor %.6g, want them equal", e.Spread))
	}
	axis, err := landscape.FindAxis(p.Barrier)
	if err != nil {
		return fail(err)
	}
	w, err := newWay(p.Barrier, axis)
	if err != nil {
		return fail(err)
	}
	if err := w.straight(axis, e); err != nil {
		return fail(err)
	}
	var noise exact.NoiseLaw = exact.LossNoise{Temperature: e.T()}
	if p.Frozen {
		noise = exact.ConstantNoise{Strength: e.T() * e.MinimumLoss}
	}
	c := exact.Channel{Line: exact.OneDim{Loss: w.loss, Noise: noise}, Dim: e.EffectiveDimension}
	if e.EffectiveDimension > 1 {
		c.LogDet = w.logDet
	}
	// Hessians by differences are good to nine digits.
	r, err := c.Rate(ctx, axis.Minimum, axis.Exit, exact.Settings{Tolerance: 1e-7})
	if err != nil {
		return fail(err)
	}
	return r, nil
}

// way is the straight line through the minimum along an axis, with the outliers across it.
type way struct {
	b         landscape.Barrier
	from, dir []float64
	z0        float64    // of the minimum
	across    *mat.Dense // P × (n−1), orthonormal columns; nil for n = 1
}

func newWay(b landscape.Barrier, axis landscape.Axis) (way, error) {
	w := way{b: b, from: b.Minimum().Theta, dir: axis.Direction, z0: axis.Minimum}
	spaces, err := landscape.Eigenspaces(b.Minimum().Hess)
	if err != nil {
		return w, err
	}
	// The outliers are one space, the last. Its projector without the axis has the eigenvalues 1,
	// n−1 times, and 0.
	outliers, dim := spaces[len(spaces)-1].Basis, len(w.from)
	if len(outliers) == 1 {
		return w, nil
	}
	projector := mat.NewSymDense(dim, nil)
	for _, v := range outliers {
		projector.SymRankOne(projector, 1, mat.NewVecDense(dim, v))
	}
	projector.SymRankOne(projector, -1, mat.NewVecDense(dim, w.dir))
	_, vectors, err := landscape.Eigen(projector)
	if err != nil {
		return w, err
	}
	w.across = mat.DenseCopyOf(vectors.Slice(0, dim, dim-len(outliers)+1, dim))
	return w, nil
}

func (w way) at(z float64) []float64 {
	return floats.AddScaledTo(make([]float64, len(w.from)), w.from, z-w.z0, w.dir)
}

func (w way) loss(z float64) float64 { return w.b.LossGrad(nil, w.at(z)) }

// logDet returns the log of the determinant of the Hessian across; NaN unless it is positive
// definite.
func (w way) logDet(z float64) float64 {
	hess := landscape.HessianAt(w.b, w.at(z))
	if hess == nil {
		return math.NaN()
	}
	var half, full mat.Dense
	half.Mul(hess, w.across)
	full.Mul(w.across.T(), &half)
	n, _ := full.Dims()
	inside := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			inside.SetSym(i, j, full.At(i, j))
		}
	}
	var chol mat.Cholesky
	if !chol.Factorize(inside) {
		return math.NaN()
	}
	return chol.LogDet()
}

// straight returns an error unless the floor of the valley lies on the axis up to the exit and the
// curvatures across stay positive.
func (w way) straight(axis landscape.Axis, e theory.Escape) error {
	if w.across == nil {
		return nil
	}
	const probes = 16
	grad, slope := make([]float64, len(w.from)), mat.NewVecDense(e.EffectiveDimension-1, nil)
	for i := range probes + 1 {
		z := axis.Minimum + (axis.Exit-axis.Minimum)*float64(i)/probes
		loss := w.b.LossGrad(grad, w.at(z))
		slope.MulVec(w.across.T(), mat.NewVecDense(len(grad), grad))
		if off := mat.Norm(slope, 2) / math.Sqrt(e.OutlierCurvature*e.T()*loss); !(off <= onFloor) {
			return fmt.Errorf("the path leaves the axis: at z = %.4g its floor is %.3g widths of the well away, want ≤ %g", z, off, onFloor)
		}
		if math.IsNaN(w.logDet(z)) {
			return fmt.Errorf("a curvature across the axis is not positive at z = %.4g", z)
		}
	}
	return nil
}
