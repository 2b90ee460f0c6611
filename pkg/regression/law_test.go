package regression

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mathext"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/root"
	"github.com/sgdescape/sgdescape/pkg/sgd"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// checkFeatures puts a law of features through the laws that every one obeys: the rule of every
// batch and level is a probability law on [0, Largest] whose mean, variance and third central moment
// are those of B independent x².
func checkFeatures(t *testing.T, name string, f Features, moments [3]float64) {
	t.Helper()
	if f.Curvature() != moments[0] {
		t.Errorf("%s: curvature %v, want %v", name, f.Curvature(), moments[0])
	}
	for _, batch := range []int{1, 2, 7} {
		for level := range 2 {
			x, w := f.Rule(batch, level, Focus{0, 12}, Focus{1, 5})
			var got [3]float64
			n := float64(batch)
			for i, s := range x {
				off := s*s - n*moments[0]
				got[0] += w[i] * s * s
				got[1] += w[i] * off * off
				got[2] += w[i] * off * off * off
				if !(s >= 0 && w[i] >= 0) || s*s > f.Largest(batch)*(1+1e-12) {
					t.Fatalf("%s, B = %d: weight %v at √u = %v, largest %v", name, batch, w[i], s, f.Largest(batch))
				}
			}
			near(t, fmt.Sprintf("%s, B = %d, level %d: mass", name, batch, level), floats.Sum(w), 1, 1e-12)
			for k, want := range moments {
				if off := math.Abs(got[k] - n*want); !(off <= 1e-6*n*want+1e-12) && !(k == 2 && off <= 1e-5*n*want) {
					t.Errorf("%s, B = %d, level %d: cumulant %d of u = %v, want %v", name, batch, level, k+1, got[k], n*want)
				}
			}
		}
	}
	if largest := f.Largest(3); !math.IsInf(largest, 1) {
		x, _ := f.Rule(3, 1)
		near(t, name+": largest u of three", floats.Max(x)*floats.Max(x), largest, 1e-2)
	}
}

func TestFeatureLaws(t *testing.T) {
	for _, g := range []GammaFeatures{{1, 3}, {2.5, 2}, {0.3, 1.2}, {4, 3}} {
		k := g.Kurtosis - 1
		checkFeatures(t, fmt.Sprintf("%+v", g), g, [3]float64{g.Scale, k * g.Scale * g.Scale, 2 * k * k * g.Scale * g.Scale * g.Scale})
	}
	// A short list, and one so long that it and its sums are merged.
	long, rng := make([]float64, 3000), dynamics.Stream(1, "features", 0)
	dynamics.Normals(long, rng)
	for name, x := range map[string][]float64{"short": {0.2, -1.5, 0.9, 1.1, 0, 2.1}, "long": long} {
		var m [3]float64
		for _, v := range x {
			m[0] += v * v / float64(len(x))
		}
		for _, v := range x {
			off := v*v - m[0]
			m[1] += off * off / float64(len(x))
			m[2] += off * off * off / float64(len(x))
		}
		checkFeatures(t, name, must(NewEmpiricalFeatures(x)), m)
	}
	checkFeatures(t, "signs", must(NewEmpiricalFeatures([]float64{2, -2})), [3]float64{4, 0, 0})
}

