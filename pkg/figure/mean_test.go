package figure

import (
	"math"
	"strings"
	"testing"
)

func TestMean(t *testing.T) {
	f := New("mean", "title", "alt")
	f.Mean("runs", []float64{1, 2}, [][]float64{{3, 4}, {5, 4}})
	m := f.marks[0]
	if m.y[0] != 4 || m.y[1] != 4 || math.Abs(m.yhi[0]-5) > 1e-15 || math.Abs(m.ylo[0]-3) > 1e-15 || m.yhi[1] != 4 {
		t.Errorf("y %v from %v to %v", m.y, m.ylo, m.yhi)
	}
	for name, runs := range map[string][][]float64{"no run": nil, "one run": {{1, 2}}, "lengths": {{1, 2}, {1}}} {
		f := New("mean", "title", "alt")
		f.Mean("runs", []float64{1, 2}, runs)
		if err := f.check(); err == nil || !strings.HasPrefix(err.Error(), "figure: mean: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
