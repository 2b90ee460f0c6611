package model

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// ConvLayer is one convolution without padding, followed by a ReLU.
type ConvLayer struct {
	Channels int // of its output, ≥ 1
	Kernel   int // width and height of the window in pixels, ≥ 1
	Stride   int // steps of the window in pixels, ≥ 1; 0 means 1
}

// ConvConfig shapes a network on square images of one channel; the zero value is a linear map with
// bias and mean-square loss.
type ConvConfig struct {
	Conv []ConvLayer
	Loss Loss
}

// Conv is a small convolutional network: convolutions with ReLU, then a linear map of all that is
// left to the k outputs. θ holds, layer by layer, the weights W (kernel·kernel·in × out, row by
// row; the rows run over the window's rows, columns and channels) and then the biases b (out); the
// last layer's window is the whole image.
//
// A convolution is one matrix product: the window's contents at every position of every sample are
// the rows of a matrix A (im2col), and a' = φ(AW + b). Backwards, AᵀD is the gradient in W, D =
// ∂ℓ/∂(AW) having a row for every position, and DWᵀ goes back to the pixels that the windows read.
// It works on one core; let several run side by side.
type Conv struct {
	layers []convLayer
	loss   Loss
	x, y   blas64.General
	params int

	state []convState // one for each layer
	per   []float64   // one sample's gradient of one layer
	one   [1]int      // the batch of LossGrad
}

// convLayer is one convolution: W starts at θ[w], b at θ[b].
type convLayer struct {
	side, in     int // pixels along an edge of its input, and channels
	kernel, step int
	to, out      int // the same of its output
	w, b         int
}

func (l convLayer) window() int { return l.kernel * l.kernel * l.in }
func (l convLayer) places() int { return l.to * l.to }

// convState is what one layer holds of a chunk of samples: the windows A, the outputs, and the
// derivatives of the loss in AW and in A.
type convState struct{ a, out, d, da, wt []float64 }

// convRows is how many samples go through at once. Their windows (0.5 MB for 144 places of 25
// pixels) stay in a second-level cache.
const convRows = 20

// NewConv returns the network on a set of square images, whose data it shares. It is an error when
// the set does not fit, its features are no square, a number of the configuration is out of range,
// a window is larger than what it moves over, or, for cross-entropy, a sample's targets are not a
// probability (≥ 0, sum 1 to 1e−9).
func NewConv(set *data.Set, cfg ConvConfig) (*Conv, error) {
	if err := checkSet(set); err != nil {
		return nil, err
	}
	if err := (MLPConfig{Loss: cfg.Loss}).check(); err != nil {
		return nil, err
	}
	m := &Conv{loss: cfg.Loss, x: set.X.RawMatrix(), y: set.Y.RawMatrix()}
	if err := checkTargets(m.loss, m.y); err != nil {
		return nil, err
	}
	side := int(math.Round(math.Sqrt(float64(m.x.Cols))))
	if side*side != m.x.Cols {
		return nil, fmt.Errorf("model: images of %d pixels, want a square", m.x.Cols)
	}
	in := 1
	for i, c := range cfg.Conv {
		if c.Channels < 1 || c.Channels > maxNumbers || c.Kernel < 1 || c.Stride < 0 {
			return nil, fmt.Errorf("model: convolution %d with %d channels, kernel %d, stride %d, want 1, 1 and 0 or more", i+1, c.Channels, c.Kernel, c.Stride)
		}
		if c.Kernel > side {
			return nil, fmt.Errorf("model: kernel %d of convolution %d on an image of %d×%d", c.Kernel, i+1, side, side)
		}
		if err := m.add(convLayer{side: side, in: in, kernel: c.Kernel, step: max(c.Stride, 1), out: c.Channels}); err != nil {
			return nil, err
		}
		side, in = m.layers[i].to, c.Channels
	}
	if err := m.add(convLayer{side: side, in: in, kernel: side, step: 1, out: m.y.Cols}); err != nil {
		return nil, err
	}
	m.scratch()
	return m, nil
}

// add appends a layer.
func (m *Conv) add(l convLayer) error {
	l.to = (l.side-l.kernel)/l.step + 1
	weights := float64(l.window()) * float64(l.out)
	numbers := float64(convRows) * float64(l.places()) * float64(max(l.window(), l.out))
	if float64(m.params)+weights+float64(l.out) > maxNumbers || numbers > maxNumbers {
		return fmt.Errorf("model: convolution of %d×%d weights at %d places, more than %d numbers (2 GiB)", l.window(), l.out, l.places(), maxNumbers)
	}
	l.w = m.params
	l.b = l.w + l.window()*l.out
	m.params = l.b + l.out
	m.layers = append(m.layers, l)
	return nil
}

