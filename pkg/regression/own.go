package regression

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// OwnBarrier returns h·ΔS of small-step SGD on one finite data set in one dimension, from its
// minimum to where its loss is ratio times as high, the smaller of both directions. It returns an
// error for a ratio ≤ 1 or a set of more dimensions, or one that [New] refuses.
func OwnBarrier(s *data.Set, ratio float64) (float64, error) {
	if err := checkRatio(ratio); err != nil {
		return 0, err
	}
	r, err := New(s, 1, 1, sgd.WithReplacement) // neither η nor B enters
	switch {
	case err != nil:
		return 0, err
	case r.Dim() != 1:
		return 0, fmt.Errorf("regression: own barrier of a set in %d dimensions, want 1", r.Dim())
	}
	m, err := model.NewLinear(s)
	if err != nil {
		return 0, err
	}
	k, h, at, least := quasipotential.NewSamples(m), r.Hessian().At(0, 0), r.Minimum()[0], math.Inf(1)
	for _, side := range []float64{-1, 1} {
		to := at + side*math.Sqrt(2*(ratio-1)*r.MinimumLoss()/h)
		v, err := quasipotential.Quasipotential(k, [][]float64{{at}, {to}}, exact.Settings{Tolerance: 1e-3})
		if err != nil {
			return 0, err
		}
		least = math.Min(least, h*v.Value)
	}
	return least, nil
}
