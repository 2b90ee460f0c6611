package noise

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestSeeds(t *testing.T) {
	if got := BySeed(4, func(seed int) int { return seed * seed }); !slices.Equal(got, []int{0, 1, 4, 9}) {
		t.Errorf("got %v", got)
	}
	if got := BySeed(-1, func(int) int { return 1 }); got != nil {
		t.Errorf("no seeds give %v", got)
	}
	mean, stderr, err := MeanOver([][]float64{{1, 5}, {3, 5}})
	if err != nil || !slices.Equal(mean, []float64{2, 5}) || math.Abs(stderr[0]-1) > 1e-15 || stderr[1] != 0 {
		t.Errorf("%v ± %v, %v", mean, stderr, err)
	}
	over := func(runs ...[]float64) error { _, _, err := MeanOver(runs); return err }
	for name, err := range map[string]error{
		"nothing": over(), "one run": over([]float64{1}), "lengths": over([]float64{1}, nil), "NaN": over([]float64{1}, []float64{math.NaN()}), "Inf": over([]float64{1}, []float64{math.Inf(1)}),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "noise: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// The standard error is neither too small nor too large: of 50 runs, z is nearly Gaussian, with E z²
// = 49/47, and its mean over 1000 seeds is that to 4.5 standard errors.
func TestMeanOverError(t *testing.T) {
	const runs, seeds = 50, 1000
	square := 0.0
	for seed := range uint64(seeds) {
		rng, values := rand.New(rand.NewPCG(seed, 9)), make([][]float64, runs)
		for i := range values {
			values[i] = []float64{1 + 0.3*rng.NormFloat64()}
		}
		mean, stderr, err := MeanOver(values)
		if err != nil {
			t.Fatal(err)
		}
		z := (mean[0] - 1) / stderr[0]
		square += z * z / seeds
	}
	if want := 49.0 / 47; math.Abs(square-want) > 4.5*1.1*math.Sqrt(2.0/seeds) {
		t.Errorf("mean of z² is %.3f, want %.3f", square, want)
	}
}
