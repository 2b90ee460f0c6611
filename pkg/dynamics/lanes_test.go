package dynamics

import (
	"context"
	"math"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/internal/lanes"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// wells are landscapes that lanes know.
func wells() map[string]landscape.Barrier {
	shape := landscape.Shape{Ratio: 3, OutlierCurvature: 2, MinimumLoss: 0.7, EffectiveDimension: 3, Transverse: []float64{1, 5}, Flat: 1}
	return map[string]landscape.Barrier{
		"quartic": must(landscape.NewQuartic(shape)), "cubic": must(landscape.NewCubic(shape)),
		"quartic, n = 1": must(landscape.NewQuartic(landscape.Shape{Ratio: 2})),
	}
}

// A lane makes the steps of a stepper that is given its normals: every rule on every well.
func TestLanesAreSteppers(t *testing.T) {
	for name, well := range wells() {
		for _, rule := range rules {
			d := must(rule.build(well, well.Minimum(), theory.NoiseFor(0.2, 2), Settings{Step: 0.02, Scheme: rule.scheme}))
			start := append([]float64(nil), well.Minimum().Theta...)
			for i := range start {
				start[i] += 0.1 * float64(i+1)
			}
			const steps = 45 // not a number of blocks
			n := d.(*diffusion).NewLanes().mover.Normals()
			for key := range uint64(20) {
				var source lanes.Source
				source.Seed(3, key)
				normals := make([]float64, 48*n*lanes.Width)
				source.Fill(normals)
				theta, want := slices.Clone(start), 0.0
				stepper, xi := d.NewStepper().(Driven), make([]float64, len(start))
				for k := range steps {
					for i := range n {
						xi[i] = normals[(k*n+i)*lanes.Width+3]
					}
					want += stepper.Drive(theta, xi)
				}
				left := true
				Sail(t.Context(), d, 1, func() Crew {
					return Crew{Start: start, Level: math.Inf(1), Steps: steps,
						Next: func(int) (uint64, float64, bool) {
							defer func() { left = false }()
							return key, math.Inf(1), left
						},
						Look: func(lane int, got []float64, now float64, taken int64) (float64, bool) {
							if taken != steps || math.Abs(now-want) > 1e-12*want || !floats.EqualApprox(got, theta, 1e-11) {
								t.Errorf("%s, %s: after %d steps at %v, time %v; want %v, %v", name, rule.name, taken, got, now, theta, want)
							}
							return 0, false
						}}
				})
				if left {
					t.Errorf("%s, %s: no replica moved", name, rule.name)
				}
			}
		}
	}
}

// Where a replica goes depends on its key alone: on no worker, on no neighbour, and not on how
// often it is looked at.
func TestLanesKeepApart(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	d := must(NewSDE(well, well.Minimum(), theory.NoiseFor(0.2, 1), Settings{Step: 0.05}))
	run := func(workers, replicas int, each bool, level float64) (times []float64) {
		times = make([]float64, replicas)
		var lock sync.Mutex
		next := 0
		Sail(context.Background(), d, workers, func() Crew {
			var replica [LaneCount]int
			return Crew{Start: []float64{0, 0}, Level: level, Each: each,
				Next: func(lane int) (uint64, float64, bool) {
					lock.Lock()
					defer lock.Unlock()
					replica[lane] = next
					next++
					return Key(1, "apart", replica[lane]), 500, replica[lane] < replicas
				},
				Look: func(lane int, theta []float64, now float64, _ int64) (float64, bool) {
					if theta[0] < level && now < 500 {
						return 500, true
					}
					times[replica[lane]] = now
					return 0, false
				}}
		})
		return times
	}
	want := run(1, 100, false, 2)
	for _, workers := range []int{2, 7} {
		if got := run(workers, 100, false, 2); !slices.Equal(got, want) {
			t.Errorf("%d workers: %v, want %v", workers, got, want)
		}
	}
	if got := run(1, 100, true, 2); !slices.Equal(got, want) {
		t.Error("looked at after each step, replicas leave at other times")
	}
	for i := range 9 { // alone, in other lanes
		if got := run(1, i+1, false, 2); !slices.Equal(got, want[:i+1]) {
			t.Errorf("%d replicas: %v, want %v", i+1, got, want[:i+1])
		}
	}
	if slices.Max(want) < 50 || slices.Min(want) == slices.Max(want) {
		t.Errorf("times %v", want)
	}
	d = must(NewSDE(well, well.Minimum(), theory.NoiseFor(0.2, 1), Settings{Step: 0.05}))
	l := d.(SideBySide).NewLanes()
	c := Crew{Start: []float64{0, 0}, Level: math.Inf(1)}
	l.watch(c)
	l.seat(0, c.Start, 1, math.Inf(1))
	if n := testing.AllocsPerRun(10, func() { l.sailBlock(c, 1) }); n != 0 {
		t.Errorf("%v allocations a block", n)
	}
}

// There are no lanes for a landscape of one's own, also one that embeds a well, and none for noise
// that is not along the coordinates.
func TestNoLanes(t *testing.T) {
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	for name, l := range map[string]landscape.Landscape{"embeds": struct{ *landscape.Quartic }{q}, "bent": must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2}, 0))} {
		minimum := q.Minimum()
		if l.Dim() == 2 {
			minimum = l.(landscape.Barrier).Minimum()
		}
		d := must(NewSDE(l, minimum, theory.NoiseFor(0.1, 1), Settings{}))
		if d.(SideBySide).NewLanes() != nil {
			t.Errorf("%s: there are lanes", name)
		}
	}
}
