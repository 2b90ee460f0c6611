package escape

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/internal/calibrate"
)

// Every standard error is right from both sides.
func TestCalibrated(t *testing.T) {
	for _, maxTime := range []float64{math.Inf(1), 0.5} {
		const rate = 2.5
		calibrate.Hold(t, "Rate", false, func(rng *rand.Rand) (float64, float64, float64) {
			e := must(simulated(rng, 500, rate, maxTime).Rate(0.95))
			return e.Value, rate, e.StdErr
		})
		calibrate.Hold(t, "MeanTime", false, func(rng *rand.Rand) (float64, float64, float64) {
			e := must(simulated(rng, 500, rate, maxTime).MeanTime(0.95))
			return e.Value, 1 / rate, e.StdErr
		})
		calibrate.Hold(t, "Survival", false, func(rng *rand.Rand) (float64, float64, float64) {
			c := simulated(rng, 300, rate, maxTime).Survival()
			k := len(c.Time) / 2
			return c.Prob[k], math.Exp(-rate * c.Time[k]), c.StdErr[k]
		})
	}
	steps := []float64{0.1, 0.2, 0.4}
	calibrate.Hold(t, "Extrapolate", false, func(rng *rand.Rand) (float64, float64, float64) {
		estimates := make([]Estimate, len(steps))
		for i, h := range steps {
			estimates[i].StdErr = 0.1 * float64(1+i)
			estimates[i].Value = 2 - 3*h + estimates[i].StdErr*rng.NormFloat64()
		}
		x := must(Extrapolate(steps, estimates, 1))
		return x.Value, 2, x.StdErr
	})
	// ChiSquare is χ² with its degrees of freedom: its mean over 400 runs.
	calibrate.Hold(t, "ChiSquare", false, func(rng *rand.Rand) (float64, float64, float64) {
		estimates := make([]Estimate, len(steps))
		for i := range steps {
			estimates[i] = Estimate{Value: rng.NormFloat64(), StdErr: 1}
		}
		x := must(Extrapolate(steps, estimates, 1))
		if x.Degrees != 1 {
			t.Fatalf("%d degrees of freedom of three points and a line", x.Degrees)
		}
		return math.Sqrt(x.ChiSquare), 0, 1
	})
	calibrate.Hold(t, "Occupancy", false, func(rng *rand.Rand) (float64, float64, float64) {
		o := binomial(rng, 200, 1, 0.3)
		return o.Fraction[0], 0.3, o.StdErr[0]
	})
	calibrate.Hold(t, "Share", false, func(rng *rand.Rand) (float64, float64, float64) {
		share, stderr, err := binomial(rng, 200, 5, 0.3).Share(0)
		return share, 0.3, must(stderr, err)
	})
	calibrate.Hold(t, "Odds", false, func(rng *rand.Rand) (float64, float64, float64) {
		odds, stderr, err := binomial(rng, 400, 5, 0.3).Odds(2)
		return odds, 7. / 3, must(stderr, err)
	})
	calibrate.Hold(t, "WeightedMean", false, func(rng *rand.Rand) (float64, float64, float64) {
		values, stderrs := make([]float64, 5), []float64{1, 0.1, 3, 0.2, 0.5}
		for i, s := range stderrs {
			values[i] = 7 + s*rng.NormFloat64()
		}
		mean, stderr := WeightedMean(values, stderrs)
		return mean, 7, stderr
	})
	calibrate.Hold(t, "FitExponent", false, func(rng *rand.Rand) (float64, float64, float64) {
		e := fitted(rng)
		return e.Value, 8, e.StdErr
	})
}

// binomial is the occupancy of replicas that are inside by chance, at times 1, 2, ….
func binomial(rng *rand.Rand, replicas, times int, p float64) *Occupancy {
	at := make([]float64, times)
	for k := range at {
		at[k] = float64(k + 1)
	}
	return must(Occupy(background, coin(p), []float64{0}, Beyond{Level: 1}, at, Settings{Replicas: replicas, Seed: rng.Uint64(), Workers: 1}))
}

// fitted is a fit to 300 samples of the law with φ = 8 in 4 dimensions.
func fitted(rng *rand.Rand) Estimate {
	law, ratios := distuv.Beta{Alpha: 6, Beta: 2, Src: rng}, make([]float64, 300)
	for i := range ratios {
		ratios[i] = 1 / law.Rand()
	}
	return must(FitExponent(ratios, 4))
}

