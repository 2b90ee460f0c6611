package noise

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Cosine returns Tr(AB)/(|A||B|) with the Frobenius norm: 1 when one matrix is a positive
// multiple of the other, as Eq. 6 says of Σ and H. Matrices of different sizes, and a zero
// matrix, are errors.
func Cosine(a, b *mat.SymDense) (float64, error) {
	n := a.SymmetricDim()
	if m := b.SymmetricDim(); m != n {
		return 0, fmt.Errorf("noise: cosine of matrices of size %d and %d", n, m)
	}
	var ab, aa, bb float64
	for i := range n {
		for j := range n {
			x, y := a.At(i, j), b.At(i, j)
			ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
		}
	}
	if aa == 0 || bb == 0 {
		return 0, fmt.Errorf("noise: cosine of matrices of norm %v and %v, want > 0", math.Sqrt(aa), math.Sqrt(bb))
	}
	return ab / math.Sqrt(aa*bb), nil
}

// EstimateCosine returns [Cosine] and its standard error from products with random sign
// vectors z (Hutchinson): Tr(AB) = E (Az)·(Bz), |A|² = E|Az|². The error is the jackknife's
// over the probes, of which it is an error to ask fewer than 2; the bias is of
// order 1/probes. Operators of different sizes, and zero ones, are errors.
func EstimateCosine(a, b Operator, probes int, rng *rand.Rand) (value, stderr float64, err error) {
	n := a.Dim()
	if m := b.Dim(); m != n {
		return 0, 0, fmt.Errorf("noise: cosine of operators of size %d and %d", n, m)
	}
	if probes < 2 {
		return 0, 0, fmt.Errorf("noise: cosine from %d probes, want at least 2", probes)
	}
	if rng == nil {
		return 0, 0, fmt.Errorf("noise: cosine from a nil random source")
	}
	z, az, bz := make([]float64, n), make([]float64, n), make([]float64, n)
	each, sum := make([][3]float64, probes), [3]float64{}
	for k := range each {
		for i := range z {
			z[i] = float64(2*rng.IntN(2) - 1)
		}
		a.MulVecTo(az, z)
		b.MulVecTo(bz, z)
		each[k] = [3]float64{floats.Dot(az, bz), floats.Dot(az, az), floats.Dot(bz, bz)}
		floats.Add(sum[:], each[k][:])
	}
	if sum[1] == 0 || sum[2] == 0 {
		return 0, 0, fmt.Errorf("noise: cosine of a zero operator")
	}
	value = sum[0] / math.Sqrt(sum[1]*sum[2])
	for _, e := range each { // leave one out
		d := (sum[0]-e[0])/math.Sqrt((sum[1]-e[1])*(sum[2]-e[2])) - value
		stderr += d * d
	}
	return value, math.Sqrt(stderr * float64(probes-1) / float64(probes)), nil
}

// Along returns vᵀAv/|v|², the operator's strength along v. A v of another length than
// its dimension, and a zero or infinite one, are errors.
func Along(a Operator, v []float64) (float64, error) {
	if len(v) != a.Dim() {
		return 0, fmt.Errorf("noise: direction of length %d for an operator of size %d", len(v), a.Dim())
	}
	square := floats.Dot(v, v)
	if !(square > 0) || math.IsInf(square, 1) {
		return 0, fmt.Errorf("noise: direction of squared length %v, want > 0 and finite", square)
	}
	av := make([]float64, len(v))
	a.MulVecTo(av, v)
	return floats.Dot(v, av) / square, nil
}

// Ratios stores vᵀAv / vᵀBv for every column v of dirs in dst: with A = Σ and B its
// HessianForm, 1 where Eq. 6 holds along v. The lengths must fit (an error).
// A direction in which B vanishes gives ±Inf or NaN.
func Ratios(dst []float64, a, b Operator, dirs *mat.Dense) error {
	rows, cols := dirs.Dims()
	if rows != a.Dim() || rows != b.Dim() || cols != len(dst) {
		return fmt.Errorf("noise: %d×%d directions for operators of size %d and %d and %d ratios", rows, cols, a.Dim(), b.Dim(), len(dst))
	}
	v, av := make([]float64, rows), make([]float64, rows)
	for j := range dst {
		mat.Col(v, j, dirs)
		a.MulVecTo(av, v)
		num := floats.Dot(v, av)
		b.MulVecTo(av, v)
		dst[j] = num / floats.Dot(v, av)
	}
	return nil
}
