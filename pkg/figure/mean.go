package figure

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Mean draws the mean over several runs (seeds, data sets) at every x, with its standard error from
// their scatter. runs[i] is run i, as long as x. It is a mistake to give fewer than two runs, or
// one of another length.
func (p *Panel) Mean(name string, x []float64, runs [][]float64, opts ...Option) {
	if len(runs) < 2 {
		p.fail("series %q: the mean over %d runs, want at least 2 for an error", name, len(runs))
		return
	}
	for i, run := range runs {
		if len(run) != len(x) {
			p.fail("series %q: %d values of x but %d of run %d", name, len(x), len(run), i)
			return
		}
	}
	mean, stderr, column := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(runs))
	for j := range x {
		for i, run := range runs {
			column[i] = run[j]
		}
		mean[j], stderr[j] = stat.MeanStdDev(column, nil)
		stderr[j] /= math.Sqrt(float64(len(runs)))
	}
	p.Points(name, x, mean, append([]Option{YErr(stderr)}, opts...)...)
}
