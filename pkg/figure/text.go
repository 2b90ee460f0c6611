package figure

import (
	"math"
	"regexp"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Text sizes in pixels: at a column of 720 px the figure is shown at its own size, and 12 is the
// smallest size that reads without effort.
const (
	titleSize    = 16
	subtitleSize = 13.5
	labelSize    = 13.5
	legendSize   = 13
	tickSize     = 12
	noteSize     = 12
)

// textStyle returns the house style of text at a size.
func textStyle(size vg.Length, bold bool) text.Style {
	f := plotfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = font.WeightBold
	}
	return text.Style{Color: textColor, Font: f, XAlign: draw.XLeft, YAlign: draw.YTop, Handler: scripts{plot.DefaultTextHandler}}
}

// raised and lowered map the Unicode superscripts and subscripts to the characters that are drawn
// small in their place. Liberation, like Arial, has only some of them (no ⁻, ⁰, ⁹ or ₛ), and at
// mismatched heights.
var (
	raised = map[rune]rune{
		'⁰': '0', '¹': '1', '²': '2', '³': '3', '⁴': '4', '⁵': '5', '⁶': '6', '⁷': '7', '⁸': '8', '⁹': '9',
		'⁺': '+', '⁻': '−', '⁽': '(', '⁾': ')', 'ⁿ': 'n', 'ˢ': 's', 'ᵀ': 'T', 'ᵈ': 'd', 'ᵏ': 'k', 'ⁱ': 'i',
	}
	lowered = map[rune]rune{
		'₀': '0', '₁': '1', '₂': '2', '₃': '3', '₄': '4', '₅': '5', '₆': '6', '₇': '7', '₈': '8', '₉': '9',
		'₊': '+', '₋': '−', '₍': '(', '₎': ')', 'ₑ': 'e', 'ₖ': 'k', 'ₘ': 'm', 'ₙ': 'n', 'ₚ': 'p', 'ₛ': 's', 'ₜ': 't', 'ₓ': 'x', 'ᵢ': 'i', 'ⱼ': 'j',
	}
)

// Superscripts and subscripts are drawn at 72 % of the size, shifted by 36 % of it up or 16 % down,
// as browsers do for <sup> and <sub> within a hair.
const (
	scriptSize = 0.72
	superShift = 0.36
	subShift   = -0.16
)

// scripts is a text handler that also draws superscripts and subscripts.
type scripts struct{ text.Handler }

var _ text.Handler = scripts{}

// A run is a piece of a line in one size at one height.
type run struct {
	text  string
	font  plotfont.Font
	shift vg.Length
}

// index finds a letter with an index of one letter for which Unicode has no subscript, as in n_c.
var index = regexp.MustCompile(`\b(\pL)_(\pL)\b`)

// runs splits a line into runs.
func runs(line string, f plotfont.Font) []run {
	var out []run
	low := false // the next letter is an index
	for _, r := range index.ReplaceAllString(line, "$1\x00$2") {
		next := run{font: f}
		switch s, ok := raised[r]; {
		case r == 0:
			low = true
			continue
		case ok:
			r, next.shift = s, f.Size*superShift
		case low || lowered[r] != 0:
			if s := lowered[r]; s != 0 {
				r = s
			}
			next.shift = f.Size * subShift
		}
		low = false
		if next.shift != 0 {
			next.font.Size *= scriptSize
		}
		if n := len(out); n > 0 && out[n-1].shift == next.shift {
			out[n-1].text += string(r)
			continue
		}
		next.text = string(r)
		out = append(out, next)
	}
	return out
}

// Extents returns the extents of a font, with the descent counted into the box alone: gonum's axes
// would otherwise shift their numbers up by it.
func (h scripts) Extents(f plotfont.Font) plotfont.Extents {
	a := h.Handler.Extents(f).Ascent
	return plotfont.Extents{Ascent: a, Height: a}
}

// Box returns the width, height and depth of a line.
func (h scripts) Box(txt string, f plotfont.Font) (width, height, depth vg.Length) {
	for _, r := range runs(txt, f) {
		w, _, _ := h.Handler.Box(r.text, r.font)
		width += w
	}
	_, height, depth = h.Handler.Box("", f)
	return width, height, depth
}

// Draw draws text, placed as text.Plain places it.
func (h scripts) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	if strings.TrimSpace(txt) == "" {
		return
	}
	c.SetColor(sty.Color)
	c.Push()
	defer c.Pop()
	if sty.Rotation != 0 {
		c.Rotate(sty.Rotation)
	}
	sin64, cos64 := math.Sincos(sty.Rotation)
	sin, cos := vg.Length(sin64), vg.Length(cos64)
	pt.X, pt.Y = pt.Y*sin+pt.X*cos, pt.Y*cos-pt.X*sin

	lines := h.Lines(txt)
	ext := h.Handler.Extents(sty.Font)
	pt.Y += sty.Height(txt)*vg.Length(sty.YAlign) - ext.Ascent
	for i, line := range lines {
		w, _, _ := h.Box(line, sty.Font)
		at := pt.Add(vg.Point{X: vg.Length(sty.XAlign) * w, Y: vg.Length(len(lines)-i) * (ext.Ascent + ext.Descent)})
		for _, r := range runs(line, sty.Font) {
			face := h.Cache().Lookup(r.font, r.font.Size)
			// SVG drops spaces at the ends of a text, but not unbreakable ones.
			c.FillString(face, at.Add(vg.Point{Y: r.shift}), strings.ReplaceAll(r.text, " ", "\u00a0"))
			at.X += face.Width(r.text)
		}
	}
}

// wrap breaks txt between words so that no line is wider than width, keeping the breaks that are
// there. A single word that is too wide stays whole.
func wrap(txt string, sty text.Style, width vg.Length) string {
	var lines []string
	for _, given := range strings.Split(txt, "\n") {
		line := ""
		for _, word := range strings.Fields(given) {
			switch longer := line + " " + word; {
			case line == "":
				line = word
			case sty.Width(longer) <= width:
				line = longer
			default:
				lines = append(lines, line)
				line = word
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
