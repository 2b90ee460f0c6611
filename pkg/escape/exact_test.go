package escape

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

var background = context.Background()

// coin puts θ at 1 with its probability, else at 0, anew in each step of length 1.
type coin float64

func (coin) Dim() int                       { return 1 }
func (c coin) NewStepper() dynamics.Stepper { return c }
func (c coin) Step(theta []float64, rng *rand.Rand) float64 {
	theta[0] = 0
	if rng.Float64() < float64(c) {
		theta[0] = 1
	}
	return 1
}

// clock moves θ on by 1 in each step of length dt, and out of the numbers, or of time, past its
// end.
type clock struct{ dt, end, late float64 }

func (clock) Dim() int                       { return 1 }
func (c clock) NewStepper() dynamics.Stepper { return c }
func (c clock) Step(theta []float64, _ *rand.Rand) float64 {
	if theta[0]++; c.end > 0 && theta[0] > c.end {
		if c.late == 1 {
			theta[0] = math.Inf(1)
		}
		return c.late
	}
	return c.dt
}

// What a clock does is known to the step.
func TestFirstPassageByHand(t *testing.T) {
	for _, c := range []struct {
		d       clock
		maxTime float64
		status  Status
		time    float64
		steps   int64
	}{
		{clock{dt: 0.5}, 0, Escaped, 1.5, 3},
		{clock{dt: 0.5}, 1.5, Censored, 1.5, 3},
		{clock{dt: 0.5}, 1.25, Censored, 1.25, 3},
		{clock{dt: 0.5}, 1.75, Escaped, 1.5, 3},
		{clock{0.5, 2, 1}, 0, Diverged, 1, 3},
		{clock{0.5, 1, 0}, 9, Diverged, 0.5, 2},
		{clock{0.5, 1, -1}, 9, Diverged, 0.5, 2},
		{clock{0.5, 1, math.NaN()}, 9, Diverged, 0.5, 2},
		{clock{0.5, 1, math.Inf(1)}, 0, Diverged, 0.5, 2},
	} {
		var most, total int
		s := must(FirstPassage(background, c.d, []float64{0}, Beyond{Level: 3}, Settings{MaxTime: c.maxTime, Workers: 1, Progress: func(done, of int) { most, total = max(most, done), of }}))
		if len(s.Times) != 200 || s.Count(c.status) != 200 || s.Times[7] != c.time || s.Steps != 200*c.steps || most != 200 || total != 200 {
			t.Errorf("%+v to %v: %d replicas, status %v at %v, %d steps, progress %d of %d", c.d, c.maxTime, len(s.Times), s.Status[7], s.Times[7], s.Steps, most, total)
		}
		if want := c.maxTime; want == 0 && !math.IsInf(s.MaxTime, 1) || want != 0 && s.MaxTime != want {
			t.Errorf("censored at %v, want %v", s.MaxTime, want)
		}
	}
}

// A sample is resumed by what made it, and by nothing else; what is pending is at 0.
func TestResumeChecks(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	s := Settings{Replicas: 20, Seed: 5, Experiment: "resume", Workers: 1, Progress: func(done, _ int) {
		if done == 8 {
			cancel()
		}
	}}
	d, exit := flip{1, 1}, RegionFunc(func(theta []float64) bool { return theta[0] < 0 })
	part, err := FirstPassage(ctx, d, []float64{1}, exit, s)
	if err == nil || part.Count(Pending) != 12 || !strings.Contains(err.Error(), "12 of 20") {
		t.Fatalf("%v, %v", part, err)
	}
	for i, status := range part.Status {
		if status == Pending && part.Times[i] != 0 {
			t.Errorf("pending replica %d at %v", i, part.Times[i])
		}
	}
	first := 0
	s.Resume, s.Progress = part, func(done, _ int) {
		if first == 0 {
			first = done
		}
	}
	resumed := must(FirstPassage(background, d, []float64{1}, exit, s))
	if first != 9 || resumed.Count(Escaped) != 20 || part.Count(Pending) != 12 {
		t.Errorf("resumed with progress %d, %d escaped; the part has %d pending", first, resumed.Count(Escaped), part.Count(Pending))
	}
	if _, err := FirstPassage(background, flip{9, 1}, []float64{1}, exit, s); err == nil || !strings.Contains(err.Error(), "another dynamics") {
		t.Errorf("resumed by another dynamics: %v", err)
	}
	for name, change := range map[string]func(*Settings, *Sample){
		"replicas":   func(s *Settings, _ *Sample) { s.Replicas++ },
		"statuses":   func(_ *Settings, r *Sample) { r.Status = r.Status[1:] },
		"MaxTime":    func(s *Settings, _ *Sample) { s.MaxTime = 1e9 },
		"seed":       func(s *Settings, _ *Sample) { s.Seed++ },
		"experiment": func(s *Settings, _ *Sample) { s.Experiment += "?" },
	} {
		changed, sample := s, *part
		changed.Resume = &sample
		if change(&changed, &sample); hostile.Err(FirstPassage(background, d, []float64{1}, exit, changed)) == nil {
			t.Errorf("resumed with other %s", name)
		}
	}
}

