package dynamics

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

func TestHostile(t *testing.T) {
	background := context.Background()
	done, cancel := context.WithCancel(background)
	cancel()
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	noise, zero, rng := theory.NoiseFor(0.1, 1), []float64{0}, Stream(1, "hostile", 0)
	d := must(NewGLD(well, well.Minimum(), noise, Settings{}))
	allNaN := func(x []float64) error {
		return hostile.Said(len(x) > 0 && math.IsNaN(x[0]) && math.IsNaN(x[len(x)-1]))
	}
	path := must(Record(d, well, zero, 3, rng))
	r := hostile.Table{
		"CheckStart":    {func() error { return hostile.Bare(CheckStart(nil, zero)) }, func() error { return hostile.Bare(CheckStart(d, nil)) }, func() error { return hostile.Bare(CheckStart(d, []float64{nan})) }, func() error { return hostile.Bare(CheckStart(d, []float64{inf})) }},
		"Finite":        {func() error { return hostile.Said(!Finite([]float64{0, nan})) }, func() error { return hostile.Said(!Finite([]float64{-inf, 0})) }},
		"Scheme.String": {func() error { return hostile.Said(Scheme(-1).String() == "Scheme(-1)") }},
		"Stream":        {func() error { return hostile.Said(Stream(0, "", -1) != nil) }},
		"Key":           {func() error { return hostile.Said(Key(0, "", -1) != Key(0, "", 0)) }},
		"Normals":       {func() error { x := []float64{1, 2}; Normals(x, nil); return allNaN(x) }, func() error { Normals(nil, rng); return hostile.Said(true) }},
		"Path.Coordinate": {func() error { return hostile.Said(path.Coordinate(-1) == nil) }, func() error { return hostile.Said(path.Coordinate(1) == nil) },
			func() error { return hostile.Said((&Path{}).Coordinate(0) == nil) }, func() error { return hostile.Said((*Path)(nil).Coordinate(0) == nil) }},
		"Path.QuadraticVariation": {func() error { return hostile.Said(len(path.QuadraticVariation(-1)) == 0) }, func() error { return hostile.Said(len(path.QuadraticVariation(1)) == 0) },
			func() error { return hostile.Said(len((&Path{}).QuadraticVariation(0)) == 0) }},
		"Sail": {},
		"Ensemble": {
			func() error { return hostile.Err(Ensemble(done, d, zero, 2, 2, 1, "")) }, func() error { return hostile.Err(Ensemble(background, nil, zero, 2, 2, 1, "")) },
			func() error { return hostile.Err(Ensemble(background, d, nil, 2, 2, 1, "")) }, func() error { return hostile.Err(Ensemble(background, d, []float64{nan}, 2, 2, 1, "")) },
			func() error { return hostile.Err(Ensemble(background, d, zero, 0, 2, 1, "")) }, func() error { return hostile.Err(Ensemble(background, d, zero, -1, 2, 1, "")) }, func() error { return hostile.Err(Ensemble(background, d, zero, 2, 0, 1, "")) },
			func() error { return hostile.Err(Ensemble(background, d, zero, 2, -1, 1, "")) }, func() error { return hostile.Err(Ensemble(background, d, zero, 1e9, 1, 1, "")) }, func() error { return hostile.Err(Ensemble(background, d, zero, math.MaxInt, 1, 1, "")) },
			func() error { return hostile.Err(Ensemble(background, d, []float64{huge}, 2, 2, 1, "")) },
		},
		"Stationary": {
			func() error { return hostile.Err(Stationary(done, d, zero, Sampling{Records: 2})) }, func() error { return hostile.Err(Stationary(context.Context(nil), d, zero, Sampling{Records: 2})) },
			func() error { return hostile.Err(Stationary(background, nil, zero, Sampling{Records: 2})) }, func() error { return hostile.Err(Stationary(background, d, nil, Sampling{Records: 2})) },
			func() error { return hostile.Err(Stationary(background, d, []float64{nan}, Sampling{Records: 2})) }, func() error { return hostile.Err(Stationary(background, d, []float64{huge}, Sampling{Records: 2})) },
			func() error { return hostile.Err(Stationary(background, d, zero, Sampling{})) }, func() error { return hostile.Err(Stationary(background, d, zero, Sampling{Records: -1})) },
			func() error { return hostile.Err(Stationary(background, d, zero, Sampling{Records: 1e9})) }, func() error { return hostile.Err(Stationary(background, d, zero, Sampling{Records: math.MaxInt})) },
			func() error { return hostile.Err(Stationary(background, d, zero, Sampling{Records: 2, Every: -1})) }, func() error { return hostile.Err(Stationary(background, d, zero, Sampling{Records: 2, Rest: -1})) },
			func() error { return hostile.Err(Stationary(background, d, zero, Sampling{Records: 2, Replicas: -1})) }, func() error { return hostile.Err(Stationary(background, d, zero, Sampling{Records: 2, Workers: -1})) },
		},
		"NewLanes": {func() error { return hostile.Said(NewLanes(1, 1, nil) == nil) }, func() error { return hostile.Said(NewLanes(1, 2, drift{}) == nil) }, func() error { return hostile.Said(NewLanes(1, 0, drift{}) == nil) },
			func() error { return hostile.Said(NewLanes(0, 0, drift{}) == nil) }, func() error { return hostile.Said(NewLanes(1, 1, (*wellMover)(nil)) == nil) }},
		// A step of no time, or of none that is a number, stops.
		"Pack.Tick": {func() error { return hostile.Said(!tick(0)) }, func() error { return hostile.Said(!tick(nan)) }, func() error { return hostile.Said(!tick(-1)) }},
		"Record": {
			func() error { return hostile.Err(Record(nil, well, zero, 2, rng)) }, func() error { return hostile.Err(Record(d, nil, zero, 2, rng)) }, func() error { return hostile.Err(Record(d, well, nil, 2, rng)) }, func() error { return hostile.Err(Record(d, well, zero, 2, nil)) },
			func() error { return hostile.Err(Record(d, well, zero, 0, rng)) }, func() error { return hostile.Err(Record(d, well, zero, -1, rng)) }, func() error { return hostile.Err(Record(d, well, zero, 1e9, rng)) }, func() error { return hostile.Err(Record(d, well, zero, math.MaxInt, rng)) },
			func() error { return hostile.Err(Record(d, well, []float64{inf}, 2, rng)) }, func() error { return hostile.Err(Record(d, well, []float64{huge}, 2, rng)) },
			func() error {
				return hostile.Err(Record(d, must(landscape.NewQuartic(landscape.Shape{Ratio: 2, Flat: 1})), zero, 2, rng))
			},
		},
	}
	sails := func(ctx context.Context, d Dynamics, c Crew) func() error {
		return func() error { return hostile.Said(!Sail(ctx, d, 1, func() Crew { return c })) }
	}
	next := func(int) (uint64, float64, bool) { return 0, 0, false }
	look := func(int, []float64, float64, int64) (float64, bool) { return 0, false }
	r.Add("Sail", sails(background, nil, Crew{Start: zero, Next: next, Axis: 0, Level: 1, Look: look}), sails(nil, d, Crew{Start: zero, Next: next, Axis: 0, Level: 1, Look: look}),
		sails(background, d, Crew{Start: nil, Next: next, Axis: 0, Level: 1, Look: look}), sails(background, d, Crew{Start: []float64{nan}, Next: next, Axis: 0, Level: 1, Look: look}),
		sails(background, d, Crew{Start: zero, Next: nil, Axis: 0, Level: 1, Look: look}), sails(background, d, Crew{Start: zero, Next: next, Axis: -1, Level: 1, Look: look}), sails(background, d, Crew{Start: zero, Next: next, Axis: 0, Level: 1, Look: nil}),
		sails(background, struct{ Dynamics }{d}, Crew{Start: zero, Next: next, Axis: 0, Level: 1, Look: look}), func() error { return hostile.Said(!Sail(background, d, 1, nil)) })
	// A step without a generator, or of no length, is one that diverged.
	for _, rule := range rules {
		r.Add("Normals", func() error {
			theta := []float64{0.1}
			dt := must(rule.build(well, well.Minimum(), noise, Settings{Scheme: rule.scheme})).NewStepper().Step(theta, nil)
			return hostile.Said(!(dt > 0) || !Finite(theta))
		})
		for _, step := range []float64{nan, -1, 0, inf} {
			r.Add("Normals", func() error {
				s, theta := must(rule.build(well, well.Minimum(), noise, Settings{Scheme: rule.scheme})).NewStepper().(Driven), []float64{0.1}
				s.SetStep(step)
				dt := s.Drive(theta, zero)
				return hostile.Said(!(dt > 0 && dt <= math.MaxFloat64) || !Finite(theta))
			})
		}
	}
	minimum := func(change func(*landscape.Critical)) landscape.Critical {
		c := well.Minimum()
		change(&c)
		return c
	}
	hess := func(x float64) *mat.SymDense { return mat.NewSymDense(1, []float64{x}) }
	for i, rule := range rules {
		name := []string{"NewSDE", "NewLogLangevin", "NewLogLangevin", "NewGLD", "NewGLD"}[i]
		build := func(l landscape.Landscape, m landscape.Critical, n theory.Noise, s Settings) {
			if s.Scheme == EulerMaruyama {
				s.Scheme = rule.scheme
			}
			r.Add(name, func() error { return hostile.Err(rule.build(l, m, n, s)) })
		}
		build(nil, well.Minimum(), noise, Settings{})
		for _, n := range []theory.Noise{{}, {LearningRate: nan, BatchSize: 1}, {LearningRate: 1, BatchSize: inf}, {LearningRate: huge, BatchSize: 0.1}, {LearningRate: huge, BatchSize: 1}, {LearningRate: tiny, BatchSize: huge}} {
			build(well, well.Minimum(), n, Settings{})
		}
		for _, s := range []Settings{{Step: nan}, {Step: -1}, {Step: inf}, {Step: 2}, {Step: huge}, {Scheme: -1}, {Scheme: 2}} {
			build(well, well.Minimum(), noise, s)
		}
		for _, m := range []landscape.Critical{{}, well.Saddle(),
			minimum(func(c *landscape.Critical) { c.Theta = nil }), minimum(func(c *landscape.Critical) { c.Theta = []float64{nan} }), minimum(func(c *landscape.Critical) { c.Theta = []float64{inf} }),
			minimum(func(c *landscape.Critical) { c.Loss = 0 }), minimum(func(c *landscape.Critical) { c.Loss = nan }), minimum(func(c *landscape.Critical) { c.Loss = inf }), minimum(func(c *landscape.Critical) { c.Hess = nil }),
			minimum(func(c *landscape.Critical) { c.Hess = new(mat.SymDense) }), minimum(func(c *landscape.Critical) { c.Hess = mat.NewSymDense(2, nil) }), minimum(func(c *landscape.Critical) { c.Hess = hess(nan) }),
			minimum(func(c *landscape.Critical) { c.Hess = hess(inf) }), minimum(func(c *landscape.Critical) { c.Hess = hess(0) }), minimum(func(c *landscape.Critical) { c.Hess = hess(tiny) })} {
			build(well, m, noise, Settings{})
		}
	}
	var none *landscape.Quartic // of an error that nobody looked at
	r.Add("Record", func() error { return hostile.Err(Record(d, none, zero, 2, rng)) })
	r.Add("Ensemble", func() error { return hostile.Err(Ensemble(context.Context(nil), d, zero, 2, 2, 1, "")) })
	for i, rule := range rules {
		r.Add([]string{"NewSDE", "NewLogLangevin", "NewLogLangevin", "NewGLD", "NewGLD"}[i], func() error {
			return hostile.Err(rule.build(none, well.Minimum(), noise, Settings{Scheme: rule.scheme}))
		})
	}
	r.Run(t)
}

