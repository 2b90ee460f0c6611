package report

import (
	"fmt"
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// highlight returns source code with a class on every word; page.css gives the colours.
func highlight(source, language string) (string, error) {
	lexer := lexers.Get(language)
	if lexer == nil {
		return html.EscapeString(source), nil
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, source)
	if err != nil {
		return "", fmt.Errorf("highlighting %s: %w", language, err)
	}
	var b strings.Builder
	err = chromahtml.New(chromahtml.WithClasses(true), chromahtml.InlineCode(true)).Format(&b, styles.Fallback, tokens)
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `<code class="chroma">`), "</code>"), err
}

// highlightCell is highlight for a cell: Go, and between it lines for the kernel (%noautoget) and
// the shell (!ls).
func highlightCell(source string) (string, error) {
	var b, code strings.Builder
	flush := func() error {
		part, err := highlight(code.String(), "go")
		code.Reset()
		b.WriteString(part)
		return err
	}
	for line := range strings.Lines(source) {
		if !magic(line) {
			code.WriteString(line)
			continue
		}
		if err := flush(); err != nil {
			return "", err
		}
		b.WriteString(`<span class="magic">` + html.EscapeString(line) + `</span>`)
	}
	err := flush()
	return b.String(), err
}

// magic reports whether a line is for the kernel, not Go.
func magic(line string) bool { return strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!") }

// machinery reports whether a cell has only such lines.
func machinery(source string) bool {
	for line := range strings.Lines(source) {
		if strings.TrimSpace(line) != "" && !magic(line) && !strings.HasPrefix(line, "//") {
			return false
		}
	}
	return true
}

// codeBlocks renders the code blocks of Markdown.
type codeBlocks struct{}

// RegisterFuncs is part of goldmark's interface for renderers.
func (codeBlocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		block := n.(*ast.FencedCodeBlock)
		return ast.WalkSkipChildren, writeBlock(w, string(block.Lines().Value(src)), string(block.Language(src)))
	})
}

func writeBlock(w util.BufWriter, source, language string) error {
	code, err := highlight(source, language)
	if err != nil {
		return err
	}
	_, err = w.WriteString("<pre class=\"source\"><code>" + code + "</code></pre>\n")
	return err
}
