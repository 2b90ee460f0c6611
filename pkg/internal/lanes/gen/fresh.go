package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// freshFields are the offsets in Fresh.
var freshFields = map[string]int{}

func init() {
	for i, name := range []string{"Eta", "Label", "Step", "Level", "Square", "End", "Theta", "Grad", "Normals", "Time", "N", "Batch",
		"Steps", "Axis", "Active", "Done", "Stopped"} {
		freshFields[name] = 8 * i
	}
}

// sampler writes the code of Fresh.Run.
type sampler struct {
	m, theta, grad, xi, dims GPVirtual
	at, samples              GPVirtual // offset of a coordinate, samples left
	half                     int
}

func (k *sampler) field(name string) Mem { return Mem{Base: k.m, Disp: freshFields[name]} }

func (k *sampler) load(name string) GPVirtual {
	r := GP64()
	MOVQ(k.field(name), r)
	return r
}

func fresh() {
	name := "fresh" + suffix()
	TEXT(name, NOSPLIT, "func(m *[17]uint64)")
	Doc(name + " is Fresh.runGo.")
	k := &sampler{m: Load(Param("m"), GP64()).(GPVirtual)}
	k.theta, k.grad, k.xi, k.dims = k.load("Theta"), k.load("Grad"), k.load("Normals"), k.load("N")
	SHLQ(Imm(6), k.dims) // in bytes
	k.at, k.samples = GP64(), GP64()
	mask, from := GP64(), GP64()
	MOVQ(U32(0), k.field("Done"))
	Label("step")
	XORQ(mask, mask)
	MOVQ(k.xi, from)
	for _, k.half = range halves() {
		if k.half > 0 {
			MOVQ(from, k.xi)
		}
		bits := k.step()
		if k.half > 0 {
			SHLQ(Imm(4), bits)
		}
		ORQ(bits, mask)
	}
	INCQ(k.field("Done"))
	ANDQ(k.field("Active"), mask)
	JNZ(LabelRef("out"))
	MOVQ(k.field("Done"), from)
	CMPQ(from, k.field("Steps"))
	JLT(LabelRef("step"))
	Label("out")
	MOVQ(mask, k.field("Stopped"))
	VZEROUPPER()
	RET()
}

// across repeats body for all coordinates, at least once.
func (k *sampler) across(body func(at Mem)) {
	loops++
	label := fmt.Sprint("across", loops)
	XORQ(k.at, k.at)
	Label(label)
	body(Mem{Index: k.at, Scale: 1, Disp: k.half})
	ADDQ(U32(64), k.at)
	CMPQ(k.at, k.dims)
	JLT(LabelRef(label))
}

func of(base GPVirtual, at Mem) Mem { at.Base = base; return at }

// step moves the lanes of one register by a step and returns a bit for each that is to stop.
func (k *sampler) step() GPVirtual {
	MOVQ(k.field("Batch"), k.samples)
	k.sample(func(e, x VecVirtual, grad Mem) {
		VMULPD(e, x, x)
		VMOVUPD(x, grad)
	})
	loops++
	again, end := fmt.Sprint("sample", loops), fmt.Sprint("update", loops)
	Label(again)
	DECQ(k.samples)
	JZ(LabelRef(end))
	k.sample(func(e, x VecVirtual, grad Mem) {
		g := vec()
		VMOVUPD(grad, g)
		VFMADD231PD(e, x, g)
		VMOVUPD(g, grad)
	})
	JMP(LabelRef(again))
	Label(end)
	square := vec()
	pxor.do(square, square, square)
	k.across(func(at Mem) {
		t, g := vec(), vec()
		VMOVUPD(of(k.theta, at), t)
		VMOVUPD(of(k.grad, at), g)
		fnma231.do(k.field("Eta"), g, t)
		VMOVUPD(t, of(k.theta, at))
		VFMADD231PD(t, t, square)
	})
	stop := compare(6, all(k.field("Square")), square) // not ≤
	at, time, x := GP64(), vec(), vec()
	MOVQ(k.field("Time"), at)
	VMOVUPD(Mem{Base: at, Disp: k.half}, time)
	add.do(k.field("Step"), time, time)
	VMOVUPD(time, Mem{Base: at, Disp: k.half})
	MOVQ(k.field("End"), at)
	VMOVUPD(Mem{Base: at, Disp: k.half}, x)
	ORQ(compare(5, x, time), stop) // not <
	MOVQ(k.field("Axis"), at)
	SHLQ(Imm(6), at)
	VMOVUPD(Mem{Base: k.theta, Index: at, Scale: 1, Disp: k.half}, x)
	ORQ(compare(5, all(k.field("Level")), x), stop)
	return stop
}

// sample goes through one sample, with its error e, and leaves xi at the next.
func (k *sampler) sample(store func(e, x VecVirtual, grad Mem)) {
	e := vec()
	VMOVUPD(Mem{Base: k.xi, Index: k.dims, Scale: 1, Disp: k.half}, e)
	mul.do(k.field("Label"), e, e)
	k.across(func(at Mem) {
		x := vec()
		VMOVUPD(of(k.theta, at), x)
		VFMADD231PD(of(k.xi, at), x, e)
	})
	k.across(func(at Mem) {
		x := vec()
		VMOVUPD(of(k.xi, at), x)
		store(e, x, of(k.grad, at))
	})
	ADDQ(k.dims, k.xi)
	ADDQ(U32(64), k.xi)
}