// A minimum whose flat direction curves down by less than Flatness is one; by more, not.
func TestAlmostFlat(t *testing.T) {
	l := tilted{mat.NewSymDense(2, []float64{10, 0, 0, 0})}
	for _, c := range []struct {
		curvature float64
		ok        bool
	}{{-0.9e-6, true}, {-1.1e-6, false}} {
		m := landscape.Critical{Theta: []float64{0, 0}, Loss: 0.7, Hess: mat.NewSymDense(2, []float64{10, 0, 0, c.curvature})}
		if _, err := NewGLD(l, m, theory.NoiseFor(0.1, 10), Settings{}); (err == nil) != c.ok {
			t.Errorf("curvature %v beside 10: %v", c.curvature, err)
		}
	}
}

// One step of each rule by the formula, with a noise matrix that is diagonal, and one that is not,
// of which only the square is given.
func TestOneStepByHand(t *testing.T) {
	for _, h := range [][]float64{{2, 0, 0, 0.5}, {2, 0.5, 0.5, 1}} {
		l := tilted{mat.NewSymDense(2, h)}
		m := landscape.CriticalAt(l, []float64{0, 0})
		noise := theory.Noise{LearningRate: 0.3, BatchSize: 2}
		const step = 0.1
		for i, rule := range rules {
			s := must(rule.build(l, m, noise, Settings{Step: step, Scheme: rule.scheme})).NewStepper().(Driven)
			start, grad := []float64{1, -0.4}, make([]float64, 2)
			loss := l.LossGrad(grad, start)
			strength := step * 2 * 0.3 / 2 * []float64{loss, 1, 1, 0.7, 0.7}[i] // of H in the covariance of the kick
			var kicks [3][2]float64                                             // of the two normals, and none
			var dts [3]float64
			for k := range kicks {
				theta, xi := []float64{1, -0.4}, []float64{0, 0}
				if k < 2 {
					xi[k] = 1
				}
				dts[k] = s.Drive(theta, xi)
				kicks[k] = [2]float64{theta[0], theta[1]}
			}
			// Without noise: Euler, or the trapezoidal rule.
			speed := func(x []float64) (v [2]float64, rate float64) {
				g := make([]float64, 2)
				rate = 1.0
				if loss := l.LossGrad(g, x); i == 1 || i == 2 {
					rate = 1 / loss
				}
				return [2]float64{-g[0] * rate, -g[1] * rate}, rate
			}
			v1, r1 := speed(start)
			end, dt := [2]float64{start[0] + step*v1[0], start[1] + step*v1[1]}, step*r1
			if rule.scheme == Heun {
				v2, r2 := speed(end[:])
				end, dt = [2]float64{start[0] + step*(v1[0]+v2[0])/2, start[1] + step*(v1[1]+v2[1])/2}, step*(r1+r2)/2
			}
			if math.Abs(kicks[2][0]-end[0]) > 1e-14 || math.Abs(kicks[2][1]-end[1]) > 1e-14 || math.Abs(dts[2]-dt) > 1e-14 {
				t.Errorf("%s: without noise to %v in %v, want %v in %v", rule.name, kicks[2], dts[2], end, dt)
			}
			if rule.scheme == Heun {
				continue // the kick enters the drift as well
			}
			for a := range 2 {
				for b := range 2 {
					got := 0.0
					for k := range 2 {
						got += (kicks[k][a] - end[a]) * (kicks[k][b] - end[b])
					}
					if want := strength * h[2*a+b]; math.Abs(got-want) > 1e-12 {
						t.Errorf("%s: covariance %d,%d of a kick %v, want %v", rule.name, a, b, got, want)
					}
				}
			}
		}
	}
}

