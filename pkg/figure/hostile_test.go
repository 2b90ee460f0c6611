package figure

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/plot/plotter"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

// wellFormed returns an error unless a document is XML throughout.
func wellFormed(svg []byte) error {
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := d.Token(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// endless is a grid that claims to be larger than any memory.
type endless struct{ plotter.GridXYZ }

func (endless) Dims() (c, r int) { return 1e9, 1e9 }

// Every call comes to an end with an error from Show, or with a sound document.
func TestHostile(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	one := []float64{1, 2}
	flat := func(z float64) *Field { return Sample(func(x, y float64) float64 { return z }, 0, 1, 0, 1, 4) }
	ramp := func(lo, hi float64) *Field {
		return Sample(func(x, y float64) float64 { return lo*(1-x) + hi*x }, 0, 1, 0, 1, 4)
	}
	const good, bad = true, false
	h := hostile.Table{}
	for name, c := range map[string]struct {
		what string
		good bool
		draw func(f *Figure)
	}{
		"U+0000 in an axis":       {"Linear", bad, func(f *Figure) { f.X = Linear("a\x00b"); f.Line("", one, one) }},
		"U+0000 in a subtitle":    {"New", bad, func(f *Figure) { f.Subtitle = "\x00"; f.Line("", one, one) }},
		"U+0000 in a series":      {"Panel.Line", bad, func(f *Figure) { f.Line("\x00", one, one) }},
		"U+0000 in a title":       {"New", bad, func(f *Figure) { f.Title = "\x00"; f.Line("", one, one) }},
		"U+0000 in an alt text":   {"New", bad, func(f *Figure) { f.Alt = "\x00"; f.Line("", one, one) }},
		"U+0000 at a reference":   {"Panel.HLine", bad, func(f *Figure) { f.Line("", one, one); f.HLine("\x00", 1) }},
		"U+0000 at a heat map":    {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("\x00", ramp(0, 1)) }},
		"U+0000 below":            {"Panel.Line", bad, func(f *Figure) { f.Line("", one, one); g := f.Below(); g.Y = Linear("\x00"); g.Line("", one, one) }},
		"U+001B":                  {"Log", bad, func(f *Figure) { f.Y = Log("\x1b[1m"); f.Line("", one, one) }},
		"U+FFFF":                  {"Log", bad, func(f *Figure) { f.Y = Log("\uFFFF"); f.Line("", one, one) }},
		"not UTF-8":               {"Log", bad, func(f *Figure) { f.Y = Log("\xff"); f.Line("", one, one) }},
		"markup":                  {"Log", good, func(f *Figure) { f.Y = Log(`</text><script>"&'`); f.Line("<b>", one, one) }},
		"constant 1e16":           {"Panel.HeatMap", good, func(f *Figure) { f.HeatMap("z", flat(1e16)) }},
		"constant −1e17":          {"Panel.HeatMap", good, func(f *Figure) { f.HeatMap("z", flat(-1e17)) }},
		"constant 1e149":          {"Panel.HeatMap", good, func(f *Figure) { f.HeatMap("z", flat(1e149)) }},
		"constant 0":              {"Panel.HeatMap", good, func(f *Figure) { f.HeatMap("z", flat(0)) }},
		"constant 5e-324":         {"Panel.HeatMap", good, func(f *Figure) { f.HeatMap("z", flat(5e-324)) }},
		"constant 1e308":          {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", flat(1e308)) }},
		"heat ±1e308":             {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", ramp(-1e308, 1e308)) }},
		"heat 0 to 5e-324":        {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", ramp(0, 5e-324)) }},
		"heat 1e16 and a bit":     {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", ramp(1e16, 1e16+2)) }},
		"heat of ±1e149":          {"Panel.HeatMap", good, func(f *Figure) { f.HeatMap("z", ramp(-1e149, 1e149)) }},
		"heat NaN":                {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", flat(nan)) }},
		"heat Inf":                {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", flat(inf)) }},
		"heat nil":                {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", nil) }},
		"heat nil field":          {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", (*Field)(nil)) }},
		"heat empty field":        {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", new(Field)) }},
		"heat endless":            {"Panel.HeatMap", bad, func(f *Figure) { f.HeatMap("z", endless{ramp(0, 1)}) }},
		"heat from NaN":           {"Sample", bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, nan, 1, 0, 1, 3)) }},
		"heat of no width":        {"Sample", bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, 1, 1, 0, 1, 3)) }},
		"heat from 1e308":         {"Sample", bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, -1e308, 1e308, 0, 1, 3)) }},
		"heat 1e9 wide":           {"Sample", bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, 0, 1, 0, 1, 1e9)) }},
		"heat of a nil function":  {"Sample", bad, func(f *Figure) { f.HeatMap("z", Sample(nil, 0, 1, 0, 1, 3)) }},
		"table of a nil function": {"Tabulate", bad, func(f *Figure) { f.HeatMap("z", Tabulate(nil, one, one)) }},
		"table of nothing":        {"Tabulate", bad, func(f *Figure) { f.HeatMap("z", Tabulate(math.Max, nil, nil)) }},
		"table too large":         {"Tabulate", bad, func(f *Figure) { x := make([]float64, 1e5); f.HeatMap("z", Tabulate(math.Max, x, x)) }},
		"map of a nil function":   {"Field.Map", bad, func(f *Figure) { f.HeatMap("z", ramp(0, 1).Map(nil)) }},
		"map of a nil field":      {"Field.Map", bad, func(f *Figure) { f.HeatMap("z", (*Field)(nil).Map(math.Abs)) }},
		"map of a bad field":      {"Field.Map", bad, func(f *Figure) { f.HeatMap("z", Sample(nil, 0, 1, 0, 1, 3).Map(math.Abs)) }},
		"contours nil":            {"Panel.Contours", bad, func(f *Figure) { f.Contours(nil, one) }},
		"contours of no level":    {"Panel.Contours", bad, func(f *Figure) { f.Contours(ramp(0, 1), nil) }},
		"contours at NaN":         {"Panel.Contours", bad, func(f *Figure) { f.Contours(ramp(0, 1), []float64{nan}) }},
		"contours at 1e308":       {"Panel.Contours", good, func(f *Figure) { f.Contours(ramp(0, 1), []float64{1e308, 0.5}) }},
		"line to 1e308":           {"Panel.Line", bad, func(f *Figure) { f.Line("", one, []float64{0, 1e308}) }},
		"line to 1e149":           {"Panel.Line", good, func(f *Figure) { f.Line("", one, []float64{0, 1e149}) }},
		"line of one 1e149":       {"Panel.Line", good, func(f *Figure) { f.Line("", one[:1], []float64{1e149}) }},
		"line of 5e-324":          {"Panel.Line", bad, func(f *Figure) { f.Line("", one, []float64{0, 5e-324}) }},
		"line of NaN":             {"Panel.Line", bad, func(f *Figure) { f.Line("", one, []float64{0, nan}) }},
		"line of Inf":             {"Panel.Line", bad, func(f *Figure) { f.Line("", []float64{-inf, 0}, one) }},
		"line far off":            {"Axis.Range", good, func(f *Figure) { f.Y = Linear("").Range(0, 1e-20); f.Line("", one, []float64{-1e149, 1e149}) }},
		"line of nothing":         {"Panel.Line", bad, func(f *Figure) { f.Line("", nil, nil) }},
		"lengths":                 {"Panel.Points", bad, func(f *Figure) { f.Points("", one, nil) }},
		"log of 5e-324":           {"Log", bad, func(f *Figure) { f.Y = Log(""); f.Line("", one, []float64{5e-324, 1e149}) }},
		"log over 260 decades":    {"Log", good, func(f *Figure) { f.Y = Log(""); f.Line("", one, []float64{1e-130, 1e130}) }},
		"log of 0":                {"Log", bad, func(f *Figure) { f.Y = Log(""); f.Line("", one, []float64{0, 1}) }},
		"log range from 0":        {"Axis.Range", bad, func(f *Figure) { f.Y = Log("").Range(0, 1); f.Line("", one, one) }},
		"range NaN":               {"Axis.Range", bad, func(f *Figure) { f.X = Linear("").Range(nan, 1); f.Line("", one, one) }},
		"range Inf":               {"Axis.To", bad, func(f *Figure) { f.X = Linear("").To(inf); f.Line("", one, one) }},
		"range reversed":          {"Axis.Range", bad, func(f *Figure) { f.X = Linear("").Range(1, 0); f.Line("", one, one) }},
		"range of ±1e308":         {"Axis.Range", bad, func(f *Figure) { f.X = Linear("").Range(-1e308, 1e308); f.Line("", one, one) }},
		"range of 5e-324":         {"Axis.Range", bad, func(f *Figure) { f.X = Linear("").Range(0, 5e-324); f.Line("", one, one) }},
		"range within rounding":   {"Axis.Range", bad, func(f *Figure) { f.X = Linear("").Range(1, 1+1e-15); f.Line("", one, one) }},
		"height NaN":              {"Panel.Line", bad, func(f *Figure) { f.Height = nan; f.Line("", one, one) }},
		"height Inf":              {"Panel.Line", bad, func(f *Figure) { f.Height = inf; f.Line("", one, one) }},
		"height 1e308":            {"Panel.Line", bad, func(f *Figure) { f.Height = 1e308; f.Line("", one, one) }},
		"height −1":               {"Panel.Line", good, func(f *Figure) { f.Height = -1; f.Line("", one, one) }},
		"equal aspect":            {"Panel.Line", good, func(f *Figure) { f.EqualAspect = true; f.Line("", one, []float64{0, 1e149}) }},
		"bars NaN":                {"YErr", bad, func(f *Figure) { f.Points("", one, one, YErr([]float64{nan, 1})) }},
		"bars Inf":                {"YErr", bad, func(f *Figure) { f.Points("", one, one, YErr([]float64{inf, 1})) }},
		"bars negative":           {"YErr", bad, func(f *Figure) { f.Points("", one, one, YErr([]float64{-1, 1})) }},
		"bars too few":            {"YErr", bad, func(f *Figure) { f.Points("", one, one, YErr(nil)) }},
		"nil option":              {"Panel.Points", bad, func(f *Figure) { f.Points("", one, one, nil) }},
		"unknown style":           {"Panel.Points", good, func(f *Figure) { f.Points("a", one, one, Ink(99), Dash(-9), Marker(77), Width(-3)) }},
		"nil function":            {"Panel.Func", bad, func(f *Figure) { f.Func("", nil) }},
		"function NaN":            {"Panel.Func", bad, func(f *Figure) { f.Func("", func(float64) float64 { return nan }) }},
		"function 1e308":          {"Panel.Func", bad, func(f *Figure) { f.Func("", func(float64) float64 { return 1e308 }) }},
		"band of no ends":         {"Panel.Band", bad, func(f *Figure) { f.Band("", one, nil, one) }},
		"band of 1e308":           {"Panel.Band", bad, func(f *Figure) { f.Band("", one, one, []float64{1e308, 1e308}) }},
		"histogram 1e9":           {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", one, nil, 1e9) }},
		"histogram 0":             {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", one, nil, 0) }},
		"histogram of nothing":    {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", nil, nil, 3) }},
		"histogram of one value":  {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", []float64{1, 1}, nil, 3) }},
		"histogram of ±1e308":     {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", []float64{-1e308, 1e308}, nil, 3) }},
		"histogram NaN":           {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", []float64{nan, 1}, nil, 3) }},
		"histogram weights 0":     {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", one, []float64{0, 0}, 3) }},
		"histogram weights 1e308": {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", one, []float64{1e308, 1e308}, 3) }},
		"histogram weights −1":    {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", one, []float64{-1, 1}, 3) }},
		"histogram weights short": {"Panel.Histogram", bad, func(f *Figure) { f.Histogram("", one, one[:1], 3) }},
		"histogram weight 0":      {"Panel.Histogram", good, func(f *Figure) { f.Histogram("", one, []float64{0, 1}, 3) }},
		"reference NaN":           {"Panel.HLine", bad, func(f *Figure) { f.Line("", one, one); f.HLine("", nan) }},
		"path of nothing":         {"Panel.Path", bad, func(f *Figure) { f.Path("", nil, nil) }},
		"step of nothing":         {"Panel.Step", bad, func(f *Figure) { f.Step("", nil, nil) }},
		"cloud of nothing":        {"Panel.Cloud", good, func(f *Figure) { f.Cloud("", nil, nil) }},
		"mean of nothing":         {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, nil) }},
		"mean of one run":         {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, [][]float64{one}) }},
		"mean of short runs":      {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, [][]float64{one, one[:1]}) }},
		"mean of long runs":       {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one[:1], [][]float64{one, one}) }},
		"mean of nil runs":        {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, make([][]float64, 2)) }},
		"mean at no x":            {"Panel.Mean", bad, func(f *Figure) { f.Mean("", nil, [][]float64{one, one}) }},
		"mean of NaN":             {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, [][]float64{one, {nan, 1}}) }},
		"mean of Inf":             {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, [][]float64{{-inf, 1}, {inf, 1}}) }},
		"mean of ±1e308":          {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, [][]float64{{1e308, 1}, {-1e308, 1}}) }},
		"mean of 1e308":           {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, [][]float64{{1e308, 1}, {1e308, 1}}) }},
		"mean at NaN":             {"Panel.Mean", bad, func(f *Figure) { f.Mean("", []float64{nan, 1}, [][]float64{one, one}) }},
		"mean with a nil option":  {"Panel.Mean", bad, func(f *Figure) { f.Mean("", one, [][]float64{one, one}, nil) }},
		"mean of equal runs":      {"Panel.Mean", good, func(f *Figure) { f.Mean("", one, [][]float64{one, one}) }},
		"values of no function":   {"Values", bad, func(f *Figure) { f.Line("", one, Values(one, nil)) }},
		"values NaN":              {"Values", bad, func(f *Figure) { f.Line("", one, Values(one, func(float64) float64 { return nan })) }},
		"values at NaN":           {"Values", bad, func(f *Figure) { f.Line("", one, Values([]float64{1, nan}, math.Abs)) }},
		"values 1e308":            {"Values", bad, func(f *Figure) { f.Line("", one, Values(one, func(float64) float64 { return 1e308 })) }},
		"values at no x":          {"Values", bad, func(f *Figure) { f.Line("", nil, Values(nil, math.Abs)) }},
		"nothing":                 {"Figure.SVG", bad, func(f *Figure) {}},
		"two panels in one place": {"Panel.Below", bad, func(f *Figure) { f.Line("", one, one); f.Below().Line("", one, one); f.Below().Line("", one, one) }},
		"a hundred panels": {"Panel.Beside", bad, func(f *Figure) {
			p := f.Panel
			p.Line("", one, one)
			for range 99 {
				p = p.Beside()
				p.Line("", one, one)
			}
		}},
		"a name that is no name":   {"New", bad, func(f *Figure) { f.Name = "../x"; f.Line("", one, one) }},
		"a panel of another maker": {"New", bad, func(f *Figure) { f.Panel = new(Panel) }},
	} {
		h.Add(c.what, func() error {
			f := New("hostile", "A title", "An alt text.")
			c.draw(f)
			svg, err := f.SVG()
			if (err == nil) != c.good {
				t.Errorf("%s: error %v, want one: %v", name, err, !c.good)
			}
			if err == nil && (wellFormed(svg) != nil || bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf"))) {
				t.Errorf("%s: %v in %.2000s", name, wellFormed(svg), svg)
			}
			return cmp.Or(err, hostile.Said(c.good))
		})
	}
	h.Add("Axis.From", func() error {
		f := New("a", "b", "c")
		f.X = Linear("").From(nan)
		f.Line("", one, one)
		return hostile.Err(f.SVG())
	})
	zeroValues(h)
	h.Run(t)
}

