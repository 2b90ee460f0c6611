package noise

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Kurtosis returns (1/N)Σ g_μ⁴ / [(1/N)Σ g_μ²]² of the slopes g_μ = ∇f_μ·v along v, between 1 and N.
//
// It says how Eq. 6 fares on the way out of a minimum. At θ* + s·v the residuals are about
// r_μ + s·g_μ; with h = (1/N)Σ g² the loss grows by ½hs² and, once that exceeds L(θ*),
//
//	B·vᵀΣv → (1/N)Σ (s·g²)² − (s·h)² = (kurtosis − 1)·h²s²,
//
// where Eq. 6 has 2Lh → h²s². So the kurtosis decides: 2 is the paper's, 3 (Gaussian g,
// linear regression) doubles the noise, and 1 (the same slope for every sample) leaves it
// as it was at θ*.
//
// Errors: θ or v of a length other than P or not finite, slopes that all vanish, and a model that
// is not a [model.JacobianMultiplier] with one output and mean-square loss (model.ErrUnsupported).
func Kurtosis(m model.Model, theta, v []float64) (float64, error) {
	n, p, err := checkPoint(m, theta)
	if err != nil {
		return 0, err
	}
	if len(v) != p {
		return 0, fmt.Errorf("noise: direction of length %d, want P = %d", len(v), p)
	}
	jac, ok := m.(model.JacobianMultiplier)
	if !ok || model.MeanSquareOutputs(m) != 1 {
		return 0, fmt.Errorf("noise: kurtosis for %T wants derivatives of one output and a mean-square loss: %w", m, model.ErrUnsupported)
	}
	g := make([]float64, n)
	jac.JacVec(g, theta, v, nil)
	floats.Mul(g, g)
	second, fourth := floats.Sum(g)/float64(n), floats.Dot(g, g)/float64(n)
	if !(second > 0) || math.IsInf(fourth, 0) {
		return 0, fmt.Errorf("noise: kurtosis along a direction with mean squared slope %v, want > 0 and finite", second)
	}
	return fourth / (second * second), nil
}
