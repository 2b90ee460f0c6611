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
	m    Model
	mu   sync.Mutex
	free []Model
}

var _ landscape.Landscape = (*MeanLoss)(nil)

// NewMeanLoss returns the landscape of a model. A nil model is an error.
func NewMeanLoss(m Model) (*MeanLoss, error) {
	if m == nil {
		return nil, fmt.Errorf("model: mean loss of a nil model")
	}
	return &MeanLoss{m: m}, nil
}

// Dim returns P.
func (l *MeanLoss) Dim() int {
	_, p := l.m.Dims()
	return p
}

// LossGrad returns L(θ) and, if dst is not nil, stores ∇L(θ) in dst.
func (l *MeanLoss) LossGrad(dst, theta []float64) float64 {
	m := l.take()
	loss := BatchGrad(m, dst, theta, nil)
	l.mu.Lock()
	l.free = append(l.free, m)
	l.mu.Unlock()
	return loss
}

func (l *MeanLoss) take() Model {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.free)
	if n == 0 {
		return Clone(l.m)
	}
	m := l.free[n-1]
	l.free = l.free[:n-1]
	return m
}
