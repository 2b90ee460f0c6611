// Package reference answers the question: which numbers must the solvers find? All of them were
// computed apart from this library, by other programs and from the definitions, and are right to a
// unit of the last figure or to the error given.
package reference

// Well is one setting of the symmetric quartic double well of curvature h = 1 and loss L(θ*) = 1
// with n equal outliers, under the isotropic noise of Eq. 13.
type Well struct {
	Dim  int     // n
	T, C float64 // T = ηh/B, c = L(θˢ)/L(θ*)
	// Kappa is half the lowest eigenvalue of the backward Kolmogorov equation in (z₁, |z_⊥|) with
	// absorption at the saddle plane.
	Kappa float64
	// Crossing is 1/(mean time from the bottom of one well to that of the other), by quadrature for
	// n = 1, 0 elsewhere.
	Crossing float64
	// Eq17 is the paper's formula; Linear is the Kramers rate over the linear barrier as a multiple
	// of the exact one, to two figures.
	Eq17, Linear float64
}

// Wells spans what is rare and what is not, up to n = n_c − 1.
var Wells = []Well{
	{1, 0.1, 2, 7.664e-5, 7.652e-5, 7.771e-5, 6.7e-2},
	{1, 0.1, 4, 5.459e-8, 5.459e-8, 5.366e-8, 1.9e-7},
	{4, 0.1, 2, 2.154e-4, 0, 2.198e-4, 2.4e-2},
	{8, 0.2, 1.5, 6.83e-2, 0, 5.00e-2, 1.4e-1},
	{8, 0.2, 4, 7.03e-3, 0, 7.03e-3, 4.9e-6},
	{11, 0.2, 4, 4.73e-2, 0, 5.63e-2, 7.3e-7},
}

// Passage holds mean first-passage times t = ηk from θ* to L(θ) > c·L(θ*) in linear regression on
// fresh standard normal samples, η = 0.1, B = 1. The diffusions are solved by quadrature of scale
// and speed, SGD itself as a Markov chain in |θ| and checked against 1000 runs.
type Passage struct {
	Dim int // d
	C   float64
	// SDE is Eq. 13, Covariance Eq. 4 with the exact covariance, GLD Eq. 5.
	SDE, Covariance, GLD float64
	SGD                  float64
}

// Passages is the setting of the paper's Fig. 3b.
var Passages = []Passage{
	{1, 1.5, 35.63, 24.32, 66.2, 78.42},
	{1, 2, 574.1, 192.4, 6546, 3221},
	{2, 2, 117.2, 49.4, 1245, 472.6},
	{8, 2, 2.66, 2.25, 12.3, 3.310},
}

// Exponent is a φ of P ∝ L^{−φ}, of SGD on linear regression with standard normal samples in one
// dimension. StdErr is 0 where it is not from a simulation.
type Exponent struct {
	LearningRate float64
	BatchSize    int
	Phi, StdErr  float64
}

// Fitted is what maximum likelihood over the whole histogram finds (Fig. 3a), in simulations.
var Fitted = []Exponent{{0.1, 1, 9.99, 0.03}, {0.3, 32, 91.1, 0.4}, {1, 32, 16.42, 0.07}}

// Tails are those far out, φ = (α+1)/2 with E|1 − (η/B)Σx²|^α = 1 (Kesten 1973).
var Tails = []Exponent{{0.1, 1, 9.14, 0}, {0.3, 1, 3.15, 0}}
