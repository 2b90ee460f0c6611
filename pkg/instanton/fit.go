package instanton

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

// FieldBarrier returns S at a point by [Solve], extrapolated from a window's nodes and twice as many
// to infinitely many: the method is of first order. Err is what the extrapolation added, and is
// cautious. Errors are those of Solve, and one for a point outside.
func FieldBarrier(ctx context.Context, h Hamiltonian, minimum, at []float64, w Window) (exact.Result, error) {
	if len(at) != 2 {
		return exact.Result{}, fmt.Errorf("instanton: field at %d coordinates, want 2", len(at))
	}
	var s [2]float64
	for i := range s {
		f, err := Solve(ctx, h, minimum, w)
		if err != nil {
			return exact.Result{}, err
		}
		if s[i] = f.At(at[0], at[1]); math.IsNaN(s[i]) {
			return exact.Result{}, fmt.Errorf("instanton: field at %v, outside the window %+v", at, w)
		}
		if i == 0 {
			w.Columns, w.Rows = 2*w.Columns-1, 2*w.Rows-1
		}
	}
	return exact.Result{Value: 2*s[1] - s[0], Err: math.Abs(s[1] - s[0]), Grid: w.Columns * w.Rows}, nil
}
