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

func newFailure(path string, e event, log string) *Failure {
	f := &Failure{Notebook: notebook.Name(path), Cell: e.Cell, Source: e.Source, Message: e.Message, Details: said(e.Outputs)}
	if strings.Contains(f.Message, "go build") {
		f.Message = "it does not compile"
	}
	if e.What == "death" {
		f.Details += kernelLog.ReplaceAllString(log, "")
	}
	return f
}

// Error tells all that there is to know, on several lines.
func (f *Failure) Error() string {
	var b strings.Builder
	where := fmt.Sprintf("in code cell %d", f.Cell)
	if f.Cell == 0 {
		where = "before its first cell"
	}
	fmt.Fprintf(&b, "notebook %s failed %s: %s\n", f.Notebook, where, f.Message)
	writeIndented(&b, "    | ", f.Source)
	writeIndented(&b, "    ", f.Details)
	return strings.TrimSuffix(b.String(), "\n")
}

func writeIndented(b *strings.Builder, indent, text string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		b.WriteString(strings.TrimRight(indent+line, "\n") + "\n")
	}
}

var (
	kernelLog = regexp.MustCompile(`(?m)^[IWE]\d{4} .*\n?`) // what the kernel tells of its normal work
	tag       = regexp.MustCompile(`(?s)<[^>]*>`)
)

// said is what a failed cell printed, or else what the compiler says.
func said(outputs []notebook.Output) string {
	var printed, compiler strings.Builder
	for _, o := range outputs {
		if o.Type == "stream" {
			printed.WriteString(notebook.Plain(string(o.Text)))
		}
		if page, ok := o.As("text/html"); ok && strings.Contains(page, "gonb-err") {
			compiler.WriteString(compilerErrors(page))
		}
	}
	if printed.Len() > 0 {
		return printed.String()
	}
	return compiler.String()
}

// compilerErrors reads the messages from the HTML in which the kernel wraps them, each with an
// excerpt of the code.
func compilerErrors(page string) string {
	var b strings.Builder
	for _, line := range strings.Split(page, `<div style="white-space: pre-wrap;">`)[1:] {
		line, _, _ = strings.Cut(line, `<div class="gonb-err-context">`)
		line = strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(line, "")))
		if line != "" && !strings.HasPrefix(line, "# gonb_") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
