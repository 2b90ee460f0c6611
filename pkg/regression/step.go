package regression

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// stepLaw integrates over one step of a chain: over √u (what the features do along θ), over the
// part across θ, and innermost over ε, cut exactly where r′ = R.
//
// For Gaussian labels and features, with Z = Xθ/r the features of a batch along θ and e = rZ − y
// its residuals, e is N(0, (hr²+σ²)·I) and, given e, the features along θ are Gaussian about
// hr·e/(hr²+σ²): hence with β = η/B and u = h|e|²/(hr²+σ²), which follows h·χ²_B,
//
//	mean = r(1 − βu),  spread = βσ√u,  across² = β²(hr²+σ²)·u·χ²_{d−1}.
//
// In one dimension the same holds for any features with u = Σx², by the labels being Gaussian given
// x; and for B = 1 with any labels.
type stepLaw struct {
	g            *lattice
	beta         float64
	sigma, h     float64
	features     Features
	batch, level int
	depth        float64            // what is less likely than e^−depth is left out
	rules        map[int]quadrature // over √u, by the number of halvings towards 0
	across       quadrature         // over χ_{d−1}, on [0, 1] of its range; nil for d = 1
	room         distuv.ChiSquared
	labels       Labels
	panels       []float64   // edges of the label integral
	density      [][]float64 // at the nodes of every panel, each from its lower edge
	fine         quadrature  // on a panel
	hermite      quadrature  // for normal labels that are not cut
	normal       bool
}

// usualDepth is enough unless escapes are as rare: e^−50 is 2e−22.
const usualDepth = 50

func (c Chain) newStepLaw(g *lattice, level int, depth float64) *stepLaw {
	f := c.FeatureLaw()
	s := &stepLaw{
		g: g, beta: c.LearningRate / float64(c.BatchSize), sigma: c.LabelNoise, h: f.Curvature(),
		features: f, batch: c.BatchSize, level: level, depth: depth, rules: map[int]quadrature{}, room: distuv.ChiSquared{K: float64(c.Dim - 1)},
		labels: c.Labels, fine: gaussRule(10 + 2*level),
	}
	if c.Dim > 1 {
		s.across = gaussRule(int(float64(20+8*level) * s.span() / usualSpan))
	}
	if s.labels == nil {
		s.labels, s.normal = distuv.UnitNormal, true
		s.hermite = hermiteRule(12 + 3*level)
	}
	s.panels = labelPanels(s.labels, depth)
	for k := range len(s.panels) - 1 {
		at := make([]float64, len(s.fine.x))
		for i, x := range s.fine.x {
			at[i] = s.prob(s.panels[k] + (s.panels[k+1]-s.panels[k])*x*x)
		}
		s.density = append(s.density, at)
	}
	return s
}

// prob is the density of ε.
func (s *stepLaw) prob(z float64) float64 {
	if s.normal {
		return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	}
	return s.labels.Prob(z)
}

// labelPanels returns edges of panels on which a density is smooth, between quantiles that leave
// less out on either side than 1e−16 (5e−12 of a normal law, e^−depth beyond the usual depth),
// wider in long tails.
func labelPanels(l Labels, depth float64) []float64 {
	least := 1e-16
	if depth > usualDepth {
		least = math.Exp(-depth)
	}
	switch l := l.(type) {
	case distuv.Uniform:
		return []float64{l.Min, 0.5 * (l.Min + l.Max), l.Max}
	case distuv.Normal:
		if depth == usualDepth {
			return []float64{-6.9, -2.3, 2.3, 6.9}
		}
		// What is integrated may grow as fast as the density falls: a bump of width 1 anywhere.
		half := math.Ceil(math.Sqrt(2 * depth))
		return floats.Span(make([]float64, 2*int(half)+1), -half, half)
	}
	var right []float64
	for z := 0.0; len(right) < 100; z += math.Max(0.5, 0.4*z) {
		right = append(right, z)
		if l.Survival(z) < least {
			break
		}
	}
	var edges []float64
	for i := len(right) - 1; i > 0; i-- {
		edges = append(edges, -right[i])
	}
	return append(edges, right...)
}

// over returns the rule over √u for rows at distance r. It is refined towards 0 until the jump at
// the boundary is resolved, which is seen from r at √u = (R−r)/(βσ|ε|), and around 1/√β, where
// large distances are reset to about σ, that is within 1/r of it.
func (s *stepLaw) over(r float64) quadrature {
	reach := math.Max(s.g.outer()-r, 1e-9*s.g.outer()) / (8 * s.beta * s.sigma)
	towards := halvings(reach)
	around := halvings(s.sigma / math.Max(r, 1e-300))
	key := towards*1000 + around
	if q, ok := s.rules[key]; ok {
		return q
	}
	var q quadrature
	focus := []Focus{{0, towards}, {1 / math.Sqrt(s.beta), around}}
	if g, ok := s.features.(GammaFeatures); ok {
		q.x, q.w = g.ruleTo(s.depth, s.batch, s.level, focus...)
	} else {
		q.x, q.w = s.features.Rule(s.batch, s.level, focus...)
	}
	s.rules[key] = q
	return q
}

