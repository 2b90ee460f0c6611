//go:build !noasm

package rowsum

import "golang.org/x/sys/cpu"

// Fast reports whether this processor has one of the two loops.
func Fast() bool { return cpu.X86.HasAVX2 }

func add(c, b, value *float64, offset *int, n, terms int) {
	if cpu.X86.HasAVX512F && cpu.X86.HasBMI2 {
		addAVX512(c, b, value, offset, n, terms)
		return
	}
	addAVX2(c, b, value, offset, n, terms)
}

//go:noescape
func addAVX512(c, b, value *float64, offset *int, n, terms int)

//go:noescape
func addAVX2(c, b, value *float64, offset *int, n, terms int)
