package figure

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Limits keep 5 % of the axis from the data, put a single value in the middle, and are what Range,
// From and To say.
func TestLimits(t *testing.T) {
	e := math.E
	for _, c := range []struct {
		axis     Axis
		e        extent
		min, max float64
	}{
		{Linear(""), extent{0, 10, true, true}, -0.5, 10.5}, {Linear(""), extent{0, 10, false, true}, 0, 10.5}, {Linear(""), extent{0, 10, true, false}, -0.5, 10}, {Linear(""), extent{0, 10, false, false}, 0, 10},
		{Linear(""), nothing, -0.05, 1.05}, {Log(""), nothing, math.Pow(10, -0.05), math.Pow(10, 1.05)},
		{Linear(""), extent{4, 4, true, true}, 3.56, 4.44}, {Linear(""), extent{-4, -4, false, false}, -4.4, -3.6}, {Linear(""), extent{0, 0, true, true}, -0.55, 0.55},
		{Log(""), extent{1, 100, true, true}, math.Pow(100, -0.05), math.Pow(100, 1.05)}, {Log(""), extent{10, 10, false, false}, 10 / math.Sqrt(e), 10 * math.Sqrt(e)},
		{Linear("").From(2), extent{0, 10, true, true}, 2, 10.5}, {Linear("").To(2), extent{0, 10, true, true}, -0.5, 2}, {Linear("").Range(3, 4), extent{7, 7, true, true}, 3, 4}, {Log("").Range(3, 4), extent{7, 7, true, true}, 3, 4},
	} {
		min, max, err := c.axis.limits(c.e)
		if err != nil || !near(min, c.min, 1e-12) || !near(max, c.max, 1e-12*math.Abs(c.max)) {
			t.Errorf("%+v of %+v: [%v, %v], %v, want [%v, %v]", c.axis, c.e, min, max, err, c.min, c.max)
		}
	}
}

// Grids fill their panel, densities stand on zero, a reference line has no place along x, and a panel
// shares its axes with its own row or column only.
func TestFrames(t *testing.T) {
	frameOf := func(draw func(f *Figure)) *frame {
		f := New("frame", "t", "a")
		f.X, f.Y = Linear(""), Linear("")
		draw(f)
		fr, err := f.Panel.frame()
		if err != nil {
			t.Fatal(err)
		}
		return fr
	}
	check := func(name string, fr *frame, want ...float64) {
		t.Helper()
		for i, got := range []float64{fr.xmin, fr.xmax, fr.ymin, fr.ymax} {
			if !near(got, want[i], 1e-9) {
				t.Errorf("%s: limit %d is %v, want %v", name, i, got, want[i])
			}
		}
	}
	grid := Sample(math.Hypot, -1, 3, 2, 4, 5)
	check("heat map", frameOf(func(f *Figure) { f.HeatMap("z", grid) }), -1, 3, 2, 4)
	check("contours", frameOf(func(f *Figure) { f.Contours(grid, []float64{2.5}) }), -1, 3, 2, 4)
	check("histogram", frameOf(func(f *Figure) { f.Histogram("", []float64{1, 2, 3}, nil, 2) }), 0.9, 3.1, 0, 0.7)
	check("reference", frameOf(func(f *Figure) { f.Line("", []float64{1, 2}, []float64{1, 2}); f.HLine("", 11) }), 0.95, 2.05, 0.5, 11.5)
	check("error bars", frameOf(func(f *Figure) { f.Points("", []float64{0, 10}, []float64{0, 8}, YErr([]float64{1, 1})) }), -0.5, 10.5, -1.5, 9.5)
	check("function", frameOf(func(f *Figure) { f.X = Linear("").Range(0, 10); f.Func("", func(x float64) float64 { return 2 * x }) }), 0, 10, -1, 21)
	f := manyFigures()[5]
	l, err := f.layout()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][2]bool{{false, true}, {true, true}, {true, true}, {true, true}} {
		if c := l.cells[i]; c.showX != want[0] || c.showY != want[1] {
			t.Errorf("panel %d shows its numbers along x %v and y %v, want %v", i+1, c.showX, c.showY, want)
		}
	}
	if a, c := l.cells[0], l.cells[2]; a.xmin != c.xmin || a.xmax != c.xmax || !near(a.xmin, 0.9, 1e-9) || !near(c.ymax, 3.1, 1e-9) || !near(l.cells[3].xmin, 0, 1e-9) {
		t.Errorf("the limits of the first column are %v to %v and %v to %v", a.xmin, a.xmax, c.xmin, c.xmax)
	}
	// Below is a third as high, Beside as high.
	g := New("h", "t", "a")
	if g.Height != 300 || g.Below().Height != 100 || g.Beside().Height != 300 {
		t.Error("heights")
	}
	if empty, full := legendOf(t, ""), legendOf(t, "a"); !near(full-empty, legendLine+gap/2, 1) {
		t.Errorf("the legend takes %v", full-empty)
	}
}

