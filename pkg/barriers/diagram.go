package barriers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/internal/root"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// Law says what carries SGD out of a minimum on a data set of N samples.
type Law int

const (
	// OwnBarrier: the set has no sample that could jump; small steps climb its own linear barrier.
	OwnBarrier Law = iota
	// FreakSample: the set's largest samples jump, from as high up as they need.
	FreakSample
	// FreshSamples: whatever fresh samples do, some of the set do too.
	FreshSamples
)

// String returns the law in words.
func (l Law) String() string {
	return []string{"the set's own linear barrier", "the freak sample", "fresh samples"}[min(max(0, int(l)), 2)]
}

// Set is [Fresh] on a data set of N normal samples, in the limit T → 0 in which
//
//	depth = ηh·log N
//
// stays fixed: among N samples are those of probability e^{−J/ηh} with J ≤ depth, and no others. A
// batch shares its jump: B samples, or the same one B times, of the price J each have together the
// probability e^{−J/T}, T = ηh/B, and move θ as far as one of them does with B = 1. So jumps are
// for sale up to the price depth only, for every B,
//
//	V(r) = min{V(r−dr) + 2r·dr, min_{s<r: J(s→r) ≤ depth} V(s) + J(s→r)}.
//
// It is c − 1 for a small depth, where no jump that is cheaper than the climb can be had, and
// [Fresh] for a large one; between them it falls as the largest jump starts lower and lower. It
// returns an error as [Fresh], for features that are not of a gamma law, or if depth is NaN or < 0.
func Set(c regression.Chain, ratio, depth float64) (float64, error) {
	fresh, err := Fresh(c, ratio)
	if err != nil {
		return 0, err
	}
	g, ok := c.FeatureLaw().(regression.GammaFeatures)
	switch {
	case !ok:
		return 0, fmt.Errorf("barriers: chain: barrier of a set with features %T, want gamma ones", c.Features)
	case !(depth >= 0):
		return 0, fmt.Errorf("barriers: chain: depth ηh·log N = %v, want ≥ 0", depth)
	case depth >= ratio-1: // no jump of the cheapest way costs more
		return fresh, nil
	}
	return cheapestWay(math.Sqrt(ratio-1), g.Kurtosis-1, depth).price, nil
}

// Borders returns the depths ηh·log N at which one law of [Set] gives way to the next: below the
// first SGD climbs the set's own linear barrier, beyond the second it does as on fresh samples, and
// between them the freak sample rules. Where fresh samples do not jump either, up to c = 2 with
// normal features, both are 0. It returns an error as [Set].
func Borders(c regression.Chain, ratio float64) (freak, fresh float64, err error) {
	if _, err := Set(c, ratio, 0); err != nil {
		return 0, 0, err
	}
	w := cheapestWay(math.Sqrt(ratio-1), c.FeatureLaw().(regression.GammaFeatures).Kurtosis-1, math.Inf(1))
	if w.dearest == 0 {
		return 0, 0, nil
	}
	return w.first, w.dearest, nil
}

// LawOf returns which law a data set of N normal samples obeys at a learning rate, whatever the
// batch size, see [Borders]. It returns an error as there, or unless N ≥ 2.
func LawOf(c regression.Chain, ratio float64, samples int) (Law, error) {
	freak, fresh, err := Borders(c, ratio)
	if err != nil {
		return 0, err
	}
	if samples < 2 {
		return 0, fmt.Errorf("barriers: chain: a set of %d samples, want ≥ 2", samples)
	}
	depth := c.LearningRate * c.FeatureLaw().Curvature() * math.Log(float64(samples))
	return Law(floats.Within([]float64{math.Inf(-1), freak, fresh, math.Inf(1)}, depth)), nil
}

// HalfDepth returns the depth ηh·log N at which [Set] is half way from c − 1 down to [Fresh], or an
// error as there.
func HalfDepth(c regression.Chain, ratio float64) (float64, error) {
	fresh, err := Set(c, ratio, math.Inf(1))
	if err != nil {
		return 0, err
	}
	return root.Bisect(0, ratio-1, func(depth float64) bool {
		v, err := Set(c, ratio, depth)
		return err == nil && v > (fresh+ratio-1)/2
	}), nil
}

// Exit is the exact mean first-passage time of one data set in one dimension, and what it is
// compared with.
type Exit struct {
	Samples, Set, Batch int
	LearningRate, Ratio float64
	Depth               float64 // η·log N
	Time, Fresh         float64 // of this set, and of fresh samples
	Own                 float64 // the set's own barrier, see [OwnSet]
	// Share is how far the set is from fresh samples towards its linear barrier, in the limit T → 0
	// of logarithms: (η/B)·log(Time/Fresh)/(c − 1 − V), with V that of [Fresh]; NaN where that is c
	// − 1.
	Share float64
}

