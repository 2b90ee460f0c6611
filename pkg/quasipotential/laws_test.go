package quasipotential

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// bounded fails the test unless a result is off the truth by no more than it says, and says no more
// than the tolerance and the search for p.
func bounded(t *testing.T, name string, r exact.Result, truth, tolerance float64) {
	t.Helper()
	if off := math.Abs(r.Value - truth); !(off <= r.Err) {
		t.Errorf("%s = %.12g, off by %g, claims %g", name, r.Value, off, r.Err)
	}
	if most := (tolerance + 2e-11) * math.Abs(truth); r.Err > most {
		t.Errorf("%s: error %g, want at most %g", name, r.Err, most)
	}
}

var tolerances = map[float64]float64{0: 1e-8, 1e-3: 1e-3, 1e-10: 1e-10} // set: what it means

func quartic(t *testing.T, ratio float64, n int) *landscape.Quartic {
	t.Helper()
	return must(landscape.NewQuartic(landscape.Shape{Ratio: ratio, EffectiveDimension: n}))
}

// Under Gaussian noise of covariance 2LH* the barrier is log c/h*, in one dimension and in more,
// and beyond the saddle it costs nothing to go down.
func TestGaussianNoise(t *testing.T) {
	for set, tolerance := range tolerances {
		for _, n := range []int{1, 2, 3} {
			well := must(landscape.NewQuartic(landscape.Shape{Ratio: 3, EffectiveDimension: n, OutlierCurvature: 2}))
			noise := GaussianNoise{Landscape: well, Hess: well.Minimum().Hess}
			path := [][]float64{well.Minimum().Theta, well.Saddle().Theta}
			r := must(Quasipotential(noise, path, exact.Settings{Tolerance: set}))
			bounded(t, fmt.Sprintf("n = %d: ΔS", n), r, math.Log(3)/2, tolerance)
			path = append(path, well.Saddle().Theta, well.FarMinimum().Theta)
			all := must(Quasipotential(noise, path, exact.Settings{Tolerance: set}))
			bounded(t, fmt.Sprintf("n = %d: ΔS to the far well", n), all, math.Log(3)/2, tolerance)
			if all.Grid != 3*r.Grid {
				t.Errorf("%d nodes on three segments, %d on one", all.Grid, r.Grid)
			}
		}
	}
}

// Linear regression with normal labels: S = |θ|²/σ², whatever h, in any dimension and direction.
func TestGaussianSamples(t *testing.T) {
	for set, tolerance := range tolerances {
		for _, c := range []GaussianSamples{{1, 1, 1}, {1, 0.3, 2}, {2, 1, 1}, {2, 3, 0.5}, {5, 0.7, 1.5}} {
			from, half, to, square := make([]float64, c.Params), make([]float64, c.Params), make([]float64, c.Params), 0.0
			for i := range to {
				to[i] = 0.3 + 0.2*float64(i)
				half[i] = to[i] / 2
				square += to[i] * to[i]
			}
			r := must(Quasipotential(c, [][]float64{from, half, to}, exact.Settings{Tolerance: set}))
			bounded(t, fmt.Sprintf("%+v: ΔS", c), r, square/(c.LabelNoise*c.LabelNoise), tolerance)
		}
	}
}

// The barrier of a million to one is still one: the search for p goes as far as it must.
func TestWideRange(t *testing.T) {
	for _, h := range []float64{1e-3, 1e3} {
		for _, n := range []int{1, 2} {
			c := GaussianSamples{n, h, 1e-2}
			from, to := make([]float64, n), make([]float64, n)
			to[0] = 1e-3 / math.Sqrt(h)
			bounded(t, fmt.Sprintf("%+v", c), must(Quasipotential(c, [][]float64{from, to}, exact.Settings{})), 1e-2/h, 1e-8)
		}
	}
	for _, n := range []int{1, 2} { // and climbs by many times the loss
		from, to := make([]float64, n), make([]float64, n)
		to[0] = 9
		bounded(t, "ΔS", must(Quasipotential(GaussianSamples{n, 1, 1}, [][]float64{from, to}, exact.Settings{})), 81, 1e-8)
	}
	steep := quartic(t, 1e4, 2)
	bounded(t, "ΔS", must(Quasipotential(GaussianNoise{steep, steep.Minimum().Hess}, [][]float64{{0, 0}, steep.Saddle().Theta}, exact.Settings{})), math.Log(1e4), 1e-8)
}

// A model's own samples: linear regression against the analytic law.
func TestSamplesAgainstAnalytic(t *testing.T) {
	set := must(data.Regression(4000, 2, 1, rand.New(rand.NewPCG(1, 2))))
	path := [][]float64{{0, 0}, {0.5, 0}}
	got := must(Quasipotential(NewSamples(must(model.NewLinear(set))), path, exact.Settings{Tolerance: 1e-3})).Value
	// θ* itself is off 0 by 1/√N, which moves ΔS = θ² by about 2·0.5/√N·few.
	if want := 0.25; math.Abs(got-want) > 0.04 {
		t.Errorf("ΔS = %v on samples, %v in law", got, want)
	}
}

// spoilt is a cumulant with one mistake.
type spoilt struct {
	Cumulant
	spoil func(k *float64, grad []float64, hess *mat.SymDense)
}

