package splitting

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/calibrate"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/regression"
	"github.com/sgdescape/sgdescape/pkg/search"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// quartic is the escape over the quartic barrier, from well to well, with its exact rate.
func quartic(t testing.TB, n int, T, c float64) (Barrier, float64) {
	p := must(escape.QuarticProblem(n, T, c))
	rate := must(p.Routes(t.Context())).Of("mfpt")
	if !(rate > 0) {
		t.Fatalf("exact rate %v", rate)
	}
	return Barrier{Problem: p}, rate
}

// gambler goes up by one with probability ⅓ and otherwise down, in half a unit of time: all is
// ties.
type gambler struct{}

func (gambler) Dim() int                       { return 1 }
func (g gambler) NewStepper() dynamics.Stepper { return g }
func (gambler) Step(theta []float64, rng *rand.Rand) float64 {
	if rng.IntN(3) == 0 {
		theta[0]++
	} else {
		theta[0] = max(0, theta[0]-1)
	}
	return 0.5
}

// ruin is a problem with an exact answer. From 1 the gambler is at m before he is at 0 or below
// with probability 1/(2^m − 1), for r = ⅔/⅓ = 2; from 0 he cannot fall.
func ruin(m int) (p Problem, probability float64) {
	return Problem{Dynamics: gambler{}, Start: []float64{0}, Coordinate: Axis(0), Home: 0.5, Inner: 0.5, Exit: float64(m)}, 1 / (math.Exp2(float64(m)) - 1)
}

// With ties at every level, and replicas that die out now and then, probability, flux and rate are
// unbiased, and so are their variances: the sum of z² over 400 runs is that of a normal law.
func TestUnbiasedWithTies(t *testing.T) {
	for _, s := range []Settings{{Replicas: 100, Kill: 1}, {Replicas: 100}, {Replicas: 100, Kill: 60}, {Replicas: 20, Kill: 2}} {
		p, want := ruin(6)
		var all []float64
		calibrate.Hold(t, "probability", true, func(rng *rand.Rand) (float64, float64, float64) {
			s.Seed = rng.Uint64()
			s.Workers = 1
			r := must(p.Rate(t.Context(), s))
			all = append(all, r.Probability.Value)
			return r.Probability.Value, want, r.Probability.StdErr
		})
		sum, square := 0.0, 0.0
		for _, x := range all {
			sum += x - want
			square += (x - want) * (x - want)
		}
		if z := sum / math.Sqrt(square); math.Abs(z) > 4.5 {
			t.Errorf("%+v: z = %.2f", s, z)
		}
	}
}

// The flux is known too: a cycle has a known length.
func TestFlux(t *testing.T) {
	p, _ := ruin(20)
	// He is at 0 for 3 steps, the last of which leads to 1, and back after 3 more, as each leads
	// down by ⅓ on average: a cycle lasts 6 steps of ½.
	calibrate.Hold(t, "flux", false, func(rng *rand.Rand) (float64, float64, float64) {
		r := newRun(t.Context(), p, must(p.check(t.Context(), Settings{Replicas: 400, Seed: rng.Uint64(), Workers: 1})))
		e := must(r.flux())
		return e.Value, 1. / 3, e.StdErr
	})
}

