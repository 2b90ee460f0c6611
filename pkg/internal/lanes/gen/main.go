// Command gen writes lanes_amd64.s, the AVX-512 form of what normal.go and step.go say in plain Go.
// Each operation is the one of the plain form, in its order, so that the bits are the same.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// table is the read-only memory of the constants, each once.
type table struct {
	at     map[uint64]int
	values []uint64
	base   Mem
}

var constants = &table{at: map[uint64]int{}}

func bitsOf(v uint64) Mem {
	i, ok := constants.at[v]
	if !ok {
		i = len(constants.values)
		constants.at[v] = i
		constants.values = append(constants.values, v)
		constants.base.Symbol.Name = "constants"
		constants.base.Symbol.Static = true
		constants.base.Base = StaticBase
	}
	return constants.base.Offset(8 * i)
}

func number(v float64) Mem { return bitsOf(math.Float64bits(v)) }

func main() {
	ConstraintExpr("!noasm")
	fill()
	move("Loss", false)
	move("Log", false)
	move("None", false)
	move("Log", true)
	move("None", true)
	GLOBL("constants", RODATA|NOPTR)
	for i, v := range constants.values {
		DATA(8*i, U64(v))
	}
	Generate()
}

func fill() {
	TEXT("fillAVX512", NOSPLIT, "func(state *[4][8]uint64, dst *float64, pairs int)")
	Doc("fillAVX512 stores pairs of normals of eight lanes each, as fillGo does.")
	state, dst := Load(Param("state"), GP64()), Load(Param("dst"), GP64())
	pairs := Load(Param("pairs"), GP64())
	var s [4]VecVirtual
	for i := range s {
		s[i] = ZMM()
		VMOVDQU64(Mem{Base: state, Disp: 64 * i}, s[i])
	}
	Label("pair")
	a, b := next(s), next(s)
	r := radius(uniform(a))
	sin, cos := turn(uniform(b))
	VMULPD(cos, r, cos)
	VMULPD(sin, r, sin)
	VMOVUPD(cos, Mem{Base: dst})
	VMOVUPD(sin, Mem{Base: dst, Disp: 64})
	ADDQ(Imm(128), dst)
	SUBQ(Imm(1), pairs)
	JNZ(LabelRef("pair"))
	for i := range s {
		VMOVDQU64(s[i], Mem{Base: state, Disp: 64 * i})
	}
	VZEROUPPER()
	RET()
}

// next is Source.next in all lanes.
func next(s [4]VecVirtual) VecVirtual {
	out, t := ZMM(), ZMM()
	VPADDQ(s[3], s[0], out)
	VPROLQ(Imm(23), out, out)
	VPADDQ(s[0], out, out)
	VPSLLQ(Imm(17), s[1], t)
	VPXORQ(s[0], s[2], s[2])
	VPXORQ(s[1], s[3], s[3])
	VPXORQ(s[2], s[1], s[1])
	VPXORQ(s[3], s[0], s[0])
	VPXORQ(t, s[2], s[2])
	VPROLQ(Imm(45), s[3], s[3])
	return out
}

// uniform turns bits into a number in [1, 2).
func uniform(bits VecVirtual) VecVirtual {
	VPSRLQ(Imm(12), bits, bits)
	VPORQ_BCST(bitsOf(0x3ff<<52), bits, bits)
	return bits
}

// horner is the polynomial of z.
func horner(z VecVirtual, c []float64) VecVirtual {
	p := ZMM()
	VBROADCASTSD(number(c[len(c)-1]), p)
	for i := len(c) - 2; i >= 0; i-- {
		VFMADD213PD_BCST(number(c[i]), z, p)
	}
	return p
}

// radius is √(−2 log(2−f)).
func radius(f VecVirtual) VecVirtual {
	two, u, shifted, k := ZMM(), ZMM(), ZMM(), ZMM()
	VBROADCASTSD(number(2), two)
	VSUBPD(f, two, u)
	VPADDQ_BCST(bitsOf(0x3ff<<52-0x3fe6a09e667f3bcd), u, shifted)
	VPSRLQ(Imm(52), shifted, k)
	VPORQ_BCST(bitsOf(0x433<<52), k, k)
	VSUBPD_BCST(number(1<<52+1023), k, k)
	VPANDQ_BCST(bitsOf(0xfff<<52), shifted, shifted)
	VPSUBQ(shifted, u, u)
	VPADDQ_BCST(bitsOf(0x3ff<<52), u, u)
	VSUBPD_BCST(number(1), u, u) // f
	s, z, half := ZMM(), ZMM(), ZMM()
	VADDPD(two, u, s)
	VDIVPD(s, u, s)
	VMULPD(s, s, z)
	p := horner(z, logPoly)
	VMULPD_BCST(number(0.5), u, half)
	VMULPD(u, half, half)
	VFMADD213PD(half, z, p)
	low := ZMM()
	VMULPD_BCST(number(ln2lo), k, low)
	VFMADD213PD(low, s, p) // inner
	VSUBPD(p, half, half)  // half − inner
	VSUBPD(half, u, u)     // f − (half − inner)
	VFMADD231PD_BCST(number(ln2hi), k, u)
	VMULPD_BCST(number(-2), u, u)
	VSQRTPD(u, u)
	return u
}

// turn is sin and cos of 2π(f − 3/2).
func turn(f VecVirtual) (sin, cos VecVirtual) {
	u, q, r, four := f, ZMM(), ZMM(), ZMM()
	VSUBPD_BCST(number(1.5), u, u)
	VBROADCASTSD(number(4), four)
	VMOVAPD(u, q)
	VFMADD213PD_BCST(number(3<<51), four, q)
	VSUBPD_BCST(number(3<<51), q, r)
	VBROADCASTSD(number(-0.25), four)
	VFMADD213PD(u, four, r)
	z := ZMM()
	VMULPD(r, r, z)
	s, c := horner(z, sinPoly), horner(z, cosPoly)
	VFMADD213PD_BCST(number(twoPiLow), z, s)
	VMULPD(s, r, s)
	VFMADD231PD_BCST(number(twoPi), r, s)
	VFMADD213PD_BCST(number(1), z, c)
	odd, sign := K(), ZMM()
	sin, cos = ZMM(), ZMM()
	VPTESTMQ_BCST(bitsOf(1), q, odd)
	VPBLENDMQ(c, s, odd, sin)
	VPBLENDMQ(s, c, odd, cos)
	VPANDQ_BCST(bitsOf(2), q, sign)
	VPSLLQ(Imm(62), sign, sign)
	VPXORQ(sign, sin, sin)
	VPADDQ_BCST(bitsOf(1), q, q)
	VPANDQ_BCST(bitsOf(2), q, q)
	VPSLLQ(Imm(62), q, q)
	VPXORQ(q, cos, cos)
	return sin, cos
}
