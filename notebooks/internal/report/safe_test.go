package report

import (
	"encoding/json"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/notebooks/internal/notebook"
)

// hostile are pieces of HTML that would run or fetch something, as a text and as an output.
var hostile = []string{
	`<script src=https://example.org/x.js></script>`, `<script>f()</script>`, `<SCRIPT>f()</SCRIPT>`, `<script/x>f()</script>`,
	`<img src=https://example.org/x.png>`, `<img src="//example.org/x.png">`, `<img src='x.png'>`, `<img srcset="https://example.org/x 2x">`,
	`<img src="data:image/png;base64,AA" onerror=f()>`, `<img/onerror="f()"/src="data:image/png;base64,AA">`, "<b\nonclick='f()'>x</b>", `<b ONCLICK=f()>x</b>`,
	`<a href="javascript:f()">x</a>`, `<a href="java&#115;cript:f()">x</a>`, "<a href=' java\tscript:f()'>x</a>", `<a href=&#1;javascript:f()>x</a>`,
	`<a href="data:text/html,x">x</a>`, `<a href="vbscript:f()">x</a>`, `<a href="file:///etc/passwd">x</a>`,
	`<a ping="https://example.org" href="#x">x</a>`, `<A BACkground="000://0">x</A>`, `<a href="ftp://example.org">x</a>`, `<b href="https://example.org">x</b>`,
	`<iframe src="https://example.org"></iframe>`, `<object data="x"></object>`, `<embed src="x">`, `<base href="https://example.org/">`,
	`<link rel="stylesheet" href="https://example.org/x.css">`, `<meta http-equiv="refresh" content="0;url=https://example.org">`,
	`<form action="https://example.org"><button>x</button></form>`, `<button formaction="javascript:f()">x</button>`,
	`<svg onload="f()"></svg>`, `<svg><script>f()</script></svg>`, `<svg><image href="https://example.org/x.png"/></svg>`,
	`<svg><use href="https://example.org/x.svg#a"/></svg>`, `<svg><foreignObject><b>x</b></foreignObject></svg>`,
	`<svg><a xlink:href="javascript:f()"><text>x</text></a></svg>`, `<svg><animate attributeName="href" values="javascript:f()"/></svg>`,
	`<p style="background:url(https://example.org/x.png)">x</p>`, `<p style="background:u\72l(//example.org)">x</p>`,
	`<style>@import "https://example.org/x.css";</style>`, `<style>p { background: url( 'https://example.org/x' ) }</style>`,
	`<video src="https://example.org/x"></video>`, `<p background="https://example.org/x">x</p>`,
	`<style><b title="</style><script>f()</script>"></b>`, `<!--><script>f()</script>`, `<svg><style><!--</style><script>f()</script>`,
}

func htmlOutput(t testing.TB, mediaType, content string) notebook.Output {
	t.Helper()
	raw, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return notebook.Output{Type: "display_data", Data: map[string]json.RawMessage{mediaType: raw}}
}

// A text or an output neither runs nor fetches anything: it is refused, or what is left is inert.
func TestNothingRuns(t *testing.T) {
	for _, content := range hostile {
		for _, form := range []string{content, "# " + content, "text " + content, content + "\n\ntext"} {
			page, err := newMarkdown(t.TempDir()).render(form, nil)
			if err == nil {
				inert(t, page) // some are text in Markdown
			}
		}
		for _, mediaType := range []string{"text/html", "image/svg+xml", "text/markdown", "text/latex"} {
			page, scripts, err := outputHTML(htmlOutput(t, mediaType, content), "c1o1-", newMarkdown(t.TempDir()))
			if err == nil && mediaType == "text/html" && !strings.HasPrefix(content, "<!-->") && !strings.Contains(content, "<style><b") || len(scripts) > 0 {
				t.Errorf("the %s %q became %q with the scripts %q", mediaType, content, page, scripts)
			}
			if err == nil {
				inert(t, page)
			}
		}
	}
	for _, text := range []string{`[x](javascript:f())`, `<javascript:f()>`, `[x](data:text/html,y)`, "[x][1]\n\n[1]: javascript:f()", `[x](JaVaScRiPt:f())`, `<a href="$javascript:f()$">x</a>`, `<b title=$x onclick=f()$>x</b>`} {
		if page, err := newMarkdown("").render(text, nil); err == nil {
			t.Errorf("the text %q became %q", text, page)
		}
	}
}

// inert fails unless a browser, which may read tags in ways that clean does not, finds nothing to do
// in a page: wherever a tag might begin, it is of a harmless element with harmless attributes.
func inert(t *testing.T, page string) {
	t.Helper()
	for i := range len(page) {
		if page[i] != '<' {
			continue
		}
		name, attributes := readTag(page[i+1:])
		if strings.HasPrefix(name, "!") || strings.HasPrefix(name, "?") || forbidden[strings.TrimPrefix(name, "/")] {
			t.Errorf("<%s> in %q", name, page)
		}
		for _, a := range attributes {
			value := strings.ToLower(strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, html.UnescapeString(a[1])))
			link := strings.HasSuffix(a[0], "href") && name == "a"
			away := strings.HasPrefix(value, "//") || strings.Contains(value, "://") && !strings.HasPrefix(value, "data:image/")
			if strings.HasPrefix(a[0], "on") || addresses[a[0]] && (strings.HasPrefix(value, "javascript:") || strings.HasPrefix(value, "vbscript:") || away && !link) {
				t.Errorf("%s=%q of <%s> in %q", a[0], a[1], name, page)
			}
		}
	}
}