// The smallest ensemble and path; a generator's steps are those of its normals.
func TestSmallest(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, MinimumLoss: 2}))
	d := must(NewGLD(well, well.Minimum(), theory.NoiseFor(0.1, 1), Settings{Step: 0.1}))
	ends := must(Ensemble(context.Background(), struct{ Dynamics }{d}, []float64{0}, 1, 1, 4, "one")) // without lanes
	path := must(Record(d, well, []float64{0}, 1, Stream(4, "one", 0)))
	if len(ends) != 1 || len(path.T) != 2 || ends[0][0] != path.Theta[1][0] || path.T[1] != 0.1 || path.Loss[0] != 2 || math.Abs(path.Tau[1]-0.1*(path.Loss[0]+path.Loss[1])/2) > 1e-15 {
		t.Errorf("one replica for one step ends at %v, on the path %+v", ends, path)
	}
	if qv := path.QuadraticVariation(0); qv[0] != 0 || math.Abs(qv[1]-ends[0][0]*ends[0][0]) > 1e-15 {
		t.Errorf("quadratic variation %v", qv)
	}
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 1.5}))
	falling := must(NewGLD(cubic, cubic.Minimum(), theory.NoiseFor(1e-9, 1), Settings{Step: 0.1}))
	path, err := Record(falling, cubic, []float64{cubic.Edge() * 0.99}, 9, Stream(1, "", 0))
	for k, loss := range path.Loss {
		if !(loss > 0) {
			t.Errorf("step %d is on the path with L = %v", k, loss)
		}
	}
	if still, err := Record(stopped{1}, well, []float64{0}, 1, Stream(1, "", 0)); err == nil || len(still.T) != 1 {
		t.Errorf("no time passes: %+v, %v", still, err)
	}
	if want := fmt.Sprintf("at step %d:", len(path.T)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want it to say %q", err, want)
	}
}

