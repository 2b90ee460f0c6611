// Package sgd answers one question: where does SGD take a model?
//
// [New] is SGD as a rule of motion from which first passages, occupations and survival are measured
// as of any other dynamics; [Train] runs it for epochs, as networks are trained. Errors start with
// "sgd:".
package sgd

import (
	"context"
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
	// Shuffled goes through a fresh random order of the samples in every epoch: what networks are
	// trained with. Batches of one epoch exclude each other.
	Shuffled Batches = iota
	// Independent draws every batch anew, without replacement within the batch: the law whose
	// covariance is exactly Eq. 8.
	Independent
	// WithReplacement draws every sample anew: Eq. 8 without (N−B)/(N−1).
	WithReplacement
)

// Check returns an error unless SGD with this learning rate and batch size can run on N samples: η
// > 0 and finite, 1 ≤ B ≤ N ≤ 2²⁷, for which a [Sampler] takes some 2 GiB, and batches of a known
// kind.
func Check(samples int, eta float64, batch int, how Batches) error {
	switch {
	case !(eta > 0) || math.IsInf(eta, 1):
		return fmt.Errorf("sgd: learning rate %v, want > 0 and finite", eta)
	case batch < 1 || batch > samples:
		return fmt.Errorf("sgd: batch size %d, want 1 ≤ B ≤ N = %d", batch, samples)
	case samples > maxSamples:
		return fmt.Errorf("sgd: N = %d samples, want ≤ %d (2 GiB)", samples, maxSamples)
	case how < Shuffled || how > WithReplacement:
		return fmt.Errorf("sgd: batches %d, want Shuffled, Independent or WithReplacement", how)
	}
	return nil
}

