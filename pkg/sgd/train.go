// Package sgd answers one question: where does SGD take a model?
//
// [New] is SGD as a rule of motion from which first passages, occupations and survival are
// measured as of any other dynamics; [Train] runs it for epochs, as networks are trained.
// Errors start with "sgd:".
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
	// Shuffled goes through a fresh random order of the samples in every epoch: what
	// networks are trained with. Batches of one epoch exclude each other.
	Shuffled Batches = iota
	// Independent draws every batch anew, without replacement within the batch: the
	// law whose covariance is exactly Eq. 8.
	Independent
	// WithReplacement draws every sample anew: Eq. 8 without (N−B)/(N−1).
	WithReplacement
)

// TrainSettings steers [Train]; the zero value works.
type TrainSettings struct {
	Batches Batches
	Seed    uint64
	// MaxLoss is the mini-batch loss above which a run counts as diverged; 0 means +Inf:
	// only a loss that is not finite does.
	MaxLoss float64
	// OnEpoch, when set, is called before the first step and after every epoch; an
	// error it returns ends the training.
	OnEpoch func(TrainEpoch) error
	// Progress, when set, is called about a hundred times, and at the end.
	Progress func(step, steps int)
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

// Train runs SGD on a model, θ ← θ − η∇L_B(θ) (Eq. 2–3), in place, for epochs of ⌊N/B⌋ steps;
// the N mod B samples that do not fill a batch are left out of a Shuffled epoch.
// The same seed gives the same bits. After the first step it allocates nothing.
//
// Errors before any work: a nil model, η not positive and finite, B < 1 or > N, epochs < 0, θ of a length
// other than P or not finite, unknown Batches, MaxLoss negative. Later: a [TrainDivergedError], the
// callback's error, or the context's; the result then says how far it came and θ stays there.
func Train(ctx context.Context, m model.Model, theta []float64, eta float64, batch, epochs int, s TrainSettings) (TrainResult, error) {
	if m == nil {
		return TrainResult{}, fmt.Errorf("sgd: training of a nil model")
	}
	n, p := m.Dims()
	if err := checkTrain(n, p, theta, eta, batch, epochs, s); err != nil {
		return TrainResult{}, err
	}
	t := trainer{
		m: m, theta: theta, eta: eta, perEpoch: n / batch, settings: s,
		grad: make([]float64, p), rng: dynamics.Stream(s.Seed, "train", 0), batches: NewSampler(n, batch, s.Batches),
		result: TrainResult{Loss: math.NaN()},
	}
	t.total = epochs * t.perEpoch
	if s.MaxLoss == 0 {
		t.settings.MaxLoss = math.MaxFloat64
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

func checkTrain(n, p int, theta []float64, eta float64, batch, epochs int, s TrainSettings) error {
	if err := Check(n, eta, batch, s.Batches); err != nil {
		return err
	}
	switch {
	case epochs < 0:
		return fmt.Errorf("sgd: %d epochs, want ≥ 0", epochs)
	case len(theta) != p:
		return fmt.Errorf("sgd: θ of length %d, want P = %d", len(theta), p)
	case !(s.MaxLoss >= 0):
		return fmt.Errorf("sgd: largest loss %v, want ≥ 0", s.MaxLoss)
	}
	if i := notFinite(theta); i >= 0 {
		return fmt.Errorf("sgd: θ[%d] is %v, want finite", i, theta[i])
	}
	return nil
}

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

func notFinite(v []float64) int {
	for i, x := range v {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return i
		}
	}
	return -1
}

type trainer struct {
	m               model.Model
	theta, grad     []float64
	eta             float64
	perEpoch, total int
	batches         *Sampler
	rng             *rand.Rand
	settings        TrainSettings
	result          TrainResult
}

func (t *trainer) epoch(ctx context.Context) error {
	sum := 0.0
	t.batches.Begin()
	for range t.perEpoch {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("sgd: training stopped after step %d of %d: %w", t.result.Steps, t.total, err)
		}
		loss := model.BatchGrad(t.m, t.grad, t.theta, t.batches.Next(t.rng))
		if !(loss <= t.settings.MaxLoss) {
			return t.diverged(t.result.Steps+1, loss)
		}
		floats.AddScaled(t.theta, -t.eta, t.grad)
		sum += loss
		t.result.Steps++
		if f := t.settings.Progress; f != nil && (t.result.Steps%max(1, t.total/100) == 0 || t.result.Steps == t.total) {
			f(t.result.Steps, t.total)
		}
	}
	if notFinite(t.theta) >= 0 {
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
