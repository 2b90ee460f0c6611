// Package rowsum holds the one loop in which a network's training spends its time, a row of a
// matrix product,
//
//	c_j += Σ_l (α·a_l)·b_lj,
//
// for processors on which gonum's own loop leaves speed behind: gonum's assembly is SSE2, two
// numbers at a time. Here are AVX-512 (eight) and AVX2 (four). Each c_j is summed in the order of l
// with a rounded product and a rounded sum, not a fused one, exactly as in gonum: the bits are
// those of gonum's Dgemm on every processor, and the tests demand it.
package rowsum

import "math"

// MaxTerms is the largest k of [Add].
const MaxTerms = 64

// Add is c_j += Σ_{l<k} (α·a[l·stride])·b[l·ldb+j] for j < len(c), k ≤ MaxTerms. It must only be
// called when [Fast] reports true. Slices that are too short for k, stride and ldb panic.
//
// Terms with a_l = 0 (black pixels, silent ReLUs: about half of all) are left out, as gonum does.
// They are packed away beforehand, without a branch: a processor cannot predict which are zero, and
// each wrong guess would cost more than the term.
func Add(c []float64, alpha float64, a []float64, stride int, b []float64, ldb, k int) {
	if len(c) == 0 || k == 0 {
		return
	}
	_ = b[(k-1)*ldb+len(c)-1]
	var value [MaxTerms]float64
	var offset [MaxTerms]int
	terms := 0
	for l := range k {
		v := a[l*stride]
		value[terms&(MaxTerms-1)], offset[terms&(MaxTerms-1)] = alpha*v, l*ldb*8
		if math.Float64bits(v)<<1 != 0 {
			terms++
		}
	}
	if terms > 0 {
		add(&c[0], &b[0], &value[0], &offset[0], len(c), terms)
	}
}
