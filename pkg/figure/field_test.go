package figure

import (
	"math"
	"strings"
	"testing"
)

// TestTabulate: a table on the nodes of Sample holds the same values.
func TestTabulate(t *testing.T) {
	f := func(x, y float64) float64 { return x - 10*y }
	want := Sample(f, 1, 3, -1, 2, 5)
	got := Tabulate(f, want.xs, want.ys)
	square := got.Map(func(z float64) float64 { return z * z })
	none := got.With(func(x, y, z float64) float64 { return z - f(x, y) })
	for c := range 5 {
		for r := range 5 {
			z := f(want.X(c), want.Y(r))
			if want.Z(c, r) != z || got.Z(c, r) != z || square.Z(c, r) != z*z || none.Z(c, r) != 0 {
				t.Errorf("z(%d, %d) = %g sampled, %g tabulated, %g squared, want %g", c, r, want.Z(c, r), got.Z(c, r), square.Z(c, r), z)
			}
		}
	}
	if v := got.Where(func(x, y float64) bool { return x == want.X(1) && y > want.Y(2) }); len(v) != 2 || v[0] != got.Z(1, 3) {
		t.Errorf("values %v", v)
	}
	if c, r := Tabulate(math.Hypot, []float64{1, 2, 4}, []float64{0, 1}).Dims(); c != 3 || r != 2 {
		t.Errorf("%d × %d nodes, want 3 × 2", c, r)
	}
}

// TestResample: cubic pieces through nodes that stand unevenly are the function at the nodes, close
// to it between them, and nothing outside.
func TestResample(t *testing.T) {
	f := func(x, y float64) float64 { return math.Sin(x) * math.Log(y) }
	xs, ys := []float64{0, 0.1, 0.3, 0.5, 0.8, 1, 1.2, 1.4}, []float64{1, 1.1, 1.25, 1.4, 1.6, 1.8, 2}
	g := Tabulate(f, xs, ys)
	same := g.Resample(xs, ys)
	fine := g.Resample([]float64{0.05, 0.7, 1.33}, []float64{1.05, 1.95})
	for c := range xs {
		for r := range ys {
			if math.Abs(same.Z(c, r)-g.Z(c, r)) > 1e-15 {
				t.Errorf("node (%v, %v): %v, want %v", xs[c], ys[r], same.Z(c, r), g.Z(c, r))
			}
		}
	}
	for c := range 3 {
		for r := range 2 {
			if want := f(fine.X(c), fine.Y(r)); math.Abs(fine.Z(c, r)-want) > 2e-3 {
				t.Errorf("at (%v, %v): %v, want %v", fine.X(c), fine.Y(r), fine.Z(c, r), want)
			}
		}
	}
	nan := math.NaN()
	for _, none := range []*Field{g.Resample([]float64{-1}, ys), g.Resample(xs, []float64{3}), g.Resample(nil, ys), g.Resample([]float64{nan}, ys),
		(*Field)(nil).Resample(xs, ys), new(Field).Resample(xs, ys), Sample(f, 1, 0, 1, 2, 4).Resample(xs, ys), Tabulate(f, []float64{0, 0}, ys).Resample([]float64{0}, ys),
		Tabulate(f, []float64{0, nan}, ys).Resample([]float64{0}, ys)} {
		if c, r := none.Dims(); c*r != 0 {
			t.Errorf("resampled to %d × %d what cannot be", c, r)
		}
	}
}

// TestDiverging: zero is in the middle of the colors whatever the values are, and what lies beyond
// the limit has the colors at the ends.
func TestDiverging(t *testing.T) {
	draw := func(limit, top float64) string {
		f := New("diverging", "title", "alt")
		f.X, f.Y = Linear("x"), Linear("y")
		f.Diverging("z", Sample(func(x, _ float64) float64 { return math.Min(x, top) }, -1, 100, 0, 1, 3), limit)
		svg, err := f.SVG()
		if err != nil {
			return err.Error()
		}
		return string(svg)
	}
	if draw(10, 50) != draw(10, 90) {
		t.Error("values beyond the limit are told apart")
	}
	for _, limit := range []float64{0, -1, math.NaN()} {
		if got := draw(limit, 50); !strings.Contains(got, "want > 0") {
			t.Errorf("limit %v accepted: %.80s", limit, got)
		}
	}
}
