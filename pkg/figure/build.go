package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// px converts pixels to gonum lengths: a figure has one "point" per pixel.
func px(v float64) vg.Length { return vg.Length(v) }

// xys pairs two slices.
func xys(x, y []float64) plotter.XYs {
	out := make(plotter.XYs, len(x))
	for i := range x {
		out[i] = plotter.XY{X: x[i], Y: y[i]}
	}
	return out
}

// A plotterFunc draws on the data area of a plot. It has none of the other methods of gonum's
// plotters: the limits are known, and the glyph boxes by which gonum widens them would cost a pass
// over all points.
type plotterFunc func(c draw.Canvas, p *plot.Plot)

// Plot implements plot.Plotter.
func (f plotterFunc) Plot(c draw.Canvas, p *plot.Plot) { f(c, p) }

// lineOf returns a line in the style of a mark.
func (m *mark) lineOf(x, y []float64) *plotter.Line {
	return &plotter.Line{XYs: xys(x, y), LineStyle: m.style.lineStyle()}
}

// curve returns what draws one line, in the panel and in the legend.
func (m *mark) curve(x, y []float64) []plot.Plotter {
	l := m.lineOf(x, y)
	m.thumb = []plot.Thumbnailer{l}
	return []plot.Plotter{l}
}

func buildLine(m *mark, _ *frame) []plot.Plotter { return m.curve(m.x, m.y) }

// buildStep draws the corners of the staircase as a plain line: gonum clips before it steps, which
// moves corners near the edges.
func buildStep(m *mark, _ *frame) []plot.Plotter {
	var x, y []float64
	for i := range m.x {
		if i > 0 {
			x, y = append(x, m.x[i]), append(y, m.y[i-1])
		}
		x, y = append(x, m.x[i]), append(y, m.y[i])
	}
	return m.curve(x, y)
}

func buildPoints(m *mark, fr *frame) []plot.Plotter {
	var out []plot.Plotter
	pts, bars := m.visible(fr)
	if bars != nil {
		out = append(out, &plotter.YErrorBars{XYs: pts, YErrors: bars, LineStyle: m.style.barStyle(), CapWidth: 6})
	}
	m.thumb = []plot.Thumbnailer{pointThumb{m.style, m.ylo != nil}}
	return append(out, &plotter.Scatter{XYs: pts, GlyphStyle: m.style.pointStyle()})
}

// visible returns the points inside the frame, with their error bars if there are any. A bar that
// reaches a value ≤ 0 on a log axis is cut just below the lower edge.
func (m *mark) visible(fr *frame) (pts plotter.XYs, bars plotter.YErrors) {
	for i := range m.x {
		if !fr.inside(m.x[i], m.y[i]) {
			continue
		}
		pts = append(pts, plotter.XY{X: m.x[i], Y: m.y[i]})
		if m.ylo != nil {
			lo := m.ylo[i]
			if fr.y.log {
				lo = math.Max(lo, 0.99*fr.ymin)
			}
			bars = append(bars, struct{ Low, High float64 }{m.y[i] - lo, m.yhi[i] - m.y[i]})
		}
	}
	return pts, bars
}

func buildCloud(m *mark, fr *frame) []plot.Plotter {
	sty := m.style.pointStyle()
	sty.Color = m.style.ink.tint(0.35)
	pts, _ := m.visible(fr)
	m.thumb = []plot.Thumbnailer{pointThumb{m.style, false}}
	return []plot.Plotter{&plotter.Scatter{XYs: pts, GlyphStyle: sty}}
}

func buildPath(m *mark, fr *frame) []plot.Plotter {
	out := m.curve(m.x, m.y)
	for i, end := range []Marker{Ring, Circle} {
		at := i * (len(m.x) - 1)
		if fr.inside(m.x[at], m.y[at]) {
			s := m.style
			s.marker = end
			out = append(out, &plotter.Scatter{XYs: xys(m.x[at:at+1], m.y[at:at+1]), GlyphStyle: s.pointStyle()})
		}
	}
	return out
}

func buildBand(m *mark, _ *frame) []plot.Plotter {
	x, y := slices.Clone(m.x), slices.Clone(m.yhi)
	for i := len(m.x) - 1; i >= 0; i-- {
		x, y = append(x, m.x[i]), append(y, m.ylo[i])
	}
	a := m.areaOf(x, y)
	m.thumb = []plot.Thumbnailer{a}
	return []plot.Plotter{a}
}

func buildBars(m *mark, fr *frame) []plot.Plotter {
	floor := 0.0
	if fr.y.log {
		floor = fr.ymin
	}
	x, y := []float64{m.xlo[0]}, []float64{floor}
	for i, h := range m.y {
		x, y = append(x, m.xlo[i], m.xhi[i]), append(y, h, h)
	}
	x, y = append(x, m.xhi[len(m.xhi)-1]), append(y, floor)
	a, l := m.areaOf(x, y), m.lineOf(x, y)
	m.thumb = []plot.Thumbnailer{a, l}
	return []plot.Plotter{a, l}
}

// An area is a filled polygon; the legend shows all its ground, without an edge.
type area struct{ *plotter.Polygon }

// Thumbnail implements plot.Thumbnailer.
func (a area) Thumbnail(c *draw.Canvas) { c.FillPolygon(a.Color, corners(c.Rectangle)) }

// areaOf returns an area in the color of a mark, of an opacity with which two of them over each
// other and a grid behind them stay visible.
func (m *mark) areaOf(x, y []float64) area {
	return area{&plotter.Polygon{XYs: []plotter.XYs{xys(x, y)}, Color: m.style.ink.tint(0.22)}}
}

// corners returns the corners of a rectangle.
func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

// pointThumb shows a marker, with its error bar, in the legend.
type pointThumb struct {
	style style
	bar   bool
}

// Thumbnail implements plot.Thumbnailer.
func (t pointThumb) Thumbnail(c *draw.Canvas) {
	mid := c.Center()
	if t.bar {
		c.StrokeLine2(t.style.barStyle(), mid.X, c.Min.Y+1, mid.X, c.Max.Y-1)
	}
	s := t.style.pointStyle()
	if t.style.marker == Dot {
		s.Radius = 2.5
	}
	c.DrawGlyph(s, mid)
}

// buildReference draws a line across the panel with its label.
func buildReference(m *mark, _ *frame) []plot.Plotter {
	return []plot.Plotter{plotterFunc(func(c draw.Canvas, p *plot.Plot) {
		_, trY := p.Transforms(&c)
		y := trY(m.y[0])
		if !c.ContainsY(y) {
			return
		}
		c.StrokeLine2(m.style.lineStyle(), c.Min.X, y, c.Max.X, y)
		sty := textStyle(noteSize, false)
		sty.Color, sty.XAlign, sty.YAlign = m.style.ink.rgb(), draw.XRight, draw.YBottom
		halo(c, sty, vg.Point{X: c.Max.X - 4, Y: y + 3}, m.name)
	})}
}

// halo draws text on a patch of white that is almost opaque, so that lines behind it do not cross
// it.
func halo(c draw.Canvas, sty draw.TextStyle, at vg.Point, txt string) {
	if txt == "" {
		return
	}
	w, h := sty.Width(txt), sty.Height(txt)
	min := vg.Point{X: at.X + vg.Length(sty.XAlign)*w - 1, Y: at.Y + vg.Length(sty.YAlign)*h}
	patch := vg.Rectangle{Min: min, Max: min.Add(vg.Point{X: w + 2, Y: h})}
	c.FillPolygon(White.tint(0.8), corners(patch))
	c.FillText(sty, at, txt)
}
