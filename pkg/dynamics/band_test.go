package dynamics

import (
	"context"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// A lane stops at the first step that leaves its own band, from where it starts: as lanes that stop
// after each step and look for themselves find, to the bit.
func TestBand(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Flat: 1}))
	d := must(NewLogLangevin(well, well.Minimum(), theory.NoiseFor(0.1, 1), Settings{Scheme: Heun}))
	type end struct {
		theta [3]float64
		time  float64
		steps int64
	}
	const replicas = 20
	bounds := func(i int) (low, high float64) { return -0.1 - 0.01*float64(i), 0.1 + 0.02*float64(i) }
	run := func(axis int, each bool) (ends [replicas]end) {
		next := 0
		ok := Sail(context.Background(), d, 1, func() Crew {
			var replica [LaneCount]int
			band := new(Band)
			c := Crew{Start: []float64{0, 0, 0.05}, Level: math.Inf(1), Axis: axis, Each: each, Steps: 1000}
			if !each {
				c.Band = band
			}
			c.Next = func(lane int) (uint64, float64, bool) {
				if next == replicas {
					return 0, 0, false
				}
				replica[lane] = next
				band.Low[lane], band.High[lane] = bounds(next)
				next++
				return Key(1, "band", replica[lane]), math.Inf(1), true
			}
			c.From = func(lane int) []float64 { return []float64{0.004 * float64(replica[lane]), -0.05, 0.05} }
			c.Look = func(lane int, theta []float64, time float64, steps int64) (float64, bool) {
				low, high := bounds(replica[lane])
				if theta[axis] >= low && theta[axis] < high && steps < 1000 {
					if !each {
						t.Errorf("replica %d looked at inside its band, at %v after %d steps", replica[lane], theta, steps)
					}
					return math.Inf(1), true
				}
				ends[replica[lane]] = end{[3]float64(theta), time, steps}
				return 0, false
			}
			return c
		})
		if !ok {
			t.Fatal("no lanes")
		}
		return ends
	}
	for axis := range 3 { // nothing moves along the third
		if band, each := run(axis, false), run(axis, true); band != each {
			t.Errorf("axis %d: %v, want %v", axis, band, each)
		} else if (axis < 2) == (band[0].steps == 1000) {
			t.Errorf("axis %d: %d steps", axis, band[0].steps)
		}
	}
}
