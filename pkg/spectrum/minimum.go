package spectrum

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// MinimumSettings steers [FindMinimum]; the zero value works.
type MinimumSettings struct {
	// GradNorm is the |∇L| asked for; 0 means 1e−8, which leaves the loss within 1e−16/h of its
	// minimum.
	GradNorm float64
	// MaxSteps bounds the steps of descent; 0 means 10000.
	MaxSteps int
	// Seed is that of Lanczos' random start.
	Seed uint64
}

// Minimum is where a full-batch descent of a model ended.
type Minimum struct {
	Theta    []float64 // θ*
	Loss     float64   // L(θ*)
	GradNorm float64   // |∇L(θ*)|
	// Lowest and Highest are the extreme eigenvalues of H(θ*) that Lanczos found, and LowestErr the
	// residual of the former. As Rayleigh quotients they lie within the spectrum: Lowest < 0 is
	// proof of a way down, Lowest > 0 is none that there is no such way.
	Lowest, LowestErr, Highest float64
	Gradients                  int // full-batch gradients that the descent took, products H·v counted as two
}

// FindMinimum returns the minimum of the mean loss of a model that steepest descent from start
// would end in, or one close by: gonum's L-BFGS on full-batch gradients, then, as losses cannot
// tell points apart that close, Newton steps by conjugate gradients. Whether it is a minimum is
// seen from the lowest eigenvalue of the Hessian, by Lanczos. Memory is some hundred vectors of
// length P; no P×P matrix is made.
//
// A network with ReLU comes to rest on kinks, where |∇L| stays of the order of 10⁻²: ask for no
// less (GradNorm), or take a smooth activation.
//
// Errors before any work: a nil model, a start of a length other than P or not finite, a negative
// or NaN setting. Later, together with the point reached: |∇L| above GradNorm, a lowest eigenvalue
// below −[landscape.Flatness] of the highest (a saddle), and the context's.
func FindMinimum(ctx context.Context, m model.Model, start []float64, s MinimumSettings) (*Minimum, error) {
	if _, _, err := model.CheckPoint(m, start); err != nil {
		return nil, fmt.Errorf("spectrum: minimum from %w", err)
	}
	if !(s.GradNorm >= 0) || s.MaxSteps < 0 || ctx == nil {
		return nil, fmt.Errorf("spectrum: gradient norm %v in %d steps with context %v, want ≥ 0 and not nil", s.GradNorm, s.MaxSteps, ctx)
	}
	s.GradNorm, s.MaxSteps = cmp.Or(s.GradNorm, 1e-8), cmp.Or(s.MaxSteps, 10_000)
	d := descent{ctx: ctx, m: m, goal: s.GradNorm, grad: make([]float64, len(start))}
	x := d.newton(d.lbfgs(start, s.MaxSteps))
	loss := d.at(x)
	found := &Minimum{Theta: x, Loss: loss, GradNorm: floats.Norm(d.grad, 2), Gradients: d.count}
	switch {
	case ctx.Err() != nil:
		return found, fmt.Errorf("spectrum: minimum: stopped at |∇L| = %.3g: %w", found.GradNorm, ctx.Err())
	case !(found.GradNorm <= s.GradNorm):
		return found, fmt.Errorf("spectrum: minimum: |∇L| = %.3g after %d gradients, want ≤ %.3g", found.GradNorm, d.count, s.GradNorm)
	}
	return found, d.curvatures(found, s.Seed)
}

// descent is the mean loss of a model on its way down.
type descent struct {
	ctx   context.Context
	m     model.Model
	goal  float64
	grad  []float64
	count int
}

// at returns L(θ) and leaves ∇L(θ) in grad.
func (d *descent) at(theta []float64) float64 {
	d.count++
	return model.BatchGrad(d.m, d.grad, theta, nil)
}

