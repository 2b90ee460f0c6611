package report

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

func TestHideMath(t *testing.T) {
	for _, c := range []struct{ text, plain, tex string }{
		{`$a_i * b_j$`, "\uE0000\uE001", `a_i * b_j`},
		{`so $x$ and $y$`, "so \uE0000\uE001 and \uE0001\uE001", `x|y`},
		{"$$\na &= b \\\\\n$$", "\uE0000\uE001", "\na &= b \\\\\n"},
		{`\(x\) \\(y\\)`, "\uE0000\uE001 \uE0001\uE001", `x|y`},
		{`\[x^{[2]}\]`, "\uE0000\uE001", `x^{[2]}`},
		{`\begin{align}a\\b\end{align}`, "\uE0000\uE001", `\begin{align}a\\b\end{align}`},
		{`\begin{cases}`, `\begin{cases}`, ``},
		{`\$5 and $x$`, "\\$5 and \uE0000\uE001", `x`},
		{`$\$5$`, "\uE0000\uE001", `\$5`},
		{"`$x$` ``a ` $y$``", "`$x$` ``a ` $y$``", ``},
		{"`` stays", "`` stays", ``},
		{"```go\n$x$\n```\n$y$", "```go\n$x$\n```\n\uE0000\uE001", `y`},
		{"~~~\n$x$", "~~~\n$x$", ``},
		{"costs $5", "costs $5", ``},
		{"$a\nb$", "\uE0000\uE001", "a\nb"},
		{"$5 and\n\nlater $6", "$5 and\n\nlater $6", ``},
		{"ends in \\", "ends in \\", ``},
		{"", "", ""},
	} {
		plain, formulas := hideMath(c.text)
		var tex []string
		for _, f := range formulas {
			tex = append(tex, f.tex)
		}
		if plain != c.plain || strings.Join(tex, "|") != c.tex {
			t.Errorf("%q: got %q with %q, want %q with %q", c.text, plain, tex, c.plain, c.tex)
		}
	}
}

func FuzzHideMath(f *testing.F) {
	f.Add("a $b_c$ `d` \\[e\\] ```\n$f$\n```")
	f.Fuzz(func(t *testing.T, text string) {
		plain, formulas := hideMath(text)
		if len(formulas) == 0 && plain != text && !strings.ContainsAny(text, openMark+closeMark) && utf8.ValidString(text) {
			t.Errorf("%q without a formula became %q", text, plain)
		}
	})
}

func TestMarkdown(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "dot.svg"), []byte("<svg/>"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{`$a<b_1$ and $c_1 & d$`, `<p><span class="math inline">a&lt;b_1</span> and <span class="math inline">c_1 &amp; d</span></p>`},
		{`[next](02_escape.ipynb#Result)`, `<a href="02_escape.html#Result">`},
		{`[out](https://example.org/x.ipynb)`, `<a href="https://example.org/x.ipynb">`},
		{`![a dot](dot.svg)`, `<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="a dot">`},
		{`![it](attachment:it.png)`, `<img src="data:image/png;base64,AAAA" alt="it">`},
		{"# Why $x$?", `<h1 id="Why-?">Why <span class="math inline">x</span>?</h1>`},
		{"```go\nfunc f() {}\n```", `<pre class="source"><code><span class="kd">func</span>`},
		{"| $|x|$ |\n| --- |\n| 1 |", `<th><span class="math inline">|x|</span></th>`},
	} {
		got, err := newMarkdown(folder).render(c.text, map[string]map[string]string{"it.png": {"image/png": "AAAA"}})
		if err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q (%v), want %q", c.text, got, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{`![x](nowhere.png)`, "nowhere.png"},
		{`![x](https://example.org/x.png)`, "not on this machine"},
		{`![x](attachment:y.png)`, `no attachment "y.png"`},
	} {
		if _, err := newMarkdown(folder).render(c.text, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got the error %v, want %q", c.text, err, c.want)
		}
	}
}

