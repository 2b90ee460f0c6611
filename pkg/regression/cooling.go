package regression

import (
	"fmt"
	"math"
)

// Cooling returns the barrier V that mean times t obey as they cool,
//
//	log t = V/T + power·log T + const + bT + …,
//
// from three falling temperatures, with the change by the last term, b·T₁T₂, as its error. The
// power is ½ in one dimension where the batch size is fixed, T^{1/2}·e^{V/T}, and −½ where η is. It
// returns an error unless temperatures fall, are positive, and all is finite.
func Cooling(temperature, logTime [3]float64, power float64) (v, err float64, mistake error) {
	var slope, product [2]float64 // the slope between two temperatures is V − b·T₁T₂
	for i := range slope {
		hot, cold := temperature[i], temperature[i+1]
		if !(0 < cold && cold < hot) || math.IsInf(hot, 1) {
			return 0, 0, fmt.Errorf("regression: cooling at T = %v, want falling positive values", temperature)
		}
		slope[i] = (logTime[i+1] - logTime[i] - power*math.Log(cold/hot)) / (1/cold - 1/hot)
		product[i] = hot * cold
	}
	v = slope[1] + (slope[1]-slope[0])*product[1]/(product[0]-product[1])
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, 0, fmt.Errorf("regression: cooling by log t = %v and power %v, want finite values", logTime, power)
	}
	return v, math.Abs(v - slope[1]), nil
}
