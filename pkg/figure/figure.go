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

	panels []*Panel
	slots  map[string]*slot
	names  []string // of series, in the order of the legend
	err    error    // the first mistake
}

// New returns an empty figure with one panel. Name, title and alt must not be
// empty; like every mistake in a figure, that shows when it is shown.
func New(name, title, alt string) *Figure {
	f := &Figure{Name: name, Title: title, Alt: alt, slots: map[string]*slot{}}
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

// A slot is the style that a name has throughout a figure.
type slot struct {
	ink                Ink
	dash               Dash
	marker             Marker
	hasDash, hasMarker bool
}

// styled returns the style of a series: the options given, and for the rest
// what its name has had since it was first used. Lines and points draw from
// their own sequences of dashes and markers.
func (f *Figure) styled(name string, lines, points bool, opts []Option) style {
	var s style
	for _, o := range opts {
		o.set(&s)
	}
	if name == "" {
		if !s.hasInk {
			s.ink = Gray
		}
		return s
	}
	dashes, markers := f.given()
	sl := f.slots[name]
	if sl == nil {
		sl = &slot{ink: s.ink}
		if !s.hasInk {
			sl.ink = f.freeInk()
		}
		f.slots[name] = sl
		f.names = append(f.names, name)
	}
	if lines && !sl.hasDash {
		sl.dash, sl.hasDash = s.dash, true
		if !s.hasDash {
			sl.dash = Dash(dashes % int(numDashes))
		}
	}
	if points && !sl.hasMarker {
		sl.marker, sl.hasMarker = s.marker, true
		if !s.hasMarker {
			sl.marker = Marker(markers % int(numMarkers))
		}
	}
	if !s.hasInk {
		s.ink = sl.ink
	}
	if !s.hasDash {
		s.dash = sl.dash
	}
	if !s.hasMarker {
		s.marker = sl.marker
	}
	return s
}

// freeInk returns the first ink that no name has yet.
func (f *Figure) freeInk() Ink {
	used := map[Ink]bool{}
	for _, sl := range f.slots {
		used[sl.ink] = true
	}
	for i := range Ink(autoInks) {
		if !used[i] {
			return i
		}
	}
	return Ink(len(f.slots) % autoInks)
}

// given counts the names that have a dash and those that have a marker: the
// next of each sequence is theirs.
func (f *Figure) given() (dashes, markers int) {
	for _, sl := range f.slots {
		if sl.hasDash {
			dashes++
		}
		if sl.hasMarker {
			markers++
		}
	}
	return dashes, markers
}
