// Package gth eliminates the states of an absorbing Markov chain without subtractions, after
// Grassmann, Taksar and Heyman (Operations Research 33, 1107 (1985)). gonum has only elimination
// with pivots, which loses a digit with every factor of ten in the mean time to absorption.
package gth

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// ErrNever says that nothing leads from a state to absorption, or less than floating point can
// hold.
var ErrNever = errors.New("nothing leads out")

// Steps returns the mean numbers of steps before absorption from every state,
//
//	T_i = 1 + Σ_j p_ij T_j,   1 = Σ_j p_ij + leave_i,
//
// and an estimate of what rounding has done to them, relative to each. The diagonal of p is not
// read: that the probabilities of a row sum to one defines it. p and leave are overwritten.
//
// States are taken out from the last to the first. A chain that skips state k goes from i to j with
// p_ij + p_ik·p_kj/D_k, leaves with leave_i + p_ik·leave_k/D_k and makes 1 + p_ik·T_k/D_k steps,
// where D_k = leave_k + Σ_{j<k} p_kj is the probability of not staying in k. Nothing is subtracted,
// so that all T_i keep their digits however rare leaving is; it may be as rare as the floating
// point can hold, 10^−300. Order the states so that the last are those from which leaving is
// likeliest.
//
// Elements that are negative, as interpolation makes some, do no harm while they are outweighed:
// the estimate is the sum over k of (leave_k + Σ|p_kj|)/D_k roundings. It costs n³/3
// multiplications and additions.
//
// It returns an error if sizes do not fit or if a D_k is negative or not finite, since its row is
// no law, and [ErrNever] if one is 0.
func Steps(p *mat.Dense, leave []float64) (steps []float64, rounding float64, err error) {
	n := len(leave)
	if r, c := p.Dims(); n == 0 || r != n || c != n {
		return nil, 0, fmt.Errorf("gth: %d×%d probabilities for %d states", r, c, n)
	}
	steps, stay := make([]float64, n), make([]float64, n)
	floats.AddConst(1, steps)
	for k := n - 1; k >= 0; k-- {
		row := p.RawRowView(k)[:k]
		stay[k] = leave[k] + floats.Sum(row)
		switch {
		case stay[k] == 0:
			return nil, 0, fmt.Errorf("gth: state %d of %d: %w", k, n, ErrNever)
		case !(stay[k] > 0) || math.IsInf(stay[k], 1):
			return nil, 0, fmt.Errorf("gth: state %d of %d is left with probability %v, want a finite value > 0", k, n, stay[k])
		}
		rounding += 0x1p-52 * (math.Abs(leave[k]) + floats.Norm(row, 1)) / stay[k]
		for i := range k {
			above := p.RawRowView(i)
			if f := above[k] / stay[k]; f != 0 {
				floats.AddScaled(above[:k], f, row)
				leave[i] += f * leave[k]
				steps[i] += f * steps[k]
			}
		}
	}
	for k := range n {
		steps[k] = (steps[k] + floats.Dot(p.RawRowView(k)[:k], steps[:k])) / stay[k]
	}
	return steps, rounding, nil
}
