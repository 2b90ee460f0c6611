package quasipotential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// GaussianNoise is the cumulant of Gaussian gradients of covariance 2L(θ)·H(θ*), Eq. 6 for B = 1: K
// = −p·∇L + L·pᵀHp.
type GaussianNoise struct {
	Landscape landscape.Landscape
	Hess      *mat.SymDense // H(θ*)
}

// GaussianSamples is the cumulant of linear regression on Gaussian features of curvature h with
// Gaussian labels of standard deviation σ, in any dimension:
//
//	K = −½ log det(I + h(pθᵀ + θpᵀ − σ²ppᵀ)).
type GaussianSamples struct {
	Params                int
	Curvature, LabelNoise float64
}

// Samples is the cumulant of a model on its own samples, K = log (1/N) Σ_μ exp(−p·∇ℓ_μ(θ)). It
// costs N gradients at each new θ and N·P² operations at each p: meant for up to some hundred
// parameters.
type Samples struct {
	m     model.Model
	theta []float64
	grads *mat.Dense // rows ∇ℓ_μ
	dot   []float64
}

var (
	_ Cumulant = GaussianNoise{}
	_ Cumulant = GaussianSamples{}
	_ Cumulant = (*Samples)(nil)

	_, _, _ exact.Checker = GaussianNoise{}, GaussianSamples{}, (*Samples)(nil)
)

// Check implements [exact.Checker].
func (g GaussianNoise) Check() error {
	if g.Landscape == nil || g.Hess == nil || g.Hess.SymmetricDim() != g.Landscape.Dim() {
		return fmt.Errorf("noise of a Gaussian law without a landscape or a Hessian of its order")
	}
	return nil
}

// Dim implements [Cumulant].
func (g GaussianNoise) Dim() int {
	if g.Landscape == nil {
		return 0
	}
	return g.Landscape.Dim()
}

// Log implements [Cumulant].
func (g GaussianNoise) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	slope := make([]float64, len(theta))
	loss := g.Landscape.LossGrad(slope, theta)
	hess.ScaleSym(2*loss, g.Hess)
	v := mat.NewVecDense(len(p), grad)
	v.MulVec(hess, mat.NewVecDense(len(p), p))
	k := 0.5*floats.Dot(p, grad) - floats.Dot(p, slope)
	floats.Sub(grad, slope)
	return k
}

// Check implements [exact.Checker].
func (g GaussianSamples) Check() error {
	if !(g.Curvature > 0 && g.LabelNoise >= 0) || math.IsInf(g.Curvature*g.LabelNoise, 1) || math.IsInf(g.Curvature, 1) {
		return fmt.Errorf("samples of a Gaussian law of curvature h = %v and label noise σ = %v, want finite values > 0 and ≥ 0", g.Curvature, g.LabelNoise)
	}
	return nil
}

// Dim implements [Cumulant].
func (g GaussianSamples) Dim() int { return g.Params }

// Log implements [Cumulant].
func (g GaussianSamples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	h, s := g.Curvature, g.LabelNoise*g.LabelNoise
	a, b, c := floats.Dot(p, theta), floats.Dot(p, p), floats.Dot(theta, theta)
	det := 1 + 2*h*a - h*s*b + h*h*(a*a-b*c)
	if math.IsNaN(det) {
		return det
	}
	if !(det > 0) { // one eigenvalue: the other is not below that of I, 1
		return math.Inf(1)
	}
	floats.ScaleTo(grad, 2*h+2*h*h*a, theta)
	floats.AddScaled(grad, -2*(h*s+h*h*c), p)
	slope := mat.NewVecDense(len(p), grad)
	hess.Zero()
	for i := range p {
		hess.SetSym(i, i, (h*s+h*h*c)/det)
	}
	hess.SymRankOne(hess, -h*h/det, mat.NewVecDense(len(theta), theta))
	hess.SymRankOne(hess, 0.5/(det*det), slope)
	floats.Scale(-0.5/det, grad)
	return -0.5 * math.Log(det)
}

// NewSamples returns the cumulant of a model. Memory for the N×P gradients is set aside at the
// first Log.
func NewSamples(m model.Model) *Samples { return &Samples{m: m} }

// Check implements [exact.Checker]: an error if there is no model or its N×P gradients take more
// than 1 GiB.
func (s *Samples) Check() error {
	if s == nil || s.m == nil {
		return fmt.Errorf("samples without a model")
	}
	n, p := s.m.Dims()
	if bytes := 8 * float64(n) * float64(p); n < 1 || bytes > parallel.GiB {
		return fmt.Errorf("%d samples of %d parameters, whose gradients take %.3g GiB, want ≥ 1 sample and ≤ 1 GiB", n, p, bytes/parallel.GiB)
	}
	return nil
}

// Dim implements [Cumulant].
func (s *Samples) Dim() int {
	if s == nil || s.m == nil {
		return 0
	}
	_, p := s.m.Dims()
	return p
}

// Log implements [Cumulant].
func (s *Samples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	n, params := s.m.Dims()
	if s.grads == nil {
		s.grads, s.dot = mat.NewDense(n, params, nil), make([]float64, n)
	}
	if s.theta == nil || !floats.Equal(s.theta, theta) {
		for mu := range n {
			s.m.LossGrad(s.grads.RawRowView(mu), theta, mu)
		}
		s.theta = append(s.theta[:0], theta...)
	}
	dot := mat.NewVecDense(n, s.dot)
	dot.MulVec(s.grads, mat.NewVecDense(len(p), p))
	floats.Scale(-1, s.dot)
	k := floats.LogSumExp(s.dot)
	hess.Zero()
	clear(grad)
	for mu, v := range s.dot {
		w, row := math.Exp(v-k), s.grads.RawRowView(mu)
		floats.AddScaled(grad, -w, row)
		hess.SymRankOne(hess, w, mat.NewVecDense(len(row), row))
	}
	hess.SymRankOne(hess, -1, mat.NewVecDense(len(grad), grad))
	return k - math.Log(float64(n))
}
