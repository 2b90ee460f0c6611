package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// simple returns a figure of two points.
func simple() *Figure {
	f := New("simple", "Two points", "Two points on a line.")
	f.X, f.Y = Linear("x"), Linear("y")
	f.Points("measured", []float64{1, 2}, []float64{3, 4})
	return f
}

// wantError fails the test unless err holds all the words.
func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error; want one with %q", words)
		return
	}
	for _, w := range append(words, "figure: ") {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q does not say %q", err, w)
		}
	}
}

func TestSameBytes(t *testing.T) {
	for i := range gallery() {
		f, g := gallery()[i], gallery()[i]
		for _, render := range []func(*Figure) ([]byte, error){(*Figure).SVG, (*Figure).numbers} {
			a, err := render(f)
			if err != nil {
				t.Fatal(err)
			}
			again, _ := render(f) // rendering changes nothing
			other, _ := render(g)
			if !bytes.Equal(a, again) || !bytes.Equal(a, other) {
				t.Errorf("%s: two renderings differ", f.Name)
			}
		}
	}
}

func TestSVG(t *testing.T) {
	for _, f := range gallery() {
		f.Alt = `Escape "rate" < 1 & more`
		svg, err := f.SVG()
		if err != nil {
			t.Fatal(err)
		}
		dec := xml.NewDecoder(bytes.NewReader(svg))
		texts := 0
		for first := true; ; {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			el, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			attr := map[string]string{}
			for _, a := range el.Attr {
				attr[a.Name.Local] = a.Value
			}
			if first {
				first = false
				if el.Name.Local != "svg" || attr["role"] != "img" || attr["aria-label"] != f.Alt || attr["width"] != "720" || attr["viewBox"] == "" {
					t.Errorf("%s: root element is %v", f.Name, el)
				}
			}
			if el.Name.Local == "text" {
				texts++
				if attr["textLength"] == "" || strings.Contains(attr["style"], "font-family") {
					t.Errorf("%s: text element as vgsvg wrote it: %v", f.Name, attr)
				}
			}
		}
		if texts < 10 {
			t.Errorf("%s: only %d texts", f.Name, texts)
		}
		rest := strings.Replace(string(svg), `xmlns="http://www.w3.org/2000/svg"`, "", 1)
		for _, outside := range []string{"http", "file:", "xlink", "<script", "<?xml"} {
			if strings.Contains(rest, outside) {
				t.Errorf("%s: holds %q", f.Name, outside)
			}
		}
	}
}

