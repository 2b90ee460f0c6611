package spectrum

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
)

func TestHistogram(t *testing.T) {
	runs := [][]float64{{50, 5, 2, 1e-9, -1e-12}, {20, 30}}
	center, density, stderr, err := Histogram(runs, 1, 1000, 3)
	// Shares per decade: from 1 to 10 2/5 and 0, from 10 to 100 1/5 and 1.
	want := [][]float64{{math.Sqrt(10), math.Pow(10, 1.5)}, {0.2, 0.6}, {0.2, 0.4}}
	for i, got := range [][]float64{center, density, stderr} {
		if err != nil || !floats.EqualApprox(got, want[i], 1e-12) {
			t.Errorf("%d: %v, %v, want %v", i, got, err, want[i])
		}
	}
	nan, inf := math.NaN(), math.Inf(1)
	histogram := func(runs [][]float64, lo, hi float64, bins int) error {
		_, _, _, err := Histogram(runs, lo, hi, bins)
		return err
	}
	for name, err := range map[string]error{
		"nil": histogram(nil, 1, 2, 3), "one run": histogram(runs[:1], 1, 2, 3), "an empty run": histogram([][]float64{{1}, {}}, 1, 2, 3),
		"from 0": histogram(runs, 0, 1, 3), "from NaN": histogram(runs, nan, 1, 3), "to Inf": histogram(runs, 1, inf, 3), "to NaN": histogram(runs, 1, nan, 3),
		"descending": histogram(runs, 2, 1, 3), "no bins": histogram(runs, 1, 2, 0), "1e9 bins": histogram(runs, 1, 2, 1e9),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "spectrum: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
