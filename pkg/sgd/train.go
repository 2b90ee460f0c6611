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

// TrainSettings steers [Train]; the zero value works.
type TrainSettings struct {
	Batches Batches
	Seed    uint64
	// OnEpoch, when set, is called before the first step and after every epoch; an
	// error it returns ends the training.
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

// Train runs SGD on a model, θ ← θ − η∇L_B(θ) (Eq. 2–3), in place, for epochs of ⌊N/B⌋ steps;
// the N mod B samples that do not fill a batch are left out of a Shuffled epoch.
// The same seed gives the same bits. After the first step it allocates nothing.
//
// Errors before any work: a nil model, η not positive and finite, B < 1 or > N, epochs < 0, θ of a length
// other than P or not finite, unknown Batches. Later: a [TrainDivergedError] at a loss or θ that is
// not finite, the callback's error, or the context's; the result then says how far it came and θ stays there.
func Train(ctx context.Context, m model.Model, theta []float64, eta float64, batch, epochs int, s TrainSettings) (TrainResult, error) {
	n, p, err := model.CheckPoint(m, theta)
	if err != nil {
		return TrainResult{}, fmt.Errorf("sgd: training of %w", err)
	}
	if err := Check(n, eta, batch, s.Batches); err != nil {
		return TrainResult{}, err
	}
	if epochs < 0 {
		return TrainResult{}, fmt.Errorf("sgd: %d epochs, want ≥ 0", epochs)
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
