package model

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Check puts a model through the laws that every one obeys, at θ and along random directions from
// rng, and returns the first that it breaks:
//
//   - ∇ℓ_μ is the derivative of ℓ_μ, to 1e−6 of |∇ℓ_μ| (central differences);
//   - every fast path agrees with the loop over samples, to 1e−9;
//   - H·v is the derivative of ∇L, to 1e−6 (of max(|Hv|, |∇L|)), and u·Hv = v·Hu;
//   - Gauss–Newton and second-moment products are symmetric and not negative, and
//     v·Gv = (1/N) Σ_μ |J_μv|² where the loss is mean-square;
//   - |∇ℓ_μ|² ≤ 2ℓ_μ Σ_j|∇f_j|² where the loss is mean-square, equal with one output.
//
// It costs a few passes over the samples; use it on a small set. θ must not sit on a kink (a ReLU
// whose input is exactly 0).
func Check(m Model, theta []float64, rng *rand.Rand) error {
	n, p, err := CheckPoint(m, theta)
	if err != nil {
		return fmt.Errorf("model: check of %w", err)
	}
	if rng == nil {
		return fmt.Errorf("model: check with a nil random source")
	}
	c := checker{m: m, slow: slow{m}, n: n, p: p, theta: theta, u: direction(p, rng), v: direction(p, rng)}
	// A batch with a repeat and out of order, to catch what leans on order.
	c.batch = []int{c.n - 1, 0, rng.IntN(c.n), 0}
	for _, law := range []func() error{c.sampleGradients, c.batchGradients, c.hessian, c.secondMoment, c.gaussNewton, c.slopeNorms, c.gram} {
		if err := law(); err != nil {
			return fmt.Errorf("model: %T breaks a law: %w", m, err)
		}
	}
	return nil
}

// slow hides the fast paths of a model.
type slow struct{ m Model }

func (s slow) Dims() (int, int)                           { return s.m.Dims() }
func (s slow) LossGrad(g, theta []float64, i int) float64 { return s.m.LossGrad(g, theta, i) }

type checker struct {
	m           Model
	slow        slow
	n, p        int
	theta, u, v []float64
	batch       []int
}

// step balances truncation and rounding of a central difference of f64 losses.
const step = 1e-5

// sampleGradients compares ∇ℓ_μ·v with differences of ℓ_μ.
func (c *checker) sampleGradients() error {
	g := make([]float64, c.p)
	for _, mu := range c.batch {
		c.m.LossGrad(g, c.theta, mu)
		diff := (c.m.LossGrad(nil, c.along(step), mu) - c.m.LossGrad(nil, c.along(-step), mu)) / (2 * step)
		if got, scale := floats.Dot(g, c.v), floats.Norm(g, 2)+1e-3; !(math.Abs(got-diff) <= 1e-6*scale) {
			return fmt.Errorf("∇ℓ·v of sample %d is %v, differences say %v", mu, got, diff)
		}
	}
	return nil
}