// A sample comes back from JSON as it was, censored or not, and goes on from there.
func TestSampleJSON(t *testing.T) {
	for _, maxTime := range []float64{2, math.Inf(1)} {
		s := simulated(dynamics.Stream(1, "json", 0), 9, 1, maxTime)
		s.Seed, s.Experiment, s.Steps = math.MaxUint64, "τ", 12
		s.Times[3], s.Status[3] = 0, Pending
		for _, v := range []any{s, *s} {
			back := new(Sample)
			if err := json.Unmarshal(must(json.Marshal(v)), back); err != nil || !reflect.DeepEqual(back, s) {
				t.Errorf("%+v came back as %+v, %v", s, back, err)
			}
		}
	}
	if err := json.Unmarshal([]byte(`{"Times":3}`), new(Sample)); err == nil {
		t.Error("no times accepted")
	}
}

func TestAfterByHand(t *testing.T) {
	s := &Sample{Times: []float64{1, 2, 3, 4}, Status: []Status{Escaped, Escaped, Diverged, Censored}, MaxTime: 4, Seed: 2, Experiment: "x", Steps: 7}
	want := &Sample{Times: []float64{1, 2}, Status: []Status{Diverged, Censored}, MaxTime: 2, Seed: 2, Experiment: "x", Steps: 7}
	if got := must(s.After(2)); !reflect.DeepEqual(got, want) {
		t.Errorf("after 2: %+v, want %+v", got, want)
	}
	if got := must(s.After(0)); !reflect.DeepEqual(got, s) {
		t.Errorf("after 0: %+v, want %+v", got, s)
	}
	s.MaxTime = 0 // none
	if got := must(s.After(3.5)); got.MaxTime != 0 || len(got.Times) != 1 {
		t.Errorf("without censoring: %+v", got)
	}
}

// Without censoring Greenwood's error is that of a binomial law.
func TestGreenwoodIsBinomial(t *testing.T) {
	c := simulated(dynamics.Stream(1, "greenwood", 0), 50, 1, math.Inf(1)).Survival()
	if !sort.Float64sAreSorted(c.Time) || len(c.Time) != 50 {
		t.Errorf("times %v", c.Time)
	}
	for k, p := range c.Prob {
		want := 1 - float64(k+1)/50
		if math.Abs(p-want) > 1e-14 || math.Abs(c.StdErr[k]-math.Sqrt(want*(1-want)/50)) > 1e-14 {
			t.Errorf("survival %v ± %v after %d of 50, want %v", p, c.StdErr[k], k+1, want)
		}
	}
	s := &Sample{Times: []float64{0, 1, 2}, Status: []Status{Pending, Escaped, Escaped}}
	if c := s.Survival(); !reflect.DeepEqual(c.Prob, []float64{0.5, 0}) || c.StdErr[1] != 0 {
		t.Errorf("with a replica pending: %+v", c)
	}
}

