package search

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// refused are hostile calls by the name of what they call. Each says no: by an error, or by the
// NaN, Inf, false or nothing that its doc comment speaks of.
type refused map[string][]func() error

// run makes the calls, and holds that every exported function and method of the package in this
// folder is called.
func (r refused) run(t *testing.T) {
	for name, calls := range r {
		for i, call := range calls {
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						t.Errorf("%s, call %d: panic: %v", name, i, p)
						err = errors.ErrUnsupported
					}
				}()
				return call()
			}()
			if err == nil || err.Error() == "" {
				t.Errorf("%s, call %d: accepted, or refused without a word", name, i)
			}
		}
	}
	entries, _ := os.ReadDir(".")
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				receiver := f.Recv.List[0].Type
				if p, ok := receiver.(*ast.StarExpr); ok {
					receiver = p.X
				}
				if !receiver.(*ast.Ident).IsExported() {
					continue
				}
				name = fmt.Sprint(receiver, ".", name)
			}
			if _, ok := r[name]; !ok {
				t.Errorf("%s is in no hostile call", name)
			}
		}
	}
}

// said turns a documented answer to bad input into an error.
func said(no bool) error {
	if no {
		return errors.New("as documented")
	}
	return nil
}

var nan, inf, huge = math.NaN(), math.Inf(1), 1e308

// wide is a landscape of many dimensions, which takes no memory of its own.
type wide int

func (w wide) Dim() int { return int(w) }
func (w wide) LossGrad(dst, theta []float64) float64 {
	loss := 1.0
	for i, x := range theta {
		loss += x * x / 2
		if dst != nil {
			dst[i] = x
		}
	}
	return loss
}

// void has a loss that is no number.
type void float64

func (void) Dim() int { return 1 }
func (v void) LossGrad(dst, _ []float64) float64 {
	if dst != nil {
		dst[0] = float64(v)
	}
	return float64(v)
}

func TestHostile(t *testing.T) {
	background := context.Background()
	done, cancel := context.WithCancel(background)
	cancel()
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDim: 2}))
	from, to := q.Minimum().Theta, q.FarMinimum().Theta
	path := must(FindPath(background, q, from, to, PathSettings{}))
	const big = 200_000
	r := refused{
		"FindMinimum": {
			func() error { return errOf(FindMinimum(background, nil, from)) }, func() error { return errOf(FindMinimum(background, q, nil)) }, func() error { return errOf(FindMinimum(background, q, []float64{nan, 0})) }, func() error { return errOf(FindMinimum(done, q, []float64{1, 1})) },
			func() error { return errOf(FindMinimum(done, q, from)) }, func() error { return errOf(FindMinimum(background, q, []float64{huge, 0})) },
			func() error { return errOf(FindMinimum(background, void(nan), []float64{0})) }, func() error { return errOf(FindMinimum(background, void(inf), []float64{0})) }, func() error { return errOf(FindMinimum(background, void(1), []float64{0})) },
			func() error { return errOf(FindMinimum(background, wide(big), make([]float64, big))) },
		},
		"FindPath": {
			func() error { return errOf(FindPath(background, nil, from, to, PathSettings{})) }, func() error { return errOf(FindPath(done, q, from, to, PathSettings{})) }, func() error { return errOf(FindPath(background, q, nil, to, PathSettings{})) },
			func() error { return errOf(FindPath(background, q, from, nil, PathSettings{})) }, func() error { return errOf(FindPath(background, q, from, []float64{nan, 0}, PathSettings{})) }, func() error { return errOf(FindPath(background, q, from, []float64{huge, 0}, PathSettings{})) },
			func() error { return errOf(FindPath(background, q, from, from, PathSettings{})) }, func() error {
				return errOf(FindPath(background, void(nan), []float64{0}, []float64{1}, PathSettings{}))
			}, func() error { return errOf(FindPath(background, void(0), []float64{0}, []float64{1}, PathSettings{})) },
		},
		"Path.Peaks": {func() error { return said(len((&Path{}).Peaks()) == 0) }},
		"FindSaddle": {
			func() error { return errOf(FindSaddle(nil, path, 1)) }, func() error { return errOf(FindSaddle(q, nil, 0)) }, func() error { return errOf(FindSaddle(q, &Path{}, 0)) }, func() error { return errOf(FindSaddle(q, path, -1)) }, func() error { return errOf(FindSaddle(q, path, 31)) },
			func() error { return errOf(FindSaddle(q, &Path{Images: [][]float64{from, to}}, 0)) }, func() error {
				return errOf(FindSaddle(q, &Path{Images: [][]float64{from, nil}, Arc: []float64{0, 1}}, 0))
			},
			func() error {
				return errOf(FindSaddle(q, &Path{Images: [][]float64{{nan, 0}, to}, Arc: []float64{0, 1}}, 0))
			}, func() error { return errOf(FindSaddle(wide(1), path, 15)) },
		},
		"FindEscape": {func() error { return errOf(FindEscape(background, nil, from, to, PathSettings{})) }, func() error { return errOf(FindEscape(background, q, from, from, PathSettings{})) },
			func() error { return errOf(FindEscape(done, q, from, to, PathSettings{})) }, func() error { return errOf(FindEscape(background, q, nil, to, PathSettings{})) }, func() error { return errOf(FindEscape(background, q, from, nil, PathSettings{})) },
			func() error { return errOf(FindEscape(background, q, from, to, PathSettings{Images: 1})) }},
		"Escape.Minimum": {func() error { return said((&Escape{}).Minimum().Hess == nil) }}, "Escape.Saddle": {func() error { return said((&Escape{}).Saddle().Hess == nil) }}, "Escape.FarMinimum": {func() error { return said((&Escape{}).FarMinimum().Hess == nil) }},
	}
	add := func(name string, calls ...func() error) { r[name] = append(r[name], calls...) }
	for _, s := range []PathSettings{{Images: -1}, {Images: 4}, {Images: 1e9}, {Images: math.MaxInt}, {Tolerance: nan}, {Tolerance: -1}, {Tolerance: inf}, {MaxSteps: -1}} {
		add("FindPath", func() error { return errOf(FindPath(background, q, from, to, s)) })
	}
	r.run(t)
}
