package escape

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

// flip is a two-state process in continuous time, θ = ±1, whose occupancy is known: p′ = −κ₁p +
// κ₂(1−p).
type flip struct{ out, back float64 }

func (flip) Dim() int                       { return 1 }
func (f flip) NewStepper() dynamics.Stepper { return f }
func (f flip) Step(theta []float64, rng *rand.Rand) float64 {
	const dt = 0.01
	rate := f.back
	if theta[0] > 0 {
		rate = f.out
	}
	if rng.Float64() < -math.Expm1(-rate*dt) {
		theta[0] = -theta[0]
	}
	return dt
}

// lost leaves the numbers in its first step.
type lost struct{ flip }

func (l lost) NewStepper() dynamics.Stepper             { return l }
func (lost) Step(theta []float64, _ *rand.Rand) float64 { theta[0] = math.NaN(); return 1 }

var positiveSide = Beyond{Level: 0}

// Against the solution of the master equation, within 4.5 standard errors (a false alarm once in
// 10⁵); the discretised flip is exact to a relative dt.
func TestOccupy(t *testing.T) {
	times := []float64{0.5, 1, 2, 8, 10, 12}
	var first *Occupancy
	for _, workers := range []int{1, 3} {
		o, err := Occupy(context.Background(), flip{0.6, 0.2}, []float64{1}, positiveSide, times, Settings{Replicas: 4000, Seed: 3, Experiment: "flip", Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		for k, at := range times {
			want := 0.25 + 0.75*math.Exp(-0.8*at)
			if z := (o.Fraction[k] - want) / o.StdErr[k]; math.Abs(z) > 4.5 {
				t.Errorf("t = %v: %v, want %v (z = %.1f)", at, o.Fraction[k], want, z)
			}
			if first != nil && first.Fraction[k] != o.Fraction[k] {
				t.Errorf("%d workers change the result", workers)
			}
		}
		share, stderr, err := o.Share(8)
		if err != nil || math.Abs(share-0.25) > 4.5*stderr || stderr > 0.008 || stderr < 0.002 {
			t.Errorf("share %v ± %v, %v, want 0.25", share, stderr, err)
		}
		if odds, err2, err := o.Odds(8); err != nil || math.Abs(odds-(1-share)/share) > 1e-12 || math.Abs(err2-stderr/(share*share)) > 1e-12 {
			t.Errorf("odds %v ± %v, %v, of a share %v ± %v", odds, err2, err, share, stderr)
		}
		first = o
	}
	if _, _, err := first.Share(13); err == nil {
		t.Error("share after the end: no error")
	}
}

func TestOccupyCountsDiverged(t *testing.T) {
	o, err := Occupy(context.Background(), lost{}, []float64{1}, positiveSide, []float64{1}, Settings{Replicas: 5})
	if err != nil || o.Diverged != 5 || o.Fraction[0] != 0 {
		t.Errorf("%+v, %v: want 5 diverged and none inside", o, err)
	}
}

func TestOccupyErrors(t *testing.T) {
	done, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		ctx   context.Context
		times []float64
		n     int
		want  string
	}{{context.Background(), nil, 1, "no times"}, {context.Background(), []float64{2, 1}, 1, "ascending"},
		{context.Background(), []float64{1}, -1, "-1 replicas"}, {done, []float64{1}, 1, "canceled"}} {
		if _, err := Occupy(c.ctx, flip{1, 1}, []float64{1}, positiveSide, c.times, Settings{Replicas: c.n}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	for _, c := range []struct {
		d     dynamics.Dynamics
		start []float64
		basin Region
	}{{nil, []float64{1}, positiveSide}, {flip{1, 1}, nil, positiveSide}, {flip{1, 1}, []float64{1}, nil}, {flip{1, 1}, []float64{1}, Beyond{Axis: 1}}} {
		if _, err := Occupy(context.Background(), c.d, c.start, c.basin, []float64{1}, Settings{}); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}
