// Package regression answers the question: what does SGD itself do on linear regression, the
// paper's own example, where everything can be had without approximation?
//
// [SGD] simulates it, on a data set or on fresh samples. [Chain] is the same on fresh samples as a
// Markov chain in the distance from the minimum, solved exactly: mean first-passage times,
// stationary law, Kesten's tail. Package barriers has the limit η → 0 and data sets. [Spherical]
// holds the covariance and the closed forms, [SDE] the diffusion with the exact covariance, Eq. 4.
package regression

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// SGD is SGD itself (Eq. 2–3), not a diffusion, on linear regression:
//
//	θ ← θ − (η/B) Σ_{μ∈B} x_μ(x_μ·θ − y_μ),
//
// on a fixed data set or on samples drawn afresh at every step. It is a [dynamics.Dynamics] and at
// the same time the [landscape.Landscape] of its loss, L = L(θ*) + ½(θ−θ*)ᵀH(θ−θ*). It is immutable
// and safe for use by several goroutines.
type SGD struct {
	dim, batch int
	eta        float64
	how        sgd.Batches
	// rows are x_μ and y_μ − x_μ·θ*, dim+1 numbers a sample; nil for fresh samples.
	rows    []float64
	samples int
	sigma   float64 // label noise of fresh samples
	minimum []float64
	loss    float64
	hess    *mat.SymDense
	// L(θ*) + ½·least·|δ|² ≤ L ≤ L(θ*) + ½·most·|δ|²: most steps need no more to tell on which side
	// of a level they are.
	least, most float64
}

var (
	_ dynamics.Dynamics = (*SGD)(nil)
	_ landscape.Hessian = (*SGD)(nil)
)

// New returns SGD on a data set with one target per sample. It is an error unless η > 0 and finite,
// 1 ≤ B ≤ N, the batches are Independent or drawn WithReplacement (Shuffled ones remember each
// other), the d×d Hessian takes no more than 1 GiB (d ≤ 11,585) and is not singular, and the
// minimum loss is positive.
func New(set *data.Set, eta float64, batch int, how sgd.Batches) (*SGD, error) {
	if set == nil || set.X == nil || set.Y == nil || set.X.IsEmpty() {
		return nil, fmt.Errorf("regression: set without samples or targets")
	}
	n, d := set.X.Dims()
	if m, k := set.Y.Dims(); m != n || k != 1 {
		return nil, fmt.Errorf("regression: %d×%d targets for %d samples, want %d×1", m, k, n, n)
	}
	if err := sgd.Check(n, eta, batch, how); err != nil {
		return nil, fmt.Errorf("regression: %w", err)
	}
	if how == sgd.Shuffled {
		return nil, fmt.Errorf("regression: shuffled batches remember each other, want Independent or WithReplacement")
	}
	if err := checkDim(d); err != nil {
		return nil, err
	}
	r := &SGD{dim: d, batch: batch, eta: eta, how: how, samples: n, hess: mat.NewSymDense(d, nil), minimum: make([]float64, d)}
	r.hess.SymOuterK(1/float64(n), set.X.T())
	var xy mat.VecDense
	xy.MulVec(set.X.T(), set.Y.ColView(0))
	xy.ScaleVec(1/float64(n), &xy)
	var chol mat.Cholesky
	if !chol.Factorize(r.hess) {
		return nil, fmt.Errorf("regression: the Hessian of %d samples in %d dimensions is singular", n, d)
	}
	best := mat.NewVecDense(d, r.minimum)
	if err := chol.SolveVecTo(best, &xy); err != nil {
		return nil, fmt.Errorf("regression: the Hessian of %d samples in %d dimensions: %w", n, d, err)
	}
	r.rows = make([]float64, 0, n*(d+1))
	for mu := range n {
		row := set.X.RawRowView(mu)
		e := set.Y.At(mu, 0) - mat.Dot(mat.NewVecDense(d, row), best)
		r.rows = append(append(r.rows, row...), e)
		r.loss += e * e / (2 * float64(n))
	}
	if !positive(r.loss) {
		return nil, fmt.Errorf("regression: loss at the minimum = %v, want a finite value > 0", r.loss)
	}
	var eig mat.EigenSym
	if !eig.Factorize(r.hess, false) {
		return nil, fmt.Errorf("regression: eigenvalues of the Hessian did not converge")
	}
	values := eig.Values(nil)
	// Rounding of the eigenvalues must not decide.
	r.least, r.most = values[0]*(1-1e-9), values[d-1]*(1+1e-9)
	return r, nil
}

