package regression

import (
	"math"
	"testing"
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
