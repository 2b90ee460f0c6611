package figure

import (
	"cmp"
	"context"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/interp"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/palette/moreland"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// A Field holds the values of a function of two variables on a grid. It is one implementation of
// gonum's plotter.GridXYZ; HeatMap and Contours take any.
type Field struct {
	xs, ys []float64
	z      []float64
}

// maxCells bounds a grid: 2²⁴ cells are 128 MB, and more than any screen has pixels.
const maxCells = 1 << 24

var _ plotter.GridXYZ = (*Field)(nil)

// Sample evaluates f on an n by n grid over [xmin, xmax] × [ymin, ymax]. A nil f and more than 2²⁴
// values give a field without any, which no figure takes; so they do below.
func Sample(f func(x, y float64) float64, xmin, xmax, ymin, ymax float64, n int) *Field {
	n = max(n, 2)
	if f == nil || n > maxCells/n {
		return new(Field)
	}
	g := &Field{xs: make([]float64, n), ys: make([]float64, n)}
	for i := range n {
		t := float64(i) / float64(n-1)
		g.xs[i], g.ys[i] = xmin+t*(xmax-xmin), ymin+t*(ymax-ymin)
	}
	for _, y := range g.ys {
		for _, x := range g.xs {
			g.z = append(g.z, f(x, y))
		}
	}
	return g
}

// Tabulate evaluates f at all pairs of the ascending nodes xs and ys, on all processors: f must be
// safe for concurrent use.
func Tabulate(f func(x, y float64) float64, xs, ys []float64) *Field {
	if f == nil || len(xs) > maxCells/max(len(ys), 1) {
		return new(Field)
	}
	g := &Field{xs: slices.Clone(xs), ys: slices.Clone(ys), z: make([]float64, len(xs)*len(ys))}
	// Row by row, so that workers do not write to one cache line.
	parallel.For(context.Background(), len(ys), parallel.Workers(0), func() func(int) {
		return func(j int) {
			for i, x := range xs {
				g.z[j*len(xs)+i] = f(x, ys[j])
			}
		}
	})
	return g
}

// Map returns the field of f(z) on the same grid.
func (g *Field) Map(f func(z float64) float64) *Field {
	if f == nil {
		return new(Field)
	}
	return g.With(func(_, _, z float64) float64 { return f(z) })
}

// With returns the field of f(x, y, z) on the same grid.
func (g *Field) With(f func(x, y, z float64) float64) *Field {
	if g == nil || f == nil {
		return new(Field)
	}
	out := &Field{xs: g.xs, ys: g.ys, z: make([]float64, len(g.z))}
	for i, z := range g.z {
		out.z[i] = f(g.xs[i%len(g.xs)], g.ys[i/len(g.xs)], z)
	}
	return out
}

// Where returns the values at the nodes that keep lets pass, row by row.
func (g *Field) Where(keep func(x, y float64) bool) (values []float64) {
	if g == nil || keep == nil {
		return nil
	}
	for i, z := range g.z {
		if keep(g.xs[i%len(g.xs)], g.ys[i/len(g.xs)]) {
			values = append(values, z)
		}
	}
	return values
}

// Resample returns the field on the nodes xs and ys, which must lie within its own, by Akima's
// splines along x and then along y: for a smooth function that is dear, tabulated on nodes that
// stand close where it bends, and drawn on equal cells. A field of fewer than 2 × 2 ascending
// nodes, or nodes outside, give a field without values.
func (g *Field) Resample(xs, ys []float64) *Field {
	if g == nil || len(xs) > maxCells/max(len(ys), 1) {
		return new(Field)
	}
	columns, rows := g.Dims()
	inside := func(nodes, own []float64) bool {
		return len(nodes) > 0 && len(own) > 1 && finite(own...) && slices.IsSorted(own) && len(slices.Compact(slices.Clone(own))) == len(own) &&
			slices.Min(nodes) >= own[0] && slices.Max(nodes) <= own[len(own)-1]
	}
	if !inside(xs, g.xs) || !inside(ys, g.ys) {
		return new(Field)
	}
	along := make([]float64, 0, len(xs)*rows) // on xs, row by row of g
	for r := range rows {
		along = append(along, spline(g.xs, g.z[r*columns:(r+1)*columns], xs)...)
	}
	out := &Field{xs: slices.Clone(xs), ys: slices.Clone(ys), z: make([]float64, len(xs)*len(ys))}
	column := make([]float64, rows)
	for c := range xs {
		for r := range column {
			column[r] = along[r*len(xs)+c]
		}
		for r, z := range spline(g.ys, column, ys) {
			out.z[r*len(xs)+c] = z
		}
	}
	return out
}

// spline returns the values at the points at of the Akima spline through (x, y); NaN where there is
// none.
func spline(x, y, at []float64) []float64 {
	out := make([]float64, len(at))
	var s interp.AkimaSpline
	err := s.Fit(x, y)
	for i, v := range at {
		if out[i] = math.NaN(); err == nil {
			out[i] = s.Predict(v)
		}
	}
	return out
}

// Dims returns the numbers of columns and rows, 0 for nil.
func (g *Field) Dims() (c, r int) {
	if g == nil {
		return 0, 0
	}
	return len(g.xs), len(g.ys)
}

// X returns the coordinate of column c; as for Y and Z, one that is not there panics.
func (g *Field) X(c int) float64 { return g.xs[c] }

// Y returns the coordinate of row r.
func (g *Field) Y(r int) float64 { return g.ys[r] }

// Z returns the value at column c, row r.
func (g *Field) Z(c, r int) float64 { return g.z[r*len(g.xs)+c] }

// flatten copies a grid into the columns of a mark.
func flatten(m *mark, g plotter.GridXYZ) error {
	if f, ok := g.(*Field); g == nil || ok && f == nil {
		return fmt.Errorf("a nil grid")
	}
	cols, rows := g.Dims()
	if cols < 2 || rows < 2 || rows > maxCells/cols {
		return fmt.Errorf("a grid of %d × %d, want at least 2 × 2 and at most %d values", cols, rows, maxCells)
	}
	for r := range rows {
		if r > 0 && !(g.Y(r) > g.Y(r-1)) {
			return fmt.Errorf("row %d of the grid is at y = %g, not above %g", r, g.Y(r), g.Y(r-1))
		}
		for c := range cols {
			if c > 0 && !(g.X(c) > g.X(c-1)) {
				return fmt.Errorf("column %d of the grid is at x = %g, not above %g", c, g.X(c), g.X(c-1))
			}
			m.x, m.y, m.z = append(m.x, g.X(c)), append(m.y, g.Y(r)), append(m.z, g.Z(c, r))
		}
	}
	return nil
}

// HeatMap fills the panel with colors for the values of a grid and puts a color bar with a label to
// its right. Both axes must be linear. For values over many decades, sample their logarithm. Nodes
// are the middles of cells of equal size: a fixed Range of the axes should end half a cell beyond
// them.
func (p *Panel) HeatMap(label string, g plotter.GridXYZ) { p.heat(label, g, viridis(), 0) }

// Diverging is HeatMap for values with a sign: blue below zero, light gray at it, red above. Values
// beyond the limit > 0 have the colors at the ends of the bar.
func (p *Panel) Diverging(label string, g plotter.GridXYZ, limit float64) {
	if !(limit > 0) {
		p.fail("heat map %q: limit %g, want > 0", label, limit)
		return
	}
	p.heat(label, g, moreland.SmoothBlueRed(), limit)
}

// heat draws a heat map, from −limit to limit if that is not 0.
func (p *Panel) heat(label string, g plotter.GridXYZ, colors palette.ColorMap, limit float64) {
	m := &mark{kind: "heat"}
	if err := flatten(m, g); err != nil {
		p.fail("heat map %q: %w", label, err)
		return
	}
	lo, hi := slices.Min(m.z), slices.Max(m.z)
	switch {
	case limit > 0 && finite(lo, hi):
		lo, hi = -limit, limit
	case lo == hi:
		lo, hi = math.Min(lo-0.5, lo-1e-12*math.Abs(lo)), math.Max(lo+0.5, lo+1e-12*math.Abs(lo)) // beyond the last digit
	}
	if p.orphan() || !drawable(lo, hi) {
		p.fail("heat map %q: values from %g to %g, want at most %g and as much apart as leaves digits to tell them by", label, lo, hi, largest)
		return
	}
	colors.SetMin(lo)
	colors.SetMax(hi)
	p.bar = &colorBar{label, colors}
	m.build = func(*mark, *frame) []plot.Plotter {
		shades := colors.Palette(256)
		h := plotter.NewHeatMap(g, shades)
		h.Min, h.Max, h.Rasterized = lo, hi, true
		h.Underflow, h.Overflow = shades.Colors()[0], shades.Colors()[255]
		return []plot.Plotter{h}
	}
	p.add(m, false, false, nil).name = label
}

// viridis returns a color map whose lightness grows evenly, close to the one of that name (Smith &
// van der Walt, 2015), through nine of its colors.
func viridis() palette.ColorMap {
	m, err := moreland.NewLuminance([]color.Color{
		color.NRGBA{0x44, 0x01, 0x54, 0xFF}, color.NRGBA{0x48, 0x28, 0x78, 0xFF}, color.NRGBA{0x3E, 0x4A, 0x89, 0xFF},
		color.NRGBA{0x31, 0x68, 0x8E, 0xFF}, color.NRGBA{0x26, 0x82, 0x8E, 0xFF}, color.NRGBA{0x1F, 0x9E, 0x89, 0xFF},
		color.NRGBA{0x35, 0xB7, 0x79, 0xFF}, color.NRGBA{0x6D, 0xCD, 0x59, 0xFF}, color.NRGBA{0xFD, 0xE7, 0x25, 0xFF},
	})
	if err != nil { // cannot happen: the colors above are ordered by lightness
		return moreland.Kindlmann()
	}
	return m
}

// Contours draws the lines on which a grid has the given values, each labelled with its value where
// there is room.
func (p *Panel) Contours(g plotter.GridXYZ, levels []float64, opts ...Option) {
	m := &mark{kind: "contour"}
	if err := flatten(m, g); err != nil {
		p.fail("contours: %w", err)
		return
	}
	if len(levels) == 0 || !finite(levels...) {
		p.fail("contours: levels %v: want at least one, all finite", levels)
		return
	}
	levels = slices.Sorted(slices.Values(levels))
	m.build = func(m *mark, _ *frame) []plot.Plotter {
		k := contourLines{g, levels, m.style.lineStyle()}
		m.late = plotterFunc(k.label)
		return []plot.Plotter{plotterFunc(k.stroke)}
	}
	p.add(m, false, false, append([]Option{Thin}, opts...))
}

// contourLines draws contour lines in an order that does not change from run to run (gonum's own
// goes through a map) and writes their values on them.
type contourLines struct {
	grid   plotter.GridXYZ
	levels []float64
	style  draw.LineStyle
}

// stroke draws the lines.
func (k contourLines) stroke(c draw.Canvas, p *plot.Plot) {
	for _, z := range k.levels {
		c.StrokeLines(k.style, k.lines(c, p, z)...)
	}
}

// label writes the value of each level on its longest line.
func (k contourLines) label(c draw.Canvas, p *plot.Plot) {
	sty := textStyle(11, false)
	sty.Color, sty.XAlign, sty.YAlign = axisColor, draw.XCenter, draw.YCenter
	var taken []vg.Point
	for _, z := range k.levels {
		if at, ok := roomFor(c, longest(k.lines(c, p, z)), taken); ok {
			taken = append(taken, at)
			halo(c, sty, at, strings.ReplaceAll(fmt.Sprintf("%.3g", z), "-", "−"))
		}
	}
}

// lines returns the contour lines at z inside the canvas, sorted.
func (k contourLines) lines(c draw.Canvas, p *plot.Plot, z float64) [][]vg.Point {
	var rec recorder.Canvas
	one := plotter.Contour{GridXYZ: k.grid, Levels: []float64{z}, LineStyles: []draw.LineStyle{k.style},
		Min: math.Inf(-1), Max: math.Inf(1)}
	one.Plot(draw.Canvas{Canvas: &rec, Rectangle: c.Rectangle}, p)
	var lines [][]vg.Point
	for _, a := range rec.Actions {
		s, ok := a.(*recorder.Stroke)
		if !ok {
			continue
		}
		var pts []vg.Point
		for _, comp := range s.Path {
			if comp.Type != vg.CloseComp {
				pts = append(pts, comp.Pos)
			}
		}
		lines = append(lines, pts)
	}
	byPoints := func(p, q vg.Point) int { return cmp.Or(cmp.Compare(p.X, q.X), cmp.Compare(p.Y, q.Y)) }
	slices.SortFunc(lines, func(a, b []vg.Point) int { return slices.CompareFunc(a, b, byPoints) })
	return c.ClipLinesXY(lines...)
}

// longest returns the longest line, or none if that is too short for a label.
func longest(lines [][]vg.Point) []vg.Point {
	var best []vg.Point
	most := 70.0 // pixels: a label of some 25 leaves most of the line
	for _, l := range lines {
		n := 0.0
		for i := 1; i < len(l); i++ {
			n += math.Hypot(float64(l[i].X-l[i-1].X), float64(l[i].Y-l[i-1].Y))
		}
		if n > most {
			best, most = l, n
		}
	}
	return best
}

// roomFor looks along a line, from its middle outwards, for a place where a label fits inside the
// canvas and keeps clear of the labels already there.
func roomFor(c draw.Canvas, line, taken []vg.Point) (vg.Point, bool) {
	n := len(line)
	for d := range n {
		i := n/2 + d/2
		if d%2 == 1 {
			i = n/2 - (d+1)/2
		}
		q := line[i]
		inside := q.X > c.Min.X+20 && q.X < c.Max.X-20 && q.Y > c.Min.Y+9 && q.Y < c.Max.Y-9
		near := func(t vg.Point) bool {
			return math.Abs(float64(q.X-t.X)) < 44 && math.Abs(float64(q.Y-t.Y)) < 18
		}
		if inside && !slices.ContainsFunc(taken, near) {
			return q, true
		}
	}
	return vg.Point{}, false
}
