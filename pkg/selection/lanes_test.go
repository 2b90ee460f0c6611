package selection

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	vector "github.com/sgdescape/sgdescape/pkg/internal/lanes"
)

// inLane returns where a replica is after some steps in a lane, and when, and the normals it drew.
func inLane(t *testing.T, d dynamics.Dynamics, start []float64, steps, normals int) (end []float64, at float64, drawn [][]float64) {
	const key = 5
	var source vector.Source
	source.Seed(0, key)
	x := make([]float64, 2*((steps*normals+1)/2)*vector.Width)
	source.Fill(x)
	for k := range steps {
		row := make([]float64, normals)
		for i := range row {
			row[i] = x[(k*normals+i)*vector.Width]
		}
		drawn = append(drawn, row)
	}
	left := 1
	if !dynamics.Sail(t.Context(), d, 1, func() dynamics.Crew {
		return dynamics.Crew{Start: start, Level: math.Inf(1), Steps: int64(steps),
			Next: func(int) (uint64, float64, bool) { left--; return key, math.Inf(1), left >= 0 },
			Look: func(_ int, theta []float64, now float64, _ int64) (float64, bool) {
				end, at = slices.Clone(theta), now
				return 0, false
			}}
	}) {
		t.Fatalf("%T has no lanes", d)
	}
	return end, at, drawn
}

// Lanes make the steps of steppers: Eq. 13 on two basins, of one and of four directions, by its
// form and through a stepper, on both sides and in between.
func TestLocalLanes(t *testing.T) {
	for _, c := range []*Contest{
		must(NewContest(Basin{Loss: 1, Curvature: 1.6}, Basin{Loss: 0.9, Curvature: 1}, 1.5, 0.08, 0.3)),
		must(NewContest(Basin{Loss: 1, Curvature: 1, Transverse: []float64{1, 1, 1}}, Basin{Loss: 1, Curvature: 1, Transverse: []float64{0.05, 0, 2}}, 2, 0.3, 0.3)),
		must(NewContest(Basin{Loss: 1, Curvature: 1.6}, Basin{Loss: 0.9, Curvature: 1}, 1.5, 0.08, 0)),
	} {
		d := must(c.SGD(1))
		for _, z := range []float64{-c.a - 0.5, -1, -0.1, 0, 0.2, 1.5, c.b + 1} {
			start := slices.Repeat([]float64{0.3}, c.Dim())
			start[0] = z
			got, now, xi := inLane(t, d, start, 21, c.Dim())
			theta, stepper, want := slices.Clone(start), d.NewStepper().(dynamics.Driven), 0.0
			for _, row := range xi {
				want += stepper.Drive(theta, row)
			}
			if !floats.EqualApprox(got, theta, 1e-12) || math.Abs(now-want) > 1e-12 {
				t.Errorf("width %v, from %v: %v at %v, want %v at %v", c.Width, start, got, now, theta, want)
			}
		}
	}
}

// SGD on the road, with labels of either kind.
func TestLoopLanes(t *testing.T) {
	road := must(NewLoop(1.3, 1, 1, 2))
	for _, nu := range []float64{0, 4, 5} {
		d := must(road.SGD(0.2))
		if nu > 0 {
			d = must(must(NewStudentLoop(road, nu)).SGD(0.2))
		}
		for _, from := range []float64{-2, -0.2, 0.4, 2} {
			got, now, xi := inLane(t, d, []float64{from}, 33, 3+int(nu))
			theta := from
			for _, row := range xi {
				w, dw := road.Weights(theta)
				noise := row[2]
				if nu > 0 { // Student's t of variance 1
					noise *= math.Sqrt((nu - 2) / floats.Dot(row[3:], row[3:]))
				}
				theta -= 0.2 * (w[0]*row[0] + w[1]*row[1] - noise) * (dw[0]*row[0] + dw[1]*row[1])
			}
			if math.Abs(got[0]-theta) > 1e-11 || math.Abs(now-33*0.2) > 1e-12 {
				t.Errorf("ν = %v, from %v: %v at %v, want %v", nu, from, got, now, theta)
			}
		}
	}
	for _, nu := range []float64{4.5, 17} { // which are no sums of a few squares
		if d := must(must(NewStudentLoop(road, nu)).SGD(0.2)); d.(dynamics.SideBySide).NewLanes() != nil {
			t.Errorf("ν = %v has lanes", nu)
		}
	}
}
