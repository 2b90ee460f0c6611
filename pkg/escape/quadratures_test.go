package escape

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// On a well the route is the channel of package exact, in any units and beside flat directions.
func TestQuadraturesOfWell(t *testing.T) {
	const T, h, floor = 0.1, 3, 0.2
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 5, OutlierCurvature: h, MinimumLoss: floor, Flat: 2}))
	for _, frozen := range []bool{false, true} {
		line := exact.OneDim{Loss: exact.FirstAxis(well), Noise: exact.LossNoise{Temperature: T}}
		if frozen {
			line.Noise = exact.ConstantNoise{Strength: T * floor}
		}
		want := must(exact.Channel{Line: line, Dim: 5}.Rate(t.Context(), 0, well.FarMinimum().Theta[0], exact.Settings{})).Value
		got := must(Problem{Barrier: well, Noise: theory.NoiseFor(T, h), Frozen: frozen}.Quadratures(t.Context())).Value
		if math.Abs(got/want-1) > 1e-6 {
			t.Errorf("frozen %v: %.9g, want %.9g", frozen, got, want)
		}
	}
}

// stiffening is a double well x with outliers across that all stiffen on the way, each its own way.
type stiffening struct{ rate []float64 }

func (s stiffening) Dim() int { return 1 + len(s.rate) }

func (s stiffening) LossGrad(dst, q []float64) float64 {
	x, u := q[0], 1-q[0]*q[0] // u = 0 in both wells
	loss, dx := 1+u*u, -4*x*u
	for i, r := range s.rate {
		y := q[i+1]
		loss += (8 + r*u*u) * y * y / 2
		dx -= 2 * r * u * x * y * y
		if dst != nil {
			dst[i+1] = (8 + r*u*u) * y
		}
	}
	if dst != nil {
		dst[0] = dx
	}
	return loss
}

// Of somebody's own barriers those that the Kolmogorov equation solves agree with it; where
// outliers part on the way, which it does not solve, adding a direction multiplies.
func TestQuadraturesOfOwnBarrier(t *testing.T) {
	const T = 0.06
	rate := func(rates ...float64) (two float64, p Problem) {
		s := stiffening{rates}
		saddle := make([]float64, s.Dim())
		from := make([]float64, s.Dim())
		from[0] = -1
		way := struct {
			landscape.Landscape
			critical
		}{s, critical{
			landscape.Critical{Theta: from, Loss: 1, Hess: landscape.HessianAt(s, from)},
			landscape.Critical{Theta: saddle, Loss: 2, Hess: landscape.HessianAt(s, saddle)},
		}}
		p = Problem{Barrier: way, Noise: theory.NoiseFor(T, 8)}
		return must(p.Quadratures(t.Context())).Value, p
	}
	for _, rates := range [][]float64{{}, {20}, {20, 20}} {
		two, p := rate(rates...)
		kappa := must(p.Exact(t.Context())).Kappa.Value
		if off := math.Abs(two/kappa - 1); off > 0.004+0.01*float64(len(rates)) {
			t.Errorf("across %v: two quadratures %.5g, exact %.5g", rates, two, kappa)
		}
	}
	mixed, p := rate(5, 40)
	if _, err := p.Exact(t.Context()); err == nil {
		t.Error("the Kolmogorov equation has learnt to solve this: compare with it")
	}
	one, _ := rate(5)
	other, _ := rate(40)
	none, _ := rate()
	if got, want := mixed, one*other/none; math.Abs(got/want-1) > 0.05 {
		t.Errorf("outliers that part on the way: %.4g, want about %.4g", got, want)
	}
}

func TestQuadraturesErrors(t *testing.T) {
	for _, c := range []struct {
		p    Problem
		want string
	}{
		{Problem{}, "η = 0"},
		{own(t, hills{across: []float64{4, 8}}, 0.1), "outliers differ by a factor"},
		{Problem{Barrier: must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2}, 1)), Noise: theory.NoiseFor(0.1, 1)}, "leaves the axis"},
		{Problem{Barrier: must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 21})), Noise: theory.NoiseFor(0.1, 1)}, "n < n_c − 1 = 21"},
	} {
		if _, err := c.p.Quadratures(t.Context()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want it to say %q", err, c.want)
		}
	}
}

func ExampleProblem_Quadratures() {
	// Four equal outliers and a low barrier.
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 1.5, EffectiveDimension: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	problem := Problem{Barrier: well, Noise: theory.NoiseFor(0.05, 1)}
	two, _ := problem.Quadratures(context.Background())
	rates, _ := problem.Exact(context.Background())
	paper, _ := problem.Theory()
	fmt.Printf("two quadratures / exact %.3f, Eq. 17 / exact %.3f\n", two.Value/rates.Kappa.Value, paper.Rate()/rates.Kappa.Value)
	// Output: two quadratures / exact 1.000, Eq. 17 / exact 1.032
}