// Units are units: neither σ nor h alone changes a ratio of times or an exponent.
func TestUnitsOfRegression(t *testing.T) {
	some := []float64{0.3, 1.2, -2}
	scaled := make([]float64, len(some))
	floats.ScaleTo(scaled, 2, some)
	for _, c := range []struct {
		a, b  Chain
		ratio float64
	}{
		{Chain{0.2, 1, 1, 1, must(NewEmpiricalFeatures(some)), laplaceLabels}, Chain{0.05, 1, 1, 3, must(NewEmpiricalFeatures(scaled)), laplaceLabels}, 1.5},
		{Chain{0.2, 1, 1, 1, must(NewEmpiricalFeatures(some)), uniformLabels}, Chain{0.05, 1, 1, 0.3, must(NewEmpiricalFeatures(scaled)), uniformLabels}, 1.3},
		{gaussianChain(0.4, 1, 2), Chain{0.1, 1, 2, 3, GaussianFeatures(4), nil}, 1.3},
		{gaussianChain(0.4, 3, 1), Chain{0.1, 3, 1, 0.2, GaussianFeatures(4), nil}, 1.4},
	} {
		s := exact.Settings{Tolerance: 1e-4}
		near(t, fmt.Sprintf("h·t of %+v", c.b), 4*must(c.b.MeanFirstPassage(c.ratio, s)).Value, must(c.a.MeanFirstPassage(c.ratio, s)).Value, 2e-4)
		if c.a.Features == nil && c.a.Labels == nil {
			near(t, fmt.Sprintf("α of %+v", c.b), must(c.b.Kesten()).Alpha, must(c.a.Kesten()).Alpha, 1e-9)
			a, b := must(c.a.Stationary(0)), must(c.b.Stationary(0))
			near(t, fmt.Sprintf("φ of %+v", c.b), b.FittedExponent(), a.FittedExponent(), 1e-5)
			near(t, fmt.Sprintf("tail of %+v", c.b), b.Tail(c.b.LabelNoise / 2)[0], a.Tail(1)[0], 1e-3)
			// φ is the solution of its equation, in any dimension.
			phi, logs := a.FittedExponent(), a.Mean(func(r float64) float64 { return math.Log1p(r * r) })
			near(t, "ψ(φ) − ψ(φ−d/2)", mathext.Digamma(phi)-mathext.Digamma(phi-float64(c.a.Dim)/2), logs, 1e-9)
		}
	}
}

// E ρ⁴ is a polynomial in the moments of χ²_B and χ²_{d−1}: where it is 1, α = 4 and φ = (4+d)/2.
func TestKestenInManyDimensions(t *testing.T) {
	for _, d := range []int{1, 3} {
		for _, b := range []int{1, 4} {
			fourth := func(g float64) float64 { // E ρ⁴ − 1 at g = ηh/B
				B, n := float64(b), float64(d-1)
				m1, m2, m3, m4 := B, B*(B+2), B*(B+2)*(B+4), B*(B+2)*(B+4)*(B+6)
				return -4*g*m1 + 6*g*g*m2 - 4*g*g*g*m3 + g*g*g*g*m4 + 2*g*g*n*(m1-2*g*m2+g*g*m3) + g*g*g*g*m2*n*(n+2)
			}
			g := root.Bisect(1e-6, 2/float64(b), func(g float64) bool { return fourth(g) < 0 })
			for _, h := range []float64{0.3} {
				k := must(Chain{g * float64(b) / h, b, d, 2, GaussianFeatures(h), nil}.Kesten())
				near(t, fmt.Sprintf("α at d = %d, B = %d, h = %v", d, b, h), k.Alpha, 4, 1e-7)
				near(t, fmt.Sprintf("φ at d = %d, B = %d", d, b), k.Exponent, (4+float64(d))/2, 1e-7)
			}
		}
	}
	if k := must(gaussianChain(0.01, 1, 1).Kesten()); !(k.Alpha > 150 && k.Alpha < 200) {
		t.Errorf("α = %v at η = 0.01", k.Alpha)
	}
	signs := must(NewEmpiricalFeatures([]float64{1, -1}))
	for _, eta := range []float64{1.5, 2} {
		if _, err := (Chain{eta, 1, 1, 1, signs, nil}).Kesten(); !errors.Is(err, ErrNoTail) || !strings.Contains(err.Error(), "≤ 2") {
			t.Errorf("η = %v: error %v", eta, err)
		}
	}
	if _, err := (Chain{2.1, 1, 1, 1, signs, nil}).Kesten(); !errors.Is(err, ErrNotStationary) {
		t.Errorf("η = 2.1: error %v", err)
	}
}

