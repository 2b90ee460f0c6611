package model

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// Activation is the nonlinearity φ of the hidden layers.
type Activation int

// Activations; the zero value is ReLU, the paper's.
const (
	ReLU     Activation = iota // φ(z) = max(z, 0), φ'(0) = 0
	Tanh                       // φ(z) = tanh z
	Identity                   // φ(z) = z: a deep linear network
	GELU                       // φ(z) = zΦ(z), Φ the normal distribution (arXiv 1606.08415), as PyTorch's GELU() has it
)

// Loss is the per-sample loss as a function of the outputs f and targets y.
type Loss int

// Losses; the zero value is the paper's Eq. 1.
const (
	MeanSquare   Loss = iota // ℓ = ½|f − y|², summed over outputs
	CrossEntropy             // ℓ = −Σ_k y_k log softmax(f)_k, y ≥ 0 and Σ_k y_k = 1 (appendix D)
)

// MLPConfig shapes a network; the zero value is a linear map with bias and mean-square loss.
type MLPConfig struct {
	Hidden     []int // widths of the hidden layers, each ≥ 1
	Activation Activation
	Loss       Loss
	// Workers bounds the goroutines that share one gradient; 0 means GOMAXPROCS. The result has the
	// same bits for every number.
	Workers int
}

// MLP is a fully connected network d–Hidden…–k with linear outputs. θ holds, layer by layer, the
// weights W (in×out, row by row) and then the biases b (out): a' = φ(aW + b).
//
// After the first call of each kind no method but Gram and Clone allocates.
type MLP struct {
	layers     []layer
	loss       Loss
	activation Activation
	x, y       blas64.General
	xnorm      []float64 // |x_μ|²
	params     int
	weightRows int // of all W: the items of phaseGradient

	pass pass
	pool pool
	one  [1]int // the batch of LossGrad
}

// layer is one affine map: W starts at θ[w], b at θ[b].
type layer struct{ in, out, w, b int }

// NewMLP returns the network on a set, whose data it shares; the set's features and targets give
// the numbers of inputs and outputs. It is an error when the set does not fit, a width is below 1,
// a configuration value is unknown or, for cross-entropy, a sample's targets are not a probability
// (≥ 0, sum 1 to 1e−9).
func NewMLP(set *data.Set, cfg MLPConfig) (*MLP, error) {
	if err := checkSet(set); err != nil {
		return nil, err
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	m := &MLP{loss: cfg.Loss, activation: cfg.Activation, x: set.X.RawMatrix(), y: set.Y.RawMatrix()}
	if err := checkTargets(m.loss, m.y); err != nil {
		return nil, err
	}
	in := m.x.Cols
	for _, out := range append(slices.Clone(cfg.Hidden), m.y.Cols) {
		if out > maxNumbers/max(in+1, chunkRows) || m.params+(in+1)*out > maxNumbers {
			return nil, fmt.Errorf("model: layer of %d×%d weights, more than %d in all (2 GiB)", in, out, maxNumbers)
		}
		m.layers = append(m.layers, layer{in: in, out: out, w: m.params, b: m.params + in*out})
		m.params += (in + 1) * out
		m.weightRows += in
		in = out
	}
	m.xnorm = make([]float64, m.x.Rows)
	for i := range m.xnorm {
		m.xnorm[i] = floats.Dot(rowOf(m.x, i), rowOf(m.x, i))
	}
	m.pass = newPass(m)
	m.pool = newPool(m, cmp.Or(cfg.Workers, runtime.GOMAXPROCS(0)))
	return m, nil
}

func (cfg MLPConfig) check() error {
	for l, w := range cfg.Hidden {
		if w < 1 {
			return fmt.Errorf("model: width of hidden layer %d is %d, want ≥ 1", l+1, w)
		}
	}
	switch {
	case cfg.Activation < ReLU || cfg.Activation > GELU:
		return fmt.Errorf("model: activation %d, want ReLU, Tanh, Identity or GELU", cfg.Activation)
	case cfg.Loss < MeanSquare || cfg.Loss > CrossEntropy:
		return fmt.Errorf("model: loss %d, want MeanSquare or CrossEntropy", cfg.Loss)
	case cfg.Workers < 0 || cfg.Workers > 1<<12:
		return fmt.Errorf("model: %d workers, want 0 to 4096", cfg.Workers)
	}
	return nil
}

// maxNumbers bounds what a model holds, and a Gram matrix: 2 GiB of float64.
const maxNumbers = 1 << 28

// checkTargets returns an error unless a loss can have these targets.
func checkTargets(loss Loss, y blas64.General) error {
	if loss != CrossEntropy {
		return nil
	}
	if y.Cols < 2 {
		return fmt.Errorf("model: cross-entropy of %d output, want ≥ 2", y.Cols)
	}
	for i := range y.Rows {
		sum := 0.0
		for k, v := range rowOf(y, i) {
			if v < 0 {
				return fmt.Errorf("model: target %d of sample %d is %v, cross-entropy wants ≥ 0", k, i, v)
			}
			sum += v
		}
		if math.Abs(sum-1) > 1e-9 {
			return fmt.Errorf("model: targets of sample %d sum to %v, cross-entropy wants 1", i, sum)
		}
	}
	return nil
}

func (m *MLP) Clone() Model {
	c := *m
	c.pass = newPass(&c)
	c.pool = newPool(&c, len(m.pool.run))
	return &c
}

// Dims returns N and P = Σ_layers (in + 1)·out.
func (m *MLP) Dims() (samples, params int) { return m.x.Rows, m.params }

// MeanSquareOutputs returns the number of outputs, 0 for cross-entropy.
func (m *MLP) MeanSquareOutputs() int {
	if m.loss == MeanSquare {
		return m.y.Cols
	}
	return 0
}

// Init stores Glorot's initial point in θ: weights uniform in ±sqrt(6/(in+out)), biases 0 (Glorot
// and Bengio, AISTATS 2010; what the paper trains from).
func (m *MLP) Init(theta []float64, rng *rand.Rand) {
	checkLen("θ", theta, m.params, false)
	for _, l := range m.layers {
		r := math.Sqrt(6 / float64(l.in+l.out))
		for i := l.w; i < l.b; i++ {
			theta[i] = r * (2*rng.Float64() - 1)
		}
		clear(theta[l.b : l.b+l.out])
	}
}