// The distance, looked for on a fine grid; the bounds of what is tested; the p-value of a sample
// that no exponential one is as far off as.
func TestExponentialityByHand(t *testing.T) {
	s := &Sample{Times: []float64{0.3, 0.5, 0.9, 1.1, 1.2, 2}, Status: []Status{Escaped, Escaped, Escaped, Escaped, Escaped, Censored}, MaxTime: 2}
	rate, want := 5./6, 0.0
	for x := 0.0; x < 1.2; x += 1e-5 {
		below := 0.0
		for _, at := range s.Times {
			if at <= x {
				below += 1. / 6
			}
		}
		want = math.Max(want, math.Abs(below+math.Expm1(-rate*x)))
	}
	want = math.Max(want, math.Abs(5./6+math.Expm1(-rate*1.2)))
	if got := must(s.Exponentiality(99)); math.Abs(got.Distance-want) > 2e-5 {
		t.Errorf("distance %v, want %v", got.Distance, want)
	}
	for _, bad := range []struct {
		n, trials, escaped int
		status             Status
	}{{10, 98, 10, Censored}, {10, 99, 4, Censored}, {10, 99, 9, Pending}, {10, 99, 9, Diverged}, {100, 1e6 + 1, 100, Censored}} {
		s := simulated(dynamics.Stream(1, "bad", 0), bad.n, 1, math.Inf(1))
		for i := bad.escaped; i < bad.n; i++ {
			s.Status[i] = bad.status
		}
		if _, err := s.Exponentiality(bad.trials); err == nil {
			t.Errorf("%+v accepted", bad)
		}
	}
	// Another unit of time changes nothing.
	a, b := simulated(dynamics.Stream(1, "unit", 0), 40, 1, 0.8), simulated(dynamics.Stream(1, "unit", 0), 40, 0.25, 3.2)
	if x, y := must(a.Exponentiality(199)), must(b.Exponentiality(199)); x != y {
		t.Errorf("in another unit of time %+v, not %+v", y, x)
	}
	same := &Sample{Times: make([]float64, 100), Status: make([]Status, 100)} // no censoring
	for i := range same.Times {
		same.Times[i], same.Status[i] = 1, Escaped
	}
	if e := must(same.Exponentiality(199)); e.PValue != 1./200 {
		t.Errorf("of equal times: %+v, want p = 1/200", e)
	}
}

func TestExtrapolateByHand(t *testing.T) {
	// Through two points: the line, with the errors of its two ends.
	two := must(Extrapolate([]float64{1, 2}, []Estimate{{Value: 3, StdErr: 0.3}, {Value: 5, StdErr: 0.1}}, 2)) // x = 1, 4
	if math.Abs(two.Value-7./3) > 1e-12 || math.Abs(two.Slope-2./3) > 1e-12 || math.Abs(two.StdErr-math.Sqrt(16*0.09+0.01)/3) > 1e-12 || two.Degrees != 0 {
		t.Errorf("through two points: %+v", two)
	}
	// Off the line by δ(1, −2, 1), which no line can follow.
	three := must(Extrapolate([]float64{1, 2, 3}, []Estimate{{Value: 1.5, StdErr: 0.2}, {Value: 1, StdErr: 0.2}, {Value: 3.5, StdErr: 0.2}}, 1)) // x, with δ = ½
	if math.Abs(three.Value) > 1e-12 || math.Abs(three.Slope-1) > 1e-12 || math.Abs(three.ChiSquare-6*0.25/0.04) > 1e-10 || math.Abs(three.StdErr-0.2*math.Sqrt(14./6)) > 1e-12 {
		t.Errorf("through three points: %+v", three)
	}
}

// In two dimensions ψ(φ) − ψ(φ−1) = 1/(φ−1), and the Fisher information is N/(φ−1)².
func TestFitExponentByHand(t *testing.T) {
	for _, mean := range []float64{1e-9, 0.1, 1, 30, 1e4} {
		if got := Exponent(mean, 2); math.Abs((got-1)*mean-1) > 1e-6 {
			t.Errorf("φ = %v, want 1 + 1/%v", got, mean)
		}
	}
	if low, high := Exponent(1e30, 2)-1, Exponent(1e-30, 2); math.Abs(low-1e-12) > 1e-15 || math.Abs(high-1e12) > 2 {
		t.Errorf("ends of the range at φ − 1 = %v and φ = %v", low, high)
	}
	e := must(FitExponent([]float64{math.E, math.E * math.E, 1, math.E}, 2))
	if math.Abs(e.Value-2) > 1e-9 || math.Abs(e.StdErr-0.5) > 1e-9 || e.Replicas != 4 || e.Confidence != 0.95 {
		t.Errorf("%+v, want φ = 2 ± ½ of 4", e)
	}
	for _, end := range []float64{e.High - e.Value, e.Value - e.Low} {
		if p := distuv.UnitNormal.CDF(end / e.StdErr); math.Abs(p-0.975) > 1e-5 {
			t.Errorf("interval to %v standard errors, which is %v", end/e.StdErr, p)
		}
	}
	one := must(FitExponent([]float64{math.E, math.E}, 1)) // the least there is
	if math.Abs(Exponent(1, 1)-one.Value) > 1e-12 {
		t.Errorf("%v and %v differ", one.Value, Exponent(1, 1))
	}
}

