// Package quasipotential answers the question: which barrier does SGD see while its steps are
// small, whatever the law of its gradients? And which at a fixed learning rate and large batches?
//
// [Quasipotential] is the least action along a path, [Steps] that of steps of finite size,
// [Cumulant] the law of one sample's gradient: of a model on its own data ([Samples]), of Gaussian
// regression, of Gaussian noise, of whatever else implements it.
package quasipotential

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/internal/root"
)

// Cumulant is the law of a single-sample gradient, given by the logarithm of its moment-generating
// function,
//
//	K(θ, p) = log E_μ exp(−p·∇ℓ_μ(θ)),
//
// convex in p with K(θ, 0) = 0 and ∂K/∂p = −∇L there.
type Cumulant interface {
	// Dim returns the number of parameters.
	Dim() int
	// Log returns K, +Inf where it does not exist, and stores its gradient and Hessian in p. Those
	// are not used where K does not exist.
	Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64
}

// ErrNoEscape says that no sample pushes along the path, so that the barrier is infinite.
var ErrNoEscape = errors.New("no sample pushes along the path")

// Quasipotential returns the barrier ΔS that small-η SGD sees along a path given by its points,
//
//	ΔS = ∫ max{p·dθ : K(θ, p) ≤ 0},
//
// where the maximum is at p = ∇S with K(θ, ∇S) = 0 when the path is the one that escapes take; any
// other path gives an upper bound. Mean escape times obey
//
//	η log t → B·ΔS, that is T log t → h*·ΔS with T = ηh*/B,
//
// at any batch size B, because the cumulants of a batch are those of a sample at p/B. Gaussian
// noise with Σ = 2LH*/B gives h*ΔS = Δlog L, the paper's barrier. Where K exists for no p ≠ 0, as
// with power-law labels, one sample suffices to escape, and the barrier is 0.
//
// Every step is taken to be small. Where gradients are products of unbounded factors, such as x·xᵀθ
// with normal x, one freak sample can cover a distance of order one at a price of the same order as
// ΔS. Then this is an upper bound: in linear regression with normal x and y it holds for c ≤ 2
// only, see Fresh of package barriers.
//
// Settings.Tolerance is the relative change under halving of the segments, below 1; 0 means 1e−8.
// Result.Err is that change, and what the search for p is off by, 1e−11 of the value. It returns an
// error for a cumulant that is nil, refuses itself (see [exact.Checker]) or has so many parameters
// that their P×P numbers take more than 1 GiB, P > 11,585; for a path of fewer than two points, of
// the wrong dimension or not finite; if K is not a number on the way, refinement does not settle,
// or with [ErrNoEscape].
func Quasipotential(c Cumulant, path [][]float64, s exact.Settings) (exact.Result, error) {
	s.Tolerance = cmp.Or(s.Tolerance, 1e-8)
	if err := check(c); err != nil {
		return exact.Result{}, fmt.Errorf("quasipotential: %w", err)
	}
	switch {
	case len(path) < 2:
		return exact.Result{}, fmt.Errorf("quasipotential: along %d points, want ≥ 2", len(path))
	case !(s.Tolerance > 0 && s.Tolerance < 1):
		return exact.Result{}, fmt.Errorf("quasipotential: tolerance = %v, want a value in (0, 1)", s.Tolerance)
	}
	for i, at := range path {
		if len(at) != c.Dim() || floats.HasNaN(at) || math.IsInf(floats.Norm(at, 2), 1) {
			return exact.Result{}, fmt.Errorf("quasipotential: point %d of the path is %v, want %d finite numbers", i, at, c.Dim())
		}
	}
	a, last, change := newAction(c), math.NaN(), math.NaN()
	for parts := 1; parts <= 1<<12; parts *= 2 {
		v := 0.0
		for i := range len(path) - 1 {
			v += a.along(path[i], path[i+1], parts)
		}
		switch {
		case math.IsInf(v, 1):
			return exact.Result{}, fmt.Errorf("quasipotential: %w", ErrNoEscape)
		case math.IsNaN(v):
			return exact.Result{}, fmt.Errorf("quasipotential: the cumulant is not a number on the way")
		}
		// Two grids may agree by chance, where errors cross 0: one that follows a change 64 times
		// as large has not settled.
		before := change
		change = math.Abs(v - last)
		if off := math.Max(change, before/64); off <= s.Tolerance*math.Abs(v) || math.IsNaN(before) && change <= s.Tolerance*math.Abs(v) {
			return exact.Result{Value: v, Err: change + 1e-11*math.Abs(v), Grid: parts * (len(path) - 1)}, nil
		}
		last = v
	}
	return exact.Result{}, fmt.Errorf("quasipotential: not settled to %g (last value %g)", s.Tolerance, last)
}

