// Package report turns an executed notebook into one HTML file that needs nothing outside itself:
// its formulas, figures, fonts and scripts are inside.
//
// A notebook is somebody else's text, and its report runs none of it. Only two kinds of script run:
// those of the page itself and those of the charts of package live (an output that begins with
// <figure class="sgd-chart">); the page's policy lists them by their hashes, so that a browser runs
// no other. Of an output of type text/javascript it is said that it does not run. In texts and
// outputs stand the HTML and SVG elements of a list, which neither run nor fetch; the tags of
// others are shown as text. Scripts, handlers (onclick), frames, forms, addresses such as
// javascript:, and pictures and styles from elsewhere are errors that name the cell. Links lead to
// http, https and mailto or are relative.
//
// The pictures of a text are read from the notebook's folder and those below it, never from
// outside, not through a symbolic link either.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

// Options says what a report is made with.
type Options struct {
	Assets    string   // folder of the scripts and styles, see setup.Kit
	Simulator string   // folder of the simulation, see setup.Simulator; only for a notebook that has one, see Simulates
	Program   string   // folder of the program that moves the figures, see setup.Program; only for a notebook that has some, see Moves
	Folder    string   // the notebook's folder, against which the addresses of its pictures are read
	Name      string   // the notebook's name: the title when it has no heading
	Fidelity  string   // at which it was run, for the front page
	Index     string   // the file of the front page beside it, if there is one
	Notes     []string // for the footer: how the notebook was run
}

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string

	page = template.Must(template.New("page").Parse(pageHTML))
)

// HTML returns the report on an executed notebook. The same notebook gives the same bytes.
func HTML(nb *notebook.Notebook, o Options) ([]byte, error) {
	text := newMarkdown(o.Folder)
	var body strings.Builder
	scripts := []string{pageJS}
	code := 0
	for i, cell := range nb.Cells {
		if hidden(cell) {
			continue
		}
		if cell.Type == "code" {
			code++
		}
		content, own, err := cellHTML(cell, code, text)
		if err != nil {
			return nil, fmt.Errorf("cell %d of %s: %w", i+1, o.Name, err)
		}
		body.WriteString(content)
		scripts = append(scripts, own...)
	}
	data := map[string]any{
		"Title":    titleOf(text.headings, o.Name),
		"About":    aboutOf(nb, o),
		"Index":    o.Index,
		"Contents": template.HTML(contents(text.headings)),
		"Body":     template.HTML(body.String()),
		"Notes":    o.Notes,
		"PageCSS":  template.CSS(pageCSS),
		"PageJS":   template.JS(pageJS),
	}
	if err := addAssets(data, o.Assets, body.String()); err != nil {
		return nil, err
	}
	if err := addPrograms(data, body.String(), o); err != nil {
		return nil, err
	}
	for _, key := range []string{"Scripts", "ProgramScripts"} {
		list, _ := data[key].([]template.JS)
		for _, js := range list {
			scripts = append(scripts, string(js))
		}
	}
	data["Policy"] = scriptPolicy(scripts)
	var out bytes.Buffer
	if err := page.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("filling in the page of %s: %w", o.Name, err)
	}
	return out.Bytes(), nil
}

// addAssets reads the scripts and styles; ECharts, the largest, only for a notebook that uses it.
func addAssets(data map[string]any, folder, body string) error {
	files := []string{"katex.css", "katex.min.js", "auto-render.min.js"}
	if strings.Contains(body, "echarts.") {
		files = append(files, "echarts.min.js")
	}
	var scripts []template.JS
	for _, name := range files {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return fmt.Errorf("reading what every report carries: %w", err)
		}
		if filepath.Ext(name) == ".css" {
			data["KatexCSS"] = template.CSS(content)
		} else {
			scripts = append(scripts, template.JS(strings.ReplaceAll(string(content), "</script", `<\/script`)))
		}
	}
	data["Scripts"] = scripts
	return nil
}

func titleOf(headings []heading, name string) string {
	for _, h := range headings {
		if h.level == 1 {
			return h.text
		}
	}
	return name
}

// contents lists the headings below the title as nested links.
func contents(headings []heading) string {
	var b strings.Builder
	for _, h := range headings {
		if h.level == 2 || h.level == 3 {
			fmt.Fprintf(&b, "<li class=\"level%d\"><a href=\"#%s\">%s</a></li>\n", h.level, template.HTMLEscapeString(h.id), h.html)
		}
	}
	return b.String()
}
