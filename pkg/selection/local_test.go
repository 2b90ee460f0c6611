package selection

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// zBound is the largest |z| that a test lets pass: about one false alarm in 10⁵ comparisons with
// fresh seeds.
const zBound = 4.5

func localBasins() (*Basins, LocalHessian) {
	b := must(NewBasins(Basin{Loss: 1, Curvature: 2, Transverse: []float64{3}},
		Basin{Loss: 1.2, Curvature: 1, Transverse: []float64{0.1}}, 2))
	return b, func(dst, theta []float64) { b.Present(dst, theta[0], 0.5) }
}

// The law of one step on either side of the saddle and inside the passage: per unit of t the drift
// is −∇L and the noise 2(η/B)L·H*(θ), taken at θ itself.
func TestLocalOneStepLaw(t *testing.T) {
	b, h := localBasins()
	noise := theory.Noise{LearningRate: 0.2, BatchSize: 2}
	const n, step = 20000, 1e-4
	d := must(NewLocal(b, h, []landscape.Critical{b.Minimum(), b.FarMinimum()}, noise, dynamics.Settings{Step: step}))
	stepper, grad, want := d.NewStepper(), make([]float64, 2), make([]float64, 2)
	for _, start := range [][]float64{{-1, 0.5}, {0.2, -0.4}, {1.5, 1}} {
		loss := b.LossGrad(grad, start)
		h(want, start)
		rng := dynamics.Stream(1, "local", 0)
		theta, xi, dt := make([]float64, 2), make([]float64, 2), 0.0
		moves := [2][]float64{make([]float64, n), make([]float64, n)}
		for k := range n {
			copy(theta, start)
			dynamics.Normals(xi, rng)
			dt += stepper.(dynamics.Driven).Drive(theta, xi) / n
			for i := range theta {
				moves[i][k] = theta[i] - start[i]
			}
		}
		if math.Abs(dt*loss/step-1) > 1e-3 {
			t.Errorf("at %v: dt = %v, want %v", start, dt, step/loss)
		}
		for i := range theta {
			mean, std := stat.MeanStdDev(moves[i], nil)
			if sd := stat.StdErr(std, n); math.Abs(mean+grad[i]*dt) > zBound*sd {
				t.Errorf("at %v: mean of Δθ_%d = %g, want %g ± %g", start, i, mean, -grad[i]*dt, sd)
			}
			if variance := 0.2 * loss * want[i] * dt; math.Abs(std*std-variance) > zBound*variance*math.Sqrt(2.0/n) {
				t.Errorf("at %v: variance of Δθ_%d = %g, want %g", start, i, std*std, variance)
			}
		}
	}
}

// With a Hessian that does not change, a step is that of Eq. 15 with Heun.
func TestLocalIsHeun(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	s, noise := dynamics.Settings{Step: 0.2, Scheme: dynamics.Heun}, theory.NoiseFor(0.1, 1)
	a := must(dynamics.NewLogLangevin(well, well.Minimum(), noise, s)).NewStepper()
	b := must(NewLocal(well, func(dst, _ []float64) { dst[0], dst[1] = 1, 1 }, []landscape.Critical{well.Minimum()}, noise, s)).NewStepper()
	x, y, xi, rng := []float64{0.3, 0.1}, []float64{0.3, 0.1}, make([]float64, 2), dynamics.Stream(1, "heun", 0)
	for range 100 {
		dynamics.Normals(xi, rng)
		s, u := a.(dynamics.Driven).Drive(x, xi), b.(dynamics.Driven).Drive(y, xi)
		if math.Abs(s-u) > 1e-12 || math.Abs(x[0]-y[0]) > 1e-12 || math.Abs(x[1]-y[1]) > 1e-12 {
			t.Fatalf("%v after %v, want %v after %v", y, u, x, s)
		}
	}
	theta := []float64{0.1, 0.2}
	if n := testing.AllocsPerRun(100, func() { b.(dynamics.Driven).Drive(theta, xi) }); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
}

func TestLocalErrors(t *testing.T) {
	b, h := localBasins()
	minima := []landscape.Critical{b.Minimum(), b.FarMinimum()}
	noise := theory.NoiseFor(0.1, 1)
	for _, c := range []struct {
		h      LocalHessian
		minima []landscape.Critical
		step   float64
		want   string
	}{{nil, minima, 0.1, "without its Hessian"}, {h, nil, 0.1, "no minimum"}, {h, minima, 0, "step = 0"}, {h, minima, 0.7, "unstable"}} {
		if _, err := NewLocal(b, c.h, c.minima, noise, dynamics.Settings{Step: c.step}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
