//go:build !amd64 || noasm

package rowsum

// Fast reports whether this processor has one of the two loops.
func Fast() bool { return false }

func add(c, b, value *float64, offset *int, n, terms int) {
	panic("rowsum: not on this processor")
}
