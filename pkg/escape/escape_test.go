package escape

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// problem is the quartic barrier in n dimensions with the exit at the far minimum.
func problem(temperature, c float64, n int, s dynamics.Settings, log bool) (dynamics.Dynamics, []float64, Region) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: c, EffectiveDimension: n}))
	build := dynamics.NewSDE
	if log {
		build = dynamics.NewLogLangevin
	}
	d := must(build(well, well.Minimum(), theory.NoiseFor(temperature, 1), s))
	return d, make([]float64, n), Beyond{Axis: 0, Level: well.FarMinimum().Theta[0]}
}

// Direct simulation against quadrature, after extrapolation to step zero: on the t clock with
// Euler–Maruyama (order 1) and on the τ clock with Heun (order 2). The issue's bound is 3.5
// standard errors.
func TestRateAgainstExact(t *testing.T) {
	const temperature, c = 0.2, 2
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: c}))
	sde := exact.OneDim{Loss: exact.FirstAxis(well), Noise: exact.LossNoise{Temperature: temperature}}
	want := 1 / must(exact.MeanFirstPassage(t.Context(), sde, 0, well.FarMinimum().Theta[0], exact.Settings{})).Value
	for _, test := range []struct {
		name   string
		steps  []float64
		scheme dynamics.Scheme
		log    bool
		order  float64
	}{
		{"Eq. 13, Euler–Maruyama", []float64{0.2, 0.1, 0.05}, dynamics.EulerMaruyama, false, 1},
		{"Eq. 15, Heun", []float64{0.4, 0.2}, dynamics.Heun, true, 2},
	} {
		estimates := make([]Estimate, len(test.steps))
		for k, step := range test.steps {
			d, start, exit := problem(temperature, c, 1, dynamics.Settings{Step: step, Scheme: test.scheme}, test.log)
			s := must(FirstPassage(context.Background(), d, start, exit, Settings{Replicas: 4000, Seed: 11, Experiment: fmt.Sprint(test.name, step)}))
			estimates[k] = must(s.Rate(0.95))
		}
		fit := must(Extrapolate(test.steps, estimates, test.order))
		if z := (fit.Value - want) / fit.StdErr; math.Abs(z) > 3.5 || fit.StdErr > 0.05*want {
			t.Errorf("%s: κ = %.4g ± %.2g at step 0, exact %.4g (z = %.1f)", test.name, fit.Value, fit.StdErr, want, z)
		}
		t.Logf("%s: κ = %.5g ± %.2g, exact %.5g, slope %.2g, χ² = %.1f for %d", test.name, fit.Value, fit.StdErr, want, fit.Slope, fit.ChiSquare, fit.Degrees)
	}
}

// simulated is a sample of exponential times censored at maxTime.
func simulated(rng *rand.Rand, n int, rate, maxTime float64) *Sample {
	s := &Sample{Times: make([]float64, n), Status: make([]Status, n), MaxTime: maxTime}
	for i := range s.Times {
		s.Times[i], s.Status[i] = rng.ExpFloat64()/rate, Escaped
		if s.Times[i] > maxTime {
			s.Times[i], s.Status[i] = maxTime, Censored
		}
	}
	return s
}

func TestWorkersDoNotChangeABit(t *testing.T) {
	d, start, exit := problem(0.3, 1.5, 3, dynamics.Settings{Step: 0.1, Scheme: dynamics.Heun}, true)
	settings := Settings{Replicas: 101, MaxTime: 60, Seed: 9, Experiment: "workers"}
	var first *Sample
	for _, workers := range []int{1, 2, 7} {
		settings.Workers = workers
		s := must(FirstPassage(context.Background(), d, start, exit, settings))
		if first == nil {
			first = s
		} else if !reflect.DeepEqual(s, first) {
			t.Errorf("%d workers give another sample than 1", workers)
		}
	}
	if n := first.Count(Censored); n == 0 || n == 101 {
		t.Errorf("%d of 101 censored: the test should see both ends", n)
	}
}

