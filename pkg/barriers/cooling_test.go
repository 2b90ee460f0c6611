package barriers

import (
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
)

// Times of the very form give V back; what is not a cooling is refused.
func TestCooling(t *testing.T) {
	at := [3]float64{0.1, 0.06, 0.05}
	var log [3]float64
	for i, T := range at {
		log[i] = 0.7/T - 0.5*math.Log(T) + 2 - 3*T
	}
	v, err, mistake := Cooling(at, log, -0.5)
	if math.Abs(v-0.7) > 1e-12 || math.Abs(err-3*0.06*0.05) > 1e-12 || mistake != nil {
		t.Errorf("V = %v ± %v, %v", v, err, mistake)
	}
	for _, bad := range [][3]float64{{0.1, 0.2, 0.05}, {0.1, 0.06, 0}, {math.NaN(), 0.06, 0.05}, {math.Inf(1), 0.06, 0.05}} {
		if _, _, err := Cooling(bad, log, 0.5); err == nil {
			t.Errorf("T = %v: no error", bad)
		}
	}
	if _, _, err := Cooling(at, [3]float64{1, math.Inf(1), 3}, 0.5); err == nil {
		t.Error("infinite times: no error")
	}
}

// Exact times hold the barriers of small steps and of large batches to 1e−3, with either prefactor.
func TestFrozenBarriers(t *testing.T) {
	for _, eta := range []float64{0.4} {
		c := gaussianChain(eta, 1, 1)
		want, _, err := Steps(c, 1.5, exact.Settings{Tolerance: 5e-4})
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("B → ∞ at η = %v", eta), must(LargeBatch(c, 1.5, want.Value)).Value, want.Value, 1e-3)
	}
	c := gaussianChain(1, 4, 1)
	near(t, "c = 1.5, B = 4", must(SmallSteps(c, 1.5, 0.5)).Value, 0.5, 1e-3)
	near(t, "c = 4", must(SmallSteps(gaussianChain(1, 1, 1), 4, 1.6)).Value, 1.5996, 1e-3)
	for _, err := range []error{
		failure2(SmallSteps(c, 1.5, 0)), failure2(LargeBatch(c, 1, 1)), failure2(LargeBatch(c, 1.5, math.NaN())),
	} {
		if err == nil {
			t.Error("a mistake went through")
		}
	}
}

func failure2(_ exact.Result, err error) error { return err }