// zeroValues adds calls of receivers that nobody made, and of what is no figure.
func zeroValues(h hostile.Table) {
	one, nan := []float64{1, 2}, math.NaN()
	for _, f := range []*Figure{nil, {}} {
		h.Add("Figure.SVG", func() error { return hostile.Err(f.SVG()) })
		h.Add("Figure.Save", func() error { return hostile.Err(f.Save()) })
		h.Add("Figure.Show", f.Show)
	}
	for _, p := range []*Panel{nil, {}} {
		for name, draw := range map[string]func(){
			"Panel.Line": func() { p.Line("", one, one) }, "Panel.Points": func() { p.Points("", one, nil) }, "Panel.Cloud": func() { p.Cloud("", one, one) },
			"Panel.Path": func() { p.Path("", one, one) }, "Panel.Step": func() { p.Step("", one, one) }, "Panel.Func": func() { p.Func("", nil) },
			"Panel.Band": func() { p.Band("", one, one, nil) }, "Panel.Histogram": func() { p.Histogram("", nil, nil, 0) }, "Panel.HLine": func() { p.HLine("", 0) },
			"Panel.Mean": func() {
				p.Mean("", one, nil)
				p.Mean("", one, [][]float64{one, nil})
				p.Mean("", one, [][]float64{one, one})
			},
			"Panel.HeatMap":  func() { p.HeatMap("", nil); p.HeatMap("", Sample(math.Max, 0, 1, 0, 1, 3)) },
			"Panel.Contours": func() { p.Contours(nil, nil); p.Contours(Sample(math.Max, 0, 1, 0, 1, 3), one) },
			"Panel.Below":    func() { p.Below().Beside().Line("", one, one) }, "Panel.Beside": func() { p.Beside().Line("", one, one) },
		} {
			h.Add(name, func() error { draw(); return hostile.Said(true) })
		}
	}
	for _, g := range []*Field{{}, Sample(nil, 0, 1, 0, 1, 3), nil} {
		h.Add("Field.Dims", func() error { c, r := g.Dims(); return hostile.Said(c == 0 && r == 0) })
		h.Add("Field.X", func() error { return hostile.Panics(func() { g.X(0) }) })
		h.Add("Field.Y", func() error { return hostile.Panics(func() { g.Y(-1) }) })
		h.Add("Field.Z", func() error { return hostile.Panics(func() { g.Z(0, 0) }) })
	}
	ramp := Sample(math.Max, 0, 1, 0, 1, 3)
	empty := func(g *Field) error { c, _ := g.Dims(); return hostile.Said(c == 0) }
	h.Add("Field.With", func() error { return empty((*Field)(nil).With(func(_, _, z float64) float64 { return z })) }, func() error { return empty(ramp.With(nil)) })
	h.Add("Field.Where", func() error { return hostile.Said((*Field)(nil).Where(func(_, _ float64) bool { return true }) == nil) }, func() error { return hostile.Said(ramp.Where(nil) == nil) })
	for _, at := range [][]float64{nil, {nan}, {math.Inf(1)}, {-1}, {0, 2}, {0, nan}, make([]float64, 1<<25)} {
		h.Add("Field.Resample", func() error { return empty(ramp.Resample(at, one[:1])) }, func() error { return empty(ramp.Resample(one[:1], at)) })
	}
	for _, g := range []*Field{nil, {}, Sample(math.Max, nan, 1, 0, 1, 3), Sample(math.Max, 1, 1, 0, 1, 3)} {
		h.Add("Field.Resample", func() error { return empty(g.Resample(one[:1], one[:1])) })
	}
	for _, limit := range []float64{nan, 0, -1, math.Inf(1), 1e308, 5e-324} {
		h.Add("Panel.Diverging", func() error { f := New("a", "b", "c"); f.Diverging("z", ramp, limit); return hostile.Err(f.SVG()) })
	}
	for _, g := range []*Field{nil, {}} {
		h.Add("Panel.Diverging", func() error { f := New("a", "b", "c"); f.Diverging("z", g, 1); return hostile.Err(f.SVG()) })
	}
	for _, p := range []*Panel{nil, {}} {
		h.Add("Panel.Diverging", func() error { p.Diverging("z", ramp, 1); p.Diverging("z", ramp, 0); return hostile.Said(true) })
	}
	for _, bad := range []*Table{nil, {}} {
		h.Add("Table.Row", func() error { bad.Row(1); return hostile.Err(bad.CSV()) })
		h.Add("Table.Header", func() error { return hostile.Said(bad.Header() == nil) })
		h.Add("Table.Strings", func() error { return hostile.Err(bad.Strings("x")) })
		h.Add("Table.Floats", func() error { return hostile.Err(bad.Floats("")) })
	}
	h.Add("Table.CSV", func() error { return hostile.Err((*Table)(nil).CSV()) })
	h.Add("NewTable", func() error { return hostile.Err(NewTable("").CSV()) }, func() error { return hostile.Err(NewTable("a", "a").CSV()) })
	h.Add("Columns", func() error { return hostile.Err(Columns(Col("a", one), Col("b", one[:1])).CSV()) })
	h.Add("Col", func() error { return hostile.Err(Columns(Col("", one)).CSV()) }, func() error { return hostile.Err(Columns(Col("a", []float64{nan})).CSV()) })
	for _, v := range []any{nan, math.Inf(-1), nil, int64(3), one} {
		h.Add("Table.Row", func() error { bad := NewTable("a"); bad.Row(v); return hostile.Err(bad.CSV()) })
	}
	for _, path := range []string{"", "/nonexistent", ".", "\x00"} {
		h.Add("ReadTable", func() error { return hostile.Err(ReadTable(path)) })
	}
	for _, b := range []struct {
		lo, hi float64
		bins   int
	}{{0, 1, 0}, {0, 1, -1}, {0, 1, 1e9}, {1, 0, 3}, {1, 1, 3}, {nan, 1, 3}, {0, math.Inf(1), 3}, {-1e308, 1e308, 3}} {
		h.Add("Binned", func() error {
			x, y, e := Binned(one, b.lo, b.hi, b.bins)
			return hostile.Said(x == nil && y == nil && e == nil)
		})
	}
	h.Add("Binned", func() error { x, y, e := Binned(nil, 0, 1, 3); return hostile.Said(len(x)+len(y)+len(e) == 0) })
	for _, n := range []int{-1, 0, 2, 1e9} {
		h.Add("Every", func() error { return hostile.Said(slices.Equal(Every(one, n), one)) })
	}
	h.Add("Every", func() error { return hostile.Said(Every(nil, 3) == nil) })
	h.Add("Dir", func() error { defer setenv("SGDESCAPE_FIDELITY", "none")(); return hostile.Err(Dir()) })
	h.Add("Palette", func() error { p := Palette(); p[0] = ""; return hostile.Said(Palette()[0] != "") })
	for _, level := range []int{-1, 1e9, math.MinInt, math.MaxInt} {
		for _, ink := range []Ink{-1, Blue, 99, math.MaxInt} {
			h.Add("Ink.Lighter", func() error { return sound(ink.Lighter(level)) })
			h.Add("Look.Lighter", func() error { return sound(Look{ink, -1, 99}.Lighter(level)) })
		}
	}
}

// sound says whether an option, however odd, leaves a sound figure.
func sound(o Option) error {
	f := New("a", "b", "c")
	f.Points("d", []float64{1, 2}, []float64{1, 2}, o)
	svg, err := f.SVG()
	return cmp.Or(err, hostile.Said(wellFormed(svg) == nil))
}

// setenv sets a variable and returns what sets it back.
func setenv(name, value string) func() {
	old, had := os.LookupEnv(name)
	os.Setenv(name, value)
	return func() {
		if os.Setenv(name, old); !had {
			os.Unsetenv(name)
		}
	}
}