func TestInterruptAndResume(t *testing.T) {
	d, start, exit := problem(0.2, 2, 1, dynamics.Settings{Step: 0.1}, false)
	settings := Settings{Replicas: 200, Seed: 3, Experiment: "resume"}
	whole := must(FirstPassage(context.Background(), d, start, exit, settings))

	ctx, cancel := context.WithCancel(context.Background())
	var calls atomic.Int64
	interrupted := settings
	interrupted.Progress = func(done, total int) {
		if calls.Add(1) == 50 {
			cancel()
		}
	}
	part, err := FirstPassage(ctx, d, start, exit, interrupted)
	if !errors.Is(err, context.Canceled) || part == nil || part.Count(Pending) == 0 {
		t.Fatalf("interrupted run: error %v", err)
	}
	if _, err := part.Rate(0.95); err == nil {
		t.Error("a rate from a sample with pending replicas")
	}
	settings.Resume = part
	if s := must(FirstPassage(context.Background(), d, start, exit, settings)); !reflect.DeepEqual(s, whole) {
		t.Error("resumed sample differs from the uninterrupted one")
	}
	settings.Seed++
	if _, err := FirstPassage(context.Background(), d, start, exit, settings); err == nil {
		t.Error("resumed with another seed")
	}
}

func TestDivergedReplicasAreCounted(t *testing.T) {
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 1.2}))
	d := must(dynamics.NewSDE(cubic, cubic.Minimum(), theory.NoiseFor(0.3, 1), dynamics.Settings{Step: 0.1}))
	never := RegionFunc(func([]float64) bool { return false })
	s := must(FirstPassage(context.Background(), d, []float64{0}, never, Settings{Replicas: 50, MaxTime: 50}))
	e := must(s.Rate(0.95))
	if e.Diverged == 0 || e.Diverged+e.Censored != 50 || e.Escaped != 0 {
		t.Errorf("%d escaped, %d censored, %d diverged of 50", e.Escaped, e.Censored, e.Diverged)
	}
	if e.Value != 0 || !math.IsInf(e.StdErr, 1) || !(e.High > 0) {
		t.Errorf("nothing escaped, but the estimate is %+v", e)
	}
}

// Kaplan–Meier by hand: escapes at 1 and 3, censored at 2 and 4.
func TestSurvivalByHand(t *testing.T) {
	s := &Sample{Times: []float64{3, 2, 1, 4}, Status: []Status{Escaped, Censored, Escaped, Censored}, MaxTime: 4}
	c := s.Survival()
	want := Survival{
		Time: []float64{1, 3}, Prob: []float64{0.75, 0.375},
		StdErr: []float64{0.75 * math.Sqrt(1./12), 0.375 * math.Sqrt(1./12+1./2)},
	}
	for i := range want.Time {
		if c.Time[i] != want.Time[i] || math.Abs(c.Prob[i]-want.Prob[i]) > 1e-15 || math.Abs(c.StdErr[i]-want.StdErr[i]) > 1e-15 {
			t.Errorf("survival %+v, want %+v", c, want)
		}
	}
}

// Under the null the p-value is uniform, censored or not; a gamma law of shape 2 is told apart.
func TestExponentiality(t *testing.T) {
	for _, maxTime := range []float64{math.Inf(1), 1} {
		rng := dynamics.Stream(8, "ks", 0)
		p := make([]float64, 400)
		for k := range p {
			p[k] = must(simulated(rng, 60, 1, maxTime).Exponentiality(99)).PValue
		}
		mean := stat.Mean(p, nil)
		// p is uniform on {1, …, 100}/100.
		if z := (mean - 0.505) / math.Sqrt(1./12/400); math.Abs(z) > 4.5 {
			t.Errorf("censored at %v: mean p-value %.3f (z = %.1f)", maxTime, mean, z)
		}
	}
	gamma := distuv.Gamma{Alpha: 2, Beta: 1, Src: rand.NewPCG(1, 1)}
	s := simulated(rand.New(rand.NewPCG(2, 2)), 200, 1, math.Inf(1))
	for i := range s.Times {
		s.Times[i] = gamma.Rand()
	}
	if e := must(s.Exponentiality(199)); e.PValue > 0.01 {
		t.Errorf("a gamma law of shape 2 passes for exponential: %+v", e)
	}
}

