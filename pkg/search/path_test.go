package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// mullerBrown is the surface of Müller and Brown (1979), raised by lift to be a positive loss. It
// knows its gradient only.
type mullerBrown struct{ lift float64 }

func (mullerBrown) Dim() int { return 2 }

func (m mullerBrown) LossGrad(dst, theta []float64) float64 {
	loss := m.lift
	clear(dst)
	for _, w := range []struct{ A, a, b, c, x, y float64 }{
		{-200, -1, 0, -10, 1, 0},
		{-100, -1, 0, -10, 0, 0.5},
		{-170, -6.5, 11, -6.5, -0.5, 1.5},
		{15, 0.7, 0.6, 0.7, -1, 1},
	} {
		x, y := theta[0]-w.x, theta[1]-w.y
		e := w.A * math.Exp(w.a*x*x+w.b*x*y+w.c*y*y)
		loss += e
		if dst != nil {
			dst[0] += e * (2*w.a*x + w.b*y)
			dst[1] += e * (w.b*x + 2*w.c*y)
		}
	}
	return loss
}

func TestMullerBrown(t *testing.T) {
	surface := mullerBrown{lift: 150}
	if err := landscape.Check(surface, []float64{0, 0}, []float64{-1, 1}, []float64{0.5, 0.3}); err != nil {
		t.Error(err)
	}
	a, b, c := []float64{-0.558224, 1.441726}, []float64{-0.050011, 0.466694}, []float64{0.623499, 0.028038}
	for _, test := range []struct{ from, to, saddle []float64 }{
		{a, b, []float64{-0.822002, 0.624313}},
		{b, c, []float64{0.212487, 0.292988}},
		{a, c, []float64{-0.822002, 0.624313}}, // the higher of two on the way
		{c, a, []float64{-0.822002, 0.624313}},
	} {
		start := []float64{test.from[0] + 0.05, test.from[1] - 0.03}
		e, err := FindEscape(t.Context(), surface, start, test.to, PathSettings{})
		if err != nil {
			t.Error(err)
			continue
		}
		for _, p := range []struct {
			name      string
			got, want []float64
		}{
			{"minimum", e.Minimum().Theta, test.from},
			{"far minimum", e.FarMinimum().Theta, test.to},
			{"saddle", e.Saddle().Theta, test.saddle},
		} {
			if floats.Distance(p.got, p.want, 2) > 2e-6 {
				t.Errorf("%v to %v: %s at %.6f, want %.6f", test.from, test.to, p.name, p.got, p.want)
			}
		}
		if err := landscape.CheckBarrier(e); err != nil {
			t.Error(err)
		}
	}
	if path := must(FindPath(t.Context(), surface, a, c, PathSettings{Images: 41})); len(path.Peaks()) != 2 {
		t.Errorf("peaks at images %v of the path, want two", path.Peaks())
	}
}

// TestFindKnownBarriers gives the finder every analytic double well, with and without its Hessian.
func TestFindKnownBarriers(t *testing.T) {
	shape := landscape.Shape{Ratio: 3, EffectiveDimension: 4, OutlierCurvature: 2, MinimumLoss: 0.5, Transverse: []float64{1, 4, 20}, Flat: 2}
	for name, known := range map[string]interface {
		landscape.Barrier
		FarMinimum() landscape.Critical
	}{
		"quartic": must(landscape.NewQuartic(shape)),
		"bent":    must(landscape.NewBent(shape, 2)),
	} {
		for _, l := range []landscape.Landscape{known, struct{ landscape.Landscape }{known}} {
			start := append([]float64(nil), known.Minimum().Theta...)
			floats.AddConst(0.1, start[:3])
			e, err := FindEscape(t.Context(), l, start, known.FarMinimum().Theta, PathSettings{})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if err := landscape.CheckBarrier(e); err != nil || math.Abs(e.Saddle().Loss/e.Minimum().Loss-3) > 1e-9 {
				t.Errorf("%s: c = %v, %v", name, e.Saddle().Loss/e.Minimum().Loss, err)
			}
			if d := floats.Distance(e.Saddle().Theta, known.Saddle().Theta, 2); d > 1e-6 {
				t.Errorf("%s: saddle %v, want %v", name, e.Saddle().Theta, known.Saddle().Theta)
			}
			hess := e.Saddle().Hess
			for i := range e.Dim() {
				for j := range e.Dim() {
					if d := hess.At(i, j) - known.Saddle().Hess.At(i, j); math.Abs(d) > 1e-4 {
						t.Errorf("%s: Hessian at the saddle off by %g", name, d)
					}
				}
			}
		}
	}
}

