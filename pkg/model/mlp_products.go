package model

import (
	"fmt"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// LossGrad implements [Model] as a batch of one.
func (m *MLP) LossGrad(grad, theta []float64, sample int) float64 {
	m.one[0] = sample
	return m.NormGrad(nil, nil, grad, theta, m.one[:])
}

func (m *MLP) BatchGrad(grad, theta []float64, batch []int) float64 {
	return m.NormGrad(nil, nil, grad, theta, batch)
}

// NormGrad implements [NormGradienter]. Norms cost one pass of the small layers on top of the
// gradient; without grad they cost half of it.
func (m *MLP) NormGrad(losses, norms, grad, theta []float64, batch []int) (loss float64) {
	n := batchLen(batch, m.x.Rows)
	checkLen("losses", losses, n, true)
	checkLen("norms", norms, n, true)
	m.begin(theta, nil, batch)
	if grad != nil {
		m.gradientInto(grad, n)
	}
	for lo := 0; lo < n; lo += chunkRows {
		p := &m.pass
		m.forward(lo, n)
		loss += floats.Sum(p.losses[:p.rows])
		if losses != nil {
			copy(losses[lo:], p.losses[:p.rows])
		}
		if grad == nil && norms == nil {
			continue
		}
		m.backward()
		if norms != nil {
			m.pool.do(phaseNorms, p.rows)
			copy(norms[lo:], p.norms[:p.rows])
		}
		if grad != nil {
			m.pool.do(phaseGradient, m.weightRows)
		}
	}
	return loss / float64(n)
}

// Outputs stores f(θ, x_μ) in dst, B×k row by row.
func (m *MLP) Outputs(dst, theta []float64, batch []int) {
	m.begin(theta, nil, batch)
	m.collect(dst, m.pass.out().a)
}

func (m *MLP) JacVec(dst, theta, v []float64, batch []int) {
	checkLen("v", v, m.params, false)
	m.begin(theta, v, batch)
	m.collect(dst, m.pass.out().ra)
}

// collect stores what each chunk leaves in the output layer's from.
func (m *MLP) collect(dst, from []float64) {
	n, k := batchLen(m.pass.batch, m.x.Rows), m.y.Cols
	checkLen("destination", dst, n*k, false)
	for lo := 0; lo < n; lo += chunkRows {
		m.forward(lo, n)
		copy(dst[lo*k:], from[:m.pass.rows*k])
	}
}

// The products with matrices of curvature send the direction v forward through the network
// (Pearlmutter's R-operator, Neural Computation 1994), change ∂ℓ/∂f at the outputs, and send that
// back. They cost about two gradients and never form a matrix.
type product int

const (
	hessian      product = iota // goes back: ∂ℓ/∂f with the tangent ΛJv
	gaussNewton                 // wΛJv
	secondMoment                // ∂ℓ/∂f times ∇ℓ·v = (∂ℓ/∂f)·(Jv)
)

// HessVec implements [HessianMultiplier]: the exact Hessian (for ReLU, off its kinks).
func (m *MLP) HessVec(dst, theta, v []float64, batch []int) {
	m.curvature(hessian, dst, theta, v, nil, batch)
}

func (m *MLP) GaussNewtonVec(dst, theta, v, weights []float64, batch []int) {
	m.curvature(gaussNewton, dst, theta, v, weights, batch)
}

func (m *MLP) SecondMomentVec(dst, theta, v []float64, batch []int) {
	m.curvature(secondMoment, dst, theta, v, nil, batch)
}

func (m *MLP) curvature(kind product, dst, theta, v, weights []float64, batch []int) {
	n, k := batchLen(batch, m.x.Rows), m.y.Cols
	checkLen("weights", weights, n, true)
	checkLen("v", v, m.params, false)
	m.begin(theta, v, batch)
	if kind == hessian {
		m.tangentsBack()
	}
	m.gradientInto(dst, n)
	p, s := &m.pass, m.pass.out()
	for lo := 0; lo < n; lo += chunkRows {
		m.forward(lo, n)
		for i := range p.rows {
			from, to := i*k, (i+1)*k
			d, jv := s.d[from:to], s.ra[from:to]
			switch kind {
			case hessian:
				m.timesOutputHessian(s.rd[from:to], d, jv, i)
			case gaussNewton:
				m.timesOutputHessian(d, d, jv, i)
				floats.Scale(weightAt(weights, lo+i), d)
			case secondMoment:
				floats.Scale(floats.Dot(d, jv), d)
			}
		}
		m.backward()
		m.pool.do(phaseGradient, m.weightRows)
	}
}

// timesOutputHessian stores Λu in dst: u for mean-square; p∘u − p(p·u) for cross-entropy, where p =
// d + y are the softmax probabilities. dst may be d.
func (m *MLP) timesOutputHessian(dst, d, u []float64, row int) {
	if m.loss == MeanSquare {
		copy(dst, u)
		return
	}
	floats.AddTo(dst, d, rowOf(m.y, m.pass.sample[row]))
	pu := floats.Dot(dst, u)
	for j := range dst {
		dst[j] *= u[j] - pu
	}
}

// Gram implements [Gramer] layer by layer, K = Σ_layers (d dᵀ) ∘ (a aᵀ + 1), from the activations
// of the B samples (B × width, not B × P) in B²·Σ(in + out) multiplications.
func (m *MLP) Gram(dst *mat.SymDense, theta []float64, batch []int) error {
	n := batchLen(batch, m.x.Rows)
	if err := checkGram(dst, m.y.Cols, n, n); err != nil {
		return err
	}
	if dst.IsEmpty() {
		dst.ReuseAsSym(n)
	}
	if got := dst.SymmetricDim(); got != n {
		panic(fmt.Sprintf("model: gram matrix of size %d, want %d", got, n))
	}
	g := gram{layers: m.layers, dst: dst.RawSymmetric()}
	g.a, g.d = m.record(theta, batch, n)
	wide := 0
	for _, w := range m.layers {
		wide = max(wide, w.in, w.out)
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range m.pool.run { // which worker fills a block does not show in the bits
		wg.Go(func() {
			t, dd, aa := make([]float64, wide*gramBlock), make([]float64, gramBlock*gramBlock), make([]float64, gramBlock*gramBlock)
			for lo := int(next.Add(gramBlock)) - gramBlock; lo < n; lo = int(next.Add(gramBlock)) - gramBlock {
				g.columns(lo, min(lo+gramBlock, n), t, dd, aa)
			}
		})
	}
	wg.Wait()
	return nil
}

// gramBlock is the number of samples whose columns a worker fills at a time: wide enough for the
// row sums, and two blocks (dd and aa, 96 KB) stay in a second-level cache.
const gramBlock = 96

// gram is a Gram matrix in the making.
type gram struct {
	layers []layer
	a, d   [][]float64 // per layer: inputs and back-propagated d of every sample
	dst    blas64.Symmetric
}

// columns fills the columns lo ≤ j < hi down to the diagonal.
func (g *gram) columns(lo, hi int, t, dd, aa []float64) {
	for j := lo; j < hi; j++ {
		for i := range j + 1 {
			g.dst.Data[i*g.dst.Stride+j] = 0
		}
	}
	for l, w := range g.layers {
		for top := 0; top < hi; top += gramBlock {
			rows := min(gramBlock, hi-top)
			inner(rows, hi-lo, w.out, g.d[l], top, lo, t, dd)
			inner(rows, hi-lo, w.in, g.a[l], top, lo, t, aa)
			for i := range rows {
				for j := max(0, top+i-lo); j < hi-lo; j++ {
					g.dst.Data[(top+i)*g.dst.Stride+lo+j] += dd[i*(hi-lo)+j] * (aa[i*(hi-lo)+j] + 1)
				}
			}
		}
	}
}

// inner stores the inner products of the rows top… and lo… of v (width k) in dst, rows×cols.
func inner(rows, cols, k int, v []float64, top, lo int, t, dst []float64) {
	transpose(t, v[lo*k:(lo+cols)*k], layer{in: cols, out: k})
	clear(dst[:rows*cols])
	mul(blas.NoTrans, rows, cols, k, 1, v[top*k:], k, t, cols, dst, cols)
}

// record returns every layer's inputs a and back-propagated d of the whole batch.
func (m *MLP) record(theta []float64, batch []int, n int) (a, d [][]float64) {
	a, d = make([][]float64, len(m.layers)), make([][]float64, len(m.layers))
	for l, w := range m.layers {
		a[l], d[l] = make([]float64, n*w.in), make([]float64, n*w.out)
	}
	m.begin(theta, nil, batch)
	p := &m.pass
	for lo := 0; lo < n; lo += chunkRows {
		m.forward(lo, n)
		for i := range p.rows {
			p.out().d[i] = 1 // the one output's derivative with respect to itself
		}
		m.backward()
		copy(a[0][lo*m.x.Cols:], p.input[:p.rows*m.x.Cols])
		for l, w := range m.layers {
			copy(d[l][lo*w.out:], p.layer[l].d[:p.rows*w.out])
			if l+1 < len(m.layers) {
				copy(a[l+1][lo*w.out:], p.layer[l].a[:p.rows*w.out])
			}
		}
	}
	return a, d
}
