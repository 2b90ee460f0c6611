package selection

import (
	"fmt"
	"math"
)

// gridAxis holds nodes, the widths of their cells, their upper faces, and the distances of
// neighbours across those.
type gridAxis struct{ at, width, face, gap []float64 }

// newAxis returns count nodes origin + scale·sinh(first + i·step).
func newAxis(origin, scale, first, step float64, count int) (a gridAxis) {
	for i := range count {
		x := first + float64(i)*step
		a.at = append(a.at, origin+scale*math.Sinh(x))
		a.width = append(a.width, 2*scale*math.Cosh(x)*math.Sinh(step/2))
		a.face = append(a.face, origin+scale*math.Sinh(x+step/2))
		a.gap = append(a.gap, 2*scale*math.Cosh(x+step/2)*math.Sinh(step/2))
	}
	return a
}

// coordinateGrid is a product grid in (z₁, r) with the minima on the columns near and far and the
// axis r = 0 on the edge of the first row.
type coordinateGrid struct {
	c         TwoCoordinates
	z, r      gridAxis
	near, far int
}

const (
	outside   = 1e-8  // share of the stationary weight that may lie outside the grid
	maxStates = 2e5   // unknowns; elimination takes seconds for as many
	maxWork   = 1.5e9 // unknowns × rows², multiplications of one elimination
)

// grid lays a grid over both basins out to losses that are rare enough: with m = (n−1)/2 the weight
// along a line falls off as L^{m−1/T−½} or faster.
func (c TwoCoordinates) grid(level float64) (*coordinateGrid, error) {
	b := c.Basins
	hot, m := c.Along, float64(b.Dim()-1)/2
	if m > 0 {
		hot = max(hot, c.Across(-b.a), c.Across(b.b))
	}
	power := 1/hot + 0.5 - m
	if !(power > 1) {
		return nil, fmt.Errorf("temperature T = %v in n = %d dimensions, want n well below 2(1/T+1) (Eq. 19)", hot, b.Dim())
	}
	rise := math.Pow(outside, -1/power) // of the loss
	g := &coordinateGrid{c: c}
	g.layAlong(level, rise)
	g.r = gridAxis{at: []float64{0}, width: []float64{1}, face: []float64{0}, gap: []float64{1}}
	if m > 0 {
		g.layAcross(level, rise)
	}
	rows, states := float64(len(g.r.at)), float64(len(g.r.at)*len(g.z.at))
	if states > maxStates || states*rows*rows > maxWork {
		return nil, fmt.Errorf("%g states in rows of %g, want at most %g with %g multiplications: temperatures or curvatures too unequal",
			states, rows, float64(maxStates), float64(maxWork))
	}
	return g, nil
}

// layAlong places the columns, evenly between the minima and exponentially beyond.
func (g *coordinateGrid) layAlong(level, rise float64) {
	b := g.c.Basins
	centre, scale, end := (b.b-b.a)/2, (b.a+b.b)/2, math.Asinh(1)
	width := math.Sqrt(g.c.Along * min(b.near.Loss, b.far.Loss) / b.near.Curvature)
	between := int(level) * int(math.Ceil(max(2*scale/width, 12)))
	step := 2 * end / float64(between)
	beyond := func(basin Basin) int { // a parabola
		wall := math.Sqrt(2 * (rise*max(b.near.Loss, b.far.Loss) - basin.Loss) / basin.Curvature)
		return int(math.Ceil((math.Asinh(1+wall/scale) - end) / step))
	}
	g.near = beyond(b.near)
	g.far = g.near + between
	g.z = newAxis(centre, scale, -float64(g.near)*step-end, step, g.far+1+beyond(b.far))
}

// layAcross places the rows: several in the narrower of the two wells, and out to what a walker on
// its way over the saddle may reach.
func (g *coordinateGrid) layAcross(level, rise float64) {
	b := g.c.Basins
	spread := func(basin Basin, z float64) float64 {
		return math.Sqrt(g.c.Across(z) * basin.Loss / basin.Transverse[0] * float64(b.Dim()-1))
	}
	near, far := spread(b.near, -b.a), spread(b.far, b.b)
	narrow := max(min(near, far), near/4)
	s, _, _ := b.blend(0)
	saddle := b.near.Transverse[0] + s*(b.far.Transverse[0]-b.near.Transverse[0])
	radius := math.Sqrt(2 * b.saddleLoss * (rise - 1) / saddle)
	step := 0.4 / level
	g.r = newAxis(0, narrow, step/2, step, int(math.Ceil(math.Asinh(radius/narrow)/step)))
}

// chain returns the rates between the cells of the first columns; what steps from the last of them
// on to the next, where there is one, leaks.
func (g *coordinateGrid) chain(columns int) *band {
	rows, dim := len(g.r.at), g.c.Basins.Dim()
	c := newBand(columns*rows, rows)
	theta := make([]float64, max(dim, 2))
	loss := func(z, r float64) float64 {
		theta[0], theta[1] = z, r
		return g.c.Basins.LossGrad(nil, theta[:dim])
	}
	measure := func(r float64) float64 { return math.Pow(r, max(0, float64(dim-2))) }
	for i := range columns {
		across := g.c.Across(g.z.at[i])
		for j, r := range g.r.at {
			at, s := loss(g.z.at[i], r), i*rows+j
			if i+1 < len(g.z.at) {
				f := flux(g.c.Along, at, loss(g.z.face[i], r), loss(g.z.at[i+1], r), g.z.gap[i])
				if i+1 < columns {
					c.add(s, s+rows, f.up/g.z.width[i])
					c.add(s+rows, s, f.down/g.z.width[i+1])
				} else {
					c.leak[s] += f.up / g.z.width[i]
				}
			}
			if j+1 < rows {
				above, face := g.r.at[j+1], measure(g.r.face[j])
				f := flux(across, at, loss(g.z.at[i], g.r.face[j]), loss(g.z.at[i], above), g.r.gap[j])
				c.add(s, s+1, f.up*face/(measure(r)*g.r.width[j]))
				c.add(s+1, s, f.down*face/(measure(above)*g.r.width[j+1]))
			}
		}
	}
	return c
}

type fluxes struct{ up, down float64 }

// flux returns what goes per unit of density from a node to the next and back, at the losses at,
// face and next on the way, under noise sqrt(2T·L): weights L^{−1−1/T} and fitted exponentials (x
// over sinh x), which keep the speed right where a walker slides.
func flux(T, at, face, next, gap float64) fluxes {
	x, fit := math.Log(next/at)/(2*T), 1.0
	if x != 0 {
		fit = x / math.Sinh(x)
	}
	base, tilt := fit*T*face/gap, math.Exp(-x)*math.Sqrt(at/next)
	return fluxes{up: base * tilt, down: base / tilt}
}
