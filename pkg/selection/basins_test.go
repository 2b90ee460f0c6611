package selection

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/kolmogorov"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/search"
)

func points(n, dim int) [][]float64 {
	rng := rand.New(rand.NewPCG(1, 2))
	at := make([][]float64, n)
	for i := range at {
		at[i] = make([]float64, dim)
		for j := range at[i] {
			at[i][j] = rng.NormFloat64()
		}
	}
	return at
}

// checkBarrier holds a barrier to its own word and to the ratio it was made for.
func checkBarrier(t *testing.T, name string, b landscape.Barrier, c float64, at [][]float64) {
	t.Helper()
	if err := landscape.CheckBarrier(b); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if err := landscape.Check(b, at...); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if got := b.Saddle().Loss / b.Minimum().Loss; math.Abs(got-c) > 1e-12*c {
		t.Errorf("%s: loss ratio %v, want %v", name, got, c)
	}
}

func TestBasinsLaws(t *testing.T) {
	base := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1, 1, 1}}
	for name, far := range map[string]Basin{
		"equal": base,
		"h":     {Loss: 1, Curvature: 9, Transverse: []float64{9, 9, 9}},
		"n":     {Loss: 1, Curvature: 1, Transverse: []float64{1, 0, 0}},
		"loss":  {Loss: 0.25, Curvature: 1, Transverse: []float64{1, 1, 1}},
		"ratio": {Loss: 1, Curvature: 60, Transverse: []float64{1, 1, 1}},
	} {
		b := must(NewBasins(base, far, 3))
		at := points(30, b.Dim())
		for _, p := range []landscape.Critical{b.Minimum(), b.Saddle(), b.FarMinimum()} {
			p.Theta[0] += 1e-4 // V‴ jumps at the point itself, which misleads differences
			at = append(at, p.Theta)
		}
		checkBarrier(t, name, b, 3, at)
		back := b.Reverse()
		checkBarrier(t, name+" reversed", back, 3/far.Loss, at)
		if got := b.FarMinimum().Hess.At(0, 0); math.Abs(got-far.Curvature) > 1e-9 {
			t.Errorf("%s: curvature at the far minimum %v, want %v", name, got, far.Curvature)
		}
		// Between the minima the loss has one maximum.
		last, turns := 1.0, 0
		for i := 1; i < 1000; i++ {
			z := b.Minimum().Theta[0] + (b.b+b.a)*float64(i)/1000
			if _, dv, _ := b.Profile(z); dv*last < 0 {
				turns, last = turns+1, dv
			}
		}
		if turns != 1 {
			t.Errorf("%s: V turns %d times between the minima, want once", name, turns)
		}
	}
	// Equal basins are the quartic double well.
	b, q := must(NewBasins(base, base, 3)), must(landscape.NewQuartic(landscape.Shape{Ratio: 3, EffectiveDimension: 4}))
	for _, z := range []float64{0, 0.3, 1, 2.7} {
		v, _, _ := b.Profile(z - b.a)
		w, _, _ := q.Profile(z)
		if math.Abs(v-1-w) > 1e-12 {
			t.Errorf("V(%v) = %v, quartic has %v", z, v-1, w)
		}
	}
}

func TestBadBasins(t *testing.T) {
	good := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1}}
	for _, test := range []struct {
		err  error
		want string
	}{
		{errOf(NewBasins(good, Basin{Loss: 1, Curvature: 1}, 2)), "1 and 0 transverse"},
		{errOf(NewBasins(good, good, 1)), "loss at the saddle = 1"},
		{errOf(NewBasins(good, Basin{Loss: -1, Curvature: 1, Transverse: []float64{1}}, 2)), "L* = -1"},
		{errOf(NewBasins(good, Basin{Loss: 1, Transverse: []float64{1}}, 2)), "h = 0"},
		{errOf(NewBasins(good, Basin{Loss: 1, Curvature: 1, Transverse: []float64{-1}}, 2)), "h_2 = -1"},
		{errOf(NewBasins(good, Basin{Loss: 1, Curvature: 65, Transverse: []float64{1}}, 2)), "at most 64"},
		{errOf(NewBasins(Basin{Loss: 1, Curvature: 1, Transverse: []float64{0}}, Basin{Loss: 1, Curvature: 1, Transverse: []float64{0}}, 2)), "flat in both"},
	} {
		if test.err == nil || !strings.Contains(test.err.Error(), test.want) {
			t.Errorf("error %v, want it to say %q", test.err, test.want)
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

// TestBasinsRates: the rates there and back obey detailed balance, κ_near·weight(near) =
// κ_far·weight(far), with the flux the same both ways.
func TestBasinsRates(t *testing.T) {
	sharp := Basin{Loss: 1, Curvature: 4, Transverse: []float64{4, 4}}
	flat := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1, 1}}
	b, err := NewBasins(sharp, flat, 2)
	if err != nil {
		t.Fatal(err)
	}
	const T = 0.05
	rate := func(l *Basins) float64 {
		v, err := kolmogorov.Axial(l, 3, l.Minimum().Theta[0])
		if err != nil {
			t.Fatal(err)
		}
		c, err := kolmogorov.Kolmogorov{Valley: v, Noise: exact.LossNoise{Temperature: T}, Exit: l.FarMinimum().Theta[0]}.Committor(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c.Rate.Value
	}
	// At equal losses the weights are as the widths, det^{−1/2}: 4^{3/2} to 1 up to O(T).
	if got := rate(b) / rate(b.Reverse()); math.Abs(got/8-1) > 0.1 {
		t.Errorf("ratio of rates %v, want 8", got)
	}
}

func ExampleNewBasins() {
	sharp := Basin{Loss: 1, Curvature: 4, Transverse: []float64{4, 4}}
	flat := Basin{Loss: 1, Curvature: 1, Transverse: []float64{1, 0}}
	b, err := NewBasins(sharp, flat, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("n = %d at z₁ = %.3f, n = %d at z₁ = %.3f\n",
		b.Near().EffectiveDimension(), b.Minimum().Theta[0], b.Far().EffectiveDimension(), b.FarMinimum().Theta[0])
	// Output: n = 3 at z₁ = -1.414, n = 2 at z₁ = 2.828
}

// The finder sees the basins as any other landscape.
func TestFindBasins(t *testing.T) {
	known := must(NewBasins(Basin{Loss: 1, Curvature: 9, Transverse: []float64{9, 9}}, Basin{Loss: 0.5, Curvature: 1, Transverse: []float64{0.2, 3}}, 3))
	found, err := search.FindEscape(t.Context(), struct{ landscape.Landscape }{known}, []float64{-1, 0.1, 0.1}, known.FarMinimum().Theta, search.PathSettings{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]landscape.Critical{{found.Minimum(), known.Minimum()}, {found.Saddle(), known.Saddle()}, {found.FarMinimum(), known.FarMinimum()}} {
		if d := floats.Distance(pair[0].Theta, pair[1].Theta, 2); d > 1e-6 {
			t.Errorf("critical point %v, want %v", pair[0].Theta, pair[1].Theta)
		}
	}
}
