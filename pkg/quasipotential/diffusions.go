package quasipotential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Hamiltonian is the law of what pushes θ at each point, H(θ, p), convex in p with H(θ, 0) = 0 and
// the drift −∇L = ∂H/∂p there. A quasipotential S obeys H(θ, ∇S) = 0. For SGD it is the cumulant of
// one sample's gradient, and the mean escape time obeys η log t → B·ΔS; for a diffusion dθ = b dt +
// sqrt(εa)·dW it is p·b + ½pᵀap, and ε log t → ΔS.
type Hamiltonian interface {
	Cumulant
	// Slope stores ∂H/∂θ in dst, which aliases neither θ nor p.
	Slope(dst, theta, p []float64)
}

// Frozen is noise of one covariance a everywhere, H = −p·∇L + ½pᵀap: a = 2h*L(θ*)·1 is gradient
// Langevin dynamics (Eq. 5) with D = ηh*L(θ*)/B, a = 2L(θ*)·H(θ*) noise that is aligned with the
// Hessian but not with the loss (Zhu 2019; Xie 2021).
type Frozen struct {
	Landscape landscape.Landscape
	Noise     *mat.SymDense // a, positive definite
}

// Diffusion is any dθ = b dt + sqrt(εa)·dW, H = p·b + ½pᵀap, given by what stores b(θ) and a(θ).
type Diffusion struct {
	Params     int
	Drift      func(dst, theta []float64)
	Covariance func(dst *mat.SymDense, theta []float64)
}

// Covariance is SGD on a model with its cumulants cut off after the second, Eq. 4 with the exact
// covariance of Eq. 8 as N → ∞ at B = 1: H = −p·∇L + ½pᵀΣp, Σ = (1/N)Σ∇ℓ_μ∇ℓ_μᵀ − ∇L∇Lᵀ.
type Covariance struct{ s *Samples }

// Differences gives a cumulant the slope ∂H/∂θ, by central differences (2P of them, good to 1e−9).
type Differences struct{ Cumulant }

var (
	_ Hamiltonian = GaussianNoise{}
	_ Hamiltonian = Frozen{}
	_ Hamiltonian = Diffusion{}
	_ Hamiltonian = Covariance{}
	_ Hamiltonian = (*Samples)(nil)
	_ Hamiltonian = Differences{}

	_, _, _, _ exact.Checker = Frozen{}, Diffusion{}, Covariance{}, Differences{}
)

// curl stores −∇²L·p in dst: from the Hessian, or by a central difference of the gradient along p.
func curl(dst []float64, l landscape.Landscape, theta, p []float64) {
	if known, ok := l.(landscape.Hessian); ok {
		h := mat.NewSymDense(len(p), nil)
		known.Hess(h, theta)
		mat.NewVecDense(len(p), dst).MulVec(h, mat.NewVecDense(len(p), p))
		floats.Scale(-1, dst)
		return
	}
	along(dst, make([]float64, len(p)), make([]float64, len(p)), theta, p, func(g, at []float64) { l.LossGrad(g, at) })
}

// along stores −(g(θ+δp) − g(θ−δp))/2δ in dst.
func along(dst, other, at, theta, p []float64, g func(dst, at []float64)) {
	size := floats.Norm(p, 2)
	if size == 0 {
		clear(dst)
		return
	}
	step := 1e-5 * (1 + floats.Norm(theta, 2)) / size
	floats.AddScaledTo(at, theta, -step, p)
	g(dst, at)
	floats.AddScaledTo(at, theta, step, p)
	g(other, at)
	floats.Sub(dst, other)
	floats.Scale(1/(2*step), dst)
}

// Slope implements [Hamiltonian].
func (g GaussianNoise) Slope(dst, theta, p []float64) {
	curl(dst, g.Landscape, theta, p)
	slope := make([]float64, len(theta))
	g.Landscape.LossGrad(slope, theta)
	v := mat.NewVecDense(len(p), p)
	floats.AddScaled(dst, mat.Inner(v, g.Hess, v), slope)
}

// Check implements [exact.Checker].
func (f Frozen) Check() error {
	if given.None(f.Landscape) || f.Noise == nil || f.Noise.SymmetricDim() != f.Landscape.Dim() {
		return fmt.Errorf("frozen noise without a landscape or a covariance of its order")
	}
	return nil
}

// Dim implements [Cumulant].
func (f Frozen) Dim() int {
	if given.None(f.Landscape) {
		return 0
	}
	return f.Landscape.Dim()
}

// Log implements [Cumulant].
func (f Frozen) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	f.Landscape.LossGrad(grad, theta)
	floats.Scale(-1, grad)
	hess.CopySym(f.Noise)
	return quadratic(grad, hess, p)
}

