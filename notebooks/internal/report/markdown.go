package report

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// heading is an entry of the contents list.
type heading struct {
	level          int
	id, html, text string
}

// markdown renders the texts of one notebook.
type markdown struct {
	engine   goldmark.Markdown
	folder   string // where pictures are
	headings []heading
	ids      map[string]int // how often each was asked for
}

func newMarkdown(folder string) *markdown {
	return &markdown{
		engine: goldmark.New(
			goldmark.WithExtensions(extension.GFM),
			goldmark.WithParserOptions(parser.WithAutoHeadingID()),
			goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(codeBlocks{}, 100))),
		),
		folder: folder,
		ids:    map[string]int{},
	}
}

// render returns a Markdown text as HTML. Attachments are the pictures that the cell itself holds.
func (m *markdown) render(source string, attachments map[string]map[string]string) (string, error) {
	plain, formulas := hideMath(source)
	src := []byte(plain)
	doc := m.engine.Parser().Parse(text.NewReader(src), parser.WithContext(parser.NewContext(parser.WithIDs(m))))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			return ast.WalkContinue, m.addHeading(n, src, formulas)
		case *ast.Link:
			n.Destination = []byte(linkTarget(string(n.Destination)))
		case *ast.Image:
			data, err := m.picture(string(n.Destination), attachments)
			n.Destination = []byte(data)
			return ast.WalkContinue, err
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	if err := m.engine.Renderer().Render(&out, src, doc); err != nil {
		return "", fmt.Errorf("rendering a text: %w", err)
	}
	page, err := cleanText(out.String(), formulas)
	return showMath(page, formulas), err
}

var anyTag = regexp.MustCompile(`<[^>]*>`)

func (m *markdown) addHeading(n *ast.Heading, src []byte, formulas []formula) error {
	var content bytes.Buffer
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if err := m.engine.Renderer().Render(&content, src, child); err != nil {
			return fmt.Errorf("rendering a heading: %w", err)
		}
	}
	id, _ := n.AttributeString("id")
	name, _ := id.([]byte)
	page, err := cleanText(content.String(), formulas)
	bare := anyTag.ReplaceAllString(page, "") // no links within links
	m.headings = append(m.headings, heading{
		level: n.Level,
		id:    string(name),
		html:  showMath(bare, formulas),
		text:  replaceMath(bare, formulas, func(f formula) string { return f.tex }),
	})
	return err
}

// Generate makes the name of a heading as Jupyter does, so that links to it work in both, and keeps
// it unique within the notebook.
func (m *markdown) Generate(value []byte, _ ast.NodeKind) []byte {
	id := strings.ReplaceAll(strings.TrimSpace(standIn.ReplaceAllString(string(value), "")), " ", "-")
	if id == "" {
		id = "section"
	}
	m.ids[id]++
	if n := m.ids[id]; n > 1 {
		return fmt.Appendf(nil, "%s-%d", id, n)
	}
	return []byte(id)
}

// Put is part of goldmark's interface for names of headings.
func (m *markdown) Put([]byte) {}

// linkTarget makes links between notebooks links between reports.
func linkTarget(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.IsAbs() || !strings.HasSuffix(u.Path, ".ipynb") {
		return target
	}
	u.Path = strings.TrimSuffix(u.Path, ".ipynb") + ".html"
	return u.String()
}

// picture returns a picture's content as an address.
func (m *markdown) picture(target string, attachments map[string]map[string]string) (string, error) {
	if strings.HasPrefix(target, "data:") {
		return target, nil
	}
	if name, ok := strings.CutPrefix(target, "attachment:"); ok {
		for mediaType, content := range attachments[name] {
			return "data:" + mediaType + ";base64," + content, nil
		}
		return "", fmt.Errorf("the cell has no attachment %q", name)
	}
	if strings.Contains(target, "://") {
		return "", fmt.Errorf("the picture %s is not on this machine: a report must not need a network", target)
	}
	mediaType := mime.TypeByExtension(path.Ext(target))
	if !strings.HasPrefix(mediaType, "image/") {
		return "", fmt.Errorf("reading a picture: %s is none by its name", target)
	}
	file, err := os.OpenInRoot(cmp.Or(m.folder, "."), filepath.FromSlash(target))
	if err != nil {
		return "", fmt.Errorf("reading a picture, which must lie in the notebook's folder: %w", err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxPicture+1))
	if err == nil && len(content) > maxPicture {
		err = fmt.Errorf("%s is larger than %d MB", target, maxPicture>>20)
	}
	if err != nil {
		return "", fmt.Errorf("reading a picture: %w", err)
	}
	return "data:" + mediaType + ";base64," + base64.StdEncoding.EncodeToString(content), nil
}

// maxPicture bounds a picture's file: more than 32 MB is too much for a page.
const maxPicture = 32 << 20
