package noise

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// lossOnly is a model of nothing but losses of 1 and gradients of 0.
type lossOnly struct{ samples, params int }

func (l lossOnly) Dims() (int, int) { return l.samples, l.params }

func (lossOnly) LossGrad(grad, _ []float64, _ int) float64 { clear(grad); return 1 }

// nothingOf says that three results are none.
func nothingOf(a, b, c []float64) error { return hostile.Said(a == nil && b == nil && c == nil) }

// Bad input, and a result beyond floating point, is an error that begins with "noise:".
func TestHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	nan, inf := math.NaN(), math.Inf(1)
	x := make([]float64, 40)
	for i := range x {
		x[i] = 1 + float64(i)
	}
	m, err := model.NewLinear(&data.Set{X: mat.NewDense(40, 1, x), Y: mat.NewDense(40, 1, nil)})
	if err != nil {
		t.Fatal(err)
	}
	one, far := []float64{1}, []float64{1e200}
	op := func(v float64) Operator { return product{1, func(dst, u []float64) { dst[0] = v * u[0] }} }
	two := product{2, func(dst, v []float64) { copy(dst, v) }}
	dir := mat.NewDense(1, 1, one)
	_, factor := Factor(0, 1)
	_, factor2 := Factor(10, 11)
	_, factor3 := Factor(10, 0)
	covariance := func(m model.Model, theta []float64, batch int, f Form) error {
		_, err := NewCovariance(m, theta, batch, f)
		return err
	}
	hessian := func(m model.Model, theta []float64) error { _, err := Hessian(m, theta); return err }
	newton := func(m model.Model, theta, w []float64) error { _, err := GaussNewton(m, theta, w); return err }
	cosine := func(a, b Operator, n int, rng *rand.Rand) error {
		_, _, err := EstimateCosine(a, b, n, rng)
		return err
	}
	along := func(a Operator, v []float64) error { _, err := Along(a, v); return err }
	kurtosis := func(m model.Model, theta, v []float64) error { _, err := Kurtosis(m, theta, v); return err }
	spectra := func(m model.Model, theta []float64, b []int) error { _, _, err := Spectra(m, theta, b); return err }
	meter := func(m model.Model, n int) error { _, err := NewMeter(m, n); return err }
	measure := func(n int, theta []float64, rng *rand.Rand) error {
		meter, err := NewMeter(m, n)
		if err != nil {
			t.Fatal(err)
		}
		_, err = meter.Measure(theta, rng)
		return err
	}
	_, none := new(Meter).Measure(one, rng)
	_, nothing := (*Meter)(nil).Measure(one, rng)
	slope := func(l, s [][]float64, from, to float64) error { _, _, err := Slope(l, s, from, to); return err }
	run := func(v ...float64) [][]float64 { return [][]float64{v, v} }
	h := hostile.Table{
		"Factor": {
			func() error { return factor },
			func() error { return factor2 },
			func() error { return factor3 },
		},
		"NewCovariance": {
			func() error { return covariance(nil, one, 1, Exact) },
			func() error { return covariance((*model.MLP)(nil), nil, 1, Exact) },
			func() error { return covariance(new(model.Linear), nil, 1, Exact) },
			func() error { return covariance(m, []float64{nan}, 1, Exact) },
			func() error { return covariance(m, nil, 1, Exact) },
			func() error { return covariance(m, one, 0, Exact) },
			func() error { return covariance(m, one, 41, Exact) },
			func() error { return covariance(m, one, 1, 3) },
			func() error { return covariance(m, one, 1, -1) },
			func() error { return covariance(m, far, 1, Exact) },
			func() error { return covariance(m, far, 1, Decoupled) },
			func() error { return covariance(m, far, 1, HessianForm) },
		},
		"Hessian": {
			func() error { return hessian(nil, one) },
			func() error { return hessian(m, []float64{inf}) },
		},
		"GaussNewton": {
			func() error { return newton(nil, one, nil) },
			func() error { return newton(m, one, one) },
			func() error { return newton(m, one, append(make([]float64, 39), nan)) },
		},
		"EstimateCosine": {
			func() error { return cosine(nil, op(1), 9, rng) },
			func() error { return cosine(op(1), nil, 9, rng) },
			func() error { return cosine(op(1), two, 9, rng) },
			func() error { return cosine(op(1), op(1), 1, rng) },
			func() error { return cosine(op(1), op(1), -1, rng) },
			func() error { return cosine(op(1), op(1), 1e9, rng) },
			func() error { return cosine(op(1), op(1), 9, nil) },
			func() error { return cosine(op(0), op(1), 9, rng) },
			func() error { return cosine(op(1), op(0), 9, rng) },
			func() error { return cosine(op(nan), op(1), 9, rng) },
			func() error { return cosine(op(1e308), op(1), 9, rng) },
		},
		"Along": {
			func() error { return along(op(1), nil) },
			func() error { return along(nil, one) },
			func() error { return along(op(1), []float64{0}) },
			func() error { return along(op(1), []float64{nan}) },
			func() error { return along(op(1), []float64{inf}) },
			func() error { return along(op(nan), one) },
			func() error { return along(op(1), []float64{5e-324}) },
			func() error { return along(op(1), []float64{1e308}) },
		},
		"Ratios": {
			func() error { return Ratios(one, nil, op(1), dir) },
			func() error { return Ratios(one, op(1), nil, dir) },
			func() error { return Ratios(one, op(1), op(1), nil) },
			func() error { return Ratios(one, op(1), two, dir) },
			func() error { return Ratios(nil, op(1), op(1), dir) },
			func() error { return Ratios(make([]float64, 1), op(1), op(0), dir) },
			func() error { return Ratios(make([]float64, 1), op(0), op(0), dir) },
		},
		"Kurtosis": {
			func() error { return kurtosis(nil, one, one) },
			func() error { return kurtosis(m, one, nil) },
			func() error { return kurtosis(m, one, []float64{nan}) },
			func() error { return kurtosis(m, one, []float64{0}) },
			func() error { return kurtosis(m, one, []float64{1e308}) },
			func() error { return kurtosis(m, one, []float64{1e100}) },
			func() error { return kurtosis(m, one, []float64{1e-120}) },
			func() error { return kurtosis(m, one, []float64{5e-324}) },
		},
		"Spectra": {
			func() error { return spectra(nil, one, nil) },
			func() error { return spectra(m, one, []int{}) },
			func() error { return spectra(m, one, []int{40}) },
			func() error { return spectra(m, one, []int{-1}) },
			func() error { return spectra(m, far, nil) },
		},
		"NewMeter": {
			func() error { return meter(nil, 0) },
			func() error { return meter((*model.Linear)(nil), 0) },
			func() error { return meter(m, 19) },
			func() error { return meter(m, 41) },
			func() error { return meter(m, -1) },
		},
		"Meter.Measure": {
			func() error { return measure(0, []float64{nan}, rng) },
			func() error { return measure(0, nil, rng) },
			func() error { return measure(0, far, rng) },
			func() error { return measure(20, far, rng) },
			func() error { return measure(20, one, nil) },
			func() error { return none },
			func() error { return nothing },
		},
		"Slope": {
			func() error { return slope(nil, nil, 0, 1) },
			func() error { return slope(run(1), nil, 0, 1) },
			func() error { return slope(run(1, 2), run(1), 0, 9) },
			func() error { return slope(run(4, 3, 2, 1)[:1], run(4, 3, 2, 1)[:1], 0, 9) },
			func() error { return slope(run(4, 3, 2, 1), run(4, nan, 2, 1), 0, 9) },
			func() error { return slope(run(4, 3, 2, 1), run(4, inf, 2, 1), 0, 9) },
			func() error { return slope(run(4, 3, 2, 1), run(4, 0, 2, 1), 0, 9) },
			func() error { return slope(run(1, 1, 1, 1), run(4, 3, 2, 1), 0, 9) },
			func() error { return slope(run(4, 3, 2, 1), run(4, 3, 2, 1), nan, 1) },
			func() error { return slope(run(4, 3, 2), run(4, 3, 2), 0, 9) },
		},
	}
	decouple := func(m model.Model, theta []float64, batch []int) {
		h.Add("Decouple", func() error { return hostile.Err(Decouple(m, theta, batch)) })
	}
	walk := func(m model.Model, theta, e []float64, distances ...float64) {
		h.Add("WalkOut", func() error { return hostile.Err(WalkOut(m, theta, e, distances)) })
	}
	for _, m := range []model.Model{nil, (*model.Linear)(nil), (*model.MLP)(nil), new(model.Linear), new(model.Conv), lossOnly{}, lossOnly{40, 1}} {
		decouple(m, one, nil)
		walk(m, one, one, 1)
	}
	for _, theta := range [][]float64{nil, {1, 2}, {nan}, {inf}, {-inf}, {1e308}, far} {
		decouple(m, theta, nil)
		walk(m, theta, one, 1)
	}
	for _, batch := range [][]int{{}, {-1}, {40}, {math.MaxInt}, {0, math.MinInt}} {
		decouple(m, one, batch)
	}
	for _, e := range [][]float64{nil, {1, 2}, {0}, {nan}, {inf}, {5e-324}, {1e308}} {
		walk(m, one, e, 1)
	}
	for _, s := range []float64{nan, inf, -inf, 1e308, -1e308, 1e200} {
		walk(m, one, one, 1, s)
	}
	walk(m, []float64{0}, one, 1) // no loss at the minimum
	for _, w := range []Walk{{}, {LossRatio: one, Strength: one}, {LossRatio: []float64{1, 2}}, {LossRatio: []float64{1, 2}, Strength: one}, {LossRatio: one, Strength: []float64{1, 2}}, {LossRatio: []float64{1, 1}, Strength: []float64{1, 2}}, {LossRatio: []float64{1, nan}, Strength: []float64{1, 2}}, {LossRatio: []float64{1, 2}, Strength: []float64{inf, 2}}} {
		h.Add("Walk.Slope", func() error { return hostile.Said(math.IsNaN(w.Slope())) })
	}
	parts := func(d Decoupling, n int) {
		h.Add("Decoupling.Parts", func() error { l, s := d.Parts(n); return hostile.Said(l == nil && s == nil) })
	}
	for _, n := range []int{0, -1, 3, 1e9, math.MaxInt, math.MinInt} {
		parts(Decoupling{Losses: []float64{1, 2}, Slopes: []float64{1, 2}}, n)
	}
	for _, v := range []float64{nan, 0, -1, inf, -inf} {
		parts(Decoupling{Losses: []float64{v}, Slopes: one}, 1)
		parts(Decoupling{Losses: one, Slopes: []float64{v}}, 1)
	}
	parts(Decoupling{}, 1)
	parts(Decoupling{Losses: []float64{1, 2}, Slopes: one}, 1)
	parts(Decoupling{Losses: one, Slopes: []float64{1, 2}}, 1)
	parts(Decoupling{Losses: []float64{1e308, 1e308}, Slopes: []float64{1, 2}}, 1)
	shape := func(a, b Operator, n int, rng *rand.Rand) {
		h.Add("EstimateShape", func() error { return hostile.Err(EstimateShape(a, b, n, rng)) })
	}
	for _, bad := range []Operator{nil, (*Covariance)(nil), new(Covariance), op(0), op(nan), op(inf), op(1e308), product{0, nil}, product{-1, nil}, product{1e9, nil}, product{math.MaxInt, nil}} {
		shape(bad, op(1), 9, rng)
		shape(op(1), bad, 9, rng)
		shape(bad, bad, 9, rng)
	}
	for _, n := range []int{1, 0, -1, 1e9, math.MaxInt} {
		shape(op(1), op(1), n, rng)
	}
	shape(op(1), op(1), 9, nil)
	shape(op(1), two, 9, rng)
	shape(two, op(1), 9, rng)
	shape(op(1e100), op(1e100), 9, rng)
	for _, size := range []int{0, -1, 1e9, math.MaxInt} {
		h.Add("EstimateCosine", func() error { return cosine(product{size, nil}, product{size, nil}, 9, rng) })
	}
	for _, n := range []int{0, -1, math.MinInt, 101, 1e9, math.MaxInt} {
		h.Add("LocalSlopes", func() error {
			return nothingOf(LocalSlopes(run(1, 0.9, 0.8, 0.7), run(1, 2, 3, 4), n))
		})
	}
	for _, runs := range [][2][][]float64{{nil, nil}, {run(), run()}, {run(1), nil}, {run(1, 0.9, 0.8), run(1)}, {run(1, 1, 1, 1), run(1, 2, 3, 4)}, {run(nan, nan, nan, nan), run(1, 2, 3, 4)}, {run(1, inf, 0.9, 0.8), run(1, nan, 3, inf)}, {run(0, 0, 0, 0), run(0, 0, 0, 0)}, {run(-1, -2, -3, -4), run(1, 2, 3, 4)}, {run(1, 0.99, 0.98, 0.97)[:1], run(1, 2, 3, 4)[:1]}} {
		h.Add("LocalSlopes", func() error { return nothingOf(LocalSlopes(runs[0], runs[1], 3)) })
	}
	for _, runs := range [][][]float64{nil, {}, {one}, {one, nil}, {one, {1, 2}}, {{nan}, one}, {{inf}, one}, {{-inf}, {inf}}, {{1e308}, {1e308}}, {{1e308}, {-1e308}}, {{1e200}, {-1e200}}} {
		h.Add("MeanOver", func() error { _, _, err := MeanOver(runs); return err })
	}
	for _, x := range [][]float64{nil, {}, one, {1, 2, 3}, {1, 1, 1, 1}, {1, 1, 1, 2}, {1, 2, 3, nan}, {1, 2, 3, inf}, {-inf, 1, 2, 3}, {1e308, -1e308, 1, 2}, {1, 2, 3, 4, 5}} {
		h.Add("Trend", func() error { _, _, err := Trend(x, []float64{1, 2, 3, 5}); return err })
		h.Add("Trend", func() error { _, _, err := Trend([]float64{1, 2, 3, 5}, x[:min(len(x), 3)]); return err })
	}
	for _, n := range []int{0, -1, math.MinInt} {
		h.Add("BySeed", func() error { return hostile.Said(BySeed(n, func(int) int { return 1 }) == nil) })
	}
	for _, n := range []int{1<<20 + 1, 1e9, math.MaxInt} {
		h.Add("BySeed", func() error { return hostile.Panics(func() { BySeed(n, func(int) int { return 1 }) }) })
	}
	h.Add("BySeed", func() error { return hostile.Panics(func() { BySeed[int](1, nil) }) })
	for _, of := range []*Covariance{{}, nil} {
		h.Add("Covariance.Dim", func() error { return hostile.Said(of.Dim() == 0) })
		h.Add("Covariance.Loss", func() error { return hostile.Said(math.IsNaN(of.Loss())) })
		h.Add("Covariance.MulVecTo", func() error { return hostile.Panics(func() { of.MulVecTo(one, one) }) })
	}
	sigma, err := NewCovariance(m, one, 1, Exact)
	if err != nil {
		t.Fatal(err)
	}
	h.Add("Covariance.MulVecTo", func() error { return hostile.Panics(func() { sigma.MulVecTo(one, nil) }) }, func() error { return hostile.Panics(func() { sigma.MulVecTo(nil, one) }) })
	var lost *Covariance // of an error that nobody looked at
	h.Add("Along", func() error { return along(lost, one) })
	h.Add("EstimateCosine", func() error { return cosine(lost, op(1), 9, rng) })
	h.Add("Ratios", func() error { return Ratios(one, op(1), lost, dir) })
	h.Run(t)

	if err := Ratios(make([]float64, 2), op(1), product{1, func(dst, u []float64) { dst[0] = max(0, u[0]) }}, mat.NewDense(1, 2, []float64{1, -1})); err == nil || !strings.Contains(err.Error(), "along direction 1 is ") {
		t.Errorf("where B vanishes: %v", err)
	}
	// Two runs of four points are enough: the fit of a power is exact.
	if b, e, err := Slope(run(1, 2, 4, 8), run(3, 12, 48, 192), 0, 9); err != nil || math.Abs(b-2) > 1e-12 || e > 1e-12 {
		t.Errorf("slope %v ± %v, %v, want 2", b, e, err)
	}
	if _, err := NewMeter(m, 7); err == nil || !strings.Contains(err.Error(), "want 20 ≤ samples ≤ N = 40") {
		t.Errorf("error %v", err)
	}
}
