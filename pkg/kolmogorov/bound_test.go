package kolmogorov

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/reference"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// bounded fails the test unless a result is off another by no more than the two say, and says no
// more than most of its value.
func bounded(t *testing.T, name string, got, truth exact.Result, most float64) {
	t.Helper()
	if off := math.Abs(got.Value - truth.Value); !(off <= got.Err+truth.Err) {
		t.Errorf("%s = %.10g, off by %g, claims %g", name, got.Value, off, got.Err+truth.Err)
	}
	if got.Err > most*got.Value {
		t.Errorf("%s = %g claims %g, want at most %g of it", name, got.Value, got.Err, most)
	}
	if got.Grid < 8 {
		t.Errorf("%s on %d unknowns", name, got.Grid)
	}
}

// Errors bound the truth: quadratures in one dimension at any tolerance, one dimension in many
// where coordinates are independent, and the table of wells to its own last figure.
func TestErrBounds(t *testing.T) {
	unsettled := 0
	for _, T := range []float64{0.03, 0.1, 0.4} {
		for _, c := range []float64{1.2, 2, 8} {
			q, v := quartic(t, 1, c)
			for _, noise := range []exact.NoiseLaw{lossNoise(T), tauNoise(T), constantNoise(T)} {
				want := must(exact.MeanFirstPassage(t.Context(), exact.OneDim{Loss: exact.FirstAxis(q), Noise: noise}, 0, saddle(q), exact.Settings{}))
				for _, tolerance := range []float64{0, 1e-2, 1e-6} {
					p, err := Kolmogorov{Valley: v, Noise: noise, Exit: saddle(q), Tolerance: tolerance}.Solve(t.Context())
					if err != nil {
						if tolerance != 1e-6 || !strings.Contains(err.Error(), "not settled to 1e-06") {
							t.Errorf("%+v at c = %v: %v", noise, c, err)
						}
						unsettled++
						continue
					}
					bounded(t, fmt.Sprintf("mean time of %+v at c = %v", noise, c), p.MeanTime, want, 5e-4)
				}
			}
		}
	}
	if unsettled == 0 {
		t.Error("a tolerance of 1e-6 is always met: it is not held")
	}
	for _, test := range []struct{ D, c float64 }{{0.1, 2}, {0.2, 1.2}, {0.03, 1.5}} {
		q, v := quartic(t, 1, test.c)
		one := solve(t, Kolmogorov{Valley: v, Noise: constantNoise(test.D), Exit: saddle(q), Tolerance: 1e-5})
		for _, n := range []int{2, 4, 11} {
			_, v := quartic(t, n, test.c)
			for _, tolerance := range []float64{0, 1e-2} {
				p := solve(t, Kolmogorov{Valley: v, Noise: constantNoise(test.D), Exit: saddle(q), Tolerance: tolerance})
				bounded(t, fmt.Sprintf("λ of n = %d, %+v", n, test), p.Eigenvalue, one.Eigenvalue, 5e-3)
				bounded(t, fmt.Sprintf("mean time of n = %d, %+v", n, test), p.MeanTime, one.MeanTime, 5e-3)
			}
		}
	}
	for _, w := range reference.Wells {
		q, _ := quartic(t, w.Dim, w.C)
		unit := math.Pow(10, math.Floor(math.Log10(w.Kappa))-2) // of three figures
		bounded(t, fmt.Sprintf("κ of %+v", w), must(BarrierRate(t.Context(), q, lossNoise(w.T))), exact.Result{Value: w.Kappa, Err: unit}, 1e-3)
	}
}

// A tail that is cut early shows in the error: the effect of the domain is part of it.
func TestErrSeesTail(t *testing.T) {
	q, v := quartic(t, 8, 4)
	k := Kolmogorov{Valley: v, Noise: lossNoise(0.2), Exit: saddle(q)}
	best := solve(t, k)
	k.Tail, k.Tolerance = 1e-2, 0.5
	rough := solve(t, k)
	bounded(t, "λ", rough.Eigenvalue, best.Eigenvalue, 0.2)
	bounded(t, "mean time", rough.MeanTime, best.MeanTime, 0.2)
	if rough.MeanTime.Err < 0.01*rough.MeanTime.Value || best.MeanTime.Err > 1e-3*best.MeanTime.Value {
		t.Errorf("mean time %g to %g with a tail of 1e-2, to %g with 1e-6", best.MeanTime.Value, rough.MeanTime.Err, best.MeanTime.Err)
	}
}

