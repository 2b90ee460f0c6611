//go:build !noasm

package lanes

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// vectors says that the processor has the instructions of lanes_amd64.s.
var vectors = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ

func fill(g *Source, dst []float64) {
	if vectors {
		fillAVX512(&g.s, &dst[0], len(dst)/(2*Width))
		return
	}
	fillGo(g, dst)
}

func (m *Move) fields() *[22]uint64 { return (*[22]uint64)(unsafe.Pointer(m)) }

// Run moves all lanes by up to Steps steps, and ends with the step in which the first of the active
// lanes stops: beyond the level, at the end of time, or with a time that is no number > 0.
func (m *Move) Run(clock Clock, heun bool) {
	switch {
	case !vectors:
		m.runGo(clock, heun)
	case heun && clock == Log:
		moveLogHeunAVX512(m.fields())
	case heun:
		moveNoneHeunAVX512(m.fields())
	case clock == Loss:
		moveLossAVX512(m.fields())
	case clock == Log:
		moveLogAVX512(m.fields())
	default:
		moveNoneAVX512(m.fields())
	}
}
