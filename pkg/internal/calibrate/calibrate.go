// Package calibrate holds a standard error from both sides, which no |z| < 4.5 does: that never sees
// one that is too large. Only tests import it.
package calibrate

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mathext/prng"
	"gonum.org/v1/gonum/stat/distuv"
)

// runs are how many estimates Hold draws.
const runs = 400

// Hold draws an estimate 400 times and holds its standard error by the χ² of z, which sees one that
// is too small as well as one too large. A false alarm comes once in 10⁵ from either side; a factor
// √2 is never missed. The squares of the standard errors are averaged first if pooled is set: a
// standard error that is itself told from few numbers makes z no normal variable.
func Hold(t *testing.T, name string, pooled bool, draw func(rng *rand.Rand) (estimate, truth, stderr float64)) {
	t.Helper()
	var off, one [runs]float64
	mean := 0.0
	for i := range runs {
		seed := prng.NewSplitMix64(uint64(i))
		estimate, truth, stderr := draw(rand.New(rand.NewPCG(seed.Uint64(), seed.Uint64())))
		off[i], one[i] = (estimate-truth)*(estimate-truth), stderr*stderr
		mean += one[i] / runs
	}
	sum := 0.0
	for i := range runs {
		if pooled {
			one[i] = mean
		}
		sum += off[i] / one[i]
	}
	law := distuv.ChiSquared{K: runs}
	if low, high := law.Quantile(1e-5), law.Quantile(1-1e-5); !(sum >= low && sum <= high) {
		t.Errorf("%s: Σz² = %.0f over %d runs, want %.0f to %.0f", name, sum, runs, low, high)
	}
}
