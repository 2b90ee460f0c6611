// Package root finds where a condition changes on an interval. gonum has no root finder in one
// dimension.
package root

// Bisect returns the largest number, to the last bit, up to which below holds, for a condition that
// holds at lo, does not at hi, and changes once between them. If it changes more often, one of the
// places is found.
func Bisect(lo, hi float64, below func(x float64) bool) float64 {
	for {
		mid := lo + 0.5*(hi-lo)
		if mid <= lo || mid >= hi || mid != mid {
			return lo
		}
		if below(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
}
