package exact

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func near(t *testing.T, name string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s = %.10g, want %.10g", name, got, want)
	}
}

// κ from the bottom of one well to that of the other.
func TestQuarticAgainstReference(t *testing.T) {
	for _, w := range reference.Wells {
		if w.Dim > 1 {
			continue
		}
		well := must(landscape.NewQuartic(landscape.Shape{Ratio: w.C}))
		r := must(MeanFirstPassage(t.Context(), OneDim{FirstAxis(well), LossNoise{w.T}}, 0, well.FarMinimum().Theta[0], Settings{}))
		near(t, "κ", 1/r.Value, w.Crossing, 2e-4)
		if r.Err > 1e-9*r.Value {
			t.Errorf("error estimate %g of %g", r.Err, r.Value)
		}
	}
}

// Mean first passage of θ² > c−1 in L = ½(1+θ²), here by symmetry from a reflecting wall at 0: Eq.
// 13, the exact covariance and GLD.
func TestRegressionAgainstReference(t *testing.T) {
	wall := 0.0
	half := func(z float64) float64 { return 0.5 * (1 + z*z) }
	for _, test := range reference.Passages {
		if test.Dim > 1 {
			continue
		}
		to := math.Sqrt(test.C - 1)
		s := Settings{Wall: &wall}
		near(t, "Eq. 13", must(MeanFirstPassage(t.Context(), OneDim{half, LossNoise{0.1}}, 0, to, s)).Value, test.SDE, 5e-4)
		// Σ = [2Lh + h²θ²]/B = (1+2θ²)/B: drift −θ, a = 0.05(1+2θ²).
		near(t, "exact covariance", must(MeanFirstPassage(t.Context(), quadraticNoise{0.05, 2}, 0, to, s)).Value, test.Covariance, 5e-4)
		near(t, "GLD", must(MeanFirstPassage(t.Context(), OneDim{half, ConstantNoise{0.05}}, 0, to, s)).Value, test.GLD, 1e-3)
	}
}

// quadraticNoise is dz = −z dt + sqrt(2a₀(1+kz²))dW.
type quadraticNoise struct{ a0, k float64 }

func (q quadraticNoise) Densities(z float64) (logScale, logSpeed float64) {
	a := q.a0 * (1 + q.k*z*z)
	logS := math.Log(1+q.k*z*z) / (2 * q.a0 * q.k)
	return logS, -math.Log(a) - logS
}

// Closed forms: Brownian motion between a wall and a target takes (b²−a²)/2D; on the τ clock and
// the t clock of a constant loss the times differ by that loss.
func TestClosedForms(t *testing.T) {
	wall := 0.0
	flat := func(float64) float64 { return 3 }
	s := Settings{Wall: &wall}
	near(t, "GLD", must(MeanFirstPassage(t.Context(), OneDim{flat, ConstantNoise{0.5}}, 1, 2, s)).Value, (4-1)/(2*0.5), 1e-9)
	tau := must(MeanFirstPassage(t.Context(), OneDim{flat, TauNoise{0.2}}, 0, 1, s)).Value
	near(t, "τ", tau, 1/(2*0.2), 1e-9)
	near(t, "t", must(MeanFirstPassage(t.Context(), OneDim{flat, LossNoise{0.2}}, 0, 1, s)).Value, tau/3, 1e-9)
}

func TestMirror(t *testing.T) {
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 3}))
	flipped := func(z float64) float64 { return FirstAxis(cubic)(-z) }
	right := must(MeanFirstPassage(t.Context(), OneDim{FirstAxis(cubic), LossNoise{0.2}}, 0, cubic.Far(), Settings{})).Value
	left := must(MeanFirstPassage(t.Context(), OneDim{flipped, LossNoise{0.2}}, 0, -cubic.Far(), Settings{})).Value
	near(t, "mirrored", left, right, 1e-12)
}

// In a quadratic bowl P ∝ (1+z²/2)^{−φ} is a Student t law with ν = 2φ−1.
func TestStationaryIsStudent(t *testing.T) {
	bowl := must(landscape.NewQuadratic(landscape.Shape{}))
	for _, temperature := range []float64{0.05, 0.3, 1.5} {
		for _, clock := range []struct {
			p   Process
			phi float64
		}{
			{OneDim{FirstAxis(bowl), LossNoise{temperature}}, 1 + 1/temperature},
			{OneDim{FirstAxis(bowl), TauNoise{temperature}}, 1 / temperature},
		} {
			density := must(Stationary(t.Context(), clock.p, 0, 1, Settings{}))
			nu := 2*clock.phi - 1
			if nu <= 0 {
				continue
			}
			law := distuv.StudentsT{Mu: 0, Sigma: math.Sqrt(2 / nu), Nu: nu}
			for _, z := range []float64{0, 0.3, -1, 4} {
				near(t, fmt.Sprintf("P(%v) at T = %v", z, temperature), density(z), law.Prob(z), 1e-8)
			}
		}
	}
}

func TestQuadratureErrors(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 2}))
	loss := FirstAxis(well)
	wall := 1.0
	for _, test := range []struct {
		name     string
		p        Process
		from, to float64
		s        Settings
		want     string
	}{
		{"no way to go", OneDim{loss, LossNoise{0.1}}, 1, 1, Settings{}, "want two finite, different points"},
		{"infinite target", OneDim{loss, LossNoise{0.1}}, 0, math.Inf(1), Settings{}, "want two finite, different points"},
		{"wall in front", OneDim{loss, LossNoise{0.1}}, 0, 2, Settings{Wall: &wall}, "wall at 1, want it behind the start 0"},
		{"negative loss", OneDim{FirstAxis(cubic), LossNoise{0.1}}, 0, 50, Settings{}, "is the loss positive there?"},
		{"loss that vanishes", OneDim{func(z float64) float64 { return z * z }, LossNoise{0.1}}, 0, 1, Settings{}, "is the loss positive there?"},
		{"no temperature", OneDim{loss, LossNoise{0}}, 0, 1, Settings{}, "does not exist"},
		{"no confinement", OneDim{func(float64) float64 { return 1 }, ConstantNoise{1}}, 0, 1, Settings{}, "no finite integral"},
		{"bad tolerance", OneDim{loss, LossNoise{0.1}}, 0, 1, Settings{Tolerance: -1}, "tolerance = -1"},
	} {
		if _, err := MeanFirstPassage(t.Context(), test.p, test.from, test.to, test.s); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want it to say %q", test.name, err, test.want)
		}
	}
}

func ExampleMeanFirstPassage() {
	well, _ := landscape.NewQuartic(landscape.Shape{Ratio: 2})
	sgd := OneDim{Loss: FirstAxis(well), Noise: LossNoise{Temperature: 0.1}}
	r, err := MeanFirstPassage(context.Background(), sgd, 0, well.FarMinimum().Theta[0], Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("κ = %.4g\n", 1/r.Value)
	// Output: κ = 7.652e-05
}

func BenchmarkMeanFirstPassage(b *testing.B) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	for b.Loop() {
		must(MeanFirstPassage(b.Context(), OneDim{FirstAxis(well), LossNoise{0.1}}, 0, well.FarMinimum().Theta[0], Settings{}))
	}
}
