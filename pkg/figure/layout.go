package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Distances in pixels.
const (
	margin     = 10 // around the figure
	gap        = 14 // between panels, and around the legend
	subtitleAt = 22 // room for a subtitle
	barGap     = 10 // between a panel and its color bar
	barWidth   = 14
	labelGap   = 4 // between an axis and its label
)

// A layout is a figure ready to be drawn.
type layout struct {
	cells  []*cell
	title  string // wrapped
	legend legend
	width  float64
	height float64
}

// A cell is a panel with its plot and its place: the data area in pixels from the top left, and how
// much its axes need around it.
type cell struct {
	*frame
	plot                     *plot.Plot
	x, y, w, h               float64
	left, right, top, bottom float64
	xlabel, ylabel           string  // wrapped
	edge                     float64 // the left end of the column: where y labels stand
}

// layout finds the place of everything in the figure.
func (f *Figure) layout() (*layout, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	l := &layout{width: figureWidth}
	l.title = wrap(f.Title, textStyle(titleSize, true), px(l.width-2*margin))
	rows, cols := 1, 1
	for _, p := range f.panels {
		rows, cols = max(rows, p.row+1), max(cols, p.col+1)
	}
	// A shared Y axis depends on the function curves of all its panels, which are sampled as their
	// frames are found: hence two passes.
	for range 2 {
		l.cells = nil
		for _, p := range f.panels {
			fr, err := p.frame()
			if err != nil && len(f.panels) > 1 {
				err = fmt.Errorf("panel %d: %w", p.number, err)
			}
			if err != nil {
				return nil, fmt.Errorf("figure: %s: %w", f.Name, err)
			}
			l.cells = append(l.cells, &cell{frame: fr, h: math.Max(40, p.Height)})
		}
	}
	// The room for the axes depends on their labels, these on the size of the data area, and that
	// on the room: two rounds settle it.
	guess := (l.width-2*margin)/float64(cols) - 70
	for _, c := range l.cells {
		c.w = guess
	}
	for range 2 {
		for _, c := range l.cells {
			c.measure()
		}
		l.alignColumns(cols)
		l.stackRows(rows)
	}
	if w := l.cells[0].w; w < 20 {
		return nil, fmt.Errorf("figure: %s: %d panels side by side, too many: none is %d pixels wide", f.Name, cols, 20)
	}
	l.legend = f.legend(l.cells, l.width-2*margin)
	if h := l.legend.height(); h > 0 {
		l.height += gap/2 + h
	}
	l.height = math.Ceil(l.height + margin)
	return l, nil
}

// measure makes the plot of a cell for its present size and finds how much room its axes take.
func (c *cell) measure() {
	if c.EqualAspect {
		c.h = math.Max(100, math.Min(560, c.w*(c.ymax-c.ymin)/(c.xmax-c.xmin)))
	}
	c.plot = c.compose(c.w, c.h)
	outer := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: px(c.w + 70), Y: px(c.h + 50)}}}
	data := c.plot.DataCanvas(outer).Rectangle
	c.left, c.right = data.Min.X.Points(), (outer.Max.X - data.Max.X).Points()
	c.bottom, c.top = data.Min.Y.Points(), (outer.Max.Y - data.Max.Y).Points()
	sty := textStyle(labelSize, false)
	if c.ylabel = wrap(c.frame.y.label, sty, px(c.h)); c.ylabel != "" && c.showY {
		c.left += labelGap + sty.Height(c.ylabel).Points()
	}
	if c.xlabel = wrap(c.frame.x.label, sty, px(c.w)); c.xlabel != "" && c.showX {
		c.bottom += labelGap + sty.Height(c.xlabel).Points()
	}
	if c.Subtitle != "" {
		c.top = math.Max(c.top, subtitleAt)
	}
	if c.bar != nil {
		c.right = math.Max(c.right, barGap+barWidth+c.bar.room(c.h))
	}
}