// readTag reads a tag as the HTML standard does (13.2.5.8 and 13.2.5.32 to 13.2.5.39).
func readTag(text string) (name string, attributes [][2]string) {
	space := " \t\n\f\r/"
	end := strings.IndexAny(text[min(1, len(text)):], space+">")
	if end < 0 {
		return strings.ToLower(text), nil
	}
	name, text = strings.ToLower(text[:end+1]), text[end+1:]
	for {
		text = strings.TrimLeft(text, space)
		if text == "" || text[0] == '>' {
			return name, attributes
		}
		end := 1 + strings.IndexAny(text[1:], space+">=")
		if end == 0 {
			end = len(text)
		}
		key, value := strings.ToLower(text[:end]), ""
		text = strings.TrimLeft(text[end:], " \t\n\f\r")
		if rest, ok := strings.CutPrefix(text, "="); ok {
			text = strings.TrimLeft(rest, " \t\n\f\r")
			until := " \t\n\f\r>"
			if text != "" && (text[0] == '"' || text[0] == '\'') {
				until, text = text[:1], text[1:]
			}
			end := strings.IndexAny(text, until)
			if end < 0 {
				end = len(text)
			}
			value, text = text[:end], text[end:]
			if len(until) == 1 {
				text = strings.TrimPrefix(text, until)
			}
		}
		attributes = append(attributes, [2]string{key, value})
	}
}

// What texts and outputs do hold stays as it is.
func TestCleanKeeps(t *testing.T) {
	for _, page := range []string{
		`<p>a &lt; b <em>c</em><br/></p>`, `<a href="https://example.org/?a=1&amp;b=2" title='x'>x</a>`, `<a href="#Why-?">x</a>`, `<a href="mailto:a@example.org">x</a>`,
		`<img src="data:image/png;base64,AA==" alt="a > b">`, `<input checked="" disabled="" type="checkbox">`, `<td style="text-align:left">`,
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><defs><clipPath id="a"/></defs><image href="data:image/png;base64,AA"/><use href="#a"/><path style="fill:url(#a)"/></svg>`,
		`<style>p { color: red }</style>`, `<details open><summary>x</summary></details>`, "", "a > b",
	} {
		want := strings.ReplaceAll(page, `"a > b"`, `"a &gt; b"`)
		if got, err := clean(page); got != want || err != nil {
			t.Errorf("%s became %s (%v)", page, got, err)
		}
	}
	for page, want := range map[string]string{
		`vector<int> and a<b`: `vector&lt;int> and a&lt;b`, `<x-y onclick=f()>`: `&lt;x-y onclick=f()>`, `a<!-- b -->c<?d?>e<!DOCTYPE f>g`: "aceg", `<`: `&lt;`, `<!-- open`: `&lt;!-- open`,
		`<b title="<i>">`: `<b title="&lt;i&gt;">`, `<b title="`: `&lt;b title="`,
	} {
		if got, err := clean(page); got != want || err != nil {
			t.Errorf("%s became %s (%v), want %s", page, got, err, want)
		}
	}
	// TeX in a tag is plain.
	got, err := newMarkdown("").render(`![the $x_1<2$](data:image/png;base64,AA)`, nil)
	if want := `<p><img src="data:image/png;base64,AA" alt="the x_1&lt;2"></p>`; err != nil || !strings.Contains(got, want) {
		t.Errorf("got %q (%v), want %q", got, err, want)
	}
}

// The page's policy lists the page's own scripts and those of charts, and allows no other.
func TestPolicy(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"katex.css", "katex.min.js", "auto-render.min.js", "echarts.min.js"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("/* "+name+" */"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const chart = "<figure class=\"sgd-chart\" style=\"color:#000\">\n<div id=\"a\"></div>\n<script>\r\necharts.x(\"a<b\")\n</script>\n<figcaption>c</figcaption>\n</figure>"
	page := func(output string) (string, error) {
		cell := notebook.Cell{Type: "code", Source: "show()", Outputs: []notebook.Output{htmlOutput(t, "text/html", output)}}
		content, err := HTML(&notebook.Notebook{Cells: []notebook.Cell{cell}}, Options{Assets: folder, Name: "n"})
		return string(content), err
	}
	with, err := page(chart)
	if err != nil {
		t.Fatal(err)
	}
	policy := html.UnescapeString(regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(with)[1])
	directives := strings.Split(policy, "; ")
	if directives[0] != "default-src 'none'" || strings.Contains(directives[1], "unsafe") || !strings.Contains(policy, "form-action 'none'") {
		t.Errorf("the policy is %s", policy)
	}
	listed := strings.Fields(strings.TrimPrefix(directives[1], "script-src "))
	var want []string
	for _, m := range regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(with, -1) {
		want = append(want, m[1])
	}
	if len(want) != 5 || scriptPolicy(want) != strings.Join(listed, " ") {
		t.Errorf("the page has %d scripts, the policy lists %q", len(want), listed)
	}
	for _, bad := range []string{
		"<p></p>" + chart, strings.Replace(chart, "<script>", "<script src='https://example.org'>", 1), strings.Replace(chart, "a<b", "<!--", 1),
		strings.Replace(chart, "<figcaption>", "<figcaption onclick=f()>", 1), strings.Replace(chart, "<div", "<div onclick=f()", 1),
	} {
		if _, err := page(bad); err == nil || !strings.Contains(err.Error(), "cell 1 of n") {
			t.Errorf("%q: the error is %v", bad, err)
		}
	}
}

// Pictures are read from the notebook's folder and no other, and only pictures are.
func TestPicturesStayInside(t *testing.T) {
	folder := t.TempDir()
	inside := filepath.Join(folder, "notebooks")
	if err := os.MkdirAll(filepath.Join(inside, "img"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"secret.png", "notebooks/a.png", "notebooks/img/b.png", "notebooks/notes.txt"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../secret.png", filepath.Join(inside, "link.png")); err != nil {
		t.Fatal(err)
	}
	big, err := os.Create(filepath.Join(inside, "big.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := big.Truncate(maxPicture + 1); err != nil {
		t.Fatal(err)
	}
	if err := big.Close(); err != nil {
		t.Fatal(err)
	}
	for target, good := range map[string]bool{
		"a.png": true, "img/b.png": true, "img/../a.png": true, "../secret.png": false, "link.png": false, "notes.txt": false, "big.png": false,
		filepath.Join(folder, "secret.png"): false, filepath.Join(inside, "a.png"): false, "file:///etc/hostname.png": false, "img": false, "none.png": false, "": false,
	} {
		got, err := newMarkdown(inside).render("![p](<"+target+">)", nil)
		if (err == nil) != good || good && !strings.Contains(got, "data:image/png;base64,eA==") {
			t.Errorf("%q: got %q (%v)", target, got, err)
		}
	}
}

// Characters for private use and openings without an end do no harm.
func TestTextsThatWereTooMuch(t *testing.T) {
	for _, text := range []string{"# a \uE0007\uE001 b", "# \uE000", "# &#xE000;7&#xE001;", "\uE00099999999999999999999\uE001 $x$", "# $x$ \uE0001\uE001"} {
		got, err := newMarkdown("").render(text, nil)
		if err != nil || !strings.Contains(text, "&#") && strings.ContainsAny(got, openMark+closeMark) {
			t.Errorf("%q: got %q (%v)", text, got, err)
		}
	}
	// Linear time: the square of this length would take minutes.
	for _, piece := range []string{`\(`, `\\(`, `\[`, `$$ `, `\begin{a}`, `<!--`, `<?`, `<![`, `<a b="`, "` ", "<b"} {
		plain, formulas := hideMath(strings.Repeat(piece, 60_000))
		if _, err := cleanText(plain, formulas); err != nil {
			t.Error(err)
		}
	}
	m := missing{}
	if m.index("axb", "x") != 1 || m.index("b", "x") != -1 || m.index("x", "x") != -1 || m.index("ay", "y") != 1 {
		t.Error("what is gone was looked for again")
	}
}

// Any text and any output is inert or refused, and never panics.
func FuzzRender(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Add("# a $b_c$ `d` \\[e\\]\n\n| x |\n| - |\n\n```go\nf\n```\n![x](data:image/png;base64,AA) \uE0003\uE001")
	f.Fuzz(func(t *testing.T, text string) {
		if page, err := newMarkdown("testdata").render(text, nil); err == nil {
			inert(t, page)
		}
		if page, scripts, err := outputHTML(htmlOutput(t, "text/html", text), "p-", newMarkdown("testdata")); err == nil && len(scripts) == 0 {
			inert(t, page)
		}
	})
}

// Whatever a notebook file holds, its report is made or refused.
func FuzzNotebook(f *testing.F) {
	f.Add([]byte(`{"nbformat": 4, "cells": [{"cell_type": "markdown", "source": ["# a\n", "b"]}, {"cell_type": "code", "source": "x := 1", "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}, {"output_type": "display_data", "data": {"text/html": "<b>x</b>", "image/png": "AA"}}]}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		nb, err := notebook.Parse(file)
		if err != nil {
			return
		}
		text := newMarkdown("testdata")
		for i, c := range nb.Cells {
			if page, scripts, err := cellHTML(c, i, text); err == nil && len(scripts) == 0 && !hidden(c) {
				inert(t, page)
			}
		}
	})
}