func (c *checker) batchGradients() error {
	for _, batch := range [][]int{nil, c.batch} {
		n := batchLen(batch, c.n)
		lw, nw, gw := make([]float64, n), make([]float64, n), make([]float64, c.p)
		l, nn, g, gb := make([]float64, n), make([]float64, n), make([]float64, c.p), make([]float64, c.p)
		want := NormGrad(c.slow, lw, nw, gw, c.theta, batch)
		norm, grad := NormGrad(c.m, l, nn, g, c.theta, batch), BatchGrad(c.m, gb, c.theta, batch)
		if !near(norm, want) || !near(grad, want) {
			return fmt.Errorf("loss of NormGrad is %v and of BatchGrad %v, want %v", norm, grad, want)
		}
		tol := 1e-9 + 1e-14*math.Sqrt(floats.Sum(nw)/float64(n))/(floats.Norm(gw, 2)+1e-12) // terms cancel in a minimum
		if err := cmp.Or(same("ℓ_μ", l, lw, 1e-9), same("|∇ℓ_μ|²", nn, nw, 1e-9),
			same("∇L from NormGrad", g, gw, tol), same("∇L from BatchGrad", gb, gw, tol)); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) hessian() error {
	hv, hu, plus, minus := make([]float64, c.p), make([]float64, c.p), make([]float64, c.p), make([]float64, c.p)
	HessVec(c.m, hv, c.theta, c.v, c.batch)
	HessVec(c.m, hu, c.theta, c.u, c.batch)
	BatchGrad(c.m, plus, c.along(step), c.batch)
	BatchGrad(c.m, minus, c.along(-step), c.batch)
	scale := floats.Norm(plus, 2)
	floats.Sub(plus, minus)
	floats.Scale(1/(2*step), plus)
	if d := floats.Distance(plus, hv, 2); !(d <= 1e-6*math.Max(scale, floats.Norm(hv, 2))) {
		return fmt.Errorf("product Hv is off by %v from differences of gradients, |Hv| = %v", d, floats.Norm(hv, 2))
	}
	// 1e−6, not rounding: the fallback for models without HessVec is a difference.
	return symmetric("H", c.u, hv, c.v, hu, 1e-6)
}

func (c *checker) secondMoment() error {
	got, want := make([]float64, c.p), make([]float64, c.p)
	for _, batch := range [][]int{nil, c.batch} {
		SecondMomentVec(c.m, got, c.theta, c.v, batch)
		SecondMomentVec(c.slow, want, c.theta, c.v, batch)
		if err := same("second moment", got, want, 1e-9); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) gaussNewton() error {
	m, ok := c.m.(GaussNewtonMultiplier)
	if !ok {
		return nil
	}
	gv, gu := make([]float64, c.p), make([]float64, c.p)
	w := []float64{1, 0.5, 2, 0}
	m.GaussNewtonVec(gv, c.theta, c.v, w, c.batch)
	m.GaussNewtonVec(gu, c.theta, c.u, w, c.batch)
	if q := floats.Dot(c.v, gv); !(q >= 0) {
		return fmt.Errorf("negative v·Gv = %v of Gauss–Newton, want ≥ 0", q)
	}
	if err := symmetric("Gauss–Newton", c.u, gv, c.v, gu, 1e-10); err != nil {
		return err
	}
	k := MeanSquareOutputs(c.m)
	if j, ok := c.m.(JacobianMultiplier); ok && k > 0 {
		jv := make([]float64, len(c.batch)*k)
		j.JacVec(jv, c.theta, c.v, c.batch)
		m.GaussNewtonVec(gv, c.theta, c.v, nil, c.batch)
		if got, want := floats.Dot(jv, jv)/float64(len(c.batch)), floats.Dot(c.v, gv); !near(got, want) {
			return fmt.Errorf("mean square of Jv is %v, v·Gv is %v", got, want)
		}
	}
	if k != 1 {
		return nil
	}
	// One output: ∇ℓ∇ℓᵀ = 2ℓ ∇f∇fᵀ, so the weights 2ℓ give the second moment.
	w = make([]float64, c.n)
	NormGrad(c.m, w, nil, nil, c.theta, nil)
	floats.Scale(2, w)
	m.GaussNewtonVec(gv, c.theta, c.v, w, nil)
	SecondMomentVec(c.slow, gu, c.theta, c.v, nil)
	return same("Gauss–Newton weighted with 2ℓ", gv, gu, 1e-9)
}

// slopeNorms holds them to ∇ℓ_μ = Σ_j r_j∇f_j with Σ_j r_j² = 2ℓ_μ, by Cauchy and Schwarz.
func (c *checker) slopeNorms() error {
	m, ok := c.m.(SlopeNormer)
	k := MeanSquareOutputs(c.m)
	if !ok || k == 0 {
		return nil
	}
	for _, batch := range [][]int{nil, c.batch} {
		n := batchLen(batch, c.n)
		slopes, losses, norms := make([]float64, n), make([]float64, n), make([]float64, n)
		m.SlopeNorms(slopes, c.theta, batch)
		NormGrad(c.slow, losses, norms, nil, c.theta, batch)
		for i, s := range slopes {
			if most := 2 * losses[i] * s; !(norms[i] <= most*(1+1e-9)+1e-24) || k == 1 && !near(most, norms[i]) {
				return fmt.Errorf("2ℓ|∇f|² of sample %d is %v and |∇ℓ|² %v", sampleAt(batch, i), most, norms[i])
			}
		}
	}
	return nil
}

// gram compares with ∇ℓ_μ·∇ℓ_ν = r_μr_ν ∇f_μ·∇f_ν, squared: the signs of r are not known.
func (c *checker) gram() error {
	if _, ok := c.m.(Gramer); !ok || MeanSquareOutputs(c.m) != 1 {
		return nil
	}
	for _, batch := range [][]int{nil, c.batch} {
		var k mat.SymDense
		if err := Gram(c.m, &k, c.theta, batch); err != nil {
			return err
		}
		n := batchLen(batch, c.n)
		grads, losses := mat.NewDense(n, c.p, nil), make([]float64, n)
		for i := range n {
			losses[i] = c.m.LossGrad(grads.RawRowView(i), c.theta, sampleAt(batch, i))
			for j := range i + 1 {
				dot, scale := floats.Dot(grads.RawRowView(i), grads.RawRowView(j)), 4*losses[i]*losses[j]
				got, want := scale*k.At(i, j)*k.At(i, j), dot*dot
				if size := scale*k.At(i, i)*k.At(j, j) + 1e-24; !(math.Abs(got-want) <= 1e-9*size) {
					return fmt.Errorf("gram (%d,%d) is %v, (∇ℓ·∇ℓ)² says ±%v", i, j, k.At(i, j), math.Sqrt(want/scale))
				}
			}
		}
	}
	return nil
}

func (c *checker) along(eps float64) []float64 {
	return floats.AddScaledTo(make([]float64, c.p), c.theta, eps, c.v)
}

func direction(n int, rng *rand.Rand) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	floats.Scale(1/floats.Norm(v, 2), v)
	return v
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(math.Abs(b)+1e-12) }

func same(name string, got, want []float64, tol float64) error {
	if d := floats.Distance(got, want, 2); !(d <= tol*(floats.Norm(want, 2)+1e-12)) {
		return fmt.Errorf("%s is off by %v, norm %v", name, d, floats.Norm(want, 2))
	}
	return nil
}

func symmetric(name string, u, av, v, au []float64, tol float64) error {
	a, b := floats.Dot(u, av), floats.Dot(v, au)
	if scale := floats.Norm(av, 2) + floats.Norm(au, 2) + 1e-12; !(math.Abs(a-b) <= tol*scale) {
		return fmt.Errorf("%s: u·Av = %v but v·Au = %v", name, a, b)
	}
	return nil
}
