//go:build !noasm

package lanes

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// level is what instructions of lanes_amd64.s the processor has: none, AVX2 or AVX-512. Tests set it.
var level = func() int {
	switch x := cpu.X86; {
	case x.HasAVX512F && x.HasAVX512DQ:
		return 512
	case x.HasAVX2 && x.HasFMA:
		return 2
	}
	return 0
}()

func fill(g *Source, dst []float64) {
	switch level {
	case 512:
		fillAVX512(&g.s, &dst[0], len(dst)/(2*Width))
	case 2:
		fillAVX2(&g.s, &dst[0], len(dst)/(2*Width))
	default:
		fillGo(g, dst)
	}
}

func (m *Move) fields() *[22]uint64 { return (*[22]uint64)(unsafe.Pointer(m)) }

// kernels are by clock, one for each scheme.
var (
	wide   = [...][2]func(*[22]uint64){Loss: {moveLossAVX512}, Log: {moveLogAVX512, moveLogHeunAVX512}, None: {moveNoneAVX512, moveNoneHeunAVX512}}
	narrow = [...][2]func(*[22]uint64){Loss: {moveLossAVX2}, Log: {moveLogAVX2, moveLogHeunAVX2}, None: {moveNoneAVX2, moveNoneHeunAVX2}}
)

// Run moves all lanes by up to Steps steps, and ends with the step in which the first of the active
// lanes stops: beyond the level, at the end of time, or with a time that is no number > 0. There is
// no trapezoidal rule for the clock Loss.
func (m *Move) Run(clock Clock, heun bool) {
	scheme := 0
	if heun {
		scheme = 1
	}
	switch level {
	case 512:
		wide[clock][scheme](m.fields())
	case 2:
		narrow[clock][scheme](m.fields())
	default:
		m.runGo(clock, heun)
	}
}

// Run moves all lanes by up to Steps steps, and ends with the step in which the first of the active
// lanes stops.
func (m *Fresh) Run() {
	fields := (*[17]uint64)(unsafe.Pointer(m))
	switch level {
	case 512:
		freshAVX512(fields)
	case 2:
		freshAVX2(fields)
	default:
		m.runGo()
	}
}

func descend(m *Descent, d int) bool {
	if level < 512 {
		return false
	}
	fields := (*[9]uint64)(unsafe.Pointer(m))
	switch d {
	case 1:
		descend1AVX512(fields)
	case 2:
		descend2AVX512(fields)
	case 4:
		descend4AVX512(fields)
	case 8:
		descend8AVX512(fields)
	default:
		return false
	}
	return true
}
