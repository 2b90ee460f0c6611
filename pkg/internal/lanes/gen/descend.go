package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// descend writes Descent.Run for d coordinates: positions stay in registers.
func descend(d int) {
	name := fmt.Sprintf("descend%dAVX512", d)
	TEXT(name, NOSPLIT, "func(m *[9]uint64)")
	Doc(name + fmt.Sprintf(" is Descent.runGo for %d coordinates.", d))
	m := Load(Param("m"), GP64()).(GPVirtual)
	field := func(i int) Mem { return Mem{Base: m, Disp: 8 * i} }
	load := func(i int) GPVirtual {
		r := GP64()
		MOVQ(field(i), r)
		return r
	}
	spread := func(i int) VecVirtual {
		v := ZMM()
		VBROADCASTSD(field(i), v)
		return v
	}
	state, delta, rows, steps := load(0), load(1), load(2), load(6)
	samples, eta, bound := spread(3), spread(4), spread(5)
	var s [4]VecVirtual
	for i := range s {
		s[i] = ZMM()
		VMOVDQU64(Mem{Base: state, Disp: 64 * i}, s[i])
	}
	at := make([]VecVirtual, d)
	for i := range at {
		at[i] = ZMM()
		VMOVUPD(Mem{Base: delta, Disp: 64 * i}, at[i])
	}
	done, mask, all := GP64(), GP64(), K()
	XORQ(done, done)
	Label("step")
	row := index(next(s), samples, d+1)
	x := make([]VecVirtual, d+1)
	for i := range x {
		x[i] = ZMM()
		KXNORW(all, all, all)
		VGATHERQPD(Mem{Base: rows, Disp: 8 * i, Index: row, Scale: 8}, all, x[i])
	}
	e := sum(d, func(i int) (VecVirtual, VecVirtual) { return x[i], at[i] })
	VSUBPD(x[d], e, e)
	VMULPD(e, eta, e)
	for i := range at {
		VMULPD(e, x[i], x[i])
		VSUBPD(x[i], at[i], at[i])
	}
	square := sum(d, func(i int) (VecVirtual, VecVirtual) { return at[i], at[i] })
	out := K()
	VCMPPD(Imm(6), bound, square, out) // not ≤
	KMOVW(out, mask.As32())
	INCQ(done)
	TESTQ(mask, mask)
	JNZ(LabelRef("out"))
	CMPQ(done, steps)
	JLT(LabelRef("step"))
	Label("out")
	for i := range s {
		VMOVDQU64(s[i], Mem{Base: state, Disp: 64 * i})
	}
	for i := range at {
		VMOVUPD(at[i], Mem{Base: delta, Disp: 64 * i})
	}
	MOVQ(done, field(7))
	MOVQ(mask, field(8))
	VZEROUPPER()
	RET()
}

// index is ⌊r·n/2⁶⁴⌋ times the numbers in a row, for n < 2³².
func index(r, n VecVirtual, numbers int) VecVirtual {
	low := ZMM()
	VPMULUDQ(n, r, low)
	VPSRLQ(Imm(32), r, r)
	VPMULUDQ(n, r, r)
	VPSRLQ(Imm(32), low, low)
	VPADDQ(low, r, r)
	VPSRLQ(Imm(32), r, r)
	switch numbers {
	case 2:
		VPADDQ(r, r, r)
	case 3, 5, 9:
		VPSLLQ(Imm(map[int]uint64{3: 1, 5: 2, 9: 3}[numbers]), r, low)
		VPADDQ(low, r, r)
	}
	return r
}

// sum adds products of pairs, even and odd ones apart, without fusing them.
func sum(d int, pair func(i int) (a, b VecVirtual)) VecVirtual {
	var parts [2]VecVirtual
	for i := range d {
		a, b := pair(i)
		p := ZMM()
		VMULPD(a, b, p)
		if i < 2 {
			parts[i] = p
			continue
		}
		VADDPD(p, parts[i%2], parts[i%2])
	}
	if d > 1 {
		VADDPD(parts[1], parts[0], parts[0])
	}
	return parts[0]
}
