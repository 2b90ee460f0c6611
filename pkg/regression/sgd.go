package regression

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// Regression is SGD itself (Eq. 2–3), not a diffusion, on linear regression:
//
//	θ ← θ − (η/B) Σ_{μ∈B} x_μ(x_μ·θ − y_μ),
//
// on a fixed data set or on samples drawn afresh at every step. It is immutable
// and safe for use by several goroutines. Coordinates are δ = θ − θ*, with θ* the
// minimum of the loss L = L(θ*) + ½δᵀHδ.
type Regression struct {
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
	// L(θ*) + ½·least·|δ|² ≤ L ≤ L(θ*) + ½·most·|δ|²: most steps need no more to
	// tell on which side of a level they are.
	least, most float64
}

// NewRegression returns SGD on a data set with one target per sample. It is an
// error unless η > 0 and finite, 1 ≤ B ≤ N, the batches are one of the three
// laws, the Hessian is not singular, and the minimum loss is positive.
func NewRegression(set *data.Set, eta float64, batch int, how sgd.Batches) (*Regression, error) {
	if set == nil || set.X == nil || set.Y == nil || set.X.IsEmpty() {
		return nil, fmt.Errorf("regression on a set without samples or targets")
	}
	n, d := set.X.Dims()
	if m, k := set.Y.Dims(); m != n || k != 1 {
		return nil, fmt.Errorf("regression on %d×%d targets for %d samples, want %d×1", m, k, n, n)
	}
	if err := sgd.Check(n, eta, batch, how); err != nil {
		return nil, fmt.Errorf("regression: %w", err)
	}
	r := &Regression{dim: d, batch: batch, eta: eta, how: how, samples: n, hess: mat.NewSymDense(d, nil), minimum: make([]float64, d)}
	var gram mat.SymDense
	gram.SymOuterK(1/float64(n), set.X.T())
	r.hess.CopySym(&gram)
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
	return r, r.bounds()
}

// NewFreshRegression returns SGD on fresh samples, x standard normal in d
// dimensions and y = σε independent of it: the limit N → ∞ of the paper's Fig. 3.
// It is an error unless d ≥ 1, B ≥ 1, and σ and η are positive and finite.
func NewFreshRegression(d int, sigma, eta float64, batch int) (*Regression, error) {
	switch {
	case d < 1:
		return nil, fmt.Errorf("regression: fresh samples in %d dimensions, want ≥ 1", d)
	case batch < 1:
		return nil, fmt.Errorf("regression: fresh samples: batch size %d, want ≥ 1", batch)
	case !positive(sigma):
		return nil, fmt.Errorf("regression: fresh samples: label noise %v, want a finite value > 0", sigma)
	case !positive(eta):
		return nil, fmt.Errorf("regression: fresh samples: learning rate %v, want a finite value > 0", eta)
	}
	r := &Regression{dim: d, batch: batch, eta: eta, sigma: sigma, loss: sigma * sigma / 2,
		minimum: make([]float64, d), hess: mat.NewSymDense(d, nil), least: 1, most: 1}
	for i := range d {
		r.hess.SetSym(i, i, 1)
	}
	return r, nil
}

// bounds finds the extreme eigenvalues of the Hessian.
func (r *Regression) bounds() error {
	if !positive(r.loss) {
		return fmt.Errorf("regression: loss at the minimum = %v, want a finite value > 0", r.loss)
	}
	var eig mat.EigenSym
	if !eig.Factorize(r.hess, false) {
		return fmt.Errorf("regression: eigenvalues of the Hessian did not converge")
	}
	values := eig.Values(nil)
	// Rounding of the eigenvalues must not decide.
	r.least, r.most = values[0]*(1-1e-9), values[r.dim-1]*(1+1e-9)
	return nil
}

// Dim returns d.
func (r *Regression) Dim() int { return r.dim }

// LearningRate returns η, the time that a step lasts.
func (r *Regression) LearningRate() float64 { return r.eta }

// Minimum returns a copy of θ*.
func (r *Regression) Minimum() []float64 { return append([]float64(nil), r.minimum...) }

// MinimumLoss returns L(θ*).
func (r *Regression) MinimumLoss() float64 { return r.loss }

// Hessian returns H(θ*), which is H everywhere.
func (r *Regression) Hessian() mat.Symmetric { return r.hess }

// above reports whether L(θ) > L(θ*) + level, given |δ|². NaN counts as above.
func (r *Regression) above(delta []float64, square, level float64) bool {
	if r.most*square <= 2*level {
		return false
	}
	if !(r.least*square <= 2*level) {
		return true
	}
	v := mat.NewVecDense(r.dim, delta)
	return !(mat.Inner(v, r.hess, v) <= 2*level)
}

// Walk runs one replica of SGD from θ* and calls visit with δ = θ − θ* after each
// step, until it returns false or the replica leaves the finite numbers; it
// returns the number of steps. visit must not keep δ.
func (r *Regression) Walk(rng *rand.Rand, visit func(delta []float64) bool) int64 {
	w := r.newWalker(rng)
	for k := int64(1); ; k++ {
		if square := w.step(); !(square <= math.MaxFloat64) || !visit(w.delta) {
			return k
		}
	}
}

// walker is one replica of the general case: any batch, any law, fresh samples.
type walker struct {
	*Regression
	rng         *rand.Rand
	delta, grad []float64
	x           []float64
	sampler     *sgd.Sampler
}

func (r *Regression) newWalker(rng *rand.Rand) *walker {
	w := &walker{Regression: r, rng: rng, delta: make([]float64, r.dim), grad: make([]float64, r.dim), x: make([]float64, r.dim+1)}
	if r.rows != nil {
		w.sampler = sgd.NewSampler(r.samples, r.batch, r.how, rng)
	}
	return w
}

// restart puts the walker back to θ* with another generator.
func (w *walker) restart(rng *rand.Rand) {
	w.rng = rng
	clear(w.delta)
	if w.sampler == nil {
		return
	}
	w.sampler.Reset(rng)
}

// step makes one step of SGD and returns |δ|².
func (w *walker) step() float64 {
	clear(w.grad)
	if w.rows == nil {
		for range w.batch {
			dynamics.Normals(w.x, w.rng)
			w.x[w.dim] *= w.sigma
			w.add(w.x)
		}
	} else {
		if w.how == sgd.Shuffled && w.sampler.Left() < w.batch {
			w.sampler.Begin()
		}
		for _, mu := range w.sampler.Next() {
			w.add(w.rows[mu*(w.dim+1) : (mu+1)*(w.dim+1)])
		}
	}
	square, rate := 0.0, w.eta/float64(w.batch)
	for i, g := range w.grad {
		w.delta[i] -= rate * g
		square += w.delta[i] * w.delta[i]
	}
	return square
}

// add adds the gradient of one sample.
func (w *walker) add(row []float64) {
	e := -row[w.dim]
	for i, t := range w.delta {
		e += row[i] * t
	}
	for i := range w.grad {
		w.grad[i] += e * row[i]
	}
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }
