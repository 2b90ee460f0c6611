package splitting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// point is where a path went farther than before. Paths that branched share their points up to
// there.
type point struct {
	theta  []float64
	reach  float64
	time   float64 // since the inner surface
	before *point
}

// replica is a path on its way, a [rider].
type replica struct {
	*run
	tip    *point
	root   int // the start that it descends from
	birth  int // how many were born before
	before float64
	full   bool
}

// branch returns the first point of the path beyond the level.
func (p *replica) branch(level float64) *point {
	first := p.tip
	for first.before != nil && first.before.reach > level {
		first = first.before
	}
	return first
}

// board implements [rider].
func (p *replica) board() (theta []float64, stream string, number int, low, high float64) {
	p.before = p.tip.time
	return p.tip.theta, " path", p.birth, p.Home, math.Nextafter(p.tip.reach, math.Inf(1))
}

// look implements [rider].
func (p *replica) look(theta []float64, x, t float64) (low, high float64, next verdict) {
	if x < p.Home {
		return 0, 0, leave
	}
	p.tip = &point{theta: slices.Clone(theta), reach: x, time: p.before + t, before: p.tip}
	if p.full = p.bytes.Add(p.weight()) > parallel.GiB; p.full || x >= p.exit {
		return 0, 0, leave
	}
	return p.Home, math.Nextafter(x, math.Inf(1)), stay
}

// weight is the number of bytes that a point takes.
func (r *run) weight() int64 { return int64(96 + 8*len(r.Start)) }

// split moves replicas from the inner surface to the exit, level by level.
func (r *run) split() (*Result, error) {
	n := r.Replicas
	paths, all := make([]replica, n), make([]int, n)
	for i := range paths {
		all[i] = i
		paths[i] = replica{run: r, root: i, tip: &point{theta: r.entry[i], reach: r.reach(r.entry[i])}}
	}
	births := 0
	if err := r.grow(paths, all, &births); err != nil {
		return nil, err
	}
	result := &Result{Home: r.Home, Inner: r.Inner}
	logP, logPairs := 0.0, 0.0 // of p up to here, and of the growth of pairs over p²
	choose := dynamics.Stream(r.Seed, r.Experiment+" branch", 0)
	for level := r.level(paths); level < r.exit; level = r.level(paths) {
		var survive, die []int
		for i := range paths {
			if paths[i].tip.reach > level {
				survive = append(survive, i)
			} else {
				die = append(die, i)
			}
		}
		result.Levels = append(result.Levels, level)
		if len(survive) == 0 { // nobody is out
			break
		}
		k, m := float64(len(die)), float64(len(survive))
		logP += math.Log(m / float64(n))
		logPairs -= math.Log1p(-k / (float64(n) * float64(n))) // N²/(N²−K), see finish
		r.replace(paths, survive, die, level, choose)
		if err := r.grow(paths, die, &births); err != nil {
			return nil, err
		}
		if r.Progress != nil {
			r.Progress(level)
		}
	}
	r.finish(result, paths, logP, logPairs)
	return result, nil
}

// level is that of the last of the Kill replicas that came least far.
func (r *run) level(paths []replica) float64 {
	reached := make([]float64, len(paths))
	for i := range paths {
		reached[i] = paths[i].tip.reach
	}
	slices.Sort(reached)
	return reached[r.Kill-1]
}

// replace puts branches of survivors in the place of those that die.
func (r *run) replace(paths []replica, survive, die []int, level float64, choose *rand.Rand) {
	for _, i := range die {
		parent := &paths[survive[choose.IntN(len(survive))]]
		paths[i] = replica{run: r, root: parent.root, tip: parent.branch(level)}
	}
}

// grow moves replicas on from the ends of their paths until they are home or out.
func (r *run) grow(paths []replica, which []int, births *int) error {
	var riders []rider
	for _, i := range which {
		paths[i].birth = *births
		*births++
		if paths[i].tip.reach < r.exit {
			riders = append(riders, &paths[i])
		}
	}
	if err := r.move(riders); err != nil {
		return err
	}
	return r.weigh(paths)
}

// weigh returns an error if the paths take more than 1 GiB. It counts only when the points made
// since it did so last, many of them gone with the paths that died, could amount to that.
func (r *run) weigh(paths []replica) error {
	if r.bytes.Load() <= parallel.GiB/2 {
		return nil
	}
	seen := map[*point]bool{}
	for i := range paths {
		for p := paths[i].tip; p != nil && !seen[p]; p = p.before {
			seen[p] = true
		}
	}
	taken := int64(len(seen)) * r.weight()
	full := slices.ContainsFunc(paths, func(p replica) bool { return p.full })
	if full || taken > parallel.GiB/2 {
		return fmt.Errorf("the paths of %d replicas take %.3g GiB, want ≤ ½ between two levels and ≤ 1 within: fewer replicas", len(paths), float64(max(taken, r.bytes.Load()))/parallel.GiB)
	}
	r.bytes.Store(taken)
	return nil
}

// finish fills in probability and error bar.
//
// Of two replicas with different ancestors all steps were independent, so that their pairs tell p²
// without bias: a level at which K of N die and M are left makes, on average, (N²−K)/M² of each
// surviving pair. With C_a the number of descendants of ancestor a at the exit and ΣC = C,
//
//	p̂² = Π(M/N)²·C²/N²,   Q = Π M²/(N²−K)·(C² − ΣC_a²)/(N(N−1)),   E Q = p²,
//
// hence p̂² − Q estimates the variance of p̂.
func (r *run) finish(result *Result, paths []replica, logP, logPairs float64) {
	n := float64(len(paths))
	descendants := map[int]float64{}
	out := 0.0
	for i := range paths {
		if paths[i].tip.reach >= r.exit {
			descendants[paths[i].root]++
			out++
			result.Reactive = append(result.Reactive, r.path(paths[i].tip))
		}
	}
	pairs := out * out
	for _, c := range descendants {
		pairs -= c * c
	}
	result.Ancestors, result.Steps = len(descendants), r.steps.Load()
	if out > 0 {
		variance := max(0, 1-math.Exp(logPairs)*pairs*n/((n-1)*out*out))
		p := math.Exp(logP) * out / n
		result.Probability = estimate(p, p*math.Sqrt(variance))
		result.Efficiency = -math.Log(p) / n / max(variance, 1/n/n)
	}
	p := &result.Probability
	p.Confidence, p.Replicas, p.Escaped, p.Seed, p.Steps = 0.95, r.Replicas, int(out), r.Seed, result.Steps
	result.Doubt = result.doubt()
}

// doubt says why the standard error cannot be trusted.
func (r *Result) doubt() string {
	relative := r.Probability.StdErr / r.Probability.Value
	switch {
	case r.Probability.Value == 0:
		return "all replicas died out on the way: more of them, or another coordinate"
	case r.Ancestors < 20: // the scatter of a sum of 20 is known to a third or so
		return fmt.Sprintf("all that made it descend from %d starts: more replicas, or another coordinate", r.Ancestors)
	case relative > 0.5:
		return fmt.Sprintf("the standard error is %.0f %% of the value", 100*relative)
	}
	return ""
}
