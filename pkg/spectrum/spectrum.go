// Package spectrum answers one question: how many directions of a Hessian stand out, and how curved
// are they?
//
// The Hessian of a network is only known by its products H·v ([noise.Operator]). [Leading] finds
// its largest eigenvalues with bounds on their errors (Lanczos), and [CountByGap] the number n of
// outliers, the paper's effective dimension, with the typical curvature h*; [Outliers.Predict]
// turns the two into T = ηh*/B, the escape exponent (Eq. 17) and n_c. [FindMinimum] goes to the
// minimum of a model that all this is asked at.
//
// Errors start with "spectrum:". Randomness comes from a seed in the settings.
package spectrum

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/noise"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// LeadingSettings steers [Leading]; the zero value works.
type LeadingSettings struct {
	// Tol is the residual |Av − λv| asked for, relative to the largest |λ|; 0 means 1e−8.
	Tol float64
	// MaxSteps bounds the number of products (and of vectors kept); 0 means 10k + 100, and never
	// more than the dimension.
	MaxSteps int
	Seed     uint64
}

// Eigen holds leading eigenpairs.
type Eigen struct {
	Values  []float64  // descending
	Vectors *mat.Dense // dimension × k, unit columns
	// Residuals are |Av_i − λ_i v_i|: an exact eigenvalue lies within ±Residuals[i] of Values[i].
	Residuals []float64
	Steps     int  // products used
	Converged bool // every residual is within Tol
}

// Leading returns the k algebraically largest eigenvalues of op with their vectors, by Lanczos'
// method with full reorthogonalisation from a random start. It stops when the k residuals are
// within Tol or after MaxSteps products; the pairs found so far are returned in either case, and
// Converged tells which.
//
// The residual bounds each value's distance from an eigenvalue; that none in between was missed is
// certain only when Steps reaches the dimension, and likely when MaxSteps is well above k. Repeated
// eigenvalues are found only once a smaller invariant subspace is exhausted.
//
// Errors: a nil operator, k < 1 or k > dimension, a negative setting, MaxSteps vectors that take
// more than 8.6 GB, a product that is not finite, and that of ctx, which is heard between products.
func Leading(ctx context.Context, op noise.Operator, k int, s LeadingSettings) (*Eigen, error) {
	if given.None(op) {
		return nil, fmt.Errorf("spectrum: leading eigenvalues of a nil operator")
	}
	if err := parallel.Err(ctx); err != nil {
		return nil, fmt.Errorf("spectrum: leading eigenvalues: %w", err)
	}
	n := op.Dim()
	if k < 1 || k > n {
		return nil, fmt.Errorf("spectrum: %d leading eigenvalues, want 1 ≤ k ≤ dimension = %d", k, n)
	}
	if s.Tol < 0 || s.MaxSteps < 0 || math.IsNaN(s.Tol) {
		return nil, fmt.Errorf("spectrum: tolerance %v and %d steps, want ≥ 0", s.Tol, s.MaxSteps)
	}
	s.Tol = cmp.Or(s.Tol, 1e-8)
	s.MaxSteps = min(max(cmp.Or(s.MaxSteps, 10*k+100), k), n)
	if s.MaxSteps > 1<<30/n {
		return nil, fmt.Errorf("spectrum: %d vectors of length %d take %.3g GB, want at most 8.6", s.MaxSteps, n, 8e-9*float64(n)*float64(s.MaxSteps))
	}
	l := &lanczos{ctx: ctx, op: op, rng: rand.New(rand.NewPCG(s.Seed, golden)), next: make([]float64, n)}
	gaussian(l.next, l.rng)
	floats.Scale(1/floats.Norm(l.next, 2), l.next)
	for check := min(2*k+10, s.MaxSteps); ; check = min(check+max(10, check/4), s.MaxSteps) {
		for len(l.q) < check {
			if err := l.step(); err != nil {
				return nil, err
			}
		}
		var values []float64
		var vectors *mat.Dense
		var failed error
		if err := parallel.Until(ctx, func() { values, vectors, failed = l.ritz() }); err != nil {
			return nil, fmt.Errorf("spectrum: leading eigenvalues, after %d products: %w", len(l.q), err)
		}
		if failed != nil {
			return nil, failed
		}
		e := l.leading(values, vectors, k, s.Tol)
		if e.Converged || check == s.MaxSteps {
			if err := l.lift(e, vectors); err != nil {
				return nil, err
			}
			return e, nil
		}
	}
}

// golden is 2⁶⁴ over the golden ratio, the second word of the stream of a seed.
const golden = 0x9e3779b97f4a7c15

// lanczos builds the tridiagonal matrix T = QᵀAQ (diagonal alpha, off-diagonal beta) one column at
// a time. Every new vector is made orthogonal to all before it, twice ("twice is enough",
// Kahan–Parlett), so that no eigenvalue shows up twice by rounding.
type lanczos struct {
	ctx   context.Context
	op    noise.Operator
	q     [][]float64
	alpha []float64
	beta  []float64 // beta[j] couples q[j] and q[j+1]
	next  []float64
	scale float64 // largest |α| and β so far, about |A|
	rng   *rand.Rand
	lost  float64 // the largest coupling taken for 0
}

