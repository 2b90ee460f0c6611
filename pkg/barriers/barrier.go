// Package barriers answers the question: which barrier does SGD on linear regression climb, V = lim
// T·log t of its mean first-passage times t as T → 0, and which one when the samples are finitely
// many?
//
// On fresh samples, [Quasipotential] is that of small steps, [Fresh] the cheapest combination of
// climbs and single jumps, [Steps] that at a finite learning rate and large batches; [SmallSteps]
// and [LargeBatch] read them from exact mean times, by [Cooling]. For one data set [OwnSet] is its
// own barrier and [SetPassage] its exact mean time; [LawOf] says which law a set of N samples
// obeys, and [Exits] solves many.
package barriers

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
	"github.com/sgdescape/sgdescape/pkg/regression"
)

// Fresh returns the limit of T·log t of the mean first-passage time t to ratio·L(θ*) for T = ηh/B →
// 0, with normal labels. Small steps climb the quasipotential c − 1; but for features of kurtosis K
// a sample with x² = hv/T and y² = σ²w/T, of probability exp(−[v/(K−1) + w/2]/T), leads in one step
// from distance s over the minimum to s(v−1) + √(vw) (in units of σ/√h), that is to a distance r at
// the least price
//
//	J(s→r) = 2(s+r)/(ms + √(m²s²+2m)),  m = K−1.
//
// The barrier is the cheapest combination of climbs and jumps,
//
//	V(r) = min{V(r−dr) + 2r·dr, min_{s<r} V(s) + J(s→r)},  V(√(c−1)).
//
// For normal features, in any dimension, it is c − 1 up to c = 2 and tends to 0.898·log c + const,
// half of Kesten's tail exponent in units of 1/T. Bounded features cannot jump: c − 1. It returns
// an error if the chain or the ratio is out of bounds, or for labels that are not normal.
func Fresh(c regression.Chain, ratio float64) (float64, error) {
	if err := c.CheckAt(ratio); err != nil {
		return 0, err
	}
	g, ok := c.FeatureLaw().(regression.GammaFeatures)
	switch {
	case c.Labels != nil && c.Labels != regression.Labels(distuv.UnitNormal):
		return 0, fmt.Errorf("barriers: chain: barrier for labels %T, want normal ones", c.Labels)
	case ok:
		return cheapestWay(math.Sqrt(ratio-1), g.Kurtosis-1, math.Inf(1)).price, nil
	case math.IsInf(c.FeatureLaw().Largest(1), 1):
		return 0, fmt.Errorf("barriers: chain: barrier for features %T, want gamma or bounded ones", c.Features)
	}
	return ratio - 1, nil
}

// way is the cheapest way out with jumps of no more than a price.
type way struct {
	price   float64 // V
	dearest float64 // the price of its dearest jump, 0 if it has none
	first   float64 // that of the cheapest jump that costs less than the climb it saves, +Inf if none
}

// cheapestWay finds it on a grid of distances from the minimum outwards, even up to 1 and geometric
// beyond.
func cheapestWay(r, m, most float64) way {
	const cells = 1000
	var at, price, perUnit [cells + 1]float64 // r, V, and J per unit of s+r
	var from [cells + 1]int                   // where the last jump on the way to here began, or the cell below
	w := way{first: math.Inf(1)}
	for k := range at {
		s := math.Sinh(math.Asinh(r) * float64(k) / cells)
		at[k], perUnit[k] = s, 2/(m*s+math.Sqrt(m*m*s*s+2*m))
		if k > 0 {
			price[k], from[k] = price[k-1]+(s-at[k-1])*(s+at[k-1]), k-1
		}
		for j := range k {
			jump := (at[j] + s) * perUnit[j]
			if jump < s*s-at[j]*at[j] {
				w.first = math.Min(w.first, jump)
			}
			if jump <= most && price[j]+jump < price[k] {
				price[k], from[k] = price[j]+jump, j
			}
		}
	}
	w.price = price[cells]
	for k := cells; k > 0; k = from[k] {
		if j := from[k]; price[k]-price[j] < at[k]*at[k]-at[j]*at[j]-1e-12 {
			w.dearest = math.Max(w.dearest, price[k]-price[j])
		}
	}
	return w
}

// Quasipotential returns h·ΔS from the minimum to where the loss is ratio times as high, the limit
// of T·log t for small η; see [Quasipotential]. For Gaussian labels it is c − 1, whatever the law
// of the features; where these are unbounded small steps are not the cheapest way far out, see
// [Fresh].
func Quasipotential(c regression.Chain, ratio float64) (float64, error) {
	if err := regression.CheckRatio(ratio); err != nil {
		return 0, err
	}
	k, err := Cumulant(c)
	if err != nil {
		return 0, err
	}
	from, to := make([]float64, k.Dim()), make([]float64, k.Dim())
	to[0] = c.Radius(ratio)
	r, err := quasipotential.Quasipotential(k, [][]float64{from, to}, exact.Settings{})
	return r.Value * c.FeatureLaw().Curvature(), err
}

// lineSamples is the cumulant of one-dimensional regression with label cumulant k: K = log E_u
// exp(−puθ + k(p√u)).
type lineSamples struct {
	root, weight []float64
	exponent     []float64 // scratch
	limit        float64   // of |p|, up to which K exists
	sigma        float64
	labels       labelCumulant
}

// Cumulant returns the cumulant of the chain's samples. It returns an error if the chain is out of
// bounds or its labels are of a law that is not a normal, a uniform, a Laplace or a Student one.
func Cumulant(c regression.Chain) (quasipotential.Cumulant, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	labels, err := cumulantOf(c.Labels)
	if err != nil {
		return nil, err
	}
	f := c.FeatureLaw()
	if g, ok := f.(regression.GammaFeatures); ok && c.Labels == nil && g.Kurtosis == 3 {
		return quasipotential.GaussianSamples{Params: c.Dim, Curvature: g.Scale, LabelNoise: c.LabelNoise}, nil
	}
	root, weight := f.Rule(1, 3)
	limit := labels.domain
	if !math.IsInf(limit, 1) {
		limit /= math.Sqrt(f.Largest(1)) * c.LabelNoise
	}
	return &lineSamples{root, weight, make([]float64, len(root)), limit, c.LabelNoise, labels}, nil
}

func (l *lineSamples) Dim() int { return 1 }

func (l *lineSamples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	if p[0] != 0 && math.Abs(p[0]) >= l.limit {
		return math.Inf(1)
	}
	for i, x := range l.root {
		k, _, _ := l.labels.log(p[0] * x * l.sigma)
		l.exponent[i] = k - p[0]*x*x*theta[0]
	}
	largest := floats.Max(l.exponent) // taken out, so that none overflows
	var sum, first, second float64
	for i, x := range l.root {
		_, k1, k2 := l.labels.log(p[0] * x * l.sigma)
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

func cumulantOf(l regression.Labels) (labelCumulant, error) {
	if l == nil {
		l = distuv.UnitNormal
	}
	switch l := l.(type) {
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
	case distuv.StudentsT: // at t = 0 only
		return labelCumulant{func(float64) (k, k1, k2 float64) { return 0, 0, 1 }, 0}, nil
	}
	return labelCumulant{}, fmt.Errorf("barriers: cumulant of labels %T, want a normal, uniform, Laplace or Student law", l)
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