// Exits solves data sets number 1 to sets, of N samples each, for batches drawn with replacement at
// the learning rates η = depth/log N. Alike samples are counted as one where there are more than
// 10⁵; see mergedLine for how little that changes. It returns an error without a depth, if a number
// is out of bounds or a solution does not settle.
func Exits(samples, sets, batch int, ratio float64, depths ...float64) (all []Exit, err error) {
	if bytes := 200 * float64(sets) * float64(len(depths)); sets < 1 || samples < 2 || batch < 1 || len(depths) < 1 || bytes > parallel.GiB {
		return nil, fmt.Errorf("barriers: exits of %d sets of %d samples in batches of %d at %d depths take %.3g GiB, want ≥ 1 set of ≥ 2 samples, batches of ≥ 1 at ≥ 1 depth and ≤ 1 GiB", sets, samples, batch, len(depths), bytes/parallel.GiB)
	}
	fresh, height := make([]float64, len(depths)), 0.
	for i, depth := range depths {
		chain := regression.Chain{LearningRate: depth / math.Log(float64(samples)), BatchSize: batch, Dim: 1, LabelNoise: 1}
		t, err := chain.MeanFirstPassage(ratio, exact.Settings{Tolerance: 1e-3})
		if err != nil {
			return nil, err
		}
		v, err := Fresh(chain, ratio)
		if err != nil {
			return nil, err
		}
		if fresh[i], height = t.Value, ratio-1-v; height < flat {
			height = math.NaN()
		}
	}
	all = make([]Exit, sets*len(depths))
	faults := make([]error, sets)
	parallel.For(context.Background(), sets, parallel.Workers(0), func() func(int) {
		return func(k int) {
			own := all[k*len(depths):][:len(depths)]
			for i, depth := range depths {
				rate := depth / math.Log(float64(samples))
				own[i] = Exit{Samples: samples, Set: k + 1, Batch: batch, LearningRate: rate, Ratio: ratio, Depth: depth, Fresh: fresh[i]}
			}
			faults[k] = solveSet(own)
		}
	})
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	for i, e := range all {
		all[i].Share = e.LearningRate / float64(batch) * math.Log(e.Time/e.Fresh) / height
	}
	return all, nil
}

// flat is the height of a barrier below which a share of it is none.
const flat = 1e-9

// solveSet fills in the times of one set and its own barrier.
func solveSet(own []Exit) error {
	l, err := anyLine(own[0].Set, own[0].Samples)
	if err != nil {
		return err
	}
	barrier, err := l.barrier(own[0].Ratio)
	if err != nil {
		return err
	}
	l.batch = own[0].Batch
	for i := range own {
		e := &own[i]
		l.eta = e.LearningRate
		t, err := l.passage(e.Ratio, exact.Settings{Tolerance: 0.1}) // of t: less than 0.005 of a share
		if err != nil {
			return err
		}
		e.Time, e.Own = t.Value, barrier
	}
	return nil
}

// anyLine returns a data set at a learning rate to be changed.
func anyLine(number, samples int) (line, error) {
	if samples > 100_000 {
		return mergedLine(number, samples, 0.1)
	}
	r, err := regression.NewSet(number, samples, 1, 0.1)
	if err != nil {
		return line{}, err
	}
	return lineOf(r)
}

// Share is the [Exit].Share that [Set] predicts: 1 where SGD climbs the linear barrier, 0 where it
// does as on fresh samples. NaN where c − 1 is the barrier on fresh samples too, or out of bounds.
func Share(c regression.Chain, ratio, depth float64) float64 {
	v, err := Set(c, ratio, depth)
	fresh, fault := Fresh(c, ratio)
	if err != nil || fault != nil || ratio-1-fresh < flat {
		return math.NaN()
	}
	return (v - fresh) / (ratio - 1 - fresh)
}

// MeanShares returns, for every depth in ascending order, the mean share of the sets and its
// standard error, that of the scatter between sets (0 for one set). Sets may differ in N. Exits at
// a depth of NaN do not count; a share of NaN makes that of its depth NaN.
func MeanShares(exits []Exit) (depth, share, stderr []float64) {
	by := map[float64][]float64{}
	for _, e := range exits {
		if !math.IsNaN(e.Depth) {
			by[e.Depth] = append(by[e.Depth], e.Share)
		}
	}
	for _, d := range slices.Sorted(maps.Keys(by)) {
		m, s := stat.PopMeanStdDev(by[d], nil)
		depth, share = append(depth, d), append(share, m)
		stderr = append(stderr, s/math.Sqrt(math.Max(1, float64(len(by[d])-1))))
	}
	return depth, share, stderr
}

// HalfWay returns the depth at which mean shares fall below ½, between the last above and the first
// below, with a standard error. Errors of one set go together at all depths, so that those of the
// two shares are taken as one. NaN if the shares do not cross, or where no finite depth lies
// between.
func HalfWay(exits []Exit) (depth, stderr float64) {
	x, share, bars := MeanShares(exits)
	for i := 1; i < len(x); i++ {
		if share[i-1] >= 0.5 && share[i] < 0.5 {
			slope := (share[i] - share[i-1]) / (x[i] - x[i-1])
			depth, stderr = x[i-1]+(0.5-share[i-1])/slope, math.Max(bars[i-1], bars[i])/-slope
			if math.IsNaN(stderr) || math.IsInf(stderr, 0) || math.IsNaN(depth) || math.IsInf(depth, 0) {
				break
			}
			return depth, stderr
		}
	}
	return math.NaN(), math.NaN()
}

// OfSize returns the exits of sets of N samples.
func OfSize(exits []Exit, samples int) (of []Exit) {
	for _, e := range exits {
		if e.Samples == samples {
			of = append(of, e)
		}
	}
	return of
}

// ByLevel takes exits of the same sets at several levels, one for each, and returns the geometric
// mean of the sets and the mean time of fresh samples at each level, and the mean times of each
// set; nil for no level, for one without exits, and for levels of different numbers of sets. A mean
// is NaN or 0 where a time is not positive.
func ByLevel(levels ...[]Exit) (mean, fresh []float64, sets [][]float64) {
	for _, exits := range levels {
		if len(exits) == 0 || len(exits) != len(levels[0]) {
			return nil, nil, nil
		}
	}
	if len(levels) == 0 {
		return nil, nil, nil
	}
	sets = make([][]float64, len(levels[0]))
	for _, exits := range levels {
		logs := 0.0
		for k, e := range exits {
			sets[k] = append(sets[k], e.Time)
			logs += math.Log(e.Time)
		}
		mean, fresh = append(mean, math.Exp(logs/float64(len(exits)))), append(fresh, exits[0].Fresh)
	}
	return mean, fresh, sets
}
