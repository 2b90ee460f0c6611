package noise

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/combin"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// network returns a small tanh network with n samples at a point where ∇L ≠ 0.
func network(t *testing.T, n, outputs int) (*model.MLP, []float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	set, err := data.Regression(n, 3, 1, rng)
	if err != nil {
		t.Fatal(err)
	}
	y := mat.NewDense(n, outputs, nil)
	y.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() }, y)
	set.Y = y
	m, err := model.NewMLP(set, model.MLPConfig{Hidden: []int{4}, Activation: model.Tanh})
	if err != nil {
		t.Fatal(err)
	}
	_, p := m.Dims()
	theta := make([]float64, p)
	m.Init(theta, rng)
	return m, theta
}

func dense(t *testing.T, op Operator, err error) *mat.SymDense {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	n := op.Dim()
	a, e, col := mat.NewSymDense(n, nil), make([]float64, n), make([]float64, n)
	for j := range n {
		e[j] = 1
		op.MulVecTo(col, e)
		e[j] = 0
		for i, v := range col { // half of a_ij from either side, all of a_jj from the one
			if i != j {
				v /= 2
			}
			a.SetSym(i, j, a.At(i, j)+v)
		}
	}
	return a
}

// enumerate returns the covariance of ∇L_B over every mini-batch of B different samples.
func enumerate(m model.Model, theta []float64, batch int) *mat.SymDense {
	n, p := m.Dims()
	mean, g := make([]float64, p), make([]float64, p)
	model.BatchGrad(m, mean, theta, nil)
	all := combin.Combinations(n, batch)
	cov := mat.NewSymDense(p, nil)
	for _, b := range all {
		model.BatchGrad(m, g, theta, b)
		floats.Sub(g, mean)
		cov.SymRankOne(cov, 1/float64(len(all)), mat.NewVecDense(p, g))
	}
	return cov
}

func maxDiff(a, b *mat.SymDense) float64 {
	var d mat.SymDense
	d.ScaleSym(-1, b)
	d.AddSym(a, &d)
	return mat.Max(absolute{&d})
}

type absolute struct{ *mat.SymDense }

func (a absolute) At(i, j int) float64 { return math.Abs(a.SymDense.At(i, j)) }

// Eq. 8 is exact: for every batch size it is the covariance over all mini-batches, and the three
// mutations that a slip would make are not.
func TestCovarianceAgainstEnumeration(t *testing.T) {
	const n = 6
	for _, outputs := range []int{1, 2} {
		m, theta := network(t, n, outputs)
		grad := make([]float64, len(theta))
		model.BatchGrad(m, grad, theta, nil)
		for batch := 1; batch <= n; batch++ {
			want := enumerate(m, theta, batch)
			c, err := NewCovariance(m, theta, batch, Exact)
			got := dense(t, c, err)
			scale := mat.Max(absolute{dense(t, must(NewCovariance(m, theta, 1, Exact)), nil)})
			if d := maxDiff(got, want); d > 1e-13*scale {
				t.Errorf("k=%d B=%d: off by %v of %v", outputs, batch, d, scale)
			}
			if batch == n {
				continue
			}
			factor, _ := Factor(n, batch)
			var noMean, twice, noFinite mat.SymDense
			noMean.SymRankOne(got, factor, mat.NewVecDense(len(grad), grad))
			twice.ScaleSym(2, got)
			noFinite.ScaleSym(float64(n-1)/float64(n-batch), got)
			for name, mutant := range map[string]*mat.SymDense{"without −∇L∇Lᵀ": &noMean, "factor 2": &twice, "without (N−B)/(N−1)": &noFinite} {
				if d := maxDiff(mutant, want); d < 1e-3*scale && !(name == "without (N−B)/(N−1)" && batch == 1) {
					t.Errorf("k=%d B=%d: mutation %q passes, off by %v only", outputs, batch, name, d)
				}
			}
		}
	}
}

func must(c *Covariance, err error) *Covariance {
	if err != nil {
		panic(err)
	}
	return c
}