func TestRateOfPassage(t *testing.T) {
	p := &Passage{MeanTime: exact.Result{Value: 50, Err: 5, Grid: 7}}
	if r := p.Rate(); r != (exact.Result{Value: 0.02, Err: 0.002, Grid: 7}) {
		t.Errorf("rate %+v", r)
	}
	r := Reduction{Valley: Valley{Loss: func(_, _ float64) float64 { return 1 }}, Axis: landscape.Axis{Saddle: 2, Exit: 5}}
	solver := func(exit float64) (*Passage, error) {
		return &Passage{Eigenvalue: exact.Result{Value: exit, Err: exit / 10, Grid: 9}}, nil
	}
	if got := must(r.Rate(solver)); got != (exact.Result{Value: 5, Err: 0.5, Grid: 9}) {
		t.Errorf("out of one well: %+v", got)
	}
	if r.Symmetric = true; must(r.Rate(solver)) != (exact.Result{Value: 1, Err: 0.1, Grid: 9}) {
		t.Errorf("between two wells: %+v", must(r.Rate(solver)))
	}
}

// A field by hand: bilinear inside, constant beyond.
func TestField(t *testing.T) {
	f := Field{Along: []float64{0, 2}, Across: []float64{1, 2, 4}, values: []float64{0, 1, 2, 10, 20, 40}}
	for _, c := range [][3]float64{{0, 1, 0}, {2, 4, 40}, {1, 1.5, 7.75}, {0, 3, 1.5}, {-9, 1, 0}, {9, 9, 40}, {1, 0, 5}, {0.5, 4, 11.5}} {
		if got := f.At(c[0], c[1]); math.Abs(got-c[2]) > 1e-12 {
			t.Errorf("value at %v, %v is %v, want %v", c[0], c[1], got, c[2])
		}
	}
}

// slanted is a double well whose far side is a little higher, or whose sides differ off the axis,
// or on one side of it.
type slanted struct {
	landscape.Barrier
	tilt, shear float64
	below       bool
}

func (s slanted) LossGrad(dst, theta []float64) float64 {
	loss := s.Barrier.LossGrad(dst, theta)
	x := theta[0] - s.Saddle().Theta[0]
	if x <= 0 {
		return loss
	}
	extra, slope, y := s.tilt*x*x*x, 3*s.tilt*x*x, 0.0
	if len(theta) > 1 {
		if y = theta[1]; s.below {
			y = math.Min(y, 0)
		}
		extra += s.shear * x * x * x * y * y
		slope += 3 * s.shear * x * x * y * y
	}
	if dst != nil {
		dst[0] += slope
		if len(theta) > 1 {
			dst[1] += 2 * s.shear * x * x * x * y
		}
	}
	return loss + extra
}

// A barrier that is not the same on both sides is left for good at the exit, not halved at the
// saddle: on the axis, across it and on one side of a plane.
func TestReduceSeesAsymmetry(t *testing.T) {
	for _, n := range []int{1, 2} {
		q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: n}))
		for _, c := range []struct {
			tilt, shear float64
			below, want bool
		}{{0, 0, false, true}, {1e-5, 0, false, false}, {0, 1e-3, false, n == 1}, {0, 1e-3, true, n == 1}} {
			r, err := Reduce(slanted{q, c.tilt, c.shear, c.below})
			if err != nil {
				t.Fatal(err)
			}
			if r.Symmetric != c.want {
				t.Errorf("n = %d, %+v: symmetric is %v", n, c, r.Symmetric)
			}
		}
	}
	bent := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{4}}, 1))
	if r := must(Reduce(bent)); !r.Plane || r.Across != 4 || r.Along != 1 || r.Dim != 2 {
		t.Errorf("bent valley: %+v", r)
	}
	flat := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 3, Transverse: []float64{3, 3}, Flat: 2}))
	if r := must(Reduce(flat)); r.Plane || r.Across != 3 || r.Along != 1 || r.Dim != 3 {
		t.Errorf("valley with flat directions: %+v", r)
	}
}

// risen is flat at the minimum in its last direction, but not on the way.
type risen struct{ landscape.Barrier }

func (r risen) LossGrad(dst, theta []float64) float64 {
	loss, z, y := r.Barrier.LossGrad(dst, theta), theta[0], theta[len(theta)-1]
	if dst != nil {
		dst[0] += 2 * z * y * y
		dst[len(theta)-1] += 2 * z * z * y
	}
	return loss + z*z*y*y
}

// lopsided has no symmetry about its axis in three dimensions.
type lopsided struct{ landscape.Barrier }

func (l lopsided) LossGrad(dst, theta []float64) float64 {
	loss, y := l.Barrier.LossGrad(dst, theta), theta[1]
	if dst != nil {
		dst[1] += 0.3 * y * y
	}
	return loss + 0.1*y*y*y
}

