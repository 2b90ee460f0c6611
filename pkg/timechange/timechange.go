// Package timechange answers the question: are SGD's diffusion on the clock t and Langevin motion
// on the logarithmic landscape on the clock τ = ∫L dt one and the same motion, path by path?
//
// [Test] drives both with one Brownian path and measures how fast their discretisations close in on
// one trajectory; [Noise] reads the noise back from a path and so shows that it is Brownian on the
// τ clock (Lévy's theorem).
package timechange

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Test tests Eq. 14 and 15 path by path. One Brownian path W̃ on the τ clock, on a very fine grid,
// fixes the true trajectory θ̃ and the time t = ∫dτ/L at each of its points; dW = dW̃/sqrt(L) is
// then the Brownian path of the t clock. Coarse Euler–Maruyama grids on either clock, driven by the
// two, must close in on the same end point: on the t clock with strong order ½, as the noise of Eq.
// 13 is multiplicative, and on the τ clock with strong order 1, as the noise of Eq. 15 is additive.
type Test struct {
	Landscape landscape.Landscape
	Minimum   landscape.Critical
	Noise     theory.Noise
	Start     []float64 // θ at t = τ = 0
	Tau       float64   // end of the comparison on the τ clock
	Steps     []int     // coarse grids: numbers of steps up to Tau, powers of two
	Fine      int       // steps of the reference, a power of two
	Replicas  int       // Brownian paths, a multiple of 10
	Seed      uint64
}

// StrongErrors are root-mean-square distances at the end of a comparison, one entry a grid, and the
// orders of convergence that they show.
type StrongErrors struct {
	Step                  []float64 // dτ; the t grid has dt = dτ/L(θ*)
	OnT, OnTErr           []float64 // Eq. 13 on the t grid against the truth, with standard error
	OnTau, OnTauErr       []float64 // Eq. 15 on the τ grid against the truth
	Between               []float64 // the two coarse trajectories against each other
	OrderT, OrderTErr     float64   // slope of log OnT on log Step, with 9 degrees of freedom
	OrderTau, OrderTauErr float64   // slope of log OnTau on log Step, likewise
}

// batches is the number of groups of replicas from whose spread the errors of the slopes are taken:
// errors at different steps share their paths, so that a fit to them cannot tell its own error.
const batches = 10

// Run returns the errors on the grids in the order given, or an error if a field is out of bounds,
// a number of steps is not a power of two between 2 and Fine/4, there are fewer than two grids, the
// paths or the distances take more than 1 GiB (40 bytes a replica and grid; 64 + 16·Dim a fine step,
// for each processor), the diffusion itself cannot be built (see [dynamics.NewSDE]), or a replica
// diverges.
func (c Test) Run(ctx context.Context) (*StrongErrors, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	tau, t, err := c.diffusions()
	if err == nil {
		err = dynamics.CheckStart(tau, c.Start)
	}
	if err != nil {
		return nil, fmt.Errorf("timechange: %w", err)
	}
	squares := make([][]float64, c.Replicas) // per replica: for each grid, on t, on τ, between
	parallel.For(ctx, c.Replicas, parallel.Workers(0), func() func(int) {
		w := newComparison(ctx, c, tau, t)
		return func(i int) { squares[i] = w.replica(i) }
	})
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("timechange: %w", err)
	}
	for i, s := range squares {
		if sum := floats.Sum(s); !(sum <= math.MaxFloat64) { // none is negative
			return nil, fmt.Errorf("timechange: replica %d diverged", i)
		}
	}
	return c.collect(squares), nil
}

func (c Test) check() error {
	power := func(n int) bool { return n > 0 && n&(n-1) == 0 }
	switch {
	case c.Landscape == nil:
		return fmt.Errorf("timechange: no landscape given")
	case !(c.Tau > 0) || math.IsInf(c.Tau, 1):
		return fmt.Errorf("timechange: end τ = %v, want a finite value > 0", c.Tau)
	case !power(c.Fine):
		return fmt.Errorf("timechange: %d fine steps, want a power of two", c.Fine)
	case c.Replicas < 1 || c.Replicas%batches != 0:
		return fmt.Errorf("timechange: %d replicas, want a positive multiple of %d", c.Replicas, batches)
	case len(c.Steps) < 2:
		return fmt.Errorf("timechange: %d coarse grids, want ≥ 2", len(c.Steps))
	}
	if bytes := float64(c.Replicas) * float64(24+40*len(c.Steps)); bytes > parallel.GiB {
		return fmt.Errorf("timechange: %d replicas on %d grids take %.3g GiB, want ≤ 1", c.Replicas, len(c.Steps), bytes/parallel.GiB)
	}
	workers := min(parallel.Workers(0), c.Replicas)
	if bytes := float64(workers) * float64(c.Fine) * float64(64+16*c.Landscape.Dim()); bytes > parallel.GiB {
		return fmt.Errorf("timechange: %d fine steps of %d workers take %.3g GiB, want ≤ 1", c.Fine, workers, bytes/parallel.GiB)
	}
	for _, n := range c.Steps {
		if !power(n) || n < 2 || n > c.Fine/4 {
			return fmt.Errorf("timechange: %d coarse steps, want a power of two from 2 to %d", n, c.Fine/4)
		}
	}
	return nil
}

