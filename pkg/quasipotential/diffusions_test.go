package quasipotential

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
)

func linear(n int) model.Model {
	return must(model.NewLinear(must(data.Regression(n, 2, 1, rand.New(rand.NewPCG(1, 2))))))
}

// TestHamiltonianLaws: every Hamiltonian keeps the laws of all, in two dimensions and at several
// points.
func TestHamiltonianLaws(t *testing.T) {
	well := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{4}}, 1))
	features := mat.NewSymDense(2, []float64{1, 0.2, 0.2, 0.5})
	for _, h := range []Cumulant{
		swirl(), MaierStein(1, 10), GaussianNoise{well, well.Minimum().Hess}, Frozen{well, mat.NewSymDense(2, []float64{2, 0.3, 0.3, 1})}, NewSamples(linear(40)), NewCovariance(linear(40)),
		Regression{features, NormalLabels{0.7}}, Regression{features, UniformLabels{0.7}}, Differences{GaussianNoise{well, well.Minimum().Hess}},
	} {
		for _, theta := range [][]float64{{0.3, -0.2}, {0, 0}, {-0.5, 0.6}} {
			if err := Check(h, theta, []float64{0.2, 0.1}); err != nil {
				t.Error(err)
			}
		}
	}
	close := func(what string, got, want, tolerance float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
			t.Errorf("%s = %v, want %v", what, got, want)
		}
	}
	for _, l := range []Labels{NormalLabels{0.7}, UniformLabels{0.7}} { // ψ″ and ψ′ by differences of ψ
		const s, d = 0.8, 1e-4
		up, _, _ := l.Log(s + d)
		at, first, second := l.Log(s)
		down, _, _ := l.Log(s - d)
		close("ψ′", first, (up-down)/(2*d), 1e-6)
		close("ψ″", second, (up-2*at+down)/(d*d), 1e-5)
		_, mean, _ := l.Log(0)
		close("½σ²", mean, l.Variance()/2, 1e-12)
	}
	if psi, first, _ := (LaplaceLabels{2}).Log(0); psi != 0 || first != 2 {
		t.Errorf("Laplace labels at 0: ψ = %v, ψ′ = %v, want 0 and ½σ²", psi, first)
	}
}

// wrong is a Hamiltonian with a slope of the wrong sign, or one that pushes at p = 0.
type wrong struct {
	Hamiltonian
	sign, still float64
}

func (w wrong) Slope(dst, theta, p []float64) {
	w.Hamiltonian.Slope(dst, theta, p)
	for i := range dst {
		dst[i] *= w.sign
		if floats.Norm(p, 2) == 0 {
			dst[i] = w.still
		}
	}
}

// swirl is a diffusion whose drift has no potential, under noise that turns with the place.
func swirl() Diffusion {
	return Diffusion{2, func(b, x []float64) { b[0], b[1] = -x[0]-x[1]*x[1], x[0]-x[1] }, func(a *mat.SymDense, x []float64) {
		a.SetSym(0, 0, 1+x[0]*x[0])
		a.SetSym(0, 1, 0.3*x[1])
		a.SetSym(1, 1, 2)
	}}
}

func TestWrongHamiltonians(t *testing.T) {
	theta, p := []float64{0.3, -0.2}, []float64{0.2, 0.1}
	negative := swirl()
	negative.Covariance = func(a *mat.SymDense, _ []float64) { a.SetSym(0, 0, -1); a.SetSym(0, 1, 0); a.SetSym(1, 1, 1) }
	for want, h := range map[string]Hamiltonian{"differences of H": wrong{swirl(), -1, 0}, "p = 0, want 0": wrong{swirl(), 1, 1}, "not convex": negative} {
		if err := Check(h, theta, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
