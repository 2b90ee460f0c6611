package landscape

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

func TestBentLaws(t *testing.T) {
	for _, s := range []Shape{
		{Ratio: 2, EffectiveDimension: 2},
		{Ratio: 4, EffectiveDimension: 4, OutlierCurvature: 2, Transverse: []float64{5, 0.3, 1}, Flat: 1},
	} {
		for _, bend := range []float64{0, 0.7, -3} {
			b := must(NewBent(s, bend))
			points := append(randomPoints(20, b.Dim()), b.Saddle().Theta, b.FarMinimum().Theta)
			checkBarrier(t, "bent", b, s.Ratio, points)
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

func TestBadBent(t *testing.T) {
	for _, test := range []struct {
		err  error
		want string
	}{
		{hostile.Err(NewBent(Shape{Ratio: 2}, 1)), "n = 0, want ≥ 2"},
		{hostile.Err(NewBent(Shape{Ratio: 2, EffectiveDimension: 2}, math.NaN())), "α = NaN"},
		{hostile.Err(NewBent(Shape{Ratio: 1, EffectiveDimension: 2}, 1)), "c = 1"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", test.err, test.want)
		}
	}
}

func ExampleNewBent() {
	well, err := NewBent(Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{4}}, 1.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	saddle := well.Saddle()
	fmt.Printf("saddle at (%.3f, %.1f) with loss %.1f\n", saddle.Theta[0], saddle.Theta[1], saddle.Loss)
	// Output: saddle at (2.828, 1.5) with loss 2.0
}