// many is a dynamics of many dimensions that leaves the numbers in its first step.
type many int

func (m many) Dim() int                             { return int(m) }
func (m many) NewStepper() Stepper                  { return m }
func (many) Step(x []float64, _ *rand.Rand) float64 { x[0] = math.NaN(); return 1 }

// The bound is 1 GiB, at 24 + 8P bytes a replica and 72 + 8P a step.
func TestMemoryBounds(t *testing.T) {
	done, cancel := context.WithCancel(context.Background())
	cancel()
	start := make([]float64, 1<<20)
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	for _, c := range []struct {
		err  error
		want string
	}{
		{hostile.Err(Ensemble(done, many(1<<20), start, 127, 1, 1, "")), "canceled"}, {hostile.Err(Ensemble(done, many(1<<20), start, 128, 1, 1, "")), "takes 1 GiB"},
		{hostile.Err(Record(many(1), well, []float64{0}, 1<<30/80, Stream(1, "", 0))), "diverged at step 1:"}, {hostile.Err(Record(many(1), well, []float64{0}, 1<<30/80+1, Stream(1, "", 0))), "take 1 GiB"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("error %v, want it to say %q", c.err, c.want)
		}
	}
}

// stopped is a dynamics on which no time passes.
type stopped struct{ many }

func (s stopped) NewStepper() Stepper                  { return s }
func (stopped) Step(_ []float64, _ *rand.Rand) float64 { return 0 }

// One replica that diverges is enough, be it lost in space or in time.
func TestOneDiverges(t *testing.T) {
	for _, d := range []Dynamics{many(1), stopped{1}} {
		if _, err := Ensemble(context.Background(), d, []float64{0}, 1, 3, 1, ""); err == nil || !strings.Contains(err.Error(), "1 of 1 replicas diverged") {
			t.Errorf("%T: error %v", d, err)
		}
	}
	if x := (&Path{Theta: [][]float64{{3, 4}}}).Coordinate(1); len(x) != 1 || x[0] != 4 {
		t.Errorf("coordinate of a path of one point: %v", x)
	}
}
