// Package spectrum answers one question: how many directions of a Hessian stand out, and how
// curved are they?
//
// The Hessian of a network is only known by its products H·v ([Operator]). [Leading]
// finds its largest eigenvalues with bounds on their errors (Lanczos), and [CountByGap]
// the number n of outliers, the paper's effective dimension, with the typical curvature h*;
// [Outliers.Predict] turns the two into T = ηh*/B, the escape exponent (Eq. 17) and n_c.
// [FindMinimum] goes to the minimum of a model that all this is asked at.
//
// Errors start with "spectrum:". Randomness comes from a seed in the settings.
package spectrum

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Operator is a symmetric matrix known by its products.
type Operator interface {
	// Dim returns the number of rows.
	Dim() int
	// MulVecTo stores the product with v in dst; the two do not overlap.
	MulVecTo(dst, v []float64)
}

// Matrix is a dense symmetric matrix as an Operator.
type Matrix struct{ *mat.SymDense }

var _ Operator = Matrix{}

// Dim returns the number of rows.
func (m Matrix) Dim() int { return m.SymmetricDim() }

// MulVecTo stores the product with v in dst.
func (m Matrix) MulVecTo(dst, v []float64) {
	n := len(v)
	blas64.Symv(1, m.RawSymmetric(), blas64.Vector{N: n, Data: v, Inc: 1}, 0, blas64.Vector{N: n, Data: dst, Inc: 1})
}

// golden is 2⁶⁴ over the golden ratio, the second word of the stream of a seed.
const golden = 0x9e3779b97f4a7c15

// lanczos builds the tridiagonal matrix T = QᵀAQ (diagonal alpha, off-diagonal beta) one
// column at a time. Every new vector is made orthogonal to all before it, twice
// ("twice is enough", Kahan–Parlett), so that no eigenvalue shows up twice by rounding.
type lanczos struct {
	op    Operator
	q     [][]float64
	alpha []float64
	beta  []float64 // beta[j] couples q[j] and q[j+1]
	next  []float64
	scale float64 // largest |α| and β so far, about |A|
	rng   *rand.Rand
	lost  float64 // the largest coupling taken for 0
}

func newLanczos(op Operator, rng *rand.Rand) *lanczos {
	l := &lanczos{op: op, rng: rng, next: make([]float64, op.Dim())}
	gaussian(l.next, rng)
	floats.Scale(1/floats.Norm(l.next, 2), l.next)
	return l
}

// step adds one column. It is an error when the operator returns a number that is not finite.
func (l *lanczos) step() error {
	j, n := len(l.q), l.op.Dim()
	q := l.next
	l.q = append(l.q, q)
	w := make([]float64, n)
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
	return nil
}

func (l *lanczos) orthogonalise(w []float64) {
	for range 2 {
		for _, q := range l.q {
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

func gaussian(v []float64, rng *rand.Rand) {
	for i := range v {
		v[i] = rng.NormFloat64()
	}
}