func TestMistakes(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x := []float64{1, 2}
	for _, test := range []struct {
		name  string
		spoil func(f *Figure)
		words []string
	}{
		{"no alt", func(f *Figure) { f.Alt = " " }, []string{"simple", "alt text is empty"}},
		{"no title", func(f *Figure) { f.Title = "" }, []string{"title is empty"}},
		{"name", func(f *Figure) { f.Name = "../up" }, []string{"../up"}},
		{"control character", func(f *Figure) { f.Title = "a\x00b" }, []string{"control"}},
		{"NaN", func(f *Figure) { f.Line("theory", x, []float64{1, nan}) }, []string{`"theory"`, "y[1] is NaN"}},
		{"Inf", func(f *Figure) { f.Step("s", []float64{inf, 1}, x) }, []string{`"s"`, "x[0] is +Inf"}},
		{"lengths", func(f *Figure) { f.Line("theory", x, x[:1]) }, []string{`"theory"`, "2 values of x but 1 of y"}},
		{"error bars", func(f *Figure) { f.Points("p", x, x, YErr(x[:1])) }, []string{`"p"`, "2 points"}},
		{"negative error bar", func(f *Figure) { f.Points("p", x, x, YErr([]float64{1, -1})) }, []string{`"p"`, "error bar 1 is -1"}},
		{"NaN error bar", func(f *Figure) { f.Points("p", x, x, YErr([]float64{nan, 1})) }, []string{"error bar 0 is NaN"}},
		{"no error bars", func(f *Figure) { f.Points("p", x, x, YErr(nil)) }, []string{"2 points but 0 error bars"}},
		{"log y", func(f *Figure) { f.Y = Log("y"); f.Line("zero", x, []float64{1, 0}) }, []string{`"zero"`, "y[1] = 0", "log axis"}},
		{"log x", func(f *Figure) { f.X = Log("x"); f.Points("zero", []float64{-3, 1}, x) }, []string{`"zero"`, "x[0] = -3"}},
		{"log band", func(f *Figure) { f.Y = Log("y"); f.Band("b", x, []float64{1, -1}, []float64{1, 4}) }, []string{`"b"`, "y_lo[1] = -1"}},
		{"log reference", func(f *Figure) { f.Y = Log("y"); f.HLine("none", 0) }, []string{`"none"`, "y[0] = 0"}},
		{"log limits", func(f *Figure) { f.Y = Log("y").Range(0, 1) }, []string{`"y"`, "[0, 1]"}},
		{"limits", func(f *Figure) { f.X = Linear("x").Range(2, 1) }, []string{`"x"`, "[2, 1]"}},
		{"limits NaN", func(f *Figure) { f.X = Linear("x").From(nan) }, []string{"NaN"}},
		{"func", func(f *Figure) { f.Func("root", func(float64) float64 { return nan }) }, []string{`"root"`, "y[0] is NaN"}},
		{"band", func(f *Figure) { f.Band("b", x, x, x[:1]) }, []string{`"b"`, "1 of hi"}},
		{"no path", func(f *Figure) { f.Path("p", nil, nil) }, []string{`"p"`, "needs a point"}},
		{"no line", func(f *Figure) { f.Line("l", nil, nil) }, []string{`"l"`}},
		{"histogram", func(f *Figure) { f.Histogram("h", nil, nil, 3) }, []string{`"h"`, "0 values"}},
		{"histogram of one value", func(f *Figure) { f.Histogram("h", []float64{1, 1}, nil, 3) }, []string{"nothing to bin"}},
		{"histogram weights", func(f *Figure) { f.Histogram("h", x, x[:1], 3) }, []string{"1 weights"}},
		{"empty panel", func(f *Figure) { f.Below() }, []string{"panel 2", "nothing"}},
		{"two panels in one place", func(f *Figure) { f.Below(); f.Below() }, []string{"row 2, column 1"}},
		{"small grid", func(f *Figure) { f.HeatMap("h", &Field{xs: x, ys: x[:1], z: x}) }, []string{"2 × 1"}},
		{"grid NaN", func(f *Figure) { f.Contours(Sample(func(x, y float64) float64 { return nan }, 0, 1, 0, 1, 3), x) }, []string{"z[0] is NaN"}},
		{"grid order", func(f *Figure) { f.HeatMap("h", Sample(func(x, y float64) float64 { return 0 }, 1, 0, 0, 1, 3)) }, []string{"column 1"}},
		{"levels", func(f *Figure) { f.Contours(Sample(math.Hypot, 0, 1, 0, 1, 3), nil) }, []string{"levels"}},
		{"heat map on a log axis", func(f *Figure) {
			f.X = Log("x")
			f.HeatMap("h", Sample(math.Hypot, 1, 2, 1, 2, 3))
		}, []string{`"h"`, "linear"}},
		{"table", func(f *Figure) { f.Table = Columns(Col("a", x), Col("b", x[:1])) }, []string{`"b" has 1 values`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("SGDESCAPE_FIGURES", dir)
			f := simple()
			test.spoil(f)
			wantError(t, f.Show(), test.words...)
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left %v behind", left)
			}
		})
	}
}

// On a log axis an error bar that reaches zero runs off the edge.
func TestErrorBarBelowZero(t *testing.T) {
	f := simple()
	f.Y = Log("y")
	f.Points("noisy", []float64{1, 2}, []float64{1, 2}, YErr([]float64{1, 3}))
	if _, err := f.SVG(); err != nil {
		t.Error(err)
	}
}

func TestPointsOutsideLimitsAreNotDrawn(t *testing.T) {
	f := New("out", "t", "a")
	f.X, f.Y = Linear("x").Range(0, 1), Linear("y").Range(0, 1)
	f.Points("p", []float64{0.5, 5}, []float64{0.5, 5}, YErr([]float64{9, 9}))
	f.Path("q", []float64{-1, 2}, []float64{0.5, 0.5})
	f.HLine("off", 3)
	fr, err := f.Panel.frame()
	if err != nil {
		t.Fatal(err)
	}
	if pts, bars := f.marks[0].visible(fr); len(pts) != 1 || len(bars) != 1 {
		t.Errorf("%d points and %d error bars are drawn, want 1 of each", len(pts), len(bars))
	}
	svg, err := f.SVG()
	if err != nil || bytes.Contains(svg, []byte(">off<")) {
		t.Errorf("a label off the panel is drawn; %v", err)
	}
}

