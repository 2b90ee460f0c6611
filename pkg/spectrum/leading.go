package spectrum

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// LeadingSettings steers [Leading]; the zero value works.
type LeadingSettings struct {
	// Tol is the residual |Av − λv| asked for, relative to the largest |λ|; 0 means 1e−8.
	Tol float64
	// MaxSteps bounds the number of products (and of vectors kept); 0 means 10k + 100,
	// and never more than the dimension.
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

// Leading returns the k algebraically largest eigenvalues of op with their vectors, by
// Lanczos' method with full reorthogonalisation from a random start. It stops when the k
// residuals are within Tol or after MaxSteps products; the pairs found so far are returned
// in either case, and Converged tells which.
//
// The residual bounds each value's distance from an eigenvalue; that none in between was
// missed is certain only when Steps reaches the dimension, and likely when MaxSteps is well above k.
// Repeated eigenvalues are found only once a smaller invariant subspace is exhausted.
//
// Errors: a nil operator, k < 1 or k > dimension, a negative setting, a product that is not finite.
func Leading(op Operator, k int, s LeadingSettings) (*Eigen, error) {
	if op == nil {
		return nil, fmt.Errorf("spectrum: leading eigenvalues of a nil operator")
	}
	n := op.Dim()
	if k < 1 || k > n {
		return nil, fmt.Errorf("spectrum: %d leading eigenvalues, want 1 ≤ k ≤ dimension = %d", k, n)
	}
	if s.Tol < 0 || s.MaxSteps < 0 || math.IsNaN(s.Tol) {
		return nil, fmt.Errorf("spectrum: tolerance %v and %d steps, want ≥ 0", s.Tol, s.MaxSteps)
	}
	if s.Tol == 0 {
		s.Tol = 1e-8
	}
	if s.MaxSteps == 0 {
		s.MaxSteps = 10*k + 100
	}
	s.MaxSteps = min(max(s.MaxSteps, k), n)
	l := newLanczos(op, rand.New(rand.NewPCG(s.Seed, golden)))
	for check := min(2*k+10, s.MaxSteps); ; check = min(check+max(10, check/4), s.MaxSteps) {
		for len(l.q) < check {
			if err := l.step(); err != nil {
				return nil, err
			}
		}
		values, vectors, err := l.ritz()
		if err != nil {
			return nil, err
		}
		e := l.leading(values, vectors, k, s.Tol)
		if e.Converged || check == s.MaxSteps {
			l.lift(e, vectors)
			return e, nil
		}
	}
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

// lift stores the Ritz vectors in the full space.
func (l *lanczos) lift(e *Eigen, vectors *mat.Dense) {
	n, m := l.op.Dim(), len(l.q)
	e.Vectors = mat.NewDense(n, len(e.Values), nil)
	v := make([]float64, n)
	for i := range e.Values {
		for j := range v {
			v[j] = 0
		}
		for j, q := range l.q {
			floats.AddScaled(v, vectors.At(j, m-1-i), q)
		}
		e.Vectors.SetCol(i, v)
	}
}
