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

// lineOf returns a line in the style of a mark.
func (m *mark) lineOf(x, y []float64) (*plotter.Line, error) {
	if len(x) == 0 {
		return nil, plotter.ErrNoData
	}
	l, err := plotter.NewLine(xys(x, y))
	if err != nil {
		return nil, err
	}
	l.LineStyle = m.style.line()
	return l, nil
}

// curve returns what draws one line, in the panel and in the legend.
func (m *mark) curve(x, y []float64) ([]plot.Plotter, error) {
	l, err := m.lineOf(x, y)
	if err != nil {
		return nil, err
	}
	m.thumb = []plot.Thumbnailer{l}
	return []plot.Plotter{l}, nil
}

func buildLine(m *mark, _ *frame) ([]plot.Plotter, error) { return m.curve(m.x, m.y) }

// buildStep draws the corners of the staircase as a plain line: gonum clips
// before it steps, which moves corners near the edges.
func buildStep(m *mark, _ *frame) ([]plot.Plotter, error) {
	var x, y []float64
	for i := range m.x {
		if i > 0 {
			x, y = append(x, m.x[i]), append(y, m.y[i-1])
		}
		x, y = append(x, m.x[i]), append(y, m.y[i])
	}
	return m.curve(x, y)
}

func buildPoints(m *mark, fr *frame) ([]plot.Plotter, error) {
	var out []plot.Plotter
	pts, bars := m.visible(fr)
	if m.ylo != nil {
		out = append(out, &plotter.YErrorBars{XYs: pts, YErrors: bars, LineStyle: m.style.bar(), CapWidth: 6})
	}
	s := &plotter.Scatter{XYs: pts, GlyphStyle: m.style.point()}
	m.thumb = []plot.Thumbnailer{pointThumb{m.style, m.ylo != nil}}
	return append(out, s), nil
}

// visible returns the points inside the frame, with their error bars if there
// are any. A bar that reaches a value ≤ 0 on a log axis is cut just below the
// lower edge.
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

func buildCloud(m *mark, fr *frame) ([]plot.Plotter, error) {
	sty := m.style.point()
	sty.Color = m.style.ink.tint(0.35)
	pts, _ := m.visible(fr)
	s := &plotter.Scatter{XYs: pts, GlyphStyle: sty}
	m.thumb = []plot.Thumbnailer{pointThumb{m.style, false}}
	return []plot.Plotter{s}, nil
}

func buildPath(m *mark, fr *frame) ([]plot.Plotter, error) {
	l, err := m.lineOf(m.x, m.y)
	if err != nil {
		return nil, err
	}
	m.thumb = []plot.Thumbnailer{l}
	out := []plot.Plotter{l}
	n := len(m.x) - 1
	for i, mk := range []Marker{Ring, Circle} {
		at := i * n
		if !fr.inside(m.x[at], m.y[at]) {
			continue
		}
		s := m.style
		s.marker = mk
		out = append(out, &plotter.Scatter{XYs: xys(m.x[at:at+1], m.y[at:at+1]), GlyphStyle: s.point()})
	}
	return out, nil
}

func buildBand(m *mark, _ *frame) ([]plot.Plotter, error) {
	x, y := slices.Clone(m.x), slices.Clone(m.yhi)
	for i := len(m.x) - 1; i >= 0; i-- {
		x, y = append(x, m.x[i]), append(y, m.ylo[i])
	}
	a := area{xys(x, y), m.style}
	m.thumb = []plot.Thumbnailer{a}
	return []plot.Plotter{a}, nil
}

func buildBars(m *mark, fr *frame) ([]plot.Plotter, error) {
	floor := 0.0
	if fr.y.log {
		floor = fr.ymin
	}
	x, y := []float64{m.xlo[0]}, []float64{floor}
	for i, h := range m.y {
		x, y = append(x, m.xlo[i], m.xhi[i]), append(y, h, h)
	}
	x, y = append(x, m.xhi[len(m.xhi)-1]), append(y, floor)
	l, err := m.lineOf(x, y)
	if err != nil {
		return nil, err
	}
	a := area{xys(x, y), m.style}
	m.thumb = []plot.Thumbnailer{a, l}
	return []plot.Plotter{a, l}, nil
}

// area is a filled polygon, cut at the edges of the panel.
type area struct {
	plotter.XYs
	style style
}

var (
	_ plot.Plotter     = area{}
	_ plot.Thumbnailer = area{}
)

// areaAlpha is the opacity of areas: two of them over each other and a grid
// behind them stay visible.
const areaAlpha = 0.22

// Plot implements plot.Plotter.
func (a area) Plot(c draw.Canvas, p *plot.Plot) {
	trX, trY := p.Transforms(&c)
	pts := make([]vg.Point, len(a.XYs))
	for i, v := range a.XYs {
		pts[i] = vg.Point{X: trX(v.X), Y: trY(v.Y)}
	}
	c.FillPolygon(a.style.ink.tint(areaAlpha), c.ClipPolygonXY(pts))
}

// Thumbnail implements plot.Thumbnailer.
func (a area) Thumbnail(c *draw.Canvas) {
	c.FillPolygon(a.style.ink.tint(areaAlpha), corners(c.Rectangle))
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
		c.StrokeLine2(t.style.bar(), mid.X, c.Min.Y+1, mid.X, c.Max.Y-1)
	}
	s := t.style.point()
	if t.style.marker == Dot {
		s.Radius = 2.5
	}
	c.DrawGlyph(s, mid)
}

func buildReference(m *mark, _ *frame) ([]plot.Plotter, error) {
	return []plot.Plotter{reference{m}}, nil
}

// reference is a line across the panel with its label.
type reference struct{ m *mark }

// Plot implements plot.Plotter.
func (r reference) Plot(c draw.Canvas, p *plot.Plot) {
	_, trY := p.Transforms(&c)
	y := trY(r.m.y[0])
	if !c.ContainsY(y) {
		return
	}
	c.StrokeLine2(r.m.style.line(), c.Min.X, y, c.Max.X, y)
	sty := textStyle(noteSize, false)
	sty.Color, sty.XAlign, sty.YAlign = r.m.style.ink.rgb(), draw.XRight, draw.YBottom
	halo(c, sty, vg.Point{X: c.Max.X - 4, Y: y + 3}, r.m.name)
}

// halo draws text on a patch of white that is almost opaque, so that lines
// behind it do not cross it.
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
