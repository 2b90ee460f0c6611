package selection

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

// extrapolate carries values on ever finer grids, whose error is a series in x = h², to x = 0 by
// Neville's scheme. The error is what the first of them adds.
func extrapolate(x, values []float64) (best, change float64) {
	v := append([]float64(nil), values...)
	last := len(v) - 1
	for k := 1; k <= last; k++ {
		before := v[last]
		for i := last; i >= k; i-- {
			v[i] = (x[i-k]*v[i] - x[i]*v[i-1]) / (x[i-k] - x[i])
		}
		change = math.Abs(v[last] - before)
	}
	return v[last], change
}

// ChainOdds returns the stationary odds of the chain of a law beyond θ = 0, extrapolated from
// lattices of a half, 0.7 and 1 times cells, in logarithms, as odds are exponential in what a
// lattice adds to the noise. Errors are those of [NewLattice] and [Lattice.Odds].
func ChainOdds(ctx context.Context, law StepLaw, eta, lo, hi float64, cells int) (exact.Result, error) {
	var x, v []float64
	for _, share := range []float64{0.5, 0.7, 1} {
		n := int(share * float64(cells))
		l, err := NewLattice(ctx, law, eta, lo, hi, n)
		if err != nil {
			return exact.Result{}, err
		}
		odds, err := l.Odds(ctx, 0)
		if err != nil {
			return exact.Result{}, err
		}
		x, v = append(x, 1/float64(n*n)), append(v, math.Log(odds))
	}
	best, change := extrapolate(x, v)
	if !positive(math.Exp(best)) {
		return exact.Result{}, fmt.Errorf("selection: odds of a chain on [%v, %v]: exp(%v), want θ = 0 inside and a stationary law there", lo, hi, best)
	}
	return exact.Result{Value: math.Exp(best), Err: change * math.Exp(best), Grid: cells}, nil
}
