package report

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

// A report from end to end: title, contents, numbers of cells, what is hidden, and what is missing.
func TestHTML(t *testing.T) {
	folder := t.TempDir()
	write := func(names ...string) {
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(folder, name), []byte("/* "+name+" </script> */"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	hiddenCell := notebook.Cell{Type: "code", Source: "secret()"}
	hiddenCell.Metadata.Tags = []string{"remove-cell"}
	nb := &notebook.Notebook{Cells: []notebook.Cell{
		{Type: "markdown", Source: "# The title of $x$\n\n## Second <b>bold</b> part\n\n### Third $y<z$\n\n#### Fourth"},
		{Type: "raw", Source: "raw text"},
		{Type: "code", Source: " \n"},
		{Type: "code", Source: "first()"},
		hiddenCell,
		{Type: "markdown", Source: "# Another title\n\n$$a$$ and $b$\n\n```\nplain <\n```\n\n```nolanguage\nx < y\n```\n\ntext after"},
		{Type: "code", Source: "second()", Outputs: []notebook.Output{{Type: "error", ErrorName: "E", Error: "went wrong", Traceback: []string{"there"}}}},
	}}
	make := func(o Options) (string, error) {
		o.Assets = folder
		page, err := HTML(nb, o)
		return string(page), err
	}
	for _, name := range []string{"katex.css", "katex.min.js", "auto-render.min.js"} {
		if _, err := make(Options{}); err == nil || !strings.Contains(err.Error(), "what every report carries") || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
		write(name)
	}
	page, err := make(Options{Name: "n", Notes: []string{"a <note>"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<title>The title of x</title>", `<li class="level2"><a href="#Second-&lt;b&gt;bold&lt;/b&gt;-part">Second bold part</a></li>`,
		`<li class="level3">`, `Third <span class="math inline">y&lt;z</span></a></li>`, `id="cell-1"`, `id="cell-2"`, "<summary>Cell 1</summary>", "<summary>Cell 2</summary>",
		"went wrong", "a &lt;note&gt;", `<span class="math display">a</span>`, `<span class="math inline">b</span>`, "<style>/* katex.css", "<script>/* katex.min.js <\\/script> */</script>",
		"x &lt; y", "plain &lt;", "text after",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	for _, bad := range []string{"secret", "raw text", "cell-3", "cell-0", "level1", "level4", "echarts.min.js", "<script>/* katex.css"} {
		if strings.Contains(page, bad) {
			t.Errorf("%s in the page", bad)
		}
	}
	if n := strings.Count(page, "text after"); n != 1 {
		t.Errorf("the text after a code block stands %d times", n)
	}
	if n := strings.Count(page, "x &lt; y"); n != 1 {
		t.Errorf("a code block stands %d times", n)
	}
	if again, err := make(Options{Name: "n", Notes: []string{"a <note>"}}); err != nil || again != page {
		t.Errorf("another page, %v", err)
	}
	nb.Cells = append(nb.Cells, notebook.Cell{Type: "code", Source: "show()", Outputs: []notebook.Output{htmlOutput(t, "text/html", "<p>echarts.x</p><figure class=\"sgd-sim\"></figure>")}})
	if _, err := make(Options{}); err == nil || !strings.Contains(err.Error(), "echarts.min.js") {
		t.Errorf("without ECharts: %v", err)
	}
	write("echarts.min.js")
	for _, name := range []string{"wasm_exec.js", "program.wasm.gz"} {
		if _, err := make(Options{Simulator: folder}); err == nil || !strings.Contains(err.Error(), "what runs in a browser") || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
		write(name)
	}
	if page, err := make(Options{Simulator: folder}); err != nil || !strings.Contains(page, "/* echarts.min.js") || !strings.Contains(page, "<script>/* wasm_exec.js <\\/script> */</script>") {
		t.Errorf("with all: %v", err)
	}
	nb.Cells = []notebook.Cell{{Type: "markdown", Source: "no heading"}, {Type: "code", Source: "x", Outputs: []notebook.Output{htmlOutput(t, "text/html", "<script>f()</script>")}}}
	if _, err := make(Options{Name: "name"}); err == nil || !strings.HasPrefix(err.Error(), "cell 2 of name: ") {
		t.Errorf("the error is %v", err)
	}
	nb.Cells = nb.Cells[:1]
	if page, err := make(Options{Name: "name <"}); err != nil || !strings.Contains(page, "<title>name &lt;</title>") {
		t.Errorf("without a heading: %v", err)
	}
	nb.Cells = nil
	if _, err := make(Options{}); err != nil {
		t.Errorf("of nothing: %v", err)
	}
	if found := regexp.MustCompile(`\sid="`).FindAllString(page, -1); len(found) < 6 {
		t.Errorf("%d ids", len(found))
	}
}

// A drawing is cut out of what surrounds it, where there is anything.
func TestInlineSVGCuts(t *testing.T) {
	for from, want := range map[string]string{
		"<svg>a</svg>": "<svg>a</svg>", "x<svg>a</svg>y": "<svg>a</svg>", "<svg>open": "<svg>open", "text": "text", "</svg><svg>": "</svg><svg>",
	} {
		if got := inlineSVG(from, "p-"); got != want {
			t.Errorf("%s became %s, want %s", from, got, want)
		}
	}
}
