package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// wide says whether AVX-512 is written, with eight lanes in a register, or AVX2, with four.
var wide = true

// suffix ends the names of functions.
func suffix() string {
	if wide {
		return "AVX512"
	}
	return "AVX2"
}

// halves are the offsets in bytes of the registers that make a vector of lanes.
func halves() []int {
	if wide {
		return []int{0}
	}
	return []int{0, 32}
}

func vec() VecVirtual {
	if wide {
		return ZMM()
	}
	return YMM()
}

// all returns a number in all lanes.
func all(m Mem) VecVirtual {
	v := vec()
	VBROADCASTSD(m, v)
	return v
}

// An op stores x∘y, or what its name says, in dst; the operand that may be a number for all lanes
// comes first.
type op struct{ wide, spread, narrow func(...Op) }

func (o op) do(ops ...Op) {
	m, isMem := ops[0].(Mem)
	switch {
	case !isMem && wide:
		o.wide(ops...)
	case !isMem:
		o.narrow(ops...)
	case wide:
		o.spread(append([]Op{m}, ops[1:]...)...)
	default:
		o.narrow(append([]Op{all(m)}, ops[1:]...)...)
	}
}

// f3 makes the type of avo's functions of three operands that of the others.
func f3(f func(a, b, c Op)) func(...Op) { return func(o ...Op) { f(o[0], o[1], o[2]) } }

var (
	add     = op{VADDPD, VADDPD_BCST, VADDPD}
	sub     = op{VSUBPD, VSUBPD_BCST, VSUBPD} // x − first
	mul     = op{VMULPD, VMULPD_BCST, VMULPD}
	div     = op{VDIVPD, VDIVPD_BCST, VDIVPD}                // x / first
	fma213  = op{VFMADD213PD, VFMADD213PD_BCST, VFMADD213PD} // dst·x + first
	fma231  = op{VFMADD231PD, VFMADD231PD_BCST, VFMADD231PD} // dst + x·first
	fnma231 = op{VFNMADD231PD, VFNMADD231PD_BCST, VFNMADD231PD}
	padd    = op{VPADDQ, VPADDQ_BCST, VPADDQ}
	psub    = op{VPSUBQ, VPSUBQ_BCST, VPSUBQ}
	por     = op{VPORQ, VPORQ_BCST, f3(VPOR)}
	pand    = op{VPANDQ, VPANDQ_BCST, f3(VPAND)}
	pxor    = op{VPXORQ, VPXORQ_BCST, f3(VPXOR)}
)

// rotate turns bits left by k.
func rotate(k uint64, x, dst VecVirtual) {
	if wide {
		VPROLQ(Imm(k), x, dst)
		return
	}
	t := vec()
	VPSRLQ(Imm(64-k), x, t)
	VPSLLQ(Imm(k), x, dst)
	VPOR(t, dst, dst)
}

// swapIfOdd returns a and b, exchanged in the lanes in which q is odd.
func swapIfOdd(q, a, b VecVirtual) (x, y VecVirtual) {
	x, y = vec(), vec()
	if wide {
		odd := K()
		VPTESTMQ_BCST(bitsOf(1), q, odd)
		VPBLENDMQ(b, a, odd, x)
		VPBLENDMQ(a, b, odd, y)
		return x, y
	}
	odd := vec()
	VPSLLQ(Imm(63), q, odd) // a blend looks at the sign
	VBLENDVPD(odd, b, a, x)
	VBLENDVPD(odd, a, b, y)
	return x, y
}

// compare returns a bit for each lane in which y∘x holds.
func compare(predicate uint64, x, y VecVirtual) GPVirtual {
	out := GP64()
	if wide {
		k := K()
		VCMPPD(Imm(predicate), x, y, k)
		KMOVW(k, out.As32())
		return out
	}
	t := vec()
	VCMPPD(Imm(predicate), x, y, t)
	VMOVMSKPD(t, out.As32())
	return out
}
