package regression

import (
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// SDE is the distance from the minimum of Eq. 4 with the exact
// covariance, in linear regression on spherical features (Eq. 8 with nothing
// decoupled; [Spherical] holds the two variances):
//
//	dr = (−h·r + (n−1)a_t/r)dt + sqrt(2a_r)dW,
//	a_r = (η/2B)(hσ² + (κ₄−1)h²r²),  a_t = (η/2B)(hσ² + (κ₄/3)h²r²).
//
// For κ₄ = 2 in one dimension it is Eq. 13.
type SDE struct {
	Spherical
	Noise theory.Noise
}

var (
	_ exact.Process = SDE{}
	_ exact.Checker = SDE{}
)

// Densities implements [exact.Process]; NaN for r ≤ 0 unless n = 1.
func (p SDE) Densities(r float64) (logScale, logSpeed float64) {
	g, t := p.Spherical, p.Noise.LearningRate*p.Spherical.Curvature/p.Noise.BatchSize
	k, q := g.Kurtosis-1, g.Curvature*r*r/(g.LabelNoise*g.LabelNoise)
	// log(1+kq)/k, which is q for features of constant length (k = 0).
	grown := q
	if k > 0 {
		grown = math.Log1p(k*q) / k
	}
	logScale = grown / t
	if g.Dim > 1 {
		logScale -= float64(g.Dim-1) * (math.Log(r) + (1-2*g.Kurtosis/3)/2*grown)
	}
	radial := t / 2 * g.LabelNoise * g.LabelNoise * (1 + k*q)
	return logScale, -logScale - math.Log(radial)
}

// Check implements [exact.Checker].
func (p SDE) Check() error {
	if err := p.Noise.Check(); err != nil {
		return err
	}
	return p.Spherical.Check()
}
