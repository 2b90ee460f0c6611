package spectrum

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/theory"
)

// matrix is a dense matrix as an operator.
type matrix struct{ *mat.SymDense }

func (m matrix) Dim() int { return m.SymmetricDim() }

func (m matrix) MulVecTo(dst, v []float64) {
	mat.NewVecDense(len(dst), dst).MulVec(m, mat.NewVecDense(len(v), v))
}

// wishart returns (1/N)Σ x xᵀ of N Gaussian samples with p features of variance 1, but for the
// first ones, whose variances are spikes.
func wishart(samples, p int, spikes []float64, seed uint64) matrix {
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
	return matrix{&a}
}

func exactValues(t *testing.T, a matrix) []float64 {
	t.Helper()
	var e mat.EigenSym
	if !e.Factorize(a.SymDense, false) {
		t.Fatal("EigenSym failed")
	}
	v := e.Values(nil)
	slices.Reverse(v)
	return v
}

func diagonal(v ...float64) matrix {
	a := mat.NewSymDense(len(v), nil)
	for i, x := range v {
		a.SetSym(i, i, x)
	}
	return matrix{a}
}

func TestLeadingAgainstEigenSym(t *testing.T) {
	for _, c := range []struct {
		name string
		a    matrix
		k    int
	}{
		{"spiked", wishart(300, 120, []float64{20, 8, 5}, 1), 6},
		{"bulk only", wishart(300, 60, nil, 2), 3},
		{"all of it", wishart(40, 12, []float64{3}, 3), 12},
		{"rank deficient", wishart(5, 30, nil, 4), 8},
		{"negative", matrix{scaledSym(-1, wishart(30, 20, nil, 5))}, 4},
		{"repeated", diagonal(3, 3, 3, 1, 1, 0), 5},
		{"zero", diagonal(0, 0, 0), 2},
		{"one", diagonal(7), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := exactValues(t, c.a)
			e, err := Leading(t.Context(), c.a, c.k, LeadingSettings{Seed: 1, MaxSteps: c.a.Dim()})
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
func checkVectors(t *testing.T, a matrix, e *Eigen, size float64) {
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

func scaledSym(f float64, a matrix) *mat.SymDense {
	var b mat.SymDense
	b.ScaleSym(f, a.SymDense)
	return &b
}

func TestLeadingStopsEarly(t *testing.T) {
	a := wishart(300, 120, []float64{20, 8}, 1)
	e, err := Leading(t.Context(), a, 2, LeadingSettings{})
	if err != nil || !e.Converged || e.Steps > 60 {
		t.Errorf("%d steps, converged %v, %v", e.Steps, e.Converged, err)
	}
	e, err = Leading(t.Context(), a, 20, LeadingSettings{MaxSteps: 25})
	if err != nil || e.Converged || e.Steps != 25 || len(e.Values) != 20 {
		t.Errorf("%d steps, converged %v, %v", e.Steps, e.Converged, err)
	}
}

// Two spikes of the same size far above the bulk: the widest gap is below them.
func TestGapOfSpikes(t *testing.T) {
	e, err := Leading(t.Context(), wishart(800, 200, []float64{12, 12}, 3), 10, LeadingSettings{})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := CountByGap(e.Values); err != nil || o.EffectiveDimension != 2 || o.Low != 2 || o.High != 2 {
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
		if err != nil || o.EffectiveDimension != c.n || o.Low != c.low || o.High != c.high ||
			math.Abs(o.OutlierCurvature-c.h) > 1e-12 || math.Abs(o.Gap-c.gap) > 1e-12 {
			t.Errorf("%v: %+v, %v", c.values, o, err)
		}
		if o.CurvatureLow > o.OutlierCurvature+1e-12 || o.CurvatureHigh < o.OutlierCurvature-1e-12 {
			t.Errorf("%v: h* %v outside [%v, %v]", c.values, o.OutlierCurvature, o.CurvatureLow, o.CurvatureHigh)
		}
	}
}

// n = 2 or 1 outliers of 8, or (8, 2): the paper's closed forms at both.
func TestPredict(t *testing.T) {
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 4}
	o, err := CountByGap([]float64{8, 2, 0.25, 0.2, 0.2})
	if err != nil || o.EffectiveDimension != 2 || o.Low != 1 || o.High != 2 {
		t.Fatalf("%+v, %v", o, err)
	}
	p, err := o.Predict(noise)
	want := Prediction{Temperature: 0.1, Exponent: 10, ExponentLow: 5.5, ExponentHigh: 10, StationaryExponent: 11, CriticalDimension: 22}
	if err != nil || math.Abs(p.Temperature-want.Temperature) > 1e-15 || math.Abs(p.Exponent-want.Exponent) > 1e-13 ||
		math.Abs(p.ExponentLow-want.ExponentLow) > 1e-13 || p.ExponentHigh != p.Exponent ||
		math.Abs(p.StationaryExponent-want.StationaryExponent) > 1e-13 || math.Abs(p.CriticalDimension-want.CriticalDimension) > 1e-13 {
		t.Errorf("%+v, %v, want %+v", p, err, want)
	}
	// Outliers of the user's own count, without rivals.
	if p, err := (Outliers{EffectiveDimension: 2, OutlierCurvature: 4}).Predict(noise); err != nil || p.ExponentLow != p.Exponent || p.ExponentHigh != p.Exponent {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestErrors(t *testing.T) {
	a := diagonal(1, 2)
	bad := diagonal(1, math.NaN())
	for _, c := range []struct {
		want string
		do   func() error
	}{
		{"0 leading", func() error { _, err := Leading(t.Context(), a, 0, LeadingSettings{}); return err }},
		{"k ≤ dimension = 2", func() error { _, err := Leading(t.Context(), a, 3, LeadingSettings{}); return err }},
		{"tolerance -1", func() error { _, err := Leading(t.Context(), a, 1, LeadingSettings{Tol: -1}); return err }},
		{"not finite", func() error { _, err := Leading(t.Context(), bad, 1, LeadingSettings{}); return err }},
		{"eigenvalue 2 is 3", func() error { _, err := CountByGap([]float64{2, 3}); return err }},
		{"n = 0 outliers", func() error { _, err := Outliers{}.Predict(theory.Noise{LearningRate: 1, BatchSize: 1}); return err }},
		{"h* = NaN", func() error {
			_, err := Outliers{EffectiveDimension: 1, OutlierCurvature: math.NaN()}.Predict(theory.Noise{LearningRate: 1, BatchSize: 1})
			return err
		}},
		{"batch size B = 0", func() error { _, err := Outliers{}.Predict(theory.Noise{LearningRate: 1}); return err }},
		{"nil operator", func() error { _, err := Leading(t.Context(), nil, 1, LeadingSettings{}); return err }},
		{"1 positive", func() error { _, err := CountByGap([]float64{2, 0}); return err }},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "spectrum: ") {
			t.Errorf("error %v, want it to name %q", err, c.want)
		}
	}
}

func ExampleLeading() {
	a := matrix{mat.NewSymDense(3, []float64{2, 1, 0, 1, 2, 0, 0, 0, 0.5})}
	e, err := Leading(context.Background(), a, 2, LeadingSettings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f %v\n", e.Values, e.Converged)
	// Output: [3.000000 1.000000] true
}

func ExampleCountByGap() {
	o, err := CountByGap([]float64{9, 4, 0.2, 0.15, 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("n =", o.EffectiveDimension, "h* =", o.OutlierCurvature)
	// Output: n = 2 h* = 6
}

// From a Hessian's outliers to what the paper says of SGD there.
func ExampleOutliers_Predict() {
	o, err := CountByGap([]float64{9, 4, 0.2, 0.15, 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := o.Predict(theory.Noise{LearningRate: 0.1, BatchSize: 12})
	fmt.Printf("T = %.3f, escape time ∝ c^%.1f, stable below n_c = %.1f, %v\n", p.Temperature, p.Exponent, p.CriticalDimension, err)
	// Output: T = 0.050, escape time ∝ c^20.0, stable below n_c = 42.0, <nil>
}