func TestNameKeepsItsStyle(t *testing.T) {
	f := simple()
	f.Line("Eq. 17", []float64{1, 2}, []float64{1, 2})
	f.Line("linear", []float64{1, 2}, []float64{1, 2}, Orange)
	g := f.Below()
	g.Line("linear", []float64{1, 2}, []float64{1, 2})
	g.Points("Eq. 17", []float64{1, 2}, []float64{1, 2})
	g.Line("", []float64{1, 2}, []float64{1, 2})
	top, low := f.marks, g.marks
	if low[0].style.ink != Orange || low[0].style.dash != top[2].style.dash || low[1].style.ink != top[1].style.ink {
		t.Error("a name changed its style from panel to panel")
	}
	if top[1].style.dash == top[2].style.dash || low[1].style.marker == top[0].style.marker {
		t.Error("two names share a dash or a marker")
	}
	if low[2].style.ink != Gray {
		t.Error("a series without a name is not gray")
	}
	if !slices.Equal(f.names, []string{"measured", "Eq. 17", "linear"}) {
		t.Errorf("the legend lists %q", f.names)
	}
}

func TestInksRunOut(t *testing.T) {
	f := simple()
	for _, name := range strings.Split("abcdefghij", "") {
		f.Line(name, []float64{1, 2}, []float64{1, 2})
	}
	if _, err := f.SVG(); err != nil {
		t.Error(err)
	}
}

func TestBelowLinesUp(t *testing.T) {
	f := ratesFigure()
	l, err := f.layout()
	if err != nil {
		t.Fatal(err)
	}
	a, b := l.cells[0], l.cells[1]
	if a.x != b.x || a.w != b.w || a.xmin != b.xmin || a.xmax != b.xmax || a.showX || !b.showX || b.y < a.y+a.h {
		t.Errorf("panels do not line up: %v and %v", a, b)
	}
	for _, c := range l.cells {
		if c.x < 0 || c.x+c.w > l.width || c.y+c.h > l.height {
			t.Errorf("panel at (%g, %g) of %g by %g leaves the figure", c.x, c.y, c.w, c.h)
		}
	}
}

func TestShow(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "on", "demand")
	t.Setenv("SGDESCAPE_FIGURES", dir)
	f := simple()
	f.Table = NewTable("c", "kappa")
	f.Table.Row(1.5, 0.1)
	if err := f.Show(); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(filepath.Join(dir, "simple.svg"))
	if want, _ := f.SVG(); err != nil || !bytes.Equal(svg, want) {
		t.Errorf("simple.svg: %d bytes, %v", len(svg), err)
	}
	numbers, err := os.ReadFile(filepath.Join(dir, "simple.csv"))
	if err != nil || string(numbers) != "c,kappa\n1.5,0.1\n" {
		t.Errorf("simple.csv: %q, %v", numbers, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("folder holds %v", left)
	}
}

func TestCSVOfPoints(t *testing.T) {
	f := New("points", "t", "a")
	f.X, f.Y = Linear("x"), Linear("y")
	f.Points("measured", []float64{1, 2}, []float64{0.1, 0.3}, YErr([]float64{0.05, 0.1}))
	f.HLine("one", 1)
	got, err := f.numbers()
	const want = `panel,kind,series,x,y,x_lo,x_hi,y_lo,y_hi,z
1,points,measured,1,0.1,,,0.05,0.15000000000000002,
1,points,measured,2,0.3,,,0.19999999999999998,0.4,
1,hline,one,0,1,,,,,
`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestDensity(t *testing.T) {
	edges, h, err := density([]float64{0, 1, 1.5, 2}, nil, 2)
	if err != nil || !slices.Equal(edges, []float64{0, 1, 2}) || !slices.Equal(h, []float64{0.25, 0.75}) {
		t.Errorf("%v, %v, %v", edges, h, err)
	}
	_, h, err = density([]float64{2, 0}, []float64{3, 1}, 2)
	if err != nil || !slices.Equal(h, []float64{0.25, 0.75}) {
		t.Errorf("weighted: %v, %v", h, err)
	}
}

func TestEvery(t *testing.T) {
	v := []float64{0, 1, 2, 3, 4, 5, 6}
	if got := Every(v, 3); !slices.Equal(got, []float64{0, 3, 6}) {
		t.Errorf("got %v", got)
	}
	if got := Every(v, 7); len(got) != 7 {
		t.Errorf("got %v", got)
	}
}
