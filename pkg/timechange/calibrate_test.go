package timechange

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/calibrate"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// drawn returns squared distances of replicas whose means are known: 4, 1 and 9 times dτ^{2p} on the
// t clock, on the τ clock and between the two, with the order p of each, exponentially spread, and
// the same path at every step in common.
func drawn(rng *rand.Rand, steps []float64, order [3]float64) [][]float64 {
	squares := make([][]float64, 300)
	for i := range squares {
		common := rng.ExpFloat64()
		for _, h := range steps {
			for k, p := range order {
				squares[i] = append(squares[i], []float64{4, 1, 9}[k]*math.Pow(h, 2*p)*(common+rng.ExpFloat64())/2)
			}
		}
	}
	return squares
}

func TestCalibrated(t *testing.T) {
	c := Test{Tau: 3, Steps: []int{4, 8, 16}}
	step := []float64{0.75, 0.375, 0.1875}
	order := [3]float64{0.5, 1, 0.7}
	for _, test := range []struct {
		name   string
		pooled bool
		of     func(e *StrongErrors) (estimate, truth, stderr float64)
	}{
		{"OnT", false, func(e *StrongErrors) (a, b, c float64) { return e.OnT[1], 2 * math.Sqrt(step[1]), e.OnTErr[1] }},
		{"OnTau", false, func(e *StrongErrors) (a, b, c float64) { return e.OnTau[2], step[2], e.OnTauErr[2] }},
		{"OrderT", true, func(e *StrongErrors) (a, b, c float64) { return e.OrderT, 0.5, e.OrderTErr }},
		{"OrderTau", true, func(e *StrongErrors) (a, b, c float64) { return e.OrderTau, 1, e.OrderTauErr }},
	} {
		calibrate.Hold(t, test.name, test.pooled, func(rng *rand.Rand) (float64, float64, float64) {
			e := c.collect(drawn(rng, step, order))
			if !reflect.DeepEqual(e.Step, step) {
				t.Fatalf("steps %v, want %v", e.Step, step)
			}
			return test.of(e)
		})
	}
}

// The distances by hand: roots of means, and of each standard error its own column. Both clocks
// have their own spread.
func TestCollectByHand(t *testing.T) {
	squares := make([][]float64, 20)
	for i := range squares {
		x := float64(i % 2)
		squares[i] = []float64{4 + x, 9 + 4*x, 25 + x, 1 + x/2, 16 - x, 36 - x}
	}
	e := Test{Tau: 2, Steps: []int{2, 4}}.collect(squares)
	root := func(mean float64) float64 { return math.Sqrt(mean) }
	spread := math.Sqrt(0.25 * 20 / 19 / 20) // of the mean of x
	for name, v := range map[string][2]float64{
		"OnT 0": {e.OnT[0], root(4.5)}, "OnT 1": {e.OnT[1], root(1.25)}, "OnTau 0": {e.OnTau[0], root(11)}, "OnTau 1": {e.OnTau[1], root(15.5)},
		"between 0": {e.Between[0], root(25.5)}, "between 1": {e.Between[1], root(35.5)},
		"OnTErr 0": {e.OnTErr[0], spread / 2 / root(4.5)}, "OnTauErr 0": {e.OnTauErr[0], 4 * spread / 2 / root(11)}, "OnTauErr 1": {e.OnTauErr[1], spread / 2 / root(15.5)},
		"OrderT": {e.OrderT, math.Log2(root(4.5) / root(1.25))}, "OrderTau": {e.OrderTau, math.Log2(root(11) / root(15.5))},
	} {
		if math.Abs(v[0]-v[1]) > 1e-12 {
			t.Errorf("%s = %v, want %v", name, v[0], v[1])
		}
	}
	// Groups of two replicas with the same x in each have no spread.
	if e.OrderTErr > 1e-12 || e.OrderTauErr > 1e-12 {
		t.Errorf("errors of the orders %v and %v, want 0", e.OrderTErr, e.OrderTauErr)
	}
	for i := range squares { // ten groups of which three differ
		squares[i] = []float64{4, 9, 1, 1, 1, 1}
		if i < 6 {
			squares[i][0] = 16
		}
	}
	e = Test{Tau: 2, Steps: []int{2, 4}}.collect(squares)
	slopes := []float64{2, 2, 2, 1, 1, 1, 1, 1, 1, 1}
	if want := stat.StdErr(stat.StdDev(slopes, nil), 10); math.Abs(e.OrderTErr-want) > 1e-12 || e.OrderTauErr > 1e-12 {
		t.Errorf("errors of the orders %v and %v, want %v and 0", e.OrderTErr, e.OrderTauErr, want)
	}
}

