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

// cellHTML returns a cell, the number-th of its kind when it is code, with its outputs, and the
// scripts in them that may run.
func cellHTML(c notebook.Cell, number int, text *markdown) (content string, scripts []string, err error) {
	if c.Type == "markdown" {
		content, err = text.render(string(c.Source), c.Attachments)
		return content, nil, err
	}
	if c.Type != "code" {
		return "", nil, nil
	}
	code, err := highlightCell(string(c.Source))
	if err != nil {
		return "", nil, err
	}
	open := " open"
	if slices.Contains(c.Metadata.Tags, "hide-input") || machinery(string(c.Source)) {
		open = ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<section class=\"cell\" id=\"cell-%d\">\n", number)
	fmt.Fprintf(&b, "<details class=\"code\"%s><summary>Cell %d</summary><pre class=\"source\"><code>%s</code></pre></details>\n", open, number, code)
	for i, o := range c.Outputs {
		content, own, err := outputHTML(o, fmt.Sprintf("c%do%d-", number, i+1), text)
		if err != nil {
			return "", nil, err
		}
		b.WriteString(content)
		scripts = append(scripts, own...)
	}
	b.WriteString("</section>\n")
	return b.String(), scripts, nil
}

// outputHTML returns the richest form of an output that a page can show. Prefix keeps the ids of
// its drawing apart from those of others.
func outputHTML(o notebook.Output, prefix string, text *markdown) (content string, scripts []string, err error) {
	switch o.Type {
	case "stream":
		return printed(string(o.Text), o.Name), nil, nil
	case "error":
		return printed(o.ErrorName+": "+o.Error+"\n"+strings.Join(o.Traceback, "\n"), "stderr"), nil, nil
	}
	drawing, ok := o.As("image/svg+xml")
	page, isPage := o.As("text/html")
	if !ok && svgStart.MatchString(page) { // gonbui.DisplaySVG
		drawing, ok = page, true
	}
	if ok {
		content, err = clean(inlineSVG(drawing, prefix))
		return "<div class=\"output drawing\">" + content + "</div>\n", nil, err
	}
	if isPage {
		content, scripts, err = cleanOutput(page)
		return "<div class=\"output html\">" + content + "</div>\n", scripts, err
	}
	for _, mediaType := range []string{"image/png", "image/jpeg"} {
		if picture, ok := o.As(mediaType); ok {
			data := "data:" + mediaType + ";base64," + html.EscapeString(strings.Join(strings.Fields(picture), ""))
			return "<div class=\"output drawing\"><img src=\"" + data + "\" alt=\"" + html.EscapeString(altText(o)) + "\"></div>\n", nil, nil
		}
	}
	for _, mediaType := range []string{"text/markdown", "text/latex"} {
		if source, ok := o.As(mediaType); ok {
			content, err = text.render(source, nil)
			return "<div class=\"output\">" + content + "</div>\n", nil, err
		}
	}
	if plain, ok := o.As("text/plain"); ok {
		return printed(plain, "stdout"), nil, nil
	}
	for _, mediaType := range []string{"text/javascript", "application/javascript"} {
		if _, ok := o.As(mediaType); ok { // as code it would say little to a reader
			return printed("A script, which a report does not run.", "stdout"), nil, nil
		}
	}
	return "", nil, nil
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
