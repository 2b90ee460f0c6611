// Package lanes moves replicas side by side, eight at a time, one in each lane of a vector: the inner
// loops in which the library spends its time. Each has a plain form in Go, and on amd64 forms in
// AVX-512 and AVX2 with the same bits, so that no result depends on the processor. Build with the
// tag noasm to leave those out; go generate writes them.
package lanes

//go:generate sh -c "cd gen && go run . -out ../lanes_amd64.s -stubs ../lanes_amd64.go -pkg lanes"

import "math"

// Width is the number of replicas that move side by side.
const Width = 8

// Source holds one generator of normals for each lane: xoshiro256++ (Blackman and Vigna 2021), of
// which two outputs at a time become two normals by Box and Muller's transform. What a lane draws
// depends on its key alone. Uniforms have 52 bits, so that a normal reaches to 8.49.
type Source struct{ s [4][Width]uint64 }

// Seed starts the generator of a lane anew.
func (g *Source) Seed(lane int, key uint64) {
	for i := range g.s {
		key += 0x9e3779b97f4a7c15
		z := key
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		g.s[i][lane] = z ^ z>>31
	}
}

// Fill stores the next len(dst)/Width standard normals of each lane in dst, draw by draw with the
// lanes side by side. The length must be a multiple of 2·Width.
func (g *Source) Fill(dst []float64) {
	if len(dst)%(2*Width) != 0 {
		panic("lanes: normals come in pairs of all lanes")
	}
	if len(dst) > 0 {
		fill(g, dst)
	}
}

// fillGo is the plain form of fill, with the same bits.
func fillGo(g *Source, dst []float64) {
	for len(dst) > 0 {
		for l := range Width {
			dst[l], dst[Width+l] = pair(g.next(l), g.next(l))
		}
		dst = dst[2*Width:]
	}
}

// next is xoshiro256++.
func (g *Source) next(l int) uint64 {
	s0, s1, s2, s3 := g.s[0][l], g.s[1][l], g.s[2][l], g.s[3][l]
	sum := s0 + s3
	out := (sum<<23 | sum>>41) + s0
	t := s1 << 17
	s2 ^= s0
	s3 ^= s1
	s1 ^= s2
	s0 ^= s3
	s2 ^= t
	g.s[0][l], g.s[1][l], g.s[2][l], g.s[3][l] = s0, s1, s2, s3<<45|s3>>19
	return out
}

// pair turns 128 random bits into two independent standard normals.
func pair(a, b uint64) (x, y float64) {
	const one = 0x3ff0000000000000
	r := math.Sqrt(-2 * log(2-math.Float64frombits(a>>12|one)))
	sin, cos := turn(math.Float64frombits(b>>12|one) - 1.5)
	return r * cos, r * sin
}

// log returns log u for 2⁻⁵² ≤ u ≤ 1, by the method of FreeBSD's e_log.c: u = 2ᵏm with √½ ≤ m < √2,
// f = m − 1, and a polynomial in s = f/(2+f).
func log(u float64) float64 {
	bits := math.Float64bits(u)
	shifted := bits - rootHalf + bias
	k := math.Float64frombits(shifted>>52|magic) - (1<<52 + 1023)
	f := math.Float64frombits(bits-shifted&exponent+bias) - 1
	s := f / (2 + f)
	z := s * s
	p := logPoly[len(logPoly)-1]
	for i := len(logPoly) - 2; i >= 0; i-- {
		p = math.FMA(p, z, logPoly[i])
	}
	half := 0.5 * f * f
	// k·ln2hi − ((half − (s·(half + R) + k·ln2lo)) − f)
	inner := math.FMA(s, math.FMA(p, z, half), k*ln2lo)
	return math.FMA(k, ln2hi, f-(half-inner))
}

// turn returns sin 2πu and cos 2πu for −½ ≤ u < ½, by Taylor's series within an eighth of a turn.
func turn(u float64) (sin, cos float64) {
	shifted := math.FMA(u, 4, round)
	q := math.Float64bits(shifted)
	r := math.FMA(shifted-round, -0.25, u)
	z := r * r
	s, c := sinPoly[len(sinPoly)-1], cosPoly[len(cosPoly)-1]
	for i := len(sinPoly) - 2; i >= 0; i-- {
		s = math.FMA(s, z, sinPoly[i])
	}
	for i := len(cosPoly) - 2; i >= 0; i-- {
		c = math.FMA(c, z, cosPoly[i])
	}
	s = math.FMA(r, twoPi, r*math.FMA(s, z, twoPiLow))
	c = math.FMA(c, z, 1)
	sb, cb := math.Float64bits(s), math.Float64bits(c)
	swap := (sb ^ cb) & -(q & 1) // without a branch, which no processor could predict
	return math.Float64frombits(sb ^ swap ^ q&2<<62), math.Float64frombits(cb ^ swap ^ (q+1)&2<<62)
}