// alignColumns gives all data areas the same width and lines them up.
func (l *layout) alignColumns(n int) {
	left, right := make([]float64, n), make([]float64, n)
	for _, c := range l.cells {
		left[c.col] = math.Max(left[c.col], c.left)
		right[c.col] = math.Max(right[c.col], c.right)
	}
	free := l.width - 2*margin - gap*float64(n-1)
	for i := range n {
		free -= left[i] + right[i]
	}
	w := free / float64(n)
	for _, c := range l.cells {
		c.w, c.x = w, margin
		for i := range c.col {
			c.x += left[i] + w + right[i] + gap
		}
		c.edge = c.x
		c.x += left[c.col]
	}
}

// stackRows stacks the rows under the title.
func (l *layout) stackRows(n int) {
	y := margin + textStyle(titleSize, true).Height(l.title).Points() + gap/2
	for row := range n {
		var top, h, bottom float64
		for _, c := range l.cells {
			if c.row == row {
				top, h, bottom = math.Max(top, c.top), math.Max(h, c.h), math.Max(bottom, c.bottom)
			}
		}
		for _, c := range l.cells {
			if c.row == row {
				c.y = y + top + (h-c.h)/2
			}
		}
		y += top + h + bottom + gap/2
	}
	l.height = y
}

// paint draws the figure on a canvas of its size.
func (l *layout) paint(canvas vg.Canvas) {
	dc := draw.NewCanvas(canvas, px(l.width), px(l.height))
	dc.SetColor(White.rgb())
	dc.Fill(dc.Rectangle.Path())
	at := func(x, y float64) vg.Point { return vg.Point{X: px(x), Y: px(l.height - y)} }

	dc.FillText(textStyle(titleSize, true), at(margin, margin), l.title)
	for _, c := range l.cells {
		data := vg.Rectangle{Min: at(c.x, c.y+c.h), Max: at(c.x+c.w, c.y)}
		c.plot.Draw(c.outer(dc, data))
		sty := textStyle(labelSize, false)
		sty.XAlign, sty.YAlign = draw.XCenter, draw.YBottom
		if c.showX {
			dc.FillText(sty, at(c.x+c.w/2, c.y+c.h+c.bottom), c.xlabel)
		}
		if c.showY {
			sty.Rotation, sty.YAlign = math.Pi/2, draw.YTop
			dc.FillText(sty, at(c.edge, c.y+c.h/2), c.ylabel)
		}
		sty = textStyle(subtitleSize, true)
		sty.YAlign = draw.YBottom
		dc.FillText(sty, at(c.x, c.y-5), c.Subtitle)
		if c.bar != nil {
			c.bar.paint(dc, vg.Rectangle{Min: at(c.x+c.w+barGap, c.y+c.h), Max: at(c.x+c.w+barGap+barWidth, c.y)})
		}
	}
	l.legend.paint(dc, at(margin, l.height-margin-l.legend.height()))
}

// outer returns the canvas that makes gonum put the data area at data: what the axes take is found
// by asking, and once more to correct the rest.
func (c *cell) outer(dc draw.Canvas, data vg.Rectangle) draw.Canvas {
	out := draw.Canvas{Canvas: dc.Canvas, Rectangle: data}
	for range 3 {
		got := c.plot.DataCanvas(out).Rectangle
		out.Min = out.Min.Add(data.Min.Sub(got.Min))
		out.Max = out.Max.Add(data.Max.Sub(got.Max))
	}
	return out
}

// ticks returns the ticks of a color bar of h pixels.
func (b *colorBar) ticks(h float64) []plot.Tick {
	return linearTicks(b.colors.Min(), b.colors.Max(), int(math.Max(2, h/28)))
}

// room returns how much room the bar's numbers and label take to its right.
func (b *colorBar) room(h float64) float64 {
	var w vg.Length
	for _, t := range b.ticks(h) {
		w = max(w, textStyle(tickSize, false).Width(t.Label))
	}
	return w.Points() + 8 + textStyle(labelSize, false).Height(b.label).Points() + 8
}

