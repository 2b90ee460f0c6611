// Package figure draws what people see, in one style, on paper and in a notebook.
// It knows lines, points and tables, and no physics.
//
// A figure is drawn by gonum/plot. Show writes it to disk as NAME.svg with the
// numbers behind it in NAME.csv and, in a GoNB cell, displays it:
//
//	f := figure.New("rates", "Eq. 17 follows the measured rate over five decades",
//		"Escape rate against barrier height, both on log axes: points lie on the line.")
//	f.X, f.Y = figure.Log("c = L(θˢ)/L(θ*)"), figure.Log("escape rate κ")
//	f.Points("measured", c, kappa, figure.YErr(stderr))
//	f.Line("Eq. 17", c, eq17)
//	r := f.Below()
//	r.Y = figure.Linear("κ / Eq. 17")
//	r.Points("measured", c, ratio, figure.YErr(ratioErr))
//	err := f.Show()
//
// The title is the message, and the third argument of New is the text for
// those who cannot see the figure; both are required. A name keeps its color,
// dash pattern and marker in every panel of a figure, and appears once in the
// legend; a series without a name is drawn in gray and is not in the legend.
//
// The drawing methods return nothing: the first mistake (slices of different
// length, a NaN, a value ≤ 0 for a log axis) is kept and returned by Show.
//
// What a reader moves is in package live.
package figure

import (
	"fmt"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// figureWidth is the width of every figure in pixels: a notebook's text column.
const figureWidth = 720

// A Figure is one panel or several under a common title, with a common legend.
// Its own Panel is the first one; Below and Beside add others.
type Figure struct {
	// Name is the name of the files, without their ending: letters,
	// digits, "_" and "-".
	Name string
	// Title is the message of the figure. It is wrapped where needed.
	Title string
	// Alt describes the figure for those who cannot see it.
	Alt string
	// Table, when not nil, is what the CSV file holds: set it where other work
	// relies on certain columns. Otherwise the CSV file lists every plotted point.
	Table *Table

	*Panel

	panels  []*Panel
	given   map[string]*style // what the names of series have for good
	names   []string          // of series, in the order of the legend
	dashes  Dash              // how many names have one: the next of the sequence
	markers Marker            // and the same for markers
	err     error             // the first mistake
}

// New returns an empty figure with one panel. Name, title and alt must not be
// empty; like every mistake in a figure, that shows when it is shown.
func New(name, title, alt string) *Figure {
	f := &Figure{Name: name, Title: title, Alt: alt, given: map[string]*style{}}
	f.Panel = f.addPanel(0, 0)
	f.Panel.Height = 300
	return f
}

// fail keeps the first mistake.
func (f *Figure) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf("figure: %s: "+format, append([]any{f.Name}, args...)...)
	}
}

// check returns the first mistake made so far.
func (f *Figure) check() error {
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
	}
	return nil
}
