package noise

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Walk is what the noise does on the way out of a minimum along a direction e.
type Walk struct {
	LossRatio []float64 // c = L(θ* + s·e)/L(θ*)
	Strength  []float64 // B·eᵀΣe/(2L(θ*)h) there, which Eq. 6 says is c
	Kurtosis  float64   // of the slopes ∇f_μ·e at θ*: [Kurtosis] says how the strength grows
}

// WalkOut walks from θ* along ±e, with h = (1/N)Σ(∇f_μ·e)²/|e|² at θ*, to the given distances in
// units of sqrt(2L(θ*)/h), at which the loss has about doubled. Errors: those of [Kurtosis], a
// distance or a result that is not finite, and a loss of zero at θ*.
func WalkOut(m model.Model, theta, e, distances []float64) (Walk, error) {
	k, err := Kurtosis(m, theta, e)
	if err != nil {
		return Walk{}, err
	}
	curvature, err := GaussNewton(m, theta, nil)
	if err != nil {
		return Walk{}, err
	}
	h, err := Along(curvature, e)
	if err != nil {
		return Walk{}, err
	}
	loss := model.BatchGrad(m, nil, theta, nil)
	unit := math.Sqrt(2*loss/h) / floats.Norm(e, 2)
	if !(loss > 0) || !(unit > 0) || math.IsInf(unit, 1) {
		return Walk{}, fmt.Errorf("noise: way out from a loss of %v along a curvature of %v, want > 0 and finite", loss, h)
	}
	w, at := Walk{Kurtosis: k}, make([]float64, len(theta))
	for _, s := range distances {
		sigma, err := NewCovariance(m, floats.AddScaledTo(at, theta, s*unit, e), 1, Exact)
		if err != nil {
			return Walk{}, err
		}
		along, err := Along(sigma, e)
		if err != nil {
			return Walk{}, err
		}
		w.LossRatio = append(w.LossRatio, sigma.Loss()/loss)
		w.Strength = append(w.Strength, along/(2*loss*h))
	}
	return w, checkFinite("loss or strength on the way out", append(w.LossRatio, w.Strength...)...)
}

// Slope is that of the least-squares line of the strength over c: 1 by Eq. 6, Kurtosis − 1 where
// the slopes ∇f_μ·e stay what they are at θ*. It is NaN for a walk without different c or with a
// strength for another number of them.
func (w Walk) Slope() float64 {
	if len(w.LossRatio) < 2 || len(w.Strength) != len(w.LossRatio) {
		return math.NaN()
	}
	_, slope := stat.LinearRegression(w.LossRatio, w.Strength, nil, false)
	return slope
}
