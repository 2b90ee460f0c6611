package spectrum

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// wishart returns (1/N)Σ x xᵀ of N Gaussian samples with p features of variance 1, but for
// the first ones, whose variances are spikes.
func wishart(samples, p int, spikes []float64, seed uint64) Matrix {
	rng := rand.New(rand.NewPCG(seed, 1))
	x := mat.NewDense(samples, p, nil)
	for i := range samples {
		row := x.RawRowView(i)
		gaussian(row, rng)
		for j, s := range spikes {
			row[j] *= math.Sqrt(s)
		}
	}
	var a mat.SymDense
	a.SymOuterK(1/float64(samples), x.T())
	return Matrix{&a}
}

func exactValues(t *testing.T, a Matrix) []float64 {
	t.Helper()
	var e mat.EigenSym
	if !e.Factorize(a.SymDense, false) {
		t.Fatal("EigenSym failed")
	}
	v := e.Values(nil)
	slices.Reverse(v)
	return v
}

func diagonal(v ...float64) Matrix {
	a := mat.NewSymDense(len(v), nil)
	for i, x := range v {
		a.SetSym(i, i, x)
	}
	return Matrix{a}
}

func TestLeadingAgainstEigenSym(t *testing.T) {
	for _, c := range []struct {
		name string
		a    Matrix
		k    int
	}{
		{"spiked", wishart(300, 120, []float64{20, 8, 5}, 1), 6},
		{"bulk only", wishart(300, 60, nil, 2), 3},
		{"all of it", wishart(40, 12, []float64{3}, 3), 12},
		{"rank deficient", wishart(5, 30, nil, 4), 8},
		{"negative", Matrix{scaledSym(-1, wishart(30, 20, nil, 5))}, 4},
		{"repeated", diagonal(3, 3, 3, 1, 1, 0), 5},
		{"zero", diagonal(0, 0, 0), 2},
		{"one", diagonal(7), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := exactValues(t, c.a)
			e, err := Leading(c.a, c.k, LeadingSettings{Seed: 1, MaxSteps: c.a.Dim()})
			if err != nil {
				t.Fatal(err)
			}
			if !e.Converged {
				t.Errorf("not converged in %d steps: residuals %v", e.Steps, e.Residuals)
			}
			size := max(want[0], -want[len(want)-1])
			for i, v := range e.Values {
				// The error of a value is below its residual, plus the rounding of both solvers.
				if d := math.Abs(v - want[i]); d > e.Residuals[i]+1e-13*size {
					t.Errorf("λ_%d = %v, want %v: beyond the residual %v", i+1, v, want[i], e.Residuals[i])
				}
			}
			checkVectors(t, c.a, e, size)
		})
	}
}

// checkVectors: unit, orthogonal, and with the residuals that were promised.
func checkVectors(t *testing.T, a Matrix, e *Eigen, size float64) {
	t.Helper()
	n := a.Dim()
	v, av, u := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, lambda := range e.Values {
		mat.Col(v, i, e.Vectors)
		a.MulVecTo(av, v)
		floats.AddScaled(av, -lambda, v)
		if r := floats.Norm(av, 2); r > e.Residuals[i]+1e-13*size {
			t.Errorf("residual of pair %d is %v, promised %v", i+1, r, e.Residuals[i])
		}
		for j := range i + 1 {
			mat.Col(u, j, e.Vectors)
			want := 0.0
			if i == j {
				want = 1
			}
			if d := floats.Dot(u, v) - want; math.Abs(d) > 1e-12 {
				t.Errorf("v_%d·v_%d is off by %v", i+1, j+1, d)
			}
		}
	}
}

func scaledSym(f float64, a Matrix) *mat.SymDense {
	var b mat.SymDense
	b.ScaleSym(f, a.SymDense)
	return &b
}

func TestLeadingStopsEarly(t *testing.T) {
	a := wishart(300, 120, []float64{20, 8}, 1)
	e, err := Leading(a, 2, LeadingSettings{})
	if err != nil || !e.Converged || e.Steps > 60 {
		t.Errorf("%d steps, converged %v, %v", e.Steps, e.Converged, err)
	}
	e, err = Leading(a, 20, LeadingSettings{MaxSteps: 25})
	if err != nil || e.Converged || e.Steps != 25 || len(e.Values) != 20 {
		t.Errorf("%d steps, converged %v, %v", e.Steps, e.Converged, err)
	}
}

