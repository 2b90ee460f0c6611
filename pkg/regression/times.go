package regression

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// Times are exact mean first-passage times t = ηk to a level of the loss, in the setting of the
// paper's Fig. 3b.
type Times struct {
	SDE             float64 // Eq. 13
	ExactCovariance float64 // Eq. 4 with nothing decoupled
	GLD             float64 // Eq. 5 at D = ηhL(θ*)/B
	SGD             float64 // discrete, on fresh samples
}

// MeanTimes returns the mean times from θ* to L > ratio·L(θ*) by every theory, for x and y standard
// normal in d dimensions. Settings are those of [Chain.MeanFirstPassage]. It returns an error if a
// number is out of bounds or the batch size not a whole one, or that of [Chain.MeanFirstPassage],
// with the other three times.
func MeanTimes(ctx context.Context, d int, noise theory.Noise, ratio float64, s exact.Settings) (t Times, err error) {
	chain := Chain{LearningRate: noise.LearningRate, BatchSize: int(noise.BatchSize), Dim: d, LabelNoise: 1}
	if err := chain.CheckAt(ratio); err != nil {
		return t, err
	}
	if float64(chain.BatchSize) != noise.BatchSize {
		return t, fmt.Errorf("regression: mean times at B = %v, want a whole number", noise.BatchSize)
	}
	g, temperature := Gaussian(d), noise.Temperature(1)
	for _, p := range []struct {
		to *float64
		p  exact.Process
	}{
		{&t.SDE, exact.Radial{Line: exact.OneDim{Loss: g.Loss, Noise: exact.LossNoise{Temperature: temperature}}, Dim: d}},
		{&t.ExactCovariance, SDE{g, noise}},
		{&t.GLD, exact.Radial{Line: exact.OneDim{Loss: g.Loss, Noise: exact.ConstantNoise{Strength: temperature / 2}}, Dim: d}},
	} {
		r, err := exact.RadialPassage(ctx, p.p, 0, g.Radius(ratio), exact.Settings{})
		if err != nil {
			return t, err
		}
		*p.to = r.Value
	}
	r, err := chain.MeanFirstPassage(ratio, s)
	t.SGD = r.Value
	return t, err
}

// LocalSlopes returns d log y/d log x between neighbours, and where: the geometric means of x.
// Points beyond the shorter of x and y do not count. A slope is not finite next to a number that is
// not positive and finite, or between equal x.
func LocalSlopes(x, y []float64) (at, slope []float64) {
	for i := 1; i < min(len(x), len(y)); i++ {
		at = append(at, math.Sqrt(x[i]*x[i-1]))
		slope = append(slope, math.Log(y[i]/y[i-1])/math.Log(x[i]/x[i-1]))
	}
	return at, slope
}

// Logs returns the logarithms of x: −Inf for 0, NaN below.
func Logs(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Log(v)
	}
	return y
}

// FitPower returns the exponent k of y = a·x^k by least squares on logarithmic axes. It is NaN for
// fewer than two points, for numbers of x and y that differ, for x that are all equal, and for x or
// y that are not positive and finite.
func FitPower(x, y []float64) (k float64) {
	if len(x) != len(y) || len(x) < 2 {
		return math.NaN()
	}
	_, k = stat.LinearRegression(Logs(x), Logs(y), nil, false)
	return k
}

// Guide returns the power law a·x^k through the middle of points on logarithmic axes. It is nil for
// none, or if the numbers of x and y differ, and not finite for x or y that are not positive and
// finite or a k that is not finite.
func Guide(x, y []float64, k float64) []float64 {
	if len(x) != len(y) || len(x) == 0 {
		return nil
	}
	u, v := Logs(x), Logs(y)
	middle, height := stat.Mean(u, nil), stat.Mean(v, nil)
	for i, at := range u {
		v[i] = math.Exp(height + k*(at-middle))
	}
	return v
}
