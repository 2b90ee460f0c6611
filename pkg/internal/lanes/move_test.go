package lanes

import (
	"fmt"
	"math"
	"testing"
)

// quartic is a double well of n dimensions with all that a Move needs.
func quartic(n, steps int) (m *Move, normals []float64) {
	h, g := make([]float64, n), make([]float64, n)
	for i := range n {
		h[i], g[i] = 1+0.3*float64(i), math.Sqrt(2*0.1*0.01)
	}
	theta, trial, time, end := make([]float64, n*Width), make([]float64, n*Width), make([]float64, Width), make([]float64, Width)
	for l := range end {
		end[l] = math.Inf(1)
	}
	normals = make([]float64, n*Width*steps)
	const s = 2.0
	a2, a3, a4 := 0.5, -1/(2*s), 1/(8*s*s)
	return &Move{Floor: 1, A2: a2, A3: a3, A4: a4, D2: 2 * a2, D3: 3 * a3, D4: 4 * a4, Step: 0.01, Level: 2, End: &end[0],
		H: &h[0], G: &g[0], Theta: &theta[0], Trial: &trial[0], Normals: &normals[0], Time: &time[0], N: n, Steps: steps, Active: 0xff}, normals
}

func TestRunBits(t *testing.T) { onLevels(func(name string) { t.Run(name, testRunBits) }) }

func testRunBits(t *testing.T) {
	for _, n := range []int{1, 2, 3, 11} {
		for _, k := range []struct {
			clock Clock
			heun  bool
		}{{Loss, false}, {Log, false}, {None, false}, {Log, true}, {None, true}} {
			t.Run(fmt.Sprint(n, k), func(t *testing.T) {
				a, x := quartic(n, 16)
				b, y := quartic(n, 16)
				ga, gb := seeded(), seeded()
				a.Level, b.Level = 0.5, 0.5
				stops := 0
				for range 2000 {
					ga.Fill(x)
					gb.Fill(y)
					a.Normals, b.Normals, a.Steps, b.Steps = &x[0], &y[0], 16, 16
					for a.Steps > 0 {
						a.Run(k.clock, k.heun)
						b.runGo(k.clock, k.heun)
						if a.Done != b.Done || a.Stopped != b.Stopped {
							t.Fatalf("%d steps, stopped %b; want %d, %b", a.Done, a.Stopped, b.Done, b.Stopped)
						}
						for i, v := range slice(a.Theta, n*Width) {
							if w := slice(b.Theta, n*Width)[i]; v != w {
								t.Fatalf("θ %d: %v with vectors, %v without", i, v, w)
							}
						}
						for i, v := range slice(a.Time, Width) {
							if w := slice(b.Time, Width)[i]; v != w {
								t.Fatalf("time %d: %v with vectors, %v without", i, v, w)
							}
						}
						if a.Stopped != 0 {
							stops++
							a.Level += 1e-3
							b.Level += 1e-3
						}
						if a.Steps -= a.Done; a.Steps > 0 {
							a.Normals, b.Normals = &x[(16-a.Steps)*n*Width], &y[(16-a.Steps)*n*Width]
						}
						b.Steps = a.Steps
					}
				}
				if stops == 0 {
					t.Error("no lane stopped")
				}
			})
		}
	}
}