// check returns the error of a cumulant that cannot be used.
func check(c Cumulant) error {
	if c == nil {
		return fmt.Errorf("no cumulant given")
	}
	if c, ok := c.(exact.Checker); ok {
		if err := c.Check(); err != nil {
			return err
		}
	}
	if n := float64(c.Dim()); n < 1 || 8*n*n > parallel.GiB {
		return fmt.Errorf("%v parameters, whose second cumulants take %.3g GiB, want ≥ 1 parameter and ≤ 1 GiB", n, 8*n*n/parallel.GiB)
	}
	return nil
}

// action is scratch space for the maximum of p·dθ.
type action struct {
	c                       Cumulant
	theta, p, trial, grad   []float64
	tangent, gradient, move []float64
	hess                    *mat.SymDense
	chol                    mat.Cholesky
	x, w                    []float64 // Gauss–Legendre on [0, 1]
}

func newAction(c Cumulant) *action {
	n := c.Dim()
	a := &action{c: c, hess: mat.NewSymDense(n, nil), x: make([]float64, 4), w: make([]float64, 4)}
	quad.Legendre{}.FixedLocations(a.x, a.w, 0, 1)
	for _, v := range []*[]float64{&a.theta, &a.p, &a.trial, &a.grad, &a.tangent, &a.gradient, &a.move} {
		*v = make([]float64, n)
	}
	return a
}

// along integrates over a straight segment in equal parts.
func (a *action) along(from, to []float64, parts int) float64 {
	floats.SubTo(a.tangent, to, from)
	length := floats.Norm(a.tangent, 2)
	if length == 0 {
		return 0
	}
	floats.Scale(1/length, a.tangent)
	sum, width := 0.0, length/float64(parts)
	for k := range parts {
		for i, x := range a.x {
			floats.AddScaledTo(a.theta, from, width*(float64(k)+x), a.tangent)
			sum += width * a.w[i] * a.push()
		}
	}
	return sum
}

