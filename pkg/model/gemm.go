package model

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/sgdescape/sgdescape/pkg/model/internal/rowsum"
)

// The matrix products of this package go to gonum's BLAS in blocks, for two reasons. gonum's own
// Dgemm starts goroutines, and so allocates, as soon as C spans 4 of its 64×64 blocks: blockRows ×
// blockCols stay below that, and the pool splits the work instead. And it does not block for the
// cache when it runs serially: blockWords keeps the operand that is read over and over (32 KB) in
// the first-level cache.
const (
	blockRows  = 64
	blockCols  = 192
	blockWords = 4096
)

// mul is C = α·op(A)·B + C with op(A) m×k and B k×n, all stored by rows; op(A) is A or, with t =
// [blas.Trans], Aᵀ. Each element of C sums in the order of k, whatever the blocks.
//
// Where the processor has AVX2 or AVX-512, package rowsum takes the place of Dgemm in nearly all
// the work, with the same bits.
func mul(t blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	if m == 0 {
		return
	}
	f := blas64.Implementation()
	row, col := lda, 1 // steps in a from one row, and one column, of op(A) to the next
	if t == blas.Trans {
		row, col = 1, lda
	}
	switch {
	case n == 1 && ldb == 1 && ldc == 1:
		rows, cols := m, k
		if t == blas.Trans {
			rows, cols = k, m
		}
		f.Dgemv(t, rows, cols, alpha, a, lda, b, 1, 1, c, 1)
	case rowsum.Fast():
		kb := min(rowsum.MaxTerms, max(16, blockWords/n))
		for l := 0; l < k; l += kb {
			for i := range m {
				rowsum.Add(c[i*ldc:i*ldc+n], alpha, a[i*row+l*col:], col, b[l*ldb:], ldb, min(kb, k-l))
			}
		}
	default:
		mulBlocks(t, m, n, k, alpha, a, lda, b, ldb, c, ldc)
	}
}

// mulBlocks is mul by gonum's Dgemm alone, which reads the rows of B over and over, but with Aᵀ
// those of C.
func mulBlocks(t blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, c []float64, ldc int) {
	row, col := lda, 1
	fit := max(16, blockWords/min(n, blockCols))
	mb, kb := blockRows, fit
	if t == blas.Trans {
		row, col = 1, lda
		mb, kb = min(blockRows, fit), k
	}
	for j := 0; j < n; j += blockCols {
		for l := 0; l < k; l += kb {
			for i := 0; i < m; i += mb {
				blas64.Implementation().Dgemm(t, blas.NoTrans, min(mb, m-i), min(blockCols, n-j), min(kb, k-l),
					alpha, a[i*row+l*col:], lda, b[l*ldb+j:], ldb, 1, c[i*ldc+j:], ldc)
			}
		}
	}
}
