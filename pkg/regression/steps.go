package regression

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// StepBarrier returns V_η, the limit of T·log t of the mean first-passage time t to ratio·L(θ*) as
// B → ∞ at the chain's learning rate, in one dimension, and the cheapest walk from θ* to there; see
// [quasipotential.Steps], which takes the settings. BatchSize is not used. The exit takes a few
// steps, so that t itself goes as T^{−1/2}·exp(V_η/T) at fixed η.
//
// For normal samples it falls from [Chain.Barrier] at η → 0; for x = ±1 and normal labels it is
// that of an autoregressive chain,
//
//	V_η = (c−1)(1 − ηh/2).
//
// It returns an error if the chain or the ratio is out of bounds, in more than one dimension, or
// for features without bound that are not normal or whose labels are not: a quadrature does not see
// their tails.
func (c Chain) StepBarrier(ratio float64, s exact.Settings) (v exact.Result, walk []float64, err error) {
	if err := c.checkAt(ratio); err != nil {
		return exact.Result{}, nil, err
	}
	k, err := c.Cumulant()
	if err != nil {
		return exact.Result{}, nil, err
	}
	if _, cut := k.(*lineSamples); cut && math.IsInf(c.featureLaw().Largest(1), 1) {
		return exact.Result{}, nil, fmt.Errorf("regression: chain: steps for features %T and labels %T, want normal or bounded features", c.featureLaw(), c.Labels)
	}
	r := c.Radius(ratio)
	v, walk, err = quasipotential.Steps(k, c.LearningRate, quasipotential.Strip{Wall: -r, Start: 0, Exit: r}, s)
	v.Value *= c.featureLaw().Curvature()
	v.Err *= c.featureLaw().Curvature()
	return v, walk, err
}
