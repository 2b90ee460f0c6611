package dynamics

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// zBound is the largest |z| that a test lets pass. Seeds are fixed, so a test passes always or
// never; a fresh seed would raise a false alarm in about one of 10⁵ comparisons, one of 10³ for all
// comparisons of this package together.
const zBound = 4.5

// rules are the three diffusions, by name, on either scheme.
var rules = []struct {
	name   string
	build  func(landscape.Landscape, landscape.Critical, theory.Noise, Settings) (Dynamics, error)
	scheme Scheme
}{
	{"Eq. 13 Euler", NewSDE, EulerMaruyama},
	{"Eq. 15 Euler", NewLogLangevin, EulerMaruyama},
	{"Eq. 15 Heun", NewLogLangevin, Heun},
	{"Eq. 5 Euler", NewGLD, EulerMaruyama},
	{"Eq. 5 Heun", NewGLD, Heun},
}

// tilted is a landscape whose Hessian is not diagonal: a quadratic form.
type tilted struct{ h *mat.SymDense }

func (l tilted) Dim() int { return l.h.SymmetricDim() }
func (l tilted) LossGrad(dst, theta []float64) float64 {
	x := mat.NewVecDense(len(theta), theta)
	var g mat.VecDense
	g.MulVec(l.h, x)
	if dst != nil {
		copy(dst, g.RawVector().Data)
	}
	return 0.7 + 0.5*mat.Dot(x, &g)
}
func (l tilted) Hess(dst *mat.SymDense, _ []float64) { dst.CopySym(l.h) }

// The law of one step: mean and covariance of Δθ per unit of the clock are the drift and the noise
// of the equation. Tested at a point away from the minimum, where the three differ, with a Hessian
// that has a flat direction and is not diagonal. A noise without its factor 2, or without L, fails
// by tens of standard errors.
func TestOneStepLaw(t *testing.T) {
	l := tilted{mat.NewSymDense(3, []float64{2, 0.5, 0, 0.5, 1, 0, 0, 0, 0})}
	noise := theory.Noise{LearningRate: 0.2, BatchSize: 2}
	minimum := landscape.CriticalAt(l, make([]float64, 3))
	start := []float64{1, -0.5, 3}
	grad := make([]float64, 3)
	loss := l.LossGrad(grad, start)
	const n, step = 20000, 1e-4
	for r, rule := range rules {
		stepper := must(rule.build(l, minimum, noise, Settings{Step: step, Scheme: rule.scheme})).NewStepper()
		rng := Stream(1, rule.name, 0)
		sample := mat.NewDense(n, 3, nil)
		theta, xi := make([]float64, 3), make([]float64, 3)
		dt := 0.0
		for k := range n {
			copy(theta, start)
			Normals(xi, rng)
			dt += stepper.(Driven).Drive(theta, xi) / n
			for i := range theta {
				sample.Set(k, i, theta[i]-start[i])
			}
		}
		// Per unit t all noises are (2η/B)H times L(θ) or, for GLD, L(θ*).
		strength := loss
		if r >= 3 {
			strength = minimum.Loss
		}
		var cov mat.SymDense
		stat.CovarianceMatrix(&cov, sample, nil)
		for i := range 3 {
			mean := stat.Mean(mat.Col(nil, i, sample), nil)
			if sd := math.Sqrt(cov.At(i, i) / n); math.Abs(mean+grad[i]*dt) > zBound*sd+1e-12 {
				t.Errorf("%s: mean of Δθ_%d = %g, want %g ± %g", rule.name, i, mean, -grad[i]*dt, sd)
			}
			for j := range i + 1 {
				want := 2 * noise.LearningRate / noise.BatchSize * strength * l.h.At(i, j) * dt
				sd := math.Sqrt((cov.At(i, i)*cov.At(j, j) + want*want) / n)
				if math.Abs(cov.At(i, j)-want) > zBound*sd+1e-12 {
					t.Errorf("%s: covariance %d,%d = %g, want %g ± %g", rule.name, i, j, cov.At(i, j), want, sd)
				}
			}
		}
	}
}