func TestPathFollowsBentFloor(t *testing.T) {
	b := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{5}}, 1.5))
	path := must(FindPath(t.Context(), b, b.Minimum().Theta, b.FarMinimum().Theta, PathSettings{Images: 61, Tolerance: 1e-4}))
	grad := make([]float64, 2)
	for i := 1; i < len(path.Images)-1; i++ {
		// ∇L runs along the path: the definition of a minimum-energy path. The straight steps leave
		// κ|∇L|²dt/2 ≈ 0.005 of the largest |∇L|, 0.35.
		b.LossGrad(grad, path.Images[i])
		tangent := make([]float64, 2)
		floats.SubTo(tangent, path.Images[i+1], path.Images[i-1])
		cross := tangent[0]*grad[1] - tangent[1]*grad[0]
		if math.Abs(cross) > 5e-3*floats.Norm(tangent, 2) {
			t.Errorf("force %g across the path at %v", cross/floats.Norm(tangent, 2), path.Images[i])
		}
	}
	if gap := path.Arc[2] - path.Arc[1]; math.Abs(gap-path.Arc[len(path.Arc)-1]/60) > 1e-3 {
		t.Errorf("image spacing %v, want an even 1/60 of %v", gap, path.Arc[len(path.Arc)-1])
	}
}

func TestFindErrors(t *testing.T) {
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	from, to := q.Minimum().Theta, q.FarMinimum().Theta
	done, cancel := context.WithCancel(t.Context())
	cancel()
	path := must(FindPath(t.Context(), q, from, to, PathSettings{}))
	cubic := must(landscape.NewCubic(landscape.Shape{Ratio: 2}))
	for _, test := range []struct {
		err  error
		want string
	}{
		{hostile.Err(FindMinimum(t.Context(), q, []float64{1})), "length 1, want 2"},
		{hostile.Err(FindMinimum(t.Context(), q, []float64{1, math.NaN()})), "coordinate 1 = NaN"},
		{hostile.Err(FindMinimum(done, q, []float64{1, 1})), "context canceled"},
		{hostile.Err(FindMinimum(t.Context(), q, q.Saddle().Theta)), "1 negative curvatures, want 0"},
		{hostile.Err(FindMinimum(t.Context(), cubic, []float64{20})), "search: minimum"},
		{hostile.Err(FindPath(t.Context(), q, from, from, PathSettings{})), "both ends at"},
		{hostile.Err(FindPath(t.Context(), q, from, to, PathSettings{Images: 3})), "3 images, want ≥ 5"},
		{hostile.Err(FindPath(t.Context(), q, from, to, PathSettings{Tolerance: -1})), "tolerance = -1"},
		{hostile.Err(FindPath(done, q, from, to, PathSettings{})), "context canceled"},
		{hostile.Err(FindPath(t.Context(), mullerBrown{150}, []float64{-0.558, 1.442}, []float64{0.623, 0.028}, PathSettings{MaxSteps: 3})), "after 3 steps"},
		{hostile.Err(FindSaddle(t.Context(), q, path, 99)), "image 99, want 0 to 30"},
		{hostile.Err(FindEscape(t.Context(), q, from, []float64{0.1, 0.1}, PathSettings{})), "same minimum"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", test.err, test.want)
		}
	}
	if _, err := FindPath(done, q, from, to, PathSettings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want it to wrap context.Canceled", err)
	}
}

func ExampleFindEscape() {
	// A landscape given by L and ∇L alone.
	e, err := FindEscape(context.Background(), mullerBrown{lift: 150}, []float64{-0.5, 1.4}, []float64{0, 0.5}, PathSettings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("from (%.4f, %.4f) over (%.4f, %.4f), c = %.2f\n",
		e.Minimum().Theta[0], e.Minimum().Theta[1], e.Saddle().Theta[0], e.Saddle().Theta[1], e.Saddle().Loss/e.Minimum().Loss)
	// Output: from (-0.5582, 1.4417) over (-0.8220, 0.6243), c = 33.13
}

func ExampleFindMinimum() {
	m, err := FindMinimum(context.Background(), mullerBrown{lift: 150}, []float64{0.5, 0.1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("(%.6f, %.6f)\n", m.Theta[0], m.Theta[1])
	// Output: (0.623499, 0.028038)
}

func ExampleFindPath() {
	well, err := landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{4}}, 1.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	path, err := FindPath(context.Background(), well, well.Minimum().Theta, well.FarMinimum().Theta, PathSettings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	saddle, err := FindSaddle(context.Background(), well, path, path.Peaks()[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d images, saddle at (%.4f, %.4f)\n", len(path.Images), saddle.Theta[0], saddle.Theta[1])
	// Output: 31 images, saddle at (2.8284, 1.5000)
}
