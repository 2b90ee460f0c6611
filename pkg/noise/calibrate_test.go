package noise

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/calibrate"
)

// Every standard error is right from both sides. Those from the scatter of few numbers are pooled.
func TestCalibrated(t *testing.T) {
	m, theta := network(t, 400, 1)
	exact := measure(t, m, theta, 0, nil)
	calibrate.Hold(t, "Measure", true, func(rng *rand.Rand) (float64, float64, float64) {
		s := measure(t, m, theta, 100, rng)
		return s.Value, exact.Value, s.StdErr
	})
	calibrate.Hold(t, "Slope", true, func(rng *rand.Rand) (float64, float64, float64) {
		var loss, strength [][]float64
		for range 6 {
			b := 1.5 + 0.2*rng.NormFloat64()
			l, n := make([]float64, 8), make([]float64, 8)
			for i := range l {
				l[i] = math.Exp(-float64(i))
				n[i] = 3 * math.Pow(l[i], b)
			}
			loss, strength = append(loss, l), append(strength, n)
		}
		mean, stderr, err := Slope(loss, strength, 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		return mean, 1.5, stderr
	})
	// Two matrices of which no probe tells the whole: the spread between probes is all of the error.
	const n = 12
	rng := rand.New(rand.NewPCG(1, 2))
	var a, b [n * n]float64
	for i := range n {
		for j := range i + 1 {
			x, y := rng.NormFloat64(), rng.NormFloat64()
			a[i*n+j], a[j*n+i], b[i*n+j], b[j*n+i] = x, x, x+y, x+y
		}
	}
	da, db := mat.NewDense(n, n, a[:]), mat.NewDense(n, n, b[:])
	var ab mat.Dense
	ab.Mul(da, db)
	cosine := mat.Trace(&ab) / (mat.Norm(da, 2) * mat.Norm(db, 2))
	operator := func(d *mat.Dense) Operator {
		return product{n, func(dst, v []float64) { mat.NewVecDense(n, dst).MulVec(d, mat.NewVecDense(n, v)) }}
	}
	calibrate.Hold(t, "EstimateCosine", false, func(rng *rand.Rand) (float64, float64, float64) {
		value, stderr, err := EstimateCosine(operator(da), operator(db), 200, rng)
		if err != nil {
			t.Fatal(err)
		}
		return value, cosine, stderr
	})
}
