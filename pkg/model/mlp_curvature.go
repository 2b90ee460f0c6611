package model

import (
	"gonum.org/v1/gonum/floats"
)

// The products with matrices of curvature send the direction v forward through the network
// (Pearlmutter's R-operator, Neural Computation 1994), change ∂ℓ/∂f at the outputs, and send
// that back. They cost about two gradients and never form a matrix.

// HessVec implements [HessianMultiplier]: the exact Hessian (for ReLU, off its kinks).
func (m *MLP) HessVec(dst, theta, v []float64, batch []int) {
	m.begin(theta, v, batch)
	m.pass.hessian = true
	for l, w := range m.layers {
		if s := &m.pass.layer[l]; s.rd == nil {
			s.rd, s.e = make([]float64, chunkRows*w.out), make([]float64, chunkRows*w.out)
		}
	}
	m.curvature(dst, nil, outputHessian)
}

// GaussNewtonVec implements [GaussNewtonMultiplier].
func (m *MLP) GaussNewtonVec(dst, theta, v, weights []float64, batch []int) {
	checkLen("weights", weights, batchLen(batch, m.x.Rows), true)
	m.begin(theta, v, batch)
	m.curvature(dst, weights, outputGaussNewton)
}

// SecondMomentVec implements [SecondMomentMultiplier].
func (m *MLP) SecondMomentVec(dst, theta, v []float64, batch []int) {
	m.begin(theta, v, batch)
	m.curvature(dst, nil, outputSecondMoment)
}

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

// curvature runs the pass, with output deciding what goes back from each row.
func (m *MLP) curvature(dst, weights []float64, output func(m *MLP, row int, weight float64)) {
	p := &m.pass
	n := batchLen(p.batch, m.x.Rows)
	m.gradientInto(dst, n)
	for lo := 0; lo < n; lo += chunkRows {
		m.chunk(lo, min(lo+chunkRows, n))
		m.pool.do(phaseForward, p.rows)
		for i := range p.rows {
			w := 1.0
			if weights != nil {
				w = weights[lo+i]
			}
			output(m, i, w)
		}
		m.backward()
		m.pool.do(phaseGradient, m.weightRowCount())
	}
}

// outputSecondMoment sends back ∂ℓ/∂f times ∇ℓ·v = (∂ℓ/∂f)·(Jv).
func outputSecondMoment(m *MLP, row int, _ float64) {
	s, k := m.pass.out(), m.y.Cols
	d := s.d[row*k : (row+1)*k]
	floats.Scale(floats.Dot(d, s.ra[row*k:(row+1)*k]), d)
}

// outputGaussNewton sends back wΛJv.
func outputGaussNewton(m *MLP, row int, w float64) {
	s, k := m.pass.out(), m.y.Cols
	d := s.d[row*k : (row+1)*k]
	m.timesOutputHessian(d, d, s.ra[row*k:(row+1)*k], row)
	floats.Scale(w, d)
}

// outputHessian sends back ∂ℓ/∂f with the tangent ΛJv.
func outputHessian(m *MLP, row int, _ float64) {
	s, k := m.pass.out(), m.y.Cols
	m.timesOutputHessian(s.rd[row*k:(row+1)*k], s.d[row*k:(row+1)*k], s.ra[row*k:(row+1)*k], row)
}

// timesOutputHessian stores Λu in dst: u for mean-square; p∘u − p(p·u) for cross-entropy,
// where p = d + y are the softmax probabilities. dst may be d.
func (m *MLP) timesOutputHessian(dst, d, u []float64, row int) {
	if m.loss == MeanSquare {
		copy(dst, u)
		return
	}
	floats.AddTo(dst, d, m.target(m.pass.sample[row]))
	pu := floats.Dot(dst, u)
	for j := range dst {
		dst[j] *= u[j] - pu
	}
}
