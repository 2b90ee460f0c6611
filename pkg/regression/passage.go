package regression

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

var (
	_ escape.Passer = (*SGD)(nil)
	_ escape.Region = above{}
)

// above is the exit L(θ) > L(θ*) + level. A replica whose distance overflows is on its way out of
// the numbers, not in the exit.
type above struct {
	*SGD
	level float64
}

// LossAbove returns the exit of the paper's Fig. 3b, L(θ) > ratio·L(θ*), which
// [escape.FirstPassage] takes: it is [escape.LossAbove], told from bounds in most steps. It returns
// an error unless the ratio is above 1 and below 1e100 and r comes from [New] or [NewFresh].
func (r *SGD) LossAbove(ratio float64) (escape.Region, error) {
	if err := checkRatio(ratio); err != nil {
		return nil, err
	}
	if r == nil || r.dim < 1 {
		return nil, fmt.Errorf("regression: exit of SGD on no data and no samples")
	}
	return above{r, (ratio - 1) * r.loss}, nil
}

func (a above) Contains(theta []float64) bool {
	if len(theta) != a.dim {
		return false
	}
	square := 0.0
	for i, t := range theta {
		square += (t - a.minimum[i]) * (t - a.minimum[i])
	}
	return square <= math.MaxFloat64 && a.above(theta, square, a.level)
}

// above reports whether L(θ) > L(θ*) + level, given |θ − θ*|². NaN counts as above.
func (r *SGD) above(theta []float64, square, level float64) bool {
	if r.most*square <= 2*level {
		return false
	}
	if !(r.least*square <= 2*level) {
		return true
	}
	return !(r.rise(nil, theta) <= level)
}

// Passages implements [escape.Passer]: single samples drawn from a fixed set, the paper's Fig. 3b,
// run side by side (see lanes) from θ* up to a loss.
func (r *SGD) Passages(ctx context.Context, sample *escape.Sample, start []float64, exit escape.Region, s escape.Settings) bool {
	a, ok := exit.(above)
	if !ok || sample == nil || ctx == nil || len(sample.Times) != len(sample.Status) || a.SGD != r || r.rows == nil || r.batch != 1 || !slices.Equal(start, r.minimum) {
		return false
	}
	most := int64(1 << 62)
	if !math.IsInf(sample.MaxTime, 1) {
		// A MaxTime of k·η must not become k−1 steps by rounding.
		if most = int64(sample.MaxTime / r.eta * (1 + 1e-12)); most < 1 {
			return false
		}
	}
	var todo []int
	for i, status := range sample.Status {
		if status == escape.Pending {
			todo = append(todo, i)
		}
	}
	var next, steps, done atomic.Int64
	done.Store(int64(len(sample.Times) - len(todo)))
	shared := work{seed: s.Seed, experiment: s.Experiment, level: a.level, limit: most, todo: todo, next: &next,
		done: func(i int, p outcome) {
			sample.Times[i], sample.Status[i] = float64(p.steps)*r.eta, p.status
			steps.Add(p.steps)
			if s.Progress != nil {
				s.Progress(int(done.Add(1)), len(sample.Times))
			}
		}}
	workers := parallel.Workers(s.Workers)
	parallel.For(ctx, workers, workers, func() func(int) {
		l := newLanes(r, shared)
		return func(int) { l.run(ctx) }
	})
	sample.Steps += steps.Load()
	return true
}

// outcome is how a replica ended and the number of steps it took.
type outcome struct {
	steps  int64
	status escape.Status
}

// work is what lanes share.
type work struct {
	seed       uint64
	experiment string
	level      float64
	limit      int64 // steps after which a replica is given up
	todo       []int // the replicas to run
	next       *atomic.Int64
	done       func(replica int, p outcome)
}
