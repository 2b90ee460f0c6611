package noise

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// Kurtosis reaches its bounds: 1 where all slopes are of one size, N where one is left.
func TestKurtosisBounds(t *testing.T) {
	for want, x := range map[float64][]float64{1: {2, -2, 2, 2}, 4: {0, 0, 3, 0}, 2: {1, 0, -1, 0}} {
		m, err := model.NewLinear(&data.Set{X: mat.NewDense(4, 1, x), Y: mat.NewDense(4, 1, nil)})
		if err != nil {
			t.Fatal(err)
		}
		if k, err := Kurtosis(m, []float64{0}, []float64{-3}); err != nil || math.Abs(k-want) > 1e-12 {
			t.Errorf("%v: kurtosis %v, %v, want %v", x, k, err, want)
		}
	}
	if f, err := Factor(1, 1); f != 0 || err != nil {
		t.Errorf("one sample: %v, %v", f, err)
	}
}

// A meter that samples all N measures what one that takes all measures, and has no error.
func TestMeterOfAll(t *testing.T) {
	set, err := data.Regression(40, 3, 1, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.NewLinear(set)
	if err != nil {
		t.Fatal(err)
	}
	var got [2]Strength
	for i, n := range []int{0, 40} {
		meter, err := NewMeter(m, n)
		if err != nil {
			t.Fatal(err)
		}
		if got[i], err = meter.Measure([]float64{1, 2, 3}, rand.New(rand.NewPCG(3, 4))); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := got[0], got[1]; math.Abs(a.Value-b.Value) > 1e-12*a.Value || math.Abs(a.Loss-b.Loss) > 1e-12*a.Loss || b.StdErr != 0 || b.Samples != 40 || a.Samples != 40 {
		t.Errorf("all: %+v, sampled: %+v", a, b)
	}
}

// The range of Slope holds its lower end and not its upper one, and two runs are the least.
func TestSlopeRange(t *testing.T) {
	loss, strength := []float64{8, 16, 4, 2, 1}, []float64{64, 1, 16, 4, 1} // the point at 16 is off the power 2
	two := func(v []float64) [][]float64 { return [][]float64{v, v} }
	if b, _, err := Slope(two(loss), two(strength), 0.125, 2); err != nil || math.Abs(b-2) > 1e-12 {
		t.Errorf("slope %v, %v, want 2", b, err)
	}
	if b, _, err := Slope(two(loss[1:]), two(strength[1:]), 0, 9); err != nil || b > 0 {
		t.Errorf("slope %v, %v with the point that is off", b, err)
	}
	if _, _, err := Slope([][]float64{loss}, [][]float64{strength}, 0.125, 2); err == nil || !strings.Contains(err.Error(), "1 runs have 4 points") {
		t.Errorf("one run: %v", err)
	}
	if _, err := Kurtosis(nil, nil, nil); err == nil || !strings.Contains(err.Error(), "nil model") {
		t.Error(err)
	}
}

// The jackknife by hand: of three probes, with the probes drawn again from the same source.
func TestCosineByHand(t *testing.T) {
	const probes = 3
	op := func(d [2][2]float64) product {
		return product{2, func(dst, v []float64) {
			for i := range dst {
				dst[i] = d[i][0]*v[0] + d[i][1]*v[1]
			}
		}}
	}
	a, b := op([2][2]float64{{1, 2}, {2, -1}}), op([2][2]float64{{3, 0.5}, {0.5, 2}})
	for seed := range uint64(5) {
		got, stderr, err := EstimateCosine(a, b, probes, rand.New(rand.NewPCG(seed, 1)))
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		var each [probes][3]float64
		for k := range each {
			z := []float64{float64(2*rng.IntN(2) - 1), float64(2*rng.IntN(2) - 1)}
			az, bz := make([]float64, 2), make([]float64, 2)
			a.MulVecTo(az, z)
			b.MulVecTo(bz, z)
			each[k] = [3]float64{az[0]*bz[0] + az[1]*bz[1], az[0]*az[0] + az[1]*az[1], bz[0]*bz[0] + bz[1]*bz[1]}
		}
		without := func(out int) float64 {
			var s [3]float64
			for k, e := range each {
				for i := range s {
					if k != out {
						s[i] += e[i]
					}
				}
			}
			return s[0] / math.Sqrt(s[1]*s[2])
		}
		variance := 0.0
		for k := range each {
			variance += math.Pow(without(k)-without(-1), 2) * (probes - 1) / probes
		}
		if math.Abs(got-without(-1)) > 1e-14 || math.Abs(stderr-math.Sqrt(variance)) > 1e-14 {
			t.Errorf("seed %d: %v ± %v, want %v ± %v", seed, got, stderr, without(-1), math.Sqrt(variance))
		}
	}
	// Short vectors have a direction as well.
	if along, err := Along(b, []float64{0.1, 0.2}); err != nil || math.Abs(along-(3*0.01+2*0.04+2*0.5*0.02)/0.05) > 1e-14 {
		t.Errorf("%v, %v", along, err)
	}
}
