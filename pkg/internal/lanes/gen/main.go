// Command gen writes lanes_amd64.s, the AVX-512 and AVX2 forms of what the package says in plain Go.
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
}

var constants = table{at: map[uint64]int{}}

// bitsOf is the place of a constant.
func bitsOf(v uint64) Mem {
	i, ok := constants.at[v]
	if !ok {
		i = len(constants.values)
		constants.at[v] = i
		constants.values = append(constants.values, v)
	}
	return Mem{Symbol: Symbol{Name: "constants", Static: true}, Base: StaticBase, Disp: 8 * i}
}

func number(v float64) Mem { return bitsOf(math.Float64bits(v)) }

func main() {
	ConstraintExpr("!noasm")
	for _, wide = range []bool{true, false} {
		fill()
		move("Loss", false)
		move("Log", false)
		move("None", false)
		move("Log", true)
		move("None", true)
		fresh()
	}
	wide = true // AVX2 gathers too slowly
	for _, d := range []int{1, 2, 4, 8} {
		descend(d)
	}
	GLOBL("constants", RODATA|NOPTR)
	for i, v := range constants.values {
		DATA(8*i, U64(v))
	}
	Generate()
}

func fill() {
	TEXT("fill"+suffix(), NOSPLIT, "func(state *[4][8]uint64, dst *float64, pairs int)")
	Doc("fill" + suffix() + " stores pairs of normals of eight lanes each, as fillGo does.")
	for i, half := range halves() {
		label := "pair" + string(rune('0'+i))
		state, dst := Load(Param("state"), GP64()), Load(Param("dst"), GP64())
		pairs := Load(Param("pairs"), GP64())
		var s [4]VecVirtual
		for i := range s {
			s[i] = vec()
			VMOVUPD(Mem{Base: state, Disp: 64*i + half}, s[i])
		}
		Label(label)
		a, b := next(s), next(s)
		r := radius(uniform(a))
		sin, cos := turn(uniform(b))
		VMULPD(cos, r, cos)
		VMULPD(sin, r, sin)
		VMOVUPD(cos, Mem{Base: dst, Disp: half})
		VMOVUPD(sin, Mem{Base: dst, Disp: 64 + half})
		ADDQ(U32(128), dst)
		SUBQ(Imm(1), pairs)
		JNZ(LabelRef(label))
		for i := range s {
			VMOVUPD(s[i], Mem{Base: state, Disp: 64*i + half})
		}
	}
	VZEROUPPER()
	RET()
}

// next is Source.next in all lanes.
func next(s [4]VecVirtual) VecVirtual {
	out, t := vec(), vec()
	VPADDQ(s[3], s[0], out)
	rotate(23, out, out)
	VPADDQ(s[0], out, out)
	VPSLLQ(Imm(17), s[1], t)
	pxor.do(s[0], s[2], s[2])
	pxor.do(s[1], s[3], s[3])
	pxor.do(s[2], s[1], s[1])
	pxor.do(s[3], s[0], s[0])
	pxor.do(t, s[2], s[2])
	rotate(45, s[3], s[3])
	return out
}

// uniform turns bits into a number in [1, 2).
func uniform(bits VecVirtual) VecVirtual {
	VPSRLQ(Imm(12), bits, bits)
	por.do(bitsOf(0x3ff<<52), bits, bits)
	return bits
}

// horner is the polynomial of z.
func horner(z VecVirtual, c []float64) VecVirtual {
	p := all(number(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		fma213.do(number(c[i]), z, p)
	}
	return p
}

// radius is √(−2 log(2−f)).
func radius(f VecVirtual) VecVirtual {
	u, shifted, k := vec(), vec(), vec()
	sub.do(f, all(number(2)), u)
	padd.do(bitsOf(0x3ff<<52-0x3fe6a09e667f3bcd), u, shifted)
	VPSRLQ(Imm(52), shifted, k)
	por.do(bitsOf(0x433<<52), k, k)
	sub.do(number(1<<52+1023), k, k)
	pand.do(bitsOf(0xfff<<52), shifted, shifted)
	psub.do(shifted, u, u)
	padd.do(bitsOf(0x3ff<<52), u, u)
	sub.do(number(1), u, u) // f
	s, z, half, low := vec(), vec(), vec(), vec()
	add.do(number(2), u, s)
	VDIVPD(s, u, s)
	VMULPD(s, s, z)
	p := horner(z, logPoly)
	mul.do(number(0.5), u, half)
	VMULPD(u, half, half)
	VFMADD213PD(half, z, p)
	mul.do(number(ln2lo), k, low)
	VFMADD213PD(low, s, p) // inner
	VSUBPD(p, half, half)  // half − inner
	VSUBPD(half, u, u)     // f − (half − inner)
	fma231.do(number(ln2hi), k, u)
	mul.do(number(-2), u, u)
	VSQRTPD(u, u)
	return u
}

// turn is sin and cos of 2π(f − 3/2).
func turn(f VecVirtual) (sin, cos VecVirtual) {
	u, q, r := f, vec(), vec()
	sub.do(number(1.5), u, u)
	VMOVAPD(u, q)
	fma213.do(number(3<<51), all(number(4)), q)
	sub.do(number(3<<51), q, r)
	VFMADD213PD(u, all(number(-0.25)), r)
	z := vec()
	VMULPD(r, r, z)
	s, c := horner(z, sinPoly), horner(z, cosPoly)
	fma213.do(number(twoPiLow), z, s)
	VMULPD(s, r, s)
	fma231.do(number(twoPi), r, s)
	fma213.do(number(1), z, c)
	sin, cos = swapIfOdd(q, s, c)
	sign := vec()
	pand.do(bitsOf(2), q, sign)
	VPSLLQ(Imm(62), sign, sign)
	pxor.do(sign, sin, sin)
	padd.do(bitsOf(1), q, q)
	pand.do(bitsOf(2), q, q)
	VPSLLQ(Imm(62), q, q)
	pxor.do(q, cos, cos)
	return sin, cos
}
