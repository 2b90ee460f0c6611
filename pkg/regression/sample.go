package regression

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/escape"
)

// RegressionPassage runs replicas of SGD on linear regression from θ* until
// L(θ) > ratio·L(θ*), the paper's Fig. 3b, and returns their times t = ηk with the
// same statistics as any other [Sample]. MaxTime is rounded down to whole steps.
// It returns an error, before any work, for settings that [FirstPassage] would
// not take, a Resume (replicas are cheap here), or a ratio that is not above 1;
// and one that wraps ctx.Err() if ctx ends early.
func RegressionPassage(ctx context.Context, sgd *Regression, ratio float64, s escape.Settings) (*escape.Sample, error) {
	if s.Replicas == 0 {
		s.Replicas = 200
	}
	if s.MaxTime == 0 {
		s.MaxTime = math.Inf(1)
	}
	eta := sgd.LearningRate()
	switch {
	case s.Replicas < 1:
		return nil, fmt.Errorf("regression: %d replicas, want ≥ 1", s.Replicas)
	case !(s.MaxTime >= eta):
		return nil, fmt.Errorf("regression: censoring time = %v, want at least one step of η = %v", s.MaxTime, eta)
	case s.Resume != nil:
		return nil, fmt.Errorf("regression: a sample of SGD on linear regression cannot be resumed")
	}
	most := int64(0)
	if !math.IsInf(s.MaxTime, 1) {
		// A MaxTime of k·η must not become k−1 steps by rounding.
		most = int64(s.MaxTime / eta * (1 + 1e-12))
		s.MaxTime = float64(most) * eta
	}
	var done atomic.Int64
	settings := PassageSettings{Ratio: ratio, MaxSteps: most, Workers: s.Workers, Seed: s.Seed, Experiment: s.Experiment}
	if s.Progress != nil {
		settings.Progress = func() { s.Progress(int(done.Add(1)), s.Replicas) }
	}
	passages := make([]Passage, s.Replicas)
	if err := sgd.FirstPassage(ctx, passages, settings); err != nil {
		return nil, fmt.Errorf("regression: %w", err)
	}
	sample := &escape.Sample{Times: make([]float64, s.Replicas), Status: make([]escape.Status, s.Replicas), MaxTime: s.MaxTime, Seed: s.Seed, Experiment: s.Experiment}
	for i, k := range passages {
		switch {
		case k > 0:
			sample.Status[i] = escape.Escaped
		case k < 0:
			sample.Status[i], k = escape.Diverged, -k
		default:
			sample.Status[i], k = escape.Censored, Passage(most)
		}
		sample.Times[i] = float64(k) * eta
		sample.Steps += int64(k)
	}
	return sample, nil
}