// NewFresh returns SGD on fresh samples, x standard normal in d dimensions and y = σε independent
// of it: the limit N → ∞ of the paper's Fig. 3. It is an error unless 1 ≤ d ≤ 11,585 (1 GiB for the
// Hessian), B ≥ 1, and σ and η/B lie between 1e−100 and 1e100.
func NewFresh(d int, sigma, eta float64, batch int) (*SGD, error) {
	if err := (Chain{LearningRate: eta, BatchSize: batch, Dim: d, LabelNoise: sigma}).Check(); err != nil {
		return nil, err
	}
	if err := checkDim(d); err != nil {
		return nil, err
	}
	r := &SGD{dim: d, batch: batch, eta: eta, sigma: sigma, loss: sigma * sigma / 2,
		minimum: make([]float64, d), hess: mat.NewSymDense(d, nil), least: 1, most: 1}
	for i := range d {
		r.hess.SetSym(i, i, 1)
	}
	return r, nil
}

// checkDim returns an error if a Hessian takes more than 1 GiB.
func checkDim(d int) error {
	if bytes := 8 * float64(d) * float64(d); bytes > parallel.GiB {
		return fmt.Errorf("regression: the Hessian in d = %d dimensions takes %.3g GiB, want ≤ 1", d, bytes/parallel.GiB)
	}
	return nil
}

// Dim and the next two implement [landscape.Hessian]. LearningRate is η, the time that a step
// lasts, Minimum a copy of θ*, MinimumLoss L(θ*) and Hessian H, the same everywhere.
func (r *SGD) Dim() int                              { return r.dim }
func (r *SGD) LossGrad(dst, theta []float64) float64 { return r.loss + r.rise(dst, theta) }
func (r *SGD) Hess(dst *mat.SymDense, _ []float64)   { dst.CopySym(r.hess) }
func (r *SGD) LearningRate() float64                 { return r.eta }
func (r *SGD) BatchSize() int                        { return r.batch }
func (r *SGD) Minimum() []float64                    { return append([]float64(nil), r.minimum...) }
func (r *SGD) MinimumLoss() float64                  { return r.loss }
func (r *SGD) Hessian() mat.Symmetric                { return r.hess }

// rise returns L(θ) − L(θ*) and stores ∇L in dst if it is not nil.
func (r *SGD) rise(dst, theta []float64) float64 {
	sum := 0.0
	for i, t := range theta {
		g := 0.0
		for j, u := range theta {
			g += r.hess.At(i, j) * (u - r.minimum[j])
		}
		if dst != nil {
			dst[i] = g
		}
		sum += g * (t - r.minimum[i])
	}
	return sum / 2
}

// stepper makes steps of the general case: any batch, any law, fresh samples.
type stepper struct {
	*SGD
	grad, x []float64
	sampler *sgd.Sampler // of a fixed set
}

// NewStepper implements [dynamics.Dynamics]: one step of SGD, any batch, on a fixed set or fresh
// samples.
func (r *SGD) NewStepper() dynamics.Stepper {
	w := &stepper{SGD: r, grad: make([]float64, r.dim), x: make([]float64, r.dim+1)}
	if r.rows == nil {
		return &freshStepper{stepper: w, xi: make([]float64, r.batch*(r.dim+1))}
	}
	w.sampler = sgd.NewSampler(r.samples, r.batch, r.how)
	return w
}

// Step implements [dynamics.Stepper].
func (w *stepper) Step(theta []float64, rng *rand.Rand) float64 {
	clear(w.grad)
	for _, mu := range w.sampler.Next(rng) {
		w.add(w.rows[mu*(w.dim+1):(mu+1)*(w.dim+1)], theta)
	}
	return w.down(theta)
}

// down makes the step.
func (w *stepper) down(theta []float64) float64 {
	rate := w.eta / float64(w.batch)
	for i, g := range w.grad {
		theta[i] -= rate * g
	}
	return w.eta
}

// freshStepper takes fresh samples.
type freshStepper struct {
	*stepper
	xi []float64
}

var _ dynamics.Fed = (*freshStepper)(nil)

// Step implements [dynamics.Stepper].
func (w *freshStepper) Step(theta []float64, rng *rand.Rand) float64 {
	dynamics.Normals(w.xi, rng)
	return w.Feed(theta, w.xi)
}

// Normals and Feed implement [dynamics.Fed]: features and label of each sample.
func (w *freshStepper) Normals() int { return len(w.xi) }

func (w *freshStepper) Feed(theta, xi []float64) float64 {
	clear(w.grad)
	for row := range slices.Chunk(xi, w.dim+1) {
		copy(w.x, row)
		w.x[w.dim] *= w.sigma
		w.add(w.x, theta)
	}
	return w.down(theta)
}

// add adds the gradient of one sample.
func (w *stepper) add(row, theta []float64) {
	e := -row[w.dim]
	for i, t := range theta {
		e += row[i] * (t - w.minimum[i])
	}
	for i := range w.grad {
		w.grad[i] += e * row[i]
	}
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }
