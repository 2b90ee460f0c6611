// Package figure draws what people see, in one style, on paper and in a notebook. It knows lines,
// points and tables, and no physics.
//
// A figure is drawn by gonum/plot. Show writes it to disk as NAME.svg with the numbers behind it in
// NAME.csv and, in a GoNB cell, displays it:
//
//	f := figure.New("rates", "Eq. 17 follows the measured rate",
//		"Escape rate against barrier height, both on log axes: points lie on the line.")
//	f.X, f.Y = figure.Log("c = L(θˢ)/L(θ*)"), figure.Log("escape rate κ")
//	f.Points("measured", c, kappa, figure.YErr(stderr))
//	err := f.Show()
//
// The title is the message, and the third argument of New is the text for those who cannot see the
// figure; both are required. A name keeps its color, dash pattern and marker in every panel of a
// figure, and appears once in the legend; a series without a name is drawn in gray and is not in
// the legend.
//
// The drawing methods return nothing: the first mistake (slices of different length, a NaN, a value
// ≤ 0 for a log axis) is kept and returned by Show.
//
// What a reader moves is in package live.
package figure

import (
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/palette"
	"gonum.org/v1/plot/plotter"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// figureWidth is the width of every figure in pixels: a notebook's text column.
const figureWidth = 720

// A Figure is one panel or several under a common title, with a common legend. Its own Panel is the
// first one; Below and Beside add others.
type Figure struct {
	// Name is the name of the files, without their ending: letters, digits, "_" and "-".
	Name string
	// Title is the message of the figure. It is wrapped where needed.
	Title string
	// Alt describes the figure for those who cannot see it.
	Alt string
	// Table, when not nil, is what the CSV file holds: set it where other work relies on certain
	// columns. Otherwise the CSV file lists every plotted point.
	Table *Table

	*Panel

	panels  []*Panel
	given   map[string]*style // what the names of series have for good
	names   []string          // of series, in the order of the legend
	dashes  Dash              // how many names have one: the next of the sequence
	markers Marker            // and the same for markers
	err     error             // the first mistake
}

// New returns an empty figure with one panel. Name, title and alt must not be empty; like every
// mistake in a figure, that shows when it is shown.
func New(name, title, alt string) *Figure {
	f := &Figure{Name: name, Title: title, Alt: alt, given: map[string]*style{}}
	f.Panel = f.addPanel(0, 0, 300)
	return f
}

// orphan reports whether a panel belongs to no figure, as one does that neither New nor Below nor
// Beside made: nothing is drawn on it, and no figure shows it.
func (p *Panel) orphan() bool { return p == nil || p.fig == nil }

// fail keeps the first mistake, that of a panel with its figure.
func (p *Panel) fail(format string, args ...any) {
	if !p.orphan() {
		p.fig.fail(format, args...)
	}
}

func (f *Figure) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("figure: %s: "+format, append([]any{f.Name}, args...)...)
	}
}

// check returns the first mistake made so far.
func (f *Figure) check() error {
	if f == nil || f.Panel == nil {
		return fmt.Errorf("figure: a figure that New did not make")
	}
	if f.err != nil {
		return f.err
	}
	if err := output.CheckTexts(f.Name, f.Title, f.Alt); err != nil {
		return fmt.Errorf("figure: %w", err)
	}
	for _, p := range f.panels {
		if len(p.marks) == 0 {
			return fmt.Errorf("figure: %s: panel %d: nothing is drawn in it", f.Name, p.number)
		}
		if !(p.Height <= 1e4) { // far beyond any page
			return fmt.Errorf("figure: %s: panel %d: its height is %g, want at most 10,000", f.Name, p.number, p.Height)
		}
		texts := f.Title + f.Alt + p.X.label + p.Y.label + p.Subtitle
		for _, m := range p.marks {
			texts += m.name
		}
		if err := output.Printable(texts); err != nil || strings.ContainsAny(texts, "\uFFFE\uFFFF") {
			return fmt.Errorf("figure: %s: panel %d: a text that an SVG file cannot hold: %q", f.Name, p.number, texts)
		}
	}
	return nil
}

// A Panel is one pair of axes and what is drawn between them: heat maps and areas first, then
// lines, then points, each in the order in which it was added. Where a method takes a name, the
// empty name means gray and not in the legend.
type Panel struct {
	// X and Y are the axes. A panel that sets no X shares that of the panel above it, and one that
	// sets no Y that of the panel to its left.
	X, Y Axis
	// Subtitle is written above the panel.
	Subtitle string
	// Height is that of the data area in pixels.
	Height float64
	// EqualAspect chooses the height such that a unit is as long on both axes.
	EqualAspect bool

	fig      *Figure
	number   int
	row, col int
	marks    []*mark
	bar      *colorBar
}

