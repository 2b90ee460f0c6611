package barriers

import (
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/regression"
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
			return 0, 0, fmt.Errorf("barriers: cooling at T = %v, want falling positive values", temperature)
		}
		slope[i] = (logTime[i+1] - logTime[i] - power*math.Log(cold/hot)) / (1/cold - 1/hot)
		product[i] = hot * cold
	}
	v = slope[1] + (slope[1]-slope[0])*product[1]/(product[0]-product[1])
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, 0, fmt.Errorf("barriers: cooling by log t = %v and power %v, want finite values", logTime, power)
	}
	return v, math.Abs(v - slope[1]), nil
}

// How often the barrier exceeds T where it is read from mean times. Where the batch grows the last
// steps settle later, being few and large; mean times are then up to 10⁵² steps.
var (
	coldRates   = [3]float64{30, 45, 60}
	coldBatches = [3]float64{60, 90, 120}
)

// SmallSteps returns the barrier in the chain's own exact mean times to ratio·L(θ*) as η → 0 at its
// batch size, where the prefactor of t is T^{1/2} in one dimension, by [Cooling] at three learning
// rates; its own is not used. near is roughly the barrier expected and sets how cold is cold.
// Result.Err is that of Cooling. It returns an error as [regression.Chain.MeanFirstPassage] does,
// or for near not positive.
func SmallSteps(c regression.Chain, ratio, near float64) (exact.Result, error) {
	return frozen(c, ratio, near, 0.5, coldRates, func(T float64) regression.Chain {
		c.LearningRate = T * float64(c.BatchSize) / c.FeatureLaw().Curvature()
		return c
	})
}

// LargeBatch is the same as B → ∞ at the chain's learning rate, where the prefactor is T^{−1/2};
// what [Steps] predicts.
func LargeBatch(c regression.Chain, ratio, near float64) (exact.Result, error) {
	return frozen(c, ratio, near, -0.5, coldBatches, func(T float64) regression.Chain {
		c.BatchSize = int(math.Max(1, math.Round(math.Min(c.LearningRate*c.FeatureLaw().Curvature()/T, 1e9))))
		return c
	})
}

func frozen(c regression.Chain, ratio, near, power float64, coldness [3]float64, at func(T float64) regression.Chain) (exact.Result, error) {
	if err := c.CheckAt(ratio); err != nil {
		return exact.Result{}, err
	}
	if !(near > 0) || math.IsInf(near, 1) {
		return exact.Result{}, fmt.Errorf("barriers: chain: barrier near %v, want a finite value > 0", near)
	}
	var temperature, log [3]float64
	for i, depth := range coldness {
		cold := at(near / depth)
		t, err := cold.MeanFirstPassage(ratio, exact.Settings{Tolerance: 3e-4}) // 1e−4 of V after Cooling
		if err != nil {
			return exact.Result{}, err
		}
		temperature[i] = cold.LearningRate * cold.FeatureLaw().Curvature() / float64(cold.BatchSize)
		log[i] = math.Log(t.Value)
	}
	v, off, err := Cooling(temperature, log, power)
	return exact.Result{Value: v, Err: off}, err
}
