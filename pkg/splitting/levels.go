package splitting

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// last is the largest coordinate on the path.
func (p *Path) last() float64 { return p.Coordinate[len(p.Coordinate)-1] }

// branch returns the path up to where it first went beyond the level, a copy that shares its points.
func (p *Path) branch(level float64) Path {
	k, _ := slices.BinarySearchFunc(p.Coordinate, level, func(x, level float64) int {
		if x <= level {
			return -1
		}
		return 1
	})
	return Path{Theta: p.Theta[: k+1 : k+1], Coordinate: p.Coordinate[: k+1 : k+1], Time: p.Time[: k+1 : k+1], root: p.root}
}

// split moves replicas from the inner surface to the exit, level by level.
func (r *run) split() (*Result, error) {
	n := r.Replicas
	paths := make([]Path, n)
	all := make([]int, n)
	for i := range paths {
		all[i] = i
		paths[i] = Path{Theta: [][]float64{r.entry[i]}, Coordinate: []float64{r.Coordinate(r.entry[i])}, Time: []float64{0}, root: i}
	}
	births := 0
	if err := r.grow(paths, all, &births); err != nil {
		return nil, err
	}
	result := &Result{}
	logP, logPairs := 0.0, 0.0 // of p up to here, and of the growth of pairs over p²
	choose := dynamics.Stream(r.Seed, r.Experiment+" branch", 0)
	for {
		level := r.level(paths)
		if level >= r.Exit {
			break
		}
		var survive, die []int
		for i := range paths {
			if paths[i].last() > level {
				survive = append(survive, i)
			} else {
				die = append(die, i)
			}
		}
		if len(survive) == 0 {
			return nil, fmt.Errorf("all replicas ended at or below the level %v: more replicas, or a better coordinate", level)
		}
		result.Levels = append(result.Levels, level)
		k, m := float64(len(die)), float64(len(survive))
		logP += math.Log(m / float64(n))
		logPairs -= math.Log1p(-k / float64(n*n)) // N²/(N²−K), see variance
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
func (r *run) level(paths []Path) float64 {
	reached := make([]float64, len(paths))
	for i := range paths {
		reached[i] = paths[i].last()
	}
	slices.Sort(reached)
	return reached[r.Kill-1]
}

// replace puts branches of survivors in the place of those that die.
func (r *run) replace(paths []Path, survive, die []int, level float64, choose *rand.Rand) {
	for _, i := range die {
		paths[i] = paths[survive[choose.IntN(len(survive))]].branch(level)
	}
}

// grow moves replicas on from the ends of their paths until they are home or out.
func (r *run) grow(paths []Path, which []int, births *int) error {
	errs := make([]error, len(which))
	first := *births
	*births += len(which)
	parallel.For(r.ctx, len(which), parallel.Workers(r.Workers), func() func(int) {
		stepper, watch, theta := r.Dynamics.NewStepper(), parallel.NewWatch(r.ctx), make([]float64, len(r.Start))
		return func(k int) {
			errs[k] = r.walk(&paths[which[k]], stepper, watch, theta, dynamics.Stream(r.Seed, r.Experiment+" path", first+k))
		}
	})
	if err := r.ctx.Err(); err != nil {
		return err
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// walk moves one replica on.
func (r *run) walk(p *Path, stepper dynamics.Stepper, watch *parallel.Watch, theta []float64, rng *rand.Rand) error {
	copy(theta, p.Theta[len(p.Theta)-1])
	t, most, steps := p.Time[len(p.Time)-1], p.last(), int64(0)
	defer func() { r.steps.Add(steps) }()
	for most < r.Exit {
		dt := stepper.Step(theta, rng)
		x := r.Coordinate(theta)
		steps++
		switch {
		case !(dt > 0 && dt <= math.MaxFloat64) || !dynamics.Finite(theta) || math.IsNaN(x):
			return fmt.Errorf("a path diverged after %d steps, with coordinate %v", steps, x)
		case steps > r.MaxSteps:
			return fmt.Errorf("a path is neither home nor out after %d steps: is there another minimum on the way?", r.MaxSteps)
		case watch.Ended():
			return nil
		}
		t += dt
		if x < r.Home {
			return nil
		}
		if x > most {
			most = x
			p.Theta, p.Coordinate, p.Time = append(p.Theta, slices.Clone(theta)), append(p.Coordinate, x), append(p.Time, t)
			if r.bytes.Add(int64(64+8*len(theta))) > parallel.GiB {
				return fmt.Errorf("paths take more than 1 GiB: fewer replicas")
			}
		}
	}
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
func (r *run) finish(result *Result, paths []Path, logP, logPairs float64) {
	n := float64(len(paths))
	descendants := map[int]float64{}
	out := 0.0
	for i := range paths {
		if paths[i].last() >= r.Exit {
			descendants[paths[i].root]++
			out++
			result.Reactive = append(result.Reactive, paths[i])
		}
	}
	pairs := out * out
	for _, c := range descendants {
		pairs -= c * c
	}
	variance := max(0, 1-math.Exp(logPairs)*pairs*n/((n-1)*out*out))
	result.Ancestors = len(descendants)
	ideal := -(logP + math.Log(out/n)) / n
	result.Efficiency = ideal / variance
	result.Probability = r.estimate(math.Exp(logP)*out/n, math.Sqrt(variance))
	result.Probability.Escaped = int(out)
	result.Doubt = doubt(result.Ancestors, variance)
}

// doubt says why a relative variance that rests on so many ancestors cannot be trusted.
func doubt(ancestors int, variance float64) string {
	switch {
	case ancestors < 20: // the scatter of a sum of 20 is known to a third or so
		return fmt.Sprintf("all that made it descend from %d starts: more replicas, or another coordinate", ancestors)
	case variance > 0.25:
		return fmt.Sprintf("the standard error is %.0f %% of the value", 100*math.Sqrt(variance))
	}
	return ""
}
