package model

import (
	"fmt"
	"sync"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// MeanLoss is the mean loss L = (1/N) Σ_μ ℓ_μ of a model as a landscape, for use by several
// goroutines: each call works on a copy of the model of its own (see [Clone]), which is
// kept for the next.
type MeanLoss struct {
	params int
	copies sync.Pool // of Model
}

var _ landscape.Landscape = (*MeanLoss)(nil)

// NewMeanLoss returns the landscape of a model. A nil model is an error.
func NewMeanLoss(m Model) (*MeanLoss, error) {
	if m == nil {
		return nil, fmt.Errorf("model: mean loss of a nil model")
	}
	_, p := m.Dims()
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