// quadratic returns p·b + ½pᵀap and turns b, in grad, into b + ap.
func quadratic(grad []float64, a *mat.SymDense, p []float64) float64 {
	drift, push := floats.Dot(p, grad), 0.0
	for i := range p {
		ap := 0.0
		for j, v := range p {
			ap += a.At(i, j) * v
		}
		grad[i] += ap
		push += p[i] * ap
	}
	return drift + 0.5*push
}

// Slope implements [Hamiltonian].
func (f Frozen) Slope(dst, theta, p []float64) { curl(dst, f.Landscape, theta, p) }

// Check implements [exact.Checker].
func (d Diffusion) Check() error {
	if d.Drift == nil || d.Covariance == nil {
		return fmt.Errorf("diffusion without drift or covariance")
	}
	return nil
}

// Dim implements [Cumulant].
func (d Diffusion) Dim() int { return d.Params }

// Log implements [Cumulant].
func (d Diffusion) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	d.Drift(grad, theta)
	d.Covariance(hess, theta)
	return quadratic(grad, hess, p)
}

// Slope implements [Hamiltonian], by differences.
func (d Diffusion) Slope(dst, theta, p []float64) { Differences{d}.Slope(dst, theta, p) }

// Check implements [exact.Checker].
func (d Differences) Check() error {
	if given.None(d.Cumulant) {
		return fmt.Errorf("differences of no cumulant")
	}
	if c, ok := d.Cumulant.(exact.Checker); ok {
		return c.Check()
	}
	return nil
}

// Dim implements [Cumulant].
func (d Differences) Dim() int {
	if given.None(d.Cumulant) {
		return 0
	}
	return d.Cumulant.Dim()
}

// Slope implements [Hamiltonian].
func (d Differences) Slope(dst, theta, p []float64) {
	at, grad, hess := append([]float64(nil), theta...), make([]float64, len(p)), mat.NewSymDense(len(p), nil)
	for i, x := range theta {
		step := 1e-5 * (1 + math.Abs(x)) // the root of the rounding error, times ten
		at[i] = x + step
		up := d.Log(grad, hess, at, p)
		at[i] = x - step
		dst[i] = (up - d.Log(grad, hess, at, p)) / (2 * step)
		at[i] = x
	}
}

// Slope implements [Hamiltonian]: −Σ_μ w_μ ∇²ℓ_μ·p with the weights w_μ ∝ exp(−p·∇ℓ_μ), the Hessian
// by a central difference of gradients along p.
func (s *Samples) Slope(dst, theta, p []float64) {
	n, params := s.m.Dims()
	up, down, side, weight := make([]float64, params), make([]float64, params), make([]float64, params), make([]float64, n)
	for mu := range n {
		s.m.LossGrad(up, theta, mu)
		weight[mu] = -floats.Dot(p, up)
	}
	total := floats.LogSumExp(weight)
	clear(dst)
	for mu, w := range weight {
		if w = math.Exp(w - total); w < 1e-20 {
			continue
		}
		along(up, down, side, theta, p, func(g, at []float64) { s.m.LossGrad(g, at, mu) })
		floats.AddScaled(dst, w, up)
	}
}

// NewCovariance returns the diffusion with the covariance of a model's own samples.
func NewCovariance(m model.Model) Covariance { return Covariance{NewSamples(m)} }

// Check implements [exact.Checker], like that of [Samples].
func (c Covariance) Check() error { return c.s.Check() }

// Dim implements [Cumulant].
func (c Covariance) Dim() int { return c.s.Dim() }

// Log implements [Cumulant]: drift and covariance are the derivatives of the cumulant at p = 0.
func (c Covariance) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	c.s.Log(grad, hess, theta, make([]float64, len(p)))
	return quadratic(grad, hess, p)
}

// Slope implements [Hamiltonian], by differences.
func (c Covariance) Slope(dst, theta, p []float64) { Differences{c}.Slope(dst, theta, p) }

// MaierStein returns the diffusion of Maier and Stein (1993) under isotropic noise,
//
//	b = (x − x³ − αxy², −μ(1 + x²)y),  a = 1,
//
// with stable points (±1, 0) and a saddle at the origin, a test for whatever finds paths: for μ = 1
// the barrier is ½ along the axis up to α = 4 (a potential at α = 1), and lower off the axis beyond.
func MaierStein(mu, alpha float64) Diffusion {
	return Diffusion{Params: 2, Drift: func(b, x []float64) {
		b[0] = x[0] - x[0]*x[0]*x[0] - alpha*x[0]*x[1]*x[1]
		b[1] = -mu * (1 + x[0]*x[0]) * x[1]
	}, Covariance: func(a *mat.SymDense, _ []float64) {
		a.SetSym(0, 0, 1)
		a.SetSym(0, 1, 0)
		a.SetSym(1, 1, 1)
	}}
}
