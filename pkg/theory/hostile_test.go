package theory

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// points is a barrier that says what it is told to.
type points struct {
	landscape.Landscape
	minimum, saddle landscape.Critical
}

func (p points) Minimum() landscape.Critical { return p.minimum }
func (p points) Saddle() landscape.Critical  { return p.saddle }

// at returns a critical point with the given curvatures along its axes.
func at(loss float64, curvatures ...float64) landscape.Critical {
	h := mat.NewSymDense(max(1, len(curvatures)), nil)
	for i, c := range curvatures {
		h.SetSym(i, i, c)
	}
	return landscape.Critical{Theta: make([]float64, len(curvatures)), Loss: loss, Hess: h}
}

func TestHostile(t *testing.T) {
	good, noise := quartic(2, 0.1, 2), NoiseFor(0.1, 1)
	r := hostile.Table{"Noise.Check": {}, "Escape.Check": {}, "NewEscape": {}, "RateOneDim": {}, "Noise.Temperature": {}, "NoiseFor": {}}
	number := func(name string, f func() float64) {
		r.Add(name, func() error { return hostile.Said(math.IsNaN(f())) })
	}
	noises := []Noise{{}, {nan, 1}, {1, nan}, {0, 1}, {1, 0}, {-1, 1}, {1, -1}, {inf, 1}, {1, inf}, {huge, 0.1}, {tiny, huge}, {-1, -1}}
	for _, n := range noises {
		r.Add("Noise.Check", n.Check)
		r.Add("NewEscape", func() error { _, err := NewEscape(points{nil, at(1, 1), at(2, -1)}, n, 0); return err })
		r.Add("RateOneDim", func() error { _, err := RateOneDim(n, 1, -1, 2); return err })
		number("Noise.Temperature", func() float64 { return n.Temperature(1) })
		number("StationaryExponent", func() float64 { return StationaryExponent(n, 1) })
		number("CriticalDimension", func() float64 { return CriticalDimension(n, 1) })
	}
	for _, h := range []float64{nan, -1, inf, math.Inf(-1)} {
		number("Noise.Temperature", func() float64 { return noise.Temperature(h) })
		number("StationaryExponent", func() float64 { return StationaryExponent(noise, h) })
		number("CriticalDimension", func() float64 { return CriticalDimension(noise, h) })
	}
	if noise.Temperature(0) != 0 || !math.IsInf(StationaryExponent(noise, 0), 1) || !math.IsInf(CriticalDimension(noise, 0), 1) {
		t.Error("no noise where nothing curves: want T = 0 and φ = n_c = +Inf")
	}
	for _, c := range [][2]float64{{0, 1}, {nan, 1}, {1, 0}, {inf, 1}, {huge, tiny}, {tiny, huge}, {-1, 1}, {1, nan}} {
		r.Add("NoiseFor", NoiseFor(c[0], c[1]).Check)
	}
	for _, change := range []func(*Escape){
		func(e *Escape) { *e = Escape{} }, func(e *Escape) { e.LearningRate = nan }, func(e *Escape) { e.OutlierCurvature = 0 },
		func(e *Escape) { e.OutlierCurvature = nan }, func(e *Escape) { e.OutlierCurvature = inf }, func(e *Escape) { e.EffectiveDimension = 0 },
		func(e *Escape) { e.MinimumLoss = 0 }, func(e *Escape) { e.MinimumLoss = inf }, func(e *Escape) { e.Ratio = 1 }, func(e *Escape) { e.Ratio = inf }, func(e *Escape) { e.Ratio = nan },
		func(e *Escape) { e.SaddleCurvature = 0 }, func(e *Escape) { e.SaddleCurvature = math.Inf(-1) }, func(e *Escape) { e.SaddleCurvature = nan },
		func(e *Escape) { e.LogDetRatio = nan }, func(e *Escape) { e.LogDetRatio = inf }, func(e *Escape) { e.LogDetRatio = math.Inf(-1) },
		func(e *Escape) { e.Spread = 0.5 }, func(e *Escape) { e.LearningRate, e.OutlierCurvature = tiny, 0.1 },
		func(e *Escape) { e.LearningRate, e.OutlierCurvature = 1e-200, 1e-200 }, func(e *Escape) { e.LearningRate = 1e301 },
		func(e *Escape) { e.OutlierCurvature, e.SaddleCurvature = 1e200, -1e200 },
	} {
		e := good
		change(&e)
		r.Add("Escape.Check", e.Check)
		for name, f := range map[string]func() float64{"Escape.T": e.T, "Escape.Exponent": e.Exponent, "Escape.LogRate": e.LogRate, "Escape.Rate": e.Rate, "Escape.LogRateTau": e.LogRateTau, "Escape.RateTau": e.RateTau, "Escape.LogRateLinear": e.LogRateLinear,
			"Escape.RateLinear": e.RateLinear, "Escape.Margin": e.Margin, "Escape.CriticalDimension": e.CriticalDimension,
			"Escape.LogRateAligned": func() float64 { return e.LogRateAligned(0.5) }, "Escape.RateAligned": func() float64 { return e.RateAligned(0.5) }} {
			number(name, f)
		}
		r.Add("Escape.Caveats", func() error { return hostile.Said(len(e.Caveats()) == 1 && e.Caveats()[0] == e.Check().Error()) })
		r.Add("Escape.String", func() error { return hostile.Said(strings.Contains(e.String(), e.Check().Error())) })
	}
	for _, s := range []float64{nan, -1, 2, inf} {
		number("Escape.LogRateAligned", func() float64 { return good.LogRateAligned(s) })
		number("Escape.RateAligned", func() float64 { return good.RateAligned(s) })
	}
	r.Add("NewEscape", func() error { _, err := NewEscape(nil, noise, 0); return err })
	for _, flat := range []float64{nan, -1, 1, inf} {
		r.Add("NewEscape", func() error { _, err := NewEscape(points{nil, at(1, 1), at(2, -1)}, noise, flat); return err })
	}
	for _, b := range []points{
		{}, {nil, at(1, 1), landscape.Critical{}}, {nil, at(1, 1), at(2, -1, 1)}, {nil, at(1, -1), at(2, -1)}, {nil, at(1, 0), at(2, -1)}, {nil, at(1, 1, -0.1), at(2, -1, 1)},
		{nil, at(1, nan), at(2, -1)}, {nil, at(1, 1), at(2, nan)}, {nil, at(1, inf), at(2, -1)}, {nil, at(1, 1), at(2, 1)}, {nil, at(1, 1), at(2, 0)}, {nil, at(1, 1, 1), at(2, -1, -1)}, {nil, at(1, 1, 1), at(2, -1, 0)},
		{nil, at(0, 1), at(2, -1)}, {nil, at(2, 1), at(2, -1)}, {nil, at(1, 1), at(nan, -1)}, {nil, at(1, huge), at(2, -huge)},
	} {
		r.Add("NewEscape", func() error { _, err := NewEscape(b, noise, 0); return err })
	}
	for _, c := range [][3]float64{{0, -1, 2}, {nan, -1, 2}, {1, 0, 2}, {1, 1, 2}, {1, -1, 1}, {1, -1, nan}, {huge, -huge, 2}, {tiny, -1, 2}} {
		r.Add("RateOneDim", func() error {
			rate, err := RateOneDim(noise, c[0], c[1], c[2])
			return must(err, hostile.Said(rate != 0))
		})
	}
	r.Add("NewEscape", func() error { _, err := NewEscape((*landscape.Quartic)(nil), noise, 0); return err })
	r.Run(t)
}

