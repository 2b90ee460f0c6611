package regression

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// lineSamples is the cumulant of one-dimensional regression with label cumulant k:
// K = log E_u exp(−puθ + k(p√u)).
type lineSamples struct {
	root, weight []float64
	exponent     []float64 // scratch
	unbounded    bool
	sigma        float64
	labels       labelCumulant
}

// Cumulant returns the cumulant of the chain's samples. It returns an error if
// the chain is out of bounds or its labels are of a law that is not a normal, a
// uniform, a Laplace or a Student one.
func (c Chain) Cumulant() (quasipotential.Cumulant, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	labels, err := cumulantOf(c.Labels)
	if err != nil {
		return nil, err
	}
	f := c.features()
	if g, ok := f.(GammaFeatures); ok && c.Labels == nil && g.Kurtosis == 3 {
		return quasipotential.GaussianSamples{Params: c.Dim, Curvature: g.Scale, LabelNoise: c.LabelNoise}, nil
	}
	root, weight := f.Rule(1, 3)
	return &lineSamples{root, weight, make([]float64, len(root)), math.IsInf(f.Largest(1), 1), c.LabelNoise, labels}, nil
}

// Quasipotential returns h·ΔS from the minimum to where the loss is ratio times
// as high, the limit of T·log t for small η; see [Quasipotential]. For Gaussian
// labels it is c − 1, whatever the law of the features; where these are unbounded
// small steps are not the cheapest way far out, see [Chain.Barrier].
func (c Chain) Quasipotential(ratio float64) (float64, error) {
	if !(ratio > 1) || math.IsInf(ratio, 1) {
		return 0, fmt.Errorf("regression: chain: loss ratio c = %v, want a finite value > 1", ratio)
	}
	k, err := c.Cumulant()
	if err != nil {
		return 0, err
	}
	from, to := make([]float64, k.Dim()), make([]float64, k.Dim())
	to[0] = c.Radius(ratio)
	r, err := quasipotential.Quasipotential(k, [][]float64{from, to}, exact.Settings{})
	return r.Value * c.features().Curvature(), err
}

// Dim implements [Cumulant].
func (l *lineSamples) Dim() int { return 1 }

// Log implements [Cumulant].
func (l *lineSamples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	limit := math.Inf(1)
	if l.unbounded {
		if limit = 0; math.IsInf(l.labels.domain, 1) {
			limit = math.Inf(1)
		}
	} else if largest := l.root[len(l.root)-1]; largest > 0 {
		limit = l.labels.domain / (largest * l.sigma)
	}
	if p[0] != 0 && math.Abs(p[0]) >= limit {
		return math.Inf(1)
	}
	// Exponents are shifted by the largest, so that none overflows.
	largest := math.Inf(-1)
	for i, x := range l.root {
		l.exponent[i] = -p[0] * x * x * theta[0]
		if p[0] != 0 {
			k, _, _ := l.labels.log(p[0] * x * l.sigma)
			l.exponent[i] += k
		}
		largest = math.Max(largest, l.exponent[i])
	}
	var sum, first, second float64
	for i, x := range l.root {
		k1, k2 := 0.0, 1.0
		if p[0] != 0 {
			_, k1, k2 = l.labels.log(p[0] * x * l.sigma)
		}
		w, slope := l.weight[i]*math.Exp(l.exponent[i]-largest), l.sigma*x*k1-x*x*theta[0]
		sum += w
		first += w * slope
		second += w * (slope*slope + l.sigma*l.sigma*x*x*k2)
	}
	grad[0] = first / sum
	hess.SetSym(0, 0, second/sum-grad[0]*grad[0])
	if k := largest + math.Log(sum); !math.IsNaN(k) {
		return k
	}
	return math.Inf(1)
}

// labelCumulant is log E exp(tε) with two derivatives, for |t| < domain.
type labelCumulant struct {
	log    func(t float64) (k, first, second float64)
	domain float64
}

func cumulantOf(l Labels) (labelCumulant, error) {
	switch l := l.(type) {
	case nil:
		return labelCumulant{func(t float64) (k, k1, k2 float64) { return t * t / 2, t, 1 }, math.Inf(1)}, nil
	case distuv.Normal:
		v := l.Sigma * l.Sigma
		return labelCumulant{func(t float64) (k, k1, k2 float64) { return v * t * t / 2, v * t, v }, math.Inf(1)}, nil
	case distuv.Uniform:
		a := (l.Max - l.Min) / 2
		return labelCumulant{func(t float64) (k, k1, k2 float64) { return logSinhc(a, t) }, math.Inf(1)}, nil
	case distuv.Laplace:
		b := l.Scale
		return labelCumulant{func(t float64) (k, k1, k2 float64) {
			q := 1 - b*b*t*t
			return -math.Log(q), 2 * b * b * t / q, 2*b*b/q + 4*b*b*b*b*t*t/(q*q)
		}, 1 / b}, nil
	case distuv.StudentsT:
		return labelCumulant{nil, 0}, nil
	}
	return labelCumulant{}, fmt.Errorf("regression: cumulant of labels %T, want a normal, uniform, Laplace or Student law", l)
}

// logSinhc is log(sinh(at)/(at)) with two derivatives in t.
func logSinhc(a, t float64) (k, k1, k2 float64) {
	x := math.Abs(a * t)
	if x < 0.02 { // the series, to 1e−14
		q := x * x
		return q/6 - q*q/180 + q*q*q/2835, a * a * t * (1./3 - q/45 + 2*q*q/945), a * a * (1./3 - q/15 + 2*q*q/189)
	}
	k = x + math.Log(-math.Expm1(-2*x)/2) - math.Log(x)
	k1 = math.Copysign(a*(1/math.Tanh(x)-1/x), t)
	s := math.Sinh(math.Min(x, 300))
	return k, k1, a * a * (1/(x*x) - 1/(s*s))
}
