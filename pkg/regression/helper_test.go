package regression

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func near(t *testing.T, name string, got, want, rel float64) {
	t.Helper()
	if !(math.Abs(got-want) <= rel*math.Abs(want)) {
		t.Errorf("%s = %.6g, want %.6g", name, got, want)
	}
}

var (
	uniformLabels = distuv.Uniform{Min: -math.Sqrt(3), Max: math.Sqrt(3)}
	laplaceLabels = distuv.Laplace{Scale: 1 / math.Sqrt2}
)
