package model

import "gonum.org/v1/gonum/floats"

var (
	_ SlopeNormer = (*MLP)(nil)
	_ SlopeNormer = (*Conv)(nil)
	_ SlopeNormer = (*outputs)(nil)
)

// SlopeNorms implements [SlopeNormer]: one way back for every output, with 1 for ∂ℓ/∂f_j.
func (m *MLP) SlopeNorms(dst, theta []float64, batch []int) {
	n, k := batchLen(batch, m.x.Rows), m.y.Cols
	checkLen("destination", dst, n, false)
	clear(dst)
	m.begin(theta, nil, batch)
	p := &m.pass
	for lo := 0; lo < n; lo += chunkRows {
		m.forward(lo, n)
		for j := range k {
			clear(p.out().d)
			for i := range p.rows {
				p.out().d[i*k+j] = 1
			}
			m.backward()
			m.pool.do(phaseNorms, p.rows)
			floats.Add(dst[lo:lo+p.rows], p.norms[:p.rows])
		}
	}
}

// SlopeNorms implements [SlopeNormer].
func (m *outputs) SlopeNorms(dst, theta []float64, batch []int) {
	checkLen("destination", dst, batchLen(batch, m.y.Rows), false)
	for i := range dst {
		m.load(theta, sampleAt(batch, i), true)
		dst[i] = 0
		for j := range m.r {
			dst[i] += floats.Dot(m.slope(j), m.slope(j))
		}
	}
}