func TestOccupancyByHand(t *testing.T) {
	o := must(Occupy(background, clock{dt: 1}, []float64{0}, Beyond{Level: 3}, []float64{2, 2.5, 3, 5}, Settings{}))
	if want := []float64{0, 1, 1, 1}; !reflect.DeepEqual(o.Fraction, want) || o.Replicas != 200 || o.Diverged != 0 {
		t.Errorf("inside at %v: %v, want %v", o.Time, o.Fraction, want)
	}
	// Laplace: one more inside and one more outside.
	for k, q := range []float64{1. / 202, 201. / 202} {
		if want := math.Sqrt(q * (1 - q) / 200); math.Abs(o.StdErr[k]-want) > 1e-15 {
			t.Errorf("error %v where all agree, want %v", o.StdErr[k], want)
		}
	}
	for _, c := range []struct{ from, want float64 }{{0, 0.75}, {2, 0.75}, {2.1, 1}, {5, 1}} {
		if share, stderr, err := o.Share(c.from); err != nil || math.Abs(share-c.want) > 1e-14 || stderr > 1e-15 {
			t.Errorf("share from %v: %v ± %v, %v, want %v", c.from, share, stderr, err, c.want)
		}
	}
	never := must(Occupy(background, clock{dt: 1}, []float64{0}, Beyond{Level: 9}, []float64{2}, Settings{Replicas: 2}))
	if odds, stderr, err := never.Odds(0); err != nil || !math.IsInf(odds, 1) || !math.IsInf(stderr, 1) {
		t.Errorf("odds of being outside %v ± %v, %v, want +Inf", odds, stderr, err)
	}
	for _, late := range []float64{0, 1, math.NaN(), math.Inf(1)} { // inside, then lost at step 3
		o := must(Occupy(background, clock{1, 2, late}, []float64{0}, Beyond{Level: 1}, []float64{1, 2, 4, 5}, Settings{Replicas: 3}))
		if want := []float64{1, 1, 0, 0}; !reflect.DeepEqual(o.Fraction, want) || o.Diverged != 3 {
			t.Errorf("lost after 2: %v, %d diverged, want %v and 3", o.Fraction, o.Diverged, want)
		}
	}
}

// The edges of the regions: all but LossAbove hold theirs.
func TestRegionEdges(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	for _, c := range []struct {
		r     Region
		theta []float64
		want  bool
	}{
		{Near{[]float64{1, 1}, 5}, []float64{4, 5}, true},
		{Half{[]float64{1, 2}, []float64{2, 1}}, []float64{0, 4}, true},
		{Half{[]float64{1, 2}, []float64{2, 1}}, []float64{0, 3.99}, false},
		{LossAbove{well, well.LossGrad(nil, []float64{0.3, 1})}, []float64{0.3, 1}, false},
	} {
		if got := c.r.Contains(c.theta); got != c.want {
			t.Errorf("%+v contains %v: %v", c.r, c.theta, got)
		}
	}
}

// nearby is a barrier whose exit lies close behind its saddle, where the rate of decay depends on
// where it is.
type nearby struct{ *landscape.Quartic }

func (n nearby) FarMinimum() landscape.Critical {
	c := n.Saddle()
	c.Theta[0] *= 1.05
	return c
}

