//go:build !noasm

package lanes

// onLevels calls f with each of the instructions that the processor has, and with none.
func onLevels(f func(name string)) {
	best := level
	defer func() { level = best }()
	for _, level = range []int{512, 2, 0} {
		if level <= best {
			f(map[int]string{512: "AVX-512", 2: "AVX2", 0: "plain"}[level])
		}
	}
}
