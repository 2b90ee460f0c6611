package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

// A front page shows of each report its title, question, first drawing and verdict, and refuses
// what is no report.
func TestIndex(t *testing.T) {
	assets, folder := t.TempDir(), t.TempDir()
	for _, name := range []string{"katex.css", "katex.min.js", "auto-render.min.js"} {
		if err := os.WriteFile(filepath.Join(assets, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	nb, err := notebook.Parse([]byte(`{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[
		{"cell_type":"markdown","metadata":{},"source":"# The *first* of $n$\n\n**Question.** Is \"it\" $L<1$?\n\nMore."},
		{"cell_type":"code","metadata":{},"source":"1","execution_count":1,"outputs":[{"output_type":"display_data","metadata":{},
			"data":{"image/svg+xml":"<svg viewBox=\"0 0 1 1\"><g id=\"a\"/></svg>"}}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	page, err := HTML(nb, Options{Assets: assets, Name: "01_first", Fidelity: "quick", Index: "index.html"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), `<a href="index.html">All reports</a>`) {
		t.Error("the report does not lead back")
	}
	if err := os.WriteFile(filepath.Join(folder, "01_first.html"), page, 0o644); err != nil {
		t.Fatal(err)
	}
	index, err := Index(folder, assets, []Entry{{File: "01_first.html", Verdict: "1 holds.", Took: "7 s"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<a href="01_first.html">The <em>first</em> of`, "Is &quot;it&quot;", "1 holds.", "quick fidelity · 7 s", `src="data:image/svg+xml;base64,PHN2ZyB4bWxucz0i`} {
		if !strings.Contains(string(index), want) {
			t.Errorf("the front page lacks %q", want)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "other.html"), []byte("<p>"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"other.html", "none.html"} {
		if _, err := Index(folder, assets, []Entry{{File: file}}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v", file, err)
		}
	}
}
