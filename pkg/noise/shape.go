package noise

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// Estimate is a value with its standard error.
type Estimate struct{ Value, StdErr float64 }

// Shape says how well a symmetric matrix B stands for another, A; |·| is the Frobenius norm.
type Shape struct {
	// Cosine is Tr(AB)/(|A||B|): 1 when A is a positive multiple of B.
	Cosine Estimate
	// Factor is Tr(AB)/|B|²: Factor·B is the multiple of B nearest to A. For A = Σ at B = 1 and B =
	// 2L·H, Eq. 6, it is the alignment Tr(ΣH)/(2L|H|²) of Wu, Wang and Su (NeurIPS 2022).
	Factor Estimate
	// Commutator is |AB − BA|/|AB + BA|: 0 when the two share their eigenvectors, 1 when each
	// vanishes where the other does not.
	Commutator Estimate
}

// EstimateShape measures a shape from products with random sign vectors z (Hutchinson): Tr(AB) = E
// (Az)·(Bz), |A|² = E|Az|², |AB ± BA|² = E|ABz ± BAz|². Errors are the jackknife's over the probes,
// the bias of order 1/probes. It takes four products a probe; [EstimateCosine] takes two.
//
// Errors: those of [EstimateCosine].
func EstimateShape(a, b Operator, probes int, rng *rand.Rand) (Shape, error) {
	if err := checkProbes("shape", a, b, probes, rng); err != nil {
		return Shape{}, err
	}
	n := a.Dim()
	z, az, bz, abz, baz := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	each := make([][5]float64, probes)
	for k := range each {
		signs(z, rng)
		a.MulVecTo(az, z)
		b.MulVecTo(bz, z)
		a.MulVecTo(abz, bz)
		b.MulVecTo(baz, az)
		each[k] = [5]float64{floats.Dot(az, bz), floats.Dot(az, az), floats.Dot(bz, bz)}
		for i, v := range abz {
			each[k][3] += (v - baz[i]) * (v - baz[i])
			each[k][4] += (v + baz[i]) * (v + baz[i])
		}
	}
	s := Shape{
		Cosine:     jackknife(each, func(s [5]float64) float64 { return s[0] / math.Sqrt(s[1]*s[2]) }),
		Factor:     jackknife(each, func(s [5]float64) float64 { return s[0] / s[2] }),
		Commutator: jackknife(each, func(s [5]float64) float64 { return math.Sqrt(s[3] / s[4]) }),
	}
	for _, e := range []Estimate{s.Cosine, s.Factor, s.Commutator} {
		if err := checkFinite("cosine, factor, commutator or its error", e.Value, e.StdErr); err != nil {
			return Shape{}, err
		}
	}
	return s, nil
}

// maxDim bounds the vectors of such an estimate, five at the most, by a GiB.
const maxDim = 1 << 30 / 8 / 5

// checkProbes is what estimates from random vectors ask for.
func checkProbes(what string, a, b Operator, probes int, rng *rand.Rand) error {
	switch {
	case given.None(a) || given.None(b):
		return fmt.Errorf("noise: %s of nil operators", what)
	case a.Dim() != b.Dim():
		return fmt.Errorf("noise: %s of operators of size %d and %d", what, a.Dim(), b.Dim())
	case a.Dim() < 1 || a.Dim() > maxDim:
		return fmt.Errorf("noise: %s of operators of size %d, want 1 to %d (1 GiB)", what, a.Dim(), maxDim)
	case probes < 2 || probes > 1<<20:
		return fmt.Errorf("noise: %s from %d probes, want at least 2 and at most %d", what, probes, 1<<20)
	case rng == nil:
		return fmt.Errorf("noise: %s from a nil random source", what)
	}
	return nil
}

// signs fills z with random signs.
func signs(z []float64, rng *rand.Rand) {
	for i := range z {
		z[i] = float64(2*rng.IntN(2) - 1)
	}
}

// jackknife returns f of the sum over the probes, with the standard error from leaving one out.
func jackknife(each [][5]float64, f func(sum [5]float64) float64) Estimate {
	var sum [5]float64
	for _, e := range each {
		floats.Add(sum[:], e[:])
	}
	out, n := Estimate{Value: f(sum)}, float64(len(each))
	for _, e := range each {
		rest := sum
		floats.Sub(rest[:], e[:])
		d := f(rest) - out.Value
		out.StdErr += d * d
	}
	out.StdErr = math.Sqrt(out.StdErr * (n - 1) / n)
	return out
}
