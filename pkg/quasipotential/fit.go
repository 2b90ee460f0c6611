package quasipotential

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// FitBarrier returns the ΔS and its standard error of measured rates at several noise strengths, by
// weighted least squares of log κ = A − ΔS/ε + Cεᵖ, with the prefactor A and the correction C free.
// It returns an error for fewer than four rates, slices of different lengths, strengths, errors or a
// power p not finite and > 0, rates that are not finite, and strengths that do not tell the three
// terms apart.
func FitBarrier(epsilon, logRate, stderr []float64, power float64) (barrier, barrierErr float64, err error) {
	n := len(epsilon)
	if n < 4 || len(logRate) != n || len(stderr) != n || !(power > 0) || power > 10 {
		return 0, 0, fmt.Errorf("quasipotential: fit of %d, %d and %d numbers with power %v, want ≥ 4, of one length, and a power in (0, 10]", n, len(logRate), len(stderr), power)
	}
	a, y := mat.NewDense(n, 3, nil), mat.NewVecDense(n, nil)
	for i, e := range epsilon {
		if !(e > 0 && e < 1e100 && stderr[i] > 0 && stderr[i] < 1e100 && math.Abs(logRate[i]) < 1e100) {
			return 0, 0, fmt.Errorf("quasipotential: fit of the rate %v ± %v at ε = %v, want finite values, the last two > 0", logRate[i], stderr[i], e)
		}
		w := 1 / stderr[i]
		a.SetRow(i, []float64{w, -w / e, w * math.Pow(e, power)})
		y.SetVec(i, w*logRate[i])
	}
	var normal, inverse mat.Dense
	normal.Mul(a.T(), a)
	if inverse.Inverse(&normal) != nil {
		return 0, 0, fmt.Errorf("quasipotential: fit at ε = %v, which do not tell prefactor, barrier and correction apart", epsilon)
	}
	var right, x mat.VecDense
	right.MulVec(a.T(), y)
	x.MulVec(&inverse, &right)
	return x.AtVec(1), math.Sqrt(inverse.At(1, 1)), nil
}
