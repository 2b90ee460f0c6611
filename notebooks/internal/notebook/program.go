package notebook

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// moves matches a cell whose figure a reader moves.
var moves = regexp.MustCompile(`(?m)^[^/\n]*\blive\.Figure\{`)

// Program returns a Go program that shows the figures of a notebook that a reader moves and then
// waits: the cells that show them, with those declarations of the cells before that they need, and
// nothing else of the notebook. As in the kernel a later declaration takes the place of an earlier
// one of the same name.
func (nb *Notebook) Program() (string, error) {
	p := program{units: map[string]*unit{}, methods: map[string][]*unit{}, fset: token.NewFileSet()}
	var bodies []*ast.BlockStmt
	for i, c := range nb.Cells {
		if c.Type != "code" {
			continue
		}
		body, err := p.add(fmt.Sprintf("cell %d", i+1), string(c.Source))
		if err != nil {
			return "", fmt.Errorf("reading the code of a notebook: %w", err)
		}
		if body != nil && moves.MatchString(string(c.Source)) {
			bodies = append(bodies, body)
		}
	}
	if bodies == nil {
		return "", errors.New("reading the code of a notebook: no cell shows a live.Figure")
	}
	return p.write(bodies)
}

// unit is a declaration at the top level, with the names that it uses.
type unit struct {
	decl  ast.Decl
	order int
	uses  map[string]bool
}

type program struct {
	fset    *token.FileSet
	units   map[string]*unit
	methods map[string][]*unit // by their receiver's type
	imports []*ast.ImportSpec
	count   int
}

// add takes in a cell's declarations; if the cell runs something it returns that.
func (p *program) add(name, source string) (*ast.BlockStmt, error) {
	source, runs := goSource(source)
	file, err := parser.ParseFile(p.fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	p.imports = append(p.imports, file.Imports...)
	var body *ast.BlockStmt
	for _, decl := range file.Decls {
		u := &unit{decl: decl, order: p.count, uses: names(decl)}
		p.count++
		switch d := decl.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Recv != nil:
				receiver := receiverName(d.Recv.List[0].Type)
				p.methods[receiver] = append(p.methods[receiver], u)
			case d.Name.Name == "main" && runs:
				body = d.Body
			default:
				p.units[d.Name.Name] = u
			}
		case *ast.GenDecl:
			for _, declared := range declares(d) {
				p.units[declared] = u
			}
		}
	}
	return body, nil
}

// goSource returns a cell as a file of Go, without the kernel's own commands, and whether what
// stands after %% runs.
func goSource(source string) (string, bool) {
	var b strings.Builder
	b.WriteString("package main\n")
	runs := false
	for line := range strings.Lines(source) {
		switch {
		case !runs && (strings.HasPrefix(line, "%%") || strings.HasPrefix(line, "%main")):
			runs = true
			b.WriteString("func main() {\n")
		case strings.HasPrefix(line, "%") || strings.HasPrefix(line, "!"):
			b.WriteString("\n") // the lines keep their numbers
		default:
			b.WriteString(line)
		}
	}
	if runs {
		b.WriteString("\n}\n")
	}
	return b.String(), runs
}

func receiverName(t ast.Expr) string {
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

func declares(d *ast.GenDecl) (declared []string) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			declared = append(declared, s.Name.Name)
		case *ast.ValueSpec:
			for _, n := range s.Names {
				declared = append(declared, n.Name)
			}
		}
	}
	return declared
}

// names are all identifiers below a node: more than those that it uses of the top level, never
// fewer.
func names(n ast.Node) map[string]bool {
	found := map[string]bool{}
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			found[id.Name] = true
		}
		return true
	})
	return found
}

// write returns the program that runs the bodies.
func (p *program) write(bodies []*ast.BlockStmt) (string, error) {
	needed := map[*unit]bool{}
	var need func(uses map[string]bool)
	need = func(uses map[string]bool) {
		for name := range uses {
			for _, u := range append(slices.Clone(p.methods[name]), p.units[name]) {
				if u != nil && !needed[u] && (p.units[name] != nil) {
					needed[u] = true
					need(u.uses)
				}
			}
		}
	}
	used := map[string]bool{}
	for _, body := range bodies {
		uses := names(body)
		need(uses)
		for name := range uses {
			used[name] = true
		}
	}
	units := make([]*unit, 0, len(needed))
	for u := range needed {
		units = append(units, u)
		for name := range u.uses {
			used[name] = true
		}
	}
	slices.SortFunc(units, func(a, b *unit) int { return a.order - b.order })
	var b bytes.Buffer
	b.WriteString("package main\n\n" + p.importing(used))
	for _, u := range units {
		if err := printer.Fprint(&b, p.fset, u.decl); err != nil {
			return "", err
		}
		b.WriteString("\n\n")
	}
	b.WriteString("func main() {\n")
	for _, body := range bodies {
		b.WriteString("\tfunc() ")
		if err := printer.Fprint(&b, p.fset, body); err != nil {
			return "", err
		}
		b.WriteString("()\n")
	}
	b.WriteString("\tselect {}\n}\n")
	return b.String(), nil
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// importing returns the import declarations of the packages whose names are used.
func (p *program) importing(used map[string]bool) string {
	lines := map[string]bool{}
	for _, spec := range p.imports {
		address, _ := strconv.Unquote(spec.Path.Value) // the parser has read it
		name := path.Base(address)
		if majorVersion.MatchString(name) {
			name = path.Base(path.Dir(address))
		}
		line := "import " + spec.Path.Value
		if spec.Name != nil {
			name, line = spec.Name.Name, "import "+spec.Name.Name+" "+spec.Path.Value
		}
		if used[name] {
			lines[line] = true
		}
	}
	sorted := make([]string, 0, len(lines))
	for line := range lines {
		sorted = append(sorted, line)
	}
	slices.Sort(sorted)
	return strings.Join(sorted, "\n") + "\n\n"
}
