package model

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/floats"
)

// chunkRows is how many samples go through the network at once: a mini-batch of 100 in one go, and
// the activations of a 784–100–100 network (1 MB) within a second-level cache.
const chunkRows = 128

// pass is the scratch space of one chunk of samples on its way through the network, and the vectors
// that the phases read. Rows are samples.
type pass struct {
	theta, v, dst []float64
	batch         []int
	rows          int // samples in this chunk
	scale         float64

	input  []float64 // the chunk's inputs, gathered: read several times, so once from memory
	sample []int
	layer  []state
	losses []float64
	norms  []float64

	tangent bool // v goes through the network as well
	hessian bool // and back
}

// state is what one layer holds of a chunk: outputs a, their tangents ra along v, and the
// back-propagated d = ∂ℓ/∂z with its tangent rd; e is ∂ℓ/∂a, for φ”. For the way back it holds the
// transposes of its W and, along v, of V. An activation whose slope is no function of its output
// (GELU) keeps slope = φ', and for the way back of tangents bend = φ” and rz = ż.
type state struct{ a, ra, d, rd, e, wt, vt, slope, bend, rz []float64 }

func newPass(m *MLP) pass {
	p := pass{
		layer: make([]state, len(m.layers)), input: make([]float64, chunkRows*m.x.Cols),
		sample: make([]int, chunkRows), losses: make([]float64, chunkRows), norms: make([]float64, chunkRows),
	}
	for l, w := range m.layers {
		p.layer[l] = state{a: make([]float64, chunkRows*w.out), d: make([]float64, chunkRows*w.out)}
		if m.activation == GELU {
			p.layer[l].slope = make([]float64, chunkRows*w.out)
		}
	}
	return p
}

func (p *pass) out() *state { return &p.layer[len(p.layer)-1] }

// begin sets the point and the direction (nil for none) of a pass.
func (m *MLP) begin(theta, v []float64, batch []int) {
	checkLen("θ", theta, m.params, false)
	p := &m.pass
	p.theta, p.v, p.batch, p.tangent, p.hessian = theta, v, batch, v != nil, false
	if v == nil {
		return
	}
	checkLen("v", v, m.params, false)
	for l, w := range m.layers {
		if p.layer[l].ra == nil {
			p.layer[l].ra = make([]float64, chunkRows*w.out)
		}
	}
}

// tangentsBack has the way back carry tangents as well.
func (m *MLP) tangentsBack() {
	m.pass.hessian = true
	for l, w := range m.layers {
		if s := &m.pass.layer[l]; s.rd == nil {
			s.rd, s.e = make([]float64, chunkRows*w.out), make([]float64, chunkRows*w.out)
			if m.activation == GELU {
				s.bend, s.rz = make([]float64, chunkRows*w.out), make([]float64, chunkRows*w.out)
			}
		}
	}
}

// gradientInto sets where the mean of n per-sample terms is added up.
func (m *MLP) gradientInto(dst []float64, n int) {
	checkLen("destination", dst, m.params, false)
	clear(dst)
	m.pass.dst, m.pass.scale = dst, 1/float64(n)
}

// forward sends the next chunk of n samples, from lo on, through the network.
func (m *MLP) forward(lo, n int) {
	p := &m.pass
	p.rows = min(chunkRows, n-lo)
	for i := range p.rows {
		mu := sampleAt(p.batch, lo+i)
		if mu < 0 || mu >= m.x.Rows { // here, where the caller can recover, and not in a worker
			panic(fmt.Sprintf("model: sample %d, want 0 ≤ sample < %d", mu, m.x.Rows))
		}
		p.sample[i] = mu
	}
	m.pool.do(phaseForward, p.rows)
}

// phaseForward computes outputs, losses, ∂ℓ/∂f and, with a direction, tangents.
func phaseForward(m *MLP, lo, hi int) {
	p := &m.pass
	d := m.x.Cols
	for i := lo; i < hi; i++ {
		mu := p.sample[i]
		copy(p.input[i*d:(i+1)*d], m.x.Data[mu*m.x.Stride:])
	}
	a := p.input[lo*d:]
	var ra []float64
	for l, w := range m.layers {
		s := &p.layer[l]
		m.affine(w, p.theta, hi-lo, a, s.a[lo*w.out:])
		if l+1 < len(m.layers) {
			m.activate(s, lo*w.out, hi*w.out)
		}
		if p.tangent {
			m.affine(w, p.v, hi-lo, a, s.ra[lo*w.out:])
			if l > 0 {
				mul(blas.NoTrans, hi-lo, w.out, w.in, 1, ra, w.in, p.theta[w.w:], w.out, s.ra[lo*w.out:], w.out)
			}
			if l+1 < len(m.layers) {
				if p.hessian && m.activation == GELU {
					copy(s.rz[lo*w.out:hi*w.out], s.ra[lo*w.out:])
				}
				m.timesSlope(s.ra[lo*w.out:hi*w.out], s, lo*w.out)
			}
			ra = s.ra[lo*w.out:]
		}
		a = s.a[lo*w.out:]
	}
	for i := lo; i < hi; i++ {
		p.losses[i] = m.lossOf(i)
	}
}

