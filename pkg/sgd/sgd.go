// Package sgd answers one question: where does SGD take a model?
//
// [New] is SGD as a rule of motion from which first passages, occupations and survival are
// measured as of any other dynamics; [Train] runs it for epochs, as networks are trained.
// Errors start with "sgd:".
package sgd

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Batches says how the mini-batches of SGD are drawn.
type Batches int

const (
	// Shuffled goes through a fresh random order of the samples in every epoch: what
	// networks are trained with. Batches of one epoch exclude each other.
	Shuffled Batches = iota
	// Independent draws every batch anew, without replacement within the batch: the
	// law whose covariance is exactly Eq. 8.
	Independent
	// WithReplacement draws every sample anew: Eq. 8 without (N−B)/(N−1).
	WithReplacement
)

// Check returns an error unless SGD with this learning rate and batch size can run
// on N samples: η > 0 and finite, 1 ≤ B ≤ N, and batches of a known kind.
func Check(samples int, eta float64, batch int, how Batches) error {
	switch {
	case !(eta > 0) || math.IsInf(eta, 1):
		return fmt.Errorf("sgd: learning rate %v, want > 0 and finite", eta)
	case batch < 1 || batch > samples:
		return fmt.Errorf("sgd: batch size %d, want 1 ≤ B ≤ N = %d", batch, samples)
	case how < Shuffled || how > WithReplacement:
		return fmt.Errorf("sgd: batches %d, want Shuffled, Independent or WithReplacement", how)
	}
	return nil
}

// New returns SGD on a model as a dynamics, so that everything that measures a diffusion
// measures it as well:
//
//	θ ← θ − η∇L_B(θ),  L_B = (1/B) Σ_{μ∈B} ℓ_μ,  dt = η          (Eq. 2–3)
//
// One step has mean −η∇L and covariance η²Σ with the Σ of Eq. 8 when batches are
// [Independent], without its (N−B)/(N−1) when [WithReplacement]. θ is all of the state: a batch
// depends on the step's generator alone. [Shuffled] batches of one epoch remember each other, so
// that they are an error; so are a nil model and what [Check] refuses.
//
// Each stepper works on a [model.Clone] and allocates nothing per step if the model's
// gradient does not.
func New(m model.Model, eta float64, batch int, how Batches) (dynamics.Dynamics, error) {
	if m == nil {
		return nil, fmt.Errorf("sgd: dynamics of a nil model")
	}
	n, p := m.Dims()
	if err := Check(n, eta, batch, how); err != nil {
		return nil, err
	}
	if how == Shuffled {
		return nil, fmt.Errorf("sgd: Shuffled batches remember each other, so that θ is not all of the state: want Independent or WithReplacement")
	}
	return &descent{m: m, samples: n, params: p, eta: eta, batch: batch, how: how}, nil
}

type descent struct {
	m               model.Model
	samples, params int
	eta             float64
	batch           int
	how             Batches
}

// Dim implements [dynamics.Dynamics].
func (d *descent) Dim() int { return d.params }

// NewStepper implements [dynamics.Dynamics].
func (d *descent) NewStepper() dynamics.Stepper {
	return &stepper{m: model.Clone(d.m), eta: d.eta, grad: make([]float64, d.params), batches: NewSampler(d.samples, d.batch, d.how)}
}

type stepper struct {
	m       model.Model
	eta     float64
	grad    []float64
	batches *Sampler
}

// Step implements [dynamics.Stepper].
func (s *stepper) Step(theta []float64, rng *rand.Rand) (dt float64) {
	model.BatchGrad(s.m, s.grad, theta, s.batches.Next(rng))
	floats.AddScaled(theta, -s.eta, s.grad)
	return s.eta
}

// Sampler draws mini-batches, of numbers from 0 to N−1.
type Sampler struct {
	how   Batches
	order []int // a permutation of the samples; nil for batches with replacement
	batch []int
	swaps []int
	used  int // of order, in a Shuffled epoch
}

// NewSampler returns a sampler of batches of that size among n samples. The
// arguments are those that [Check] passes.
func NewSampler(n, batch int, how Batches) *Sampler {
	s := &Sampler{how: how, order: make([]int, n), batch: make([]int, batch), swaps: make([]int, batch)}
	for i := range s.order {
		s.order[i] = i
	}
	return s
}

// Begin starts an epoch of Shuffled batches: it hands out ⌊N/B⌋ batches.
func (s *Sampler) Begin() { s.used = 0 }

// Next returns the next batch, valid until the call after. Unless batches are
// Shuffled it depends on nothing but what it draws from rng.
func (s *Sampler) Next(rng *rand.Rand) []int {
	n := len(s.order)
	switch s.how {
	case WithReplacement:
		for i := range s.batch {
			s.batch[i] = rng.IntN(n)
		}
	case Independent:
		// The head of a Fisher–Yates shuffle, which is then undone: what another
		// replica drew before must not show.
		for i := range s.batch {
			s.swaps[i] = s.swap(i, rng)
			s.batch[i] = s.order[i]
		}
		for i := len(s.swaps) - 1; i >= 0; i-- {
			j := s.swaps[i]
			s.order[i], s.order[j] = s.order[j], s.order[i]
		}
	default:
		if s.used+len(s.batch) > n {
			panic(fmt.Sprintf("sgd: batch beyond the end of an epoch of %d samples", n)) // a bug of the caller: Begin is missing
		}
		for i := range s.batch {
			s.swap(s.used+i, rng)
			s.batch[i] = s.order[s.used+i]
		}
		s.used += len(s.batch)
	}
	return s.batch
}

// swap puts at i one of the samples from i on, and returns where it was.
func (s *Sampler) swap(i int, rng *rand.Rand) int {
	j := i + rng.IntN(len(s.order)-i)
	s.order[i], s.order[j] = s.order[j], s.order[i]
	return j
}
