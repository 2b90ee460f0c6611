package model

// Loss is the mean loss of a model over all its samples as a landscape.
type MeanLoss struct{ Model }

// Dim returns P.
func (l MeanLoss) Dim() int { _, p := l.Dims(); return p }

// LossGrad returns L(θ) and, if dst is not nil, stores ∇L(θ) in dst.
func (l MeanLoss) LossGrad(dst, theta []float64) float64 { return BatchGrad(l.Model, dst, theta, nil) }
