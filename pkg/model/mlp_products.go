package model

import "gonum.org/v1/gonum/floats"

// LossGrad implements [Model] as a batch of one.
func (m *MLP) LossGrad(grad, theta []float64, sample int) float64 {
	m.one[0] = sample
	return m.NormGrad(nil, nil, grad, theta, m.one[:])
}

// BatchGrad implements [BatchGradienter].
func (m *MLP) BatchGrad(grad, theta []float64, batch []int) float64 {
	return m.NormGrad(nil, nil, grad, theta, batch)
}

// NormGrad implements [NormGradienter]. Norms cost one pass of the small layers on top of
// the gradient; without grad they cost half of it.
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
			m.pool.do(phaseGradient, m.weightRowCount())
		}
	}
	return loss / float64(n)
}

// Outputs stores f(θ, x_μ) in dst, B×k row by row.
func (m *MLP) Outputs(dst, theta []float64, batch []int) {
	m.begin(theta, nil, batch)
	m.collect(dst, m.pass.out().a)
}

// JacVec implements [JacobianMultiplier].
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
// (Pearlmutter's R-operator, Neural Computation 1994), change ∂ℓ/∂f at the outputs, and send
// that back. They cost about two gradients and never form a matrix.
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

// GaussNewtonVec implements [GaussNewtonMultiplier].
func (m *MLP) GaussNewtonVec(dst, theta, v, weights []float64, batch []int) {
	m.curvature(gaussNewton, dst, theta, v, weights, batch)
}

// SecondMomentVec implements [SecondMomentMultiplier].
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
		m.pool.do(phaseGradient, m.weightRowCount())
	}
}

// timesOutputHessian stores Λu in dst: u for mean-square; p∘u − p(p·u) for cross-entropy,
// where p = d + y are the softmax probabilities. dst may be d.
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
