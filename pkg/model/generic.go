package model

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// ErrUnsupported is what the error wraps when a model lacks a product that cannot be made from
// per-sample losses and gradients.
var ErrUnsupported = errors.New("not supported by this model")

// Clone is [Cloner.Clone] for any model: one that is no Cloner is returned as it is.
func Clone(m Model) Model {
	if c, ok := m.(Cloner); ok {
		return c.Clone()
	}
	return m
}

// MeanSquareOutputs is [MeanSquarer.MeanSquareOutputs] for any model, 0 if it does not tell.
func MeanSquareOutputs(m Model) int {
	if s, ok := m.(MeanSquarer); ok {
		return s.MeanSquareOutputs()
	}
	return 0
}

// BatchGrad is [BatchGradienter.BatchGrad] for any model.
func BatchGrad(m Model, grad, theta []float64, batch []int) (loss float64) {
	if f, ok := m.(BatchGradienter); ok {
		return f.BatchGrad(grad, theta, batch)
	}
	return NormGrad(m, nil, nil, grad, theta, batch)
}

// NormGrad is [NormGradienter.NormGrad] for any model.
func NormGrad(m Model, losses, norms, grad, theta []float64, batch []int) (loss float64) {
	if f, ok := m.(NormGradienter); ok {
		return f.NormGrad(losses, norms, grad, theta, batch)
	}
	samples, params := m.Dims()
	n := batchLen(batch, samples)
	checkLen("losses", losses, n, true)
	checkLen("norms", norms, n, true)
	clear(grad)
	var g []float64
	if grad != nil || norms != nil {
		g = make([]float64, params)
	}
	for i := range n {
		l := m.LossGrad(g, theta, sampleAt(batch, i))
		loss += l
		if losses != nil {
			losses[i] = l
		}
		if norms != nil {
			norms[i] = floats.Dot(g, g)
		}
		if grad != nil {
			floats.AddScaled(grad, 1/float64(n), g)
		}
	}
	return loss / float64(n)
}

// HessVec is [HessianMultiplier.HessVec] for any model. Without the fast path it takes the central
// difference of gradients at θ ± εv̂, ε = ∛(machine ε)·max(1, |θ|_∞): about ten digits.
func HessVec(m Model, dst, theta, v []float64, batch []int) {
	if f, ok := m.(HessianMultiplier); ok {
		f.HessVec(dst, theta, v, batch)
		return
	}
	norm := floats.Norm(v, 2)
	if norm == 0 {
		clear(dst)
		return
	}
	// The cube root of the rounding unit balances truncation ε² against rounding 1/ε.
	eps := math.Cbrt(0x1p-53) * math.Max(1, floats.Norm(theta, math.Inf(1))) / norm
	at, g := make([]float64, len(theta)), make([]float64, len(theta))
	floats.AddScaledTo(at, theta, eps, v)
	BatchGrad(m, dst, at, batch)
	floats.AddScaledTo(at, theta, -eps, v)
	BatchGrad(m, g, at, batch)
	floats.Sub(dst, g)
	floats.Scale(1/(2*eps), dst)
}

// SecondMomentVec is [SecondMomentMultiplier.SecondMomentVec] for any model.
func SecondMomentVec(m Model, dst, theta, v []float64, batch []int) {
	if f, ok := m.(SecondMomentMultiplier); ok {
		f.SecondMomentVec(dst, theta, v, batch)
		return
	}
	samples, params := m.Dims()
	n := batchLen(batch, samples)
	g := make([]float64, params)
	clear(dst)
	for i := range n {
		m.LossGrad(g, theta, sampleAt(batch, i))
		floats.AddScaled(dst, floats.Dot(g, v)/float64(n), g)
	}
}

// Gram is [Gramer.Gram] for any model; for one that is no Gramer the error wraps [ErrUnsupported].
func Gram(m Model, dst *mat.SymDense, theta []float64, batch []int) error {
	if f, ok := m.(Gramer); ok {
		return f.Gram(dst, theta, batch)
	}
	return fmt.Errorf("model: gram matrix of %T: %w", m, ErrUnsupported)
}

// CheckDims returns N and P, and an error if m is nil or has no samples or no parameters.
func CheckDims(m Model) (samples, params int, err error) {
	if given.None(m) {
		return 0, 0, errors.New("a nil model")
	}
	if samples, params = m.Dims(); samples < 1 || params < 1 {
		return 0, 0, fmt.Errorf("a model of %d samples and %d parameters, want at least 1", samples, params)
	}
	return samples, params, nil
}