// Looked at once a step, a walker passes the exit unseen now and then; moved nearer by −ζ(½)/√(2π)
// of a step's standard deviation, the exit is met as often as it should.
func TestSimulateMeetsTheExit(t *testing.T) {
	if want := 1.4603545088095868 / math.Sqrt(2*math.Pi); math.Abs(Watched-want) > 1e-4 { // −ζ(½)
		t.Errorf("Watched = %v, want %v", Watched, want)
	}
	sum := 0.0
	for _, frozen := range []bool{false, true} {
		well := nearby{must(landscape.NewQuartic(landscape.Shape{Ratio: 1.8, OutlierCurvature: 4, MinimumLoss: 0.3}))}
		p := Problem{Barrier: well, Noise: theory.NoiseFor(0.2, 4), Frozen: frozen}
		c := must(p.Compare(background, Settings{Replicas: 9000, Seed: 3}))
		z := (c.Measured.Value - c.Decay.Value) / c.Measured.StdErr
		sum += z * z
		t.Logf("frozen %v: decay %.4g ± %.2g, exact %.4g (z = %.1f)", frozen, c.Measured.Value, c.Measured.StdErr, c.Decay.Value, z)
		if math.Abs(z) > 4.5 || c.Measured.StdErr > 0.03*c.Decay.Value {
			t.Errorf("frozen %v: decay %.4g ± %.2g, exact %.4g (z = %.1f)", frozen, c.Measured.Value, c.Measured.StdErr, c.Decay.Value, z)
		}
	}
	if most := (distuv.ChiSquared{K: 2}).Quantile(1 - 1e-4); sum > most {
		t.Errorf("Σz² = %.1f over both laws, want ≤ %.1f", sum, most)
	}
}

// What is censored before the start is forgotten, 15/h, is refused before any work.
func TestSimulateRefusesEarlyCensoring(t *testing.T) {
	p := Problem{Barrier: must(landscape.NewQuartic(landscape.Shape{Ratio: 1.5, EffectiveDimension: 2, OutlierCurvature: 2, Flat: 1})), Noise: theory.NoiseFor(0.2, 2)}
	for _, c := range []struct {
		maxTime float64
		ok      bool
	}{{7.5, false}, {-1, false}, {math.NaN(), false}, {9, true}} {
		if _, err := p.Simulate(background, Settings{MaxTime: c.maxTime, Seed: 1}); (err == nil) != c.ok {
			t.Errorf("censored at %v: %v", c.maxTime, err)
		}
	}
}

// Deep wells, in units in which neither h* nor L(θ*) is 1, leave at the rates of the formulas: Eq.
// 17 within the 5 % that its margin promises, and the linear barrier.
func TestExactMeetsTheFormulas(t *testing.T) {
	for _, c := range []struct {
		shape       landscape.Shape
		temperature float64
		frozen      bool
	}{
		{landscape.Shape{Ratio: 2, OutlierCurvature: 2, MinimumLoss: 0.3}, 0.05, false},
		{landscape.Shape{Ratio: 2, OutlierCurvature: 2, MinimumLoss: 0.3}, 0.07, true},
		{landscape.Shape{Ratio: 2, OutlierCurvature: 2, MinimumLoss: 0.3, EffectiveDimension: 2}, 0.05, false},
	} {
		p := Problem{Barrier: must(landscape.NewQuartic(c.shape)), Noise: theory.NoiseFor(c.temperature, c.shape.OutlierCurvature), Frozen: c.frozen}
		e, r := must(p.Theory()), must(p.Exact(t.Context()))
		want := e.Rate()
		if c.frozen {
			want = e.RateLinear()
		}
		if math.Abs(r.Kappa.Value/want-1) > 0.06 || math.Abs(r.Decay.Value/r.Kappa.Value-1) > 0.01 {
			t.Errorf("%+v: κ = %v, decay %v, formula %v", c, r.Kappa.Value, r.Decay.Value, want)
		}
	}
}

// Outliers that are equal to Flatness are solved as equal, by the solver of that case.
func TestEqualOutliers(t *testing.T) {
	for _, c := range []struct {
		unequal float64
		want    string
	}{{0, ""}, {1e-8, ""}, {1e-5, "not reversible"}} {
		shape := landscape.Shape{Ratio: 1.5, OutlierCurvature: 100, EffectiveDimension: 2, Transverse: []float64{100 * (1 + c.unequal)}}
		p := Problem{Barrier: must(landscape.NewQuartic(shape)), Noise: theory.NoiseFor(0.15, 100), Frozen: true}
		if _, err := p.Exact(t.Context()); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("unequal by %v: %v, want %q", c.unequal, err, c.want)
		}
	}
	p := Problem{Barrier: must(landscape.NewQuartic(landscape.Shape{Ratio: 1.5, EffectiveDimension: 2})), Noise: theory.NoiseFor(0.15, 1)}
	r := must(kolmogorov.Reduce(p.Barrier))
	want := must(kolmogorov.Kolmogorov{Valley: r.Valley, Noise: exact.LossNoise{Temperature: 0.15}, Exit: r.Axis.Exit}.Solve(t.Context()))
	if got := must(p.Exact(t.Context())).Decay; got != want.Eigenvalue {
		t.Errorf("decay %v, want %v of the solver for equal outliers", got, want.Eigenvalue)
	}
}

