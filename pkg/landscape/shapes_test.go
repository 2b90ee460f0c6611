package landscape

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func TestBentLaws(t *testing.T) {
	for _, s := range []Shape{
		{Ratio: 2, EffectiveDim: 2},
		{Ratio: 4, EffectiveDim: 4, OutlierCurvature: 2, Transverse: []float64{5, 0.3, 1}, Flat: 1},
	} {
		for _, bend := range []float64{0, 0.7, -3} {
			b := must(NewBent(s, bend))
			points := append(randomPoints(20, b.Dim()), b.Saddle().Theta, b.FarMinimum().Theta)
			checkLaws(t, "bent", b, points)
			checkBarrier(t, "bent", b, s.Ratio)
			// Eq. 17 cannot tell it from the straight one.
			straight := must(NewQuartic(s))
			for i := range b.Dim() {
				for j := range b.Dim() {
					if d := b.Saddle().Hess.At(i, j) - straight.Saddle().Hess.At(i, j); math.Abs(d) > 1e-12 {
						t.Errorf("bend %v: Hessian at the saddle differs by %g", bend, d)
					}
				}
			}
			if far := b.FarMinimum(); math.Abs(far.Loss-1) > 1e-12 {
				t.Errorf("bend %v: far minimum has loss %v, want 1", bend, far.Loss)
			}
		}
	}
}

func TestBasinsLaws(t *testing.T) {
	base := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1, 1, 1}}
	for name, far := range map[string]Basin{
		"equal": base,
		"h":     {Loss: 1, Curvature: 9, Transverse: []float64{9, 9, 9}},
		"n":     {Loss: 1, Curvature: 1, Transverse: []float64{1, 0, 0}},
		"loss":  {Loss: 0.25, Curvature: 1, Transverse: []float64{1, 1, 1}},
		"ratio": {Loss: 1, Curvature: 60, Transverse: []float64{1, 1, 1}},
	} {
		b := must(NewBasins(base, far, 3))
		points := randomPoints(30, b.Dim())
		for _, p := range []Critical{b.Minimum(), b.Saddle(), b.FarMinimum()} {
			p.Theta[0] += 1e-4 // V‴ jumps at the point itself, which misleads differences
			points = append(points, p.Theta)
		}
		checkLaws(t, name, b, points)
		checkBarrier(t, name, b, 3)
		back := b.Reverse()
		checkLaws(t, name+" reversed", back, points)
		checkBarrier(t, name+" reversed", back, 3/far.Loss)
		if got := b.FarMinimum().Hess.At(0, 0); math.Abs(got-far.Curvature) > 1e-9 {
			t.Errorf("%s: curvature at the far minimum %v, want %v", name, got, far.Curvature)
		}
		// Between the minima the loss has one maximum.
		last, turns := 1.0, 0
		for i := 1; i < 1000; i++ {
			z := b.Minimum().Theta[0] + (b.b+b.a)*float64(i)/1000
			if _, dv, _ := b.Profile(z); dv*last < 0 {
				turns, last = turns+1, dv
			}
		}
		if turns != 1 {
			t.Errorf("%s: V turns %d times between the minima, want once", name, turns)
		}
	}
	// Equal basins are the quartic double well.
	b, q := must(NewBasins(base, base, 3)), must(NewQuartic(Shape{Ratio: 3, EffectiveDim: 4}))
	for _, z := range []float64{0, 0.3, 1, 2.7} {
		v, _, _ := b.Profile(z - b.a)
		w, _, _ := q.Profile(z)
		if math.Abs(v-1-w) > 1e-12 {
			t.Errorf("V(%v) = %v, quartic has %v", z, v-1, w)
		}
	}
}

func TestBadBentAndBasins(t *testing.T) {
	good := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1}}
	for _, test := range []struct {
		err  error
		want string
	}{
		{errOf(NewBent(Shape{Ratio: 2}, 1)), "n = 0, want ≥ 2"},
		{errOf(NewBent(Shape{Ratio: 2, EffectiveDim: 2}, math.NaN())), "α = NaN"},
		{errOf(NewBent(Shape{Ratio: 1, EffectiveDim: 2}, 1)), "c = 1"},
		{errOf(NewBasins(good, Basin{Loss: 1, Curvature: 1}, 2)), "1 and 0 transverse"},
		{errOf(NewBasins(good, good, 1)), "loss at the saddle = 1"},
		{errOf(NewBasins(good, Basin{Loss: -1, Curvature: 1, Transverse: []float64{1}}, 2)), "L* = -1"},
		{errOf(NewBasins(good, Basin{Loss: 1, Transverse: []float64{1}}, 2)), "h = 0"},
		{errOf(NewBasins(good, Basin{Loss: 1, Curvature: 1, Transverse: []float64{-1}}, 2)), "h_2 = -1"},
		{errOf(NewBasins(good, Basin{Loss: 1, Curvature: 65, Transverse: []float64{1}}, 2)), "at most 64"},
		{errOf(NewBasins(Basin{Loss: 1, Curvature: 1, Transverse: []float64{0}}, Basin{Loss: 1, Curvature: 1, Transverse: []float64{0}}, 2)), "flat in both"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", test.err, test.want)
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

func ExampleNewBent() {
	well, err := NewBent(Shape{Ratio: 2, EffectiveDim: 2, Transverse: []float64{4}}, 1.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	saddle := well.Saddle()
	fmt.Printf("saddle at (%.3f, %.1f) with loss %.1f\n", saddle.Theta[0], saddle.Theta[1], saddle.Loss)
	// Output: saddle at (2.828, 1.5) with loss 2.0
}

func ExampleNewBasins() {
	sharp := Basin{Loss: 1, Curvature: 4, Transverse: []float64{4, 4}}
	flat := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1, 0}}
	b, err := NewBasins(sharp, flat, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("n = %d at z₁ = %.3f, n = %d at z₁ = %.3f\n",
		b.Near().EffectiveDim(), b.Minimum().Theta[0], b.Far().EffectiveDim(), b.FarMinimum().Theta[0])
	// Output: n = 3 at z₁ = -1.414, n = 2 at z₁ = 2.828
}
