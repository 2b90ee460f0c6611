package regression

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// The three diffusions on the paper's regression.
func TestRadialAgainstReference(t *testing.T) {
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	for _, test := range reference.Passages {
		g := Gaussian(test.Dim)
		to := g.Radius(test.C)
		for _, p := range []struct {
			name string
			p    exact.Process
			want float64
		}{
			{"Eq. 13", exact.Radial{Line: exact.OneDim{Loss: g.Loss, Noise: exact.LossNoise{Temperature: 0.1}}, Dim: test.Dim}, test.SDE},
			{"exact covariance", SDE{g, noise}, test.Covariance},
			{"GLD", exact.Radial{Line: exact.OneDim{Loss: g.Loss, Noise: exact.ConstantNoise{Strength: 0.05}}, Dim: test.Dim}, test.GLD},
		} {
			got := must(exact.RadialPassage(t.Context(), p.p, 0, to, exact.Settings{})).Value
			if half := 0.5 * math.Pow(10, math.Floor(math.Log10(p.want))-2); math.Abs(got-p.want) > half && math.Abs(got-p.want) > 1e-3*p.want {
				t.Errorf("%s at d = %d, c = %v: %.6g, want %v", p.name, test.Dim, test.C, got, p.want)
			}
		}
	}
}

// With κ₄ = 2 in one dimension nothing is lost by decoupling.
func TestKurtosisTwoIsDecoupled(t *testing.T) {
	g := Spherical{Dim: 1, Curvature: 2, LabelNoise: 0.7, Kurtosis: 2}
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 2}
	a := must(exact.RadialPassage(t.Context(), SDE{g, noise}, 0, g.Radius(3), exact.Settings{})).Value
	b := must(exact.RadialPassage(t.Context(), exact.Radial{Line: exact.OneDim{Loss: g.Loss, Noise: exact.LossNoise{Temperature: noise.Temperature(2)}}, Dim: 1}, 0, g.Radius(3), exact.Settings{})).Value
	near(t, "T", a, b, 1e-9)
}

func TestSDEErrors(t *testing.T) {
	for _, p := range []SDE{
		{Gaussian(2), theory.Noise{}},
		{Spherical{Dim: 2, Curvature: 1, LabelNoise: 1, Kurtosis: 1}, theory.NoiseFor(0.1, 1)},
	} {
		if _, err := exact.RadialPassage(t.Context(), p, 0, 1, exact.Settings{}); err == nil {
			t.Errorf("%+v accepted", p)
		}
	}
}

func ExampleSDE() {
	g := Gaussian(8)
	p := SDE{Spherical: g, Noise: theory.Noise{LearningRate: 0.1, BatchSize: 1}}
	t, err := exact.RadialPassage(context.Background(), p, 0, g.Radius(2), exact.Settings{})
	fmt.Printf("%.4f %v\n", t.Value, err)
	// Output: 2.2460 <nil>
}