func legendOf(t *testing.T, name string) float64 {
	f := New("l", "t", "a")
	f.X, f.Y = Linear(""), Linear("")
	f.Line(name, []float64{1, 2}, []float64{1, 2})
	_, l := drawn(t, f)
	return l.height
}

// Contours have their values written on them, with a true minus sign, each once.
func TestContourLabels(t *testing.T) {
	f := New("contours", "t", "a")
	f.X, f.Y = Linear(""), Linear("")
	f.Contours(Sample(func(x, y float64) float64 { return 10 * y }, 0, 1, -1, 1, 50), []float64{5, -5, 0.125})
	all, l := drawn(t, f)
	c := l.cells[0]
	for text, share := range map[string]float64{"−5": 0.25, "5": 0.75, "0.125": 0.50625} {
		n := 0
		for _, p := range all {
			if p.text == text && float64(p.min.X) > c.x {
				n++
				_, y := p.mid()
				if !near(y, l.height-c.y-c.h+share*c.h, 3) {
					t.Errorf("%s stands at %v", text, p.min)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s stands %d times", text, n)
		}
	}
}

// From 10⁵ on and below 10⁻³ numbers have a power of ten.
func TestNumberForms(t *testing.T) {
	for _, c := range []struct {
		v, step, largest float64
		want             string
	}{
		{5e4, 1e4, 99999, "50000"}, {5e4, 5e4, 1e5, "0.5×10⁵"}, {1e5, 1e5, 1e5, "1×10⁵"}, {2e-3, 1e-3, 2e-3, "0.002"}, {1e-3, 1e-3, 1e-3, "0.001"}, {5e-4, 1e-4, 9e-4, "5×10⁻⁴"}, {-2, 0.5, 3, "−2.0"}, {0, 1, 1e9, "0"}, {0.25, 0.05, 1, "0.25"},
	} {
		if got := number(c.v, c.step, c.largest); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	for raw, want := range map[float64]float64{1: 1, 1.01: 2, 2: 2, 2.1: 5, 5: 5, 5.5: 10, 0.03: 0.05} {
		step, minor := niceStep(raw)
		if !near(step, want, 1e-12) || minor != map[bool]int{true: 4, false: 5}[want == 2] {
			t.Errorf("step of %v is %v in %d", raw, step, minor)
		}
	}
}

// Styles that nobody chose: normal width, a solid thin error bar, a circle; areas are so light that
// two over each other and the grid stay visible.
func TestStyles(t *testing.T) {
	if w := (style{}).lineStyle().Width; w != 1.8 || (style{width: -1}).lineStyle().Width != 1.8 || (style{width: 3}).lineStyle().Width != 3 {
		t.Errorf("width %v", w)
	}
	if g := (style{marker: 99}).pointStyle(); g.Radius != glyphs[Circle].Radius {
		t.Errorf("an unknown marker is %+v", g)
	}
	m := mark{style: style{ink: Blue}}
	if a := m.areaOf([]float64{0, 1, 1}, []float64{0, 0, 1}).Color; Blue.tint(0.22) != a {
		t.Errorf("an area is %v", a)
	}
	if light := Blue.Lighter(1).rgb(); light.R != 0x55 || light.G != 0x72+(0xFF-0x72)/3 || light.A != 255 || Blue.Lighter(0) != Blue || Blue.Lighter(-1) != Blue || Blue.Lighter(9).rgb() != Blue.Lighter(3).rgb() {
		t.Errorf("a lighter blue is %v", light)
	}
	look := Look{Ink: Green, Dash: Dotted, Marker: Cross}
	if s := New("x", "t", "d").styled("a", true, true, []Option{look.Lighter(1)}); s.ink != Green.Lighter(1) || s.dash != Dotted || s.marker != Cross {
		t.Errorf("a look gives %+v", s)
	}
	if Ink(-1).rgb() != inks[Gray] || Ink(len(inks)).rgb() != inks[Gray] || White.rgb() != inks[White] || Blue.tint(1).A != 255 || Blue.tint(0.5).A != 128 {
		t.Error("inks")
	}
	// A band of two hundred pixels under a cloud: see that a cloud is lighter than its points.
	f := New("cloud", "t", "a")
	f.X, f.Y = Linear(""), Linear("")
	f.Cloud("c", []float64{1, 2}, []float64{1, 2}, Blue)
	all, _ := drawn(t, f)
	if !slices.ContainsFunc(all, func(p piece) bool { return p.fill && p.color == Blue.tint(0.35) }) {
		t.Error("a cloud that is not transparent")
	}
}

// A table that was written reads back, and columns are found by name.
func TestReadTable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	table := Columns(Col("a", []float64{1.5, -2e-9}), Col("b", []string{"x,y", ""}), Col("c", []int{3, 4}))
	data, err := table.CSV()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ReadTable(path)
	if err != nil {
		t.Fatal(err)
	}
	a, err := got.Floats("a")
	b, err2 := got.Strings("b")
	if err != nil || err2 != nil || !slices.Equal(a, []float64{1.5, -2e-9}) || !slices.Equal(b, []string{"x,y", ""}) || !slices.Equal(got.Header(), []string{"a", "b", "c"}) {
		t.Errorf("%v, %v, %v, %v", a, b, err, err2)
	}
	if _, err := got.Floats("b"); err == nil || !strings.Contains(err.Error(), `column "b", row 0`) {
		t.Error(err)
	}
	for content, want := range map[string]string{"": "no header", "a,b\n1\n": "wrong number of fields", "a\n\"": "quote"} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadTable(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", content, err)
		}
	}
}

// Any CSV file is a table or an error.
func FuzzReadTable(f *testing.F) {
	f.Add([]byte("a,b\n1,x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		path := filepath.Join(t.TempDir(), "t.csv")
		if err := os.WriteFile(path, file, 0o644); err != nil {
			t.Fatal(err)
		}
		table, err := ReadTable(path)
		if err != nil {
			return
		}
		for _, name := range table.Header() {
			if _, err := table.Strings(name); err != nil {
				t.Error(err)
			}
			if v, err := table.Floats(name); err == nil && !finite(v...) {
				t.Errorf("%q: %v", name, v)
			}
		}
	})
}

// With EqualAspect a unit is as long on both axes, between the least and the largest height.
func TestEqualAspect(t *testing.T) {
	for _, c := range []struct{ x, y, height float64 }{{10, 5, 0}, {10, 7.5, 0}, {10, 0.1, 100}, {10, 100, 560}} {
		f := New("aspect", "t", "a")
		f.X, f.Y = Linear("").Range(0, c.x), Linear("").Range(0, c.y)
		f.EqualAspect = true
		f.Line("", []float64{0, 1}, []float64{0, 1})
		_, l := drawn(t, f)
		p := l.cells[0]
		if c.height == 0 && math.Abs(p.w/c.x/(p.h/c.y)-1) > 0.02 || c.height > 0 && p.h != c.height {
			t.Errorf("%v by %v: a panel of %v by %v", c.x, c.y, p.w, p.h)
		}
	}
}

// Log axes are plain from 0.001 to 10,000, and have powers of ten beyond; without three of those they
// have multiples, and below a factor of four the ticks of a linear axis.
func TestLogForms(t *testing.T) {
	for _, c := range []struct {
		min, max float64
		want     string
	}{
		{0.001, 1, "0.001 0.01 0.1 1"}, {0.0005, 0.5, "10⁻³ 10⁻² 10⁻¹"}, {10, 1e4, "10 100 1000 10000"}, {10, 2e4, "10¹ 10² 10³ 10⁴"},
		{0.9, 3.4, "1.0 1.5 2.0 2.5 3.0"}, {1, 3.9, "1.0 1.5 2.0 2.5 3.0 3.5"}, {1, 4.1, "1 2 3 4"},
	} {
		if got := names(logTicks(c.min, c.max, 9)); got != c.want {
			t.Errorf("[%v, %v]: %s, want %s", c.min, c.max, got, c.want)
		}
	}
}

// Whatever comes first, heat maps and areas lie under lines, and points over them.
func TestLayers(t *testing.T) {
	f := New("layers", "t", "a")
	f.X, f.Y = Linear("").Range(0, 3), Linear("").Range(0, 3)
	x := []float64{1, 2}
	f.Points("", x, x, Vermilion)
	f.Line("", x, x, Green)
	f.Histogram("", []float64{1, 2, 3}, nil, 2, Purple)
	f.Band("", x, x, x, Sky)
	all, _ := drawn(t, f)
	order := []int{}
	for _, c := range []piece{{color: Purple.tint(0.22), fill: true}, {color: inks[Green]}, {color: inks[Vermilion], fill: true}} {
		order = append(order, slices.IndexFunc(all, func(p piece) bool { return p.color == c.color && p.fill == c.fill }))
	}
	band := slices.IndexFunc(all, func(p piece) bool { return p.color == Sky.tint(0.22) && p.fill })
	if order[0] < 0 || !slices.IsSorted(order) || band < 0 || band > order[1] {
		t.Errorf("area, line and points are drawn in the order %v, the band at %d", order, band)
	}
}

// stuck is a grid of which a column and a row stand still.
type stuck struct {
	*Field
	column, row bool
}

func (s stuck) X(c int) float64 {
	if s.column && c == 2 {
		return s.Field.X(1)
	}
	return s.Field.X(c)
}

func (s stuck) Y(r int) float64 {
	if s.row && r == 2 {
		return s.Field.Y(1)
	}
	return s.Field.Y(r)
}

func TestGridThatStandsStill(t *testing.T) {
	grid := Sample(math.Max, 0, 3, 10, 13, 4)
	for want, g := range map[string]stuck{
		"column 2 of the grid is at x = 1, not above 1": {grid, true, false}, "row 2 of the grid is at y = 11, not above 11": {grid, false, true},
	} {
		f := New("a", "b", "c")
		f.HeatMap("z", g)
		if _, err := f.SVG(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