// affine stores aW + b in dst, with W and b from θ (or from a direction).
func (m *MLP) affine(w layer, theta []float64, rows int, a, dst []float64) {
	for i := range rows {
		copy(dst[i*w.out:(i+1)*w.out], theta[w.b:])
	}
	mul(blas.NoTrans, rows, w.out, w.in, 1, a, w.in, theta[w.w:w.b], w.out, dst, w.out)
}

// lossOf returns the loss of row i and stores ∂ℓ/∂f in the output layer's d.
func (m *MLP) lossOf(i int) (loss float64) {
	s, k := m.pass.out(), m.y.Cols
	return outputLoss(m.loss, s.a[i*k:(i+1)*k], s.d[i*k:(i+1)*k], rowOf(m.y, m.pass.sample[i]))
}

// outputLoss returns the loss of outputs f with targets y and stores ∂ℓ/∂f in d.
func outputLoss(kind Loss, f, d, y []float64) (loss float64) {
	if kind == MeanSquare {
		floats.SubTo(d, f, y)
		return floats.Dot(d, d) / 2
	}
	logZ := floats.LogSumExp(f)
	for j, v := range y {
		loss += v * (logZ - f[j])
		d[j] = math.Exp(f[j]-logZ) - v
	}
	return loss
}

// backward carries the output layer's d (and rd) down to the first layer.
func (m *MLP) backward() {
	p := &m.pass
	for l, w := range m.layers[1:] {
		s := &p.layer[l+1]
		s.wt = transpose(s.wt, p.theta[w.w:w.b], w)
		if p.hessian {
			s.vt = transpose(s.vt, p.v[w.w:w.b], w)
		}
	}
	m.pool.do(phaseBackward, p.rows)
}

// transpose stores Wᵀ, out×in, in dst, which it makes at first. It costs as much as one of the
// chunk's rows, and turns the products with Wᵀ from dots into the faster row sums.
func transpose(dst, a []float64, w layer) []float64 {
	if dst == nil {
		dst = make([]float64, len(a))
	}
	for i := range w.in {
		for j, v := range a[i*w.out : (i+1)*w.out] {
			dst[j*w.in+i] = v
		}
	}
	return dst
}

func phaseBackward(m *MLP, lo, hi int) {
	p := &m.pass
	for l := len(m.layers) - 1; l > 0; l-- {
		w, up, s := m.layers[l], &p.layer[l], &p.layer[l-1]
		from, to := lo*w.in, hi*w.in
		d := s.d[from:to]
		clear(d)
		mul(blas.NoTrans, hi-lo, w.in, w.out, 1, up.d[lo*w.out:], w.out, up.wt, w.in, d, w.in)
		if p.hessian {
			copy(s.e[from:to], d)
		}
		m.timesSlope(d, s, from)
		if !p.hessian {
			continue
		}
		rd := s.rd[from:to]
		clear(rd)
		mul(blas.NoTrans, hi-lo, w.in, w.out, 1, up.rd[lo*w.out:], w.out, up.wt, w.in, rd, w.in)
		mul(blas.NoTrans, hi-lo, w.in, w.out, 1, up.d[lo*w.out:], w.out, up.vt, w.in, rd, w.in)
		m.timesSlope(rd, s, from)
		switch m.activation {
		case Tanh: // φ''ż = −2aφ'ż = −2aȧ
			for i, e := range s.e[from:to] {
				rd[i] -= 2 * e * s.a[from+i] * s.ra[from+i]
			}
		case GELU:
			for i, e := range s.e[from:to] {
				rd[i] += e * s.bend[from+i] * s.rz[from+i]
			}
		}
	}
}