func (c Test) collect(squares [][]float64) *StrongErrors {
	column := make([]float64, len(squares))
	rms := func(k int) (value, stderr float64) {
		for i, s := range squares {
			column[i] = s[k]
		}
		mean, std := stat.MeanStdDev(column, nil)
		value = math.Sqrt(mean)
		return value, stat.StdErr(std, float64(len(column))) / (2 * value)
	}
	e := &StrongErrors{}
	for _, v := range []*[]float64{&e.Step, &e.OnT, &e.OnTErr, &e.OnTau, &e.OnTauErr, &e.Between} {
		*v = make([]float64, len(c.Steps))
	}
	for k, n := range c.Steps {
		e.Step[k] = c.Tau / float64(n)
		e.OnT[k], e.OnTErr[k] = rms(3 * k)
		e.OnTau[k], e.OnTauErr[k] = rms(3*k + 1)
		e.Between[k], _ = rms(3*k + 2)
	}
	e.OrderT, e.OrderTErr = order(squares, e.Step, 0)
	e.OrderTau, e.OrderTauErr = order(squares, e.Step, 1)
	return e
}

// order fits the slope of log error on log step for one of the three columns of each grid, with its
// standard error from the slopes of groups of replicas.
func order(squares [][]float64, step []float64, column int) (value, stderr float64) {
	logStep, logErr := make([]float64, len(step)), make([]float64, len(step))
	slope := func(batch [][]float64) float64 {
		for k, h := range step {
			sum := 0.0
			for _, s := range batch {
				sum += s[3*k+column]
			}
			logStep[k], logErr[k] = math.Log(h), 0.5*math.Log(sum)
		}
		_, beta := stat.LinearRegression(logStep, logErr, nil, false)
		return beta
	}
	var slopes []float64
	for batch := range slices.Chunk(squares, len(squares)/batches) {
		slopes = append(slopes, slope(batch))
	}
	_, std := stat.MeanStdDev(slopes, nil)
	return slope(squares), stat.StdErr(std, batches)
}

// comparison is one worker's scratch space.
type comparison struct {
	Test
	watch         *parallel.Watch
	onT, onTau    dynamics.Driven
	tau, t        [][]float64 // fine increments of W̃ and W
	time          []float64   // t at the fine grid points
	xi, a, b, end []float64
}

// diffusions returns Eq. 15 and Eq. 13.
func (c Test) diffusions() (tau, t dynamics.Dynamics, err error) {
	s := dynamics.Settings{Step: c.Tau / float64(c.Steps[0])}
	if tau, err = dynamics.NewLogLangevin(c.Landscape, c.Minimum, c.Noise, s); err != nil {
		return nil, nil, err
	}
	s.Step /= c.Minimum.Loss
	t, err = dynamics.NewSDE(c.Landscape, c.Minimum, c.Noise, s)
	return tau, t, err
}

func newComparison(ctx context.Context, c Test, tau, t dynamics.Dynamics) *comparison {
	w := &comparison{Test: c, watch: parallel.NewWatch(ctx), onT: t.NewStepper().(dynamics.Driven), onTau: tau.NewStepper().(dynamics.Driven), time: make([]float64, c.Fine+1)}
	dim := c.Landscape.Dim()
	for _, v := range []*[]float64{&w.xi, &w.a, &w.b, &w.end} {
		*v = make([]float64, dim)
	}
	for range c.Fine {
		w.tau, w.t = append(w.tau, make([]float64, dim)), append(w.t, make([]float64, dim))
	}
	return w
}