// CheckPoint is CheckDims that also returns an error unless θ is a finite point of m.
func CheckPoint(m Model, theta []float64) (samples, params int, err error) {
	if samples, params, err = CheckDims(m); err != nil {
		return 0, 0, err
	}
	if len(theta) != params {
		return 0, 0, fmt.Errorf("θ of length %d, want P = %d", len(theta), params)
	}
	for i, v := range theta {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, 0, fmt.Errorf("θ[%d] is %v, want finite", i, v)
		}
	}
	return samples, params, nil
}

// batchLen returns B; none, be it of a model that no constructor made, is a bug of the caller.
func batchLen(batch []int, samples int) int {
	if batch != nil {
		samples = len(batch)
	}
	if samples == 0 {
		panic("model: empty batch")
	}
	return samples
}

func sampleAt(batch []int, i int) int {
	if batch == nil {
		return i
	}
	return batch[i]
}

// weightAt returns w_μ, 1 for no weights.
func weightAt(weights []float64, i int) float64 {
	if weights == nil {
		return 1
	}
	return weights[i]
}

func checkLen(name string, v []float64, want int, orNil bool) {
	if len(v) != want && !(orNil && v == nil) {
		panic(fmt.Sprintf("model: %s of length %d, want %d", name, len(v), want))
	}
}

// rowOf returns row i of a.
func rowOf(a blas64.General, i int) []float64 { return a.Data[i*a.Stride : i*a.Stride+a.Cols] }

// checkGram is what a Gram matrix asks for: one output, a destination, and room for n rows of width
// numbers.
func checkGram(dst *mat.SymDense, k, n, width int) error {
	switch {
	case k != 1:
		return fmt.Errorf("model: gram matrix of output gradients for %d outputs, want 1: %w", k, ErrUnsupported)
	case dst == nil:
		return errors.New("model: gram matrix into nil")
	case n > maxNumbers/width:
		return fmt.Errorf("model: gram matrix of %d samples from %d×%d numbers, want at most %d (2 GiB)", n, n, width, maxNumbers)
	}
	return nil
}

// checkSet reports what makes a set unfit for any model with targets.
func checkSet(set *data.Set) error {
	switch {
	case set == nil || set.X == nil || set.X.IsEmpty():
		return fmt.Errorf("model: the set has no samples")
	case set.Y == nil || set.Y.IsEmpty():
		return fmt.Errorf("model: the set has no targets: name them when it is read, or call OneHot or EvenOdd")
	case set.X.RawMatrix().Rows != set.Y.RawMatrix().Rows:
		return fmt.Errorf("model: %d samples but %d targets", set.X.RawMatrix().Rows, set.Y.RawMatrix().Rows)
	}
	if err := checkFinite("feature", set.X.RawMatrix()); err != nil {
		return err
	}
	return checkFinite("target", set.Y.RawMatrix())
}

func checkFinite(name string, a blas64.General) error {
	for i := range a.Rows {
		for j, v := range rowOf(a, i) {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("model: %s %d of sample %d is %v, want finite", name, j, i, v)
			}
		}
	}
	return nil
}

// MeanLoss is the mean loss L = (1/N) Σ_μ ℓ_μ of a model as a landscape, for use by several
// goroutines: each call works on a copy of the model of its own (see [Clone]), which is kept for
// the next.
type MeanLoss struct {
	params int
	copies sync.Pool // of Model
}

var _ landscape.Landscape = (*MeanLoss)(nil)

// NewMeanLoss returns the landscape of a model. A nil model is an error.
func NewMeanLoss(m Model) (*MeanLoss, error) {
	_, p, err := CheckDims(m)
	if err != nil {
		return nil, fmt.Errorf("model: mean loss of %w", err)
	}
	return &MeanLoss{params: p, copies: sync.Pool{New: func() any { return Clone(m) }}}, nil
}

// Dim returns P.
func (l *MeanLoss) Dim() int { return l.params }

// LossGrad returns L(θ) and, if dst is not nil, stores ∇L(θ) in dst.
func (l *MeanLoss) LossGrad(dst, theta []float64) float64 {
	m := l.copies.Get().(Model)
	defer l.copies.Put(m)
	return BatchGrad(m, dst, theta, nil)
}
