package network

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/sgd"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Stability says whether SGD with its learning rate can stay at a minimum at all.
type Stability struct {
	// Edge is ηh_1, h_1 the largest eigenvalue: above 2 full-batch descent runs away from the
	// minimum (the edge of stability, Cohen et al., arXiv 2103.00065).
	Edge float64
	// LogGrowth is E log|1 − ηh_B| with h_B = v_1·H_B v_1 the curvature of a random mini-batch
	// along the sharpest direction, and LogGrowthErr its standard error: above 0 the distance along
	// v_1 grows with probability one, and SGD leaves whatever the barrier (Ziyin et al., arXiv
	// 2303.13093).
	LogGrowth, LogGrowthErr float64
}

// curvatureSamples bounds the samples whose own curvature along v_1 is measured, each at the price
// of about four gradients: enough for the mean of a logarithm to 2 %.
const curvatureSamples = 4096

// batchDraws is the number of mini-batches drawn from these.
const batchDraws = 1 << 14

// Stability measures both numbers. Errors: noise that [theory.Noise.Check] refuses, a batch size
// that is not a whole number from 1 to N, a site that [Settle] did not make.
func (s *Site) Stability(at theory.Noise) (Stability, error) {
	batch, err := s.checkNoise(at)
	if err != nil {
		return Stability{}, err
	}
	n, p := s.Model.Dims()
	v, hv := s.direction(0), make([]float64, p)
	m := model.Clone(s.Model)
	curvatures := make([]float64, min(n, curvatureSamples))
	for i := range curvatures {
		model.HessVec(m, hv, s.Minimum.Theta, v, []int{i * n / len(curvatures)})
		curvatures[i] = floats.Dot(v, hv)
	}
	rng := dynamics.Stream(0, "network stability", 0)
	logs := make([]float64, batchDraws)
	for i := range logs {
		sum := 0.0
		for range batch {
			sum += curvatures[rng.IntN(len(curvatures))]
		}
		// A batch that lands exactly on the minimum counts as one that comes very close.
		logs[i] = math.Log(math.Max(math.Abs(1-at.LearningRate*sum/float64(batch)), 1e-300))
	}
	mean, std := stat.MeanStdDev(logs, nil)
	// Batches drawn from few samples know no more than these.
	known := math.Min(batchDraws, float64(len(curvatures)))
	return Stability{Edge: at.LearningRate * s.Spectrum.Values[0], LogGrowth: mean, LogGrowthErr: std / math.Sqrt(known)}, nil
}

// checkNoise returns the batch size as a whole number.
func (s *Site) checkNoise(at theory.Noise) (batch int, err error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	if err := at.Check(); err != nil {
		return 0, fmt.Errorf("network: %w", err)
	}
	n, _ := s.Model.Dims()
	if at.BatchSize > float64(n) || at.BatchSize != math.Trunc(at.BatchSize) {
		return 0, fmt.Errorf("network: batch size %v, want a whole number from 1 to N = %d", at.BatchSize, n)
	}
	if err := sgd.Check(n, at.LearningRate, int(at.BatchSize), sgd.Independent); err != nil {
		return 0, fmt.Errorf("network: %w", err)
	}
	return int(at.BatchSize), nil
}
