package selection

import (
	"context"

	"gonum.org/v1/gonum/floats"
)

// band is a Markov chain on 0 … n−1 that leaves a state for no state further than reach from it:
// its rates (per time) or probabilities (per step), row by row, the rate from i to j at
// row[i][j−i+reach]. It is solved by the elimination of Grassmann, Taksar and Heyman (Oper. Res.
// 33, 1107, 1985): the rate at which a state is left is the sum of the rates to the others, so that
// nothing is ever subtracted, and odds of 10¹⁰⁰ keep their digits.
type band struct {
	reach int
	row   [][]float64
	leak  []float64 // rates out of the chain, of each state
	out   []float64 // after elimination: the rate at which a state is left for later ones
}

func newBand(n, reach int) *band {
	b := &band{reach: reach, row: make([][]float64, n), leak: make([]float64, n), out: make([]float64, n)}
	all := make([]float64, n*(2*reach+1))
	for i := range b.row {
		b.row[i] = all[i*(2*reach+1) : (i+1)*(2*reach+1)]
	}
	return b
}

// add adds to the rate from i to j.
func (b *band) add(i, j int, rate float64) { b.row[i][j-i+b.reach] += rate }

// later returns the rates from i to the states k+1 … k+reach, as far as there are any.
func (b *band) later(i, k int) []float64 {
	last := min(k+b.reach, len(b.row)-1)
	return b.row[i][k+1-i+b.reach : last+1-i+b.reach]
}

// eliminate takes out one state after the other: who went there goes on to where it led. The error
// is that of ctx, as for all that follows.
func (b *band) eliminate(ctx context.Context) error {
	for k := range b.row {
		if err := ctx.Err(); err != nil {
			return err
		}
		next := b.later(k, k)
		b.out[k] = floats.Sum(next) + b.leak[k]
		for i := k + 1; i <= k+len(next); i++ {
			if share := b.share(i, k); share > 0 {
				floats.AddScaled(b.later(i, k), share, next)
				b.leak[i] += share * b.leak[k]
			}
		}
	}
	return nil
}

// share returns the rate from i to an eliminated state k over the rate at which k is left.
func (b *band) share(i, k int) float64 { return b.row[i][k-i+b.reach] / b.out[k] }

// stationary returns the stationary law of an eliminated chain without leaks.
func (b *band) stationary(ctx context.Context) ([]float64, error) {
	n := len(b.row)
	p := make([]float64, n)
	p[n-1] = 1
	for k := n - 2; k >= 0; k-- {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for i := k + 1; i <= min(k+b.reach, n-1); i++ {
			p[k] += p[i] * b.share(i, k)
		}
	}
	floats.Scale(1/floats.Sum(p), p)
	return p, nil
}

// earn replaces f, what each state pays per unit of time, by what is earned on average until an
// eliminated chain leaks: with f = 1 the mean times.
func (b *band) earn(ctx context.Context, f []float64) error {
	n := len(b.row)
	for k := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i := k + 1; i <= min(k+b.reach, n-1); i++ {
			f[i] += b.share(i, k) * f[k]
		}
	}
	for k := n - 1; k >= 0; k-- {
		next := b.later(k, k)
		f[k] = (f[k] + floats.Dot(next, f[k+1:k+1+len(next)])) / b.out[k]
	}
	return nil
}
