package regression

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Predicted returns the mean first-passage times to ratio·L(θ*) by three diffusions that know L and
// Σ of the chain's samples: Eq. 13; the one with the exact covariance, Eq. 8; and Langevin dynamics
// with the noise of the minimum, Eq. 5. A time that the quadrature does not find is NaN. It returns
// an error if the chain or the ratio is out of bounds, or for features that are not gamma.
func (c Chain) Predicted(ratio float64) (times [3]float64, err error) {
	if err := c.checkAt(ratio); err != nil {
		return times, err
	}
	law, ok := c.featureLaw().(GammaFeatures)
	if !ok {
		return times, fmt.Errorf("regression: chain: diffusions for features %T, want gamma ones", c.Features)
	}
	g := Spherical{Dim: c.Dim, Curvature: law.Scale, LabelNoise: c.LabelNoise, Kurtosis: law.Kurtosis}
	noise := theory.Noise{LearningRate: c.LearningRate, BatchSize: float64(c.BatchSize)}
	T := noise.Temperature(g.Curvature)
	line := func(n exact.NoiseLaw) exact.Process {
		return exact.Radial{Line: exact.OneDim{Loss: g.Loss, Noise: n}, Dim: c.Dim}
	}
	for i, p := range []exact.Process{
		line(exact.LossNoise{Temperature: T}), SDE{g, noise}, line(exact.ConstantNoise{Strength: T * g.Loss(0)}),
	} {
		t, err := exact.RadialPassage(p, 0, g.Radius(ratio), exact.Settings{Tolerance: 1e-6})
		if times[i] = t.Value; err != nil {
			times[i] = math.NaN()
		}
	}
	return times, nil
}