// The subspace holds what curves by more than the threshold, and the error that says that a saddle
// is none names its curvatures.
func TestOutlierSubspace(t *testing.T) {
	b := points{nil, at(1, 4, 1, 0.25, 0), at(3, -2, 2, 0.5, 0)}
	for _, c := range []struct {
		flat   float64
		n      int
		spread float64
		logDet float64
	}{{0, 3, 16, math.Log(4. / 2 * 1 / 2 * 0.25 / 0.5)}, {0.06, 3, 16, math.Log(0.5)}, {0.0625, 2, 4, 0}, {0.2, 2, 4, 0}, {0.9, 1, 1, math.Log(2)}} {
		e := must(NewEscape(b, Noise{0.2, 3}, c.flat))
		if e.EffectiveDimension != c.n || math.Abs(e.Spread-c.spread) > 1e-12 || math.Abs(e.LogDetRatio-c.logDet) > 1e-12 || math.Abs(e.Ratio-3) > 1e-12 || math.Abs(e.OutlierCurvature-4) > 1e-12 || e.MinimumLoss != 1 {
			t.Errorf("above %v: %+v", c.flat, e)
		}
	}
	// A flat direction that curves up or down by less than the threshold is no outlier.
	if e := must(NewEscape(points{nil, at(1, 1, -1e-8), at(3, -2, 1)}, Noise{0.2, 3}, 0)); e.EffectiveDimension != 1 {
		t.Errorf("n = %d, want 1", e.EffectiveDimension)
	}
}

