package model

import "gonum.org/v1/gonum/floats"

// JacobianMultiplier has a fast product with the derivatives of the outputs.
type JacobianMultiplier interface {
	// JacVec stores J_μ·v, J_μ = ∂f(θ,x_μ)/∂θ, of each sample of the batch in dst: B×k for k
	// outputs, row by row. With one output they are the slopes ∇f_μ·v of Eq. 7 along v.
	JacVec(dst, theta, v []float64, batch []int)
}

var (
	_ JacobianMultiplier = (*MLP)(nil)
	_ JacobianMultiplier = (*Linear)(nil)
)

// JacVec implements [JacobianMultiplier].
func (m *MLP) JacVec(dst, theta, v []float64, batch []int) {
	n, k := batchLen(batch, m.x.Rows), m.y.Cols
	checkLen("destination", dst, n*k, false)
	checkLen("v", v, m.params, false)
	m.begin(theta, v, batch)
	for lo := 0; lo < n; lo += chunkRows {
		m.chunk(lo, min(lo+chunkRows, n))
		m.pool.do(phaseForward, m.pass.rows)
		copy(dst[lo*k:], m.pass.out().ra[:m.pass.rows*k])
	}
}

// JacVec implements [JacobianMultiplier]: x_μ·v.
func (m *Linear) JacVec(dst, _, v []float64, batch []int) {
	n := batchLen(batch, m.x.Rows)
	checkLen("destination", dst, n, false)
	checkLen("v", v, m.x.Cols, false)
	for i := range n {
		dst[i] = floats.Dot(m.row(sampleAt(batch, i)), v)
	}
}
