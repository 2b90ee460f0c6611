package regression

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/reference"
)

// gaussianChain is the paper's Fig. 3b: x and y standard normal.
func gaussianChain(eta float64, b, d int) Chain {
	return Chain{LearningRate: eta, BatchSize: b, Dim: d, LabelNoise: 1}
}

func TestChainAgainstReference(t *testing.T) {
	for _, test := range reference.Passages {
		r := must(gaussianChain(0.1, 1, test.Dim).MeanFirstPassage(test.C, exact.Settings{Tolerance: 1e-4}))
		near(t, fmt.Sprintf("t_p at d = %d, c = %v", test.Dim, test.C), r.Value, test.SGD, 3e-4)
	}
}

// The rules of every level integrate what they must: gonum v0.17 has one that does not, that of 26
// points.
func TestRules(t *testing.T) {
	sizes := map[int]bool{4: true, 10: true, 8: true, 48: true}
	for level := range chainLevels {
		s := gaussianChain(0.1, 1, 2).newStepLaw(newLattice(gradedByHalves(1, level)), level, usualDepth)
		sizes[len(s.across.x)], sizes[len(s.fine.x)], sizes[8+2*level] = true, true, true
	}
	for n := range sizes {
		var mass, square float64
		r := gaussRule(n)
		for i, x := range r.x {
			mass, square = mass+r.w[i], square+r.w[i]*x*x
		}
		near(t, fmt.Sprintf("∫dx by %d points", n), mass, 1, 1e-13)
		near(t, fmt.Sprintf("∫x²dx by %d points", n), square, 1./3, 1e-13)
	}
}

// Coarse grids are good already: 1e−4 takes the first two.
func TestChainSettles(t *testing.T) {
	for _, d := range []int{1, 2, 3, 8} {
		if r := must(gaussianChain(0.1, 1, d).MeanFirstPassage(1.5, exact.Settings{Tolerance: 1e-4})); r.Grid > 104 {
			t.Errorf("d = %d: settled with %d nodes, want ≤ 104", d, r.Grid)
		}
	}
}

// Step by step simulation of Σ x(x·θ − y), with nothing reduced, for laws and batches that the
// reference does not hold.
func TestChainAgainstSimulation(t *testing.T) {
	exponential := GammaFeatures{1, 2}
	list := []float64{0.2, -1.5, 0.9, 1.1, -0.4, 2.1}
	drawn := must(NewEmpiricalFeatures(list))
	uniform := distuv.Uniform{Min: -math.Sqrt(3), Max: math.Sqrt(3)}
	for k, test := range []struct {
		chain   Chain
		feature func(*rand.Rand) float64
		label   func(*rand.Rand) float64
		c       float64
	}{
		{gaussianChain(0.5, 4, 1), (*rand.Rand).NormFloat64, (*rand.Rand).NormFloat64, 1.5},
		{gaussianChain(0.4, 3, 3), (*rand.Rand).NormFloat64, (*rand.Rand).NormFloat64, 1.8},
		{Chain{0.2, 1, 1, 0.7, exponential, nil}, func(r *rand.Rand) float64 { return math.Sqrt(r.ExpFloat64()) }, (*rand.Rand).NormFloat64, 1.7},
		{Chain{0.2, 2, 1, 1, drawn, nil}, func(r *rand.Rand) float64 { return list[r.IntN(len(list))] }, (*rand.Rand).NormFloat64, 1.7},
		{Chain{0.2, 1, 1, 1, nil, uniform}, (*rand.Rand).NormFloat64, func(r *rand.Rand) float64 { return math.Sqrt(3) * (2*r.Float64() - 1) }, 1.4},
	} {
		want := must(test.chain.MeanFirstPassage(test.c, exact.Settings{Tolerance: 1e-4}))
		rng := rand.New(rand.NewPCG(uint64(k), 17))
		times := make([]float64, 4000)
		for i := range times {
			times[i] = simulate(test.chain, test.c, rng, test.feature, test.label)
		}
		mean, std := stat.MeanStdDev(times, nil)
		z := (mean - want.Value) / (std / math.Sqrt(float64(len(times))))
		if math.Abs(z) > 4.5 {
			t.Errorf("case %d: simulated %.4g, exact %.6g (z = %.1f)", k, mean, want.Value, z)
		}
		t.Logf("case %d: simulated %.4g, exact %.6g (z = %.1f)", k, mean, want.Value, z)
	}
}