// In the long run each diffusion samples its own law; on the bowl the second moment of each is
// known: for a Student t law with ν = 2φ−1 and L = 1+z²/2 it is 2/(ν−2), for GLD it is D.
// Independent replicas, so the error is clean.
func TestStationaryVariance(t *testing.T) {
	bowl := must(landscape.NewQuadratic(landscape.Shape{}))
	const temperature, replicas = 0.1, 20000
	variance := func(phi float64) float64 { return 2 / (2*phi - 3) }
	want := []float64{variance(1 + 1/temperature), variance(1 / temperature), variance(1 / temperature), temperature, temperature}
	for r, rule := range rules {
		d := must(rule.build(bowl, bowl.Minimum(), theory.NoiseFor(temperature, 1), Settings{Step: 0.01, Scheme: rule.scheme}))
		squares := make([]float64, replicas)
		stepper, theta, xi := d.NewStepper(), make([]float64, 1), make([]float64, 1)
		for k := range squares {
			rng := Stream(7, rule.name, k)
			theta[0] = math.Sqrt(want[r]) * rng.NormFloat64() // near the law already
			for range 300 {
				Normals(xi, rng)
				stepper.(Driven).Drive(theta, xi)
			}
			squares[k] = theta[0] * theta[0]
		}
		mean, std := stat.MeanStdDev(squares, nil)
		// Euler–Maruyama is off by a relative step/2 here: below half a standard error, so no
		// allowance is made.
		if z := (mean - want[r]) / stat.StdErr(std, replicas); math.Abs(z) > zBound {
			t.Errorf("%s: variance %v, want %v (z = %.1f)", rule.name, mean, want[r], z)
		}
	}
}

// Weak order: on the τ clock Heun's stationary variance at a coarse step is closer to the exact one
// than Euler's by far.
func TestHeunBeatsEulerAtCoarseStep(t *testing.T) {
	bowl := must(landscape.NewQuadratic(landscape.Shape{}))
	const temperature = 0.1
	density := must(exact.Stationary(t.Context(), exact.OneDim{Loss: exact.FirstAxis(bowl), Noise: exact.TauNoise{Temperature: temperature}}, 0, 1, exact.Settings{}))
	want, norm := 0.0, 0.0
	for z := -10.0; z <= 10; z += 0.01 {
		want += z * z * density(z)
		norm += density(z)
	}
	want /= norm
	bias := map[Scheme]float64{}
	for _, scheme := range []Scheme{EulerMaruyama, Heun} {
		d := must(NewLogLangevin(bowl, bowl.Minimum(), theory.NoiseFor(temperature, 1), Settings{Step: 0.5, Scheme: scheme}))
		stepper, rng := d.NewStepper(), Stream(2, scheme.String(), 0)
		theta, xi, sum := []float64{0}, []float64{0}, 0.0
		const n = 400000
		for range n {
			Normals(xi, rng)
			stepper.(Driven).Drive(theta, xi)
			sum += theta[0] * theta[0]
		}
		bias[scheme] = math.Abs(sum/n/want - 1)
	}
	if bias[EulerMaruyama] < 0.15 || bias[Heun] > bias[EulerMaruyama]/3 {
		t.Errorf("relative bias at dτ = 0.5: Euler %.3f, Heun %.3f", bias[EulerMaruyama], bias[Heun])
	}
}

func TestRecord(t *testing.T) {
	bowl := must(landscape.NewQuadratic(landscape.Shape{EffectiveDimension: 2}))
	noise := theory.NoiseFor(0.2, 1)
	for _, rule := range rules[:3] {
		d := must(rule.build(bowl, bowl.Minimum(), noise, Settings{Step: 1e-3, Scheme: rule.scheme}))
		const n = 20000
		p := must(Record(d, bowl, []float64{0, 0}, n, Stream(5, rule.name, 0)))
		// [θ]→ 2T τ, with relative standard deviation sqrt(2/n).
		ratio := p.QuadraticVariation(1)[n] / (2 * 0.2 * p.Tau[n])
		if z := (ratio - 1) / math.Sqrt(2.0/n); math.Abs(z) > zBound {
			t.Errorf("%s: quadratic variation over 2Tτ = %v (z = %.1f)", rule.name, ratio, z)
		}
		if got := len(p.Coordinate(0)); got != n+1 {
			t.Errorf("%d points, want %d", got, n+1)
		}
	}
	if _, err := Record(must(NewSDE(bowl, bowl.Minimum(), noise, Settings{Step: 0.1})), bowl, []float64{0}, 10, rand.New(rand.NewPCG(1, 1))); err == nil {
		t.Error("start of the wrong length accepted")
	}
}

