package quasipotential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
)

// Regression is SGD on streaming linear regression with normal features of covariance C and labels
// y independent of them, θ measured from θ*. The gradient of a sample is x(x·θ − y); averaged over
// x,
//
//	H = −½ log D + ψ(b/D),  D = (1 + p·Cθ)² − bc,  b = pᵀCp,  c = θᵀCθ,  ψ(s) = log E exp(½sy²).
//
// With normal labels S = |θ|²/σ², whatever C.
type Regression struct {
	Features *mat.SymDense // C = H(θ*)
	Labels   Labels
}

// Labels is the law of a label's square.
type Labels interface {
	// Log returns ψ(s) = log E exp(½sy²) with its first two derivatives, s ≥ 0; ψ is +Inf where it
	// does not exist.
	Log(s float64) (psi, first, second float64)
	// Variance returns σ² = E y² = 2L(θ*).
	Variance() float64
}

// Laws of labels by their standard deviation.
type (
	NormalLabels  struct{ Sigma float64 }
	UniformLabels struct{ Sigma float64 } // on ±σ√3
	// LaplaceLabels have exponential tails, so that those of x·y are fatter than exponential: ψ
	// exists for no s > 0, and nothing is climbed, see [ErrUnbounded].
	LaplaceLabels struct{ Sigma float64 }
)

var (
	_                  Hamiltonian = Regression{}
	_, _, _            Labels      = NormalLabels{}, UniformLabels{}, LaplaceLabels{}
	uniformX, uniformW             = uniformRule()
)

// Variance implements [Labels].
func (n NormalLabels) Variance() float64  { return n.Sigma * n.Sigma }
func (u UniformLabels) Variance() float64 { return u.Sigma * u.Sigma }
func (l LaplaceLabels) Variance() float64 { return l.Sigma * l.Sigma }

// Log implements [Labels].
func (n NormalLabels) Log(s float64) (psi, first, second float64) {
	v := n.Sigma * n.Sigma
	left := 1 - v*s
	if !(left > 0) {
		return math.Inf(1), 0, 0
	}
	return -0.5 * math.Log(left), 0.5 * v / left, 0.5 * v * v / (left * left)
}

// Log implements [Labels].
func (l LaplaceLabels) Log(s float64) (psi, first, second float64) {
	if s > 0 {
		return math.Inf(1), 0, 0
	}
	return 0, 0.5 * l.Variance(), 1.25 * l.Variance() * l.Variance() // κ₄ = 6
}

// uniformRule is Gauss–Legendre on [0, 1]: with 40 points the integral below is good to 1e−12 up to
// s·σ² = 100.
func uniformRule() (x, w []float64) {
	x, w = make([]float64, 40), make([]float64, 40)
	quad.Legendre{}.FixedLocations(x, w, 0, 1)
	return x, w
}

// Log implements [Labels].
func (u UniformLabels) Log(s float64) (psi, first, second float64) {
	scale := 1.5 * u.Sigma * u.Sigma // ½y² = scale·x²
	sum, one, two := 0.0, 0.0, 0.0
	for i, x := range uniformX {
		half := scale * x * x
		w := uniformW[i] * math.Exp(s*half-s*scale)
		sum, one, two = sum+w, one+w*half, two+w*half*half
	}
	first = one / sum
	return math.Log(sum) + s*scale, first, two/sum - first*first
}

// Check implements [exact.Checker].
func (r Regression) Check() error {
	if r.Features == nil || r.Features.IsEmpty() || r.Labels == nil {
		return fmt.Errorf("regression without features or labels")
	}
	if v := r.Labels.Variance(); !(v > 0) || math.IsInf(v, 1) {
		return fmt.Errorf("regression with label noise σ² = %v, want a finite value > 0", v)
	}
	var chol mat.Cholesky
	if size := mat.Norm(r.Features, 1); math.IsNaN(size) || math.IsInf(size, 0) || !chol.Factorize(r.Features) {
		return fmt.Errorf("regression with features whose covariance is not positive definite")
	}
	return nil
}

// Dim implements [Cumulant].
func (r Regression) Dim() int {
	if r.Features == nil {
		return 0
	}
	return r.Features.SymmetricDim()
}

// parts are the scalars of H.
type parts struct {
	u, w          []float64 // Cθ, Cp
	a, b, c, d, s float64
}

func (r Regression) parts(theta, p []float64) parts {
	n := len(p)
	q := parts{u: make([]float64, 2*n)}
	q.u, q.w = q.u[:n], q.u[n:]
	for i := range n {
		for j := range n {
			q.u[i] += r.Features.At(i, j) * theta[j]
			q.w[i] += r.Features.At(i, j) * p[j]
		}
		q.a, q.b, q.c = q.a+p[i]*q.u[i], q.b+p[i]*q.w[i], q.c+theta[i]*q.u[i]
	}
	q.d = (1+q.a)*(1+q.a) - q.b*q.c
	q.s = q.b / q.d
	return q
}

// Log implements [Cumulant].
func (r Regression) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	q := r.parts(theta, p)
	if math.IsNaN(q.d) {
		return q.d
	}
	if !(q.d > 0) { // one eigenvalue 1 + a ± √(bc): the other is not below 1
		return math.Inf(1)
	}
	psi, first, second := r.Labels.Log(q.s)
	if math.IsInf(psi, 1) {
		return psi
	}
	slopeD := func(i int) float64 { return 2*(1+q.a)*q.u[i] - 2*q.c*q.w[i] }
	slopeS := func(i int) float64 { return (2*q.w[i] - q.s*slopeD(i)) / q.d }
	for i := range p {
		di, si := slopeD(i), slopeS(i)
		grad[i] = -0.5*di/q.d + first*si
		for j := i; j < len(p); j++ {
			dj, sj, c := slopeD(j), slopeS(j), r.Features.At(i, j)
			bend := 2*q.u[i]*q.u[j] - 2*q.c*c
			bendS := (2*c - q.s*bend - si*dj - di*sj) / q.d
			hess.SetSym(i, j, -0.5*(bend/q.d-di*dj/(q.d*q.d))+first*bendS+second*si*sj)
		}
	}
	return -0.5*math.Log(q.d) + psi
}

// Slope implements [Hamiltonian].
func (r Regression) Slope(dst, theta, p []float64) {
	q := r.parts(theta, p)
	_, first, _ := r.Labels.Log(q.s)
	for i := range dst {
		d := 2*(1+q.a)*q.w[i] - 2*q.b*q.u[i]
		dst[i] = -0.5*d/q.d - first*q.s*d/q.d
	}
}

// Loss is the loss of the regression, L = ½(θᵀCθ + σ²), a landscape.
type Loss struct{ Regression }

// LossGrad implements [landscape.Landscape].
func (l Loss) LossGrad(dst, theta []float64) float64 {
	loss := 0.5 * l.Labels.Variance()
	for i, x := range theta {
		g := 0.0
		for j, y := range theta {
			g += l.Features.At(i, j) * y
		}
		loss += 0.5 * x * g
		if dst != nil {
			dst[i] = g
		}
	}
	return loss
}

// Hess implements [landscape.Hessian].
func (l Loss) Hess(dst *mat.SymDense, _ []float64) { dst.CopySym(l.Features) }
