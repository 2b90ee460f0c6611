package gth

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A walk that is pulled back: from k it goes up with probability u and down with 1 − u, or stays at
// 0, where it cannot go down. From k to k+1 it takes D_k = 1/u + (1−u)/u·D_{k−1} steps, D_0 = 1/u.
func TestPulledBackWalk(t *testing.T) {
	for _, test := range []struct {
		n  int
		up float64
	}{{1, 0.3}, {5, 0.5}, {40, 0.1}, {60, 0.02}, {130, 0.01}} {
		p, leave := mat.NewDense(test.n, test.n, nil), make([]float64, test.n)
		want, last := make([]float64, test.n), 0.0
		for k := range test.n {
			if k+1 < test.n {
				p.Set(k, k+1, test.up)
			}
			if k > 0 {
				p.Set(k, k-1, 1-test.up)
			}
			last = (1 + (1-test.up)*last) / test.up
			for i := range k + 1 {
				want[i] += last
			}
		}
		leave[test.n-1] = test.up
		got, rounding, err := Steps(p, leave)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if e := math.Abs(v/want[i] - 1); e > 1e-13 || e > rounding {
				t.Errorf("n = %d, u = %v: from state %d in %g steps, want %g: off by %.1g, bound %.1g", test.n, test.up, i, v, want[i], e, rounding)
			}
		}
		t.Logf("n = %d, u = %v: %.4g steps, bound on rounding %.1g", test.n, test.up, got[0], rounding)
	}
}

// Elements of both signs, as interpolation makes them, against elimination with 2000 bits of the
// very same matrix.
func TestSigns(t *testing.T) {
	const n = 40
	for seed := range uint64(5) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p, leave := mat.NewDense(n, n, nil), make([]float64, n)
		for i := range n {
			for j := range n {
				p.Set(i, j, (rng.Float64()-0.1)/n*math.Exp(-3*float64(max(0, j-i))))
			}
			leave[i] = math.Exp(-4 * float64(n-i))
		}
		want := exactly(p, leave)
		got, rounding, err := Steps(p, leave)
		if err != nil {
			t.Fatal(err)
		}
		if e := math.Abs(got[0]/want - 1); e > rounding || rounding > 1e-12 {
			t.Errorf("%.6g steps, want %.6g: off by %.1g, bound %.1g", got[0], want, e, rounding)
		}
		t.Logf("%.4g steps, bound on rounding %.1g", got[0], rounding)
	}
}

// exactly returns T_0 by plain elimination in long arithmetic.
func exactly(p *mat.Dense, leave []float64) float64 {
	n := len(leave)
	num := func(x float64) *big.Float { return new(big.Float).SetPrec(2000).SetFloat64(x) }
	a, b := make([][]*big.Float, n), make([]*big.Float, n)
	for i := range n {
		a[i], b[i] = make([]*big.Float, n), num(1)
		sum := num(leave[i])
		for j := range n {
			a[i][j] = num(-p.At(i, j))
			if j != i {
				sum.Add(sum, num(p.At(i, j)))
			}
		}
		a[i][i] = sum
	}
	for k := n - 1; k > 0; k-- {
		for i := range k {
			f := num(0).Quo(a[i][k], a[k][k])
			for j := range k {
				a[i][j].Sub(a[i][j], num(0).Mul(f, a[k][j]))
			}
			b[i].Sub(b[i], num(0).Mul(f, b[k]))
		}
	}
	v, _ := b[0].Quo(b[0], a[0][0]).Float64()
	return v
}

func TestErrors(t *testing.T) {
	for _, bad := range []struct {
		p     *mat.Dense
		leave []float64
	}{
		{mat.NewDense(1, 1, nil), nil}, {mat.NewDense(1, 2, nil), []float64{1}}, {mat.NewDense(1, 1, nil), []float64{0}},
		{mat.NewDense(1, 1, nil), []float64{math.NaN()}}, {mat.NewDense(2, 2, []float64{0, 1, -1, 0}), []float64{0, 0.5}},
	} {
		if _, _, err := Steps(bad.p, bad.leave); err == nil {
			t.Errorf("%v, leaving with %v: accepted", bad.p.RawMatrix(), bad.leave)
		}
	}
}

func TestNever(t *testing.T) {
	if _, _, err := Steps(mat.NewDense(2, 2, []float64{0, 1, 1, 0}), []float64{0, 0}); !errors.Is(err, ErrNever) {
		t.Errorf("a closed chain: error %v", err)
	}
}

func BenchmarkSteps(b *testing.B) {
	const n = 400
	q, p, leave := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil), make([]float64, n)
	for i := range n {
		for j := range n {
			q.Set(i, j, 1./n)
		}
	}
	for b.Loop() {
		p.Copy(q)
		for i := range leave {
			leave[i] = 1e-40
		}
		if _, _, err := Steps(p, leave); err != nil {
			b.Fatal(err)
		}
	}
}
