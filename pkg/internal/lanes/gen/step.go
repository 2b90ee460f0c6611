package main

import (
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

// kernel writes the code of one Move.run: its clock is "Loss", "Log" or "None".
type kernel struct {
	clock                     string
	m, h, g, theta, trial, xi GPVirtual
	dims, bytes               GPVirtual // N, and that of N vectors
	i, at                     GPVirtual
	step                      VecVirtual
}

func (k *kernel) field(name string) Mem { return Mem{Base: k.m, Disp: fields[name]} }

func (k *kernel) load(name string) GPVirtual {
	r := GP64()
	MOVQ(k.field(name), r)
	return r
}

func (k *kernel) spread(name string) VecVirtual {
	v := ZMM()
	VBROADCASTSD(k.field(name), v)
	return v
}

func move(clock string, heun bool) {
	name := "move" + clock
	if heun {
		name += "Heun"
	}
	TEXT(name+"AVX512", NOSPLIT, "func(m *[22]uint64)")
	Doc(name + "AVX512 is Move.runGo for its clock and scheme.")
	k := &kernel{clock: clock, m: Load(Param("m"), GP64()).(GPVirtual)}
	k.h, k.g, k.theta, k.trial, k.xi, k.dims = k.load("H"), k.load("G"), k.load("Theta"), k.load("Trial"), k.load("Normals"), k.load("N")
	k.i, k.at, k.bytes = GP64(), GP64(), GP64()
	MOVQ(k.dims, k.bytes)
	SHLQ(Imm(6), k.bytes)
	k.step = k.spread("Step")
	time, level, end := ZMM(), k.spread("Level"), ZMM()
	timeAt, axis, done, mask, part := k.load("Time"), k.load("Axis"), GP64(), GP64(), GP64()
	VMOVUPD(Mem{Base: timeAt}, time)
	VMOVUPD(Mem{Base: k.load("End")}, end)
	SHLQ(Imm(6), axis)
	ADDQ(k.theta, axis)
	XORQ(done, done)
	zero := ZMM()
	VPXORQ(zero, zero, zero)
	Label("step")
	var dt VecVirtual
	if heun {
		dt = k.heun()
	} else {
		dt = k.euler()
	}
	VADDPD(dt, time, time)
	x, out := ZMM(), K()
	VMOVUPD(Mem{Base: axis}, x)
	VCMPPD(Imm(5), level, x, out) // not <
	KMOVW(out, mask.As32())
	VCMPPD(Imm(5), end, time, out) // not <
	KMOVW(out, part.As32())
	ORQ(part, mask)
	VCMPPD(Imm(10), zero, dt, out) // not >
	KMOVW(out, part.As32())
	ORQ(part, mask)
	INCQ(done)
	ADDQ(k.bytes, k.xi)
	ANDQ(k.field("Active"), mask)
	JNZ(LabelRef("out"))
	CMPQ(done, k.field("Steps"))
	JLT(LabelRef("step"))
	Label("out")
	VMOVUPD(time, Mem{Base: timeAt})
	MOVQ(done, k.field("Done"))
	MOVQ(mask, k.field("Stopped"))
	VZEROUPPER()
	RET()
}

var loops int

// across repeats body for the coordinates 1 … N−1, with i the coordinate and at its offset in
// vectors of lanes.
func (k *kernel) across(body func()) {
	loops++
	again, end := "across"+string(rune('a'+loops)), "end"+string(rune('a'+loops))
	MOVQ(U32(1), k.i)
	MOVQ(U32(64), k.at)
	CMPQ(k.i, k.dims)
	JGE(LabelRef(end))
	Label(again)
	body()
	INCQ(k.i)
	ADDQ(Imm(64), k.at)
	CMPQ(k.i, k.dims)
	JLT(LabelRef(again))
	Label(end)
}

func (k *kernel) vector(base GPVirtual) Mem { return Mem{Base: base, Index: k.at, Scale: 1} }
func (k *kernel) scalar(base GPVirtual) Mem { return Mem{Base: base, Index: k.i, Scale: 8} }

// loss is that of Move.at.
func (k *kernel) loss(theta GPVirtual) VecVirtual {
	z, v, loss := ZMM(), k.spread("A4"), k.spread("Floor")
	VMOVUPD(Mem{Base: theta}, z)
	VFMADD213PD_BCST(k.field("A3"), z, v)
	VFMADD213PD_BCST(k.field("A2"), z, v)
	VMULPD(z, z, z)
	VFMADD231PD(z, v, loss)
	q := ZMM()
	VPXORQ(q, q, q)
	k.across(func() {
		y, hy := ZMM(), ZMM()
		VMOVUPD(k.vector(theta), y)
		VMULPD_BCST(k.scalar(k.h), y, hy)
		VFMADD231PD(y, hy, q)
	})
	VFMADD231PD_BCST(number(0.5), q, loss)
	return loss
}

// slope is that of Move.at.
func (k *kernel) slope(theta GPVirtual) VecVirtual {
	z, s := ZMM(), k.spread("D4")
	VMOVUPD(Mem{Base: theta}, z)
	VFMADD213PD_BCST(k.field("D3"), z, s)
	VFMADD213PD_BCST(k.field("D2"), z, s)
	VMULPD(z, s, s)
	return s
}

// rate is the time that a step takes.
func (k *kernel) rate(loss func() VecVirtual) VecVirtual {
	dt := ZMM()
	if k.clock != "Log" {
		VMOVAPD(k.step, dt)
		return dt
	}
	VDIVPD(loss(), k.step, dt)
	return dt
}

func (k *kernel) euler() VecVirtual {
	root, dt := ZMM(), k.rate(func() VecVirtual { return k.loss(k.theta) })
	if k.clock == "Loss" {
		VSQRTPD(k.loss(k.theta), root)
	}
	update := func(theta, xi Mem, g Mem, slope func(x VecVirtual) VecVirtual) {
		x, kick := ZMM(), ZMM()
		VMOVUPD(theta, x)
		s := slope(x)
		VMOVUPD(xi, kick)
		VMULPD_BCST(g, kick, kick)
		if k.clock == "Loss" {
			VFMADD231PD(kick, root, x)
		} else {
			VADDPD(kick, x, x)
		}
		VFNMADD231PD(s, dt, x)
		VMOVUPD(x, theta)
	}
	update(Mem{Base: k.theta}, Mem{Base: k.xi}, Mem{Base: k.g}, func(VecVirtual) VecVirtual { return k.slope(k.theta) })
	k.across(func() {
		update(k.vector(k.theta), k.vector(k.xi), k.scalar(k.g), func(x VecVirtual) VecVirtual {
			s := ZMM()
			VMULPD_BCST(k.scalar(k.h), x, s)
			return s
		})
	})
	return dt
}

func (k *kernel) heun() VecVirtual {
	d := k.rate(func() VecVirtual { return k.loss(k.theta) })
	slope := k.slope(k.theta)
	first := func(theta, trial, xi, g Mem, slope func(x VecVirtual) VecVirtual) {
		x, kick := ZMM(), ZMM()
		VMOVUPD(theta, x)
		s := slope(x)
		VMOVUPD(xi, kick)
		VFMADD231PD_BCST(g, kick, x)
		VFNMADD231PD(s, d, x)
		VMOVUPD(x, trial)
	}
	bowl := func(x VecVirtual) VecVirtual {
		s := ZMM()
		VMULPD_BCST(k.scalar(k.h), x, s)
		return s
	}
	first(Mem{Base: k.theta}, Mem{Base: k.trial}, Mem{Base: k.xi}, Mem{Base: k.g}, func(VecVirtual) VecVirtual { return slope })
	k.across(func() { first(k.vector(k.theta), k.vector(k.trial), k.vector(k.xi), k.scalar(k.g), bowl) })
	d2 := k.rate(func() VecVirtual { return k.loss(k.trial) })
	slope2 := k.slope(k.trial)
	second := func(theta, trial, xi, g Mem, slope, slope2 func(x VecVirtual) VecVirtual) {
		x, y, kick, sum := ZMM(), ZMM(), ZMM(), ZMM()
		VMOVUPD(theta, x)
		VMOVUPD(trial, y)
		s, s2 := slope(x), slope2(y)
		VMOVUPD(xi, kick)
		VFMADD231PD_BCST(g, kick, x)
		VMULPD(s, d, sum)
		VFMADD231PD(s2, d2, sum)
		VFMADD231PD_BCST(number(-0.5), sum, x)
		VMOVUPD(x, theta)
	}
	second(Mem{Base: k.theta}, Mem{Base: k.trial}, Mem{Base: k.xi}, Mem{Base: k.g},
		func(VecVirtual) VecVirtual { return slope }, func(VecVirtual) VecVirtual { return slope2 })
	k.across(func() { second(k.vector(k.theta), k.vector(k.trial), k.vector(k.xi), k.scalar(k.g), bowl, bowl) })
	dt := ZMM()
	VADDPD(d, d2, dt)
	VMULPD_BCST(number(0.5), dt, dt)
	return dt
}
