package quasipotential

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

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
)

// Dim implements [Cumulant].
func (g GaussianNoise) Dim() int { return g.Landscape.Dim() }

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

// Dim implements [Cumulant].
func (g GaussianSamples) Dim() int { return g.Params }

// Log implements [Cumulant].
func (g GaussianSamples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	h, s := g.Curvature, g.LabelNoise*g.LabelNoise
	a, b, c := floats.Dot(p, theta), floats.Dot(p, p), floats.Dot(theta, theta)
	det := 1 + 2*h*a - h*s*b + h*h*(a*a-b*c)
	if !(det > 0) || !(2+h*(2*a-s*b) > 0) { // both eigenvalues, not their product only
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

// NewSamples returns the cumulant of a model.
func NewSamples(m model.Model) *Samples {
	n, p := m.Dims()
	return &Samples{m: m, grads: mat.NewDense(n, p, nil), dot: make([]float64, n)}
}

// Dim implements [Cumulant].
func (s *Samples) Dim() int { _, p := s.grads.Dims(); return p }

// Log implements [Cumulant].
func (s *Samples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	n, _ := s.grads.Dims()
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
