package escape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

// Estimate is a measured number with its uncertainty and its cost.
type Estimate struct {
	Value      float64
	StdErr     float64 // standard error
	Low, High  float64 // interval at Confidence
	Confidence float64
	Replicas   int // all, however they ended
	Escaped    int
	Censored   int
	Diverged   int // counted as censored at the time of divergence
	Seed       uint64
	Steps      int64
}

// Rate returns the maximum-likelihood rate of an exponential law under right censoring,
//
//	κ̂ = (number of escapes)/(time summed over all replicas),
//
// with standard error κ̂/√m for m escapes; without censoring κ̂ is too large by m/(m−1) on average.
// The interval is that of 2κΣt ~ χ²: with 2m degrees of freedom without censoring, where it is
// exact, and 2m+1 with (Cox 1953), where, as counts are whole numbers, none is exact: under heavy
// censoring 95 % hold the truth in 96.7, 94.4 and 95.6 % at 3, 10 and 30 expected escapes, in 92.2
// % at worst from 3 on. Without escapes κ̂ = 0, StdErr = +Inf and the interval ends at
// log(2/(1−confidence))/Σt, one tail only. It returns an error if the confidence is not inside (0,
// 1), if replicas are pending, or if times are negative or their sum not from 1e−300 to 1e300.
func (s *Sample) Rate(confidence float64) (Estimate, error) {
	e, total, err := s.summary(confidence)
	if err != nil {
		return Estimate{}, err
	}
	m, tail := float64(e.Escaped), (1-confidence)/2
	if m == 0 {
		e.StdErr = math.Inf(1)
		e.High = -math.Log(tail) / total
		return e, nil
	}
	degrees := 2 * m
	if e.Censored+e.Diverged > 0 {
		degrees++
	}
	chi := distuv.ChiSquared{K: degrees}
	e.Value = m / total
	e.StdErr = e.Value / math.Sqrt(m)
	e.Low = chi.Quantile(tail) / (2 * total)
	e.High = chi.Quantile(1-tail) / (2 * total)
	return e, nil
}

// MeanTime returns the mean first-passage time 1/κ̂ of the same model as [Sample.Rate], with its
// errors. Without censoring it is the plain mean; without escapes mean, StdErr and High are +Inf.
func (s *Sample) MeanTime(confidence float64) (Estimate, error) {
	e, err := s.Rate(confidence)
	if err != nil {
		return Estimate{}, err
	}
	e.Value, e.Low, e.High = 1/e.Value, 1/e.High, 1/e.Low
	e.StdErr = e.Value / math.Sqrt(float64(e.Escaped))
	return e, nil
}

// summary counts replicas and sums their times.
func (s *Sample) summary(confidence float64) (e Estimate, total float64, err error) {
	if !(confidence > 0 && confidence < 1) {
		return e, 0, fmt.Errorf("escape: confidence = %v, want a value inside (0, 1)", confidence)
	}
	if s == nil || len(s.Times) != len(s.Status) {
		return e, 0, fmt.Errorf("escape: no sample of as many times as statuses given")
	}
	for i, t := range s.Times {
		if !(t >= 0) || s.Status[i] == Pending || s.Status[i] > Diverged {
			return e, 0, fmt.Errorf("escape: replica %d has status %d at time %v (%d of %d pending), want an end at a time ≥ 0", i, s.Status[i], t, s.Count(Pending), len(s.Times))
		}
		total += t
	}
	if !(total > 1e-300 && total < 1e300) { // so that its inverse is a number
		return e, 0, fmt.Errorf("escape: total time = %v, want 1e−300 to 1e300", total)
	}
	return Estimate{
		Confidence: confidence, Replicas: len(s.Times), Escaped: s.Count(Escaped),
		Censored: s.Count(Censored), Diverged: s.Count(Diverged), Seed: s.Seed, Steps: s.Steps,
	}, total, nil
}

// WeightedMean returns the mean of independent values weighted with their standard errors, 1/s²,
// and its standard error: NaN unless equally many, and errors > 0.
func WeightedMean(values, stderrs []float64) (mean, stderr float64) {
	if len(values) != len(stderrs) || len(values) == 0 || !(floats.Min(stderrs) > 0) {
		return math.NaN(), math.NaN()
	}
	weights := make([]float64, len(stderrs))
	for i, s := range stderrs {
		weights[i] = 1 / (s * s)
	}
	return stat.Mean(values, weights), 1 / math.Sqrt(floats.Sum(weights))
}

// Extrapolation is a rate at step zero.
type Extrapolation struct {
	Value, StdErr float64 // at step 0
	Slope         float64 // change per unit of step^order
	ChiSquare     float64 // of the fit
	Degrees       int     // of freedom
	Steps         int64   // over all estimates: the cost
}

// Extrapolate fits value = a + b·step^order to estimates at different steps, by least squares
// weighted with their standard errors, and returns a: order 1 for Euler–Maruyama, 2 for Heun. It
// returns an error for fewer than two estimates, lengths that differ, steps that are not positive
// or all the same, an order or standard errors that are not positive, or what is not finite.
func Extrapolate(steps []float64, estimates []Estimate, order float64) (Extrapolation, error) {
	if len(steps) != len(estimates) || len(steps) < 2 {
		return Extrapolation{}, fmt.Errorf("escape: extrapolation of %d estimates at %d steps, want the same number ≥ 2", len(estimates), len(steps))
	}
	var sw, sx, sy, sxx, sxy float64
	var cost int64
	for i, e := range estimates {
		if !(steps[i] > 0) || !(e.StdErr > 0) || !dynamics.Finite([]float64{steps[i], e.StdErr, e.Value}) || !(order > 0) {
			return Extrapolation{}, fmt.Errorf("escape: extrapolation of order %v with step %v of %v ± %v, want all finite, and all but the value > 0", order, steps[i], e.Value, e.StdErr)
		}
		w, x := 1/(e.StdErr*e.StdErr), math.Pow(steps[i], order)
		sw += w
		sx += w * x
		sy += w * e.Value
		sxx += w * x * x
		sxy += w * x * e.Value
		cost += e.Steps
	}
	det := sw*sxx - sx*sx
	if !(det > 1e-12*sw*sxx) {
		return Extrapolation{}, fmt.Errorf("escape: extrapolation with steps %v, want at least two different ones", steps)
	}
	r := Extrapolation{
		Value: (sxx*sy - sx*sxy) / det, StdErr: math.Sqrt(sxx / det),
		Slope: (sw*sxy - sx*sy) / det, Degrees: len(steps) - 2, Steps: cost,
	}
	for i, e := range estimates {
		z := (e.Value - r.Value - r.Slope*math.Pow(steps[i], order)) / e.StdErr
		r.ChiSquare += z * z
	}
	if !dynamics.Finite([]float64{r.Value, r.StdErr, r.Slope, r.ChiSquare}) {
		return Extrapolation{}, fmt.Errorf("escape: extrapolation overflows: %+v", r)
	}
	return r, nil
}