// lbfgs returns the best point found, whatever ended the search; it leaves start alone.
func (d *descent) lbfgs(start []float64, steps int) []float64 {
	var x []float64 // where grad was taken: gonum asks for loss and gradient of a point apart
	var loss float64
	see := func(at []float64) {
		if !slices.Equal(x, at) {
			loss, x = d.at(at), append(x[:0], at...)
		}
	}
	problem := optimize.Problem{
		Func:   func(at []float64) float64 { see(at); return loss },
		Grad:   func(g, at []float64) { see(at); copy(g, d.grad) },
		Status: func() (optimize.Status, error) { return optimize.NotTerminated, d.ctx.Err() },
	}
	settings := &optimize.Settings{MajorIterations: steps, Converger: gradientBelow(d.goal)}
	// A line search that fails near the minimum is no harm: the Newton steps decide.
	result, _ := optimize.Minimize(problem, start, settings, &optimize.LBFGS{})
	if result == nil {
		return slices.Clone(start)
	}
	return result.X
}

// gradientBelow ends a search at |∇L| ≤ its value.
type gradientBelow float64

func (gradientBelow) Init(int) {}

func (g gradientBelow) Converged(at *optimize.Location) optimize.Status {
	if at.Gradient != nil && floats.Norm(at.Gradient, 2) <= float64(g) {
		return optimize.GradientThreshold
	}
	return optimize.NotTerminated
}

// newton takes steps for as long as each lowers |∇L|.
func (d *descent) newton(x []float64) []float64 {
	d.at(x)
	norm := floats.Norm(d.grad, 2)
	for norm > d.goal && d.ctx.Err() == nil {
		next := d.step(x)
		floats.Add(next, x)
		d.at(next)
		lower := floats.Norm(d.grad, 2)
		if !(lower < norm) {
			break
		}
		x, norm = next, lower
	}
	return x
}

// step solves H·s = −∇L by conjugate gradients, to 1% of |∇L| or up to the first direction of
// negative curvature.
func (d *descent) step(x []float64) []float64 {
	const most = 200 // products; a step cut short is a good step still
	s, r := make([]float64, len(x)), make([]float64, len(x))
	floats.AddScaled(r, -1, d.grad)
	p, hp := slices.Clone(r), make([]float64, len(x))
	rr := floats.Dot(r, r)
	goal := 1e-4 * rr
	for k := 0; k < most && rr > goal && d.ctx.Err() == nil; k++ {
		model.HessVec(d.m, hp, x, p, nil)
		d.count += 2
		curved := floats.Dot(p, hp)
		if !(curved > 0) {
			break
		}
		floats.AddScaled(s, rr/curved, p)
		floats.AddScaled(r, -rr/curved, hp)
		last := rr
		rr = floats.Dot(r, r)
		floats.AddScaledTo(p, r, rr/last, p)
	}
	return s
}

// curvatures adds the extreme eigenvalues of H, and is an error unless they are a minimum's. The
// tolerance of the lowest is ten times and more the error of products by differences.
func (d *descent) curvatures(found *Minimum, seed uint64) error {
	high, err := Leading(d.ctx, hessian{d, found.Theta, 1}, 1, LeadingSettings{Tol: 1e-4, Seed: seed})
	if err == nil {
		found.Highest = high.Values[0]
		var low *Eigen
		if low, err = Leading(d.ctx, hessian{d, found.Theta, -1}, 1, LeadingSettings{Tol: landscape.Flatness, Seed: seed}); err == nil {
			found.Lowest, found.LowestErr = -low.Values[0], low.Residuals[0]
		}
	}
	switch {
	case d.ctx.Err() != nil:
		return fmt.Errorf("spectrum: minimum: stopped before its curvatures were known: %w", d.ctx.Err())
	case err != nil:
		return err
	case found.Lowest < -landscape.Flatness*max(found.Highest, -found.Lowest):
		return fmt.Errorf("spectrum: |∇L| = %.3g at a saddle: lowest eigenvalue %.3g of H, highest %.3g", found.GradNorm, found.Lowest, found.Highest)
	}
	return nil
}

// hessian is ±H(θ) as an operator.
type hessian struct {
	d     *descent
	theta []float64
	sign  float64
}

func (h hessian) Dim() int { return len(h.theta) }

func (h hessian) MulVecTo(dst, v []float64) {
	model.HessVec(h.d.m, dst, h.theta, v, nil)
	floats.Scale(h.sign, dst)
}
