package quasipotential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// lawTolerance is what differences over 1e−5 may be off by, relative to 1 + what they are compared
// with.
const lawTolerance = 1e-6

// Check puts a cumulant through the laws that every one obeys, at a point θ and a momentum p inside
// its domain, and returns the first that it breaks: K(θ, 0) = 0, the gradient and the Hessian are
// the derivatives of K in p, to 1e−6 (central differences), and K is convex; of a [Hamiltonian]
// also that ∂H/∂θ is the derivative of H in θ, and 0 at p = 0. Call it on a law of your own: what
// climbs does so by these derivatives.
func Check(c Cumulant, theta, p []float64) error {
	if err := check(c); err != nil {
		return fmt.Errorf("quasipotential: law of %T: %w", c, err)
	}
	n := c.Dim()
	if len(theta) != n || len(p) != n {
		return fmt.Errorf("quasipotential: law of %T at %d and %d numbers, want %d", c, len(theta), len(p), n)
	}
	grad, hess := make([]float64, n), mat.NewSymDense(n, nil)
	if k := c.Log(grad, hess, theta, make([]float64, n)); !(math.Abs(k) <= lawTolerance) {
		return fmt.Errorf("quasipotential: %T breaks a law at θ = %v: K(θ, 0) = %v, want 0", c, theta, k)
	}
	if k := c.Log(grad, hess, theta, p); math.IsNaN(k) || math.IsInf(k, 0) {
		return fmt.Errorf("quasipotential: law of %T outside its domain: K(%v, %v) = %v", c, theta, p, k)
	}
	const h = 1e-5
	at, up, down, scratch := append([]float64(nil), p...), make([]float64, n), make([]float64, n), mat.NewSymDense(n, nil)
	for i := range n {
		at[i] = p[i] + h
		above := c.Log(up, scratch, theta, at)
		at[i] = p[i] - h
		below := c.Log(down, scratch, theta, at)
		at[i] = p[i]
		if got, want := grad[i], (above-below)/(2*h); !(math.Abs(got-want) <= lawTolerance*(1+math.Abs(want))) {
			return fmt.Errorf("quasipotential: %T breaks a law: ∂K/∂p_%d = %v at θ = %v, p = %v, but differences of K give %v", c, i, got, theta, p, want)
		}
		floats.Sub(up, down)
		floats.Scale(1/(2*h), up)
		for j, want := range up {
			if got := hess.At(i, j); !(math.Abs(got-want) <= lawTolerance*(1+math.Abs(want))) {
				return fmt.Errorf("quasipotential: %T breaks a law: ∂²K/∂p_%d∂p_%d = %v at θ = %v, p = %v, but differences of ∂K/∂p give %v", c, i, j, got, theta, p, want)
			}
		}
	}
	var eig mat.EigenSym
	if eig.Factorize(hess, false) && !(floats.Min(eig.Values(nil)) >= -lawTolerance*(1+mat.Norm(hess, 2))) {
		return fmt.Errorf("quasipotential: %T breaks a law: K is not convex at θ = %v, p = %v", c, theta, p)
	}
	if h, ok := c.(Hamiltonian); ok {
		return checkSlope(h, theta, p)
	}
	return nil
}

func checkSlope(h Hamiltonian, theta, p []float64) error {
	n := h.Dim()
	slope, at, scratch, hess := make([]float64, n), append([]float64(nil), theta...), make([]float64, n), mat.NewSymDense(n, nil)
	h.Slope(slope, theta, p)
	const step = 1e-5
	for i := range n {
		at[i] = theta[i] + step
		above := h.Log(scratch, hess, at, p)
		at[i] = theta[i] - step
		below := h.Log(scratch, hess, at, p)
		at[i] = theta[i]
		if want := (above - below) / (2 * step); !(math.Abs(slope[i]-want) <= lawTolerance*(1+math.Abs(want))) {
			return fmt.Errorf("quasipotential: %T breaks a law: ∂H/∂θ_%d = %v at θ = %v, p = %v, but differences of H give %v", h, i, slope[i], theta, p, want)
		}
	}
	if h.Slope(slope, theta, make([]float64, n)); !(floats.Norm(slope, math.Inf(1)) <= lawTolerance) {
		return fmt.Errorf("quasipotential: %T breaks a law: ∂H/∂θ = %v at θ = %v, p = 0, want 0", h, slope, theta)
	}
	return nil
}
