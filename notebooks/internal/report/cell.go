package report

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

// hidden reports whether a cell is left out: Jupyter Book's tag for that, or nothing in it.
func hidden(c notebook.Cell) bool {
	return slices.Contains(c.Metadata.Tags, "remove-cell") || strings.TrimSpace(string(c.Source)) == ""
}

// cellHTML returns a cell, the number-th of its kind when it is code, with its outputs.
func cellHTML(c notebook.Cell, number int, text *markdown) (string, error) {
	if c.Type == "markdown" {
		return text.render(string(c.Source), c.Attachments)
	}
	if c.Type != "code" {
		return "", nil
	}
	code, err := highlightCell(string(c.Source))
	if err != nil {
		return "", err
	}
	open := " open"
	if slices.Contains(c.Metadata.Tags, "hide-input") || machinery(string(c.Source)) {
		open = ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<section class=\"cell\" id=\"cell-%d\">\n", number)
	fmt.Fprintf(&b, "<details class=\"code\"%s><summary>Cell %d</summary><pre class=\"source\"><code>%s</code></pre></details>\n", open, number, code)
	for i, o := range c.Outputs {
		content, err := outputHTML(o, fmt.Sprintf("c%do%d-", number, i+1), text)
		if err != nil {
			return "", err
		}
		b.WriteString(content)
	}
	b.WriteString("</section>\n")
	return b.String(), nil
}

// outputHTML returns the richest form of an output that a page can show. Prefix keeps the ids of
// its drawing apart from those of others.
func outputHTML(o notebook.Output, prefix string, text *markdown) (string, error) {
	switch o.Type {
	case "stream":
		return printed(string(o.Text), o.Name), nil
	case "error":
		return printed(o.ErrorName+": "+o.Error+"\n"+strings.Join(o.Traceback, "\n"), "stderr"), nil
	}
	drawing, ok := o.As("image/svg+xml")
	page, isPage := o.As("text/html")
	if !ok && svgStart.MatchString(page) { // gonbui.DisplaySVG
		drawing, ok = page, true
	}
	if ok {
		return "<div class=\"output drawing\">" + inlineSVG(drawing, prefix) + "</div>\n", nil
	}
	if isPage {
		return "<div class=\"output html\">" + page + "</div>\n", nil
	}
	for _, mediaType := range []string{"image/png", "image/jpeg"} {
		if picture, ok := o.As(mediaType); ok {
			data := "data:" + mediaType + ";base64," + strings.Join(strings.Fields(picture), "")
			return "<div class=\"output drawing\"><img src=\"" + data + "\" alt=\"" + html.EscapeString(altText(o)) + "\"></div>\n", nil
		}
	}
	if source, ok := o.As("text/markdown"); ok {
		content, err := text.render(source, nil)
		return "<div class=\"output\">" + content + "</div>\n", err
	}
	if tex, ok := o.As("text/latex"); ok {
		content, err := text.render(tex, nil)
		return "<div class=\"output\">" + content + "</div>\n", err
	}
	for _, mediaType := range []string{"text/javascript", "application/javascript"} {
		if script, ok := o.As(mediaType); ok {
			return "<script>" + script + "</script>\n", nil
		}
	}
	plain, _ := o.As("text/plain")
	return printed(plain, "stdout"), nil
}

// altText is what the kernel sends along with a picture for those who cannot see it.
func altText(o notebook.Output) string {
	alt, _ := o.As("text/plain")
	return strings.TrimSpace(alt)
}

func printed(text, stream string) string {
	text = strings.Trim(notebook.Plain(text), "\n")
	if text == "" {
		return ""
	}
	return "<pre class=\"output printed " + html.EscapeString(stream) + "\" tabindex=\"0\">" + html.EscapeString(text) + "</pre>\n"
}

var (
	svgStart = regexp.MustCompile(`^(?s)\s*(<div>)?\s*(<\?xml.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*<svg`)
	svgID    = regexp.MustCompile(`(\sid=["'])`)
	svgRef   = regexp.MustCompile(`(url\(["']?#|href=["']#)`)
)

// inlineSVG makes a drawing part of a page: without what may only begin a file, and with ids that
// no other drawing has.
func inlineSVG(drawing, prefix string) string {
	from, to := strings.Index(drawing, "<svg"), strings.LastIndex(drawing, "</svg>")
	if from >= 0 && to > from {
		drawing = drawing[from : to+len("</svg>")]
	}
	drawing = svgID.ReplaceAllString(drawing, "${1}"+prefix)
	return svgRef.ReplaceAllString(drawing, "${1}"+prefix)
}