// Two spikes above the BBP transition and one below: positions within 4.5 standard
// deviations over four matrices (family false-alarm rate 8·7e−6), and the count is 2.
func TestSpikesAgainstBBP(t *testing.T) {
	const samples, p = 400, 400 // γ = 1, where positions are far from the spikes themselves
	spikes := []float64{7, 4, 1.2}
	gamma := float64(p) / samples
	for seed := range uint64(4) {
		a := wishart(samples, p, spikes, 10+seed)
		e, err := Leading(a, 10, LeadingSettings{Tol: 1e-6, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range spikes[:2] {
			want, std, ok := SpikePosition(s, gamma, samples)
			if z := (e.Values[i] - want) / std; !ok || math.Abs(z) > 4.5 {
				t.Errorf("seed %d: spike %v at %v, want %v ± %v (z = %.1f)", seed, s, e.Values[i], want, std, z)
			}
		}
		if _, _, ok := SpikePosition(spikes[2], gamma, samples); ok {
			t.Error("a spike of 1.2 should stay in the bulk")
		}
		edge, width := MarchenkoPasturEdge(1, gamma), MarchenkoPasturWidth(1, gamma, samples)
		// The Tracy–Widom law has mean −1.2 and deviation 1.3 in units of width: 4 is beyond 1e−5.
		o, err := CountByEdge(e.Values, e.Residuals, edge+4*width, 2*width)
		if err != nil || o.EffectiveDim != 2 || o.Low != 2 || o.High != 2 {
			t.Errorf("seed %d: by edge %+v, %v; want 2", seed, o, err)
		}
	}
}

func TestDensity(t *testing.T) {
	const samples, p = 400, 100
	a := wishart(samples, p, []float64{12, 9}, 6)
	values := exactValues(t, a)
	d, err := Density(a, DensitySettings{Probes: 40, Steps: 60, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for k, weights := range d.Weights {
		if slices.Min(weights) < 0 || math.Abs(floats.Sum(weights)-1) > 1e-12 {
			t.Errorf("weights of probe %d: smallest %v, sum %v", k, slices.Min(weights), floats.Sum(weights))
		}
	}
	mean := func(f func(float64) float64) (m float64) {
		for _, v := range values {
			m += f(v) / p
		}
		return m
	}
	// Five functionals, |z| < 4.5 with 39 degrees of freedom: family false-alarm rate 3e−4.
	for name, f := range map[string]func(float64) float64{
		"trace":  func(x float64) float64 { return x },
		"second": func(x float64) float64 { return x * x },
		"log":    math.Log,
		"above 5": func(x float64) float64 {
			if x > 5 {
				return 1
			}
			return 0
		},
		"bump": func(x float64) float64 { return math.Exp(-(x - 1) * (x - 1) / 0.02) },
	} {
		got, stderr := d.Mean(f)
		if z := (got - mean(f)) / stderr; math.Abs(z) > 4.5 {
			t.Errorf("%s: %v ± %v, want %v (z = %.1f)", name, got, stderr, mean(f), z)
		}
	}
	if n, stderr := d.Above(5); math.Abs(n-2) > 4.5*stderr {
		t.Errorf("%v ± %v eigenvalues above 5, want 2", n, stderr)
	}
	got, stderr := d.At(1, 0.1)
	want := mean(func(x float64) float64 {
		return math.Exp(-(x-1)*(x-1)/0.02) / (0.1 * math.Sqrt(2*math.Pi))
	})
	if math.Abs(got-want) > 4.5*stderr {
		t.Errorf("density at 1 %v ± %v, want %v", got, stderr, want)
	}
}

func TestDensityWeights(t *testing.T) {
	d, err := Density(diagonal(2, 2, 2, 2), DensitySettings{}) // one node: the subspace is exhausted
	if err != nil {
		t.Fatal(err)
	}
	for k := range d.Nodes {
		if len(d.Nodes[k]) != 1 || math.Abs(d.Nodes[k][0]-2) > 1e-14 || math.Abs(floats.Sum(d.Weights[k])-1) > 1e-14 {
			t.Errorf("nodes %v, weights %v", d.Nodes[k], d.Weights[k])
		}
	}
}

// Two spikes of the same size far above the bulk: the widest gap is below them.
func TestGapOfSpikes(t *testing.T) {
	e, err := Leading(wishart(800, 200, []float64{12, 12}, 3), 10, LeadingSettings{})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := CountByGap(e.Values); err != nil || o.EffectiveDim != 2 || o.Low != 2 || o.High != 2 {
		t.Errorf("%+v, %v; want 2", o, err)
	}
}

func TestCountByGap(t *testing.T) {
	for _, c := range []struct {
		values       []float64
		n, low, high int
		h, gap       float64
	}{
		{[]float64{8, 2, 1, 0.9, 0.8}, 1, 1, 2, 8, 4},
		{[]float64{8, 8, 1, 0.9, 0.8}, 2, 2, 2, 8, 8},
		{[]float64{16, 4, 0.1, 0.09, 0.08}, 2, 2, 2, 8, 40},
		{[]float64{10, 5, 2.4, 1, -3}, 3, 1, 3, math.Cbrt(120), 2.4},
		{[]float64{1, 1, 1}, 1, 1, 2, 1, 1},
	} {
		o, err := CountByGap(c.values)
		if err != nil || o.EffectiveDim != c.n || o.Low != c.low || o.High != c.high ||
			math.Abs(o.OutlierCurvature-c.h) > 1e-12 || math.Abs(o.Gap-c.gap) > 1e-12 {
			t.Errorf("%v: %+v, %v", c.values, o, err)
		}
		if o.CurvatureLow > o.OutlierCurvature+1e-12 || o.CurvatureHigh < o.OutlierCurvature-1e-12 {
			t.Errorf("%v: h* %v outside [%v, %v]", c.values, o.OutlierCurvature, o.CurvatureLow, o.CurvatureHigh)
		}
	}
}

func TestCountByEdge(t *testing.T) {
	o, err := CountByEdge([]float64{9, 4, 2.1, 1.9, 1}, []float64{0.1, 0.1, 0.2, 0, 0}, 2, 0.15)
	if err != nil || o.EffectiveDim != 3 || o.Low != 2 || o.High != 4 || math.Abs(o.CurvatureHigh-6) > 1e-12 {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := CountByEdge([]float64{1}, nil, 2, 0); err != nil || o.EffectiveDim != 0 || o.OutlierCurvature != 0 || !math.IsNaN(o.Gap) {
		t.Errorf("no outlier: %+v, %v", o, err)
	}
}

func TestErrors(t *testing.T) {
	a := diagonal(1, 2)
	bad := diagonal(1, math.NaN())
	for _, c := range []struct {
		want string
		do   func() error
	}{
		{"0 leading", func() error { _, err := Leading(a, 0, LeadingSettings{}); return err }},
		{"k ≤ dimension = 2", func() error { _, err := Leading(a, 3, LeadingSettings{}); return err }},
		{"tolerance -1", func() error { _, err := Leading(a, 1, LeadingSettings{Tol: -1}); return err }},
		{"not finite", func() error { _, err := Leading(bad, 1, LeadingSettings{}); return err }},
		{"not finite", func() error { _, err := Density(bad, DensitySettings{}); return err }},
		{"1 probes", func() error { _, err := Density(a, DensitySettings{Probes: 1}); return err }},
		{"-1 steps", func() error { _, err := Density(a, DensitySettings{Steps: -1}); return err }},
		{"eigenvalue 2 is 3", func() error { _, err := CountByGap([]float64{2, 3}); return err }},
		{"eigenvalue 1 is NaN", func() error { _, err := CountByEdge([]float64{math.NaN()}, nil, 1, 0); return err }},
		{"1 positive", func() error { _, err := CountByGap([]float64{2, 0}); return err }},
		{"2 residuals", func() error { _, err := CountByEdge([]float64{2}, []float64{0, 0}, 1, 0); return err }},
		{"edge 0", func() error { _, err := CountByEdge([]float64{2}, nil, 0, 0); return err }},
		{"all 1 eigenvalues", func() error { _, err := CountByEdge([]float64{2}, nil, 1, 0); return err }},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "spectrum: ") {
			t.Errorf("error %v, want it to name %q", err, c.want)
		}
	}
}

func ExampleLeading() {
	a := Matrix{mat.NewSymDense(3, []float64{2, 1, 0, 1, 2, 0, 0, 0, 0.5})}
	e, err := Leading(a, 2, LeadingSettings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f %v\n", e.Values, e.Converged)
	// Output: [3.000000 1.000000] true
}

func ExampleDensity() {
	d, err := Density(Matrix{mat.NewSymDense(2, []float64{3, 0, 0, 3})}, DensitySettings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	trace, _ := d.Mean(func(x float64) float64 { return x })
	fmt.Printf("%.6f\n", trace)
	// Output: 3.000000
}

func ExampleCountByGap() {
	o, err := CountByGap([]float64{9, 4, 0.2, 0.15, 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("n =", o.EffectiveDim, "h* =", o.OutlierCurvature)
	// Output: n = 2 h* = 6
}

func ExampleCountByEdge() {
	// 800 samples of 200 features: pure noise reaches (1 + √¼)² = 2.25.
	edge, width := MarchenkoPasturEdge(1, 0.25), MarchenkoPasturWidth(1, 0.25, 800)
	o, err := CountByEdge([]float64{9.1, 4.4, 2.24, 2.2}, nil, edge+4*width, 2*width)
	fmt.Println(o.EffectiveDim, err)
	// Output: 2 <nil>
}

func ExampleSpikePosition() {
	position, std, ok := SpikePosition(4, 1, 400)
	fmt.Printf("%.2f ± %.2f %v\n", position, std, ok)
	_, _, ok = SpikePosition(1.9, 1, 400)
	fmt.Println(ok)
	// Output:
	// 5.33 ± 0.27 true
	// false
}
