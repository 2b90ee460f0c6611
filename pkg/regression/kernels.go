// Code generated from kernels.go.tmpl; DO NOT EDIT.

package regression

import "math/bits"

// The kernels below are advanceAny for one dimension each: the state of a lane in
// registers, one bounds check a step.

func (l *lanes) advance1(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[1 * laneCount]float64)(l.flat)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			s[0], s[1], s[2], s[3] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[2]float64)(rows[2*mu:])
			d := (*[1]float64)(delta[1*j:])
			e := eta * (row[0]*d[0] - row[1])
			d0 := d[0] - e*row[0]
			d[0] = d0
			if !(d0*d0 <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance2(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[2 * laneCount]float64)(l.flat)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			s[0], s[1], s[2], s[3] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[3]float64)(rows[3*mu:])
			d := (*[2]float64)(delta[2*j:])
			e := eta * ((row[0] * d[0]) + (row[1] * d[1]) - row[2])
			d0, d1 := d[0]-e*row[0], d[1]-e*row[1]
			d[0], d[1] = d0, d1
			if !((d0*d0)+(d1*d1) <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance4(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[4 * laneCount]float64)(l.flat)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			s[0], s[1], s[2], s[3] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[5]float64)(rows[5*mu:])
			d := (*[4]float64)(delta[4*j:])
			e := eta * ((row[0]*d[0] + row[2]*d[2]) + (row[1]*d[1] + row[3]*d[3]) - row[4])
			d0, d1, d2, d3 := d[0]-e*row[0], d[1]-e*row[1], d[2]-e*row[2], d[3]-e*row[3]
			d[0], d[1], d[2], d[3] = d0, d1, d2, d3
			if !((d0*d0+d2*d2)+(d1*d1+d3*d3) <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance8(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[8 * laneCount]float64)(l.flat)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s := &state[j]
			s0, s1, s2, s3 := s[0], s[1], s[2], s[3]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			s[0], s[1], s[2], s[3] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[9]float64)(rows[9*mu:])
			d := (*[8]float64)(delta[8*j:])
			e := eta * ((row[0]*d[0] + row[2]*d[2] + row[4]*d[4] + row[6]*d[6]) + (row[1]*d[1] + row[3]*d[3] + row[5]*d[5] + row[7]*d[7]) - row[8])
			d0, d1, d2, d3, d4, d5, d6, d7 := d[0]-e*row[0], d[1]-e*row[1], d[2]-e*row[2], d[3]-e*row[3], d[4]-e*row[4], d[5]-e*row[5], d[6]-e*row[6], d[7]-e*row[7]
			d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7] = d0, d1, d2, d3, d4, d5, d6, d7
			if !((d0*d0+d2*d2+d4*d4+d6*d6)+(d1*d1+d3*d3+d5*d5+d7*d7) <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}
