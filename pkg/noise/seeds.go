package noise

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// BySeed returns f(0), f(1), …, f(seeds−1), found side by side on all cores: f works on a model of
// its own ([model.Clone]). No seeds give nil; more than 2²⁰, and a nil f, are bugs of the caller
// and panic.
func BySeed[T any](seeds int, f func(seed int) T) []T {
	if seeds < 1 {
		return nil
	}
	if f == nil || seeds > 1<<20 { // here: nobody could recover in a goroutine
		panic(fmt.Sprintf("noise: %d seeds of a function that is nil: %t, want at most 2²⁰ and a function", seeds, f == nil))
	}
	found := make([]T, seeds)
	parallel.For(context.Background(), seeds, parallel.Workers(0), func() func(int) {
		return func(seed int) { found[seed] = f(seed) }
	})
	return found
}

// MeanOver returns the mean over runs, element by element, and its standard error from their
// scatter. Fewer than two runs, runs of different length, and values whose mean or error is not
// finite are errors.
func MeanOver(runs [][]float64) (mean, stderr []float64, err error) {
	if len(runs) < 2 {
		return nil, nil, fmt.Errorf("noise: mean over %d runs, want at least 2 for an error", len(runs))
	}
	for i, run := range runs {
		if len(run) != len(runs[0]) {
			return nil, nil, fmt.Errorf("noise: run %d has %d values and the first %d", i, len(run), len(runs[0]))
		}
	}
	column := make([]float64, len(runs))
	for j := range runs[0] {
		for i, run := range runs {
			column[i] = run[j]
		}
		m, spread := stat.MeanStdDev(column, nil)
		mean, stderr = append(mean, m), append(stderr, stat.StdErr(spread, float64(len(runs))))
	}
	for _, values := range [][]float64{mean, stderr} {
		if err := checkFinite("mean over runs or its error", values...); err != nil {
			return nil, nil, err
		}
	}
	return mean, stderr, nil
}