// What is refused is told with the bound.
func TestBoundsAreTold(t *testing.T) {
	o := binomial(dynamics.Stream(1, "told", 0), 5, 3, 0.5)
	_, _, share := o.Share(3.5)
	s := simulated(dynamics.Stream(1, "told", 0), 50, 1, math.Inf(1))
	few := simulated(dynamics.Stream(1, "told", 0), 4, 1, math.Inf(1))
	lost := simulated(dynamics.Stream(1, "told", 0), 8, 1, math.Inf(1))
	lost.Status[3] = Diverged
	for _, c := range []struct {
		err  error
		want string
	}{
		{share, "from time 3.5, want ≤ 3"}, {hostile.Err(s.Exponentiality(98)), "98 trials, want 99 to 2000000"}, {hostile.Err(few.Exponentiality(99)), "on 4 escapes"},
		{hostile.Err(lost.Exponentiality(99)), "1 diverged"}, {hostile.Err(s.Rate(2)), "confidence = 2"}, {hostile.Err((&Sample{Times: []float64{0}, Status: []Status{Escaped}}).Rate(0.5)), "total time = 0"},
		{hostile.Err(FirstPassage(background, coin(0.5), []float64{0}, Beyond{Level: 1}, Settings{Replicas: 1e9})), "1000000000 replicas take 15.8 GiB"},
		{hostile.Err(Occupy(background, coin(0.5), []float64{0}, Beyond{Level: 1}, []float64{1, 2}, Settings{Replicas: 1e9})), "takes 26.1 GiB"},
		{hostile.Err((&Sample{Times: []float64{1, 0}, Status: []Status{Escaped, Pending}}).Rate(0.5)), "1 of 2 pending"},
		{hostile.Err(FitExponent([]float64{1, 1}, 1)), "infinite"}, {hostile.Err(FitExponent([]float64{2, math.Inf(1)}, 1)), "ratio 1 is +Inf"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want it to say %q", c.err, c.want)
		}
	}
}

// Occupy hears its context inside a replica that never ends.
func TestOccupyHearsItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(background, 20*time.Millisecond)
	defer cancel()
	if _, err := Occupy(ctx, coin(0.5), []float64{0}, Beyond{Level: 1}, []float64{1e15}, Settings{Replicas: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
	if _, err := FirstPassage(ctx, coin(0), []float64{0}, Beyond{Level: 1}, Settings{Replicas: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

// The bound is 1 GiB, at 17 bytes a replica, or 26 and one a time.
func TestMemoryBounds(t *testing.T) {
	done, cancel := context.WithCancel(background)
	cancel()
	times := make([]float64, 1<<20)
	for k := range times {
		times[k] = float64(k + 1)
	}
	exit := Beyond{Level: 1}
	for _, c := range []struct {
		err  error
		want string
	}{
		{hostile.Err(FirstPassage(done, coin(0), []float64{0}, exit, Settings{Replicas: 1 << 30 / 17, MaxTime: -1})), "censoring time"},
		{hostile.Err(FirstPassage(done, coin(0), []float64{0}, exit, Settings{Replicas: 1<<30/17 + 1, MaxTime: -1})), "take 1 GiB"},
		{hostile.Err(Occupy(done, coin(0), []float64{0}, exit, times, Settings{Replicas: 1023})), "canceled"},
		{hostile.Err(Occupy(done, coin(0), []float64{0}, exit, times, Settings{Replicas: 1024})), "takes 1 GiB"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want it to say %q", c.err, c.want)
		}
	}
}

func TestOneReplica(t *testing.T) {
	s := must(FirstPassage(background, clock{dt: 2}, []float64{0}, Beyond{Level: 3}, Settings{Replicas: 1}))
	if len(s.Times) != 1 || s.Times[0] != 6 {
		t.Errorf("one replica: %+v", s)
	}
}
