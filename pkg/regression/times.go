package regression

import (
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
// number is out of bounds, or that of [Chain.MeanFirstPassage], with the other three times.
func MeanTimes(d int, noise theory.Noise, ratio float64, s exact.Settings) (t Times, err error) {
	chain := Chain{LearningRate: noise.LearningRate, BatchSize: int(noise.BatchSize), Dim: d, LabelNoise: 1}
	if err := chain.checkAt(ratio); err != nil {
		return t, err
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
		r, err := exact.RadialPassage(p.p, 0, g.Radius(ratio), exact.Settings{})
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
func LocalSlopes(x, y []float64) (at, slope []float64) {
	for i := 1; i < len(x); i++ {
		at = append(at, math.Sqrt(x[i]*x[i-1]))
		slope = append(slope, math.Log(y[i]/y[i-1])/math.Log(x[i]/x[i-1]))
	}
	return at, slope
}

// Logs returns the logarithms of x.
func Logs(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = math.Log(v)
	}
	return y
}

// FitPower returns the exponent k of y = a·x^k by least squares on logarithmic axes.
func FitPower(x, y []float64) (k float64) {
	_, k = stat.LinearRegression(Logs(x), Logs(y), nil, false)
	return k
}

// Guide returns the power law a·x^k through the middle of points on logarithmic axes.
func Guide(x, y []float64, k float64) []float64 {
	u, v := Logs(x), Logs(y)
	for i, at := range u {
		v[i] = math.Exp(stat.Mean(Logs(y), nil) + k*(at-stat.Mean(u, nil)))
	}
	return v
}