// What the checks let pass at their bounds.
func TestBounds(t *testing.T) {
	e := quartic(1, 0.1, 2)
	for _, change := range []func(*Escape){
		func(e *Escape) { e.Spread = 1 }, func(e *Escape) { e.Spread = 0 }, func(e *Escape) { e.Ratio = 1.0001 }, func(e *Escape) { e.EffectiveDimension = 1 },
		func(e *Escape) { e.LearningRate = math.Exp(689) }, func(e *Escape) { e.LearningRate = math.Exp(-689) },
	} {
		good := e
		if change(&good); good.Check() != nil {
			t.Errorf("%+v: %v", good, good.Check())
		}
	}
	for _, bad := range []float64{math.Exp(691), math.Exp(-691)} {
		if e.LearningRate = bad; e.Check() == nil {
			t.Errorf("η = %v accepted", bad)
		}
	}
	if err := (Noise{1e308, 0.5e-8}).Check(); !strings.Contains(err.Error(), "η/B = +Inf") {
		t.Error(err)
	}
	for _, n := range []Noise{{1, -1}, {1, 0}} { // named, not only refused
		if err := n.Check(); !strings.Contains(err.Error(), "batch size") {
			t.Error(err)
		}
	}
	if rate := must(RateOneDim(NoiseFor(0.1, 4), 4, -1, 2)); math.Abs(rate-2/(2*math.Pi)*math.Pow(2, -10.5)) > 1e-15 {
		t.Errorf("κ = %v", rate)
	}
	for _, b := range []points{{nil, at(1, 1, 1), at(2, -2, -1)}, {nil, at(1, 1), at(2, 0.5)}} {
		if _, err := NewEscape(b, NoiseFor(0.1, 1), 0); err == nil || !strings.Contains(err.Error(), "exactly one below 0") {
			t.Errorf("error %v, want it to say what is wrong with the saddle", err)
		}
	}
}

// Noise along the local curvature, by the formula written out, in units that differ.
func TestAlignedByHand(t *testing.T) {
	e := must(NewEscape(points{nil, at(0.3, 4), at(0.9, -2)}, Noise{0.2, 3}, 0))
	for _, s := range []float64{0, 0.25, 1} {
		want := 2 / (2 * math.Pi) * math.Exp(-3*(3-1)/0.2*(s/4+(1-s)/2))
		near(t, "aligned", e.RateAligned(s), want, 1e-10)
		near(t, "log aligned", e.LogRateAligned(s), math.Log(want), 1e-10)
	}
	near(t, "Eq. 17", e.LogRate(), math.Log(2/(2*math.Pi))+0.5*math.Log(4./2)-(3/0.8+0.5)*math.Log(3), 1e-12)
	near(t, "linear", e.LogRateLinear(), math.Log(2/(2*math.Pi))+0.5*math.Log(2)-2*3/0.8, 1e-12)
}

// At its bounds a caveat is still, or already, silent.
func TestCaveatBounds(t *testing.T) {
	for _, c := range []struct {
		T, spread float64
		want      string
	}{
		{0.125, 1.05, ""}, // x = 8, n_c − n = 16
		{0.125, 1.06, "outliers differ"},
		{0.13, 1, "up to 12 %"},
		{0.5, 1, "up to 12 %"}, // x = 2, n_c − n = 4
		{0.501, 1, "below 2"},
	} {
		e := Escape{Noise: NoiseFor(c.T, 1), OutlierCurvature: 1, EffectiveDimension: 2, MinimumLoss: 1, Ratio: math.E, SaddleCurvature: -1, Spread: c.spread}
		got := strings.Join(e.Caveats(), "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) || c.T == 0.5 && strings.Contains(got, "prefactor") {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if e := (Escape{Noise: NoiseFor(0.501, 1), OutlierCurvature: 1, EffectiveDimension: 2, MinimumLoss: 1, Ratio: math.E, SaddleCurvature: -1, Spread: 1}); e.Check() != nil || len(e.Caveats()) != 2 {
		t.Errorf("n_c − n = %v: %q", e.CriticalDimension()-2, e.Caveats())
	}
}