// A result is a function of everything but the workers: in lanes, step by step, in stages.
func TestSameBits(t *testing.T) {
	b, _ := quartic(t, 2, 0.1, 2)
	lanes := must(b.At(0.2))
	steps, out := lanes, lanes
	steps.Dynamics = struct{ dynamics.Dynamics }{lanes.Dynamics}
	out.Out, out.Coordinate = escape.Beyond{Level: lanes.Exit}, Func(func(theta []float64) float64 { return theta[0] - theta[1]*theta[1] })
	g := must(regression.NewFresh(2, 1, 0.05, 1))
	stages := Problem{Dynamics: g, Start: []float64{0, 0}, Coordinate: Distance{[]float64{0, 0}}, Exit: 0.7}
	var rates []escape.Estimate
	for name, p := range map[string]Problem{"lanes": lanes, "steps": steps, "out": out, "stages": stages} {
		var first []byte
		for _, workers := range []int{1, 2, 7} {
			r := must(p.Rate(t.Context(), Settings{Replicas: 300, Workers: workers, Seed: 5}))
			text := must(json.Marshal(r))
			if first == nil {
				first = text
			}
			if !bytes.Equal(first, text) {
				t.Errorf("%s: other bits with %d workers", name, workers)
			}
			if workers == 1 && name != "stages" {
				rates = append(rates, r.Rate)
			}
			if workers == 7 {
				var back Result
				if err := json.Unmarshal(text, &back); err != nil || back.String() != r.String() || len(back.Reactive) != r.Rate.Escaped {
					t.Errorf("%s: read back %v, want %v: %v", name, &back, r, err)
				}
			}
		}
	}
	for _, e := range rates[1:] { // one law, whichever way
		if z := (e.Value - rates[0].Value) / math.Hypot(e.StdErr, rates[0].StdErr); math.Abs(z) > 4.5 {
			t.Errorf("rates %v and %v", e, rates[0])
		}
	}
}

// A coordinate that leads the wrong way is found out, and one that leads the right way is not
// doubted.
func TestDoubt(t *testing.T) {
	b, want := quartic(t, 8, 0.05, 4)
	well := b.Problem.Barrier
	path := must(search.FindPath(t.Context(), well, well.Minimum().Theta, well.(*landscape.Quartic).FarMinimum().Theta, search.PathSettings{}))
	for name, c := range map[string]struct {
		Coordinate
		doubt bool
	}{"loss": {Loss{well}, true}, "distance": {Distance{make([]float64, 8)}, true}, "along": {Along{path}, false}, "committor": {must(NewCommittor(background, b.Problem)), false}, "axis": {nil, false}} {
		b.Coordinate = c.Coordinate
		r := must(must(b.At(0.2)).Rate(t.Context(), Settings{Seed: 1}))
		if (r.Doubt != "") != c.doubt {
			t.Errorf("%s: %v, efficiency %.2f, overshoot %.2f", name, r, r.Efficiency, r.Overshoot)
		}
		if z := (r.Rate.Value - want) / r.Rate.StdErr; !c.doubt && math.Abs(z) > 4.5 {
			t.Errorf("%s: %v, want %.3g", name, r, want)
		}
	}
}

func TestDoubtByHand(t *testing.T) {
	sure := Result{Probability: escape.Estimate{Value: 1, StdErr: 0.5}, Ancestors: 15, Efficiency: 0.3, Overshoot: 0.5}
	if d := sure.doubt(); d != "" {
		t.Errorf("doubt %q", d)
	}
	for text, change := range map[string]func(r *Result){
		"died out": func(r *Result) { r.Probability.Value = 0 }, "14 starts": func(r *Result) { r.Ancestors = 14 }, "51 %": func(r *Result) { r.Probability.StdErr = 0.51 },
		"4.0 times": func(r *Result) { r.Efficiency = 0.25 }, "overshoot 0.60": func(r *Result) { r.Overshoot = 0.6 },
	} {
		r := sure
		change(&r)
		if r.Doubt = r.doubt(); !strings.Contains(r.Doubt, text) || !strings.Contains(r.String(), "not to be trusted: ") {
			t.Errorf("doubt %q, want one with %q", r.Doubt, text)
		}
	}
}

// Replicas that die out are a rate of 0, in doubt.
func TestExtinction(t *testing.T) {
	p, _ := ruin(40)
	r := must(p.Rate(t.Context(), Settings{Replicas: 2, Seed: 1}))
	if r.Rate.Value != 0 || r.Rate.High != 0 || !strings.Contains(r.Doubt, "died out") || len(r.Reactive) != 0 || r.Efficiency != 0 {
		t.Errorf("%v", r)
	}
}