// simulate returns one first-passage time of the chain, by its definition.
func simulate(c Chain, ratio float64, rng *rand.Rand, feature, label func(*rand.Rand) float64) float64 {
	theta, x, grad := make([]float64, c.Dim), make([]float64, c.Dim), make([]float64, c.Dim)
	level := (ratio - 1) * c.LabelNoise * c.LabelNoise / c.FeatureLaw().Curvature()
	for k := 1; ; k++ {
		clear(grad)
		for range c.BatchSize {
			e := -c.LabelNoise * label(rng)
			for i := range x {
				x[i] = feature(rng)
				e += x[i] * theta[i]
			}
			for i := range x {
				grad[i] += e * x[i]
			}
		}
		square := 0.0
		for i := range theta {
			theta[i] -= c.LearningRate / float64(c.BatchSize) * grad[i]
			square += theta[i] * theta[i]
		}
		if square > level {
			return float64(k) * c.LearningRate
		}
	}
}

// The second moment of the stationary law is known in closed form, in any dimension: E|θ|² =
// ησ²d/(2B − ηh(B+1+d)) for Gaussian features.
func TestStationaryMoments(t *testing.T) {
	for _, test := range []struct {
		eta  float64
		b, d int
	}{{0.1, 1, 1}, {0.3, 1, 1}, {1, 32, 1}, {0.1, 1, 2}} {
		l := must(gaussianChain(test.eta, test.b, test.d).Stationary(0))
		d, b := float64(test.d), float64(test.b)
		near(t, "mass", l.Mean(func(float64) float64 { return 1 }), 1, 1e-12)
		near(t, fmt.Sprintf("E|θ|² of %v", test), l.Mean(func(r float64) float64 { return r * r }), test.eta*d/(2*b-test.eta*(b+1+d)), 2e-6)
	}
}

func TestFittedExponentAgainstReference(t *testing.T) {
	for _, test := range reference.Fitted {
		l := must(gaussianChain(test.LearningRate, test.BatchSize, 1).Stationary(0))
		if phi := l.FittedExponent(); math.Abs(phi-test.Phi) > 3*test.StdErr {
			t.Errorf("φ fitted at %+v is %.3f", test, phi)
		}
	}
}

// Far out the law falls with Kesten's exponent.
func TestTailFollowsKesten(t *testing.T) {
	c := gaussianChain(0.3, 1, 1)
	tail := must(c.Stationary(1)).Tail(20, 40)
	near(t, "α", math.Log2(tail[0]/tail[1]), must(c.Kesten()).Alpha, 5e-3)
}

func TestKesten(t *testing.T) {
	for _, test := range reference.Tails {
		near(t, "φ", must(gaussianChain(test.LearningRate, test.BatchSize, 1).Kesten()).Exponent, test.Phi, 1.1e-3)
	}
	// E ρ² = 1 where the variance diverges: in closed form at η(d+2) = 2, B = 1.
	for _, d := range []int{1, 3, 8} {
		near(t, "α", must(gaussianChain(2/float64(d+2), 1, d).Kesten()).Alpha, 2, 1e-9)
	}
	// Two atoms: ½|1−ηa|^α + ½|1−ηb|^α = 1 with 1−ηa = −2, 1−ηb = ½.
	two := must(NewEmpiricalFeatures([]float64{math.Sqrt(3), math.Sqrt(0.5)}))
	if _, err := (Chain{1, 1, 1, 1, two, nil}).Kesten(); !errors.Is(err, ErrNotStationary) {
		t.Errorf("E log ρ = 0: error %v", err)
	}
	four := must(NewEmpiricalFeatures([]float64{math.Sqrt(3), math.Sqrt(0.75), math.Sqrt(0.75), math.Sqrt(0.75)}))
	k := must(Chain{1, 1, 1, 1, four, nil}.Kesten())
	near(t, "E ρ^α", (math.Pow(2, k.Alpha)+3*math.Pow(0.25, k.Alpha))/4, 1, 1e-9)
	if _, err := (Chain{0.5, 1, 1, 1, two, nil}).Kesten(); !errors.Is(err, ErrNoTail) {
		t.Errorf("max|1 − ηx²| ≤ 1: error %v", err)
	}
}