// replica returns the squared distances of one replica, fewer once the context has ended.
func (w *comparison) replica(replica int) (out []float64) {
	if !w.reference(replica) {
		return nil
	}
	for _, n := range w.Steps {
		w.coarseT(w.a, n)
		w.coarseTau(w.b, n)
		out = append(out, square(w.a, w.end), square(w.b, w.end), square(w.a, w.b))
	}
	return out
}

// reference draws the path and finds the truth on the fine grid. It returns false, in the middle of
// its work, when the context has ended; the coarse grids take less.
func (w *comparison) reference(replica int) bool {
	rng := dynamics.Stream(w.Seed, "time change", replica)
	copy(w.end, w.Start)
	root := math.Sqrt(w.Tau / float64(w.Fine))
	w.onTau.SetStep(w.Tau / float64(w.Fine))
	for j := range w.Fine {
		if w.watch.Ended() {
			return false
		}
		dynamics.Normals(w.xi, rng)
		loss := w.Landscape.LossGrad(nil, w.end)
		for i, x := range w.xi {
			w.tau[j][i] = root * x
			w.t[j][i] = w.tau[j][i] / math.Sqrt(loss)
		}
		w.time[j+1] = w.time[j] + w.onTau.Drive(w.end, w.xi)
	}
	return true
}

// coarseTau runs Eq. 15 in n steps of equal dτ.
func (w *comparison) coarseTau(theta []float64, n int) {
	copy(theta, w.Start)
	step := w.Tau / float64(n)
	w.onTau.SetStep(step)
	for k := range n {
		w.drive(w.tau[k*w.Fine/n:(k+1)*w.Fine/n], step)
		w.onTau.Drive(theta, w.xi)
	}
}

// coarseT runs Eq. 13 in steps of dt = dτ/L(θ*), each ended at the first point of the fine grid
// past it, where W is known, and the last at the end.
func (w *comparison) coarseT(theta []float64, n int) {
	copy(theta, w.Start)
	dt := w.Tau / float64(n) / w.Minimum.Loss
	for from, goal := 0, dt; from < w.Fine; goal += dt {
		to := from + 1
		for to < w.Fine && w.time[to] < goal {
			to++
		}
		step := w.time[to] - w.time[from]
		w.onT.SetStep(step)
		w.drive(w.t[from:to], step)
		w.onT.Drive(theta, w.xi)
		from = to
	}
}

// drive stores in xi the standard normals that stand for the given increments over a step.
func (w *comparison) drive(increments [][]float64, step float64) {
	root := math.Sqrt(step)
	clear(w.xi)
	for _, d := range increments {
		for i, x := range d {
			w.xi[i] += x / root
		}
	}
}

func square(a, b []float64) float64 {
	d := floats.Distance(a, b, 2)
	return d * d
}

// Noise returns the increments of the Brownian path W̃ that drove the path, read back from the
// motion itself along coordinate i,
//
//	dW̃ = (dθ_i + ∂_iL dt)/amplitude,  amplitude = sqrt((2η/B)·H_ii(θ*)),
//
// over successive intervals of τ as long as interval, each divided by the root of its length. If
// dW̃ = sqrt(L)·dW is a Brownian motion on the τ clock, as Lévy's theorem says, they are
// independent standard normals. The path must be recorded with steps far below the interval. They
// are nil, as for a path shorter than the interval, if the path, the landscape or the coordinate is
// none, if amplitude or interval is not a finite number > 0, or if a number on the way is not
// finite.
func Noise(p *dynamics.Path, l landscape.Landscape, i int, amplitude, interval float64) []float64 {
	positive := func(x float64) bool { return x > 0 && !math.IsInf(x, 1) }
	switch {
	case p == nil || l == nil || i < 0 || i >= l.Dim() || !positive(amplitude) || !positive(interval):
		return nil
	case len(p.Theta) != len(p.T) || len(p.Tau) != len(p.T):
		return nil
	case slices.ContainsFunc(p.Theta, func(theta []float64) bool { return len(theta) != l.Dim() }):
		return nil
	}
	var increments []float64
	grad := make([]float64, l.Dim())
	sum, from := 0.0, 0
	for k := 1; k < len(p.T); k++ {
		l.LossGrad(grad, p.Theta[k-1])
		sum += (p.Theta[k][i] - p.Theta[k-1][i] + grad[i]*(p.T[k]-p.T[k-1])) / amplitude
		if length := p.Tau[k] - p.Tau[from]; length >= interval {
			increments = append(increments, sum/math.Sqrt(length))
			sum, from = 0, k
		}
	}
	if !dynamics.Finite(increments) {
		return nil
	}
	return increments
}