// scratch makes the space that a chunk of samples needs.
func (m *Conv) scratch() {
	m.state = make([]convState, len(m.layers))
	most := 0
	for i, l := range m.layers {
		rows := convRows * l.places()
		m.state[i] = convState{a: make([]float64, rows*l.window()), out: make([]float64, rows*l.out), d: make([]float64, rows*l.out)}
		if i > 0 {
			m.state[i].da = make([]float64, rows*l.window())
		}
		most = max(most, l.window()*l.out)
	}
	m.per = make([]float64, most)
}

func (m *Conv) Clone() Model {
	if m == nil {
		return m
	}
	c := *m
	c.scratch()
	return &c
}

// Dims returns N and P.
func (m *Conv) Dims() (samples, params int) {
	if m == nil {
		return 0, 0
	}
	return m.x.Rows, m.params
}

// MeanSquareOutputs returns the number of outputs, 0 for cross-entropy.
func (m *Conv) MeanSquareOutputs() int {
	if m != nil && m.loss == MeanSquare {
		return m.y.Cols
	}
	return 0
}

// Init stores Glorot's initial point in θ: weights uniform in ±sqrt(6/(in+out)), where in and out
// are the numbers that a unit reads and that read it, k²·channels; biases 0.
func (m *Conv) Init(theta []float64, rng *rand.Rand) {
	checkLen("θ", theta, m.params, false)
	for _, l := range m.layers {
		out := l.out * l.kernel * l.kernel
		if l.to == 1 {
			out = l.out
		}
		r := math.Sqrt(6 / float64(l.window()+out))
		for i := l.w; i < l.b; i++ {
			theta[i] = r * (2*rng.Float64() - 1)
		}
		clear(theta[l.b : l.b+l.out])
	}
}

// LossGrad implements [Model] as a batch of one.
func (m *Conv) LossGrad(grad, theta []float64, sample int) float64 {
	m.one[0] = sample
	return m.NormGrad(nil, nil, grad, theta, m.one[:])
}

func (m *Conv) BatchGrad(grad, theta []float64, batch []int) float64 {
	return m.NormGrad(nil, nil, grad, theta, batch)
}

// NormGrad implements [NormGradienter]. Norms make it form each sample's own gradient, at the same
// cost as that of the chunk.
func (m *Conv) NormGrad(losses, norms, grad, theta []float64, batch []int) (loss float64) {
	n := batchLen(batch, m.x.Rows)
	checkLen("losses", losses, n, true)
	checkLen("norms", norms, n, true)
	m.begin(grad, theta)
	for lo := 0; lo < n; lo += convRows {
		rows := min(convRows, n-lo)
		m.forward(theta, batch, lo, rows)
		for i := range rows {
			l := m.lossOf(i, sampleAt(batch, lo+i))
			loss += l
			if losses != nil {
				losses[lo+i] = l
			}
		}
		if grad == nil && norms == nil {
			continue
		}
		m.backward(rows)
		if norms != nil {
			m.norms(norms[lo:lo+rows], rows)
		}
		if grad != nil {
			m.addGradient(grad, 1/float64(n), rows)
		}
	}
	return loss / float64(n)
}

// Outputs stores f(θ, x_μ) in dst, B×k row by row.
func (m *Conv) Outputs(dst, theta []float64, batch []int) {
	n, k := batchLen(batch, m.x.Rows), m.y.Cols
	checkLen("destination", dst, n*k, false)
	m.begin(nil, theta)
	for lo := 0; lo < n; lo += convRows {
		rows := min(convRows, n-lo)
		m.forward(theta, batch, lo, rows)
		copy(dst[lo*k:], m.last().out[:rows*k])
	}
}

// SlopeNorms implements [SlopeNormer], one way back for every output.
func (m *Conv) SlopeNorms(dst, theta []float64, batch []int) {
	n, k := batchLen(batch, m.x.Rows), m.y.Cols
	checkLen("destination", dst, n, false)
	clear(dst)
	m.begin(nil, theta)
	each := make([]float64, convRows)
	for lo := 0; lo < n; lo += convRows {
		rows := min(convRows, n-lo)
		m.forward(theta, batch, lo, rows)
		for j := range k {
			clear(m.last().d)
			for i := range rows {
				m.last().d[i*k+j] = 1
			}
			m.backward(rows)
			m.norms(each[:rows], rows)
			floats.Add(dst[lo:lo+rows], each[:rows])
		}
	}
}

func (m *Conv) last() *convState { return &m.state[len(m.state)-1] }

// begin checks a call and makes the transposes of the weights for the way back.
func (m *Conv) begin(grad, theta []float64) {
	if len(m.layers) == 0 {
		panic("model: a Conv that NewConv did not make")
	}
	checkLen("θ", theta, m.params, false)
	checkLen("gradient", grad, m.params, true)
	clear(grad)
	for i, l := range m.layers {
		m.state[i].wt = transpose(m.state[i].wt, theta[l.w:l.b], layer{in: l.window(), out: l.out})
	}
}