// Features of one size make an autoregression, whose law is normal as far as one looks.
func TestStationaryOfSigns(t *testing.T) {
	const eta = 0.3
	l := must(Chain{eta, 1, 1, 2, must(NewEmpiricalFeatures([]float64{1, -1})), nil}.Stationary(1))
	sigma := 2 * eta / math.Sqrt(1-(1-eta)*(1-eta))
	for _, z := range []float64{0.5, 2, 5, 6.5} {
		near(t, fmt.Sprintf("P(|θ| > %vσ)", z), l.Tail(z * sigma)[0], math.Erfc(z/math.Sqrt2), 1e-5)
	}
	near(t, "E θ⁴", l.Mean(func(r float64) float64 { return r * r * r * r }), 3*sigma*sigma*sigma*sigma, 1e-6)
}

// Rows are laws, and a chain that stays keeps what would leave on its last node.
func TestRowsAreLaws(t *testing.T) {
	for _, d := range []int{1, 3} {
		c := gaussianChain(0.5, 2, d)
		g := newLattice([]float64{0, 0.3, 0.6})
		p, leave := c.transitions(g, 1, usualDepth)
		a, n := c.generator(g, 1), len(g.node)
		for i, v := range leave {
			if sum := floats.Sum(p.RawRowView(i)) + v; math.Abs(sum-1) > 1e-7 || !(v > 0.01) {
				t.Errorf("d = %d: row %d adds up to %v, leaves with %v", d, i, sum, v)
			}
			if got, want := -a.At(i, n-1), p.At(i, n-1)+v; i < n-1 && math.Abs(got-want) > 1e-12 {
				t.Errorf("d = %d: from %d to the last node with %v, want %v", d, i, got, want)
			}
			if sum := floats.Sum(a.RawRowView(i)); math.Abs(sum) > 1e-12 {
				t.Errorf("d = %d: row %d of the generator adds up to %v", d, i, sum)
			}
		}
	}
}

// The error of a mean time holds against the finest grid, at tolerances loose and tight, and claims
// no more than it must.
func TestChainErrBounds(t *testing.T) {
	drawn := must(NewEmpiricalFeatures([]float64{0.2, -1.5, 0.9, 1.1, -0.4, 2.1}))
	for _, c := range []struct {
		chain Chain
		ratio float64
	}{
		{gaussianChain(0.1, 1, 1), 1.5}, {gaussianChain(0.1, 1, 1), 3}, {gaussianChain(1, 8, 1), 1.3},

		{Chain{0.2, 1, 1, 0.7, GammaFeatures{1, 2}, nil}, 1.7}, {Chain{0.3, 2, 1, 1, drawn, nil}, 1.5}, {Chain{0.2, 1, 1, 1, nil, uniformLabels}, 1.4}, {Chain{0.2, 1, 1, 1, nil, laplaceLabels}, 1.4},
	} {
		best, err := c.chain.MeanFirstPassage(c.ratio, exact.Settings{Tolerance: 2e-6})
		if err != nil {
			best = must(c.chain.MeanFirstPassage(c.ratio, exact.Settings{}))
		}
		for _, tolerance := range []float64{0, 0.1, 1e-3} {
			r, name := must(c.chain.MeanFirstPassage(c.ratio, exact.Settings{Tolerance: tolerance})), fmt.Sprintf("%+v at c = %v", c.chain, c.ratio)
			if off := math.Abs(r.Value - best.Value); !(off <= r.Err+best.Err) {
				t.Errorf("%s: %.8g, off by %.2g, claims %.2g", name, r.Value, off, r.Err)
			}
			if most := math.Max(tolerance, 1e-5) * r.Value; r.Err > most {
				t.Errorf("%s: error %.2g at a tolerance of %g", name, r.Err/r.Value, tolerance)
			}
			if r.Grid%degree != 0 || r.Grid < 10*degree {
				t.Errorf("%s: %d nodes, not panels of %d", name, r.Grid, degree)
			}
		}
	}
}