func TestChainErrors(t *testing.T) {
	for _, test := range []struct {
		c    Chain
		want string
	}{
		{gaussianChain(0, 1, 1), "η = 0, want"},
		{gaussianChain(0.1, 0, 1), "B = 0, want ≥ 1"},
		{gaussianChain(0.1, 1, 0), "d = 0, want ≥ 1"},
		{Chain{0.1, 1, 1, math.NaN(), nil, nil}, "σ = NaN"},
		{Chain{0.1, 2, 1, 1, nil, distuv.UnitNormal}, "want 1 and 1"},
		{Chain{0.1, 1, 1, 1, nil, distuv.Laplace{Scale: 1}}, "variance 2, want 1"},
		{Chain{0.1, 1, 2, 1, GammaFeatures{1, 2}, nil}, "kurtosis 2 in 2 dimensions"},
		{Chain{0.1, 1, 1, 1, GammaFeatures{1, 1}, nil}, "kurtosis 1, want"},
	} {
		if _, err := test.c.MeanFirstPassage(2, exact.Settings{}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", err, test.want)
		}
	}
	if _, err := gaussianChain(0.1, 1, 1).MeanFirstPassage(1, exact.Settings{}); err == nil {
		t.Error("c = 1 accepted")
	}
	if _, err := NewEmpiricalFeatures([]float64{0, 0}); err == nil {
		t.Error("features that are all 0 accepted")
	}
}

func ExampleChain_MeanFirstPassage() {
	sgd := Chain{LearningRate: 0.1, BatchSize: 1, Dim: 1, LabelNoise: 1}
	r, err := sgd.MeanFirstPassage(1.5, exact.Settings{})
	fmt.Printf("t_p = %.2f, %v\n", r.Value, err)
	// Output: t_p = 78.42, <nil>
}

func ExampleChain_Kesten() {
	for _, eta := range []float64{0.1, 0.3} {
		tail, err := Chain{LearningRate: eta, BatchSize: 1, Dim: 1, LabelNoise: 1}.Kesten()
		fmt.Printf("η = %v: φ = %.2f, %v\n", eta, tail.Exponent, err)
	}
	// Output:
	// η = 0.1: φ = 9.14, <nil>
	// η = 0.3: φ = 3.15, <nil>
}

func BenchmarkChain(b *testing.B) {
	for _, d := range []int{1, 2, 8} {
		b.Run(fmt.Sprintf("d=%d", d), func(b *testing.B) {
			for b.Loop() {
				must(gaussianChain(0.1, 1, d).MeanFirstPassage(2, exact.Settings{Tolerance: 1e-4}))
			}
		})
	}
}

// What is too rare is said at once, not after the finest grid.
func TestChainTooRareIsCheap(t *testing.T) {
	for _, c := range []Chain{{0.003, 1, 1, 1, nil, nil}, {0.005, 1, 2, 1, nil, nil}, {0.2, 200, 1, 1, nil, nil}} {
		start := time.Now()
		_, err := c.MeanFirstPassage(3, exact.Settings{})
		if !errors.Is(err, ErrOutOfReach) {
			t.Errorf("%+v: error %v, want %v", c, err, ErrOutOfReach)
		}
		t.Logf("%+v: %v after %v", c, err, time.Since(start))
	}
}
