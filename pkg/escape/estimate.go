package escape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
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

// Rate returns the maximum-likelihood rate of an exponential law under right
// censoring,
//
//	κ̂ = (number of escapes)/(time summed over all replicas),
//
// with standard error κ̂/√escapes. The interval is that of 2κΣt ~ χ²: with 2m
// degrees of freedom for m escapes without censoring, where it is exact, and
// 2m+1 with censoring (Cox 1953). A sample in which nothing escaped gives
// κ̂ = 0, StdErr = +Inf and the interval from 0 to the one-sided bound. It
// returns an error if the confidence is not inside (0, 1), if replicas are
// pending, or if no time has passed.
func (s *Sample) Rate(confidence float64) (Estimate, error) {
	e, total, err := s.summary(confidence)
	if err != nil {
		return Estimate{}, err
	}
	m, tail := float64(e.Escaped), (1-confidence)/2
	if m == 0 {
		e.StdErr = math.Inf(1)
		e.High = -math.Log(1-confidence) / total
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

// MeanTime returns the mean first-passage time 1/κ̂ of the same model as
// [Sample.Rate], with its errors. Without censoring it is the plain mean.
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
	if n := s.Count(Pending); n > 0 {
		return e, 0, fmt.Errorf("escape: %d of %d replicas pending, want none", n, len(s.Status))
	}
	for _, t := range s.Times {
		total += t
	}
	if !(total > 0) {
		return e, 0, fmt.Errorf("escape: total time = %v, want > 0", total)
	}
	return Estimate{
		Confidence: confidence, Replicas: len(s.Times), Escaped: s.Count(Escaped),
		Censored: s.Count(Censored), Diverged: s.Count(Diverged), Seed: s.Seed, Steps: s.Steps,
	}, total, nil
}

// WeightedMean returns the mean of independent values weighted with their standard
// errors, 1/s², and its standard error. The lengths are equal.
func WeightedMean(values, stderrs []float64) (mean, stderr float64) {
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
}

// Extrapolate fits value = a + b·step^order to estimates at different steps, by
// least squares weighted with their standard errors, and returns a: order 1
// for Euler–Maruyama, 2 for Heun. It returns an error for fewer than two
// estimates, lengths that differ, steps that are not positive or all the same,
// or standard errors that are not positive and finite.
func Extrapolate(steps []float64, estimates []Estimate, order float64) (Extrapolation, error) {
	if len(steps) != len(estimates) || len(steps) < 2 {
		return Extrapolation{}, fmt.Errorf("escape: extrapolation of %d estimates at %d steps, want the same number ≥ 2", len(estimates), len(steps))
	}
	var sw, sx, sy, sxx, sxy float64
	for i, e := range estimates {
		if !(steps[i] > 0) || !(e.StdErr > 0) || math.IsInf(e.StdErr, 1) {
			return Extrapolation{}, fmt.Errorf("escape: extrapolation with step %v and standard error %v, want both finite and > 0", steps[i], e.StdErr)
		}
		w, x := 1/(e.StdErr*e.StdErr), math.Pow(steps[i], order)
		sw += w
		sx += w * x
		sy += w * e.Value
		sxx += w * x * x
		sxy += w * x * e.Value
	}
	det := sw*sxx - sx*sx
	if !(det > 1e-12*sw*sxx) {
		return Extrapolation{}, fmt.Errorf("escape: extrapolation with steps %v, want at least two different ones", steps)
	}
	r := Extrapolation{
		Value: (sxx*sy - sx*sxy) / det, StdErr: math.Sqrt(sxx / det),
		Slope: (sw*sxy - sx*sy) / det, Degrees: len(steps) - 2,
	}
	for i, e := range estimates {
		z := (e.Value - r.Value - r.Slope*math.Pow(steps[i], order)) / e.StdErr
		r.ChiSquare += z * z
	}
	return r, nil
}
