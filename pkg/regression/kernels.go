// Code generated from kernels.go.tmpl; DO NOT EDIT.

package regression

import "math/bits"

// The kernels below are advanceAny for one dimension each: the state of a lane in
// registers, one bounds check a step.

func (l *lanes) advance1(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[1 * laneCount]float64)(l.delta)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s0, s1, s2, s3 := state[0][j], state[1][j], state[2][j], state[3][j]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			state[0][j], state[1][j], state[2][j], state[3][j] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[2]float64)(rows[2*mu:])
			d0 := delta[0*laneCount+j]
			e := eta * (row[0]*d0 - row[1])
			d0 = d0 - e*row[0]
			delta[0*laneCount+j] = d0
			if !(d0*d0 <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance2(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[2 * laneCount]float64)(l.delta)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s0, s1, s2, s3 := state[0][j], state[1][j], state[2][j], state[3][j]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			state[0][j], state[1][j], state[2][j], state[3][j] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[3]float64)(rows[3*mu:])
			d0, d1 := delta[0*laneCount+j], delta[1*laneCount+j]
			e := eta * ((row[0] * d0) + (row[1] * d1) - row[2])
			d0, d1 = d0-e*row[0], d1-e*row[1]
			delta[0*laneCount+j], delta[1*laneCount+j] = d0, d1
			if !((d0*d0)+(d1*d1) <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance4(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[4 * laneCount]float64)(l.delta)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s0, s1, s2, s3 := state[0][j], state[1][j], state[2][j], state[3][j]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			state[0][j], state[1][j], state[2][j], state[3][j] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[5]float64)(rows[5*mu:])
			d0, d1, d2, d3 := delta[0*laneCount+j], delta[1*laneCount+j], delta[2*laneCount+j], delta[3*laneCount+j]
			e := eta * ((row[0]*d0 + row[2]*d2) + (row[1]*d1 + row[3]*d3) - row[4])
			d0, d1, d2, d3 = d0-e*row[0], d1-e*row[1], d2-e*row[2], d3-e*row[3]
			delta[0*laneCount+j], delta[1*laneCount+j], delta[2*laneCount+j], delta[3*laneCount+j] = d0, d1, d2, d3
			if !((d0*d0+d2*d2)+(d1*d1+d3*d3) <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}

func (l *lanes) advance8(steps int64) (done int64, out uint) {
	n, rows, eta, bound := uint64(l.samples), l.rows, l.eta, l.bound
	state, delta := &l.state, (*[8 * laneCount]float64)(l.delta)
	for done < steps && out == 0 {
		done++
		for j := range laneCount {
			s0, s1, s2, s3 := state[0][j], state[1][j], state[2][j], state[3][j]
			mu, _ := bits.Mul64(bits.RotateLeft64(s0+s3, 23)+s0, n)
			t := s1 << 17
			s2, s3 = s2^s0, s3^s1
			state[0][j], state[1][j], state[2][j], state[3][j] = s0^s3, s1^s2, s2^t, bits.RotateLeft64(s3, 45)
			row := (*[9]float64)(rows[9*mu:])
			d0, d1, d2, d3, d4, d5, d6, d7 := delta[0*laneCount+j], delta[1*laneCount+j], delta[2*laneCount+j], delta[3*laneCount+j], delta[4*laneCount+j], delta[5*laneCount+j], delta[6*laneCount+j], delta[7*laneCount+j]
			e := eta * ((row[0]*d0 + row[2]*d2 + row[4]*d4 + row[6]*d6) + (row[1]*d1 + row[3]*d3 + row[5]*d5 + row[7]*d7) - row[8])
			d0, d1, d2, d3, d4, d5, d6, d7 = d0-e*row[0], d1-e*row[1], d2-e*row[2], d3-e*row[3], d4-e*row[4], d5-e*row[5], d6-e*row[6], d7-e*row[7]
			delta[0*laneCount+j], delta[1*laneCount+j], delta[2*laneCount+j], delta[3*laneCount+j], delta[4*laneCount+j], delta[5*laneCount+j], delta[6*laneCount+j], delta[7*laneCount+j] = d0, d1, d2, d3, d4, d5, d6, d7
			if !((d0*d0+d2*d2+d4*d4+d6*d6)+(d1*d1+d3*d3+d5*d5+d7*d7) <= bound) {
				out |= 1 << j
			}
		}
	}
	return done, out
}
