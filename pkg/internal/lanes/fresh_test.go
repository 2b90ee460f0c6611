package lanes

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// regression is Fresh in n dimensions with all that it needs.
func regression(n, batch, steps int) (m *Fresh, normals, theta, time, end []float64) {
	theta, time = make([]float64, n*Width), make([]float64, Width)
	grad := make([]float64, n*Width)
	end = make([]float64, Width)
	for l := range end {
		end[l] = math.Inf(1)
	}
	end[5] = 20
	normals = make([]float64, (n+1)*batch*Width*steps)
	return &Fresh{Eta: 0.1 / float64(batch*n), Label: -1.5, Step: 0.1, Level: math.Inf(1), Square: 0.15 / float64(batch), End: &end[0], Theta: &theta[0], Grad: &grad[0],
		Normals: &normals[0], Time: &time[0], N: n, Batch: batch, Steps: steps, Active: 0xff}, normals, theta, time, end
}

func TestFreshBits(t *testing.T) { onLevels(func(name string) { t.Run(name, testFreshBits) }) }

func testFreshBits(t *testing.T) {
	for _, n := range []int{1, 2, 3, 8, 11} {
		for _, batch := range []int{1, 2, 5} {
			t.Run(fmt.Sprint(n, batch), func(t *testing.T) {
				const steps = 16
				a, x, thetaA, timeA, endA := regression(n, batch, steps)
				b, y, thetaB, timeB, endB := regression(n, batch, steps)
				ga, gb, stops := seeded(), seeded(), uint64(0)
				a.Axis, b.Axis = n-1, n-1
				for round := range 200 {
					ga.Fill(x)
					gb.Fill(y)
					if round == 100 {
						a.Level, b.Level, a.Square, b.Square = 0.2, 0.2, 1e9, 1e9
					}
					for left := steps; left > 0; left -= a.Done {
						from := (steps - left) * (n + 1) * batch * Width
						a.Normals, b.Normals, a.Steps, b.Steps = &x[from], &y[from], left, left
						a.Run()
						b.runGo()
						if a.Done != b.Done || a.Stopped != b.Stopped || !slices.Equal(thetaA, thetaB) || !slices.Equal(timeA, timeB) {
							t.Fatalf("%d steps, stopped %b at %v, θ = %v; want %d, %b at %v, %v", a.Done, a.Stopped, timeA, thetaA, b.Done, b.Stopped, timeB, thetaB)
						}
						stops |= a.Stopped
						for l := range Width {
							if a.Stopped>>l&1 == 1 { // it starts again
								endA[l], endB[l] = math.Inf(1), math.Inf(1)
								for i := range n {
									thetaA[i*Width+l], thetaB[i*Width+l] = 0, 0
								}
							}
						}
					}
				}
				if stops != 0xff {
					t.Errorf("only the lanes %b stopped", stops)
				}
			})
		}
	}
}
