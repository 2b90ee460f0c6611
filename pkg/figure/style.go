package figure

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// An Option changes how one series is drawn: an Ink, a Dash, a Marker, a Look, a Width, or error
// bars (YErr).
type Option interface{ set(*style) }

// style is what one series looks like, or what its name has been given so far.
type style struct {
	ink    Ink
	dash   Dash
	marker Marker
	width  Width
	stderr []float64 // of the points
	hasErr bool
}

// unset is the ink, dash or marker of a style that has none yet.
const unset = -1

// choose returns the first of two choices that has been made.
func choose[T ~int](first, second T) T {
	if first != unset {
		return first
	}
	return second
}

// An Ink is a color. The first seven are the palette of Okabe and Ito, which readers with any kind
// of color vision can tell apart, in the order in which series without an Ink receive them (their
// yellow is left out: it vanishes on white). White is for marks on top of a heat map.
type Ink int

// The inks.
const (
	Blue Ink = iota
	Vermilion
	Green
	Purple
	Orange
	Sky
	Black
	Gray
	White
	autoInks = int(Gray) // Gray and White are never given out
)

// inks holds the colors: Okabe & Ito, "Color Universal Design" (2008).
var inks = [...]color.NRGBA{
	Blue:      {0x00, 0x72, 0xB2, 0xFF},
	Vermilion: {0xD5, 0x5E, 0x00, 0xFF},
	Green:     {0x00, 0x9E, 0x73, 0xFF},
	Purple:    {0xCC, 0x79, 0xA7, 0xFF},
	Orange:    {0xE6, 0x9F, 0x00, 0xFF},
	Sky:       {0x56, 0xB4, 0xE9, 0xFF},
	Black:     {0x1A, 0x1A, 0x1A, 0xFF},
	Gray:      {0x80, 0x80, 0x80, 0xFF},
	White:     {0xFF, 0xFF, 0xFF, 0xFF},
}

// House colors beside the inks, and lines in them: the grid is light.
var (
	textColor = inks[Black]
	axisColor = color.NRGBA{0x55, 0x55, 0x55, 0xFF}
	gridLine  = draw.LineStyle{Color: color.NRGBA{0xE6, 0xE6, 0xE6, 0xFF}, Width: 1}
	axisLine  = draw.LineStyle{Color: axisColor, Width: 1}
)

func (i Ink) set(s *style) { s.ink = i }

// lighterBy separates the shades of the inks.
const lighterBy Ink = 1 << 8

// Lighter returns the ink mixed with white, one third of the way at each level: for the second and
// third curve of one kind. Level 2 is the last that is seen well on white.
func (i Ink) Lighter(level int) Ink { return i + lighterBy*Ink(max(level, 0)) }

// rgb returns the color; an Ink that does not exist is gray.
func (i Ink) rgb() color.NRGBA {
	level := i / lighterBy
	if i %= lighterBy; i < 0 || int(i) >= len(inks) {
		i = Gray
	}
	c := inks[i]
	for range min(level, 3) {
		c.R, c.G, c.B = c.R+(255-c.R)/3, c.G+(255-c.G)/3, c.B+(255-c.B)/3
	}
	return c
}

// Palette returns the colors that series receive, in their order, as CSS writes them: charts that
// are not drawn here look alike with it.
func Palette() []string {
	var css []string
	for _, c := range inks[:autoInks] {
		css = append(css, fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B))
	}
	return css
}

// tint returns the color with the given opacity, for areas behind lines.
func (i Ink) tint(alpha float64) color.NRGBA {
	c := i.rgb()
	c.A = uint8(255*alpha + 0.5)
	return c
}

// A Dash is a line pattern.
type Dash int

// The patterns, in the order in which lines receive them.
const (
	Solid Dash = iota
	Dashed
	Dotted
	DashDot
	LongDash
	numDashes
)

func (d Dash) set(s *style) { s.dash = d }

// patterns holds the lengths of strokes and gaps in pixels.
var patterns = map[Dash][]vg.Length{Dashed: {7, 4}, Dotted: {2, 3}, DashDot: {8, 3, 2, 3}, LongDash: {14, 4}}