// Headings of the same name, in whatever cells, lead to different places.
func TestHeadingsAreUnique(t *testing.T) {
	m := newMarkdown("")
	for _, text := range []string{"## The result", "## The result\n\n### $x$"} {
		if _, err := m.render(text, nil); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for _, h := range m.headings {
		ids = append(ids, h.id)
	}
	if got := strings.Join(ids, " "); got != "The-result The-result-2 section" {
		t.Errorf("the headings are called %q", got)
	}
}

func TestInlineSVG(t *testing.T) {
	const file = `<?xml version="1.0"?><!-- by hand --><svg><g id="a" fill="url(#b)"/><use href="#a" xlink:href='#c'/></svg></div>`
	const want = `<svg><g id="p-a" fill="url(#p-b)"/><use href="#p-a" xlink:href='#p-c'/></svg>`
	if got := inlineSVG(file, "p-"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOutputs(t *testing.T) {
	data := func(mediaType, content string) notebook.Output {
		raw, err := json.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		return notebook.Output{Type: "display_data", Data: map[string]json.RawMessage{mediaType: raw}}
	}
	for _, c := range []struct {
		output notebook.Output
		want   string
	}{
		{notebook.Output{Type: "stream", Name: "stdout", Text: "\x1b[7ma < b\x1b[0m\n"}, `<pre class="output printed stdout" tabindex="0">a &lt; b</pre>`},
		{notebook.Output{Type: "stream", Name: "stdout", Text: "\n"}, ""},
		{data("text/html", "<b>bold</b>"), `<div class="output html"><b>bold</b></div>`},
		{data("text/html", "<div><svg></svg></div>"), `<div class="output drawing"><svg></svg></div>`},
		{data("image/svg+xml", "<svg></svg>"), `<div class="output drawing"><svg></svg></div>`},
		{data("image/png", "AA\nAA"), `<img src="data:image/png;base64,AAAA" alt="">`},
		{data("text/markdown", "*so* $x$"), `<em>so</em> <span class="math inline">x</span>`},
		{data("text/javascript", "f()"), ">A script, which a report does not run.</pre>"}, {data("application/javascript", "f()"), ">A script, which"},
		{data("text/latex", "$x$"), `<span class="math inline">x</span>`},
		{data("image/jpeg", `A"onload="f()`), `src="data:image/jpeg;base64,A&#34;onload=&#34;f()"`},
		{data("text/plain", "42"), ">42</pre>"},
	} {
		got, _, err := outputHTML(c.output, "", newMarkdown(""))
		if err != nil || !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%+v: got %q (%v), want %q", c.output, got, err, c.want)
		}
	}
}

func TestCells(t *testing.T) {
	for _, c := range []struct{ source, tags, want string }{
		{"x := 1", "", `<details class="code" open><summary>Cell 7</summary>`},
		{"x := 1", `"hide-input"`, `<details class="code"><summary>Cell 7</summary>`},
		{"!*test -f go.work\n%noautoget", "", `<details class="code"><summary>Cell 7</summary>`},
		{"%%\na := b < c", "", "<span class=\"magic\">%%\n</span>"},
	} {
		var cell notebook.Cell
		source, err := json.Marshal(c.source)
		if err != nil {
			t.Fatal(err)
		}
		text := `{"cell_type": "code", "source": ` + string(source) + `, "metadata": {"tags": [` + c.tags + `]}}`
		if err := json.Unmarshal([]byte(text), &cell); err != nil {
			t.Fatal(err)
		}
		got, _, err := cellHTML(cell, 7, newMarkdown(""))
		if err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%q: got %q (%v), want %q", c.source, got, err, c.want)
		}
	}
}

// A page carries the simulation if it has a figure for it, and only then may it run WebAssembly.
func TestSimulation(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"katex.css", "katex.min.js", "auto-render.min.js", "wasm_exec.js", "program.wasm.gz"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("/* "+name+" */"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		output string
		parts  []string
	}{
		{`<figure class="sgd-sim" id="cloud"></figure>`, []string{`id="sgd-sim-wasm">LyogcHJv`, "sgdSimulator"}},
		{`<figure class="sgd-moves" id="rates"></figure>`, []string{`id="sgd-moves-wasm">LyogcHJv`, "sgdFigures"}},
		{"<p>nothing to play with</p>", nil},
	} {
		output, with := test.output, test.parts != nil
		data := map[string]json.RawMessage{"text/html": json.RawMessage(strings.ReplaceAll(`"X"`, "X", strings.ReplaceAll(output, `"`, `\"`)))}
		cell := notebook.Cell{Type: "code", Source: "show()", Outputs: []notebook.Output{{Type: "display_data", Data: data}}}
		content, err := HTML(&notebook.Notebook{Cells: []notebook.Cell{cell}}, Options{Assets: folder, Simulator: folder, Program: folder})
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"'wasm-unsafe-eval'", "/* wasm_exec.js */"} {
			if strings.Contains(string(content), part) != with {
				t.Errorf("%s: with %s %v", output, part, !with)
			}
		}
		for _, part := range []string{`id="sgd-sim-wasm">LyogcHJv`, "sgdSimulator", `id="sgd-moves-wasm">LyogcHJv`, "sgdFigures"} {
			if strings.Contains(string(content), part) != slices.Contains(test.parts, part) {
				t.Errorf("%s: with %s %v", output, part, strings.Contains(string(content), part))
			}
		}
	}
}
