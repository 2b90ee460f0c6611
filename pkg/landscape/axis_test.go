package landscape

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// turned is a barrier seen in coordinates that are turned by an angle in the plane of the first
// two, and shifted: the answers must turn with it.
type turned struct {
	Barrier
	cos, sin, shift float64
}

func (r turned) in(theta []float64) []float64 {
	x := append([]float64(nil), theta...)
	a, b := theta[0]-r.shift, theta[1]
	x[0], x[1] = r.cos*a+r.sin*b, -r.sin*a+r.cos*b
	return x
}

func (r turned) out(x []float64) []float64 {
	theta := append([]float64(nil), x...)
	theta[0], theta[1] = r.cos*x[0]-r.sin*x[1]+r.shift, r.sin*x[0]+r.cos*x[1]
	return theta
}

func (r turned) LossGrad(dst, theta []float64) float64 {
	if dst == nil {
		return r.Barrier.LossGrad(nil, r.in(theta))
	}
	g := make([]float64, len(dst))
	loss := r.Barrier.LossGrad(g, r.in(theta))
	copy(dst, g)
	dst[0], dst[1] = r.cos*g[0]-r.sin*g[1], r.sin*g[0]+r.cos*g[1]
	return loss
}

func (r turned) critical(c Critical) Critical {
	theta := r.out(c.Theta)
	return Critical{Theta: theta, Loss: c.Loss, Hess: HessianAt(struct{ Landscape }{r}, theta)}
}

func (r turned) Minimum() Critical { return r.critical(r.Barrier.Minimum()) }
func (r turned) Saddle() Critical  { return r.critical(r.Barrier.Saddle()) }

func TestFindAxis(t *testing.T) {
	for _, across := range []float64{1, 4} {
		q := must(NewQuartic(Shape{Ratio: 2, EffectiveDimension: 3, Transverse: []float64{across, across}, Flat: 1}))
		sin, cos := math.Sincos(0.7)
		r := turned{q, cos, sin, -5}
		a := must(FindAxis(r))
		if want := []float64{cos, sin, 0, 0}; !floats.EqualApprox(a.Direction, want, 1e-6) {
			t.Errorf("h⊥ = %v: axis %v, want %v", across, a.Direction, want)
		}
		z := func(x float64) float64 { return floats.Dot(a.Direction, r.out([]float64{x, 0, 0, 0})) }
		s := q.Saddle().Theta[0]
		// turned does not tell its far minimum: the exit is where L is back at L(θ*).
		for _, c := range []struct{ got, want, tol float64 }{{a.Minimum, z(0), 1e-6}, {a.Saddle, z(s), 1e-6}, {a.Exit, z(2 * s), 0.02 * s}} {
			if math.Abs(c.got-c.want) > c.tol {
				t.Errorf("h⊥ = %v: place %v on the axis, want %v", across, c.got, c.want)
			}
		}
	}
	c := must(NewCubic(Shape{Ratio: 3}))
	if a := must(FindAxis(c)); math.Abs(a.Exit-c.Far()) > 1e-3*c.Far() {
		t.Errorf("exit of the cubic at %v, want %v", a.Exit, c.Far())
	}
	if _, err := FindAxis(nil); err == nil {
		t.Error("no barrier accepted")
	}
}

func TestEigenspaces(t *testing.T) {
	h := mat.NewSymDense(4, []float64{2, 0, 0, 0, 0, 2 + 1e-9, 0, 0, 0, 0, 1e-9, 0, 0, 0, 0, 5})
	spaces := must(Eigenspaces(h))
	var got []string
	for _, s := range spaces {
		got = append(got, fmt.Sprintf("%.3g×%d", s.Curvature, len(s.Basis)))
	}
	if fmt.Sprint(got) != "[0×1 2×2 5×1]" {
		t.Errorf("eigenspaces %v", got)
	}
	if part := spaces[1].Project([]float64{1, 2, 3, 4}); !floats.EqualApprox(part, []float64{1, 2, 0, 0}, 1e-12) {
		t.Errorf("projection %v, want [1 2 0 0]", part)
	}
}

// backwards says that its far minimum is on this side of the saddle.
type backwards struct{ *Quartic }

func (b backwards) FarMinimum() Critical { return b.Minimum() }

func TestAxisAscends(t *testing.T) {
	_, err := FindAxis(backwards{must(NewQuartic(Shape{Ratio: 2}))})
	if err == nil || !strings.Contains(err.Error(), "want them ascending") {
		t.Errorf("error %v", err)
	}
}
