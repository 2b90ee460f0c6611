package model

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Gram implements [Gramer] layer by layer, K = Σ_layers (d dᵀ) ∘ (a aᵀ + 1), from the
// activations of the B samples (B × width, not B × P) in B²·Σ(in + out) multiplications.
func (m *MLP) Gram(dst *mat.SymDense, theta []float64, batch []int, of Vectors) error {
	if of == OutputGradients && m.y.Cols != 1 {
		return fmt.Errorf("model: gram matrix of output gradients for %d outputs, want 1: %w", m.y.Cols, ErrUnsupported)
	}
	n := batchLen(batch, m.x.Rows)
	if dst.IsEmpty() {
		dst.ReuseAsSym(n)
	}
	if got := dst.SymmetricDim(); got != n {
		panic(fmt.Sprintf("model: gram matrix of size %d, want %d", got, n))
	}
	a, d := m.record(theta, batch, n, of)
	dst.Zero()
	k := dst.RawSymmetric()
	dd, aa := make([]float64, blockRows*n), make([]float64, blockRows*n)
	for lo := 0; lo < n; lo += blockRows {
		rows, cols := min(blockRows, n-lo), n-lo // the upper triangle
		for l, w := range m.layers {
			dd, aa := dd[:rows*cols], aa[:rows*cols]
			zero(dd)
			zero(aa)
			mulBTo(rows, cols, w.out, d[l][lo*w.out:], w.out, d[l][lo*w.out:], w.out, dd, cols)
			mulBTo(rows, cols, w.in, a[l][lo*w.in:], w.in, a[l][lo*w.in:], w.in, aa, cols)
			for i := range rows {
				row := k.Data[(lo+i)*k.Stride+lo+i : (lo+i)*k.Stride+n]
				for j := range row {
					row[j] += dd[i*cols+i+j] * (aa[i*cols+i+j] + 1)
				}
			}
		}
	}
	return nil
}

// record returns every layer's inputs a and back-propagated d of the whole batch.
func (m *MLP) record(theta []float64, batch []int, n int, of Vectors) (a, d [][]float64) {
	a, d = make([][]float64, len(m.layers)), make([][]float64, len(m.layers))
	for l, w := range m.layers {
		a[l], d[l] = make([]float64, n*w.in), make([]float64, n*w.out)
	}
	m.begin(theta, nil, batch)
	p := &m.pass
	for lo := 0; lo < n; lo += chunkRows {
		m.chunk(lo, min(lo+chunkRows, n))
		m.pool.do(phaseForward, p.rows)
		if of == OutputGradients {
			for i := range p.rows {
				p.out().d[i] = 1
			}
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
