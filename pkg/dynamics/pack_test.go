package dynamics

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// drift is a random walk that moves to the right, written as a reader would: plain steps, and the
// same side by side.
type drift struct{ noise float64 }

func (drift) Dim() int              { return 2 } // of which the second stays
func (d drift) NewStepper() Stepper { return d }
func (d drift) Normals() int        { return 3 }
func (d drift) NewLanes() *Lanes    { return NewLanes(2, 1, d) }

func (d drift) Step(theta []float64, rng *rand.Rand) float64 {
	theta[0] += 1 + d.noise*(rng.NormFloat64()+rng.NormFloat64()+rng.NormFloat64())
	return 0.5
}

func (d drift) Move(p *Pack) {
	dt := [LaneCount]float64{0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}
	for xi, again := p.Normals, true; again; xi = xi[3*LaneCount:] {
		for l := range LaneCount {
			p.Theta[l] += 1 + d.noise*(xi[l]+xi[LaneCount+l]+xi[2*LaneCount+l])
		}
		again = p.Tick(&dt)
	}
}

// tick reports whether a step that takes the time dt in lane 2 goes on.
func tick(dt float64) bool {
	p := &Pack{Theta: make([]float64, LaneCount), Level: 1, Square: math.Inf(1), Active: 0xff, Steps: 2}
	dts := [LaneCount]float64{1, 1, dt, 1, 1, 1, 1, 1}
	for l := range p.End {
		p.End[l] = 5
	}
	return p.Tick(&dts)
}

// A lane stops at the level, at the distance, at its end and after its steps, and no sooner.
func TestCrewStops(t *testing.T) {
	for _, c := range []struct {
		name string
		crew Crew
		end  float64
		want int64
	}{
		{"level", Crew{Level: 37}, math.Inf(1), 37}, {"other axis", Crew{Level: 1, Axis: 1, Steps: 40}, math.Inf(1), 40},
		{"distance", Crew{Level: math.Inf(1), Square: 31.5 * 31.5}, math.Inf(1), 32}, // of which 0 across
		{"distance across", Crew{Level: math.Inf(1), Square: 5*5 + 30*30, Start: []float64{0, 30}}, math.Inf(1), 6},
		{"end", Crew{Level: math.Inf(1)}, 10.2, 21}, {"steps", Crew{Level: 1e9, Steps: 33}, math.Inf(1), 33}, {"each", Crew{Level: 1e9, Each: true}, math.Inf(1), 1},
	} {
		left, looks := 1, 0
		if c.crew.Start == nil {
			c.crew.Start = []float64{0, 0}
		}
		c.crew.Next = func(int) (uint64, float64, bool) { left--; return 1, c.end, left >= 0 }
		c.crew.Look = func(_ int, theta []float64, now float64, steps int64) (float64, bool) {
			looks++
			if steps != c.want || theta[0] != float64(steps) || theta[1] != c.crew.Start[1] || now != 0.5*float64(steps) {
				t.Errorf("%s: θ = %v at time %v after %d steps, want %d", c.name, theta, now, steps, c.want)
			}
			return 0, false
		}
		if !Sail(t.Context(), drift{}, 1, func() Crew { return c.crew }) || looks != 1 {
			t.Errorf("%s: looked %d times, want 1", c.name, looks)
		}
	}
}

// Records are those of the steps, the first thrown away; side by side and one by one they have the
// same law, for any number of workers the same bits.
func TestStationary(t *testing.T) {
	for _, d := range []Dynamics{drift{}, struct{ Dynamics }{drift{}}} { // with lanes, and without
		got := must(Stationary(t.Context(), d, []float64{0, 7}, Sampling{Records: 5, Every: 3, Rest: 2, Replicas: 2}))
		if want := []float64{9, 7, 12, 7, 9, 7, 12, 7, 15, 7}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	sampling := Sampling{Records: 500, Every: 3, Replicas: 90, Seed: 2}
	for _, d := range []Dynamics{drift{1}, struct{ Dynamics }{drift{1}}} {
		var first []float64
		for _, sampling.Workers = range []int{1, 2, 7} {
			x := must(Stationary(t.Context(), d, []float64{0, 0}, sampling))
			if first == nil {
				first = x
			}
			if !slices.Equal(x, first) {
				t.Errorf("%T: %d workers give other records than one", d, sampling.Workers)
			}
		}
	}
	end := Sampling{Records: 4000, Every: 20, Replicas: 4000}
	for _, d := range []Dynamics{drift{0.5}, struct{ Dynamics }{drift{0.5}}} {
		x, mean, square := must(Stationary(t.Context(), d, []float64{0, 0}, end)), 0.0, 0.0
		for i := 0; i < len(x); i += 2 { // 20 steps of variance ¾
			mean, square = mean+(x[i]-20)/4000, square+(x[i]-20)*(x[i]-20)/4000
		}
		if z, u := mean/math.Sqrt(15./4000), (square/15-1)/math.Sqrt(2./4000); math.Abs(z) > 4.5 || math.Abs(u) > 4.5 {
			t.Errorf("%T: mean at z = %.1f, variance at %.1f", d, z, u)
		}
	}
}