// addPanel adds a panel at a place in the grid.
func (f *Figure) addPanel(row, col int, height float64) *Panel {
	if f.at(row, col) != nil {
		f.fail("a second panel in row %d, column %d", row+1, col+1)
	}
	p := &Panel{fig: f, number: len(f.panels) + 1, row: row, col: col, Height: height}
	f.panels = append(f.panels, p)
	return p
}

// Below adds a panel under p: a third of its height, for a ratio or residuals, with the X axis of p
// unless it sets its own.
func (p *Panel) Below() *Panel { return p.next(1, 0, 3) }

// Beside adds a panel of the same height to the right of p, with the Y axis of p unless it sets its
// own.
func (p *Panel) Beside() *Panel { return p.next(0, 1, 1) }

func (p *Panel) next(down, right int, share float64) *Panel {
	if p.orphan() {
		return new(Panel)
	}
	return p.fig.addPanel(p.row+down, p.col+right, p.Height/share)
}

// at returns the panel at a place in the grid, or nil.
func (f *Figure) at(row, col int) *Panel {
	for _, p := range f.panels {
		if p.row == row && p.col == col {
			return p
		}
	}
	return nil
}

// top returns the panel whose X axis p has: itself, or one above it.
func (p *Panel) top() *Panel {
	if above := p.fig.at(p.row-1, p.col); p.X == (Axis{}) && above != nil {
		return above.top()
	}
	return p
}

// first returns the panel whose Y axis p has: itself, or one to its left.
func (p *Panel) first() *Panel {
	if left := p.fig.at(p.row, p.col-1); p.Y == (Axis{}) && left != nil {
		return left.first()
	}
	return p
}

// sharing returns the panels whose axis belongs to the same owner as that of p.
func (p *Panel) sharing(owner func(*Panel) *Panel) []*Panel {
	var out []*Panel
	for _, q := range p.fig.panels {
		if owner(q) == owner(p) {
			out = append(out, q)
		}
	}
	return out
}

// A frame is a panel with its limits found.
type frame struct {
	*Panel
	x, y                   Axis
	xmin, xmax, ymin, ymax float64
	showX, showY           bool // whether the numbers and labels are written here
}

// frame finds the limits of p and checks that its data can be drawn on them.
func (p *Panel) frame() (*frame, error) {
	fr := &frame{Panel: p, x: p.top().X, y: p.first().Y, showX: true, showY: p.first() == p}
	ex, ey := nothing, nothing
	for _, q := range p.sharing((*Panel).top) {
		fr.showX = fr.showX && q.row <= p.row // the lowest one writes it
		for _, m := range q.marks {
			m.extendX(&ex, fr.x.log)
		}
	}
	var err error
	if fr.xmin, fr.xmax, err = fr.x.limits(ex); err != nil {
		return nil, err
	}
	for _, m := range p.marks {
		if err = m.evaluate(fr); err == nil {
			err = m.fits(fr.x.log, fr.y.log)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, q := range p.sharing((*Panel).first) {
		for _, m := range q.marks {
			m.extendY(&ey, fr.y.log)
		}
	}
	fr.ymin, fr.ymax, err = fr.y.limits(ey)
	return fr, err
}

// inside reports whether a point lies between the limits.
func (fr *frame) inside(x, y float64) bool {
	return x >= fr.xmin && x <= fr.xmax && y >= fr.ymin && y <= fr.ymax
}

// The room that a tick label needs along an axis, in pixels.
const (
	xPerLabel = 62
	yPerLabel = 25
)

// compose returns the gonum plot of the panel for a data area of w by h pixels.
func (fr *frame) compose(w, h float64) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	fr.x.apply(&p.X, fr.xmin, fr.xmax, w/xPerLabel, fr.showX)
	fr.y.apply(&p.Y, fr.ymin, fr.ymax, h/yPerLabel, fr.showY)
	p.Add(&plotter.Grid{Horizontal: gridLine, Vertical: gridLine})
	var late []plot.Plotter
	marks := slices.Clone(fr.marks)
	slices.SortStableFunc(marks, func(a, b *mark) int { return layers[a.kind] - layers[b.kind] })
	for _, m := range marks {
		for _, q := range m.build(m, fr) {
			p.Add(plotterFunc(q.Plot))
		}
		if m.late != nil {
			late = append(late, m.late)
		}
	}
	p.Add(late...)
	return p
}

// A colorBar explains the colors of a heat map.
type colorBar struct {
	label  string
	colors palette.ColorMap
}
