package network

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Predictor is a theory of the mean time from θ* to L > c·L(θ*). None has a free constant: each is
// the exact mean first-passage time of a diffusion in a parabolic well, L = L* + ½h|z|²; they
// differ in its noise. Eq17 has n directions of curvature h*, the others one direction.
type Predictor string

const (
	// Eq17 is the paper's for n outliers of curvature h*: noise in proportion to the loss (Eq. 13),
	// and a time that grows as c^(1/T + 1 − n/2).
	Eq17 Predictor = "eq17"
	// Eq16 is the paper's along the sharpest direction alone, h* = h_1 (its appendix C).
	Eq16 Predictor = "eq16"
	// Linear is as Eq16 with the noise frozen at its value at θ* (Eq. 5, D = T·L*): log t grows as
	// (c−1)/T.
	Linear Predictor = "linear"
	// Kurtosis lets the noise grow as the slopes of the outputs say, 2hL*(a + (K−1)(c−1))/B with
	// the kurtosis K and the noise a of [Direction], in the direction that this makes the cheapest:
	// log t grows as log(1 + (K−1)(c−1)/a)/((K−1)T_i), T_i = ηh_i/B.
	Kurtosis Predictor = "kurtosis"
	// Action takes the barrier from the gradients of the single samples: log t grows as B·ΔS/η,
	// with the least action ΔS along the straight line out of θ* along the cheapest outlier,
	// directions across held fixed. The well is that of Linear, left where (c−1) is h_iΔS.
	Action Predictor = "action"
)

// Predictors returns all of them, in the order of a report.
func Predictors() []Predictor { return []Predictor{Eq17, Eq16, Linear, Kurtosis, Action} }

// Prediction is what one predictor says of one level.
type Prediction struct {
	Predictor Predictor
	// Time is the mean time t = ηk; NaN where the predictor does not apply (see
	// Direction.Kurtosis), +Inf where it sees no way out.
	Time float64
	// Low and High are the smallest and the largest of Time and what the counts Low and High of the
	// outliers would give, each with its own h*, for Eq17; for others they are Time.
	Low, High float64
	// Exponent is what log t grows as when η/B falls: (log c)/T for Eq17 and Eq16, (c−1)/T for
	// Linear.
	Exponent float64
}

// growing is noise whose diffusion grows with the loss, a(L) = strength·(1 + growth·(L − base)):
// constant for growth = 0, Eq. 13 for growth = 1/base.
type growing struct{ strength, growth, base float64 }

var _ exact.NoiseLaw = growing{}

func (g growing) Diffusion(loss float64) float64 {
	return g.strength * (1 + g.growth*(loss-g.base))
}

// LogWeight is log m = −log a − ∫dL/a.
func (g growing) LogWeight(loss float64) float64 {
	rise := loss - g.base
	climb := rise
	if g.growth != 0 {
		climb = math.Log1p(g.growth*rise) / g.growth
	}
	return -math.Log(g.Diffusion(loss)) - climb/g.strength
}

// passage is the exact mean time in which a diffusion in n dimensions, L = loss + ½h|z|², first has
// L > ratio·loss; +Inf where it is beyond floating point.
func passage(h, loss float64, n int, law exact.NoiseLaw, ratio float64) (float64, error) {
	parabola := func(r float64) float64 { return loss + h*r*r/2 }
	radial := exact.Radial{Line: exact.OneDim{Loss: parabola, Noise: law}, Dim: n}
	to := math.Sqrt(2 * (ratio - 1) * loss / h)
	// 700 is the logarithm of the largest number, and e^{climb} the time.
	if climb := law.LogWeight(loss) - law.LogWeight(ratio*loss); climb > 700 {
		return math.Inf(1), nil
	}
	t, err := exact.RadialPassage(context.Background(), radial, 0, to, exact.Settings{Tolerance: 1e-6})
	if err != nil {
		return 0, fmt.Errorf("network: %w", err)
	}
	return t.Value, nil
}

// well returns the time for n directions of curvature h, with the noise of Eq. 13 or frozen.
func (s *Site) well(at theory.Noise, n int, h, ratio float64, frozen bool) (float64, error) {
	loss := s.Minimum.Loss
	law := growing{strength: at.Temperature(h) * loss, base: loss}
	if !frozen {
		law.growth = 1 / loss
	}
	return passage(h, loss, n, law, ratio)
}

