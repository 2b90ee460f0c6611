package model

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/sgdescape/sgdescape/pkg/model/internal/rowsum"
)

// The matrix products of this package go to gonum's BLAS in blocks, for two reasons.
// gonum's own Dgemm starts goroutines, and so allocates, as soon as C spans 4 of its
// 64×64 blocks: blockRows × blockCols stay below that, and the pool splits the work
// instead. And it does not block for the cache when it runs serially: blockWords keeps the
// operand that is read over and over (32 KB) in the first-level cache.
//
// Where the processor has AVX2 or AVX-512, package rowsum takes the place of the two Dgemm
// forms that carry nearly all the work, with the same bits.
//
// The order of summation within one element of C is that of k, whatever the blocks.
const (
	blockRows  = 64
	blockCols  = 192
	blockWords = 4096
)

// mulTo is C = A·B + C with A m×k and B k×n, all stored by rows.
func mulTo(m, n, k int, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	if m == 0 {
		return
	}
	f := blas64.Implementation()
	if n == 1 && ldb == 1 && ldc == 1 {
		f.Dgemv(blas.NoTrans, m, k, 1, a, lda, b, 1, 1, c, 1)
		return
	}
	kb := max(16, blockWords/min(n, blockCols))
	if rowsum.Fast() {
		kb := min(rowsum.MaxTerms, max(16, blockWords/n))
		for l := 0; l < k; l += kb {
			for i := range m {
				rowsum.Add(c[i*ldc:i*ldc+n], 1, a[i*lda+l:], 1, b[l*ldb:], ldb, min(kb, k-l))
			}
		}
		return
	}
	for j := 0; j < n; j += blockCols {
		nj := min(blockCols, n-j)
		for l := 0; l < k; l += kb {
			kl := min(kb, k-l)
			for i := 0; i < m; i += blockRows {
				mi := min(blockRows, m-i)
				f.Dgemm(blas.NoTrans, blas.NoTrans, mi, nj, kl, 1, a[i*lda+l:], lda, b[l*ldb+j:], ldb, 1, c[i*ldc+j:], ldc)
			}
		}
	}
}

// mulATo is C = alpha·Aᵀ·B + C with A k×m and B k×n.
func mulATo(m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	if m == 0 {
		return
	}
	f := blas64.Implementation()
	if n == 1 && ldb == 1 && ldc == 1 {
		f.Dgemv(blas.Trans, k, m, alpha, a, lda, b, 1, 1, c, 1)
		return
	}
	if rowsum.Fast() {
		kb := min(rowsum.MaxTerms, max(16, blockWords/n))
		for l := 0; l < k; l += kb {
			for i := range m {
				rowsum.Add(c[i*ldc:i*ldc+n], alpha, a[l*lda+i:], lda, b[l*ldb:], ldb, min(kb, k-l))
			}
		}
		return
	}
	mb := min(blockRows, max(16, blockWords/min(n, blockCols)))
	for i := 0; i < m; i += mb {
		mi := min(mb, m-i)
		for j := 0; j < n; j += blockCols {
			nj := min(blockCols, n-j)
			f.Dgemm(blas.Trans, blas.NoTrans, mi, nj, k, alpha, a[i:], lda, b[j:], ldb, 1, c[i*ldc+j:], ldc)
		}
	}
}