// 95 % intervals hold the truth 93–97 % of the time, with 3, 10 and 30 escapes, with and without
// censoring: over 4,000 samples at a fixed seed, whose own error is 0.3–0.4 %.
func TestIntervalsCover(t *testing.T) {
	for _, c := range []struct {
		n       int
		maxTime float64
	}{
		{3, math.Inf(1)}, {10, math.Inf(1)}, {200, math.Inf(1)}, {50, 1}, {200, 0.2}, {100, 0.5},
		{1000, 0.003}, {1000, 0.01}, {1000, 0.03}, {100, 0.1}, {100, 0.36}, {30, 0.4},
	} {
		for name, estimate := range map[string]func(*Sample) (Estimate, error){
			"Rate":     func(s *Sample) (Estimate, error) { return s.Rate(0.95) },
			"MeanTime": func(s *Sample) (Estimate, error) { return s.MeanTime(0.95) },
		} {
			calibrate.Covers(t, fmt.Sprintf("%s of %d replicas, censored at %v,", name, c.n, c.maxTime), func(rng *rand.Rand) (float64, float64, float64) {
				e := must(estimate(simulated(rng, c.n, 1, c.maxTime)))
				return e.Low, 1, e.High
			})
		}
	}
	calibrate.Covers(t, "FitExponent", func(rng *rand.Rand) (float64, float64, float64) { e := fitted(rng); return e.Low, 8, e.High })
}

// The ends of the interval leave half of what the confidence lacks on either side: of a gamma law
// with m degrees, or m + ½ with censoring, and of the count for none.
func TestRateByHand(t *testing.T) {
	for _, confidence := range []float64{0.5, 0.95} {
		for _, c := range []struct {
			status []Status
			shape  float64
		}{
			{[]Status{Escaped, Escaped, Escaped}, 3}, {[]Status{Escaped, Censored, Escaped}, 2.5},
			{[]Status{Escaped, Diverged, Escaped}, 2.5}, {[]Status{Diverged, Escaped, Censored}, 1.5},
		} {
			s := &Sample{Times: []float64{1, 2, 4}, Status: c.status, MaxTime: 4, Seed: 3, Steps: 5}
			e, mean := must(s.Rate(confidence)), must(s.MeanTime(confidence))
			m := float64(e.Escaped)
			if e.Value != m/7 || math.Abs(e.StdErr-math.Sqrt(m)/7) > 1e-15 || mean.Value != 7/m && math.Abs(mean.Value*m-7) > 1e-14 || math.Abs(mean.StdErr-7/m/math.Sqrt(m)) > 1e-14 {
				t.Errorf("%v: rate %+v, mean time %+v", c.status, e, mean)
			}
			tail := (1 - confidence) / 2
			if low, high := mathext.GammaIncReg(c.shape, 7*e.Low), mathext.GammaIncRegComp(c.shape, 7*e.High); math.Abs(low-tail) > 1e-9 || math.Abs(high-tail) > 1e-9 {
				t.Errorf("%v: %v and %v outside the interval, want %v", c.status, low, high, tail)
			}
			if math.Abs(mean.Low*e.High-1) > 1e-15 || math.Abs(mean.High*e.Low-1) > 1e-15 {
				t.Errorf("%v: mean time %v to %v of a rate %v to %v", c.status, mean.Low, mean.High, e.Low, e.High)
			}
			if e.Replicas != 3 || e.Escaped != s.Count(Escaped) || e.Censored != s.Count(Censored) || e.Diverged != s.Count(Diverged) || e.Confidence != confidence || e.Seed != 3 || e.Steps != 5 {
				t.Errorf("%v: %+v", c.status, e)
			}
		}
		none := must((&Sample{Times: []float64{2, 5}, Status: []Status{Censored, Censored}, MaxTime: 5}).Rate(confidence))
		if want := (1 - confidence) / 2; none.Value != 0 || none.Low != 0 || math.Abs(math.Exp(-7*none.High)-want) > 1e-12 {
			t.Errorf("no escapes: %+v, want a chance of none of %v at High", none, want)
		}
	}
}
