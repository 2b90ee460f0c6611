package model

import (
	"fmt"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Gram implements [Gramer] layer by layer, K = Σ_layers (d dᵀ) ∘ (a aᵀ + 1), from the
// activations of the B samples (B × width, not B × P) in B²·Σ(in + out) multiplications.
func (m *MLP) Gram(dst *mat.SymDense, theta []float64, batch []int) error {
	if err := checkOneOutput(m.y.Cols); err != nil {
		return err
	}
	n := batchLen(batch, m.x.Rows)
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

// gramBlock is the number of samples whose columns a worker fills at a time: wide enough for
// the row sums, and two blocks (dd and aa, 96 KB) stay in a second-level cache.
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