func TestRecordReportsDivergence(t *testing.T) {
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 1.5}))
	d := must(NewSDE(cubic, cubic.Minimum(), theory.NoiseFor(0.3, 1), Settings{Step: 0.1}))
	_, err := Record(d, cubic, []float64{2 * cubic.Far()}, 100000, Stream(1, "diverge", 0))
	if err == nil || !strings.Contains(err.Error(), "diverged at step") {
		t.Errorf("error %v, want it to name the step of divergence", err)
	}
}

func TestBadSettings(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, OutlierCurvature: 4}))
	good := theory.NoiseFor(0.1, 4)
	for _, test := range []struct {
		name  string
		noise theory.Noise
		at    landscape.Critical
		s     Settings
		want  string
	}{
		{"learning rate", theory.Noise{LearningRate: 0, BatchSize: 1}, well.Minimum(), Settings{Step: 0.1}, "η = 0"},
		{"batch size", theory.Noise{LearningRate: 1, BatchSize: -1}, well.Minimum(), Settings{Step: 0.1}, "B = -1"},
		{"step", good, well.Minimum(), Settings{Step: -0.1}, "step = -0.1"},
		{"unstable", good, well.Minimum(), Settings{Step: 0.5}, "step = 0.5 is unstable at curvature 4, want < 0.5"},
		{"saddle", good, well.Saddle(), Settings{Step: 0.1}, "want a minimum"},
		{"scheme", good, well.Minimum(), Settings{Step: 0.1, Scheme: 9}, "unknown scheme"},
		{"dimension", good, landscape.Critical{Theta: []float64{0, 0}, Loss: 1}, Settings{Step: 0.1}, "dimension 2 on a landscape of dimension 1"},
	} {
		if _, err := NewSDE(well, test.at, test.noise, test.s); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want it to say %q", test.name, err, test.want)
		}
	}
	if _, err := NewSDE(well, well.Minimum(), good, Settings{Step: 0.1, Scheme: Heun}); err == nil {
		t.Error("Heun accepted for multiplicative noise")
	}
}

// Without a step set, a hundredth and a tenth of the bound of stability.
func TestProposedStep(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, OutlierCurvature: 4, MinimumLoss: 3}))
	for i, want := range []float64{0.02 / 4, 0.02 * 3 / 4, 0.2 * 3 / 4, 0.02 / 4, 0.2 / 4} {
		d := must(rules[i].build(well, well.Minimum(), theory.NoiseFor(0.1, 4), Settings{Scheme: rules[i].scheme}))
		if got := d.(*diffusion).step; math.Abs(got-want) > 1e-15 {
			t.Errorf("%s: step %v, want %v", rules[i].name, got, want)
		}
	}
}

// The keys of version 1: published numbers rest on them.
func TestStreamVersion(t *testing.T) {
	for _, c := range []struct {
		seed       uint64
		experiment string
		replica    int
		want       uint64
	}{{0, "", 0, 0x2cccaba33b0b7c20}, {1, "escape T=0.1", 7, 0x8ea1c1defb5da8d4}, {9223372036854775808, "τ", 1000000, 0x4f19467e1c4f892f}} {
		if got := Key(c.seed, c.experiment, c.replica); got != c.want {
			t.Errorf("Key(%d, %q, %d) = %#x, want %#x", c.seed, c.experiment, c.replica, got, c.want)
		}
	}
}

func TestStreams(t *testing.T) {
	seen := map[uint64]string{}
	for seed := range uint64(20) {
		for _, name := range []string{"", "a", "b"} {
			for replica := range 20 {
				key := fmt.Sprint(seed, name, replica)
				v := Stream(seed, name, replica).Uint64()
				if other, ok := seen[v]; ok {
					t.Errorf("streams %s and %s start alike", key, other)
				}
				seen[v] = key
			}
		}
	}
	if Stream(1, "a", 2).Uint64() != Stream(1, "a", 2).Uint64() {
		t.Error("a stream is not a function of its key")
	}
}

