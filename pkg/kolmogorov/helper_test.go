package kolmogorov

import (
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/landscape"
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

func lossNoise(t float64) exact.NoiseLaw { return exact.LossNoise{Temperature: t} }

func tauNoise(t float64) exact.NoiseLaw { return exact.TauNoise{Temperature: t} }

func constantNoise(d float64) exact.NoiseLaw { return exact.ConstantNoise{Strength: d} }

// straight returns the valley of a barrier.
func straight(b landscape.Barrier) (Valley, error) {
	r, err := Reduce(b)
	return r.Valley, err
}
