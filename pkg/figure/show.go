package figure

import (
	"bytes"
	"fmt"
	"html"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// Show writes the figure to NAME.svg and NAME.csv in the output folder (see Dir) and, in a GoNB
// cell, displays it. It returns the first mistake made in drawing the figure, and then writes
// nothing.
func (f *Figure) Show() error {
	svg, err := f.Save()
	if err != nil {
		return err
	}
	if err := output.Display("image/svg+xml", string(svg), f.Alt); err != nil {
		return fmt.Errorf("figure: %s: %w", f.Name, err)
	}
	return nil
}

// Save is Show without the display; it returns the SVG document.
func (f *Figure) Save() ([]byte, error) {
	svg, err := f.SVG()
	if err != nil {
		return nil, err
	}
	numbers, err := f.numbers()
	if err != nil {
		return nil, err
	}
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	if err = output.WriteFile(filepath.Join(dir, f.Name+".svg"), svg); err == nil {
		err = output.WriteFile(filepath.Join(dir, f.Name+".csv"), numbers)
	}
	if err != nil {
		return nil, fmt.Errorf("figure: %s: %w", f.Name, err)
	}
	return svg, nil
}

// numbers returns what the figure shows in CSV: its Table, or else every plotted point.
func (f *Figure) numbers() ([]byte, error) {
	t := f.Table
	if t == nil {
		if _, err := f.layout(); err != nil { // fills in function curves
			return nil, err
		}
		t = f.plotted()
	}
	data, err := t.CSV()
	if err != nil {
		return nil, fmt.Errorf("figure: %s: %w", f.Name, err)
	}
	return data, nil
}

// Dir returns the folder that figures are written to: $SGDESCAPE_FIGURES when set, else the
// repository's figures/ at paper fidelity and its notebooks/reports/figures/ at quick fidelity.
func Dir() (string, error) {
	dir, err := output.Dir()
	if err != nil {
		return "", fmt.Errorf("figure: %w", err)
	}
	return dir, nil
}

// FontFamily lists Liberation Sans and the fonts with the same widths.
const FontFamily = "Liberation Sans, Arial, Helvetica, sans-serif"

// SVG returns the figure as an SVG document, the same bytes for the same figure. It stands alone
// (no fonts, no scripts, nothing to fetch), carries its alt text, and may be put into a page as it
// is.
func (f *Figure) SVG() ([]byte, error) {
	l, err := f.layout()
	if err != nil {
		return nil, err
	}
	c := vgsvg.NewWith(vgsvg.UseWH(px(l.width), px(l.height)))
	l.paint(c)
	var buf bytes.Buffer
	if _, err := c.WriteTo(&buf); err != nil {
		return nil, fmt.Errorf("figure: %s: %w", f.Name, err)
	}
	// The head that vgsvg writes, and its text and image elements, give way to ones that suit a web
	// page.
	_, body, ok := bytes.Cut(buf.Bytes(), []byte("xlink\">\n"))
	if !ok {
		return nil, fmt.Errorf("figure: %s: vgsvg wrote an unknown kind of document", f.Name)
	}
	alt := html.EscapeString(strings.Join(strings.Fields(f.Alt), " "))
	head := fmt.Appendf(nil, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g"`, l.width, l.height, l.width, l.height)
	head = fmt.Appendf(head, ` role="img" aria-label="%s" style="max-width:100%%;height:auto" font-family="%s">`+"\n", alt, FontFamily)
	body = textElement.ReplaceAllFunc(body, fitText)
	body = bytes.ReplaceAll(body, []byte(`xlink:href="data:image/jpg;`), []byte(`preserveAspectRatio="none" href="data:image/png;`))
	return append(head, body...), nil
}

// textElement matches a text element of vgsvg.
var textElement = regexp.MustCompile(`<text x="([^"]*)" y="([^"]*)" transform="([^"]*)"\s+style="([^"]*)">([^<]*)</text>`)

// fitText writes a text element anew: the font family is that of the document, and textLength keeps
// the text at the width for which the figure was laid out, whichever font the reader's machine
// draws it with.
func fitText(elem []byte) []byte {
	m := textElement.FindSubmatch(elem)
	sty := textStyle(16, false) // vgsvg leaves out the size when it is "medium"
	var keep []string
	for _, decl := range strings.Split(string(m[4]), ";") {
		name, value, _ := strings.Cut(decl, ":")
		switch {
		case name == "font-size":
			if size, err := strconv.ParseFloat(strings.TrimSuffix(value, "px"), 64); err == nil {
				sty.Font.Size = px(size)
			}
		case name == "font-weight" && value == "bold":
			sty.Font.Weight = font.WeightBold
		case name != "fill":
			continue
		}
		keep = append(keep, decl)
	}
	face := plot.DefaultTextHandler.Cache().Lookup(sty.Font, sty.Font.Size)
	width := face.Width(html.UnescapeString(string(m[5])))
	return fmt.Appendf(nil, `<text x="%s" y="%s" transform="%s" textLength="%.5g" lengthAdjust="spacingAndGlyphs" style="%s">%s</text>`,
		m[1], m[2], m[3], width.Points(), strings.Join(keep, ";"), m[5])
}
