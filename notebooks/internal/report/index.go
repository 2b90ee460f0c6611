package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

// about is what a report says of itself, in its head, for the front page.
type about struct {
	Title    string `json:"title"`    // Markdown
	Question string `json:"question"` // Markdown
	Fidelity string `json:"fidelity"`
}

// question is the paragraph with which a notebook of this house opens.
var question = regexp.MustCompile(`(?m)^\*\*Question\.\*\* (.+)$`)

// aboutOf reads title and question from the notebook's first text.
func aboutOf(nb *notebook.Notebook, o Options) string {
	a := about{Title: o.Name, Fidelity: o.Fidelity}
	for _, cell := range nb.Cells {
		if cell.Type != "markdown" {
			continue
		}
		source := string(cell.Source)
		if line, ok := strings.CutPrefix(source, "# "); ok {
			a.Title, _, _ = strings.Cut(line, "\n")
		}
		if m := question.FindStringSubmatch(source); m != nil {
			a.Question = m[1]
		}
		break
	}
	text, _ := json.Marshal(a) // strings always encode
	return string(text)
}

var (
	aboutTag = regexp.MustCompile(`<meta name="sgdescape-report" content="([^"]*)">`)
	firstSVG = regexp.MustCompile(`(?s)<div class="output drawing"><svg.*?</svg>`)
)

const (
	indexTitle = "Escape of SGD from minima: the reports"
	indexText  = "Each is a notebook that was run on this machine: derivation, simulation and references without sampling error, with every claim, its number and its verdict at the end."
)

// An Entry is a report on the front page, with what its own file does not say.
type Entry struct {
	File    string // beside the front page
	Verdict string // Markdown
	Took    string // how long the notebook took; may be empty
}

// Index returns the front page of the reports in a folder: of each its first figure, its question,
// what its claims came to, its size and what it took. A file that is no report of this package is
// an error.
func Index(folder, assets string, entries []Entry) ([]byte, error) {
	text := newMarkdown(folder)
	var body strings.Builder
	body.WriteString("<h1>" + indexTitle + "</h1>\n<p>" + indexText + "</p>\n")
	for _, e := range entries {
		card, err := e.card(folder, text)
		if err != nil {
			return nil, fmt.Errorf("front page: %s: %w", e.File, err)
		}
		body.WriteString(card)
	}
	data := map[string]any{
		"Title": indexTitle, "Body": template.HTML(body.String()),
		"PageCSS": template.CSS(pageCSS), "PageJS": template.JS(pageJS),
	}
	if err := addAssets(data, assets, ""); err != nil {
		return nil, err
	}
	scripts := []string{pageJS}
	for _, js := range data["Scripts"].([]template.JS) {
		scripts = append(scripts, string(js))
	}
	data["Policy"] = scriptPolicy(scripts)
	var out bytes.Buffer
	if err := page.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("filling in the front page: %w", err)
	}
	return out.Bytes(), nil
}

// card returns the entry as a part of the page.
func (e Entry) card(folder string, text *markdown) (string, error) {
	content, err := os.ReadFile(filepath.Join(folder, e.File))
	if err != nil {
		return "", err
	}
	m := aboutTag.FindSubmatch(content)
	if m == nil {
		return "", fmt.Errorf("it does not say what it is about: run its notebook again")
	}
	var a about
	if err := json.Unmarshal([]byte(html.UnescapeString(string(m[1]))), &a); err != nil {
		return "", fmt.Errorf("what it says of itself: %w", err)
	}
	source := fmt.Sprintf("[%s](%s)\n\n%s\n\n%s\n", a.Title, e.File, a.Question, e.Verdict)
	words, err := text.render(source, nil)
	if err != nil {
		return "", err
	}
	facts := []string{fmt.Sprintf("%.1f MB", float64(len(content))/1e6), a.Fidelity + " fidelity"}
	if e.Took != "" {
		facts = append(facts, e.Took)
	}
	return fmt.Sprintf("<article class=\"entry\"><a class=\"thumbnail\" href=\"%s\" tabindex=\"-1\" aria-hidden=\"true\">%s</a><div>%s<p class=\"facts\">%s</p></div></article>\n",
		html.EscapeString(e.File), thumbnail(content), words, html.EscapeString(strings.Join(facts, " · "))), nil
}

// thumbnail is the first drawing of a page as a picture, in which no id can meet another's.
func thumbnail(page []byte) string {
	svg := firstSVG.Find(page)
	if svg == nil {
		return ""
	}
	svg = svg[bytes.Index(svg, []byte("<svg")):]
	if !bytes.Contains(svg[:bytes.IndexByte(svg, '>')+1], []byte("xmlns=")) {
		svg = bytes.Replace(svg, []byte("<svg"), []byte(`<svg xmlns="http://www.w3.org/2000/svg"`), 1)
	}
	return `<img alt="" src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString(svg) + `">`
}
