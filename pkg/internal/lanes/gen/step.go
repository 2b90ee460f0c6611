package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// fields are the offsets in Move.
var fields = map[string]int{}

func init() {
	for i, name := range []string{"Floor", "A2", "A3", "A4", "D2", "D3", "D4", "Step", "Level", "End", "H", "G", "Theta", "Trial",
		"Normals", "Time", "N", "Steps", "Axis", "Active", "Done", "Stopped"} {
		fields[name] = 8 * i
	}
}

// kernel writes the code of one Move.Run: its clock is "Loss", "Log" or "None".
type kernel struct {
	clock                     string
	m, h, g, theta, trial, xi GPVirtual
	dims                      GPVirtual
	i, at                     GPVirtual
	half                      int // offset of the register at work in a vector of lanes
}

func (k *kernel) field(name string) Mem { return Mem{Base: k.m, Disp: fields[name]} }

func (k *kernel) load(name string) GPVirtual {
	r := GP64()
	MOVQ(k.field(name), r)
	return r
}

func move(clock string, heun bool) {
	name := "move" + clock
	if heun {
		name += "Heun"
	}
	name += suffix()
	TEXT(name, NOSPLIT, "func(m *[22]uint64)")
	Doc(name + " is Move.runGo for its clock and scheme.")
	k := &kernel{clock: clock, m: Load(Param("m"), GP64()).(GPVirtual)}
	k.h, k.g, k.theta, k.xi, k.dims = k.load("H"), k.load("G"), k.load("Theta"), k.load("Normals"), k.load("N")
	if heun {
		k.trial = k.load("Trial")
	}
	k.i, k.at = GP64(), GP64()
	mask := GP64()
	MOVQ(U32(0), k.field("Done"))
	Label("step")
	XORQ(mask, mask)
	for _, k.half = range halves() {
		bits := k.step(heun)
		if k.half > 0 {
			SHLQ(Imm(4), bits)
		}
		ORQ(bits, mask)
	}
	INCQ(k.field("Done"))
	MOVQ(k.dims, k.i)
	SHLQ(Imm(6), k.i)
	ADDQ(k.i, k.xi)
	ANDQ(k.field("Active"), mask)
	JNZ(LabelRef("out"))
	MOVQ(k.field("Done"), k.i)
	CMPQ(k.i, k.field("Steps"))
	JLT(LabelRef("step"))
	Label("out")
	MOVQ(mask, k.field("Stopped"))
	VZEROUPPER()
	RET()
}

