// Package simulator runs the cloud of replicas that readers of a report play with: in the browser,
// compiled to WebAssembly, see folder wasm.
package simulator

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Settings is what the reader's sliders set.
type Settings struct {
	LearningRate       float64 // η
	BatchSize          float64 // B
	OutlierCurvature   float64 // h*
	EffectiveDimension int     // n
	Ratio              float64 // c
	Replicas           int
	Seed               uint64
}

// step is dτ·h*/L(θ*): at it, Heun's rule misses the rate by less than a per cent or two (notebook
// 02), which nobody sees on a screen.
const step = 0.2

// trip is the time, times h*, that is left out at the beginning of each life: the walk over the
// saddle and down takes about 20 (notebook 02).
const trip = 20

// World is a cloud of replicas in the left one of two wells. A replica that reaches the bottom of
// the right one is counted as escaped and begins anew.
type World struct {
	Theory   theory.Escape
	Escapes  []float64 // times of the escapes so far, in the order in which they happened
	Diverged int       // replicas that left the finite numbers; they begin anew and are not counted otherwise

	well    *landscape.Quartic
	exit    escape.Beyond
	stepper dynamics.Stepper
	rng     *rand.Rand
	theta   [][]float64
	age     []float64
	loss    []float64
	trip    float64 // age before which nobody can have escaped for the reason that is measured: the trip itself takes time
	late    int     // escapes later than that
	elapsed float64 // time over all replicas, spent later than that
	zero    []float64
}

// New returns a world with all replicas at the bottom of the left well. It returns an error for
// what the library does not take.
func New(s Settings) (*World, error) {
	if s.Replicas < 1 {
		return nil, fmt.Errorf("simulator: %d replicas, want ≥ 1", s.Replicas)
	}
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: s.Ratio, EffectiveDimension: s.EffectiveDimension, OutlierCurvature: s.OutlierCurvature})
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	noise := theory.Noise{LearningRate: s.LearningRate, BatchSize: s.BatchSize}
	law, err := theory.NewEscape(well, noise, 0)
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	d, err := dynamics.NewLogLangevin(well, well.Minimum(), noise, dynamics.Settings{Step: step * law.MinimumLoss / law.OutlierCurvature, Scheme: dynamics.Heun})
	if err != nil {
		return nil, fmt.Errorf("simulator: %w", err)
	}
	w := &World{
		Theory: law, well: well, exit: escape.Beyond{Level: well.FarMinimum().Theta[0]},
		trip: trip / law.OutlierCurvature, stepper: d.NewStepper(), rng: dynamics.Stream(s.Seed, "simulator", 0),
		theta: make([][]float64, s.Replicas), age: make([]float64, s.Replicas), loss: make([]float64, s.Replicas),
		zero: make([]float64, d.Dim()),
	}
	for i := range w.theta {
		w.theta[i], w.loss[i] = make([]float64, d.Dim()), law.MinimumLoss
	}
	return w, nil
}

// Advance takes each replica one step further.
func (w *World) Advance() {
	for i, theta := range w.theta {
		dt := w.stepper.Step(theta, w.rng)
		if loss := w.well.LossGrad(nil, theta); dt > 0 && loss > 0 && loss < 1e9 {
			w.loss[i] = loss
		} else { // NaN fails every comparison
			w.Diverged++
			w.restart(i)
			continue
		}
		w.age[i] += dt
		w.elapsed += max(0, min(dt, w.age[i]-w.trip))
		if w.exit.Contains(theta) {
			if w.age[i] > w.trip {
				w.late++
			}
			w.Escapes = append(w.Escapes, w.age[i])
			w.restart(i)
		}
	}
}

func (w *World) restart(i int) {
	copy(w.theta[i], w.zero)
	w.age[i], w.loss[i] = 0, w.Theory.MinimumLoss
}

// Rate returns the rate of decay of the survival curve past the trip, which is the
// maximum-likelihood rate of an exponential law, and its standard error.
func (w *World) Rate() (rate, stderr float64) {
	if w.elapsed == 0 {
		return 0, 0
	}
	k := float64(w.late)
	return k / w.elapsed, math.Sqrt(k) / w.elapsed
}

// Replica returns where replica i is on the way to the saddle, and its loss.
func (w *World) Replica(i int) (z1, loss float64) { return w.theta[i][0], w.loss[i] }

// Profile returns the loss at z₁ on the path over the saddle.
func (w *World) Profile(z1 float64) float64 {
	v, _, _ := w.well.Profile(z1)
	return w.Theory.MinimumLoss + v
}

// Saddle returns z₁ at the saddle.
func (w *World) Saddle() float64 { return w.well.Saddle().Theta[0] }

// Far returns z₁ at the bottom of the right well.
func (w *World) Far() float64 { return w.exit.Level }

// Sample returns the escapes with the replicas that are on their way, which are censored at their
// age.
func (w *World) Sample() *escape.Sample {
	s := &escape.Sample{}
	for _, t := range w.Escapes {
		s.Times, s.Status = append(s.Times, t), append(s.Status, escape.Escaped)
	}
	for _, t := range w.age {
		s.Times, s.Status = append(s.Times, t), append(s.Status, escape.Censored)
	}
	return s
}
