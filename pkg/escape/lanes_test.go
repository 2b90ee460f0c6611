package escape

import (
	"slices"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

// ball is the outside of a ball about 0, watched by lanes.
type ball struct{ square float64 }

func (b ball) Square() float64 { return b.square }
func (b ball) Contains(theta []float64) bool {
	sum := 0.0
	for _, x := range theta {
		sum += x * x
	}
	return sum > b.square
}

// Where lanes watch an exit, replicas leave when they do if they are looked at after each step: by
// a level, a half-space along a coordinate, or a distance.
func TestWatchedExits(t *testing.T) {
	for _, n := range []int{1, 3} {
		d, start, beyond := problem(0.3, 2, n, dynamics.Settings{}, false)
		along := Half{Point: make([]float64, n), Normal: make([]float64, n)}
		along.Point[0], along.Normal[0] = beyond.(Beyond).Level, 0.5
		aslant := Half{Point: slices.Clone(along.Point), Normal: slices.Clone(along.Normal)}
		aslant.Normal[n-1] += 0.1
		for _, exit := range []Region{beyond, along, aslant, Half{Point: along.Point, Normal: []float64{-1, 0, 0}[:n]}, ball{1.5 * 1.5}} {
			s := Settings{Replicas: 50, Seed: 3, MaxTime: 200}
			if exit.Contains(start) {
				continue
			}
			got, want := must(FirstPassage(background, d, start, exit, s)), must(FirstPassage(background, d, start, RegionFunc(exit.Contains), s))
			if !slices.Equal(got.Times, want.Times) || !slices.Equal(got.Status, want.Status) || got.Count(Escaped) < 10 {
				t.Errorf("n = %d, %T: %d escapes at other times than looked at after each step", n, exit, got.Count(Escaped))
			}
		}
	}
	for _, c := range []struct {
		normal []float64
		axis   int
		ok     bool
	}{{[]float64{0, 1}, 1, true}, {[]float64{2, 0}, 0, true}, {[]float64{0, -1}, 0, false}, {[]float64{1, 1e-9}, 0, false}, {[]float64{0, 0}, 0, false}} {
		if axis, ok := (Half{Normal: c.normal}).axis(); ok != c.ok || ok && axis != c.axis {
			t.Errorf("normal %v: axis %d, %v", c.normal, axis, ok)
		}
	}
}
