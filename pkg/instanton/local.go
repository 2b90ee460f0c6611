package instanton

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// local is a Hamiltonian near a point where it does not drift: H ≈ p·Bδ + ½pᵀap, and S ≈ S₀ +
// ½δᵀZδ, Z⁻¹ = C with BC + CBᵀ + a = 0.
type local struct {
	drift *mat.Dense // B
	noise *mat.SymDense
	bend  *mat.SymDense // Z
}

// newLocal returns an error where H drifts or S is not quadratic.
func newLocal(h Hamiltonian, at []float64, scale float64) (*local, error) {
	n := h.Dim()
	l := &local{mat.NewDense(n, n, nil), mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)}
	still, grad := make([]float64, n), make([]float64, n)
	x, scratch := append([]float64(nil), at...), mat.NewSymDense(n, nil)
	for j := range n {
		step := 1e-4 * scale
		x[j] = at[j] + step
		h.Log(grad, scratch, x, still)
		for i, b := range grad {
			l.drift.Set(i, j, b/(2*step))
		}
		x[j] = at[j] - step
		h.Log(grad, scratch, x, still)
		for i, b := range grad {
			l.drift.Set(i, j, l.drift.At(i, j)-b/(2*step))
		}
		x[j] = at[j]
	}
	h.Log(grad, l.noise, at, still)
	if speed, most := floats.Norm(grad, 2), 1e-3*scale*mat.Norm(l.drift, 2); !(speed <= most) {
		return nil, fmt.Errorf("a drift of %.3g at %v, want a point where nothing moves, ≤ %.3g", speed, at, most)
	}
	spread, err := lyapunov(l.drift, l.noise)
	if err != nil {
		return nil, err
	}
	var inverse mat.Dense
	if err := inverse.Inverse(spread); err != nil {
		return nil, fmt.Errorf("no noise in some direction at %v: %w", at, err)
	}
	for i := range n {
		for j := i; j < n; j++ {
			l.bend.SetSym(i, j, 0.5*(inverse.At(i, j)+inverse.At(j, i)))
		}
	}
	return l, nil
}

// lyapunov solves BC + CBᵀ + a = 0 as a linear system of n² unknowns.
func lyapunov(b *mat.Dense, a *mat.SymDense) (*mat.Dense, error) {
	n := a.SymmetricDim()
	if n > 40 { // n⁶ operations
		return nil, fmt.Errorf("%d dimensions, want ≤ 40", n)
	}
	m, right := mat.NewDense(n*n, n*n, nil), mat.NewVecDense(n*n, nil)
	for i := range n {
		for j := range n {
			row := i*n + j
			right.SetVec(row, -a.At(i, j))
			for k := range n {
				m.Set(row, k*n+j, m.At(row, k*n+j)+b.At(i, k))
				m.Set(row, i*n+k, m.At(row, i*n+k)+b.At(j, k))
			}
		}
	}
	c := mat.NewDense(n, n, nil)
	if err := mat.NewVecDense(n*n, c.RawMatrix().Data).SolveVec(m, right); err != nil {
		return nil, fmt.Errorf("no Gaussian law in balance with the drift: %w", err)
	}
	return c, nil
}

// minimum returns an error unless everything near the point drifts back to it.
func (l *local) minimum() error {
	var eig mat.Eigen
	if !eig.Factorize(l.drift, mat.EigenNone) {
		return fmt.Errorf("the drift near the minimum has no eigenvalues")
	}
	for _, v := range eig.Values(nil) {
		if !(real(v) < 0) {
			return fmt.Errorf("the drift near the minimum has the eigenvalue %.4g, want all < 0", v)
		}
	}
	return nil
}

// climb returns the rate λ₊ > 0 at which the drift leaves a saddle, the only one that is, and the
// unit vector along which paths that climb straight come in: Cv with Bᵀv = λ₊v, the eigenvector of
// the drift backwards in time.
func (l *local) climb() (rate float64, entry []float64, err error) {
	var eig mat.Eigen
	if !eig.Factorize(l.drift, mat.EigenLeft) {
		return 0, nil, fmt.Errorf("the drift near the saddle has no eigenvalues")
	}
	var vectors mat.CDense
	eig.LeftVectorsTo(&vectors)
	n := l.noise.SymmetricDim()
	v, count := mat.NewVecDense(n, nil), 0
	for k, value := range eig.Values(nil) {
		if real(value) > 0 {
			rate, count = real(value), count+1
			for i := range n {
				v.SetVec(i, real(vectors.At(i, k)))
			}
		}
	}
	if count != 1 {
		return 0, nil, fmt.Errorf("the drift leaves the end of the path in %d directions, want 1", count)
	}
	at := mat.NewVecDense(n, nil)
	if err := at.SolveVec(l.bend, v); err != nil {
		return 0, nil, fmt.Errorf("a flat S at the saddle: %w", err)
	}
	at.ScaleVec(1/mat.Norm(at, 2), at)
	return rate, at.RawVector().Data, nil
}

// logDet returns log |det Z|.
func (l *local) logDet() float64 {
	v, _ := mat.LogDet(l.bend)
	return v
}

// rise returns ½δᵀZδ.
func (l *local) rise(delta []float64) float64 {
	v := mat.NewVecDense(len(delta), delta)
	return math.Max(0.5*mat.Inner(v, l.bend, v), 0)
}