// step moves the lanes of one register by a step and returns a bit for each that is to stop.
func (k *kernel) step(heun bool) GPVirtual {
	var dt VecVirtual
	if heun {
		dt = k.heun()
	} else {
		dt = k.euler()
	}
	zero := vec()
	pxor.do(zero, zero, zero)
	stop := compare(10, zero, dt) // not >
	at, time, x := GP64(), vec(), vec()
	MOVQ(k.field("Time"), at)
	VADDPD(Mem{Base: at, Disp: k.half}, dt, time)
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

var loops int

// across repeats body for the coordinates 1 … N−1, with i the coordinate and at its offset in
// vectors of lanes.
func (k *kernel) across(body func()) {
	loops++
	again, end := fmt.Sprint("across", loops), fmt.Sprint("end", loops)
	MOVQ(U32(1), k.i)
	MOVQ(U32(64), k.at)
	CMPQ(k.i, k.dims)
	JGE(LabelRef(end))
	Label(again)
	body()
	INCQ(k.i)
	ADDQ(U32(64), k.at)
	CMPQ(k.i, k.dims)
	JLT(LabelRef(again))
	Label(end)
}

func (k *kernel) first(base GPVirtual) Mem { return Mem{Base: base, Disp: k.half} }
func (k *kernel) vector(base GPVirtual) Mem {
	return Mem{Base: base, Index: k.at, Scale: 1, Disp: k.half}
}
func (k *kernel) scalar(base GPVirtual) Mem { return Mem{Base: base, Index: k.i, Scale: 8} }

// loss is that of Move.at.
func (k *kernel) loss(theta GPVirtual) VecVirtual {
	z, v, loss, q := vec(), all(k.field("A4")), all(k.field("Floor")), vec()
	VMOVUPD(k.first(theta), z)
	fma213.do(k.field("A3"), z, v)
	fma213.do(k.field("A2"), z, v)
	VMULPD(z, z, z)
	VFMADD231PD(z, v, loss)
	pxor.do(q, q, q)
	k.across(func() {
		y, hy := vec(), vec()
		VMOVUPD(k.vector(theta), y)
		mul.do(k.scalar(k.h), y, hy)
		VFMADD231PD(y, hy, q)
	})
	fma231.do(number(0.5), q, loss)
	return loss
}

// slope is that of Move.at.
func (k *kernel) slope(theta GPVirtual) VecVirtual {
	z, s := vec(), all(k.field("D4"))
	VMOVUPD(k.first(theta), z)
	fma213.do(k.field("D3"), z, s)
	fma213.do(k.field("D2"), z, s)
	VMULPD(z, s, s)
	return s
}

// bowl is the slope in the other coordinates.
func (k *kernel) bowl(x VecVirtual) VecVirtual {
	s := vec()
	mul.do(k.scalar(k.h), x, s)
	return s
}

// rate is the time that a step takes.
func (k *kernel) rate(theta GPVirtual) VecVirtual {
	dt := all(k.field("Step"))
	if k.clock == "Log" {
		VDIVPD(k.loss(theta), dt, dt)
	}
	return dt
}

func (k *kernel) euler() VecVirtual {
	dt := k.rate(k.theta)
	var root VecVirtual
	if k.clock == "Loss" {
		root = k.loss(k.theta)
		VSQRTPD(root, root)
	}
	update := func(theta, xi, g Mem, slope func(x VecVirtual) VecVirtual) {
		x, kick := vec(), vec()
		VMOVUPD(theta, x)
		s := slope(x)
		VMOVUPD(xi, kick)
		mul.do(g, kick, kick)
		if k.clock == "Loss" {
			VFMADD231PD(kick, root, x)
		} else {
			VADDPD(kick, x, x)
		}
		VFNMADD231PD(s, dt, x)
		VMOVUPD(x, theta)
	}
	update(k.first(k.theta), k.first(k.xi), Mem{Base: k.g}, func(VecVirtual) VecVirtual { return k.slope(k.theta) })
	k.across(func() { update(k.vector(k.theta), k.vector(k.xi), k.scalar(k.g), k.bowl) })
	return dt
}

func (k *kernel) heun() VecVirtual {
	d := k.rate(k.theta)
	slope := k.slope(k.theta)
	predict := func(theta, trial, xi, g Mem, slope func(x VecVirtual) VecVirtual) {
		x, kick := vec(), vec()
		VMOVUPD(theta, x)
		s := slope(x)
		VMOVUPD(xi, kick)
		fma231.do(g, kick, x)
		VFNMADD231PD(s, d, x)
		VMOVUPD(x, trial)
	}
	predict(k.first(k.theta), k.first(k.trial), k.first(k.xi), Mem{Base: k.g}, func(VecVirtual) VecVirtual { return slope })
	k.across(func() { predict(k.vector(k.theta), k.vector(k.trial), k.vector(k.xi), k.scalar(k.g), k.bowl) })
	d2 := k.rate(k.trial)
	slope2 := k.slope(k.trial)
	correct := func(theta, trial, xi, g Mem, slope, slope2 func(x VecVirtual) VecVirtual) {
		x, y, kick, sum := vec(), vec(), vec(), vec()
		VMOVUPD(theta, x)
		VMOVUPD(trial, y)
		s, s2 := slope(x), slope2(y)
		VMOVUPD(xi, kick)
		fma231.do(g, kick, x)
		VMULPD(s, d, sum)
		VFMADD231PD(s2, d2, sum)
		fma231.do(number(-0.5), sum, x)
		VMOVUPD(x, theta)
	}
	correct(k.first(k.theta), k.first(k.trial), k.first(k.xi), Mem{Base: k.g},
		func(VecVirtual) VecVirtual { return slope }, func(VecVirtual) VecVirtual { return slope2 })
	k.across(func() {
		correct(k.vector(k.theta), k.vector(k.trial), k.vector(k.xi), k.scalar(k.g), k.bowl, k.bowl)
	})
	VADDPD(d, d2, d)
	mul.do(number(0.5), d, d)
	return d
}