func TestStepsDoNotAllocate(t *testing.T) {
	l := tilted{mat.NewSymDense(2, []float64{2, 0.5, 0.5, 1})}
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	for _, rule := range rules {
		stepper := must(rule.build(well, well.Minimum(), theory.NoiseFor(0.1, 1), Settings{Step: 0.01, Scheme: rule.scheme})).NewStepper()
		theta, xi := make([]float64, 2), []float64{0.3, -1}
		if n := testing.AllocsPerRun(100, func() { stepper.(Driven).Drive(theta, xi) }); n != 0 {
			t.Errorf("%s: %v allocations a step", rule.name, n)
		}
	}
	g, _, err := newFactor(l.h, 1)
	if err != nil {
		t.Fatal(err)
	}
	dst, xi := make([]float64, 2), []float64{1, 2}
	if n := testing.AllocsPerRun(100, func() { g.kick(dst, 1, xi) }); n != 0 {
		t.Errorf("full noise factor: %v allocations a step", n)
	}
}

func ExampleNewLogLangevin() {
	well, _ := landscape.NewQuartic(landscape.Shape{Ratio: 2})
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	d, err := NewLogLangevin(well, well.Minimum(), noise, Settings{Step: 0.05, Scheme: Heun})
	if err != nil {
		fmt.Println(err)
		return
	}
	path, _ := Record(d, well, []float64{0}, 1000, Stream(1, "example", 0))
	fmt.Printf("τ = %.0f after t = %.0f: the loss was above its minimum of 1\n", path.Tau[1000], path.T[1000])
	// Output: τ = 50 after t = 48: the loss was above its minimum of 1
}

// BenchmarkStep reports the cost of a step through the interfaces as a ratio to the same arithmetic
// written out in one loop, in the same run.
func BenchmarkStep(b *testing.B) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	d := must(NewSDE(well, well.Minimum(), theory.NoiseFor(0.1, 1), Settings{Step: 0.01}))
	const steps = 1 << 12
	var library, plain float64
	for b.Loop() {
		library += timed(func() { throughInterfaces(d, steps) })
		plain += timed(func() { writtenOut(well.Saddle().Theta[0], steps) })
	}
	b.ReportMetric(library/float64(b.N)/steps*1e9, "ns/step")
	b.ReportMetric(library/plain, "ratio-to-plain-loop")
}

func TestEnsemble(t *testing.T) {
	bowl := must(landscape.NewQuadratic(landscape.Shape{}))
	d := must(NewGLD(bowl, bowl.Minimum(), theory.NoiseFor(0.1, 1), Settings{Step: 0.1}))
	ends := must(Ensemble(context.Background(), d, []float64{0}, 20000, 60, 4, "ensemble"))
	sum := 0.0
	for _, e := range ends {
		sum += e[0] * e[0]
	}
	want := 0.1 / (1 - 0.1/2) // of the Euler chain: 2D·dt/(1−(1−dt)²)
	if z := (sum/20000/want - 1) / math.Sqrt(2./20000); math.Abs(z) > zBound {
		t.Errorf("variance %v, want %v (z = %.1f)", sum/20000, want, z)
	}
	if _, err := Ensemble(context.Background(), d, []float64{0, 1}, 1, 1, 0, ""); err == nil {
		t.Error("start of the wrong length accepted")
	}
	if _, err := Ensemble(context.Background(), nil, nil, 1, 1, 0, ""); err == nil {
		t.Error("no dynamics accepted")
	}
}

// A replica that falls off the cubic's edge leaves the numbers; that is an error, not a row of NaN.
func TestEnsembleReportsDivergence(t *testing.T) {
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 1.5}))
	for _, rule := range rules {
		d := must(rule.build(cubic, cubic.Minimum(), theory.NoiseFor(0.3, 1), Settings{Step: 0.1, Scheme: rule.scheme}))
		ends, err := Ensemble(context.Background(), d, []float64{0}, 5, 100_000, 1, "diverge")
		if err == nil || !strings.Contains(err.Error(), "diverged") {
			t.Errorf("%s: %v, error %v, want it to say that replicas diverged", rule.name, ends, err)
		}
	}
}

// A long run ends soon after its context.
func TestEnsembleHearsItsContext(t *testing.T) {
	bowl := must(landscape.NewQuadratic(landscape.Shape{}))
	d := must(NewGLD(bowl, bowl.Minimum(), theory.NoiseFor(0.1, 1), Settings{Step: 0.1}))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if _, err := Ensemble(ctx, d, []float64{0}, 2, math.MaxInt, 4, ""); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestSchemeNames(t *testing.T) {
	for s, want := range map[Scheme]string{EulerMaruyama: "Euler–Maruyama", Heun: "Heun", 7: "Scheme(7)"} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