// forward sends a chunk of the batch through the network.
func (m *Conv) forward(theta []float64, batch []int, lo, rows int) {
	pixels := m.x.Cols
	for i, l := range m.layers {
		s := &m.state[i]
		for r := range rows {
			var image []float64
			if i == 0 {
				mu := sampleAt(batch, lo+r)
				if mu < 0 || mu >= m.x.Rows {
					panic(fmt.Sprintf("model: sample %d, want 0 ≤ sample < %d", mu, m.x.Rows))
				}
				image = rowOf(m.x, mu)
			} else {
				image = m.state[i-1].out[r*pixels : (r+1)*pixels]
			}
			l.gather(s.a[r*l.places()*l.window():], image)
		}
		total := rows * l.places()
		for p := range total {
			copy(s.out[p*l.out:(p+1)*l.out], theta[l.b:])
		}
		mul(blas.NoTrans, total, l.out, l.window(), 1, s.a, l.window(), theta[l.w:l.b], l.out, s.out, l.out)
		if i+1 < len(m.layers) {
			for p, v := range s.out[:total*l.out] {
				s.out[p] = max(v, 0)
			}
		}
		pixels = l.places() * l.out
	}
}

// gather stores the contents of all windows of an image, row by row, in dst (im2col).
func (l convLayer) gather(dst, image []float64) {
	l.windows(func(at, from, n int) { copy(dst[at:at+n], image[from:from+n]) })
}

// scatter adds what the windows hold to the pixels that they read (col2im).
func (l convLayer) scatter(image, src []float64) {
	l.windows(func(at, from, n int) { floats.Add(image[from:from+n], src[at:at+n]) })
}

// windows calls f for every stretch of n numbers that a window reads in one go: at in the matrix of
// windows, from in the image.
func (l convLayer) windows(f func(at, from, n int)) {
	at, n := 0, l.kernel*l.in
	for i := range l.to {
		for j := range l.to {
			for r := range l.kernel {
				f(at, ((i*l.step+r)*l.side+j*l.step)*l.in, n)
				at += n
			}
		}
	}
}

// lossOf returns the loss of one row of the chunk and stores ∂ℓ/∂f for the way back.
func (m *Conv) lossOf(row, mu int) float64 {
	k, s := m.y.Cols, m.last()
	return outputLoss(m.loss, s.out[row*k:(row+1)*k], s.d[row*k:(row+1)*k], rowOf(m.y, mu))
}

// backward carries the last layer's d down to the first.
func (m *Conv) backward(rows int) {
	for i := len(m.layers) - 1; i > 0; i-- {
		l, s, below := m.layers[i], &m.state[i], &m.state[i-1]
		total, pixels := rows*l.places(), l.side*l.side*l.in
		da := s.da[:total*l.window()]
		clear(da)
		mul(blas.NoTrans, total, l.window(), l.out, 1, s.d, l.out, s.wt, l.window(), da, l.window())
		d := below.d[:rows*pixels]
		clear(d)
		for r := range rows {
			l.scatter(d[r*pixels:(r+1)*pixels], da[r*l.places()*l.window():])
		}
		for p := range d {
			if below.out[p] == 0 {
				d[p] = 0
			}
		}
	}
}

// addGradient adds scale·AᵀD, and for b the sum of D over places, of every layer to grad.
func (m *Conv) addGradient(grad []float64, scale float64, rows int) {
	for i, l := range m.layers {
		s, total := &m.state[i], rows*l.places()
		mul(blas.Trans, l.window(), l.out, total, scale, s.a, l.window(), s.d, l.out, grad[l.w:l.b], l.out)
		for p := range total {
			floats.AddScaled(grad[l.b:l.b+l.out], scale, s.d[p*l.out:(p+1)*l.out])
		}
	}
}

// norms stores the squared norm of each sample's gradient, layer by layer: |A|²|D|² where the
// window has one place (an outer product), else that of its own AᵀD.
func (m *Conv) norms(dst []float64, rows int) {
	clear(dst)
	for i, l := range m.layers {
		s, window, places := &m.state[i], l.window(), l.places()
		for r := range rows {
			a, d := s.a[r*places*window:(r+1)*places*window], s.d[r*places*l.out:(r+1)*places*l.out]
			if places == 1 {
				dst[r] += floats.Dot(d, d) * (floats.Dot(a, a) + 1)
				continue
			}
			g := m.per[:window*l.out]
			clear(g)
			mul(blas.Trans, window, l.out, places, 1, a, window, d, l.out, g, l.out)
			dst[r] += floats.Dot(g, g)
			bias := m.per[:l.out]
			clear(bias)
			for p := range places {
				floats.Add(bias, d[p*l.out:(p+1)*l.out])
			}
			dst[r] += floats.Dot(bias, bias)
		}
	}
}