// Tr Σ = (1/B)(N−B)/(N−1)·𝒩 (Eq. 24), and dropping |∇L|² breaks it.
func TestTrace(t *testing.T) {
	m, theta := network(t, 9, 2)
	meter, err := NewMeter(m, 0)
	if err != nil {
		t.Fatal(err)
	}
	s, err := meter.Measure(theta, nil)
	if err != nil {
		t.Fatal(err)
	}
	factor, _ := Factor(9, 4)
	c, err := NewCovariance(m, theta, 4, Exact)
	trace := mat.Trace(dense(t, c, err))
	if math.Abs(trace-factor*s.Value) > 1e-13*trace {
		t.Errorf("Tr Σ = %v, want %v", trace, factor*s.Value)
	}
	if s.StdErr != 0 || s.Samples != 9 || s.Loss != c.Loss() {
		t.Errorf("%+v, loss %v", s, c.Loss())
	}
	g := make([]float64, len(theta))
	model.BatchGrad(m, g, theta, nil)
	if floats.Dot(g, g) < 1e-3*s.Value {
		t.Error("∇L is too small here for the test to notice that it was dropped")
	}
}

// The closed form: on fresh Gaussian samples B·Σ = 2L·I + θθᵀ (h = 1), of which Eq. 6 and 10 have
// only 2L·I. Each of the 3·6 elements within 4.5 standard errors (family false-alarm rate 18·7e−6 =
// 1.3e−4); each mutation out of them.
func TestRegressionClosedForm(t *testing.T) {
	const n, sigma = 40000, 0.5
	set, err := data.Regression(n, 3, sigma, rand.New(rand.NewPCG(8, 9)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.NewLinear(set)
	if err != nil {
		t.Fatal(err)
	}
	theta := []float64{1, -0.5, 0}
	twoL := sigma*sigma + floats.Dot(theta, theta)
	truth := func(outer float64) *mat.SymDense {
		a := mat.NewSymDense(3, []float64{twoL, 0, 0, 0, twoL, 0, 0, 0, twoL})
		a.SymRankOne(a, outer, mat.NewVecDense(3, theta))
		return a
	}
	for _, c := range []struct {
		form    Form
		want    *mat.SymDense
		mutants []*mat.SymDense
	}{
		{Exact, truth(1), []*mat.SymDense{truth(0), truth(2), scaled(2, truth(1)), scaled(0.5, truth(1))}},
		{Decoupled, truth(0), []*mat.SymDense{truth(1), scaled(2, truth(0)), scaled(0.5, truth(0))}},
		{HessianForm, truth(0), []*mat.SymDense{truth(1), scaled(2, truth(0)), scaled(0.5, truth(0))}},
	} {
		op, err := NewCovariance(m, theta, 1, c.form)
		got := dense(t, op, err)
		stderr := elementErrors(m, set, theta, c.form)
		if z := maxZ(got, c.want, stderr); z > 4.5 {
			t.Errorf("form %d: |z| = %.1f from the closed form", c.form, z)
		}
		for k, mutant := range c.mutants {
			if z := maxZ(got, mutant, stderr); z < 4.5 {
				t.Errorf("form %d: mutation %d passes with |z| = %.1f", c.form, k, z)
			}
		}
	}
}

func scaled(f float64, a *mat.SymDense) *mat.SymDense {
	var b mat.SymDense
	b.ScaleSym(f, a)
	return &b
}

func maxZ(got, want, stderr *mat.SymDense) (z float64) {
	for i := range 3 {
		for j := range 3 {
			z = max(z, math.Abs(got.At(i, j)-want.At(i, j))/stderr.At(i, j))
		}
	}
	return z
}

// elementErrors are the standard errors of the elements of B·Σ by the delta method, from the
// per-sample terms whose mean they are to first order.
func elementErrors(m *model.Linear, set *data.Set, theta []float64, form Form) *mat.SymDense {
	n := set.Len()
	grad, g := make([]float64, 3), make([]float64, 3)
	loss := m.BatchGrad(grad, theta, nil)
	e := mat.NewSymDense(3, nil)
	for i := range 3 {
		for j := range i + 1 {
			var sum, square float64
			for mu := range n {
				l := m.LossGrad(g, theta, mu)
				x, delta := set.X.RawRowView(mu), 0.0
				if i == j {
					delta = 1
				}
				u := g[i]*g[j] - g[i]*grad[j] - grad[i]*g[j]
				if form != Exact { // 2L·H
					u = 2*l*delta + 2*loss*x[i]*x[j]
				}
				sum += u
				square += u * u
			}
			mean := sum / float64(n)
			e.SetSym(i, j, math.Sqrt((square/float64(n)-mean*mean)/float64(n)))
		}
	}
	return e
}

// Eq. 7's two sides, as products and as Gram matrices, have the same spectrum.
func TestSpectraMatchProducts(t *testing.T) {
	m, theta := network(t, 8, 1)
	losses := make([]float64, 8)
	loss := m.NormGrad(losses, nil, nil, theta, nil)
	exact, decoupled, err := Spectra(m, theta, nil)
	if err != nil {
		t.Fatal(err)
	}
	weighted, err := GaussNewton(m, theta, losses)
	sameTop(t, "exact", exact, dense(t, weighted, err))
	plain, err := GaussNewton(m, theta, nil)
	sameTop(t, "decoupled", decoupled, scaled(loss, dense(t, plain, err)))
	// Eq. 10 is 2/B times that.
	c, err := NewCovariance(m, theta, 5, Decoupled)
	sameTop(t, "Eq. 10", decoupled, scaled(5.0/2, dense(t, c, err)))
}

func sameTop(t *testing.T, name string, values []float64, a *mat.SymDense) {
	t.Helper()
	want, err := eigenvalues(a)
	if err != nil {
		t.Fatal(err)
	}
	for k := range min(len(values), len(want)) {
		if math.Abs(values[k]-want[k]) > 1e-12*want[0] {
			t.Errorf("%s: eigenvalue %d is %v, want %v", name, k, values[k], want[k])
		}
	}
}

func TestHessianIsHessianForm(t *testing.T) {
	m, theta := network(t, 8, 2)
	h, err := Hessian(m, theta)
	want := dense(t, h, err)
	c, err := NewCovariance(m, theta, 4, HessianForm)
	got := dense(t, c, err)
	if d := maxDiff(got, scaled(2*c.Loss()/(2*4), want)); d > 1e-14 {
		t.Errorf("off by %v", d)
	}
}

// The estimate of 𝒩 is unbiased and its standard error honest: over many draws the mean lies within
// 4.5 errors of the exact value, and z has unit variance (χ², 4.5 errors; false alarms 2·2·7e−6).
// Small sets show (N−1)/N and M/(M−1), large fractions the finite population.
func TestMeterSamples(t *testing.T) {
	for _, c := range []struct{ n, samples, draws int }{{400, 300, 300}, {40, 20, 4000}} {
		m, theta := network(t, c.n, 1)
		exact := measure(t, m, theta, 0, nil)
		rng := rand.New(rand.NewPCG(4, 4))
		var sum, square, stderr2, quart float64
		for range c.draws {
			s := measure(t, m, theta, c.samples+5, rng)
			if s.Samples != c.samples {
				t.Fatalf("%d samples, want %d", s.Samples, c.samples)
			}
			d := s.Value - exact.Value
			sum += d
			square += d * d
			stderr2 += s.StdErr * s.StdErr
			quart += d * d * d * d
		}
		draws := float64(c.draws)
		if z := sum / math.Sqrt(square); math.Abs(z) > 4.5 {
			t.Errorf("N=%d: biased by %v of %v, z = %.1f", c.n, sum/draws, exact.Value, z)
		}
		if c.n < 100 {
			continue // groups of two samples: the spread of their values overstates the error
		}
		// The spread's own error from the fourth moment; the errors' average adds 2/(9·draws).
		v := square / draws
		if z := (square/stderr2 - 1) / math.Sqrt((quart/draws/(v*v)-1+2.0/9)/draws); math.Abs(z) > 4.5 {
			t.Errorf("N=%d: spread² %v, error² %v, z = %.1f", c.n, v, stderr2/draws, z)
		}
	}
	// All samples, even in groups, are exact.
	m, theta := network(t, 40, 1)
	exact := measure(t, m, theta, 0, nil)
	s := measure(t, m, theta, 40, rand.New(rand.NewPCG(4, 4)))
	if math.Abs(s.Value-exact.Value) > 1e-13*exact.Value || s.StdErr != 0 {
		t.Errorf("all samples in groups: %+v, want %+v", s, exact)
	}
}

func measure(t *testing.T, m model.Model, theta []float64, samples int, rng *rand.Rand) Strength {
	t.Helper()
	meter, err := NewMeter(m, samples)
	if err != nil {
		t.Fatal(err)
	}
	s, err := meter.Measure(theta, rng)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMeterAllocatesNothing(t *testing.T) {
	m, theta := network(t, 400, 1)
	meter, err := NewMeter(m, 100)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(4, 4))
	if n := testing.AllocsPerRun(3, func() { _, _ = meter.Measure(theta, rng) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestEstimateCosine(t *testing.T) {
	m, theta := network(t, 30, 1)
	a, err := NewCovariance(m, theta, 4, Exact)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewCovariance(m, theta, 4, Decoupled)
	if err != nil {
		t.Fatal(err)
	}
	da, db := dense(t, a, nil), dense(t, b, nil)
	var ab mat.Dense
	ab.Mul(da, db)
	want := mat.Trace(&ab) / (mat.Norm(da, 2) * mat.Norm(db, 2))
	got, stderr, err := EstimateCosine(a, b, 400, rand.New(rand.NewPCG(5, 5)))
	if err != nil {
		t.Fatal(err)
	}
	if z := (got - want) / stderr; math.Abs(z) > 4.5 { // false alarms 7e−6
		t.Errorf("%v ± %v, want %v, z = %.1f", got, stderr, want, z)
	}
	dirs, ratio := mat.NewDense(len(theta), 1, nil), make([]float64, 1)
	dirs.Set(2, 0, 3)
	if err := Ratios(ratio, a, b, dirs); err != nil {
		t.Fatal(err)
	}
	if want := da.At(2, 2) / db.At(2, 2); math.Abs(ratio[0]-want) > 1e-12*want {
		t.Errorf("ratio %v, want %v", ratio[0], want)
	}
}

// plain is a model without fast paths.
type plain struct{ model.Model }

// counted tells its number of outputs, and nothing else.
type counted struct{ m *model.MLP }

func (c counted) Dims() (int, int) { return c.m.Dims() }

func (c counted) LossGrad(grad, theta []float64, mu int) float64 {
	return c.m.LossGrad(grad, theta, mu)
}

func (c counted) MeanSquareOutputs() int { return c.m.MeanSquareOutputs() }

// Eq. 6 asks for per-sample losses and the number of outputs only: what differences of gradients
// give is the exact product to 1e−7 (the differences' ten digits, with room for θ's scale).
func TestHessianFormFromDifferences(t *testing.T) {
	for _, outputs := range []int{1, 2} {
		m, theta := network(t, 9, outputs)
		want := dense(t, must(NewCovariance(m, theta, 3, HessianForm)), nil)
		got := dense(t, must(NewCovariance(counted{m}, theta, 3, HessianForm)), nil)
		if d := maxDiff(got, want); d > 1e-7*mat.Max(absolute{want}) {
			t.Errorf("k=%d: off by %v", outputs, d)
		}
	}
}

// A model of the user's own outputs has every quantity of this package, equal to the built-in's.
func TestOwnOutputs(t *testing.T) {
	set, err := data.Regression(30, 3, 1, rand.New(rand.NewPCG(7, 8)))
	if err != nil {
		t.Fatal(err)
	}
	lin, err := model.NewLinear(set)
	if err != nil {
		t.Fatal(err)
	}
	own, err := model.FromOutputs(set.Y, 3, func(out, jac, theta []float64, mu int) {
		out[0] = floats.Dot(theta, set.X.RawRowView(mu))
		copy(jac, set.X.RawRowView(mu))
	})
	if err != nil {
		t.Fatal(err)
	}
	theta, v := []float64{0.3, -1, 2}, []float64{1, 2, 0}
	for _, form := range []Form{Exact, Decoupled, HessianForm} {
		want := dense(t, must(NewCovariance(lin, theta, 3, form)), nil)
		if d := maxDiff(dense(t, must(NewCovariance(own, theta, 3, form)), nil), want); d > 1e-9*mat.Max(absolute{want}) {
			t.Errorf("form %d: off by %v", form, d)
		}
	}
	if got, want := measure(t, own, theta, 0, nil), measure(t, lin, theta, 0, nil); got != want {
		t.Errorf("strength %+v, want %+v", got, want)
	}
	got, err := Kurtosis(own, theta, v)
	if want, _ := Kurtosis(lin, theta, v); err != nil || got != want {
		t.Errorf("kurtosis %v, %v, want %v", got, err, want)
	}
	exact, decoupled, err := Spectra(own, theta, nil)
	if err != nil || len(exact) != 30 || len(decoupled) != 30 || exact[2] <= 0 || exact[3] > 1e-9*exact[0] {
		t.Errorf("spectra %v and %v, %v; want three eigenvalues that are not zero", exact, decoupled, err)
	}
}

func TestErrors(t *testing.T) {
	m, theta := network(t, 30, 2)
	none := product{3, func(dst, _ []float64) { clear(dst) }}
	op, _ := Hessian(m, theta)
	rng := rand.New(rand.NewPCG(1, 1))
	nan := append([]float64{math.NaN()}, theta[1:]...)
	for _, c := range []struct {
		want string
		do   func() error
	}{
		{"batch size 0, want 1 ≤ B ≤ N = 30", func() error { _, err := NewCovariance(m, theta, 0, Exact); return err }},
		{"batch size 31", func() error { _, err := NewCovariance(m, theta, 31, Exact); return err }},
		{"length 1", func() error { _, err := NewCovariance(m, theta[:1], 1, Exact); return err }},
		{"θ[0] is NaN", func() error { _, err := Hessian(m, nan); return err }},
		{"form 9", func() error { _, err := NewCovariance(m, theta, 1, 9); return err }},
		{"nil model", func() error { _, err := NewCovariance(nil, theta, 1, Exact); return err }},
		{"nil model", func() error { _, err := NewMeter(nil, 0); return err }},
		{"nil random source", func() error { _, _, err := EstimateCosine(op, op, 2, nil); return err }},
		{"want a mean-square loss", func() error { _, err := NewCovariance(plain{m}, theta, 1, Decoupled); return err }},
		{"want a mean-square loss", func() error { _, err := NewCovariance(plain{m}, theta, 1, HessianForm); return err }},
		{"no Gauss–Newton product", func() error { _, err := NewCovariance(counted{m}, theta, 1, Decoupled); return err }},
		{"no Gauss–Newton product", func() error { _, err := GaussNewton(plain{m}, theta, nil); return err }},
		{"2 weights", func() error { _, err := GaussNewton(m, theta, []float64{1, 2}); return err }},
		{"from 19 samples", func() error { _, err := NewMeter(m, 19); return err }},
		{"from 31 samples", func() error { _, err := NewMeter(m, 31); return err }},
		{"random source", func() error { t, _ := NewMeter(m, 20); _, err := t.Measure(theta, nil); return err }},
		{"size 2 and 3", func() error { _, _, err := EstimateCosine(product{n: 2}, none, 2, rng); return err }},
		{"zero operator", func() error { _, _, err := EstimateCosine(none, none, 2, rng); return err }},
		{"1 probes", func() error { _, _, err := EstimateCosine(op, op, 1, rng); return err }},
		{"2 ratios", func() error { return Ratios(make([]float64, 2), op, op, mat.NewDense(1, 2, nil)) }},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "noise: ") {
			t.Errorf("error %v, want it to name %q", err, c.want)
		}
	}
	if _, _, err := Spectra(m, theta, nil); !errors.Is(err, model.ErrUnsupported) {
		t.Errorf("gram matrices of two outputs: %v", err)
	}
}