func (s spoilt) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	k := s.Cumulant.Log(grad, hess, theta, p)
	s.spoil(&k, grad, hess)
	return k
}

func TestLaws(t *testing.T) {
	set := must(data.Regression(50, 2, 1, rand.New(rand.NewPCG(3, 4))))
	well := quartic(t, 3, 2)
	theta, p := []float64{0.3, -0.2}, []float64{0.4, 0.1}
	good := GaussianSamples{Params: 2, Curvature: 1.3, LabelNoise: 0.7}
	samples := NewSamples(must(model.NewLinear(set)))
	for _, c := range []Cumulant{good, GaussianNoise{Landscape: well, Hess: well.Minimum().Hess}, samples} {
		for _, at := range [][]float64{theta, {0, 0}, {-0.5, 0.6}} { // elsewhere too: gradients are kept by θ
			if err := Check(c, at, p); err != nil {
				t.Error(err)
			}
		}
	}
	for want, spoil := range map[string]func(k *float64, grad []float64, hess *mat.SymDense){
		"K(θ, 0)":    func(k *float64, _ []float64, _ *mat.SymDense) { *k += 1e-3 },
		"∂K/∂p_0":    func(_ *float64, grad []float64, _ *mat.SymDense) { grad[0] *= 1.01 },
		"∂²K/∂p_0∂p": func(_ *float64, _ []float64, hess *mat.SymDense) { hess.SetSym(0, 1, hess.At(0, 1)+0.01) },
		"not convex": func(k *float64, grad []float64, hess *mat.SymDense) {
			*k = -*k
			for i := range grad {
				grad[i] = -grad[i]
			}
			hess.ScaleSym(-1, hess)
		},
	} {
		if err := Check(spoilt{good, spoil}, theta, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Where no sample pushes the barrier is infinite; where K exists at no p there is none, and a K
// that ends before it is 0 again stops p at its end.
func TestEnds(t *testing.T) {
	set := &data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{0, 0})}
	plane := &data.Set{X: mat.NewDense(3, 2, []float64{1, 0, 0, 1, 1, 1}), Y: mat.NewDense(3, 1, []float64{0, 0, 0})}
	for _, c := range []struct {
		m    model.Model
		path [][]float64
	}{{must(model.NewLinear(set)), [][]float64{{1}, {2}}}, {must(model.NewLinear(plane)), [][]float64{{1, 1}, {2, 2}}}} {
		if _, err := Quasipotential(NewSamples(c.m), c.path, exact.Settings{}); !errors.Is(err, ErrNoEscape) {
			t.Errorf("no way out: error %v", err)
		}
	}
	for _, n := range []int{1, 2} {
		path := [][]float64{make([]float64, n), make([]float64, n)}
		path[1][0] = 0.5
		for end, want := range map[float64]float64{0: 0, 0.2: 0.1, 10: 0.25} { // S′ = 2θ unless p is cut at its end
			r, err := Quasipotential(cut{GaussianSamples{n, 1, 1}, end}, path, exact.Settings{Tolerance: 1e-4})
			if end == 0.2 { // of p = 2θ up to θ = 0.1, then 0.2
				want = 0.01 + 0.2*0.4
			}
			if err != nil || math.Abs(r.Value-want) > 2e-3 {
				t.Errorf("n = %d, K ends at |p| = %v: ΔS = %v, %v, want %v", n, end, r.Value, err, want)
			}
		}
	}
	g, h := make([]float64, 2), mat.NewSymDense(2, nil)
	if k := (GaussianSamples{2, 1, 1}).Log(g, h, []float64{3, 0}, []float64{0, 9}); !math.IsInf(k, 1) {
		t.Errorf("K = %v beyond its domain", k)
	}
	if k := (GaussianSamples{1, 1, 3}).Log(g[:1], mat.NewSymDense(1, nil), []float64{0}, []float64{2}); !math.IsInf(k, 1) {
		t.Errorf("K = %v beyond its domain", k)
	}
}

// cut is a cumulant that exists up to a momentum only.
type cut struct {
	GaussianSamples
	end float64
}

func (c cut) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	k := c.GaussianSamples.Log(grad, hess, theta, p)
	square := 0.0
	for _, x := range p {
		square += x * x
	}
	if square > 0 && square >= c.end*c.end {
		return math.Inf(1)
	}
	return k
}

// TestSideways: a path that turns across the drift is not free where it loses height. Of noise of
// covariance a under a drift b a piece v of it costs |b||v| − b·v, in lengths of a⁻¹.
func TestSideways(t *testing.T) {
	well := quartic(t, 3, 2)
	g := GaussianNoise{well, well.Minimum().Hess}
	grad, theta, p := make([]float64, 2), []float64{0.4, 0.3}, make([]float64, 2)
	loss := well.LossGrad(grad, theta)
	for _, v := range [][]float64{{1, 0}, {0, 1}, {-0.6, 0.8}, {-0.6, -0.8}, {0.6, -0.8}} {
		want := (math.Hypot(grad[0], grad[1])*math.Hypot(v[0], v[1]) + grad[0]*v[0] + grad[1]*v[1]) / (2 * loss)
		if got := NewClimber(g).Momentum(p, theta, v); math.Abs(got-want) > 1e-9 {
			t.Errorf("along %v: %v, want %v", v, got, want)
		}
	}
}
