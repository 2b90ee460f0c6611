package noise

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/model"
)

// Decoupling takes the two steps of the decoupling approximation in the trace of the second moment
// one at a time, for k outputs with residuals r_j, Σ_j r_j² = 2ℓ_μ, and ∇ℓ_μ = Σ_j r_j∇f_j:
//
//	Exact    (1/N)Σ_μ |∇ℓ_μ|²
//	Outputs  (1/N)Σ_μ (2ℓ_μ/k) Σ_j|∇f_j|²         residuals of one sample as independent: r_ir_j → δ_ij 2ℓ_μ/k
//	Samples  (2L/k)·(1/N)Σ_μ Σ_j|∇f_j|²           and of loss and slope of the sample: ℓ_μ → L (Eq. 7, 10)
//
// With one output the first step is exact, and the second misses (2/N)Σ_μ(ℓ_μ − L)|∇f_μ|², a
// covariance between loss and squared slope.
type Decoupling struct {
	Exact, Outputs, Samples float64
	// Losses and Slopes are ℓ_μ and Σ_j|∇f_j|², in the order of the batch.
	Losses, Slopes []float64
}

// Decouple measures the steps at θ on a batch, or all samples for nil. Errors: those of [Spectra]
// but for its Gram matrix, and a model that is not a [model.SlopeNormer] ([model.ErrUnsupported]).
func Decouple(m model.Model, theta []float64, batch []int) (Decoupling, error) {
	n, _, err := checkPoint(m, theta)
	if err != nil {
		return Decoupling{}, err
	}
	if n, err = batchSize(batch, n); err != nil {
		return Decoupling{}, err
	}
	k, err := meanSquareOutputs(m)
	if err != nil {
		return Decoupling{}, err
	}
	sn, ok := m.(model.SlopeNormer)
	if !ok {
		return Decoupling{}, fmt.Errorf("noise: decoupling of %T, which has no SlopeNorms: %w", m, model.ErrUnsupported)
	}
	d := Decoupling{Losses: make([]float64, n), Slopes: make([]float64, n)}
	norms := make([]float64, n)
	loss := model.NormGrad(m, d.Losses, norms, nil, theta, batch)
	sn.SlopeNorms(d.Slopes, theta, batch)
	factor := 2 / float64(k)
	d.Exact = stat.Mean(norms, nil)
	d.Outputs = factor * floats.Dot(d.Losses, d.Slopes) / float64(n)
	d.Samples = factor * loss * stat.Mean(d.Slopes, nil)
	return d, checkFinite("loss or slope", d.Exact, d.Outputs, d.Samples)
}

// Parts orders the samples by their loss, cuts them into n parts of equal size, and returns the
// mean ℓ_μ and the mean Σ_j|∇f_j|² of each, over those of all samples. Decoupling says that the
// latter are all 1. The remainder of a division by n goes to the parts above. Unless 1 ≤ n ≤
// len(d.Losses) = len(d.Slopes) there are none, nor where the mean of all is not positive and
// finite.
func (d Decoupling) Parts(n int) (losses, slopes []float64) {
	if n < 1 || n > len(d.Losses) || len(d.Slopes) != len(d.Losses) {
		return nil, nil
	}
	l, s := slices.Clone(d.Losses), slices.Clone(d.Slopes)
	stat.SortWeighted(l, s)
	loss, slope := stat.Mean(l, nil), stat.Mean(s, nil)
	if !(loss > 0 && slope > 0) || checkFinite("mean", loss, slope) != nil {
		return nil, nil
	}
	for k := range n {
		from, to := k*len(l)/n, (k+1)*len(l)/n
		losses = append(losses, stat.Mean(l[from:to], nil)/loss)
		slopes = append(slopes, stat.Mean(s[from:to], nil)/slope)
	}
	return losses, slopes
}
