package barriers

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// Steps returns V_η, the limit of T·log t of the mean first-passage time t to ratio·L(θ*) as B → ∞
// at the chain's learning rate, in one dimension, and the cheapest walk from θ* to there; see
// [quasipotential.Steps], which takes the settings. BatchSize is not used. The exit takes a few
// steps, so that t itself goes as T^{−1/2}·exp(V_η/T) at fixed η.
//
// For normal samples it falls from [Fresh] at η → 0; for x = ±1 and normal labels it is that of an
// autoregressive chain,
//
//	V_η = (c−1)(1 − ηh/2).
//
// It returns an error if the chain or the ratio is out of bounds, in more than one dimension, or
// for features without bound that are not normal or whose labels are not: a quadrature does not see
// their tails.
func Steps(c regression.Chain, ratio float64, s exact.Settings) (v exact.Result, walk []float64, err error) {
	if err := c.CheckAt(ratio); err != nil {
		return exact.Result{}, nil, err
	}
	k, err := Cumulant(c)
	if err != nil {
		return exact.Result{}, nil, err
	}
	if _, cut := k.(*lineSamples); cut && math.IsInf(c.FeatureLaw().Largest(1), 1) {
		return exact.Result{}, nil, fmt.Errorf("barriers: chain: steps for features %T and labels %T, want normal or bounded features", c.FeatureLaw(), c.Labels)
	}
	r := c.Radius(ratio)
	v, walk, err = quasipotential.Steps(k, c.LearningRate, quasipotential.Strip{Wall: -r, Start: 0, Exit: r}, s)
	v.Value *= c.FeatureLaw().Curvature()
	v.Err *= c.FeatureLaw().Curvature()
	return v, walk, err
}
