package run

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

// Failure is the error of a notebook that did not run to its end.
type Failure struct {
	Notebook string // its name
	Cell     int    // the number of the code cell, from 1; 0 when the kernel did not start
	Source   string // of that cell
	Message  string // what went wrong
	Details  string // what the cell, the compiler or the kernel said about it
}

func newFailure(path string, e event, complaints string) *Failure {
	f := &Failure{Notebook: notebook.Name(path), Cell: e.Cell, Source: e.Source, Message: e.Message, Details: said(e.Outputs)}
	if e.What == "death" {
		f.Details = strings.Join(strings.Fields(f.Details), " ") + complaints
	}
	return f
}

// Error tells all that there is to know, on several lines.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "notebook %s failed in code cell %d: %s\n", f.Notebook, f.Cell, f.Message)
	for line := range strings.Lines(strings.TrimSpace(f.Source)) {
		b.WriteString("    | " + strings.TrimRight(line, "\n") + "\n")
	}
	for line := range strings.Lines(strings.TrimSpace(f.Details)) {
		b.WriteString("    " + strings.TrimRight(line, "\n") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

var (
	styleSheet = regexp.MustCompile(`(?s)<style>.*?</style>`)
	tag        = regexp.MustCompile(`(?s)<[^>]*>`)
	blankLines = regexp.MustCompile(`\n\s*\n`)
)

// said is what a failed cell printed. The kernel reports the errors of the compiler, and panics, as HTML.
func said(outputs []notebook.Output) string {
	var b strings.Builder
	for _, o := range outputs {
		if o.Type == "stream" {
			b.WriteString(string(o.Text))
		}
		if page, ok := o.As("text/html"); ok && strings.Contains(page, "gonb-err") {
			text := html.UnescapeString(tag.ReplaceAllString(styleSheet.ReplaceAllString(page, ""), ""))
			b.WriteString(blankLines.ReplaceAllString(text, "\n"))
		}
	}
	return b.String()
}