// Runs count by their replicas, and their variances add up.
func TestMergeByHand(t *testing.T) {
	part := func(n int, p, stderr float64) *Result {
		r := &Result{Home: 1, Inner: 2, Ancestors: n / 2, Steps: int64(n), Flux: escape.Estimate{Value: 2, StdErr: 0.1, Replicas: n}, Overshoot: 0.1,
			Probability: escape.Estimate{Value: p, StdErr: stderr, Replicas: n, Escaped: n / 3}, Reactive: make([]Path, n), Levels: make([]float64, n)}
		r.combine()
		r.Parts = []escape.Estimate{r.Rate}
		return r
	}
	m := must(Merge(part(30, 0.01, 0.001), part(90, 0.02, 0.001)))
	if p := m.Probability; math.Abs(p.Value-0.0175) > 1e-15 || math.Abs(p.StdErr-math.Sqrt(30*30+90*90)/120*0.001) > 1e-15 || p.Replicas != 120 || p.Escaped != 40 {
		t.Errorf("probability %+v", p)
	}
	if m.Rate.Value != 2*m.Probability.Value || m.Ancestors != 60 || m.Steps != 120 || len(m.Reactive) != 120 || len(m.Parts) != 2 || len(m.Levels) != 90 || m.Home != 1 || m.Inner != 2 || m.Overshoot != 0.1 {
		t.Errorf("merged %+v", m)
	}
	if want := math.Log(1/0.0175) / 120 / (m.Probability.StdErr * m.Probability.StdErr / 0.0175 / 0.0175); math.Abs(m.Efficiency-want) > 1e-12 {
		t.Errorf("efficiency %v, want %v", m.Efficiency, want)
	}
	// Weights ¼ and ¾, off by −0.015 and 0.005: √(2·(0.015/4)²·2)/… by hand.
	if want := math.Sqrt(2 * (0.25*0.25*0.015*0.015 + 0.75*0.75*0.005*0.005)); math.Abs(m.Scatter()-want) > 1e-12 {
		t.Errorf("scatter %v, want %v", m.Scatter(), want)
	}
	if !strings.Contains(m.Doubt, "2 runs scatter") {
		t.Errorf("runs at 10 standard errors: doubt %q", m.Doubt)
	}
	if m := must(Merge(part(90, 0.01, 0.001), part(90, 0.0115, 0.001))); m.Doubt != "" {
		t.Errorf("runs at one standard error: doubt %q", m.Doubt)
	}
}

// More replicas make a result better; runs agree with their own scatter.
func TestRepeat(t *testing.T) {
	p, want := ruin(8)
	r := must(p.Repeat(t.Context(), 8, Settings{Replicas: 200}))
	if z := (r.Probability.Value - want) / r.Probability.StdErr; len(r.Parts) != 8 || math.Abs(z) > 4.5 || r.Doubt != "" || r.Rate.Replicas != 1600 {
		t.Errorf("%v, z = %v", r, z)
	}
	if ratio := r.Scatter() / r.Rate.StdErr; ratio < 0.3 || ratio > 2.2 { // χ² of 7 degrees
		t.Errorf("scatter %v, standard error %v", r.Scatter(), r.Rate.StdErr)
	}
	one := must(p.Rate(t.Context(), Settings{Replicas: 200}))
	if r.Parts[0] != one.Rate || r.Parts[1] == one.Rate {
		t.Errorf("parts %v, want the first %v and another", r.Parts[:2], one.Rate)
	}
	calibrate.Hold(t, "Extend", true, func(rng *rand.Rand) (float64, float64, float64) {
		s := Settings{Replicas: 60, Seed: rng.Uint64(), Workers: 1}
		p, want := ruin(5)
		r := must(p.Extend(t.Context(), must(p.Rate(t.Context(), s)), s))
		return r.Rate.Value, want / 3, r.Rate.StdErr
	})
}

