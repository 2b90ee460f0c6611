package quasipotential

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Neuron is one neuron with a weight and a bias, f = tanh(θ₁x + θ₂), under mean-square loss, on eight
// samples of a teacher of two neurons that rises at x = −1 and falls at x = 1, with label noise. The
// student can follow one edge only: [NewNeuron] has two minima and a saddle between them, at which the
// gradients of the samples, all of them ∝ (x, 1), span the plane.
type Neuron struct{ x, y []float64 }

var _ model.Model = (*Neuron)(nil)

// NewNeuron returns the neuron on x = −1.75, −1.25 … 1.75, y = tanh 2(x+1) − tanh 2(x−1) − 1 and noise
// of standard deviation 0.3, rounded.
func NewNeuron() *Neuron {
	return &Neuron{
		x: []float64{-1.75, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 1.75},
		y: []float64{-0.806, 0.023, 0.615, 0.726, 0.613, 0.386, -0.900, -1.036},
	}
}

// Dims implements [model.Model].
func (n *Neuron) Dims() (samples, params int) {
	if n == nil {
		return 0, 0
	}
	return len(n.x), 2
}

// LossGrad implements [model.Model]; the loss is NaN for a sample that is none or no weight and bias.
func (n *Neuron) LossGrad(grad, theta []float64, sample int) float64 {
	if samples, _ := n.Dims(); sample < 0 || sample >= samples || len(theta) != 2 {
		return math.NaN()
	}
	f := math.Tanh(theta[0]*n.x[sample] + theta[1])
	r := f - n.y[sample]
	if len(grad) == 2 {
		grad[1] = r * (1 - f*f)
		grad[0] = grad[1] * n.x[sample]
	}
	return 0.5 * r * r
}

// NeuronLoss is the mean loss of a neuron.
type NeuronLoss struct{ *Neuron }

var _ landscape.Landscape = NeuronLoss{}

// Dim implements [landscape.Landscape].
func (n NeuronLoss) Dim() int { return 2 }

// LossGrad implements [landscape.Landscape].
func (n NeuronLoss) LossGrad(dst, theta []float64) float64 {
	samples, _ := n.Dims()
	loss, part := 0.0, make([]float64, 2)
	clear(dst)
	for i := range samples {
		loss += n.Neuron.LossGrad(part, theta, i) / float64(samples)
		if len(dst) == 2 {
			floats.AddScaled(dst, 1/float64(samples), part)
		}
	}
	return loss
}
