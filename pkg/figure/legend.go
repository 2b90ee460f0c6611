package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes in the legend, in pixels.
const (
	thumbWidth  = 30
	thumbHeight = 12
	entryGap    = 22
	legendLine  = 20
)

// A legend lists the names of a figure's series, in rows.
type legend [][]entry

type entry struct {
	name   string
	thumbs []plot.Thumbnailer
	width  float64
	dark   bool // whether it needs a dark ground
}

// legend collects the named series of all panels. A name that several series
// share, say points and the line through them, has one entry that shows both.
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
		e := entry{name, thumbs[name], thumbWidth + 6 + textStyle(legendSize, false).Width(name).Points(), f.slots[name].ink == White}
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

// draw draws the legend with its top left corner at a point.
func (l legend) draw(c draw.Canvas, at vg.Point) {
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
