package spectrum

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
)

// Directions holds curvature and noise along the leading eigenvectors v_i of a Hessian.
type Directions struct {
	Vectors   *mat.Dense // unit columns v_i
	Curvature []float64  // H_ii = v_i·Hv_i, descending
	Noise     []float64  // C_ii = v_i·Σv_i for batches of one (Eq. 8)
	// Predicted is what Eq. 6 says of C_ii, (2L/k)·H_ii for a mean-square loss of k outputs. For
	// other losses it is H_ii: for likelihoods, what the identity of Fisher information and Hessian
	// says.
	Predicted []float64
}

// AlongLeading measures the k leading directions of H at θ. Errors: those of [Leading], a point
// that is not finite or does not fit, and curvature or noise that are not positive.
func AlongLeading(ctx context.Context, m model.Model, theta []float64, k int, s LeadingSettings) (Directions, error) {
	h, err := noise.Hessian(m, theta)
	if err != nil {
		return Directions{}, fmt.Errorf("spectrum: %w", err)
	}
	e, err := Leading(ctx, h, k, s)
	if err != nil {
		return Directions{}, err
	}
	sigma, err := noise.NewCovariance(m, theta, 1, noise.Exact)
	if err != nil {
		return Directions{}, fmt.Errorf("spectrum: %w", err)
	}
	scale := 1.0
	if k := model.MeanSquareOutputs(m); k > 0 {
		scale = 2 * sigma.Loss() / float64(k)
	}
	d := Directions{Vectors: e.Vectors, Curvature: e.Values}
	if math.IsInf(scale*e.Values[0], 0) {
		return Directions{}, fmt.Errorf("spectrum: noise of a loss of %v and a curvature of %v, want 2L·H/k finite", sigma.Loss(), e.Values[0])
	}
	for i, h := range e.Values {
		if err := ctx.Err(); err != nil {
			return Directions{}, fmt.Errorf("spectrum: %w", err)
		}
		c, err := noise.Along(sigma, mat.Col(nil, i, e.Vectors))
		if err != nil {
			return Directions{}, fmt.Errorf("spectrum: %w", err)
		}
		if !(h > 0 && c > 0) {
			return Directions{}, fmt.Errorf("spectrum: curvature %v and noise %v in direction %d, want > 0", h, c, i+1)
		}
		d.Noise, d.Predicted = append(d.Noise, c), append(d.Predicted, scale*h)
	}
	return d, nil
}

// Power returns the γ of the fit C_ii ∝ H_ii^γ, all directions weighing the same: 1 by Eq. 6,
// between 1 and 2 by Zhang, Yang and Tu (arXiv 2602.05600). Fewer than two directions of different
// curvature are an error, and so are numbers of curvature and noise that differ, or one that is not
// positive and finite. How far it is off shows in its scatter over seeds.
func (d Directions) Power() (gamma float64, err error) {
	if len(d.Noise) != len(d.Curvature) {
		return 0, fmt.Errorf("spectrum: power of %d curvatures and %d noises, want as many", len(d.Curvature), len(d.Noise))
	}
	x, y := make([]float64, len(d.Curvature)), make([]float64, len(d.Curvature))
	for i, h := range d.Curvature {
		if c := d.Noise[i]; !(h > 0 && c > 0 && h <= math.MaxFloat64 && c <= math.MaxFloat64) {
			return 0, fmt.Errorf("spectrum: power from curvature %v and noise %v in direction %d, want > 0 and finite", h, c, i+1)
		}
		x[i], y[i] = math.Log(h), math.Log(d.Noise[i])
	}
	if len(x) < 2 || !(floats.Max(x) > floats.Min(x)) {
		return 0, fmt.Errorf("spectrum: power of %d directions, want at least two of different curvature", len(x))
	}
	_, gamma = stat.LinearRegression(x, y, nil, false)
	return gamma, nil
}

// Quotients stores the k = len(dst) leading eigenvalues of the exact side of Eq. 7, (1/N)Σ ℓ∇f∇fᵀ,
// over those of the decoupled one, (L/N)Σ ∇f∇fᵀ, rank by rank. Errors: those of [noise.GaussNewton]
// and [Leading], and eigenvalues that are not positive or whose quotient is not finite and
// positive; dst then holds nothing of use.
func Quotients(ctx context.Context, dst []float64, m model.Model, theta []float64, s LeadingSettings) error {
	n, _, err := model.CheckPoint(m, theta)
	if err != nil {
		return fmt.Errorf("spectrum: %w", err)
	}
	losses := make([]float64, n)
	loss := model.NormGrad(m, losses, nil, nil, theta, nil)
	var sides [2][]float64
	for i, weights := range [][]float64{losses, nil} {
		op, err := noise.GaussNewton(m, theta, weights)
		if err != nil {
			return fmt.Errorf("spectrum: %w", err)
		}
		e, err := Leading(ctx, op, len(dst), s)
		if err != nil {
			return err
		}
		sides[i] = e.Values
	}
	for i, exact := range sides[0] {
		decoupled := loss * sides[1][i]
		dst[i] = exact / decoupled
		if !(exact > 0 && decoupled > 0 && dst[i] > 0 && dst[i] <= math.MaxFloat64) {
			return fmt.Errorf("spectrum: eigenvalues %v and %v of rank %d, want > 0 and finite", exact, decoupled, i+1)
		}
	}
	return nil
}

// Ratios stores C_ii/Predicted in dst, or a new slice for nil: 1 where Eq. 6 holds. A dst or a
// Predicted of another length than Noise is a bug of the caller and panics.
func (d Directions) Ratios(dst []float64) []float64 {
	if dst == nil {
		dst = make([]float64, len(d.Noise))
	}
	return floats.DivTo(dst, d.Noise, d.Predicted)
}

// Spread is the root mean square of log(C_ii/Predicted) over the first k directions, or over all if
// there are fewer: 0 where Eq. 6 holds. It is NaN for none and for numbers of Noise and Predicted
// that differ, and not finite unless all of those that it takes are positive.
func (d Directions) Spread(k int) float64 {
	if len(d.Predicted) != len(d.Noise) {
		return math.NaN()
	}
	logs := d.Ratios(nil)[:max(0, min(k, len(d.Noise)))]
	for i, r := range logs {
		logs[i] = math.Log(r)
	}
	return math.Sqrt(floats.Dot(logs, logs) / float64(len(logs)))
}