// The covariance of [SDE] has the drift and the diffusion of its equation; its tail and the exponent
// that matches SGD's variance are their closed forms, up to where they end.
func TestSphericalClosedForms(t *testing.T) {
	noise := theory.Noise{LearningRate: 0.3, BatchSize: 2}
	for _, g := range []Spherical{{1, 2, 0.7, 3}, {1, 1, 1, 1}, {1, 2, 0.7, 5}, {3, 1.5, 0.8, 3}, {8, 1, 2, 2.4}} {
		along := func(r float64) float64 { a, _ := g.Variances(noise, r); return noise.LearningRate / 2 * a }
		drift := func(r float64) float64 {
			_, across := g.Variances(noise, r)
			return -g.Curvature*r + float64(g.Dim-1)*noise.LearningRate/2*across/r
		}
		if err := exact.Check(SDE{g, noise}, drift, along, 0.3, 0.7, 1, 2.5); err != nil {
			t.Errorf("%+v: %v", g, err)
		}
	}
	g := Spherical{1, 2, 0.7, 5}
	phi, scale := g.StationaryTail(noise)
	near(t, "φ", phi, 1+2/(0.3*2*4), 1e-14)
	near(t, "scale", scale, 0.49/(4*2), 1e-14)
	// The law that these two say: d log P/dθ = (drift − a′)/a.
	const r, h = 0.4, 1e-5
	a := func(r float64) float64 { v, _ := g.Variances(noise, r); return noise.LearningRate / 2 * v }
	near(t, "d log P/dθ", -2*phi*r/scale/(1+r*r/scale), (-2*r-(a(r+h)-a(r-h))/(2*h))/a(r), 1e-7)
	if phi, scale := (Spherical{1, 1, 1, 1}).StationaryTail(noise); !math.IsInf(phi, 1) || !math.IsInf(scale, 1) {
		t.Errorf("constant noise: φ = %v, scale %v", phi, scale)
	}
	near(t, "matched φ", g.MatchedExponent(noise), 2/(0.3*2)-(2-4+5)/2., 1e-14)
	if phi := (Spherical{1, 1, 1, 3}).MatchedExponent(theory.Noise{LearningRate: 1, BatchSize: 2}); math.Abs(phi-1.5) > 1e-12 {
		t.Errorf("matched φ = %v near the end, want 1.5", phi)
	}
	if phi := (Spherical{1, 1, 1, 3}).MatchedExponent(theory.Noise{LearningRate: 1, BatchSize: 1}); !math.IsNaN(phi) {
		t.Errorf("matched φ = %v where the variance is infinite", phi)
	}
	for kurtosis, ok := range map[float64]bool{1.5: true, 1.5 * (1 - 1e-13): true, 1.5 * (1 - 1e-11): false} {
		if err := (Spherical{2, 1, 1, kurtosis}).Check(); (err == nil) != ok {
			t.Errorf("κ₄ = %v in two dimensions: %v", kurtosis, err)
		}
	}
}

// A MaxTime of k·η is k steps, though 0.3/0.1 is a little less than 3.
func TestMaxTimeIsWholeSteps(t *testing.T) {
	r := must(New(regressionSet(300, 1), 0.1, 1, sgd.WithReplacement))
	for _, k := range []int{1, 3, 7} {
		s := passagesOf(t, r, 1e6, escape.Settings{Replicas: 16, MaxTime: float64(k) * 0.1})
		if s.Steps != int64(16*k) || s.Count(escape.Censored) != 16 || math.Abs(s.Times[3]-0.1*float64(k)) > 1e-12 {
			t.Errorf("MaxTime of %d steps: %d steps, times %v", k, s.Steps, s.Times[:3])
		}
		s = passagesOf(t, r, 1e6, escape.Settings{Replicas: 16, MaxTime: 0.3})
		if s.Steps != 48 {
			t.Errorf("%d steps of 16 replicas up to 0.3, want 48", s.Steps)
		}
	}
}