// step adds one column. It is an error when the operator returns a number that is not finite, and
// that of ctx when it ends.
func (l *lanczos) step() error {
	j, n := len(l.q), l.op.Dim()
	q := l.next
	l.q = append(l.q, q)
	w := make([]float64, n)
	if err := l.ended(); err != nil {
		return err
	}
	l.op.MulVecTo(w, q)
	a := floats.Dot(q, w)
	norm := floats.Norm(w, 2)
	if math.IsNaN(a) || math.IsInf(norm, 0) || math.IsNaN(norm) {
		return fmt.Errorf("spectrum: product %d with the operator is not finite", j+1)
	}
	l.alpha = append(l.alpha, a)
	l.scale = max(l.scale, norm)
	if len(l.q) == n {
		l.beta = append(l.beta, 0)
		return nil
	}
	l.orthogonalise(w)
	b := floats.Norm(w, 2)
	// An invariant subspace: go on with a fresh direction, which finds repeated eigenvalues.
	if b <= 1e-14*float64(n)*l.scale || b == 0 {
		l.lost, b = max(l.lost, b), 0
		gaussian(w, l.rng)
		l.orthogonalise(w)
		floats.Scale(1/floats.Norm(w, 2), w)
	} else {
		floats.Scale(1/b, w)
	}
	l.beta, l.next = append(l.beta, b), w
	return l.ended()
}

// ended returns the error of ctx.
func (l *lanczos) ended() error {
	if err := l.ctx.Err(); err != nil {
		return fmt.Errorf("spectrum: leading eigenvalues, after %d products: %w", len(l.q)-1, err)
	}
	return nil
}

// orthogonalise makes w orthogonal to all before it, unless ctx ends.
func (l *lanczos) orthogonalise(w []float64) {
	watch := parallel.NewWatch(l.ctx)
	for range 2 {
		for _, q := range l.q {
			if watch.Ended() {
				return
			}
			floats.AddScaled(w, -floats.Dot(q, w), q)
		}
	}
}

// ritz factorises T.
func (l *lanczos) ritz() (values []float64, vectors *mat.Dense, err error) {
	k := len(l.alpha)
	t := mat.NewSymDense(k, nil)
	for j, a := range l.alpha {
		t.SetSym(j, j, a)
		if j+1 < k {
			t.SetSym(j, j+1, l.beta[j])
		}
	}
	var e mat.EigenSym
	if !e.Factorize(t, true) {
		return nil, nil, fmt.Errorf("spectrum: the %d×%d tridiagonal eigenproblem did not converge", k, k)
	}
	vectors = new(mat.Dense)
	e.VectorsTo(vectors)
	return e.Values(nil), vectors, nil
}

// leading takes the k largest Ritz values; the residual of one is β·|last component|.
func (l *lanczos) leading(values []float64, vectors *mat.Dense, k int, tol float64) *Eigen {
	m := len(values)
	e := &Eigen{Steps: m, Converged: true}
	size := max(math.Abs(values[0]), math.Abs(values[m-1]))
	for i := range k {
		r := l.beta[m-1] * math.Abs(vectors.At(m-1, m-1-i))
		r = max(r+l.lost, 0x1p-52*size) // what was taken for 0, and rounding
		e.Values = append(e.Values, values[m-1-i])
		e.Residuals = append(e.Residuals, r)
		e.Converged = e.Converged && (r <= tol*size || size == 0)
	}
	return e
}

// lift stores the Ritz vectors in the full space. The error is that of ctx.
func (l *lanczos) lift(e *Eigen, vectors *mat.Dense) error {
	watch := parallel.NewWatch(l.ctx)
	n, m := l.op.Dim(), len(l.q)
	e.Vectors = mat.NewDense(n, len(e.Values), nil)
	v := make([]float64, n)
	for i := range e.Values {
		clear(v)
		for j, q := range l.q {
			if watch.Ended() {
				return l.ended()
			}
			floats.AddScaled(v, vectors.At(j, m-1-i), q)
		}
		e.Vectors.SetCol(i, v)
	}
	return nil
}

func gaussian(v []float64, rng *rand.Rand) {
	for i := range v {
		v[i] = rng.NormFloat64()
	}
}

// Outliers is the paper's (h*, n): how many eigenvalues stand out and how large they are.
type Outliers struct {
	EffectiveDimension int // n, the number of outliers
	Low, High          int // the counts that the rule cannot tell from n
	// OutlierCurvature is h*, the geometric mean of the n outliers: the mean under which det Ĥ =
	// h*ⁿ in Eq. 17. CurvatureLow and CurvatureHigh are the same for High and Low outliers.
	OutlierCurvature, CurvatureLow, CurvatureHigh float64
	Gap                                           float64 // λ_n/λ_{n+1}
}

// nearGap is the fraction of the largest gap, on a logarithmic scale, from which another gap counts
// as a rival: half of it, so that the widest gap of Low = High is at least twice as wide (a ratio
// squared) as every other.
const nearGap = 0.5

