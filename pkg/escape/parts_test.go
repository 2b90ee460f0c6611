package escape

import (
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Eq. 17 times three factors is two quadratures, in any units.
func TestProblemLaplace(t *testing.T) {
	for _, n := range []int{1, 5} {
		well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2.5, EffectiveDimension: n, OutlierCurvature: 3, MinimumLoss: 0.2}))
		p := Problem{Barrier: well, Noise: theory.NoiseFor(0.1, 3)}
		room, wide, pass, err := p.Laplace(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, want := must(p.Theory()).Rate()*room*wide*pass, must(p.Quadratures(t.Context())).Value; math.Abs(got/want-1) > 1e-6 {
			t.Errorf("n = %d: %.8g, want %.8g", n, got, want)
		}
	}
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 2}))
	sharp := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{2}}))
	for _, p := range []Problem{{Barrier: cubic, Noise: theory.NoiseFor(0.1, 1)}, {Barrier: sharp, Noise: theory.NoiseFor(0.1, 1)}, {Barrier: cubic, Noise: theory.NoiseFor(0.1, 1), Frozen: true}} {
		if _, _, _, err := p.Laplace(t.Context()); err == nil {
			t.Errorf("%v accepted", p)
		}
		if _, err := p.Transitions(t.Context(), 0); err == nil && (p.Frozen || p.Barrier == landscape.Barrier(sharp)) {
			t.Errorf("transitions of %v accepted", p)
		}
	}
}

// The rate of transitions is that of the mean times in one dimension; the law in the well of a cold
// bowl has the mean loss of Eq. 18.
func TestTransitionsAndWell(t *testing.T) {
	p := must(QuarticProblem(1, 0.1, 2))
	if got, want := must(p.Transitions(t.Context(), 0)).Value, must(p.Quadratures(t.Context())).Value; math.Abs(got/want-1) > 1e-5 {
		t.Errorf("transitions %.8g, want %.8g", got, want)
	}
	p = must(QuarticProblem(3, 0.02, 8))
	_, loss, err := p.InWell(t.Context())
	if want := 1 / (1 - 3*0.02/2); err != nil || math.Abs(loss/want-1) > 2e-3 {
		t.Errorf("⟨L⟩ = %.5g, want %.5g: %v", loss, want, err)
	}
}

func TestGrid(t *testing.T) {
	all := must(Grid(QuarticProblem, []int{1, 3}, []float64{0.1, 0.2}, []float64{2, 4, 8}))
	e := must(all[9].Theory())
	if len(all) != 12 || e.EffectiveDimension != 3 || math.Abs(e.T()-0.2) > 1e-12 || math.Abs(e.Ratio-4) > 1e-12 {
		t.Errorf("%d problems, the tenth %v", len(all), e)
	}
}

func TestLocalBarriers(t *testing.T) {
	x := []float64{1, 2, 4}
	middle, barrier := LocalBarriers(x, []float64{math.Exp(-3), math.Exp(-6), math.Exp(-14)})
	if len(middle) != 2 || middle[1] != 3 || math.Abs(barrier[0]-3) > 1e-12 || math.Abs(barrier[1]-4) > 1e-12 {
		t.Errorf("%v, %v", middle, barrier)
	}
}
