package regression

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

// Where elimination with pivots works too, both ways solve the same equations: it keeps 16 digits
// less those of the mean number of steps.
func TestStepsAgainstPivots(t *testing.T) {
	for _, test := range []struct {
		chain Chain
		c     float64
	}{{gaussianChain(0.1, 1, 1), 1.5}, {gaussianChain(0.1, 1, 1), 2}, {gaussianChain(0.1, 1, 2), 2}, {gaussianChain(0.1, 1, 8), 2},
		{gaussianChain(0.4, 8, 1), 1.5}, {Chain{0.1, 1, 1, 1, nil, uniformLabels}, 1.5}} {
		g := newLattice(test.chain.passageEdges(test.c, 0))
		steps, rounding, err := test.chain.steps(g, 0, usualDepth)
		if err != nil {
			t.Fatal(err)
		}
		a, leave := test.chain.transitions(g, 0, usualDepth)
		for i, v := range leave {
			row := a.RawRowView(i)
			row[i] = 0
			v += floats.Sum(row)
			floats.Scale(-1, row)
			row[i] = v
		}
		one, want := make([]float64, len(leave)), mat.NewVecDense(len(leave), nil)
		floats.AddConst(1, one)
		if err := want.SolveVec(a, mat.NewVecDense(len(one), one)); err != nil {
			t.Fatal(err)
		}
		d := floats.Distance(steps, want.RawVector().Data, math.Inf(1)) / steps[0]
		if d > 1e-9 || d > rounding+4e-16*steps[0] {
			t.Errorf("%+v, c = %v: %.8g steps, with pivots %.8g", test.chain, test.c, steps[0], want.AtVec(0))
		}
		t.Logf("%.6g steps, with pivots another by %.1g, own estimate of rounding %.1g", steps[0], d, rounding)
	}
}

// Escapes that take up to 10⁵³ steps have the barriers in them that are known apart: the slope of
// log(t/√T) is the jump barrier at c = 6, 1.936 near η = 0.03 and 1.939 in the limit, and at fixed
// η and B → ∞ that of log(t√T) is the least action in discrete time, 0.3636 at η = 0.4 and 0.2375
// at 0.8.
func TestRareBarriers(t *testing.T) {
	slope := func(c Chain, ratio, power float64, next Chain) float64 {
		log := func(c Chain) (y, x float64) {
			r := must(c.MeanFirstPassage(ratio, exact.Settings{Tolerance: 1e-3}))
			x = float64(c.BatchSize) / c.LearningRate
			t.Logf("η = %v, B = %d, c = %v: t = %.5g, Err %.1g of it, %d nodes", c.LearningRate, c.BatchSize, ratio, r.Value, r.Err/r.Value, r.Grid)
			return math.Log(r.Value) + power*math.Log(x), x
		}
		y0, x0 := log(c)
		y1, x1 := log(next)
		return (y1 - y0) / (x1 - x0)
	}
	for _, test := range []struct {
		a, b               Chain
		c, power, want, by float64
	}{
		{gaussianChain(0.032, 1, 1), gaussianChain(0.028, 1, 1), 6, 0.5, 1.936, 4e-3},
		{gaussianChain(0.018, 1, 1), gaussianChain(0.016, 1, 1), 6, 0.5, 1.939, 1e-3},
		{gaussianChain(0.4, 90, 1), gaussianChain(0.4, 100, 1), 1.5, -0.5, 0.3635, 3e-4},
		{gaussianChain(0.8, 300, 1), gaussianChain(0.8, 380, 1), 1.5, -0.5, 0.2375, 3e-4},
	} {
		if got := slope(test.a, test.c, test.power, test.b); math.Abs(got-test.want) > test.by {
			t.Errorf("η = %v, B = %d, c = %v: slope %.5f, want %v", test.a.LearningRate, test.a.BatchSize, test.c, got, test.want)
		} else {
			t.Logf("slope %.5f, want %v", got, test.want)
		}
	}
}

// What used to be out of reach settles, in more dimensions and for other labels too.
func TestRareSettles(t *testing.T) {
	for _, c := range []Chain{gaussianChain(0.1, 4, 1), gaussianChain(0.1, 4, 4), {0.05, 1, 1, 1, nil, uniformLabels}, {0.04, 1, 1, 1, GammaFeatures{1, 2}, nil}} {
		r, err := c.MeanFirstPassage(4, exact.Settings{Tolerance: 1e-2})
		if err != nil || !(r.Value > 1e12*c.LearningRate) {
			t.Errorf("%+v: %v, %v", c, r, err)
		}
		t.Logf("%+v: t = %.5g, Err %.1g of it, %d nodes", c, r.Value, r.Err/r.Value, r.Grid)
	}
	if r, err := gaussianChain(0.003, 1, 1).MeanFirstPassage(3, exact.Settings{}); !errors.Is(err, ErrOutOfReach) {
		t.Errorf("10¹⁹⁷ steps: %v, %v", r, err)
	}
}

func ExampleChain_MeanFirstPassage_rare() {
	sgd := Chain{LearningRate: 0.01, BatchSize: 1, Dim: 1, LabelNoise: 1}
	r, err := sgd.MeanFirstPassage(3, exact.Settings{})
	fmt.Printf("t_p = %.3g, %v\n", r.Value, err)
	// Output: t_p = 1.52e+58, <nil>
}
