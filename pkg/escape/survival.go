package escape

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
)

// Survival is the Kaplan–Meier estimate of P(still inside at time t), a step curve that falls at
// each escape.
type Survival struct {
	Time   []float64 // times of escape, ascending
	Prob   []float64 // survival just after each
	StdErr []float64 // Greenwood's formula
}

// Survival returns the survival curve; censored and diverged replicas leave the number at risk at
// their time. No sample gives no curve.
func (s *Sample) Survival() Survival {
	if s == nil || len(s.Times) != len(s.Status) {
		return Survival{}
	}
	order := make([]int, 0, len(s.Times))
	for i, status := range s.Status {
		if status != Pending {
			order = append(order, i)
		}
	}
	sort.SliceStable(order, func(a, b int) bool { return s.Times[order[a]] < s.Times[order[b]] })
	var c Survival
	prob, variance := 1.0, 0.0
	for k, i := range order {
		if s.Status[i] != Escaped {
			continue
		}
		risk := float64(len(order) - k)
		prob *= 1 - 1/risk
		if risk > 1 {
			variance += 1 / (risk * (risk - 1))
		}
		c.Time = append(c.Time, s.Times[i])
		c.Prob = append(c.Prob, prob)
		c.StdErr = append(c.StdErr, prob*math.Sqrt(variance))
	}
	return c
}

// Exponentiality is the outcome of a Kolmogorov–Smirnov test.
type Exponentiality struct {
	Distance float64 // largest distance between survival curves
	PValue   float64 // chance of a larger one if the law is exponential
}

// Exponentiality tests whether the times of escape follow an exponential law. The rate is fitted to
// the same data, which makes the textbook p-value far too large; here the p-value comes from the
// given number of exponential samples of the same size, censored at the same time and fitted in the
// same way, and is exact for one-time censoring up to their number. It returns an error for fewer
// than 5 escapes, pending or diverged replicas, trials < 99 or more than 1e8 over the number of
// replicas, and for what [Sample.Rate] refuses.
func (s *Sample) Exponentiality(trials int) (Exponentiality, error) {
	if _, err := s.Rate(0.95); err != nil {
		return Exponentiality{}, err
	}
	escaped := s.Count(Escaped)
	switch {
	case escaped < 5:
		return Exponentiality{}, fmt.Errorf("escape: test of exponentiality on %d escapes, want ≥ 5", escaped)
	case escaped+s.Count(Censored) < len(s.Times):
		return Exponentiality{}, fmt.Errorf("escape: test of exponentiality with %d diverged replicas, want none", s.Count(Diverged))
	case trials < 99 || trials > 1e8/len(s.Times):
		return Exponentiality{}, fmt.Errorf("escape: test of exponentiality with %d trials, want 99 to %d", trials, int(1e8)/len(s.Times))
	}
	times := append([]float64(nil), s.Times...)
	distance, rate := ksDistance(times, escaped)
	rng := rand.New(rand.NewPCG(s.Seed, 0x6b73)) // any fixed stream serves
	larger := 0
	for range trials {
		m := 0
		for i := range times {
			times[i] = rng.ExpFloat64() / rate
			if times[i] < s.MaxTime || s.MaxTime == 0 {
				m++
			} else {
				times[i] = s.MaxTime
			}
		}
		if d, _ := ksDistance(times, m); d >= distance {
			larger++
		}
	}
	return Exponentiality{Distance: distance, PValue: float64(larger+1) / float64(trials+1)}, nil
}

// ksDistance sorts times, of which the m smallest are escapes and the rest censored at one later
// time, and returns the largest distance between the empirical law and the fitted exponential one.
func ksDistance(times []float64, m int) (distance, rate float64) {
	sort.Float64s(times)
	total := 0.0
	for _, t := range times {
		total += t
	}
	rate = float64(m) / total
	n := float64(len(times))
	for i, t := range times[:m] {
		f := -math.Expm1(-rate * t)
		distance = math.Max(distance, math.Max(f-float64(i)/n, float64(i+1)/n-f))
	}
	return distance, rate
}
