package regression

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate/quad"
)

// degree is the number of Chebyshev nodes per panel of a grid.
const degree = 8

// lattice holds a function of the distance, r in [0, R], as polynomials in r² on panels: smooth at
// the centre, where a function of |θ| is even.
type lattice struct {
	edge   []float64 // panel edges in r, ascending from 0
	square []float64 // their squares
	node   []float64 // nodes in r, degree per panel
	// nodal holds (2−δ_k0)/degree·T_k(x_j) of the Chebyshev polynomials T_k at the nodes x_j of a
	// panel: what turns moments into coefficients.
	nodal [degree][degree]float64
	// first is the panel at the lower end of each of many equal cells in r².
	first   []int32
	perUnit float64 // cells per unit of r²
}

func newLattice(edges []float64) *lattice {
	g := &lattice{edge: edges}
	for _, e := range edges {
		g.square = append(g.square, e*e)
	}
	var x [degree]float64
	for j := range x {
		// Chebyshev points of the first kind: inside the panel, so that panels share no node and a
		// jump at their edge does no harm.
		angle := math.Pi * (float64(degree-1-j) + 0.5) / degree
		x[j] = math.Cos(angle)
		g.nodal[0][j] = 1. / degree
		for k := 1; k < degree; k++ {
			g.nodal[k][j] = 2. / degree * math.Cos(float64(k)*angle)
		}
	}
	panels := len(edges) - 1
	for p := range panels {
		lo, hi := g.square[p], g.square[p+1]
		for _, x := range x {
			g.node = append(g.node, math.Sqrt(lo+(hi-lo)*(1+x)/2))
		}
	}
	g.first = make([]int32, 4096)
	g.perUnit = float64(len(g.first)-1) / g.square[panels]
	p := 0
	for i := range g.first {
		for p < panels-1 && g.square[p+1]*g.perUnit <= float64(i) {
			p++
		}
		g.first[i] = int32(p)
	}
	return g
}

func (g *lattice) outer() float64 { return g.edge[len(g.edge)-1] } // R

// panel returns the panel that holds r² = q, 0 ≤ q ≤ R².
func (g *lattice) panel(q float64) int {
	p := int(g.first[min(int(q*g.perUnit), len(g.first)-1)])
	for p < len(g.edge)-2 && q > g.square[p+1] {
		p++
	}
	return p
}

// add adds weight·f(√q) to a functional of f in the form of moments: those of the Chebyshev
// polynomials on each panel.
func (g *lattice) add(moments []float64, q, weight float64) {
	p := g.panel(q)
	lo, hi := g.square[p], g.square[p+1]
	x := 2*(q-lo)/(hi-lo) - 1
	m := (*[degree]float64)(moments[p*degree:])
	before, now := 1.0, x
	m[0] += weight
	for k := 1; k < degree; k++ {
		m[k] += weight * now
		before, now = now, 2*x*now-before
	}
}

// settle turns moments, in place, into the coefficients of the values at the nodes.
func (g *lattice) settle(moments []float64) {
	for p := 0; p < len(moments); p += degree {
		var row [degree]float64
		for k, m := range moments[p : p+degree] {
			for j := range row {
				row[j] += m * g.nodal[k][j]
			}
		}
		copy(moments[p:], row[:])
	}
}

// at returns the function with the given values at the nodes at distance r.
func (g *lattice) at(values []float64, r float64) float64 {
	row := make([]float64, len(values))
	g.add(row, r*r, 1)
	g.settle(row)
	return floats.Dot(row, values)
}

// gradedByHalves returns edges graded by halves towards R, down to 2^−(8+2·level) of it.
func gradedByHalves(radius float64, level int) []float64 {
	edges, parts, lo := []float64{0}, 2+level, 0.0
	for k := 1; k <= 8+2*level; k++ {
		hi := radius * (1 - math.Pow(2, -float64(k)))
		for j := 1; j <= parts; j++ {
			edges = append(edges, lo+(hi-lo)*float64(j)/float64(parts))
		}
		lo, parts = hi, 1+level/2
	}
	return append(edges, radius)
}

// quadrature holds nodes and weights.
type quadrature struct{ x, w []float64 }

// gaussRule returns the Gauss–Legendre rule of n points on [0, 1]. Not for n = 26, where the
// outermost weights of gonum v0.17 are 0.
func gaussRule(n int) quadrature {
	r := quadrature{make([]float64, n), make([]float64, n)}
	quad.Legendre{}.FixedLocations(r.x, r.w, 0, 1)
	return r
}

// graded returns the rule composed of the given one on panels between edges.
func graded(edges []float64, on quadrature) quadrature {
	var r quadrature
	for i := range len(edges) - 1 {
		width := edges[i+1] - edges[i]
		for k, x := range on.x {
			r.x, r.w = append(r.x, edges[i]+width*x), append(r.w, width*on.w[k])
		}
	}
	return r
}

// hermiteRule returns the Gauss rule of n points for the standard normal law.
func hermiteRule(n int) quadrature {
	r := quadrature{make([]float64, n), make([]float64, n)}
	quad.Hermite{}.FixedLocations(r.x, r.w, math.Inf(-1), math.Inf(1))
	for i, x := range r.x {
		r.x[i] = math.Sqrt2 * x // gonum's rule has the weight exp(−x²)
		r.w[i] /= math.Sqrt(math.Pi)
	}
	return r
}