// Two steps extrapolate to the diffusion.
func TestBarrierRate(t *testing.T) {
	b, want := quartic(t, 2, 0.1, 3)
	x := must(b.Rate(t.Context(), Settings{}))
	if z := (x.Value - want) / x.StdErr; math.Abs(z) > 4.5 || x.Doubt != "" || len(x.Runs) != 2 || x.Steps[1] != 0.2 {
		t.Errorf("%v ± %v, want %v; doubt %q", x.Value, x.StdErr, want, x.Doubt)
	}
	by := (4*x.Runs[1].Rate.Value - x.Runs[0].Rate.Value) / 3
	if math.Abs(x.Value-by) > 1e-9*by || x.Runs[0].Rate.Value == x.Runs[1].Rate.Value {
		t.Errorf("extrapolated %v, want %v", x.Value, by)
	}
	if p, q := must(b.At(0)), must(b.At(0.2)); p.Exit != q.Exit || p.Out != nil || q.Coordinate != Axis(0) {
		t.Errorf("problem %+v, want %+v", p, q)
	}
	b.Frozen = true
	frozen := must(must(b.At(0.2)).Rate(t.Context(), Settings{Replicas: 1000}))
	exact := must(b.Problem.Routes(background)).Of("mfpt")
	if z := (frozen.Rate.Value - exact) / frozen.Rate.StdErr; math.Abs(z) > 4.5 {
		t.Errorf("frozen noise: %v, want %v", frozen, exact)
	}
	// A barrier that lies across the axes of θ.
	tilted := Barrier{Problem: escape.Problem{Barrier: must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2}, 0.3)), Noise: theory.NoiseFor(0.1, 1)}}
	p := must(tilted.At(0.2))
	if x := p.Coordinate.At(p.Start); !(x < p.Exit) {
		t.Errorf("start %v, exit %v", x, p.Exit)
	}
}

func TestCoordinates(t *testing.T) {
	path := &search.Path{Images: [][]float64{{0, 0}, {2, 0}, {2, 3}}, Arc: []float64{0, 2, 5}}
	diagonal := onAxis([]float64{0.6, 0.8})
	for _, c := range []struct {
		Coordinate
		theta []float64
		want  float64
	}{
		{Axis(1), []float64{1, 2}, 2}, {Func(func(theta []float64) float64 { return theta[0] * 7 }), []float64{2}, 14},
		{Distance{[]float64{1, 1}}, []float64{4, 5}, 5}, {diagonal, []float64{3, 1}, 2.6}, {onAxis([]float64{0, 1}), []float64{5, 6}, 6}, {diagonal, []float64{3}, math.NaN()},
		{Along{path}, []float64{0.5, 0.1}, 0.5}, {Along{path}, []float64{-1, 0.1}, -1}, {Along{path}, []float64{2.5, 1}, 3}, {Along{path}, []float64{2, 4}, 6}, {Along{path}, []float64{2.4, -0.3}, 2},
	} {
		if x := c.At(c.theta); !(math.Abs(x-c.want) < 1e-12) && !math.IsNaN(c.want) || math.IsNaN(c.want) != math.IsNaN(x) {
			t.Errorf("%#v at %v: %v, want %v", c.Coordinate, c.theta, x, c.want)
		}
	}
	b, _ := quartic(t, 3, 0.1, 2)
	q := must(NewCommittor(background, b.Problem))
	exit := must(landscape.FindAxis(b.Problem.Barrier)).Exit
	if at, half, out := q.At([]float64{0, 1, 0}), q.At([]float64{exit / 2, 0, 0}), q.At([]float64{exit, 0.1, 0.2}); at != 0 || math.Abs(half-0.5) > 1e-6 || math.Abs(out-1) > 1e-3 { // by interpolation
		t.Errorf("committor %v, %v, %v at minimum, saddle and exit, want 0, ½, 1", at, half, out)
	}
}

func TestTube(t *testing.T) {
	r := &Result{Inner: 1, Reactive: []Path{
		{Theta: [][]float64{{1, 0}, {2, 1}, {4, 0}}, Coordinate: []float64{1, 2, 4}, Time: []float64{0, 1, 3}},
		{Theta: [][]float64{{1, 2}, {3, 3}}, Coordinate: []float64{1, 3}, Time: []float64{0, 2}},
	}}
	tube := must(r.Tube(3))
	want := &Tube{Coordinate: []float64{1, 2, 3}, Mean: [][]float64{{1, 1}, {2.5, 2}, {3.5, 1.5}}, Spread: [][]float64{{0, 1}, {0.5, 1}, {0.5, 1.5}}, Time: []float64{0, 1.5, 2.5}, Paths: []int{2, 2, 2}}
	if got, want := must(json.Marshal(tube)), must(json.Marshal(want)); !bytes.Equal(got, want) {
		t.Errorf("tube %s, want %s", got, want)
	}
	theta, transit := r.Ends()
	if theta[0][0] != 4 || theta[1][0] != 3 || !slices.Equal(transit, []float64{3, 2}) {
		t.Errorf("ends %v after %v", theta, transit)
	}
	b, _ := quartic(t, 2, 0.1, 2)
	p := must(b.At(0.2))
	real := must(p.Rate(t.Context(), Settings{Replicas: 400}))
	for _, path := range real.Reactive {
		last := len(path.Theta) - 1
		if !slices.IsSorted(path.Coordinate) || !slices.IsSorted(path.Time) || path.Coordinate[0] < real.Inner || path.Time[0] != 0 || path.Coordinate[last] < p.Exit || path.Coordinate[last-1] >= p.Exit || path.Theta[last][0] != path.Coordinate[last] {
			t.Fatalf("path from %v to %v", path.Coordinate[0], path.Coordinate[last])
		}
	}
	if tube := must(real.Tube(10)); math.Abs(tube.Mean[5][1]) > 4.5*tube.Spread[5][1]/math.Sqrt(float64(real.Ancestors)) {
		t.Errorf("the way over a symmetric pass leads aside: %v ± %v", tube.Mean[5], tube.Spread[5])
	}
}

// Paths that share points weigh them once, those that died not at all, and too many are an error.
func TestMemory(t *testing.T) {
	b, _ := quartic(t, 2, 0.1, 2)
	r := newRun(t.Context(), must(b.At(0.2)), Settings{})
	shared := &point{before: &point{}}
	paths := []replica{{run: r, tip: &point{before: shared}}, {run: r, tip: shared}}
	r.bytes.Store(parallel.GiB/2 + 1)
	if err := r.weigh(paths); err != nil || r.bytes.Load() != 3*r.weight() {
		t.Errorf("%d bytes, want %d: %v", r.bytes.Load(), 3*r.weight(), err)
	}
	r.bytes.Store(parallel.GiB - r.weight())
	if paths[0].reached(&point{}) || !paths[0].reached(&point{}) {
		t.Error("a path ends as soon as all take more than 1 GiB, and not before")
	}
	if err := r.weigh(paths); err == nil || !strings.Contains(err.Error(), "GiB") {
		t.Errorf("full: %v", err)
	}
}

// A run hears its context and tells its levels, which ascend.
func TestProgress(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, _ := ruin(30)
	var levels []float64
	_, err := p.Rate(ctx, Settings{Replicas: 100, Progress: func(level float64) {
		if levels = append(levels, level); len(levels) == 3 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || len(levels) != 3 || !slices.IsSorted(levels) {
		t.Errorf("levels %v: %v", levels, err)
	}
}

// No rare event, and a stuck one, are errors that say so.
func TestNotRare(t *testing.T) {
	p, _ := ruin(2)
	if _, err := p.Rate(t.Context(), Settings{Replicas: 50}); err == nil || !strings.Contains(err.Error(), "no rare event") {
		t.Errorf("one in three leads out: %v", err)
	}
	p, _ = ruin(30)
	p.Home, p.Inner = 0.5, 25
	if _, err := p.Rate(t.Context(), Settings{Replicas: 10, MaxSteps: 1000}); err == nil || !strings.Contains(err.Error(), "in 1000 steps") {
		t.Errorf("an inner surface far out: %v", err)
	}
	b, _ := quartic(t, 1, 0.1, 4)
	far := must(b.At(0.2))
	far.Home, far.Inner = 0.1, 5
	if _, err := far.Rate(t.Context(), Settings{Replicas: 10, MaxSteps: 1000}); err == nil || !strings.Contains(err.Error(), "in 1000 steps") {
		t.Errorf("an inner surface far out, in lanes: %v", err)
	}
}
