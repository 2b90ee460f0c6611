package model

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// C = α·op(A)·B + C element by element, whatever the blocks, and by both ways to it: the processor
// decides which one mul takes. The rows of A, B and C are longer than those that count.
func TestMul(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range [][3]int{{1, 1, 1}, {3, 1, 5}, {3, 2, 5}, {70, 2, 300}, {5, 200, 30}, {130, 400, 70}, {2, 3, 2100}, {300, 2, 3}} {
		m, n, k := s[0], s[1], s[2]
		for _, trans := range []blas.Transpose{blas.NoTrans, blas.Trans} {
			rows, cols := m, k
			if trans == blas.Trans {
				rows, cols = k, m
			}
			lda, ldb, ldc := cols+2, n+1, n+3
			a, b, c := normals(rng, rows*lda), normals(rng, k*ldb), normals(rng, m*ldc)
			for name, f := range map[string]func(blas.Transpose, int, int, int, float64, []float64, int, []float64, int, []float64, int){"mul": mul, "mulBlocks": mulBlocks} {
				got := append([]float64(nil), c...)
				f(trans, m, n, k, 0.7, a, lda, b, ldb, got, ldc)
				for i := range m {
					for j := range ldc {
						want := c[i*ldc+j]
						for l := 0; l < k && j < n; l++ {
							at := i*lda + l
							if trans == blas.Trans {
								at = l*lda + i
							}
							want += 0.7 * a[at] * b[l*ldb+j]
						}
						if d := math.Abs(got[i*ldc+j] - want); !(d <= 1e-12*float64(k)) {
							t.Fatalf("%s %v, %v: element %d, %d is %v, want %v", name, s, trans, i, j, got[i*ldc+j], want)
						}
					}
				}
			}
			if allocs := testing.AllocsPerRun(2, func() { mulBlocks(trans, m, n, k, 0.7, a, lda, b, ldb, c, ldc) }); allocs > 0 {
				t.Errorf("%v, %v: Dgemm started goroutines: %v allocations", s, trans, allocs)
			}
		}
	}
}

func normals(rng *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}
