//go:build !noasm

package rowsum

import "golang.org/x/sys/cpu"

func available() map[string]func(c, b, value *float64, offset *int, n, terms int) {
	l := map[string]func(c, b, value *float64, offset *int, n, terms int){}
	if cpu.X86.HasAVX2 {
		l["AVX2"] = addAVX2
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasBMI2 {
		l["AVX512"] = addAVX512
	}
	return l
}
