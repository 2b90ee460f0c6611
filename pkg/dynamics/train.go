package dynamics

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/sgdescape/sgdescape/pkg/model"
	"gonum.org/v1/gonum/floats"
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
	return fmt.Sprintf("dynamics: training diverged at step %d (epoch %d), loss %v, learning rate %v", e.Step, e.Epoch, e.Loss, e.LearningRate)
}

// Train runs SGD on a model, θ ← θ − η∇L_B(θ) (Eq. 2–3), in place, for epochs of ⌊N/B⌋ steps;
// the N mod B samples that do not fill a batch are left out of a Shuffled epoch.
// The same seed gives the same bits. After the first step it allocates nothing.
//
// Errors before any work: η not positive and finite, B < 1 or > N, epochs < 0, θ of a length
// other than P or not finite, unknown Batches, MaxLoss negative. Later: a [TrainDivergedError], the
// callback's error, or the context's; the result then says how far it came and θ stays there.
func Train(ctx context.Context, m model.Model, theta []float64, eta float64, batch, epochs int, s TrainSettings) (TrainResult, error) {
	n, p := m.Dims()
	if err := checkTrain(n, p, theta, eta, batch, epochs, s); err != nil {
		return TrainResult{}, err
	}
	t := trainer{
		m: m, theta: theta, eta: eta, perEpoch: n / batch, settings: s,
		grad: make([]float64, p), batches: newSampler(n, batch, s.Batches, Stream(s.Seed, "train", 0)),
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
	switch {
	case !(eta > 0) || math.IsInf(eta, 1):
		return fmt.Errorf("dynamics: learning rate %v, want > 0 and finite", eta)
	case batch < 1 || batch > n:
		return fmt.Errorf("dynamics: batch size %d, want 1 ≤ B ≤ N = %d", batch, n)
	case epochs < 0:
		return fmt.Errorf("dynamics: %d epochs, want ≥ 0", epochs)
	case len(theta) != p:
		return fmt.Errorf("dynamics: θ of length %d, want P = %d", len(theta), p)
	case s.Batches < Shuffled || s.Batches > WithReplacement:
		return fmt.Errorf("dynamics: batches %d, want Shuffled, Independent or WithReplacement", s.Batches)
	case !(s.MaxLoss >= 0):
		return fmt.Errorf("dynamics: largest loss %v, want ≥ 0", s.MaxLoss)
	}
	if i := notFinite(theta); i >= 0 {
		return fmt.Errorf("dynamics: θ[%d] is %v, want finite", i, theta[i])
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
	batches         *sampler
	settings        TrainSettings
	result          TrainResult
}

func (t *trainer) epoch(ctx context.Context) error {
	sum := 0.0
	t.batches.begin()
	for range t.perEpoch {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("dynamics: training stopped after step %d of %d: %w", t.result.Steps, t.total, err)
		}
		loss := model.BatchGrad(t.m, t.grad, t.theta, t.batches.next())
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
		return fmt.Errorf("dynamics: after epoch %d: %w", r.Epochs, err)
	}
	return nil
}

// sampler draws mini-batches.
type sampler struct {
	how   Batches
	rng   *rand.Rand
	order []int // a permutation of the samples
	batch []int
	used  int // of order, in a Shuffled epoch
}

func newSampler(n, batch int, how Batches, rng *rand.Rand) *sampler {
	s := &sampler{how: how, rng: rng, order: make([]int, n), batch: make([]int, batch)}
	for i := range s.order {
		s.order[i] = i
	}
	return s
}

// begin starts an epoch.
func (s *sampler) begin() {
	s.used = 0
}

// next returns the next batch, valid until the call after.
func (s *sampler) next() []int {
	switch s.how {
	case WithReplacement:
		for i := range s.batch {
			s.batch[i] = s.rng.IntN(len(s.order))
		}
		return s.batch
	case Independent:
		s.used = 0
	}
	// One stretch of a Fisher–Yates shuffle: the batch is a uniform choice among the
	// samples from used on.
	from, to := s.used, s.used+len(s.batch)
	for i := from; i < to; i++ {
		j := i + s.rng.IntN(len(s.order)-i)
		s.order[i], s.order[j] = s.order[j], s.order[i]
	}
	s.used = to
	return s.order[from:to]
}
