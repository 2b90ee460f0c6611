package kolmogorov

import (
	"context"
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// domain is the part of the half plane (z₁, r ≥ 0) that a grid covers, and the length scales in it.
type domain struct {
	wall        float64 // z₁ of the reflecting wall behind the minimum
	radius      float64 // r of the reflecting wall around the axis; 0 for n = 1
	widthAlong  float64 // standard deviation of z₁ in the well, roughly
	floorR      float64 // nine tenths of the weight of every plane lie inside this r
	medianR     float64 // median r in the well
	widthAcross float64 // standard deviation of r in the well, roughly
}

// logWeight returns log(m r^{n−2}·r): the weight per log r. For n = 1 it is log m, and in a plane
// both signs of z₂ count.
func (k Kolmogorov) logWeight(z, r float64) (float64, error) {
	w, _, err := k.local(z, r)
	if err == nil && k.Valley.Plane {
		var other float64
		other, _, err = k.local(z, -r)
		w = floats.LogSumExp([]float64{w, other})
	}
	if k.Valley.Dim > 1 {
		w += float64(k.Valley.Dim-1) * math.Log(r)
	}
	return w, err
}

// local returns log m and a at a point.
func (k Kolmogorov) local(z, r float64) (logWeight, diffusion float64, err error) {
	loss := k.Valley.Loss(z, r)
	if !(loss > 0 && finite(loss)) {
		return 0, 0, fmt.Errorf("loss = %v at z₁ = %v, r = %v, want a finite value > 0", loss, z, r)
	}
	return k.Noise.LogWeight(loss), k.Noise.Diffusion(loss), nil
}

// Probes for domain: geometric in the distance from the minimum, out to reach times the distance of
// the exit. A power-law tail of L^{−1−1/T} close to n_c needs many decades.
const (
	reach        = 1e7
	probesAlong  = 160
	probesAcross = 240
)

// domain measures the stationary weight on a coarse geometric grid and cuts where no more than
// k.Tail of it lies outside.
func (k Kolmogorov) domain(ctx context.Context) (domain, error) {
	v := k.Valley
	span := k.Exit - v.Minimum
	// z₁ = minimum + span·sinh(x)/sinh(1): the exit at x = 1.
	zs, dz := make([]float64, probesAlong), make([]float64, probesAlong)
	far := math.Asinh(math.Sinh(1) * math.Sqrt(reach))
	step := (1 + far) / (probesAlong - 0.5)
	for i := range zs {
		x := 1 - float64(probesAlong-1-i)*step
		zs[i] = v.Minimum + span*math.Sinh(x)/math.Sinh(1)
		dz[i] = math.Cosh(x)
	}
	rs := []float64{0}
	if v.Dim > 1 {
		rs = floats.LogSpan(make([]float64, probesAcross), span*1e-4, span*reach)
	}
	weight := make([][]float64, len(zs)) // log of the weight per log r
	marginal := make([]float64, len(zs))
	row := make([]float64, len(rs))
	var d domain
	watch := parallel.NewWatch(ctx)
	for i, z := range zs {
		weight[i] = make([]float64, len(rs))
		for j, r := range rs {
			if watch.Ended() {
				return d, ctx.Err()
			}
			w, err := k.logWeight(z, r)
			if err != nil {
				return d, err
			}
			weight[i][j] = w
		}
		marginal[i] = floats.LogSumExp(weight[i]) + math.Log(dz[i])
		if z < v.Minimum || v.Dim == 1 {
			continue
		}
		shares(row, weight[i])
		cut := len(row) - 1
		for sum := row[cut]; cut > 0 && sum < k.Tail; sum += row[cut] {
			cut--
		}
		if cut > len(row)-4 {
			return d, fmt.Errorf("the stationary weight of n = %d dimensions has no finite integral across the path: n is at or above the limit of stability n_c of this noise", v.Dim)
		}
		d.radius = math.Max(d.radius, rs[cut+1])
		floats.CumSum(row, row)
		d.floorR = math.Max(d.floorR, rs[sort.SearchFloat64s(row, 0.9)])
	}
	along := shares(make([]float64, len(zs)), marginal)
	cut := 0
	for sum := along[0]; cut < len(along)-1 && sum < k.Tail; sum += along[cut] {
		cut++
	}
	if cut < 3 {
		return d, fmt.Errorf("the stationary weight behind the minimum has no finite integral")
	}
	d.wall = zs[cut-1]
	// Along, the flux weight m·a falls off as a Gaussian about the minimum; across, the quartiles
	// of the weight there tell how wide the well is.
	h := 1e-3 * span
	fluxWeight := func(z float64) float64 {
		loss := v.Loss(z, 0)
		return k.Noise.LogWeight(loss) + math.Log(k.Noise.Diffusion(loss))
	}
	curvature := -(fluxWeight(v.Minimum-h) - 2*fluxWeight(v.Minimum) + fluxWeight(v.Minimum+h)) / (h * h)
	if !(curvature > 0) {
		return d, fmt.Errorf("the loss at z₁ = %v does not curve upwards along the path, want a minimum there", v.Minimum)
	}
	d.widthAlong = 1 / math.Sqrt(curvature)
	if v.Dim > 1 {
		shares(row, weight[min(sort.SearchFloat64s(zs, v.Minimum), len(zs)-1)])
		floats.CumSum(row, row)
		quantile := func(p float64) float64 { return rs[min(sort.SearchFloat64s(row, p), len(rs)-1)] }
		d.medianR = quantile(0.5)
		d.widthAcross = math.Max((quantile(0.75)-quantile(0.25))/1.35, 0.05*d.medianR)
	}
	return d, nil
}

// shares turns log weights into fractions of their sum.
func shares(dst, logWeights []float64) []float64 {
	total := floats.LogSumExp(logWeights)
	for i, w := range logWeights {
		dst[i] = math.Exp(w - total)
	}
	return dst
}

// grid is a product grid with finite volumes. Columns run along z₁, with the minimum and the exit
// on nodes (the exit being the column after the last); rows run along r, with the axis on the edge
// of the first cell.
type grid struct {
	k             Kolmogorov
	step          float64 // 1/level: what vanishes in the extrapolation
	along, across axis    // z₁ and r
	minimum       int     // column of the minimum
	// Log of the mass of each cell and of the conductances to the next column and the next row, all
	// in units of the largest mass. The conductance from the last column is that to the exit.
	logMass, logEast, logNorth []float64
}

// floorLog is the log weight, relative to the largest, below which cells are all the same: far from
// any path, where only the order of magnitude "never" matters, and safely above the e^{−708} at
// which the square of a float64's root would vanish.
const floorLog = -1300

// axis is one coordinate of a grid: nodes, cell widths, and the faces towards the next node with
// the distance between the nodes there.
type axis struct{ at, width, face, gap []float64 }

// sinhAxis returns count nodes origin + scale·sinh(x), x = first + i·step.
func sinhAxis(origin, scale, first, step float64, count int) axis {
	var a axis
	for i := range count {
		x := first + float64(i)*step
		a.at = append(a.at, origin+scale*math.Sinh(x))
		a.width = append(a.width, scale*math.Cosh(x)*step)
		a.face = append(a.face, origin+scale*math.Sinh(x+0.5*step))
		a.gap = append(a.gap, scale*math.Cosh(x+0.5*step)*step)
	}
	return a
}

func (a axis) slice(i, j int) axis { return axis{a.at[i:j], a.width[i:j], a.face[i:j], a.gap[i:j]} }

// even rounds up to an even number: counts that are even at level 1 are whole numbers at every
// level.
func even(x float64) float64 { return 2 * math.Ceil(x/2) }

// grid lays the grid of one level over the domain: sinh-spaced in both directions, so that the well
// is resolved evenly and a power-law tail logarithmically.
func (k Kolmogorov) grid(ctx context.Context, d domain, level float64) (*grid, error) {
	v := k.Valley
	centre, scale := 0.5*(v.Minimum+k.Exit), 0.5*(k.Exit-v.Minimum)
	end := math.Asinh(1) // z₁ = centre + scale·sinh(x): the exit at x = end
	width := d.widthAlong
	if v.Plane { // the valley may run across; quartiles of |z₂| make ⅔ of its σ
		width = math.Min(width, 1.5*d.widthAcross)
	}
	count := even(math.Max((k.Exit-v.Minimum)/width, 8)) * level
	step := 2 * end / count
	behind := math.Ceil((math.Asinh((centre-d.wall)/scale) - end) / step)
	if err := checkMemory(behind+count, 1); err != nil {
		return nil, err
	}
	columns := int(behind + count)
	g := &grid{k: k, step: 1 / level, minimum: int(behind)}
	g.along = sinhAxis(centre, scale, end-float64(columns)*step, step, columns)
	g.along.at[g.minimum] = v.Minimum
	g.across = axis{[]float64{0}, []float64{1}, []float64{0}, []float64{1}}
	switch {
	case v.Plane:
		linear := d.floorR // evenly over all that the valley's floor may cover
		top := math.Asinh(d.radius / linear)
		rows := even(math.Max(top*linear/(1.5*d.widthAcross), 8)) * level
		if err := checkMemory(behind+count, 2*rows); err != nil {
			return nil, err
		}
		step := top / rows
		g.across = sinhAxis(0, linear, 0.5*step-top, step, 2*int(rows))
	case v.Dim > 1:
		// From n = 4 on the weight r^{n−2} empties the inside of the shell where the process lives,
		// and a power of r is best followed on a logarithmic scale.
		linear := d.medianR
		if v.Dim > 3 {
			linear *= 0.05
		}
		top := math.Asinh(d.radius / linear)
		rows := even(math.Max(top*math.Hypot(linear, d.medianR)/d.widthAcross, 8)) * level
		if err := checkMemory(behind+count, rows); err != nil {
			return nil, err
		}
		step := top / rows
		g.across = sinhAxis(0, linear, 0.5*step, step, int(rows))
	}
	return g, g.weigh(ctx)
}

// checkMemory returns an error if a grid takes more than 1 GiB: 80 bytes for each node and 16 for
// each element of the band, before and after factorisation.
func checkMemory(columns, rows float64) error {
	if bytes := columns * rows * (80 + 16*(rows+1)); !(bytes <= parallel.GiB) {
		return fmt.Errorf("a grid of %.3g×%.3g nodes takes %.3g GiB, want ≤ 1: its widths differ too much", columns, rows, bytes/parallel.GiB)
	}
	return nil
}

// with returns the same grid weighed for another noise.
func (g *grid) with(ctx context.Context, noise exact.NoiseLaw) (*grid, error) {
	c := *g
	c.k.Noise = noise
	return &c, c.weigh(ctx)
}

// weigh fills in masses and conductances.
func (g *grid) weigh(ctx context.Context) error {
	n, rows := g.unknowns(), g.rows()
	g.logMass, g.logEast, g.logNorth = make([]float64, n), make([]float64, n), make([]float64, n)
	power := math.Max(float64(g.k.Valley.Dim-2), 0)
	// weight returns log m·r^{n−2} and a; r is left out in one and two dimensions.
	var err error
	weight := func(z, r float64) (logWeight, a float64) {
		logWeight, a, bad := g.k.local(z, r)
		if err == nil {
			err = bad
		}
		if power > 0 {
			logWeight += power * math.Log(r)
		}
		return logWeight, a
	}
	z, r := g.along, g.across
	watch := parallel.NewWatch(ctx)
	for at := range n {
		if watch.Ended() {
			return ctx.Err()
		}
		i, j := at/rows, at%rows
		mass, _ := weight(z.at[i], r.at[j])
		g.logMass[at] = mass + math.Log(z.width[i]*r.width[j])
		east, a := weight(z.face[i], r.at[j])
		g.logEast[at] = east + math.Log(a*r.width[j]/z.gap[i])
		g.logNorth[at] = math.Inf(-1)
		if j+1 < rows {
			north, a := weight(z.at[i], r.face[j])
			g.logNorth[at] = north + math.Log(a*z.width[i]/r.gap[j])
		}
	}
	if err != nil {
		return err
	}
	top := floats.Max(g.logMass)
	for _, s := range [][]float64{g.logMass, g.logEast, g.logNorth} {
		for i := range s {
			s[i] -= top
			if !math.IsInf(s[i], -1) {
				s[i] = math.Max(s[i], floorLog)
			}
		}
	}
	return nil
}

// axisRow returns the first row at or above r = 0.
func (g *grid) axisRow() int {
	if g.k.Valley.Plane {
		return g.rows() / 2
	}
	return 0
}

func (g *grid) columns() int  { return len(g.along.at) }
func (g *grid) rows() int     { return len(g.across.at) }
func (g *grid) unknowns() int { return g.columns() * g.rows() }

// work estimates the multiplications of one factorisation.
func (g *grid) work() float64 { return float64(g.unknowns()) * float64(g.rows()*g.rows()) }

// crop returns the part of the grid inside a smaller domain.
func (g *grid) crop(d domain) *grid {
	from := min(sort.SearchFloat64s(g.along.at, d.wall), g.minimum)
	to, bottom := g.rows(), 0
	if to > 1 {
		to = max(g.axisRow()+2, sort.SearchFloat64s(g.across.at, d.radius))
	}
	if g.k.Valley.Plane {
		bottom = g.rows() - to // as many rows below the axis as above
	}
	c := &grid{k: g.k, step: g.step, minimum: g.minimum - from,
		along: g.along.slice(from, g.columns()), across: g.across.slice(bottom, to)}
	for i := from; i < g.columns(); i++ {
		first, last := i*g.rows()+bottom, i*g.rows()+to
		c.logMass = append(c.logMass, g.logMass[first:last]...)
		c.logEast = append(c.logEast, g.logEast[first:last]...)
		c.logNorth = append(c.logNorth, g.logNorth[first:last]...)
	}
	return c
}