// CountByGap counts outliers by the widest relative gap: with the leading eigenvalues λ_1 ≥ λ_2 ≥ …
// as far as they are positive, n is the i that maximises λ_i/λ_{i+1}. Low and High are the smallest
// and the largest i whose log(λ_i/λ_{i+1}) is at least half the largest. Give clearly more values
// than the outliers expected, from [Leading]; the rule sees no gap below the last.
//
// Errors: values not in descending order or not finite, fewer than 2 positive ones.
func CountByGap(values []float64) (Outliers, error) {
	if err := descending(values); err != nil {
		return Outliers{}, err
	}
	k := 0 // positive values
	for k < len(values) && values[k] > 0 {
		k++
	}
	if k < 2 {
		return Outliers{}, fmt.Errorf("spectrum: widest gap among %d positive eigenvalues, want at least 2", k)
	}
	gap := func(n int) float64 { return math.Log(values[n-1] / values[n]) }
	o := Outliers{EffectiveDimension: 1}
	for n := 2; n < k; n++ {
		if gap(n) > gap(o.EffectiveDimension) {
			o.EffectiveDimension = n
		}
	}
	o.Low, o.High = o.EffectiveDimension, o.EffectiveDimension
	for n := 1; n < k; n++ {
		if gap(n) >= nearGap*gap(o.EffectiveDimension) {
			o.Low, o.High = min(o.Low, n), max(o.High, n)
		}
	}
	mean := func(n int) float64 { return stat.GeometricMean(values[:n], nil) }
	o.OutlierCurvature, o.CurvatureLow, o.CurvatureHigh = mean(o.EffectiveDimension), mean(o.High), mean(o.Low)
	if o.Gap = values[o.EffectiveDimension-1] / values[o.EffectiveDimension]; math.IsInf(o.Gap, 1) {
		return Outliers{}, fmt.Errorf("spectrum: eigenvalues from %v to %v, want ratios that are finite", values[0], values[k-1])
	}
	return o, nil
}

// Prediction is what the paper says of SGD around a minimum with these outliers.
type Prediction struct {
	Temperature float64 // T = ηh*/B
	// Exponent is 1/T + 1 − n/2: the power of c = L(θˢ)/L(θ*) that the time to escape grows with
	// (Eq. 17). ExponentLow and ExponentHigh are the smallest and the largest of it and what the
	// counts Low and High would give, each with its own h*.
	Exponent, ExponentLow, ExponentHigh float64
	StationaryExponent                  float64 // φ = 1 + 1/T, P ∝ L^{−φ} (Eq. 18)
	CriticalDimension                   float64 // n_c = 2(1/T + 1): stable only for n < n_c (Eq. 19)
}

// Predict returns the temperature, exponents and limit of stability of SGD with noise η, B around
// the minimum whose Hessian has these outliers. Bad noise, and outliers with n < 1 or an h* that is
// not positive and finite, are errors.
func (o Outliers) Predict(noise theory.Noise) (Prediction, error) {
	if err := noise.Check(); err != nil {
		return Prediction{}, fmt.Errorf("spectrum: %w", err)
	}
	if o.EffectiveDimension < 1 || !(o.OutlierCurvature > 0) || math.IsInf(o.OutlierCurvature, 1) {
		return Prediction{}, fmt.Errorf("spectrum: prediction for n = %d outliers of h* = %v, want n ≥ 1 and h* > 0 and finite", o.EffectiveDimension, o.OutlierCurvature)
	}
	exponent := func(n int, h float64) float64 {
		return (theory.CriticalDimension(noise, h) - float64(n)) / 2
	}
	p := Prediction{
		Temperature:        noise.Temperature(o.OutlierCurvature),
		Exponent:           exponent(o.EffectiveDimension, o.OutlierCurvature),
		StationaryExponent: theory.StationaryExponent(noise, o.OutlierCurvature),
		CriticalDimension:  theory.CriticalDimension(noise, o.OutlierCurvature),
	}
	if math.IsInf(p.Temperature, 0) || p.Temperature == 0 || math.IsInf(p.CriticalDimension, 0) {
		return Prediction{}, fmt.Errorf("spectrum: temperature %v and n_c = %v for η = %v, h* = %v, want > 0 and finite", p.Temperature, p.CriticalDimension, noise.LearningRate, o.OutlierCurvature)
	}
	p.ExponentLow, p.ExponentHigh = p.Exponent, p.Exponent
	if o.Low < 1 || !(o.CurvatureLow > 0) || !(o.CurvatureHigh > 0) {
		return p, nil // no rivals told
	}
	for _, e := range []float64{exponent(o.Low, o.CurvatureHigh), exponent(o.High, o.CurvatureLow)} {
		p.ExponentLow, p.ExponentHigh = math.Min(p.ExponentLow, e), math.Max(p.ExponentHigh, e)
	}
	return p, nil
}

func descending(values []float64) error {
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("spectrum: eigenvalue %d is %v, want finite", i+1, v)
		}
		if i > 0 && v > values[i-1] {
			return fmt.Errorf("spectrum: eigenvalue %d is %v, above the one before it, %v: want descending", i+1, v, values[i-1])
		}
	}
	return nil
}
