package regression

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"
)

// Features is the law of a feature x, of which a batch of SGD on one-dimensional linear regression
// sees only u = Σ_{μ∈B} x_μ².
type Features interface {
	// Curvature returns h = E x².
	Curvature() float64
	// Rule returns nodes √u and weights of a quadrature over the law of u for batches of the given
	// size, refined with the level, 0 to 8, and more so around the places in focus. It is nil for a
	// batch, a level or a law that is out of bounds.
	Rule(batch, level int, focus ...Focus) (root, weight []float64)
	// Largest returns the largest possible u, +Inf if there is none.
	Largest(batch int) float64
}

// Focus is a value of √u near which an integrand changes quickly: panels there are halved so many
// times.
type Focus struct {
	At       float64
	Halvings int
}

// GammaFeatures are features whose square follows a gamma law of mean Scale and shape 1/(κ₄−1):
// normal ones for kurtosis κ₄ = 3; for κ₄ = 2 an exponential law, for which Σ = 2LH/B holds exactly
// (see [Spherical]).
type GammaFeatures struct {
	Scale    float64 // h = E x² > 0
	Kurtosis float64 // κ₄ = E x⁴/h² > 1
}

// GaussianFeatures returns normal features with E x² = h.
func GaussianFeatures(h float64) Features { return GammaFeatures{h, 3} }

// EmpiricalFeatures is the law of a value drawn at random from a list.
type EmpiricalFeatures struct {
	square []float64 // ascending
	mean   float64
}

var _, _ Features = GammaFeatures{}, (*EmpiricalFeatures)(nil)

// Curvature and Largest implement [Features].
func (g GammaFeatures) Curvature() float64  { return g.Scale }
func (g GammaFeatures) Largest(int) float64 { return math.Inf(1) }

// squares returns the law of u.
func (g GammaFeatures) squares(batch int) distuv.Gamma {
	shape := 1 / (g.Kurtosis - 1)
	return distuv.Gamma{Alpha: shape * float64(batch), Beta: shape / g.Scale}
}

// Rule implements [Features]: composite Gauss–Legendre in √u, graded towards 0 and towards the
// singular places, until the tails hold less than 1e−22.
func (g GammaFeatures) Rule(batch, level int, focus ...Focus) (root, weight []float64) {
	return g.ruleTo(usualDepth, batch, level, focus...)
}

// maxLevel bounds refinement by the size of a rule, and goes up to that before the one of 26 points:
// see gaussRule.
const maxLevel = 8

// ruleTo is Rule until the tails hold less than e^−depth.
func (g GammaFeatures) ruleTo(depth float64, batch, level int, focus ...Focus) (root, weight []float64) {
	c := Chain{LearningRate: float64(max(batch, 1)) / g.Scale, BatchSize: batch, Dim: 1, LabelNoise: math.Sqrt(g.Scale), Features: g}
	if level < 0 || level > maxLevel || c.Check() != nil {
		return nil, nil
	}
	law := g.squares(batch)
	reach := func(high, depth float64) float64 {
		for law.LogProb(high)+math.Log(high) > -depth || high < law.Mean()+law.StdDev() {
			high *= 1.25
		}
		return high
	}
	usual := reach(law.Mean(), usualDepth)
	high := reach(usual, depth)
	low := 0.0
	if law.Alpha > 30 { // far from 0: start where the law does
		low = law.Mean()
		for low > 0 && law.LogProb(low)+math.Log(low) > -depth {
			low -= law.StdDev()
		}
		low = math.Max(low, 0)
	}
	edges := gradedEdges(math.Sqrt(low), math.Sqrt(high), math.Sqrt(usual)/float64(4+2*level), focus)
	r := graded(edges, gaussRule(8+2*level))
	sum := 0.0
	for i, s := range r.x {
		r.w[i] *= 2 * s * law.Prob(s*s)
		sum += r.w[i]
	}
	for i := range r.w {
		r.w[i] /= sum // 1 up to rounding and, at κ₄ ≫ 3, the singularity at 0
	}
	return r.x, r.w
}

// gradedEdges covers [lo, hi] with panels no wider than width, halved towards each focus inside.
func gradedEdges(lo, hi, width float64, focus []Focus) []float64 {
	edges := []float64{lo, hi}
	for _, f := range focus {
		for k, d := 0, 1.; k < f.Halvings; k, d = k+1, d/2 {
			edges = append(edges, f.At-d, f.At+d)
		}
		if f.Halvings > 0 {
			edges = append(edges, f.At)
		}
	}
	edges = slices.DeleteFunc(edges, func(e float64) bool { return e < lo || e > hi })
	sort.Float64s(edges)
	edges = slices.Compact(edges)
	var all []float64
	for i := range len(edges) - 1 {
		parts := math.Ceil((edges[i+1] - edges[i]) / width)
		for k := range int(parts) {
			all = append(all, edges[i]+(edges[i+1]-edges[i])*float64(k)/parts)
		}
	}
	return append(all, hi)
}

