package escape

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/search"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Both laws against their exact decay, in two dimensions, with a flat direction and with units in
// which neither h* nor L(θ*) is 1.
func TestCompareAgreesWithExact(t *testing.T) {
	shape := landscape.Shape{Ratio: 1.8, OutlierCurvature: 2, MinimumLoss: 0.3, EffectiveDimension: 2, Flat: 1}
	for _, frozen := range []bool{false, true} {
		p := Problem{Barrier: must(landscape.NewQuartic(shape)), Noise: theory.NoiseFor(0.2, 2), Frozen: frozen}
		c := must(p.Compare(context.Background(), Settings{Replicas: 1500, Seed: 2}))
		if z := (c.Measured.Value - c.Decay.Value) / c.Measured.StdErr; math.Abs(z) > 4.5 || c.Measured.StdErr > 0.1*c.Decay.Value {
			t.Errorf("frozen %v: decay %.4g ± %.2g, exact %.4g (z = %.1f)", frozen, c.Measured.Value, c.Measured.StdErr, c.Decay.Value, z)
		}
		formula := c.Rate()
		if frozen {
			formula = c.RateLinear()
		}
		if math.Abs(formula/c.Kappa.Value-1) > 0.2 {
			t.Errorf("frozen %v: κ = %.4g, its own formula gives %.4g", frozen, c.Kappa.Value, formula)
		}
	}
}

func ExampleProblem_Compare() {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 1.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	problem := Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 1)}
	c, err := problem.Compare(context.Background(), Settings{Replicas: 500, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("exact κ = %.3g, Eq. 17 %.3g, linear barrier %.2g; measured agrees: %v\n", c.Kappa.Value, c.Rate(), c.RateLinear(),
		math.Abs(c.Measured.Value-c.Decay.Value) < 3*c.Measured.StdErr)
	// Output: exact κ = 0.00151, Eq. 17 0.00159, linear barrier 0.00076; measured agrees: true
}

// hills is somebody's own loss, L = 1 + (x²−1)² + x/5 + ½Σ hᵢyᵢ² with a floor that bends, y₁ =
// bend·(x²−1), and a gradient that may be wrong by a factor.
type hills struct {
	across []float64
	bend   float64
	factor float64
}

func (h hills) Dim() int { return 1 + len(h.across) }

func (h hills) LossGrad(dst, q []float64) float64 {
	x := q[0]
	loss, dx := 1+(x*x-1)*(x*x-1)+x/5, 4*x*(x*x-1)+0.2
	for i, c := range h.across {
		y := q[i+1]
		if i == 0 {
			y -= h.bend * (x*x - 1)
			dx -= c * y * 2 * h.bend * x
		}
		loss += c * y * y / 2
		if dst != nil {
			dst[i+1] = h.factor * c * y
		}
	}
	if dst != nil {
		dst[0] = h.factor * dx
	}
	return loss
}

// own returns the problem of leaving the left hill, at T along the path.
func own(t *testing.T, h hills, T float64) Problem {
	t.Helper()
	h.factor = 1
	from, to := make([]float64, h.Dim()), make([]float64, h.Dim())
	from[0], to[0] = -1, 1
	way, err := search.FindEscape(context.Background(), h, from, to, search.PathSettings{})
	if err != nil {
		t.Fatal(err)
	}
	p := Problem{Barrier: way, Noise: theory.NoiseFor(T, 8)}
	e, err := p.Theory()
	if err != nil {
		t.Fatal(err)
	}
	p.Noise = theory.NoiseFor(T, e.OutlierCurvature)
	return p
}

// A barrier of one's own is solved and simulated as the library's are: one outlier, two of any
// shape, many that are equal across.
func TestOwnBarriers(t *testing.T) {
	for _, c := range []struct {
		name string
		h    hills
		T    float64
	}{
		{"one outlier", hills{}, 0.2},
		{"two, straight", hills{across: []float64{8}}, 0.2},
		{"two, bent", hills{across: []float64{8}, bend: 0.3}, 0.2},
		{"four, straight", hills{across: []float64{6, 6, 6}}, 0.15},
	} {
		p := own(t, c.h, c.T)
		got, err := p.Compare(context.Background(), Settings{Replicas: 1200, Seed: 4})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if z := (got.Measured.Value - got.Decay.Value) / got.Measured.StdErr; math.Abs(z) > 4.5 || got.Measured.StdErr > 0.08*got.Decay.Value {
			t.Errorf("%s: decay %.4g ± %.2g, exact %.4g (z = %.1f)", c.name, got.Measured.Value, got.Measured.StdErr, got.Decay.Value, z)
		}
		// Where Eq. 17 is off, it says so.
		if r := got.Kappa.Value / got.Rate(); math.Abs(math.Log(r)) > 0.05 && len(got.Caveats()) == 0 {
			t.Errorf("%s: κ = %.4g, %v", c.name, got.Kappa.Value, got.Escape)
		}
	}
}

func TestProblemErrors(t *testing.T) {
	good := own(t, hills{across: []float64{6, 6}}, 0.1)
	wrong := good
	wrong.Barrier = struct {
		landscape.Landscape
		critical
	}{hills{across: []float64{6, 6}, factor: 2}, critical{good.Barrier.Minimum(), good.Barrier.Saddle()}}
	quiet := good
	quiet.Noise.LearningRate = 0
	for _, c := range []struct {
		name string
		p    Problem
		want string
	}{
		{"no barrier", Problem{Noise: good.Noise}, "no barrier"},
		{"no noise", quiet, "η = 0"},
		{"gradient wrong by 2", wrong, "∂L/∂θ_0"},
	} {
		_, theory := c.p.Theory()
		_, exact := c.p.Exact(t.Context())
		_, simulated := c.p.Simulate(context.Background(), Settings{})
		for _, err := range []error{theory, exact, simulated} {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want it to say %q", c.name, err, c.want)
			}
		}
	}
	for _, c := range []struct {
		name string
		p    Problem
		want string
	}{
		{"unequal outliers", own(t, hills{across: []float64{4, 8, 8}}, 0.1), "across the path differ"},
		{"bent, three outliers", own(t, hills{across: []float64{8, 8}, bend: 0.3}, 0.1), "no reduction"},
		{"frozen, unequal", Problem{Barrier: good.Barrier, Noise: good.Noise, Frozen: true}, "not reversible"},
		{"tolerance", Problem{Barrier: good.Barrier, Noise: good.Noise, Tolerance: -1}, "tolerance = -1"},
	} {
		if _, err := c.p.Exact(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want it to say %q", c.name, err, c.want)
		}
	}
	if _, err := good.Simulate(context.Background(), Settings{Resume: &Sample{}}); err == nil {
		t.Error("resumed")
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := good.Simulate(done, Settings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: error %v", err)
	}
}

// critical lends a landscape its critical points.
type critical struct{ minimum, saddle landscape.Critical }

func (c critical) Minimum() landscape.Critical { return c.minimum }
func (c critical) Saddle() landscape.Critical  { return c.saddle }
