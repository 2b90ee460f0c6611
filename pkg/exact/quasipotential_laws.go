package exact

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// GaussianNoise is the cumulant of Gaussian gradients of covariance 2L(θ)·H(θ*),
// Eq. 6 for B = 1: K = −p·∇L + L·pᵀHp.
type GaussianNoise struct {
	Landscape landscape.Landscape
	Hess      *mat.SymDense // H(θ*)
}

// GaussianSamples is the cumulant of linear regression on Gaussian features of
// curvature h with Gaussian labels of standard deviation σ, in any dimension:
//
//	K = −½ log det(I + h(pθᵀ + θpᵀ − σ²ppᵀ)).
type GaussianSamples struct {
	Params                int
	Curvature, LabelNoise float64
}

// Samples is the cumulant of a model on its own samples,
// K = log (1/N) Σ_μ exp(−p·∇ℓ_μ(θ)). It costs N gradients at each new θ and
// N·P² operations at each p: meant for up to some hundred parameters.
type Samples struct {
	m     model.Model
	theta []float64
	grads *mat.Dense // rows ∇ℓ_μ
	dot   []float64
}

// lineSamples is the cumulant of one-dimensional regression with label cumulant k:
// K = log E_u exp(−puθ + k(p√u)).
type lineSamples struct {
	root, weight []float64
	exponent     []float64 // scratch
	unbounded    bool
	sigma        float64
	labels       labelCumulant
}

var (
	_ Cumulant = GaussianNoise{}
	_ Cumulant = GaussianSamples{}
	_ Cumulant = (*Samples)(nil)
	_ Cumulant = (*lineSamples)(nil)
)

// Dim implements [Cumulant].
func (g GaussianNoise) Dim() int { return g.Landscape.Dim() }

// Log implements [Cumulant].
func (g GaussianNoise) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	slope := make([]float64, len(theta))
	loss := g.Landscape.LossGrad(slope, theta)
	hess.ScaleSym(2*loss, g.Hess)
	v := mat.NewVecDense(len(p), grad)
	v.MulVec(hess, mat.NewVecDense(len(p), p))
	k := 0.5*floats.Dot(p, grad) - floats.Dot(p, slope)
	floats.Sub(grad, slope)
	return k
}

// Dim implements [Cumulant].
func (g GaussianSamples) Dim() int { return g.Params }

// Log implements [Cumulant].
func (g GaussianSamples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	h, s := g.Curvature, g.LabelNoise*g.LabelNoise
	a, b, c := floats.Dot(p, theta), floats.Dot(p, p), floats.Dot(theta, theta)
	det := 1 + 2*h*a - h*s*b + h*h*(a*a-b*c)
	if !(det > 0) || !(2+h*(2*a-s*b) > 0) { // both eigenvalues, not their product only
		return math.Inf(1)
	}
	floats.ScaleTo(grad, 2*h+2*h*h*a, theta)
	floats.AddScaled(grad, -2*(h*s+h*h*c), p)
	slope := mat.NewVecDense(len(p), grad)
	hess.Zero()
	for i := range p {
		hess.SetSym(i, i, (h*s+h*h*c)/det)
	}
	hess.SymRankOne(hess, -h*h/det, mat.NewVecDense(len(theta), theta))
	hess.SymRankOne(hess, 0.5/(det*det), slope)
	floats.Scale(-0.5/det, grad)
	return -0.5 * math.Log(det)
}

// NewSamples returns the cumulant of a model.
func NewSamples(m model.Model) *Samples {
	n, p := m.Dims()
	return &Samples{m: m, grads: mat.NewDense(n, p, nil), dot: make([]float64, n)}
}

// Dim implements [Cumulant].
func (s *Samples) Dim() int { _, p := s.grads.Dims(); return p }

// Log implements [Cumulant].
func (s *Samples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	n, _ := s.grads.Dims()
	if s.theta == nil || !floats.Equal(s.theta, theta) {
		for mu := range n {
			s.m.LossGrad(s.grads.RawRowView(mu), theta, mu)
		}
		s.theta = append(s.theta[:0], theta...)
	}
	dot := mat.NewVecDense(n, s.dot)
	dot.MulVec(s.grads, mat.NewVecDense(len(p), p))
	floats.Scale(-1, s.dot)
	k := floats.LogSumExp(s.dot)
	hess.Zero()
	for i := range grad {
		grad[i] = 0
	}
	for mu, v := range s.dot {
		w, row := math.Exp(v-k), s.grads.RawRowView(mu)
		floats.AddScaled(grad, -w, row)
		hess.SymRankOne(hess, w, mat.NewVecDense(len(row), row))
	}
	hess.SymRankOne(hess, -1, mat.NewVecDense(len(grad), grad))
	return k - math.Log(float64(n))
}

// Cumulant returns the cumulant of the chain's samples. It returns an error if
// the chain is out of bounds or its labels are of a law that is not a normal, a
// uniform, a Laplace or a Student one.
func (c Chain) Cumulant() (Cumulant, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	labels, err := cumulantOf(c.Labels)
	if err != nil {
		return nil, err
	}
	f := c.features()
	if g, ok := f.(GammaFeatures); ok && c.Labels == nil && g.Kurtosis == 3 {
		return GaussianSamples{c.Dim, g.Scale, c.LabelNoise}, nil
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
		return 0, fmt.Errorf("exact: chain: loss ratio c = %v, want a finite value > 1", ratio)
	}
	k, err := c.Cumulant()
	if err != nil {
		return 0, err
	}
	from, to := make([]float64, k.Dim()), make([]float64, k.Dim())
	to[0] = c.Radius(ratio)
	r, err := Quasipotential(k, [][]float64{from, to}, Settings{})
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
	return labelCumulant{}, fmt.Errorf("exact: cumulant of labels %T, want a normal, uniform, Laplace or Student law", l)
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
