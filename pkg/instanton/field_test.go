package instanton

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// TestField: 121 × 81 nodes are good to 1 % at the saddle, twice as many to half of that.
func TestField(t *testing.T) {
	for _, c := range []struct {
		name string
		h    Hamiltonian
		from []float64
		at   []float64
		w    Window
		want float64
	}{
		{"Maier–Stein, α = 1", maierStein(1, 1), []float64{-1, 0}, []float64{0, 0}, Window{-1.6, 0.4, -0.8, 0.8, 121, 81}, 0.5},
		{"Maier–Stein, α = 10", maierStein(1, 10), []float64{-1, 0}, []float64{0, 0}, Window{-1.6, 0.4, -0.8, 0.8, 121, 81}, 0.34004},
		{"bent, α = 1", aligned(bent(2, 4, 1)), []float64{0, 0}, bent(2, 4, 1).Saddle().Theta, Window{-1.5, 4, -2, 3.5, 121, 81}, 0.46754},
		{"bent, h = ¼", aligned(bent(2, 0.25, 2)), []float64{0, 0}, bent(2, 4, 2).Saddle().Theta, Window{-1.5, 4, -2, 3.5, 121, 81}, 0.85112},
		{"regression", quasipotential.Regression{Features: sym(2, 1, 0, 0, 0.5), Labels: quasipotential.NormalLabels{Sigma: 1}}, []float64{0, 0}, []float64{0.8, 0}, Window{-1.2, 1.2, -1.2, 1.2, 61, 41}, 0.64},
	} {
		f, err := Solve(t.Context(), c.h, c.from, c.w)
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.name+": S", f.At(c.at[0], c.at[1]), c.want, 0.01)
		if !(f.Sound > 0.5*c.want) {
			t.Errorf("%s: sound up to %v", c.name, f.Sound)
		}
		// The trace is a path, and leads to the cheapest one.
		guess := f.Trace(c.at)
		if !floats.Equal(guess[0], c.from) || !floats.Equal(guess[len(guess)-1], c.at) {
			t.Errorf("%s: trace from %v to %v", c.name, guess[0], guess[len(guess)-1])
		}
		near(t, c.name+": path from its trace", must(ToPoint(t.Context(), c.h, c.from, c.at, Settings{Guess: guess})).Barrier.Value, c.want, 1e-4)
	}
}

// TestFieldTable: F from the table and in closed form give the same field.
func TestFieldTable(t *testing.T) {
	h, w := maierStein(1, 5), Window{-1.6, 0.4, -0.8, 0.8, 41, 31}
	closed := must(Solve(t.Context(), h, []float64{-1, 0}, w))
	table := must(Solve(t.Context(), quasipotential.Differences{Cumulant: h}, []float64{-1, 0}, w))
	for i := range closed.X {
		for j := range closed.Y {
			if a, b := closed.Z(i, j), table.Z(i, j); math.Abs(a-b) > 1e-2*(a+0.1) {
				t.Fatalf("S = %v in closed form, %v from the table at (%v, %v)", a, b, closed.X[i], closed.Y[j])
			}
		}
	}
}

func BenchmarkField(b *testing.B) {
	for b.Loop() {
		if _, err := Solve(b.Context(), maierStein(1, 10), []float64{-1, 0}, Window{-1.6, 0.4, -0.8, 0.8, 121, 81}); err != nil {
			b.Fatal(err)
		}
	}
}
