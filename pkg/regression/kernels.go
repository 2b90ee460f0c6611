package regression

import "math/bits"

// The kernels below are advanceAny for one dimension each: the state of a lane in
// registers, one bounds check a step.

func (l *lanes) advance1(steps int64) (done int64, out uint) {
	n, eta, bound := uint64(l.samples), l.eta, l.bound
	rows := l.rows
	state, delta := &l.state, (*[laneCount]float64)(l.flat)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2 ^= s0
			s3 ^= s1
			s[1] = s1 ^ s2
			s[0] = s0 ^ s3
			s[2] = s2 ^ t
			s[3] = bits.RotateLeft64(s3, 45)
			row := (*[2]float64)(rows[2*mu:])
			v := delta[j]
			v -= eta * (row[0]*v - row[1]) * row[0]
			delta[j] = v
			if !(v*v <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance2(steps int64) (done int64, out uint) {
	n, eta, bound := uint64(l.samples), l.eta, l.bound
	rows := l.rows
	state, delta := &l.state, (*[2 * laneCount]float64)(l.flat)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2 ^= s0
			s3 ^= s1
			s[1] = s1 ^ s2
			s[0] = s0 ^ s3
			s[2] = s2 ^ t
			s[3] = bits.RotateLeft64(s3, 45)
			row := (*[3]float64)(rows[3*mu:])
			v, w := delta[2*j], delta[2*j+1]
			e := eta * (row[0]*v + row[1]*w - row[2])
			v -= e * row[0]
			w -= e * row[1]
			delta[2*j], delta[2*j+1] = v, w
			if !(v*v+w*w <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance4(steps int64) (done int64, out uint) {
	n, eta, bound := uint64(l.samples), l.eta, l.bound
	rows := l.rows
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &l.state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2 ^= s0
			s3 ^= s1
			s[1] = s1 ^ s2
			s[0] = s0 ^ s3
			s[2] = s2 ^ t
			s[3] = bits.RotateLeft64(s3, 45)
			row := (*[5]float64)(rows[5*mu:])
			d := (*[4]float64)(l.flat[4*j:])
			e := eta * ((row[0]*d[0] + row[2]*d[2]) + (row[1]*d[1] + row[3]*d[3]) - row[4])
			a, b := d[0]-e*row[0], d[1]-e*row[1]
			c, f := d[2]-e*row[2], d[3]-e*row[3]
			d[0], d[1], d[2], d[3] = a, b, c, f
			if !((a*a+c*c)+(b*b+f*f) <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance8(steps int64) (done int64, out uint) {
	n, eta, bound := uint64(l.samples), l.eta, l.bound
	rows := l.rows
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &l.state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2 ^= s0
			s3 ^= s1
			s[1] = s1 ^ s2
			s[0] = s0 ^ s3
			s[2] = s2 ^ t
			s[3] = bits.RotateLeft64(s3, 45)
			row := (*[9]float64)(rows[9*mu:])
			d := (*[8]float64)(l.flat[8*j:])
			even := row[0]*d[0] + row[2]*d[2] + row[4]*d[4] + row[6]*d[6]
			odd := row[1]*d[1] + row[3]*d[3] + row[5]*d[5] + row[7]*d[7]
			e := eta * (even + odd - row[8])
			d0, d1, d2, d3 := d[0]-e*row[0], d[1]-e*row[1], d[2]-e*row[2], d[3]-e*row[3]
			d4, d5, d6, d7 := d[4]-e*row[4], d[5]-e*row[5], d[6]-e*row[6], d[7]-e*row[7]
			d[0], d[1], d[2], d[3] = d0, d1, d2, d3
			d[4], d[5], d[6], d[7] = d4, d5, d6, d7
			even = d0*d0 + d2*d2 + d4*d4 + d6*d6
			odd = d1*d1 + d3*d3 + d5*d5 + d7*d7
			if !(even+odd <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}