// phaseNorms stores |∇ℓ_μ|² = Σ_layers |d|²(|a|² + 1): a layer's gradient is the outer product of
// its input a (with a 1 for the bias) and d (Goodfellow, arXiv 1510.01799).
func phaseNorms(m *MLP, lo, hi int) {
	p := &m.pass
	for i := lo; i < hi; i++ {
		a2, sum := m.xnorm[p.sample[i]], 0.0
		for l, w := range m.layers {
			s := &p.layer[l]
			d, a := s.d[i*w.out:(i+1)*w.out], s.a[i*w.out:(i+1)*w.out]
			sum += floats.Dot(d, d) * (a2 + 1)
			a2 = floats.Dot(a, a)
		}
		p.norms[i] = sum
	}
}

// phaseGradient adds scale·Σ_rows aᵀd (and the tangent's part) to dst. Its items are the rows of
// all weight matrices one after another: each element of dst sums over samples in their order,
// however the items are split.
func phaseGradient(m *MLP, lo, hi int) {
	first := 0
	for l := range m.layers {
		w := m.layers[l]
		from, to := max(lo-first, 0), min(hi-first, w.in)
		first += w.in
		if from < to {
			m.addWeightRows(l, from, to)
		}
	}
}

func (m *MLP) addWeightRows(l, from, to int) {
	p, w, s := &m.pass, m.layers[l], &m.pass.layer[l]
	a := p.input
	if l > 0 {
		a = p.layer[l-1].a
	}
	d := s.d
	if p.hessian {
		d = s.rd
		if l > 0 {
			mul(blas.Trans, to-from, w.out, p.rows, p.scale, p.layer[l-1].ra[from:], w.in, s.d, w.out, p.dst[w.w+from*w.out:], w.out)
		}
	}
	mul(blas.Trans, to-from, w.out, p.rows, p.scale, a[from:], w.in, d, w.out, p.dst[w.w+from*w.out:], w.out)
	if from == 0 {
		for i := range p.rows {
			floats.AddScaled(p.dst[w.b:w.b+w.out], p.scale, d[i*w.out:(i+1)*w.out])
		}
	}
}

// activate puts φ(z) in the place of z, the elements from to to of a layer.
func (m *MLP) activate(s *state, from, to int) {
	a := s.a[from:to]
	switch m.activation {
	case ReLU:
		for i, v := range a {
			a[i] = max(v, 0)
		}
	case Tanh:
		for i, v := range a {
			a[i] = math.Tanh(v)
		}
	case GELU:
		for i, v := range a {
			below := 0.5 * math.Erfc(-v/math.Sqrt2)
			density := math.Exp(-v*v/2) / math.Sqrt(2*math.Pi)
			a[i], s.slope[from+i] = v*below, below+v*density
			if m.pass.hessian {
				s.bend[from+i] = (2 - v*v) * density
			}
		}
	}
}

// timesSlope multiplies v by φ' at the elements of a layer from from on.
func (m *MLP) timesSlope(v []float64, s *state, from int) {
	a := s.a[from : from+len(v)]
	switch m.activation {
	case ReLU:
		for i, x := range v {
			// v where a ≠ 0, else 0, without a branch that the processor would guess wrong half the
			// time.
			u := math.Float64bits(a[i])
			on := uint64(int64(u|-u) >> 63)
			v[i] = math.Float64frombits(math.Float64bits(x) & on)
		}
	case Tanh:
		for i := range v {
			v[i] *= 1 - a[i]*a[i]
		}
	case GELU:
		floats.Mul(v, s.slope[from:from+len(v)])
	}
}

// pool runs one phase of a pass on several goroutines. Its functions are made once, so that
// starting them allocates nothing; idle it holds no goroutine.
type pool struct {
	m     *MLP
	run   []func()
	phase phase
	items int
	parts int
	wg    *sync.WaitGroup
}

// phase does the items lo ≤ i < hi of a pass; what it stores must not depend on the split.
type phase func(m *MLP, lo, hi int)

func newPool(m *MLP, workers int) pool {
	p := pool{m: m, run: make([]func(), workers), wg: new(sync.WaitGroup)}
	for w := range p.run {
		p.run[w] = func() {
			defer m.pool.wg.Done()
			m.pool.part(w)
		}
	}
	return p
}

// serialWork is the number of multiplications below which starting a goroutine (a few microseconds,
// some 10⁴ of them) is not worth it.
const serialWork = 1 << 17

func (p *pool) do(f phase, items int) {
	p.phase, p.items, p.parts = f, items, min(len(p.run), items)
	if p.m.pass.rows*p.m.params < serialWork {
		p.parts = 1
	}
	p.wg.Add(p.parts - 1)
	for w := 1; w < p.parts; w++ {
		go p.run[w]()
	}
	p.part(0)
	p.wg.Wait()
}

func (p *pool) part(w int) {
	p.phase(p.m, w*p.items/p.parts, (w+1)*p.items/p.parts)
}
