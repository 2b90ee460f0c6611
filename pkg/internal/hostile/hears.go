package hostile

import (
	"context"
	"errors"
	"go/ast"
	"maps"
	"slices"
	"sync"
	"testing"
)

// Hears makes long calls, by name, under contexts that end when they are looked at for the first,
// second and third time, and under one that has ended: each must return the context's error,
// wrapped, and not go on looking. Without a context it must say so. No clock is read, so that a
// loaded machine cannot fail it. Whatever the package in the current folder exports with a context
// must be called.
func Hears(t *testing.T, calls map[string]func(ctx context.Context) error) {
	t.Helper()
	want, err := hearing(".")
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(calls)); !slices.Equal(got, want) {
		t.Errorf("long calls of %v, want them of all that takes a context, %v", got, want)
	}
	for name, call := range calls {
		if caught(t, name, 0, func() error { return call(nil) }) == nil {
			t.Errorf("%s: works without a context", name)
		}
		for looks := range 4 {
			ctx := endsAfter(looks)
			err := call(ctx)
			switch {
			case !errors.Is(err, context.Canceled):
				t.Errorf("%s: %v under a context that ended at look %d, want its error", name, err, looks)
			case !noun.MatchString(err.Error()):
				t.Errorf("%s: error %q, want one that begins with a package's name", name, err)
			}
			if more := ctx.looks - looks; more > mostLooks {
				t.Errorf("%s: looked %d times at a context that had ended", name, more)
			}
		}
	}
}

// hearing returns the exported names of the package in a folder whose first parameter is a context.
func hearing(dir string) ([]string, error) {
	var names []string
	err := each(dir, "*.go", func(file *ast.File) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !exported(f) || len(f.Type.Params.List) == 0 {
				continue
			}
			if first, ok := f.Type.Params.List[0].Type.(*ast.SelectorExpr); ok && first.Sel.Name == "Context" {
				names = append(names, called(f))
			}
		}
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

// mostLooks is how often a call may look at a context that has ended: each worker once, and the
// loops around what it ended.
const mostLooks = 100

// patience is a context that ends after some looks.
type patience struct {
	context.Context
	mu    sync.Mutex
	looks int
	left  int
	end   context.CancelFunc
}

func endsAfter(looks int) *patience {
	p := &patience{left: looks}
	p.Context, p.end = context.WithCancel(context.Background())
	if looks == 0 {
		p.end()
	}
	return p
}

// Err implements [context.Context].
func (p *patience) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.looks++; p.looks >= p.left {
		p.end()
	}
	return p.Context.Err()
}