// A Marker is the shape of a point.
type Marker int

// The shapes, in the order in which point series receive them.
const (
	Circle Marker = iota
	Square
	Triangle
	Ring
	Cross
	numMarkers
	Dot // a small disc without outline, for clouds
)

func (m Marker) set(s *style) { s.marker = m }

// glyphs holds the gonum glyphs of the shapes with their radii in pixels.
var glyphs = map[Marker]draw.GlyphStyle{
	Circle:   {Shape: draw.CircleGlyph{}, Radius: 3.6},
	Square:   {Shape: draw.BoxGlyph{}, Radius: 3.6},
	Triangle: {Shape: draw.PyramidGlyph{}, Radius: 4.4},
	Ring:     {Shape: draw.RingGlyph{}, Radius: 3.8},
	Cross:    {Shape: draw.CrossGlyph{}, Radius: 3.8},
	Dot:      {Shape: draw.CircleGlyph{}, Radius: 1.6},
}

// A Look is an ink, a dash and a marker together: what a method has in every figure.
type Look struct {
	Ink    Ink
	Dash   Dash
	Marker Marker
}

func (l Look) set(s *style) { s.ink, s.dash, s.marker = l.Ink, l.Dash, l.Marker }

// Lighter is [Ink.Lighter].
func (l Look) Lighter(level int) Look {
	l.Ink = l.Ink.Lighter(level)
	return l
}

// A Width is the width of a line in pixels.
type Width float64

// The widths. A Width of zero means Normal.
const (
	Thin   Width = 1
	Normal Width = 1.8
)

func (w Width) set(s *style) { s.width = w }

// styled returns the style of a series: the options given, and for the rest what its name has had
// since it was first used. Lines and points draw from their own sequences of dashes and markers.
func (f *Figure) styled(name string, lines, points bool, opts []Option) style {
	s := style{ink: unset, dash: unset, marker: unset}
	for _, o := range opts {
		if o == nil {
			f.fail("series %q: a nil option", name)
			continue
		}
		o.set(&s)
	}
	if name == "" {
		s.ink = choose(s.ink, Gray)
		return s
	}
	g := f.given[name]
	if g == nil {
		g = &style{ink: choose(s.ink, f.freeInk()), dash: unset, marker: unset}
		f.given[name], f.names = g, append(f.names, name)
	}
	if lines && g.dash == unset {
		g.dash = choose(s.dash, f.dashes%numDashes)
		f.dashes++
	}
	if points && g.marker == unset {
		g.marker = choose(s.marker, f.markers%numMarkers)
		f.markers++
	}
	s.ink, s.dash, s.marker = choose(s.ink, g.ink), choose(s.dash, g.dash), choose(s.marker, g.marker)
	return s
}

// freeInk returns the first ink that no name has yet.
func (f *Figure) freeInk() Ink {
	used := map[Ink]bool{}
	for _, g := range f.given {
		used[g.ink] = true
	}
	for i := range Ink(autoInks) {
		if !used[i] {
			return i
		}
	}
	return Ink(len(f.given) % autoInks)
}

// lineStyle returns the gonum style for a line.
func (s style) lineStyle() draw.LineStyle {
	w := s.width
	if w <= 0 {
		w = Normal
	}
	return draw.LineStyle{Color: s.ink.rgb(), Width: vg.Length(w), Dashes: patterns[s.dash]}
}

// pointStyle returns the gonum style for a point, a Circle where nothing else was chosen.
func (s style) pointStyle() draw.GlyphStyle {
	g, ok := glyphs[s.marker]
	if !ok {
		g = glyphs[Circle]
	}
	g.Color = s.ink.rgb()
	return g
}

// barStyle returns the gonum style for an error bar: solid and thin.
func (s style) barStyle() draw.LineStyle { return draw.LineStyle{Color: s.ink.rgb(), Width: 1.2} }

// errorBars is the option that YErr returns.
type errorBars []float64

func (e errorBars) set(s *style) { s.stderr, s.hasErr = e, true }

// YErr draws each point with a vertical bar of one standard error each way.
func YErr(stderr []float64) Option { return errorBars(stderr) }