// paint draws the bar with its ticks and its label, read from top to bottom.
func (b *colorBar) paint(c draw.Canvas, r vg.Rectangle) {
	const steps = 96
	dy := (r.Max.Y - r.Min.Y) / steps
	for i, col := range b.colors.Palette(steps).Colors() {
		lo := r.Min.Y + vg.Length(i)*dy
		hi := min(lo+dy+0.5, r.Max.Y) // overlap: no seams between the steps
		c.FillPolygon(col, corners(vg.Rectangle{Min: vg.Point{X: r.Min.X, Y: lo}, Max: vg.Point{X: r.Max.X, Y: hi}}))
	}
	sty := textStyle(tickSize, false)
	sty.YAlign = draw.YCenter
	var w vg.Length
	h := (r.Max.Y - r.Min.Y).Points()
	for _, t := range b.ticks(h) {
		if t.IsMinor() {
			continue
		}
		y := r.Min.Y + px(h*(t.Value-b.colors.Min())/(b.colors.Max()-b.colors.Min()))
		c.StrokeLine2(axisLine, r.Max.X, y, r.Max.X+4, y)
		c.FillText(sty, vg.Point{X: r.Max.X + 7, Y: y}, t.Label)
		w = max(w, sty.Width(t.Label))
	}
	label := textStyle(labelSize, false)
	label.Rotation, label.XAlign, label.YAlign = math.Pi/2, draw.XCenter, draw.YTop
	c.FillText(label, vg.Point{X: r.Max.X + 12 + w, Y: (r.Min.Y + r.Max.Y) / 2}, b.label)
}

// Sizes in the legend, in pixels.
const (
	thumbWidth  = 30
	thumbHeight = 12
	entryGap    = 22
	legendLine  = 20
)

// A legend lists the names of a figure's series, in rows.
type legend [][]legendEntry

type legendEntry struct {
	name   string
	thumbs []plot.Thumbnailer
	width  float64
	dark   bool // whether it needs a dark ground
}

// legend collects the named series of all panels. A name that several series share, say points and
// the line through them, has one entry that shows both.
func (f *Figure) legend(cells []*cell, width float64) legend {
	thumbs := map[string][]plot.Thumbnailer{}
	seen := map[string]bool{}
	for _, c := range cells {
		for _, m := range c.marks {
			if key := m.kind + "\x00" + m.name; !seen[key] {
				thumbs[m.name] = append(thumbs[m.name], m.thumb...)
				seen[key] = true
			}
		}
	}
	var rows legend
	used := width + 1
	for _, name := range f.names {
		e := legendEntry{name, thumbs[name], thumbWidth + 6 + textStyle(legendSize, false).Width(name).Points(), f.given[name].ink == White}
		if used+e.width > width {
			rows, used = append(rows, nil), 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += e.width + entryGap
	}
	return rows
}

// height returns the height of the legend in pixels.
func (l legend) height() float64 { return legendLine * float64(len(l)) }

// paint draws the legend with its top left corner at a point.
func (l legend) paint(c draw.Canvas, at vg.Point) {
	sty := textStyle(legendSize, false)
	sty.YAlign = draw.YCenter
	for i, row := range l {
		mid := at.Y - vg.Length(i)*legendLine - legendLine/2
		x := at.X
		for _, e := range row {
			icon := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: mid - thumbHeight/2},
				Max: vg.Point{X: x + thumbWidth, Y: mid + thumbHeight/2},
			}}
			if e.dark {
				icon.FillPolygon(Gray.rgb(), corners(icon.Rectangle))
			}
			for _, t := range e.thumbs {
				t.Thumbnail(&icon)
			}
			c.FillText(sty, vg.Point{X: x + thumbWidth + 6, Y: mid}, e.name)
			x += px(e.width + entryGap)
		}
	}
}
