// Package hostile holds the form of the tables of hostile calls, in which each package says what
// bad input does to every function and method that it exports. Only tests import it; one in pkg
// counts what no table names.
package hostile

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Table holds hostile calls by what they call, "Function" or "Type.Method". Each says no: by an
// error that begins with a package's name, or by [Said]. Names are written out, for [Named].
type Table map[string][]func() error

// Add adds calls of one name.
func (h Table) Add(name string, calls ...func() error) { h[name] = append(h[name], calls...) }

// Most is how many bytes one hostile call may set aside, in all: refusing takes little, and what is
// refused takes gigabytes.
const Most = 64 << 20

// noun is how an error begins.
var noun = regexp.MustCompile(`^[a-z]+: .`)

// Run makes the calls of a table of the package in the current folder. A panic, a yes, an error
// without the package's noun, more than [Most] bytes, a name without a call and one of nothing that
// is exported fail the test, as does an exported name that is missing.
func (h Table) Run(t *testing.T) {
	t.Helper()
	exported, err := Exported(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range exported {
		if len(h[name]) == 0 {
			t.Errorf("%s has no hostile call", name)
		}
	}
	for name, calls := range h {
		if !slices.Contains(exported, name) {
			t.Errorf("%s is nothing that the package exports", name)
		}
		for i, call := range calls {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := caught(t, name, i, call)
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > Most {
				t.Errorf("%s, call %d: %d MB set aside", name, i, took>>20)
			}
			if err == nil {
				t.Errorf("%s, call %d: accepted", name, i)
			} else if !noun.MatchString(err.Error()) {
				t.Errorf("%s, call %d: error %q, want one that begins with a package's name", name, i, err)
			}
		}
	}
}

// caught returns what a call says, be it in a panic.
func caught(t *testing.T, name string, i int, call func() error) (err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s, call %d: panic: %v", name, i, p)
			err = Said(true)
		}
	}()
	return call()
}

// Said turns a documented answer to bad input, such as NaN or nil, into an error.
func Said(no bool) error {
	if no {
		return errors.New("hostile: as documented")
	}
	return nil
}

// Bare lets an error pass that has no noun because the caller, of another package, sets its own
// before it.
func Bare(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("hostile: %w", err)
}

// Panics says that a call panics, as what cannot return an error does on what its doc calls a bug
// of the caller; nil if it does not.
func Panics(call func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("hostile: %v", p)
		}
	}()
	call()
	return nil
}

// Err leaves a result away.
func Err[T any](_ T, err error) error { return err }

// Exported returns the names of the exported functions, and of the exported methods of exported
// types, of the package in a folder, on any system and with any build tag.
func Exported(dir string) ([]string, error) {
	var names []string
	err := each(dir, "*.go", func(file *ast.File) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && exported(f) {
				names = append(names, called(f))
			}
		}
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

func exported(f *ast.FuncDecl) bool {
	return f.Name.IsExported() && (f.Recv == nil || ast.IsExported(receiver(f.Recv.List[0].Type)))
}

// called returns Function or Type.Method.
func called(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	return receiver(f.Recv.List[0].Type) + "." + f.Name.Name
}

// receiver returns the name of the type of a receiver.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// Named returns the texts that stand in the hostile*_test.go files of a folder: the names that its
// tables hold are among them.
func Named(dir string) (map[string]bool, error) {
	texts := map[string]bool{}
	err := each(dir, "hostile*_test.go", func(file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, _ := strconv.Unquote(lit.Value)
				texts[text] = true
			}
			return true
		})
	})
	return texts, err
}

// each parses the files of a folder that match, tests only if the pattern names them.
func each(dir, pattern string, do func(*ast.File)) error {
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		return err
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") != strings.HasSuffix(pattern, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		do(file)
	}
	return nil
}

// Packages returns the folders below root that hold a package which others may import: no internal
// one.
func Packages(root string) ([]string, error) {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); name == "internal" || name == "testdata" {
			return filepath.SkipDir
		}
		if found, _ := filepath.Glob(filepath.Join(path, "*.go")); len(found) > 0 {
			dirs = append(dirs, path)
		}
		return nil
	})
	return dirs, err
}