func TestReduceErrors(t *testing.T) {
	if _, err := Reduce(risen{must(landscape.NewQuartic(landscape.Shape{Ratio: 2, Flat: 1}))}); err == nil || !strings.Contains(err.Error(), "is flat at the minimum but not at") {
		t.Errorf("error %v", err)
	}
	// A cubic term tells one side from the other only.
	if _, err := Reduce(lopsided{must(landscape.NewQuartic(landscape.Shape{Ratio: 1.2, EffectiveDimension: 3}))}); err == nil || !strings.Contains(err.Error(), "no reduction") {
		t.Errorf("error %v", err)
	}
	for want, k := range map[string]Kolmogorov{
		"does not curve upwards":      {Valley: Valley{Dim: 1, Loss: func(z, _ float64) float64 { return 2 - math.Exp(-(z-2)*(z-2)) + 0.01*z*z }}, Noise: lossNoise(0.1), Exit: 1.5},
		"behind the minimum has no":   {Valley: Valley{Dim: 1, Loss: func(z, _ float64) float64 { return 2 + math.Tanh(z)*math.Tanh(z) }}, Noise: lossNoise(0.3), Exit: 1},
		"has no finite integral acro": {Valley: Valley{Dim: 3, Loss: func(z, _ float64) float64 { return 1 + z*z }}, Noise: lossNoise(0.1), Exit: 1},
	} {
		if _, err := k.Solve(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// The straight path needs a loss that rises, and bends away where noise across is strong: said at
// once.
func TestStraightFactorEnds(t *testing.T) {
	q, a := unequal(t, 4, 8, 8, 0.1)
	if _, err := a.StraightFactor(t.Context(), saddle(q)); err == nil || !strings.Contains(err.Error(), "focal point") {
		t.Errorf("error %v, want a focal point", err)
	}
	q, a = unequal(t, 1, 2, 1, 0.1)
	if f := must(a.StraightFactor(t.Context(), saddle(q))); f != 1 {
		t.Errorf("F = %v in one dimension", f)
	}
}

// A bend to the left is a bend to the right in a mirror, in value and error, tails and all.
func TestPlaneMirror(t *testing.T) {
	b := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{0.5}}, 1))
	v := must(Plane(b, 0))
	mirror := v
	mirror.Loss = func(z, r float64) float64 { return v.Loss(z, -r) }
	for _, tail := range []float64{0, 1e-2} {
		k := Kolmogorov{Valley: v, Noise: lossNoise(0.3), Exit: saddle(b), Tail: tail, Tolerance: 0.3}
		left := solve(t, k)
		k.Valley = mirror
		right := solve(t, k)
		for name, c := range map[string][2]float64{"λ": {left.Eigenvalue.Value, right.Eigenvalue.Value}, "time": {left.MeanTime.Value, right.MeanTime.Value},
			"error of λ": {left.Eigenvalue.Err, right.Eigenvalue.Err}, "error of the time": {left.MeanTime.Err, right.MeanTime.Err},
			"⟨z₂⟩": {left.Expect(func(_, r float64) float64 { return r }), -right.Expect(func(_, r float64) float64 { return r })}} {
			near(t, name, c[1], c[0], 1e-6)
		}
	}
}

// Where escape is not rare λ is not the inverse of any mean time, and iteration must settle: the
// three rates of a double well at T = 0.2, found apart from this library.
func TestRatesThatAreNotRare(t *testing.T) {
	q, v := quartic(t, 1, 1.5)
	p := solve(t, Kolmogorov{Valley: v, Noise: lossNoise(0.2), Exit: saddle(q)})
	near(t, "λ/2", p.Eigenvalue.Value/2, 0.012166, 1e-4)
	near(t, "half the inverse mean time", 0.5/p.MeanTime.Value, 0.011703, 1e-4)
	far := solve(t, Kolmogorov{Valley: v, Noise: lossNoise(0.2), Exit: 2 * saddle(q)})
	near(t, "inverse time from bottom to bottom", far.Rate().Value, 0.010712, 1e-4)
}

// No tolerance given is one of 5e-4.
func TestDefaultTolerance(t *testing.T) {
	q, v := quartic(t, 11, 4)
	k := Kolmogorov{Valley: v, Noise: lossNoise(0.2), Exit: saddle(q)}
	want := solve(t, k).MeanTime
	if k.Tolerance = 5e-4; solve(t, k).MeanTime != want {
		t.Errorf("mean time %+v by default, %+v to 5e-4", want, solve(t, k).MeanTime)
	}
	if k.Tolerance = 5e-2; solve(t, k).MeanTime == want {
		t.Errorf("mean time %+v to 5e-4 and 5e-2", want)
	}
}
