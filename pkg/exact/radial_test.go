package exact

import (
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/theory"
)

// PAPER.md, part 2.2: the three diffusion columns.
func TestRadialAgainstPaper(t *testing.T) {
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	for _, test := range []struct {
		d                     int
		c, sde, exactCov, gld float64
	}{
		{1, 1.5, 35.63, 24.32, 66.2}, {1, 2, 574.1, 192.4, 6546},
		{2, 2, 117.2, 49.4, 1245}, {8, 2, 2.66, 2.25, 12.3},
	} {
		g := theory.GaussianRegression(test.d)
		to := g.Radius(test.c)
		for _, p := range []struct {
			name string
			p    Process
			want float64
		}{
			{"Eq. 13", Radial{SDE{g.Loss, 0.1}, test.d}, test.sde},
			{"exact covariance", RegressionSDE{g, noise}, test.exactCov},
			{"GLD", Radial{GLD{g.Loss, 0.05}, test.d}, test.gld},
		} {
			got := must(RadialPassage(p.p, 0, to, Settings{})).Value
			if half := 0.5 * math.Pow(10, math.Floor(math.Log10(p.want))-2); math.Abs(got-p.want) > half && math.Abs(got-p.want) > 1e-3*p.want {
				t.Errorf("%s at d = %d, c = %v: %.6g, want %v", p.name, test.d, test.c, got, p.want)
			}
		}
	}
}

// Free Brownian motion in n dimensions leaves a ball after (R²−r²)/(2nD).
func TestRadialClosedForm(t *testing.T) {
	flat := func(float64) float64 { return 1 }
	for _, n := range []int{1, 2, 3, 10, 200} {
		got := must(RadialPassage(Radial{GLD{flat, 0.25}, n}, 0.5, 2, Settings{})).Value
		near(t, fmt.Sprintf("time in %d dimensions", n), got, (4-0.25)/(2*float64(n)*0.25), 1e-9)
	}
}

// With κ₄ = 2 in one dimension nothing is lost by decoupling.
func TestKurtosisTwoIsDecoupled(t *testing.T) {
	g := theory.Regression{Dim: 1, Curvature: 2, LabelNoise: 0.7, Kurtosis: 2}
	noise := theory.Noise{LearningRate: 0.1, BatchSize: 2}
	a := must(RadialPassage(RegressionSDE{g, noise}, 0, g.Radius(3), Settings{})).Value
	b := must(RadialPassage(Radial{SDE{g.Loss, noise.Temperature(2)}, 1}, 0, g.Radius(3), Settings{})).Value
	near(t, "T", a, b, 1e-9)
}

func TestRadialErrors(t *testing.T) {
	g := theory.GaussianRegression(2)
	good := Radial{SDE{g.Loss, 0.1}, 2}
	for _, test := range []struct {
		p        Process
		from, to float64
	}{
		{good, 1, 1}, {good, -1, 1}, {good, 0, math.Inf(1)}, {Radial{good.Line, 0}, 0, 1},
		{Radial{SDE{g.Loss, 0}, 2}, 0, 1}, {RegressionSDE{g, theory.Noise{}}, 0, 1},
		{RegressionSDE{theory.Regression{Dim: 2, Curvature: 1, LabelNoise: 1, Kurtosis: 1}, theory.NoiseFor(0.1, 1)}, 0, 1},
	} {
		if _, err := RadialPassage(test.p, test.from, test.to, Settings{}); err == nil {
			t.Errorf("%+v from %v to %v accepted", test.p, test.from, test.to)
		}
	}
}

func ExampleRadialPassage() {
	g := theory.GaussianRegression(8)
	decoupled := Radial{SDE{g.Loss, 0.1}, 8}
	exact := RegressionSDE{g, theory.Noise{LearningRate: 0.1, BatchSize: 1}}
	for _, p := range []Process{decoupled, exact} {
		r, err := RadialPassage(p, 0, g.Radius(2), Settings{})
		fmt.Printf("%.4f %v\n", r.Value, err)
	}
	// Output:
	// 2.6596 <nil>
	// 2.2460 <nil>
}
