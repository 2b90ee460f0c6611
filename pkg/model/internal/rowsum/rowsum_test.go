package rowsum

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// loops are the ones that this processor can run.
func loops(tb testing.TB) map[string]func(c, b, value *float64, offset *int, n, terms int) {
	l := available()
	if len(l) == 0 {
		tb.Skip("skipped: this processor has neither AVX2 nor AVX-512")
	}
	return l
}

// Every loop gives the bits of gonum's Dgemm, for every remainder of the chunk widths, and touches
// nothing beyond the row.
func TestBitsOfDgemm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, add := range loops(t) {
		for n := 1; n <= 130; n++ {
			for _, k := range []int{1, 2, 7, MaxTerms} {
				ldb := n + rng.IntN(3)
				a, b, c := random(k, rng), random(k*ldb, rng), random(n+8, rng)
				offset := make([]int, k)
				for l := range offset {
					offset[l] = 8 * l * ldb
				}
				want := slices.Clone(c)
				blas64.Implementation().Dgemm(blas.NoTrans, blas.NoTrans, 1, n, k, 1, a, k, b, ldb, 1, want, n)
				add(&c[0], &b[0], &a[0], &offset[0], n, k)
				if !slices.Equal(c, want) {
					t.Fatalf("%s n=%d k=%d: %v, want %v", name, n, k, c, want)
				}
			}
		}
	}
}

func TestAdd(t *testing.T) {
	loops(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		n, k := 1+rng.IntN(130), 1+rng.IntN(MaxTerms)
		stride, ldb, alpha := 1+rng.IntN(4), n+rng.IntN(3), rng.NormFloat64()
		a, b, c := random(k*stride, rng), random(k*ldb, rng), random(n+8, rng)
		for l := range k {
			if rng.IntN(2) == 0 {
				a[l*stride] = math.Copysign(0, rng.NormFloat64())
				b[l*ldb] = math.NaN() // must not be read
			}
		}
		want := slices.Clone(c)
		blas64.Implementation().Dgemm(blas.Trans, blas.NoTrans, 1, n, k, alpha, a, stride, b, ldb, 1, want, n)
		Add(c[:n], alpha, a, stride, b, ldb, k)
		if !slices.Equal(c, want) {
			t.Fatalf("n=%d k=%d: %v, want %v", n, k, c, want)
		}
	}
}

// Add checks what the loops read and write.
func TestAddPanicsOnShortSlices(t *testing.T) {
	loops(t)
	v := make([]float64, 10)
	for name, f := range map[string]func(){
		"a": func() { Add(v, 1, v[:2], 2, v, 0, 2) },
		"b": func() { Add(v, 1, v, 1, v, 1, 2) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("short %s: no panic", name)
				}
			}()
			f()
		}()
	}
	Add(nil, 1, nil, 1, nil, 1, 0)
}

func BenchmarkAdd(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, k = 100, 40
	x, y, c, offset := random(k, rng), random(k*n, rng), random(n, rng), make([]int, k)
	for l := range offset {
		x[l] *= 1e-9
		offset[l] = 8 * l * n
	}
	for name, add := range loops(b) {
		b.Run(fmt.Sprintf("%s/%dx%d", name, k, n), func(b *testing.B) {
			for b.Loop() {
				add(&c[0], &y[0], &x[0], &offset[0], n, k)
			}
			b.ReportMetric(2*n*k*float64(b.N)/b.Elapsed().Seconds()/1e9, "Gflop/s")
		})
	}
}

func random(n int, rng *rand.Rand) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = rng.NormFloat64()
	}
	return v
}