// push returns max{p·t : K(p) ≤ 0} along the tangent t. By duality it is the p·t of the maximum
// p(λ) of p·t − λK(p) at the λ for which K(p(λ)) = 0, found by bisection on log λ: K(p(λ)) falls
// with λ.
func (a *action) push() float64 {
	clear(a.p)
	none := a.c.Log(a.grad, a.hess, a.theta, a.p)
	uphill := -floats.Dot(a.grad, a.tangent) // t·∇L
	switch {
	case math.IsNaN(none + uphill):
		return none + uphill
	case len(a.p) == 1 && uphill <= 0 || floats.Norm(a.grad, 2) == 0:
		return 0 // downhill the drift does it, p = 0; in more dimensions it must be turned
	case uphill < 1e-3*floats.Norm(a.grad, 2):
		uphill = floats.Norm(a.grad, 2) // which only sets the scale of p
	}
	// Where K does not exist even this close to 0, it exists nowhere else.
	floats.AddScaledTo(a.trial, a.p, 1e-9/uphill, a.tangent)
	switch k := a.c.Log(a.grad, a.hess, a.theta, a.trial); {
	case math.IsNaN(k):
		return k
	case math.IsInf(k, 1):
		return 0
	}
	if len(a.p) == 1 {
		return a.pushOne(uphill)
	}
	// Newton starts from a large λ, deep inside K < 0, and goes down.
	lo := math.Log(1e6 / uphill)
	deepest := a.maximise(math.Exp(lo))
	for a.maximise(math.Exp(lo)) <= 0 {
		if lo -= 2; lo > math.Log(1e-9/uphill) {
			continue
		}
		if p := floats.Dot(a.p, a.tangent); p*uphill < 1e6 { // K ends before it is 0
			return p
		}
		return math.Inf(1)
	}
	hi := lo + 2
	for range 60 {
		mid := 0.5 * (lo + hi)
		k := a.maximise(math.Exp(mid))
		if math.Abs(k) < 1e-12*math.Abs(deepest) {
			break
		}
		if k > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return floats.Dot(a.p, a.tangent)
}

// pushOne is push in one dimension: the root of K on the line, by Newton's method from where K > 0,
// from which it does not overshoot as K is convex, or by bisection if K does not exist there.
func (a *action) pushOne(uphill float64) float64 {
	k := func(p float64) float64 {
		a.p[0] = p * a.tangent[0]
		return a.c.Log(a.grad, a.hess, a.theta, a.p)
	}
	lo, hi := 0.0, 1e-9/uphill
	for k(hi) < 0 {
		if lo, hi = hi, 4*hi; hi > 1e9/uphill {
			return math.Inf(1)
		}
	}
	v := k(hi)
	if math.IsInf(v, 1) {
		return root.Bisect(lo, hi, func(p float64) bool { return k(p) < 0 })
	}
	for p := hi; ; v = k(hi) {
		p, hi = hi, hi-v/(a.grad[0]*a.tangent[0])
		if !(hi < p*(1-1e-14)) || hi <= lo {
			return p
		}
	}
}

// maximise moves a.p to the maximum of p·t − λK(p), by Newton's method with halved steps, and
// returns K there.
func (a *action) maximise(lambda float64) float64 {
	value := func(p []float64) (float64, float64) {
		k := a.c.Log(a.grad, a.hess, a.theta, p)
		return floats.Dot(p, a.tangent) - lambda*k, k
	}
	now, k := value(a.p)
	for range 100 {
		floats.ScaleTo(a.gradient, -lambda, a.grad)
		floats.Add(a.gradient, a.tangent)
		a.hess.ScaleSym(lambda, a.hess)
		a.newton()
		gain := floats.Dot(a.move, a.gradient)
		if gain < 1e-9*math.Abs(now) {
			// Too small to be seen in the value, so no line search: one full step squares the
			// error.
			floats.Add(a.p, a.move)
			_, k = value(a.p)
			return k
		}
		scale, next, nextK := 1.0, math.Inf(-1), 0.0
		for ; scale > 1e-12; scale /= 2 {
			floats.AddScaledTo(a.trial, a.p, scale, a.move)
			if next, nextK = value(a.trial); next > now+1e-4*scale*gain {
				break
			}
		}
		if !(next > now) {
			value(a.p)
			return k
		}
		if nextK > 10 {
			// Far beyond K = 0, where K may grow too slowly for λ to stop p: all that the bisection
			// needs to know. p stays where it was.
			return nextK
		}
		copy(a.p, a.trial)
		now, k = next, nextK
	}
	return k
}

// newton stores the Newton step in move, with a ridge where no noise points.
func (a *action) newton() {
	n := len(a.p)
	ridge := 1e-14 * math.Abs(mat.Trace(a.hess)) / float64(n)
	for {
		for i := range n {
			a.hess.SetSym(i, i, a.hess.At(i, i)+ridge)
		}
		if a.chol.Factorize(a.hess) {
			break
		}
		if ridge = 100*ridge + 1e-300; ridge > 1e300 {
			copy(a.move, a.gradient)
			return
		}
	}
	// A condition error only warns.
	_ = a.chol.SolveVecTo(mat.NewVecDense(n, a.move), mat.NewVecDense(n, a.gradient))
}