// The unit of the loss is nothing to θ: at λL and η/λ all distances are the same. They obey the
// triangle's inequality, and follow the seed.
func TestUnitsOfLoss(t *testing.T) {
	run := func(unit float64, seed uint64) *StrongErrors {
		well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, MinimumLoss: unit, OutlierCurvature: unit}))
		return must(Test{Landscape: well, Minimum: well.Minimum(), Noise: theory.NoiseFor(0.3, unit), Start: []float64{1}, Tau: 2,
			Steps: []int{4, 8}, Fine: 64, Replicas: 20, Seed: seed}.Run(context.Background()))
	}
	want, got := run(1, 3), run(7, 3)
	for k := range want.Step {
		if math.Abs(got.OnT[k]-want.OnT[k]) > 1e-9 || math.Abs(got.OnTau[k]-want.OnTau[k]) > 1e-9 || math.Abs(got.Between[k]-want.Between[k]) > 1e-9 {
			t.Errorf("in units of 7: %+v, want %+v", got, want)
		}
		if b := want.Between[k]; b > want.OnT[k]+want.OnTau[k] || b < math.Abs(want.OnT[k]-want.OnTau[k]) || b == 0 {
			t.Errorf("distances %v and %v to the truth, %v between", want.OnT[k], want.OnTau[k], b)
		}
	}
	if run(1, 4).OnT[0] == want.OnT[0] {
		t.Error("another seed, the same paths")
	}
	// No two replicas share a path.
	tau, tt, err := small().diffusions()
	if err != nil {
		t.Fatal(err)
	}
	w := newComparison(context.Background(), small(), tau, tt)
	seen := map[float64]int{}
	for i := range 10 {
		seen[w.replica(i)[0]]++
	}
	if len(seen) != 10 {
		t.Errorf("%d different paths of 10 replicas", len(seen))
	}
}

// counter is a dynamics that does nothing but note its steps.
type counter struct{ steps *[]float64 }

func (counter) Dim() int                                 { return 1 }
func (c counter) NewStepper() dynamics.Stepper           { return c }
func (c counter) Step(_ []float64, _ *rand.Rand) float64 { return 0 }
func (c counter) SetStep(step float64)                   { *c.steps = append(*c.steps, step) }
func (c counter) Drive(_, _ []float64) float64           { return 0.25 }
func (c counter) LossGrad(dst, _ []float64) float64      { return 2 }

// On the t clock a step ends at the first fine point at or past its goal.
func TestStepsOnT(t *testing.T) {
	var steps, unused []float64
	c := Test{Landscape: counter{&unused}, Minimum: landscape.Critical{Loss: 2}, Start: []float64{0}, Tau: 16, Fine: 32, Steps: []int{4, 8}}
	w := newComparison(context.Background(), c, counter{&unused}, counter{&steps})
	w.reference(0) // every fine step takes ¼, where ½·16/32 is asked for: 8 in all
	for _, n := range []int{4, 8, 32} {
		steps = nil
		w.coarseT(w.a, n)
		want := 8 / float64(n)
		if len(steps) != n || steps[0] != want || steps[n-1] != want {
			t.Errorf("%d steps %v, want %d of %v", len(steps), steps, n, want)
		}
	}
	w.time[4] += 0.1 // past the first goal: the step is longer, the goals stay
	steps = nil
	w.coarseT(w.a, 8)
	if len(steps) != 8 || math.Abs(steps[0]-1.1) > 1e-15 || math.Abs(steps[1]-0.9) > 1e-15 {
		t.Errorf("steps %v", steps)
	}
}

// The increments of W̃ by hand, on a path of any length of step: coordinate 1, drift at the start of
// a step, and a new interval once the last is full.
func TestNoiseByHand(t *testing.T) {
	well := must(landscape.NewQuadratic(landscape.Shape{EffectiveDimension: 2, Transverse: []float64{3}})) // ∂L/∂θ₁ = 3θ₁
	p := &dynamics.Path{
		T: []float64{0, 1, 3, 4, 8}, Tau: []float64{0, 2, 5, 6, 10}, Theta: [][]float64{{9, 1}, {9, 2}, {9, -1}, {9, 0}, {9, 5}},
	}
	got := Noise(p, well, 1, 0.5, 4)
	// dθ + 3θ dt: 1+3, −3+12, 1−3, 5+0; the intervals end at τ = 5 and 10.
	want := []float64{(4 + 9) / 0.5 / math.Sqrt(5), (-2 + 5) / 0.5 / math.Sqrt(5)}
	if len(got) != 2 || math.Abs(got[0]-want[0]) > 1e-12 || math.Abs(got[1]-want[1]) > 1e-12 {
		t.Errorf("increments %v, want %v", got, want)
	}
	if got := Noise(p, well, 1, 0.5, 5); len(got) != 2 {
		t.Errorf("%d increments, want 2: an interval that is just full ends", len(got))
	}
	if got := Noise(p, well, 1, 0.5, 11); got != nil {
		t.Errorf("increments %v of a path that is too short", got)
	}
}

// A context is heard in the middle of a replica.
func TestHearsContext(t *testing.T) {
	c := small()
	c.Fine = 1 << 19
	ctx, cancel := context.WithCancel(context.Background())
	tau, tt, err := c.diffusions()
	if err != nil {
		t.Fatal(err)
	}
	w := newComparison(ctx, c, tau, tt)
	time.AfterFunc(time.Millisecond, cancel)
	if w.replica(0) != nil {
		t.Error("a replica of half a million steps did not hear its context")
	}
}
