package noise

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// matrix is a dense operator.
type matrix struct{ *mat.SymDense }

func (a matrix) Dim() int { return a.SymmetricDim() }
func (a matrix) MulVecTo(dst, v []float64) {
	mat.NewVecDense(len(dst), dst).MulVec(a.SymDense, mat.NewVecDense(len(v), v))
}

// exactShape is the definition, by dense products.
func exactShape(a, b *mat.SymDense) [3]float64 {
	var ab, ba, minus, plus mat.Dense
	ab.Mul(a, b)
	ba.Mul(b, a)
	minus.Sub(&ab, &ba)
	plus.Add(&ab, &ba)
	na, nb, tr := mat.Norm(a, 2), mat.Norm(b, 2), mat.Trace(&ab)
	return [3]float64{tr / (na * nb), tr / (nb * nb), mat.Norm(&minus, 2) / mat.Norm(&plus, 2)}
}

// Over 400 seeds the values scatter around the dense ones as their errors say: the mean of z² is 1
// to 4.5 of its own standard errors sqrt(2/400), from either side.
func TestEstimateShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a, b := mat.NewSymDense(12, nil), mat.NewSymDense(12, nil)
	for i := range 12 {
		for j := range i + 1 {
			x, y := rng.NormFloat64(), rng.NormFloat64()
			a.SetSym(i, j, x)
			b.SetSym(i, j, 0.8*x+0.6*y)
		}
		a.SetSym(i, i, a.At(i, i)+4)
		b.SetSym(i, i, b.At(i, i)+4)
	}
	want := exactShape(a, b)
	const seeds = 400
	var square [3]float64
	for seed := range uint64(seeds) {
		s, err := EstimateShape(matrix{a}, matrix{b}, 200, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range []Estimate{s.Cosine, s.Factor, s.Commutator} {
			z := (e.Value - want[i]) / e.StdErr
			square[i] += z * z / seeds
		}
	}
	for i, name := range []string{"cosine", "factor", "commutator"} {
		if math.Abs(square[i]-1) > 4.5*math.Sqrt(2.0/seeds) {
			t.Errorf("%s: mean of z² is %.3f", name, square[i])
		}
	}
	// Two multiples of one matrix.
	double := mat.NewSymDense(12, nil)
	double.ScaleSym(2, a)
	s, err := EstimateShape(matrix{double}, matrix{a}, 4, rng)
	if err != nil || math.Abs(s.Factor.Value-2) > 1e-12 || math.Abs(s.Cosine.Value-1) > 1e-12 || s.Commutator.Value > 1e-12 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestShapeHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	op := func(v float64) Operator { return product{1, func(dst, u []float64) { dst[0] = v * u[0] }} }
	two := product{2, func(dst, v []float64) { copy(dst, v) }}
	shape := func(a, b Operator, n int, rng *rand.Rand) error { _, err := EstimateShape(a, b, n, rng); return err }
	m, theta := network(t, 30, 1)
	decouple := func(m model.Model, theta []float64, batch []int) error {
		_, err := Decouple(m, theta, batch)
		return err
	}
	for name, err := range map[string]error{
		"shape of nil": shape(nil, op(1), 9, rng), "with nil": shape(op(1), nil, 9, rng), "of sizes": shape(op(1), two, 9, rng), "of one": shape(op(1), op(1), 1, rng),
		"of 1e9": shape(op(1), op(1), 1e9, rng), "without rng": shape(op(1), op(1), 9, nil), "of 0": shape(op(0), op(1), 9, rng), "of NaN": shape(op(math.NaN()), op(1), 9, rng), "of 1e200": shape(op(1e200), op(1), 9, rng),
		"decouple nil": decouple(nil, nil, nil), "at no point": decouple(m, nil, nil), "no batch": decouple(m, theta, []int{}), "sample 30": decouple(m, theta, []int{30}), "sample -1": decouple(m, theta, []int{-1}),
		"a model without slopes": decouple(counted{m: m}, theta, nil),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "noise: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if err := decouple(counted{m: m}, theta, nil); !errors.Is(err, model.ErrUnsupported) {
		t.Errorf("a model without slopes: %v", err)
	}
}

// The three sums against their definitions, from per-sample Jacobians by products with unit
// vectors.
func TestDecouple(t *testing.T) {
	for _, k := range []int{1, 3} {
		m, theta := network(t, 20, k)
		n, p := m.Dims()
		d, err := Decouple(m, theta, nil)
		if err != nil {
			t.Fatal(err)
		}
		v, jv, slopes := make([]float64, p), make([]float64, n*k), make([]float64, n)
		for i := range v {
			clear(v)
			v[i] = 1
			m.JacVec(jv, theta, v, nil)
			for mu := range slopes {
				row := jv[mu*k : (mu+1)*k]
				slopes[mu] += floats.Dot(row, row)
			}
		}
		g, exact, outputs, loss := make([]float64, p), 0.0, 0.0, 0.0
		for mu, s := range slopes {
			l := m.LossGrad(g, theta, mu)
			exact += floats.Dot(g, g) / float64(n)
			outputs += 2 / float64(k) * l * s / float64(n)
			loss += l / float64(n)
		}
		samples := 2 / float64(k) * loss * floats.Sum(slopes) / float64(n)
		for name, pair := range map[string][2]float64{"exact": {d.Exact, exact}, "outputs": {d.Outputs, outputs}, "samples": {d.Samples, samples}} {
			if math.Abs(pair[0]-pair[1]) > 1e-12*pair[1] {
				t.Errorf("%d outputs, %s: %v, want %v", k, name, pair[0], pair[1])
			}
		}
		if k == 1 && math.Abs(d.Exact-d.Outputs) > 1e-12*d.Exact {
			t.Errorf("one output, but decoupling outputs changes %v to %v", d.Exact, d.Outputs)
		}
	}
}

func TestParts(t *testing.T) {
	d := Decoupling{Losses: []float64{5, 1, 3, 3, 8}, Slopes: []float64{4, 2, 1, 1, 2}}
	losses, slopes := d.Parts(2)
	if !floats.EqualApprox(losses, []float64{0.5, 4.0 / 3}, 1e-14) || !floats.EqualApprox(slopes, []float64{0.75, 3.5 / 3}, 1e-14) {
		t.Errorf("losses %v, slopes %v", losses, slopes)
	}
	for _, n := range []int{0, -1, 6} {
		if l, s := d.Parts(n); l != nil || s != nil {
			t.Errorf("%d parts: %v, %v", n, l, s)
		}
	}
	if d.Losses[0] != 5 {
		t.Error("the samples are in another order")
	}
}
