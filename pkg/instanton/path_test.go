package instanton

import (
	"context"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/root"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// TestToPoint: barriers against closed forms and against values of an independent minimum action
// method (the bent and the sharp valley) and of [Shoot] (Maier–Stein beyond α = 4). The error given
// bounds what they are off by.
func TestToPoint(t *testing.T) {
	iso := func(b *landscape.Bent) Hamiltonian {
		return quasipotential.GaussianNoise{Landscape: b, Hess: sym(2, 1, 0, 0, 1)}
	}
	for _, c := range []struct {
		name string
		h    Hamiltonian
		to   []float64
		want float64
		off  float64 // of the reference
	}{
		{"Maier–Stein, α = 1", maierStein(1, 1), nil, 0.5, 0},
		{"α = 4", maierStein(1, 4), nil, 0.5, 0},
		{"α = 5", maierStein(1, 5), nil, 0.4831, 1e-4},
		{"equal outliers", aligned(bent(3, 1, 0)), bent(3, 1, 0).Saddle().Theta, math.Log(3), 0},
		{"unequal, c = 2", aligned(bent(2, 4, 0)), bent(2, 4, 0).Saddle().Theta, math.Ln2, 0},
		{"unequal, c = 4", aligned(bent(4, 4, 0)), bent(4, 4, 0).Saddle().Theta, 1.2875, 1e-4},
		{"unequal, c = 8", aligned(bent(8, 8, 0)), bent(8, 8, 0).Saddle().Theta, 0.936, 5e-4},
		{"bent, isotropic", iso(bent(2, 4, 1)), bent(2, 4, 1).Saddle().Theta, math.Ln2, 0},
		{"bent, frozen", quasipotential.Frozen{Landscape: bent(2, 4, 1), Noise: sym(2, 2, 0, 0, 2)}, bent(2, 4, 1).Saddle().Theta, 1, 0},
	} {
		from := []float64{0, 0}
		if c.to == nil {
			from, c.to = []float64{-1, 0}, []float64{0, 0}
		}
		p, err := ToPoint(t.Context(), c.h, from, c.to, Settings{Tolerance: 3e-4})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if off := math.Abs(p.Barrier.Value - c.want); off > p.Barrier.Err+c.off+1e-9 {
			t.Errorf("%s: ΔS = %+v, want %v", c.name, p.Barrier, c.want)
		}
		// Along its points the action is that of another integration, which allows any path.
		other := must(quasipotential.Quasipotential(c.h, p.Points, exact.Settings{Tolerance: 1e-6})).Value
		near(t, c.name+", along its points", other, c.want, 1e-3)
		near(t, c.name+", S at its end", p.Action[len(p.Action)-1], c.want, 1e-3)
	}
}

// TestToLevel: linear regression in the plane and in four dimensions. With normal labels S =
// |θ|²/σ² and the exit lies where the loss is stiffest; with uniform ones the path is that axis
// too, and S an integral along it of the root of H.
func TestToLevel(t *testing.T) {
	for _, c := range []float64{1.5, 2, 3} {
		for _, labels := range []quasipotential.Labels{quasipotential.NormalLabels{Sigma: 1}, quasipotential.UniformLabels{Sigma: 1}} {
			for _, features := range []*mat.SymDense{sym(2, 1, 0, 0, 0.5), sym(4, 0.5, 0, 0, 0, 0, 0.7, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.2)} {
				r := quasipotential.Regression{Features: features, Labels: labels}
				p, err := ToLevel(t.Context(), r, make([]float64, r.Dim()), quasipotential.Loss{Regression: r}, c/2, Settings{})
				if err != nil {
					t.Fatal(err)
				}
				far := math.Sqrt(c - 1)
				line := quasipotential.Regression{Features: sym(1, 1), Labels: labels}
				want := quad.Fixed(func(x float64) float64 { return axisMomentum(line, x) }, 0, far, 40, nil, 0)
				if _, ok := labels.(quasipotential.NormalLabels); ok {
					want = c - 1
				}
				near(t, fmt.Sprintf("%T, c = %v, d = %d: ΔS", labels, c, r.Dim()), p.Barrier.Value, want, 1e-5)
				exit := p.Exit()
				near(t, "exit along the stiffest axis", math.Abs(exit[max(0, r.Dim()-2)]), far, 1e-6)
			}
		}
	}
}

// axisMomentum is the p > 0 at which H of a regression in one dimension is 0.
func axisMomentum(r quasipotential.Regression, theta float64) float64 {
	h := func(p float64) float64 { return r.Log(make([]float64, 1), sym(1, 0), []float64{theta}, []float64{p}) }
	hi := 1e-3
	for h(hi) < 0 {
		hi *= 1.5
	}
	return root.Bisect(1e-9, hi, func(p float64) bool { return h(p) < 0 })
}

// TestOneDimension: there the path has no choice, and the factor is that of Eq. 16.
func TestOneDimension(t *testing.T) {
	well := must(landscape.NewQuartic(landscape.Shape{Ratio: 4}))
	p := over(t, well, Settings{})
	near(t, "ΔS", p.Barrier.Value, math.Log(4), 1e-6)
	r := must(p.Rate(t.Context()))
	want := -0.5*math.Log(4) + math.Log(math.Sqrt(0.5)/(2*math.Pi))
	if math.Abs(r.LogFactor-want) > 2*r.Err {
		t.Errorf("log factor %v ± %v, want %v", r.LogFactor, r.Err, want)
	}
	r2 := quasipotential.Regression{Features: sym(1, 1), Labels: quasipotential.NormalLabels{Sigma: 1}}
	level := must(ToLevel(t.Context(), r2, []float64{0}, quasipotential.Loss{Regression: r2}, 0.75, Settings{}))
	near(t, "ΔS to the level", level.Barrier.Value, 0.5, 1e-6)
}

// TestSettings: what cannot be settled says so, and a context is heard.
func TestSettings(t *testing.T) {
	b := bent(8, 8, 0)
	if _, err := ToPoint(t.Context(), aligned(b), []float64{0, 0}, b.Saddle().Theta, Settings{Tolerance: 1e-9, Points: 200}); err == nil {
		t.Error("settled to 1e−9")
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ToPoint(done, aligned(b), []float64{0, 0}, b.Saddle().Theta, Settings{}); err == nil {
		t.Error("context not heard by a path")
	}
	if _, err := Solve(done, aligned(b), []float64{0, 0}, Window{-1, 1, -1, 1, 21, 21}); err == nil {
		t.Error("context not heard by a field")
	}
	if _, err := Shoot(done, aligned(b), []float64{0, 0}, []float64{0.1, 0}, Shot{Length: 1}); err == nil {
		t.Error("context not heard by a shot")
	}
	straight := [][]float64{{0, 0}, b.Saddle().Theta}
	near(t, "a guess keeps its valley", over(t, b, Settings{Guess: straight}).Barrier.Value, math.Log(8), 1e-4)
	r := quasipotential.Regression{Features: sym(2, 1, 0, 0, 0.5), Labels: quasipotential.NormalLabels{Sigma: 1}}
	guess := [][]float64{{0, 0}, {0.1, 1.3}}
	guess[1][0] = math.Sqrt(1 - 0.5*guess[1][1]*guess[1][1])
	p := must(ToLevel(t.Context(), r, []float64{0, 0}, quasipotential.Loss{Regression: r}, 1, Settings{Guess: guess}))
	near(t, "from a guess", p.Barrier.Value, 1, 1e-5)
}
