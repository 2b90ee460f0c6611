package model

import (
	"gonum.org/v1/gonum/floats"
)

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
		m.chunk(lo, min(lo+chunkRows, n))
		m.pool.do(phaseForward, p.rows)
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
