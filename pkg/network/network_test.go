package network

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/barriers"
	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/regression"
	"github.com/sgdescape/sgdescape/pkg/sgd"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// pytorch returns a network that PyTorch trained, on its set, and what PyTorch says there.
func pytorch(t testing.TB, name string, act model.Activation) (*model.MLP, []float64, data.Tensors) {
	t.Helper()
	const dir = "../model/testdata/torch/"
	read := func(ending string) *mat.Dense {
		f, err := os.Open(dir + name + ending)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		return must(data.ReadNPY(f))
	}
	set := &data.Set{X: read(".x.npy"), Y: read(".y.npy")}
	m, theta, err := model.FromWeights(set, must(data.LoadTensors(dir+name+".safetensors")), model.MLPConfig{Activation: act, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m, theta, must(data.LoadTensors(dir + name + ".torch.npz"))
}

// The spectrum at the minimum that PyTorch trained is the one that its double backward finds.
func TestSpectrumOfPyTorch(t *testing.T) {
	for name, act := range map[string]model.Activation{"trained": model.Tanh, "trained_gelu": model.GELU} {
		m, theta, said := pytorch(t, name, act)
		site, err := Settle(t.Context(), m, theta, SiteSettings{})
		if err != nil {
			t.Fatal(err)
		}
		want := said["hessian_eigenvalues"].Values
		if len(want) != len(site.Spectrum.Values) {
			t.Fatalf("%s: %d eigenvalues, want %d", name, len(site.Spectrum.Values), len(want))
		}
		for i, h := range want {
			if math.Abs(site.Spectrum.Values[i]-h) > 1e-6*want[0] {
				t.Errorf("%s: eigenvalue %d is %v, PyTorch has %v", name, i+1, site.Spectrum.Values[i], h)
			}
		}
		if loss := floats.Sum(said["losses"].Values) / float64(len(said["losses"].Values)); math.Abs(site.Minimum.Loss-loss) > 1e-12 {
			t.Errorf("%s: L* = %v, PyTorch has %v", name, site.Minimum.Loss, loss)
		}
	}
}

// line1 is linear regression in one dimension, and with a second that explains nothing and hardly
// curves, for n = 1.
func line1(t testing.TB, samples int) (only *data.Set, m *model.Linear) {
	t.Helper()
	only = must(data.Regression(samples, 1, 1, rand.New(rand.NewPCG(1, 2))))
	x, rest := mat.Col(nil, 0, only.X), mat.Col(nil, 0, only.Y)
	floats.AddScaled(rest, -floats.Dot(x, rest)/floats.Dot(x, x), x)
	both, rng := mat.NewDense(samples, 2, nil), rand.New(rand.NewPCG(3, 4))
	idle := make([]float64, samples)
	for i := range idle {
		idle[i] = 1e-4 * rng.NormFloat64()
	}
	for _, v := range [][]float64{x, rest} { // which are at right angles
		floats.AddScaled(idle, -floats.Dot(v, idle)/floats.Dot(v, v), v)
	}
	both.SetCol(0, x)
	both.SetCol(1, idle)
	return only, must(model.NewLinear(&data.Set{X: both, Y: only.Y}))
}

// On regression h is the eigenvalue of XᵀX/N, the minimum the least-squares fit, and the trace Tr
// H.
func TestSiteOfRegression(t *testing.T) {
	set := must(data.Teacher(500, []float64{1, -1, 2}, 0.5, rand.New(rand.NewPCG(3, 4))))
	for i := range 500 {
		floats.Mul(set.X.RawRowView(i), []float64{3, 2, 0.01})
	}
	site, err := Settle(t.Context(), must(model.NewLinear(set)), make([]float64, 3), SiteSettings{})
	if err != nil {
		t.Fatal(err)
	}
	var h mat.SymDense
	h.SymOuterK(1.0/500, set.X.T())
	var e mat.EigenSym
	e.Factorize(&h, false)
	want := e.Values(nil)
	slices.Reverse(want)
	for i, v := range want {
		if math.Abs(site.Spectrum.Values[i]-v) > 1e-6*want[0] {
			t.Errorf("h_%d = %v, want %v", i+1, site.Spectrum.Values[i], v)
		}
	}
	if math.Abs(site.Trace-floats.Sum(want)) > 1e-12*site.Trace || site.EffectiveDimension != 2 || math.Abs(site.OutlierCurvature-math.Sqrt(want[0]*want[1])) > 1e-9 {
		t.Errorf("Tr H = %v, n = %d, h* = %v, want %v, 2, %v", site.Trace, site.EffectiveDimension, site.OutlierCurvature, floats.Sum(want), math.Sqrt(want[0]*want[1]))
	}
	for i, d := range site.Directions { // Gaussian features: kurtosis 3, and Eq. 6 at θ*; N = 500 leaves 20 %
		if math.Abs(d.Kurtosis-3) > 0.8 || math.Abs(d.Noise-1) > 0.3 {
			t.Errorf("direction %d: %+v, want about 3 and 1", i+1, d)
		}
	}
}

// Times in parabolic wells are those of the independent table for linear regression, η = 0.1, B =
// 1.
func TestPassageAgainstTable(t *testing.T) {
	const loss = 0.5
	at := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	for _, c := range []struct {
		n                          int
		ratio, eq13, covariance, l float64
	}{{1, 1.5, 35.63, 24.32, 66.2}, {1, 2, 574.1, 192.4, 6546}, {2, 2, 117.2, 0, 1245}, {8, 2, 2.66, 0, 12.3}} {
		law := growing{strength: at.Temperature(1) * loss, base: loss}
		linear := must(passage(1, loss, c.n, law, c.ratio))
		law.growth = 1 / loss
		eq13 := must(passage(1, loss, c.n, law, c.ratio))
		law.growth = 2 / loss // kurtosis 3
		cov := must(passage(1, loss, c.n, law, c.ratio))
		for _, pair := range [][2]float64{{eq13, c.eq13}, {linear, c.l}, {cov, c.covariance}} {
			// The table's last digit.
			if pair[1] > 0 && math.Abs(pair[0]/pair[1]-1) > 5e-3 {
				t.Errorf("n = %d, c = %v: %v, want %v", c.n, c.ratio, pair[0], pair[1])
			}
		}
	}
	if v := must(passage(1, loss, 1, growing{strength: 1e-4, base: loss}, 100)); !math.IsInf(v, 1) {
		t.Errorf("a barrier of 5·10⁵: %v", v)
	}
}

// The least action along the only direction is that of the exact solver of the same set, and its
// mean time is where SGD goes.
func TestAgainstExactRegression(t *testing.T) {
	only, m := line1(t, 200)
	at := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	reference := must(regression.New(only, at.LearningRate, 1, sgd.Independent))
	site := must(Settle(t.Context(), m, make([]float64, 2), SiteSettings{}))
	r, err := site.Report(at, 1.2, 1.5)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Measure(t.Context(), MeasureSettings{Every: 1, Replicas: 400}); err != nil {
		t.Fatal(err)
	}
	for i, l := range r.Levels {
		// Either is found to 1e−4.
		want := must(barriers.OwnSet(reference, l.Ratio)) / site.OutlierCurvature
		if got := l.Of(Action).Exponent * at.LearningRate; math.Abs(got-want) > 2e-4*want {
			t.Errorf("c = %v: ΔS = %v, want %v", l.Ratio, got, want)
		}
		exactTime := must(barriers.SetPassage(reference, l.Ratio, exact.Settings{Tolerance: 1e-3}))
		if z := (l.Time.Value - exactTime.Value) / l.Time.StdErr; !(math.Abs(z) < 4.5) {
			t.Errorf("level %d: t = %v ± %v, exact %v", i, l.Time.Value, l.Time.StdErr, exactTime.Value)
		}
		if logRatio, e := l.Error(Action); math.IsNaN(logRatio) || !(e > 0.03 && e < 0.07) { // 1/√400
			t.Errorf("error %v ± %v", logRatio, e)
		}
	}
}

// Samples x = ±a have one curvature: E log|1 − ηh| is a number.
func TestStability(t *testing.T) {
	x, y := mat.NewDense(40, 2, nil), mat.NewDense(40, 1, nil)
	for i := range 40 {
		x.Set(i, 0, 2*float64(1-2*(i%2)))
		x.Set(i, 1, 1e-3*float64(1-2*(i/2%2)))
		y.Set(i, 0, float64(1-2*(i/4%2)))
	}
	site, err := Settle(t.Context(), must(model.NewLinear(&data.Set{X: x, Y: y})), make([]float64, 2), SiteSettings{})
	if err != nil {
		t.Fatal(err)
	}
	for eta, runaway := range map[float64]bool{0.1: false, 0.45: false, 0.6: true} {
		got, err := site.Stability(theory.Noise{LearningRate: eta, BatchSize: 2})
		want := math.Log(math.Abs(1 - 4*eta))
		if err != nil || math.Abs(got.LogGrowth-want) > 1e-5 || got.LogGrowthErr > 1e-5 || math.Abs(got.Edge-4*eta) > 1e-5 {
			t.Errorf("η = %v: %+v, %v, want %v and %v", eta, got, err, want, 4*eta)
		}
		r, err := site.Report(theory.Noise{LearningRate: eta, BatchSize: 2}, 1.5, 5)
		if err != nil {
			t.Fatal(err)
		}
		// Beyond z = ½, c = 2, every sample pushes back.
		if end := r.Levels[1].Of(Action).Time; !math.IsInf(end, 1) {
			t.Errorf("η = %v: t = %v to where no sample pushes", eta, end)
		}
		warned := strings.Contains(strings.Join(r.Warnings(), "\n"), "E log|1 − ηh_B|") && strings.Contains(r.String(), "edge of stability")
		if warned != runaway {
			t.Errorf("η = %v: warnings %q", eta, r.Warnings())
		}
		if err := r.Measure(t.Context(), MeasureSettings{Replicas: 1, MaxSteps: 10}); (err != nil) != runaway {
			t.Errorf("η = %v: measured with error %v", eta, err)
		}
	}
}

// The same bits from any number of workers; looking more rarely comes later, on the same paths.
func TestMeasure(t *testing.T) {
	m, theta, _ := pytorch(t, "trained_gelu", model.GELU)
	site := must(Settle(t.Context(), m, theta, SiteSettings{}))
	at := theory.Noise{LearningRate: 0.05, BatchSize: 1}
	run := func(workers, every int) *Report {
		r := must(site.Report(at, 1.5, 2))
		var calls atomic.Int64
		s := MeasureSettings{Replicas: 60, Workers: workers, Every: every, Progress: func(done, total int) {
			calls.Add(1)
			if done < 1 || done > total || total != 120 {
				t.Errorf("progress %d of %d", done, total)
			}
		}}
		if err := r.Measure(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if calls.Load() != 120 {
			t.Errorf("%d calls of progress, want 120", calls.Load())
		}
		return r
	}
	one, two := run(1, 4), run(2, 4)
	often := run(2, 1)
	for i, l := range one.Levels {
		if l.Time != two.Levels[i].Time || l.Late != two.Levels[i].Late {
			t.Errorf("one worker: %+v, two: %+v", l.Time, two.Levels[i].Time)
		}
		if o := often.Levels[i]; !(l.Late >= 0) || !(l.Time.Value > o.Time.Value) || o.Late != 0 || o.Every != 1 || l.Every != 4 {
			t.Errorf("every 4: t = %v, late %v; every 1: %v, late %v", l.Time.Value, l.Late, o.Time.Value, o.Late)
		}
		if l.Time.Replicas != 60 || l.Time.Escaped != 60 || l.Time.Steps < 60 {
			t.Errorf("%+v", l.Time)
		}
	}
	grown, e := one.Growth()
	a, b := one.Levels[0], one.Levels[1]
	if want := math.Log(b.Time.Value / a.Time.Value); grown != want || !(e > 0.1 && e < 0.3) { // √(2/60) = 0.18
		t.Errorf("growth %v ± %v, want %v", grown, e, want)
	}
	if got, want := one.GrowthOf(Linear), math.Log(b.Of(Linear).Time/a.Of(Linear).Time); got != want {
		t.Errorf("growth of the linear barrier %v, want %v", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := one.Measure(ctx, MeasureSettings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	r := must(site.Report(at, 5))
	if err := r.Measure(t.Context(), MeasureSettings{Replicas: 4, MaxSteps: 2}); err != nil || r.Levels[0].Time.Censored != 4 || !strings.Contains(r.String(), "> ") {
		t.Errorf("censored: %v, %+v", err, r.Levels[0].Time)
	}
	if v, e := r.Levels[0].Error(Eq17); !math.IsNaN(v) || !math.IsNaN(e) {
		t.Errorf("error without an escape: %v ± %v", v, e)
	}
}

// Splitting finds the mean time of the exact solver where direct replicas are cut off.
func TestMeasureBySplitting(t *testing.T) {
	only, m := line1(t, 100)
	at := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	want := must(barriers.SetPassage(must(regression.New(only, at.LearningRate, 1, sgd.Independent)), 1.6, exact.Settings{Tolerance: 1e-3}))
	r := must(must(Settle(t.Context(), m, make([]float64, 2), SiteSettings{})).Report(at, 1.6))
	if err := r.Measure(t.Context(), MeasureSettings{Replicas: 20, MaxSteps: 100, Splitting: 300}); err != nil {
		t.Fatal(err)
	}
	l := r.Levels[0]
	if z := (l.Time.Value - want.Value) / l.Time.StdErr; !l.Split || l.Doubt != "" || !(math.Abs(z) < 4.5) || l.Time.StdErr > 0.5*want.Value {
		t.Errorf("t = %v ± %v (split: %t, %s), exact %v", l.Time.Value, l.Time.StdErr, l.Split, l.Doubt, want.Value)
	}
	if csv := string(must(r.Table("x").CSV())); !strings.Contains(csv, ",splitting,") {
		t.Error(csv)
	}
}

// Without loss there is no noise; with other losses there is no kurtosis.
func TestSettleRefuses(t *testing.T) {
	set := must(data.Regression(3, 2, 1, rand.New(rand.NewPCG(1, 2))))
	m := must(model.NewMLP(set, model.MLPConfig{Hidden: []int{6}, Activation: model.Tanh, Workers: 1}))
	_, p := m.Dims()
	theta := make([]float64, p)
	m.Init(theta, rand.New(rand.NewPCG(1, 2)))
	if _, err := Settle(t.Context(), m, theta, SiteSettings{}); err == nil || !strings.Contains(err.Error(), "without loss there is no noise") {
		t.Errorf("a fit of every sample: %v", err)
	}
}

// A report comes as a table and as a figure, before and after it is measured.
func TestReportShows(t *testing.T) {
	m, theta, _ := pytorch(t, "trained_gelu", model.GELU)
	site := must(Settle(t.Context(), m, theta, SiteSettings{}))
	r := must(site.Report(theory.Noise{LearningRate: 0.05, BatchSize: 1}))
	for range 2 {
		csv := string(must(r.Table("mine").CSV()))
		lines := strings.Split(strings.TrimSpace(csv), "\n")
		if len(lines) != 1+4*5 || !strings.HasPrefix(lines[1], "mine,0.05,1,0.4") || !strings.HasSuffix(lines[5], ",action") {
			t.Errorf("table:\n%s", csv)
		}
		svg := must(r.Figure("mine", "A title", "What it shows").SVG())
		if !strings.Contains(string(svg), "kurtosis") {
			t.Error("figure without its legend")
		}
		if text := r.String(); !strings.Contains(text, "outliers  n = 9 (9 to 9)") || strings.Count(text, "\n") < 9 {
			t.Error(text)
		}
		if err := r.Measure(t.Context(), MeasureSettings{Replicas: 3, MaxSteps: 200}); err != nil {
			t.Fatal(err)
		}
	}
	both := figure.NewTable(Header()...)
	r.Rows(both, "a")
	r.Rows(both, "b")
	if csv := must(both.CSV()); strings.Count(string(csv), "\n") != 1+2*20 {
		t.Errorf("two reports in one table:\n%s", csv)
	}
}