// halvings returns how often 1 is halved to come below x.
func halvings(x float64) int { return max(0, int(math.Ceil(-math.Log2(x)))) }

// row stores the coefficients of E[f(r′); r′ ≤ R] and returns P(r′ > R).
func (s *stepLaw) row(dst []float64, r float64) (leave float64) {
	q, least := s.over(r), math.Exp(-s.depth)
	for i, root := range q.x {
		u, mass := root*root, q.w[i]
		if mass < least {
			continue
		}
		mean, spread := r*(1-s.beta*u), s.beta*s.sigma*root
		if s.across.x == nil {
			leave += s.along(dst, mean, spread, 0, mass)
		} else {
			leave += s.sideways(dst, mean, spread, s.beta*math.Sqrt(s.h*r*r+s.sigma*s.sigma)*root, mass)
		}
	}
	s.g.settle(dst)
	return leave
}

// usualSpan is such that χ_{d−1} is farther from √(d−1) than that with less than 1e−20.
const usualSpan = 9.5

// span is usualSpan for less than e^−depth.
func (s *stepLaw) span() float64 { return usualSpan * math.Sqrt(s.depth/usualDepth) }

// sideways integrates over across = scale·χ_{d−1}: all of it if the boundary is out of reach, or
// else up to across = R with across = R·sin φ, which makes the end smooth.
func (s *stepLaw) sideways(dst []float64, mean, spread, scale, mass float64) (leave float64) {
	low, top := math.Max(0, math.Sqrt(s.room.K)-s.span()), math.Sqrt(s.room.K)+s.span()
	reach := s.g.outer() / scale
	cut := reach < top
	if cut {
		top = reach
		leave = mass * s.room.Survival(reach*reach)
	}
	if low >= top {
		return leave
	}
	inside, sum := mass-leave, 0.0
	var x, w [512]float64 // as of the largest level and depth
	for k, t := range s.across.x {
		chi, jac := low+(top-low)*t, top-low
		if cut {
			start := math.Asin(low / top)
			angle := start + (math.Pi/2-start)*t
			chi, jac = top*math.Sin(angle), top*math.Cos(angle)*(math.Pi/2-start)
		}
		x[k] = chi
		w[k] = s.across.w[k] * jac * 2 * math.Exp(s.room.LogProb(chi*chi)+math.Log(chi))
		sum += w[k]
	}
	for k := range s.across.x {
		leave += s.along(dst, mean, spread, scale*x[k], inside*w[k]/sum)
	}
	return leave
}

// along integrates over ε given the rest.
func (s *stepLaw) along(dst []float64, mean, spread, across, mass float64) (leave float64) {
	radius := s.g.outer()
	room := radius*radius - across*across
	if room <= 0 {
		return mass
	}
	half := math.Sqrt(room)
	lo, hi := (-half-mean)/spread, (half-mean)/spread
	if spread == 0 {
		if math.Abs(mean) > half {
			return mass
		}
		s.g.add(dst, mean*mean+across*across, mass)
		return 0
	}
	// By symmetry: gonum v0.17 finds the survival of a normal law as 1 − CDF, without digits.
	leave = s.labels.CDF(-hi) + s.labels.CDF(lo)
	if mass < 1e6*math.Exp(-s.depth) { // counts for leaving only
		return mass * leave
	}
	// Gauss–Hermite where the cut is out of sight: what it misplaces at the boundary, T(R)·1e−11 a
	// step, is nothing against T.
	if s.normal && leave < 1e-11 && s.depth == usualDepth {
		for i, z := range s.hermite.x {
			y := mean + spread*z
			s.g.add(dst, math.Min(y*y+across*across, radius*radius), mass*s.hermite.w[i])
		}
		return mass * leave
	}
	for k := range len(s.panels) - 1 {
		a, b := math.Max(lo, s.panels[k]), math.Min(hi, s.panels[k+1])
		switch {
		case a >= b:
		case a == lo && b == hi:
			s.panel(dst, mean, spread, across, mass, a, 0.5*(a+b), nil)
			s.panel(dst, mean, spread, across, mass, b, 0.5*(a+b), nil)
		case b == hi:
			s.panel(dst, mean, spread, across, mass, b, a, nil)
		case a == lo:
			s.panel(dst, mean, spread, across, mass, a, b, nil)
		default: // all of it: its densities are known, which are half the work
			s.panel(dst, mean, spread, across, mass, a, b, s.density[k])
		}
	}
	return mass * leave
}

// panel integrates over ε between cut and to, in either order, with nodes that crowd quadratically
// at cut: f has a logarithmic singularity there if r′ = R. The densities at the nodes may be known.
func (s *stepLaw) panel(dst []float64, mean, spread, across, mass, cut, to float64, known []float64) {
	length := math.Abs(to - cut)
	for i, x := range s.fine.x {
		z := cut + (to-cut)*x*x
		y := mean + spread*z
		q := math.Min(y*y+across*across, s.g.square[len(s.g.square)-1]) // rounding may carry r′ past R
		var density float64
		if known != nil {
			density = known[i]
		} else {
			density = s.prob(z)
		}
		s.g.add(dst, q, mass*length*2*x*s.fine.w[i]*density)
	}
}
