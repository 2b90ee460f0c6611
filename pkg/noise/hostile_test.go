package noise

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

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
	for name, err := range map[string]error{
		"factor of nothing": factor, "factor B > N": factor2, "factor B = 0": factor3,
		"covariance of nil": covariance(nil, one, 1, Exact), "of a nil pointer": covariance((*model.MLP)(nil), nil, 1, Exact),
		"of a zero model": covariance(new(model.Linear), nil, 1, Exact), "at NaN": covariance(m, []float64{nan}, 1, Exact), "at no point": covariance(m, nil, 1, Exact),
		"batch 0": covariance(m, one, 0, Exact), "batch 41": covariance(m, one, 41, Exact), "form 3": covariance(m, one, 1, 3), "form -1": covariance(m, one, 1, -1),
		"exact far off": covariance(m, far, 1, Exact), "decoupled far off": covariance(m, far, 1, Decoupled), "hessian form far off": covariance(m, far, 1, HessianForm),
		"hessian of nil": hessian(nil, one), "hessian at Inf": hessian(m, []float64{inf}), "newton of nil": newton(nil, one, nil),
		"newton of weights": newton(m, one, one), "newton of NaN": newton(m, one, append(make([]float64, 39), nan)),
		"cosine of nil": cosine(nil, op(1), 9, rng), "cosine with nil": cosine(op(1), nil, 9, rng), "cosine of sizes": cosine(op(1), two, 9, rng),
		"cosine of 1": cosine(op(1), op(1), 1, rng), "cosine of -1": cosine(op(1), op(1), -1, rng), "cosine of 1e9": cosine(op(1), op(1), 1e9, rng), "cosine without rng": cosine(op(1), op(1), 9, nil),
		"cosine of 0": cosine(op(0), op(1), 9, rng), "cosine with 0": cosine(op(1), op(0), 9, rng), "cosine of NaN": cosine(op(nan), op(1), 9, rng), "cosine of 1e308": cosine(op(1e308), op(1), 9, rng),
		"along nil": along(op(1), nil), "along of nil": along(nil, one), "along 0": along(op(1), []float64{0}), "along NaN": along(op(1), []float64{nan}), "along Inf": along(op(1), []float64{inf}),
		"along of NaN": along(op(nan), one), "along 5e-324": along(op(1), []float64{5e-324}), "along 1e308": along(op(1), []float64{1e308}),
		"ratios of nil": Ratios(one, nil, op(1), dir), "ratios with nil": Ratios(one, op(1), nil, dir), "ratios along nil": Ratios(one, op(1), op(1), nil),
		"ratios of sizes": Ratios(one, op(1), two, dir), "ratios into nothing": Ratios(nil, op(1), op(1), dir), "ratios by 0": Ratios(make([]float64, 1), op(1), op(0), dir), "ratios of 0 by 0": Ratios(make([]float64, 1), op(0), op(0), dir),
		"kurtosis of nil": kurtosis(nil, one, one), "kurtosis along nil": kurtosis(m, one, nil), "kurtosis along NaN": kurtosis(m, one, []float64{nan}), "kurtosis along 0": kurtosis(m, one, []float64{0}),
		"kurtosis along 1e308": kurtosis(m, one, []float64{1e308}), "kurtosis along 1e100": kurtosis(m, one, []float64{1e100}), "kurtosis along 1e-120": kurtosis(m, one, []float64{1e-120}), "kurtosis along 5e-324": kurtosis(m, one, []float64{5e-324}),
		"spectra of nil": spectra(nil, one, nil), "spectra of no batch": spectra(m, one, []int{}), "spectra of sample 40": spectra(m, one, []int{40}), "spectra of sample -1": spectra(m, one, []int{-1}), "spectra far off": spectra(m, far, nil),
		"meter of nil": meter(nil, 0), "meter of a nil pointer": meter((*model.Linear)(nil), 0), "meter of 19": meter(m, 19), "meter of 41": meter(m, 41), "meter of -1": meter(m, -1),
		"measure at NaN": measure(0, []float64{nan}, rng), "measure at none": measure(0, nil, rng), "measure far off": measure(0, far, rng), "sampled far off": measure(20, far, rng), "sampled without rng": measure(20, one, nil), "zero meter": none, "nil meter": nothing,
		"slope of nil": slope(nil, nil, 0, 1), "slope of lengths": slope(run(1), nil, 0, 1), "slope of runs": slope(run(1, 2), run(1), 0, 9), "slope of one run": slope(run(4, 3, 2, 1)[:1], run(4, 3, 2, 1)[:1], 0, 9),
		"slope of NaN": slope(run(4, 3, 2, 1), run(4, nan, 2, 1), 0, 9), "slope of Inf": slope(run(4, 3, 2, 1), run(4, inf, 2, 1), 0, 9), "slope of 0": slope(run(4, 3, 2, 1), run(4, 0, 2, 1), 0, 9),
		"slope of one loss": slope(run(1, 1, 1, 1), run(4, 3, 2, 1), 0, 9), "slope in no range": slope(run(4, 3, 2, 1), run(4, 3, 2, 1), nan, 1), "slope of three": slope(run(4, 3, 2), run(4, 3, 2), 0, 9),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "noise: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	// Two runs of four points are enough: the fit of a power is exact.
	if b, e, err := Slope(run(1, 2, 4, 8), run(3, 12, 48, 192), 0, 9); err != nil || math.Abs(b-2) > 1e-12 || e > 1e-12 {
		t.Errorf("slope %v ± %v, %v, want 2", b, e, err)
	}
	if _, err := NewMeter(m, 7); err == nil || !strings.Contains(err.Error(), "want 20 ≤ samples ≤ N = 40") {
		t.Errorf("error %v", err)
	}
}