// New returns SGD on a model as a dynamics, so that everything that measures a diffusion measures
// it as well:
//
//	θ ← θ − η∇L_B(θ),  L_B = (1/B) Σ_{μ∈B} ℓ_μ,  dt = η          (Eq. 2–3)
//
// One step has mean −η∇L and covariance η²Σ with the Σ of Eq. 8 when batches are [Independent],
// without its (N−B)/(N−1) when [WithReplacement]. θ is all of the state: a batch depends on the
// step's generator alone. [Shuffled] batches of one epoch remember each other, so that they are an
// error; so are a nil model and what [Check] refuses.
//
// Each stepper works on a [model.Clone] and allocates nothing per step if the model's gradient does
// not.
func New(m model.Model, eta float64, batch int, how Batches) (dynamics.Dynamics, error) {
	n, p, err := model.CheckDims(m)
	if err != nil {
		return nil, fmt.Errorf("sgd: dynamics of %w", err)
	}
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

func (d *descent) Dim() int { return d.params }

func (d *descent) NewStepper() dynamics.Stepper {
	return &stepper{m: model.Clone(d.m), eta: d.eta, grad: make([]float64, d.params), batches: NewSampler(d.samples, d.batch, d.how)}
}

type stepper struct {
	m       model.Model // a copy of its own
	eta     float64
	grad    []float64
	batches *Sampler
}

func (s *stepper) Step(theta []float64, rng *rand.Rand) (dt float64) {
	model.BatchGrad(s.m, s.grad, theta, s.batches.Next(rng))
	floats.AddScaled(theta, -s.eta, s.grad)
	return s.eta
}

// maxSamples bounds a Sampler, at most 24 bytes a sample, to some 2 GiB.
const maxSamples = 1 << 27

// Sampler draws mini-batches, of numbers from 0 to N−1.
type Sampler struct {
	how   Batches
	order []int // a permutation of the samples; nil for batches with replacement
	batch []int
	swaps []int
	used  int // of order, in a Shuffled epoch
}

// NewSampler returns a sampler of batches of that size among n samples. The arguments are those
// that [Check] passes; others and a nil generator are bugs of the caller and panic.
func NewSampler(n, batch int, how Batches) *Sampler {
	if err := Check(n, 1, batch, how); err != nil {
		panic(err.Error())
	}
	s := &Sampler{how: how, order: make([]int, n), batch: make([]int, batch), swaps: make([]int, batch)}
	for i := range s.order {
		s.order[i] = i
	}
	return s
}

// Begin starts an epoch of Shuffled batches: it hands out ⌊N/B⌋ batches.
func (s *Sampler) Begin() { s.used = 0 }

// Next returns the next batch, valid until the call after. Unless batches are Shuffled it depends
// on nothing but what it draws from rng.
func (s *Sampler) Next(rng *rand.Rand) []int {
	n := len(s.order)
	switch s.how {
	case WithReplacement:
		for i := range s.batch {
			s.batch[i] = rng.IntN(n)
		}
	case Independent:
		// The head of a Fisher–Yates shuffle, which is then undone: what another replica drew
		// before must not show.
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

// TrainSettings steers [Train]; the zero value works.
type TrainSettings struct {
	Batches Batches
	Seed    uint64
	// OnEpoch, when set, is called before the first step and after every epoch; an error it returns
	// ends the training.
	OnEpoch func(TrainEpoch) error
}

// TrainEpoch is what OnEpoch sees.
type TrainEpoch struct {
	Epoch int       // finished epochs, 0 before the first step
	Steps int       // steps k so far
	Time  float64   // t = ηk
	Loss  float64   // mean mini-batch loss over the epoch (θ moved meanwhile); NaN for epoch 0
	Theta []float64 // the point; valid during the call, not to be changed
}

// TrainResult sums a training up.
type TrainResult struct {
	Epochs, Steps int     // finished
	Loss          float64 // mean mini-batch loss of the last finished epoch, NaN for none
}

// TrainDivergedError reports the step at which a training diverged.
type TrainDivergedError struct {
	Step         int     // from 1: the step whose mini-batch loss was out of bounds
	Epoch        int     // from 1
	Loss         float64 // that mini-batch loss; NaN when θ itself was not finite
	LearningRate float64
}

func (e *TrainDivergedError) Error() string {
	return fmt.Sprintf("sgd: training diverged at step %d (epoch %d), loss %v, learning rate %v", e.Step, e.Epoch, e.Loss, e.LearningRate)
}

// Train runs SGD on a model, θ ← θ − η∇L_B(θ) (Eq. 2–3), in place, for epochs of ⌊N/B⌋ steps; the N
// mod B samples that do not fill a batch are left out of a Shuffled epoch. The same seed gives the
// same bits. After the first step it allocates nothing.
//
// Errors before any work: a nil model, η not positive and finite, B < 1 or > N, epochs < 0, θ of a
// length other than P or not finite, unknown Batches. Later: a [TrainDivergedError] at a loss or θ
// that is not finite, the callback's error, or the context's; the result then says how far it came
// and θ stays there.
func Train(ctx context.Context, m model.Model, theta []float64, eta float64, batch, epochs int, s TrainSettings) (TrainResult, error) {
	n, p, err := model.CheckPoint(m, theta)
	if err != nil {
		return TrainResult{}, fmt.Errorf("sgd: training of %w", err)
	}
	if err := Check(n, eta, batch, s.Batches); err != nil {
		return TrainResult{}, err
	}
	if epochs < 0 || ctx == nil {
		return TrainResult{}, fmt.Errorf("sgd: %d epochs with context %v, want ≥ 0 and not nil", epochs, ctx)
	}
	t := trainer{
		m: m, theta: theta, eta: eta, perEpoch: n / batch, settings: s,
		grad: make([]float64, p), rng: dynamics.Stream(s.Seed, "train", 0), batches: NewSampler(n, batch, s.Batches),
		result: TrainResult{Loss: math.NaN()},
	}
	if err := t.report(); err != nil {
		return t.result, err
	}
	for range epochs {
		if err := t.epoch(ctx); err != nil {
			return t.result, err
		}
		if err := t.report(); err != nil {
			return t.result, err
		}
	}
	return t.result, nil
}

type trainer struct {
	m           model.Model
	theta, grad []float64
	eta         float64
	perEpoch    int
	batches     *Sampler
	rng         *rand.Rand
	settings    TrainSettings
	result      TrainResult
}

func (t *trainer) epoch(ctx context.Context) error {
	sum := 0.0
	t.batches.Begin()
	for range t.perEpoch {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("sgd: training stopped after step %d: %w", t.result.Steps, err)
		}
		loss := model.BatchGrad(t.m, t.grad, t.theta, t.batches.Next(t.rng))
		if !(loss <= math.MaxFloat64) {
			return t.diverged(t.result.Steps+1, loss)
		}
		floats.AddScaled(t.theta, -t.eta, t.grad)
		sum += loss
		t.result.Steps++
	}
	if _, _, err := model.CheckPoint(t.m, t.theta); err != nil {
		return t.diverged(t.result.Steps, math.NaN())
	}
	t.result.Epochs++
	t.result.Loss = sum / float64(t.perEpoch)
	return nil
}

func (t *trainer) diverged(step int, loss float64) error {
	return &TrainDivergedError{Step: step, Epoch: t.result.Epochs + 1, Loss: loss, LearningRate: t.eta}
}

func (t *trainer) report() error {
	if t.settings.OnEpoch == nil {
		return nil
	}
	r := t.result
	err := t.settings.OnEpoch(TrainEpoch{Epoch: r.Epochs, Steps: r.Steps, Time: t.eta * float64(r.Steps), Loss: r.Loss, Theta: t.theta})
	if err != nil {
		return fmt.Errorf("sgd: after epoch %d: %w", r.Epochs, err)
	}
	return nil
}