func TestExtrapolateIsExactOnALine(t *testing.T) {
	steps := []float64{0.1, 0.2, 0.4}
	estimates := make([]Estimate, 3)
	for i, h := range steps {
		estimates[i] = Estimate{Value: 2 - 3*h*h, StdErr: 0.1 * float64(i+1)}
	}
	r := must(Extrapolate(steps, estimates, 2))
	if math.Abs(r.Value-2) > 1e-12 || math.Abs(r.Slope+3) > 1e-10 || r.ChiSquare > 1e-20 || r.Degrees != 1 {
		t.Errorf("%+v", r)
	}
	for _, bad := range []struct {
		steps []float64
		e     []Estimate
	}{{steps[:1], estimates[:1]}, {steps, estimates[:2]}, {[]float64{1, 1, 1}, estimates}, {[]float64{1, 2, -1}, estimates}} {
		if _, err := Extrapolate(bad.steps, bad.e, 1); err == nil {
			t.Errorf("%v accepted", bad.steps)
		}
	}
}

func TestBadSettings(t *testing.T) {
	d, start, exit := problem(0.2, 2, 2, dynamics.Settings{Step: 0.1}, false)
	for _, test := range []struct {
		start []float64
		s     Settings
		want  string
	}{
		{start, Settings{Replicas: -1}, "-1 replicas, want ≥ 1"},
		{start, Settings{MaxTime: math.NaN()}, "censoring time = NaN, want > 0"},
		{start, Settings{MaxTime: -2}, "censoring time = -2, want > 0"},
		{start, Settings{Workers: -1}, "-1 workers"},
		{start[:1], Settings{}, "length 1, want 2"},
		{[]float64{math.Inf(-1), 0}, Settings{}, "not finite"},
		{[]float64{100, 0}, Settings{}, "in the exit region already"},
	} {
		if _, err := FirstPassage(context.Background(), d, test.start, exit, test.s); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", err, test.want)
		}
	}
	if _, err := simulated(rand.New(rand.NewPCG(1, 1)), 10, 1, 1).Rate(1); err == nil {
		t.Error("confidence 1 accepted")
	}
}

func ExampleFirstPassage() {
	well, _ := landscape.NewQuartic(landscape.Shape{Ratio: 2})
	d, _ := dynamics.NewLogLangevin(well, well.Minimum(), theory.NoiseFor(0.2, 1),
		dynamics.Settings{Step: 0.1, Scheme: dynamics.Heun})
	exit := Beyond{Axis: 0, Level: well.FarMinimum().Theta[0]}
	sample, err := FirstPassage(context.Background(), d, []float64{0}, exit, Settings{Replicas: 500, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, _ := sample.Rate(0.95)
	fmt.Printf("exact rate 0.00244 inside the interval: %v\n", rate.Low < 0.00244 && 0.00244 < rate.High)
	// Output: exact rate 0.00244 inside the interval: true
}

// A transient of length 1 before an exponential law biases the rate, and After removes it.
func TestAfterRemovesTheTransient(t *testing.T) {
	s := simulated(dynamics.Stream(6, "after", 0), 20000, 0.5, 10)
	for i := range s.Times {
		s.Times[i]++
	}
	s.MaxTime++
	biased, clean := must(s.Rate(0.95)), must(must(s.After(1.5)).Rate(0.95))
	if z := (clean.Value - 0.5) / clean.StdErr; math.Abs(z) > 4.5 {
		t.Errorf("κ = %v ± %v after the transient, want 0.5 (z = %.1f)", clean.Value, clean.StdErr, z)
	}
	if biased.High > 0.4 {
		t.Errorf("κ = %v with the transient, want it visibly low", biased.Value)
	}
	if _, err := s.After(math.Inf(1)); err == nil {
		t.Error("t₀ = +Inf accepted")
	}
}