// NewEmpiricalFeatures returns the law of a draw from x. It returns an error for no values, a value
// that is not finite or whose square is not, or all zero.
func NewEmpiricalFeatures(x []float64) (*EmpiricalFeatures, error) {
	e := &EmpiricalFeatures{square: make([]float64, len(x))}
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v*v, 0) {
			return nil, fmt.Errorf("regression: feature %d is %v, want a value with a finite square", i, v)
		}
		e.square[i] = v * v
		e.mean += v * v / float64(len(x))
	}
	if !positive(e.mean) {
		return nil, fmt.Errorf("regression: %d features with mean square %v, want some that are not 0", len(x), e.mean)
	}
	sort.Float64s(e.square)
	return e, nil
}

// Curvature and Largest implement [Features]; 0 for a law of no values.
func (e *EmpiricalFeatures) Curvature() float64 {
	if e == nil {
		return 0
	}
	return e.mean
}

func (e *EmpiricalFeatures) Largest(batch int) float64 {
	if e == nil || len(e.square) == 0 {
		return 0
	}
	return float64(batch) * e.square[len(e.square)-1]
}

// Rule implements [Features]. Up to some thousands of atoms the rule is the law itself. Longer
// lists, and sums over a batch (drawn with replacement), are merged cell by cell in √u into two
// atoms each, which keep the mass and the first three moments of the cell.
func (e *EmpiricalFeatures) Rule(batch, level int, _ ...Focus) (root, weight []float64) {
	if e.Curvature() == 0 || batch < 1 || level < 0 || level > maxLevel {
		return nil, nil
	}
	cells := 400 << level
	single := atoms{e.square, make([]float64, len(e.square))}
	floats.AddConst(1/float64(len(single.w)), single.w)
	single = single.merge(cells)
	sum, power := atoms{[]float64{0}, []float64{1}}, single
	for b := batch; b > 0; b /= 2 { // as in fast exponentiation
		if b%2 == 1 {
			sum = sum.plus(power, cells)
		}
		if b > 1 {
			power = power.plus(power, cells)
		}
	}
	root = make([]float64, len(sum.u))
	for i, u := range sum.u {
		root[i] = math.Sqrt(math.Max(u, 0))
	}
	return root, sum.w
}

// atoms is a discrete law.
type atoms struct{ u, w []float64 }

// each calls visit with every atom.
func (a atoms) each(visit func(u, w float64)) {
	for i, u := range a.u {
		visit(u, a.w[i])
	}
}

// merge replaces the atoms of each of many cells, equal in √u, by the two-point Gauss rule of the
// cell, if there are more than those would be.
func (a atoms) merge(cells int) atoms {
	if len(a.u) <= 2*cells {
		return a
	}
	return merged(a.each, slices.Min(a.u), slices.Max(a.u), cells)
}

// plus returns the law of the sum of two independent values, merged without a list of all sums,
// which would take gigabytes.
func (a atoms) plus(b atoms, cells int) (c atoms) {
	all := func(visit func(u, w float64)) {
		for i, u := range a.u {
			for j, v := range b.u {
				visit(u+v, a.w[i]*b.w[j])
			}
		}
	}
	if len(a.u)*len(b.u) > 2*cells {
		return merged(all, slices.Min(a.u)+slices.Min(b.u), slices.Max(a.u)+slices.Max(b.u), cells)
	}
	all(func(u, w float64) { c.u, c.w = append(c.u, u), append(c.w, w) })
	return c
}

// merged is merge of atoms from least to most.
func merged(each func(visit func(u, w float64)), least, most float64, cells int) (b atoms) {
	lo, hi := math.Sqrt(least), math.Sqrt(most)
	moments := make([][4]float64, cells+1)
	cell := func(u float64) int { return int(float64(cells) * (math.Sqrt(u) - lo) / (hi - lo)) }
	if !(hi > lo) { // all alike
		cell = func(float64) int { return 0 }
	}
	each(func(u, w float64) {
		m := &moments[cell(u)]
		m[0] += w
		m[1] += w * u
	})
	each(func(u, w float64) {
		m := &moments[cell(u)]
		d := u - m[1]/m[0]
		m[2] += w * d * d
		m[3] += w * d * d * d
	})
	for _, m := range moments {
		if m[0] == 0 {
			continue
		}
		mean, variance := m[1]/m[0], m[2]/m[0]
		if variance <= 1e-24*mean*mean {
			b.u, b.w = append(b.u, mean), append(b.w, m[0])
			continue
		}
		// Nodes d± with d₊d₋ = −variance and d₊ + d₋ = third moment/variance.
		skew := m[3] / m[0] / variance
		root := math.Sqrt(skew*skew + 4*variance)
		up, down := (skew+root)/2, (skew-root)/2
		share := -down / (up - down)
		b.u = append(b.u, mean+down, mean+up)
		b.w = append(b.w, m[0]*(1-share), m[0]*share)
	}
	return b
}

// Labels is the law of ε = y/σ; the laws of gonum's distuv are such.
type Labels interface {
	// Prob returns the density, CDF and Survival the probabilities of ε ≤ z and of ε > z.
	Prob(z float64) float64
	CDF(z float64) float64
	Survival(z float64) float64
}
