package escape

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

func TestRegions(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	s := well.Saddle().Theta[0]
	past := must(Past(well))
	for _, c := range []struct {
		name  string
		r     Region
		theta []float64
		want  bool
	}{
		{"beyond", Beyond{Axis: 1, Level: 2}, []float64{9, 1.9}, false},
		{"beyond", Beyond{Axis: 1, Level: 2}, []float64{-9, 2}, true},
		{"near", Near{Point: []float64{1, 1}, Radius: 0.5}, []float64{1.3, 1.3}, true},
		{"near", Near{Point: []float64{1, 1}, Radius: 0.5}, []float64{1.4, 1.4}, false},
		{"half", Half{Point: []float64{1, 0}, Normal: []float64{1, 1}}, []float64{0, 0.9}, false},
		{"half", Half{Point: []float64{1, 0}, Normal: []float64{1, 1}}, []float64{0, 1.1}, true},
		{"loss", LossAbove{well, 2}, []float64{0, 1.5}, true},
		{"loss", LossAbove{well, 2}, []float64{0, 1.4}, false},
		{"loss is NaN", LossAbove{well, 2}, []float64{math.NaN(), 0}, false},
		{"past", past, []float64{s - 1e-6, 7}, false},
		{"past", past, []float64{s + 1e-6, -7}, true},
	} {
		if got := c.r.Contains(c.theta); got != c.want {
			t.Errorf("%s %+v contains %v: %v, want %v", c.name, c.r, c.theta, got, c.want)
		}
	}
	if _, err := Past(nil); err == nil {
		t.Error("past no barrier accepted")
	}
}

// What cannot be an exit, a dynamics or a start is an error before any work.
func TestBadFirstPassage(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	d := must(dynamics.NewLogLangevin(well, well.Minimum(), theory.NoiseFor(0.1, 1), dynamics.Settings{}))
	good := Beyond{Level: 1}
	for _, c := range []struct {
		d     dynamics.Dynamics
		start []float64
		exit  Region
		want  string
	}{
		{nil, []float64{0, 0}, good, "no dynamics"},
		{d, []float64{0}, good, "length 1, want 2"},
		{d, []float64{0, math.Inf(1)}, good, "not finite"},
		{d, []float64{0, 0}, nil, "no exit region"},
		{d, []float64{0, 0}, RegionFunc(nil), "no exit region"},
		{d, []float64{0, 0}, Beyond{Axis: 7}, "axis from 0 to 1"},
		{d, []float64{0, 0}, Beyond{Axis: -1}, "axis from 0 to 1"},
		{d, []float64{0, 0}, Beyond{Level: math.NaN()}, "a level"},
		{d, []float64{0, 0}, LossAbove{nil, 2}, "dimension 2"},
		{d, []float64{0, 0}, LossAbove{must(landscape.NewQuartic(landscape.Shape{Ratio: 2})), 2}, "dimension 2"},
		{d, []float64{0, 0}, Near{[]float64{1}, 1}, "length 2"},
		{d, []float64{0, 0}, Near{[]float64{1, 1}, 0}, "radius > 0"},
		{d, []float64{0, 0}, Half{[]float64{1, 1}, nil}, "want 2 for both"},
		{d, []float64{2, 0}, good, "exit region already"},
	} {
		if _, err := FirstPassage(context.Background(), c.d, c.start, c.exit, Settings{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want it to say %q", c, err, c.want)
		}
	}
}
