package regression

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/internal/root"
)

var (
	// ErrNoTail says that a stationary law has no power-law tail: no batch can carry the chain
	// outwards, so that its law falls faster than any power.
	ErrNoTail = errors.New("no power-law tail exists")
	// ErrNotStationary says that the mean log growth of a step is not negative.
	ErrNotStationary = errors.New("no stationary law exists")
)

// Kesten is a power-law tail P(|θ| > x) ~ x^{−Alpha} of discrete SGD.
type Kesten struct {
	// Alpha solves E ρ^α = 1, with ρ the factor by which a step multiplies a large distance: ρ = |1
	// − (η/B)Σ_{μ∈B}x_μ²| in one dimension.
	Alpha float64
	// Exponent is φ in terms of P ∝ L^{−φ}: φ = (α + d)/2.
	Exponent float64
}

// Kesten returns the exponent of the stationary tail (Kesten 1973, Goldie 1991). For Gaussian
// features in d dimensions the direction of θ plays no part, and with u ~ h·χ²_B and w ~ χ²_{d−1}
//
//	ρ² = (1 − (η/B)u)² + (η/B)²·h·u·w.
//
// It returns [ErrNoTail] where ρ ≤ 1 always, as for a finite data set with (η/B)·max Σx² ≤ 2,
// [ErrNotStationary] where E log ρ ≥ 0, and an error if α is above 1e6 or so large, or B and d are,
// that E ρ^α takes more than 2²² nodes (α above 10⁴ in more than one dimension).
func (c Chain) Kesten() (Kesten, error) {
	if err := c.Check(); err != nil {
		return Kesten{}, err
	}
	f := c.FeatureLaw()
	beta := c.LearningRate / float64(c.BatchSize)
	if largest := beta * f.Largest(c.BatchSize); largest <= 2 {
		return Kesten{}, fmt.Errorf("regression: chain: (η/B)·max Σx² = %.4g ≤ 2: %w", largest, ErrNoTail)
	}
	if n := c.growthNodes(0); n > maxNodes {
		return Kesten{}, fmt.Errorf("regression: chain: E ρ^α at B = %d and d = %d takes %d nodes, want ≤ %d", c.BatchSize, c.Dim, n, maxNodes)
	}
	growth := c.logMoment(0)
	if !(growth < -1e-12) { // 0 up to rounding is not negative
		return Kesten{}, fmt.Errorf("regression: chain: E log ρ = %.4g at η = %v, B = %d, want < 0: %w", growth, c.LearningRate, c.BatchSize, ErrNotStationary)
	}
	// log E ρ^α is convex, 0 at α = 0 and falling there: it has one more root.
	lo, hi := 0.0, 1.0
	for c.logMoment(hi) < 0 {
		if lo, hi = hi, 2*hi; hi > 1e6 || c.growthNodes(hi) > maxNodes {
			return Kesten{}, fmt.Errorf("regression: chain: tail exponent above %g: %w", hi, ErrNoTail)
		}
	}
	alpha := root.Bisect(lo, hi, func(alpha float64) bool { return c.logMoment(alpha) < 0 })
	return Kesten{Alpha: alpha, Exponent: (alpha + float64(c.Dim)) / 2}, nil
}

// logMoment returns log E ρ^α, or E log ρ for α = 0.
func (c Chain) logMoment(alpha float64) float64 {
	beta, h := c.LearningRate/float64(c.BatchSize), c.FeatureLaw().Curvature()
	us, ws := c.growthRules(alpha)
	mean := 0.0
	terms := make([]float64, 0, len(us.x)*len(ws.x)) // log weight + α·log ρ
	for i, u := range us.x {
		for k, w := range ws.x {
			across := beta * beta * h * u * w
			logRho := 0.5 * math.Log((1-beta*u)*(1-beta*u)+across)
			weight := us.w[i] + ws.w[k]
			mean += math.Exp(weight) * logRho
			terms = append(terms, weight+alpha*logRho)
		}
	}
	if alpha == 0 {
		return mean
	}
	return floats.LogSumExp(terms)
}

// maxNodes bounds memory, 32 MiB, and time, a quarter of a second for each E ρ^α.
const maxNodes = 1 << 22

// growthNodes returns how many nodes E ρ^α takes, about: see growthRules.
func (c Chain) growthNodes(alpha float64) int {
	n := 1.0
	if g, ok := c.FeatureLaw().(GammaFeatures); ok {
		n = 20 * math.Sqrt(g.squares(c.BatchSize).Alpha+alpha+100)
	}
	if c.Dim > 1 {
		n *= 20 * math.Sqrt(float64(c.Dim)/2+alpha+100)
	}
	return int(math.Min(n, 1e18))
}

// growthRules returns rules over u and w with the logarithms of the weights, that reach as far as E
// ρ^α does: u^α moves a gamma law of shape k out to shape k+α.
func (c Chain) growthRules(alpha float64) (u, w quadrature) {
	w = quadrature{[]float64{0}, []float64{0}}
	if c.Dim > 1 {
		w = logRule(distuv.Gamma{Alpha: float64(c.Dim-1) / 2, Beta: 0.5}, alpha, 0)
	}
	if g, ok := c.FeatureLaw().(GammaFeatures); ok {
		return logRule(g.squares(c.BatchSize), alpha, float64(c.BatchSize)/c.LearningRate), w
	}
	root, weight := c.FeatureLaw().Rule(c.BatchSize, 2)
	for i, r := range root {
		u.x, u.w = append(u.x, r*r), append(u.w, math.Log(weight[i]))
	}
	return u, w
}

// logRule integrates over a gamma law in √u, with an edge at √centre.
func logRule(law distuv.Gamma, alpha, centre float64) quadrature {
	far := law.Alpha + alpha
	high := math.Sqrt((far + 12*math.Sqrt(far) + 60) / law.Beta)
	focus := []Focus{{0, 20}}
	if centre > 0 {
		focus = append(focus, Focus{math.Sqrt(centre), 30})
	}
	r := graded(gradedEdges(0, high, 0.7/math.Sqrt(law.Beta), focus), gaussRule(10))
	for i, s := range r.x {
		r.x[i] = s * s
		r.w[i] = math.Log(r.w[i]*2*s) + law.LogProb(s*s)
	}
	floats.AddConst(-floats.LogSumExp(r.w), r.w)
	return r
}