// fromEq17 takes n and h*, with the range over the counts that the gap leaves open.
func (s *Site) fromEq17(at theory.Noise, ratio float64) (Prediction, error) {
	o := s.Outliers
	out := Prediction{Predictor: Eq17, Exponent: math.Log(ratio) / at.Temperature(o.OutlierCurvature)}
	var times []float64
	for _, c := range []struct {
		n int
		h float64
	}{{o.EffectiveDimension, o.OutlierCurvature}, {o.Low, o.CurvatureHigh}, {o.High, o.CurvatureLow}} {
		t, err := s.well(at, c.n, c.h, ratio, false)
		if err != nil {
			return out, err
		}
		times = append(times, t)
	}
	out.Time, out.Low, out.High = times[0], floats.Min(times), floats.Max(times)
	return out, nil
}

// fromSharpest is Eq16 or Linear.
func (s *Site) fromSharpest(p Predictor, at theory.Noise, ratio float64) (out Prediction, err error) {
	h := s.Directions[0].Curvature
	out = Prediction{Predictor: p, Exponent: math.Log(ratio) / at.Temperature(h)}
	if p == Linear {
		out.Exponent = (ratio - 1) / at.Temperature(h)
	}
	out.Time, err = s.well(at, 1, h, ratio, p == Linear)
	out.Low, out.High = out.Time, out.Time
	return out, err
}

// fromKurtosis takes the direction with the least exponent.
func (s *Site) fromKurtosis(at theory.Noise, ratio float64) (out Prediction, err error) {
	out = nothing(Kurtosis)
	var best Direction
	for _, d := range s.Directions {
		if math.IsNaN(d.Kurtosis) || !(d.Noise > 0) {
			return nothing(Kurtosis), nil
		}
		exponent := (ratio - 1) / d.Noise
		if k := (d.Kurtosis - 1) / d.Noise; k > 1e-12 {
			exponent = math.Log1p(k*(ratio-1)) / (d.Kurtosis - 1)
		}
		if exponent /= at.Temperature(d.Curvature); !(exponent >= out.Exponent) {
			out.Exponent, best = exponent, d
		}
	}
	loss := s.Minimum.Loss
	law := growing{strength: at.Temperature(best.Curvature) * loss * best.Noise, growth: (best.Kurtosis - 1) / best.Noise / loss, base: loss}
	out.Time, err = passage(best.Curvature, loss, 1, law, ratio)
	out.Low, out.High = out.Time, out.Time
	return out, err
}

// nothing is the prediction of a predictor that does not apply.
func nothing(p Predictor) Prediction {
	nan := math.NaN()
	return Prediction{p, nan, nan, nan, nan}
}

// fromAction takes the outlier with the least action; actions are those of each outlier.
func (s *Site) fromAction(at theory.Noise, actions []float64) (out Prediction, err error) {
	i := floats.MinIdx(actions)
	out = Prediction{Predictor: Action, Time: math.Inf(1), Exponent: actions[i] * at.BatchSize / at.LearningRate}
	if h := s.Directions[i].Curvature; !math.IsInf(actions[i], 1) {
		out.Time, err = s.well(at, 1, h, 1+h*actions[i], true)
	}
	out.Low, out.High = out.Time, out.Time
	return out, err
}

// predict returns what all predictors say of the ascending levels.
func (s *Site) predict(at theory.Noise, ratios []float64) ([]Level, error) {
	actions := make([][]float64, len(ratios)) // by level and outlier
	for i := range s.Directions {
		for k, v := range s.action(i, ratios) {
			actions[k] = append(actions[k], v)
		}
	}
	levels := make([]Level, len(ratios))
	for k, c := range ratios {
		levels[k] = Level{Ratio: c, Margin: (theory.CriticalDimension(at, s.OutlierCurvature) - float64(s.EffectiveDimension)) / 2 * math.Log(c)}
		for _, from := range []func() (Prediction, error){
			func() (Prediction, error) { return s.fromEq17(at, c) },
			func() (Prediction, error) { return s.fromSharpest(Eq16, at, c) },
			func() (Prediction, error) { return s.fromSharpest(Linear, at, c) },
			func() (Prediction, error) { return s.fromKurtosis(at, c) },
			func() (Prediction, error) { return s.fromAction(at, actions[k]) },
		} {
			p, err := from()
			if err != nil {
				return nil, err
			}
			levels[k].Predictions = append(levels[k].Predictions, p)
		}
	}
	return levels, nil
}
