package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
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
	for name, c := range map[string]struct {
		good bool
		draw func(f *Figure)
	}{
		"U+0000 in an axis":       {bad, func(f *Figure) { f.X = Linear("a\x00b"); f.Line("", one, one) }},
		"U+0000 in a subtitle":    {bad, func(f *Figure) { f.Subtitle = "\x00"; f.Line("", one, one) }},
		"U+0000 in a series":      {bad, func(f *Figure) { f.Line("\x00", one, one) }},
		"U+0000 in a title":       {bad, func(f *Figure) { f.Title = "\x00"; f.Line("", one, one) }},
		"U+0000 in an alt text":   {bad, func(f *Figure) { f.Alt = "\x00"; f.Line("", one, one) }},
		"U+0000 at a reference":   {bad, func(f *Figure) { f.Line("", one, one); f.HLine("\x00", 1) }},
		"U+0000 at a heat map":    {bad, func(f *Figure) { f.HeatMap("\x00", ramp(0, 1)) }},
		"U+0000 below":            {bad, func(f *Figure) { f.Line("", one, one); g := f.Below(); g.Y = Linear("\x00"); g.Line("", one, one) }},
		"U+001B":                  {bad, func(f *Figure) { f.Y = Log("\x1b[1m"); f.Line("", one, one) }},
		"U+FFFF":                  {bad, func(f *Figure) { f.Y = Log("\uFFFF"); f.Line("", one, one) }},
		"not UTF-8":               {bad, func(f *Figure) { f.Y = Log("\xff"); f.Line("", one, one) }},
		"markup":                  {good, func(f *Figure) { f.Y = Log(`</text><script>"&'`); f.Line("<b>", one, one) }},
		"constant 1e16":           {good, func(f *Figure) { f.HeatMap("z", flat(1e16)) }},
		"constant −1e17":          {good, func(f *Figure) { f.HeatMap("z", flat(-1e17)) }},
		"constant 1e149":          {good, func(f *Figure) { f.HeatMap("z", flat(1e149)) }},
		"constant 0":              {good, func(f *Figure) { f.HeatMap("z", flat(0)) }},
		"constant 5e-324":         {good, func(f *Figure) { f.HeatMap("z", flat(5e-324)) }},
		"constant 1e308":          {bad, func(f *Figure) { f.HeatMap("z", flat(1e308)) }},
		"heat ±1e308":             {bad, func(f *Figure) { f.HeatMap("z", ramp(-1e308, 1e308)) }},
		"heat 0 to 5e-324":        {bad, func(f *Figure) { f.HeatMap("z", ramp(0, 5e-324)) }},
		"heat 1e16 and a bit":     {bad, func(f *Figure) { f.HeatMap("z", ramp(1e16, 1e16+2)) }},
		"heat of ±1e149":          {good, func(f *Figure) { f.HeatMap("z", ramp(-1e149, 1e149)) }},
		"heat NaN":                {bad, func(f *Figure) { f.HeatMap("z", flat(nan)) }},
		"heat Inf":                {bad, func(f *Figure) { f.HeatMap("z", flat(inf)) }},
		"heat nil":                {bad, func(f *Figure) { f.HeatMap("z", nil) }},
		"heat nil field":          {bad, func(f *Figure) { f.HeatMap("z", (*Field)(nil)) }},
		"heat empty field":        {bad, func(f *Figure) { f.HeatMap("z", new(Field)) }},
		"heat endless":            {bad, func(f *Figure) { f.HeatMap("z", endless{ramp(0, 1)}) }},
		"heat from NaN":           {bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, nan, 1, 0, 1, 3)) }},
		"heat of no width":        {bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, 1, 1, 0, 1, 3)) }},
		"heat from 1e308":         {bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, -1e308, 1e308, 0, 1, 3)) }},
		"heat 1e9 wide":           {bad, func(f *Figure) { f.HeatMap("z", Sample(math.Max, 0, 1, 0, 1, 1e9)) }},
		"heat of a nil function":  {bad, func(f *Figure) { f.HeatMap("z", Sample(nil, 0, 1, 0, 1, 3)) }},
		"table of a nil function": {bad, func(f *Figure) { f.HeatMap("z", Tabulate(nil, one, one)) }},
		"table of nothing":        {bad, func(f *Figure) { f.HeatMap("z", Tabulate(math.Max, nil, nil)) }},
		"table too large":         {bad, func(f *Figure) { x := make([]float64, 1e5); f.HeatMap("z", Tabulate(math.Max, x, x)) }},
		"map of a nil function":   {bad, func(f *Figure) { f.HeatMap("z", ramp(0, 1).Map(nil)) }},
		"map of a nil field":      {bad, func(f *Figure) { f.HeatMap("z", (*Field)(nil).Map(math.Abs)) }},
		"map of a bad field":      {bad, func(f *Figure) { f.HeatMap("z", Sample(nil, 0, 1, 0, 1, 3).Map(math.Abs)) }},
		"contours nil":            {bad, func(f *Figure) { f.Contours(nil, one) }},
		"contours of no level":    {bad, func(f *Figure) { f.Contours(ramp(0, 1), nil) }},
		"contours at NaN":         {bad, func(f *Figure) { f.Contours(ramp(0, 1), []float64{nan}) }},
		"contours at 1e308":       {good, func(f *Figure) { f.Contours(ramp(0, 1), []float64{1e308, 0.5}) }},
		"line to 1e308":           {bad, func(f *Figure) { f.Line("", one, []float64{0, 1e308}) }},
		"line to 1e149":           {good, func(f *Figure) { f.Line("", one, []float64{0, 1e149}) }},
		"line of one 1e149":       {good, func(f *Figure) { f.Line("", one[:1], []float64{1e149}) }},
		"line of 5e-324":          {bad, func(f *Figure) { f.Line("", one, []float64{0, 5e-324}) }},
		"line of NaN":             {bad, func(f *Figure) { f.Line("", one, []float64{0, nan}) }},
		"line of Inf":             {bad, func(f *Figure) { f.Line("", []float64{-inf, 0}, one) }},
		"line far off":            {good, func(f *Figure) { f.Y = Linear("").Range(0, 1e-20); f.Line("", one, []float64{-1e149, 1e149}) }},
		"line of nothing":         {bad, func(f *Figure) { f.Line("", nil, nil) }},
		"lengths":                 {bad, func(f *Figure) { f.Points("", one, nil) }},
		"log of 5e-324":           {bad, func(f *Figure) { f.Y = Log(""); f.Line("", one, []float64{5e-324, 1e149}) }},
		"log over 260 decades":    {good, func(f *Figure) { f.Y = Log(""); f.Line("", one, []float64{1e-130, 1e130}) }},
		"log of 0":                {bad, func(f *Figure) { f.Y = Log(""); f.Line("", one, []float64{0, 1}) }},
		"log range from 0":        {bad, func(f *Figure) { f.Y = Log("").Range(0, 1); f.Line("", one, one) }},
		"range NaN":               {bad, func(f *Figure) { f.X = Linear("").Range(nan, 1); f.Line("", one, one) }},
		"range Inf":               {bad, func(f *Figure) { f.X = Linear("").To(inf); f.Line("", one, one) }},
		"range reversed":          {bad, func(f *Figure) { f.X = Linear("").Range(1, 0); f.Line("", one, one) }},
		"range of ±1e308":         {bad, func(f *Figure) { f.X = Linear("").Range(-1e308, 1e308); f.Line("", one, one) }},
		"range of 5e-324":         {bad, func(f *Figure) { f.X = Linear("").Range(0, 5e-324); f.Line("", one, one) }},
		"range within rounding":   {bad, func(f *Figure) { f.X = Linear("").Range(1, 1+1e-15); f.Line("", one, one) }},
		"height NaN":              {bad, func(f *Figure) { f.Height = nan; f.Line("", one, one) }},
		"height Inf":              {bad, func(f *Figure) { f.Height = inf; f.Line("", one, one) }},
		"height 1e308":            {bad, func(f *Figure) { f.Height = 1e308; f.Line("", one, one) }},
		"height −1":               {good, func(f *Figure) { f.Height = -1; f.Line("", one, one) }},
		"equal aspect":            {good, func(f *Figure) { f.EqualAspect = true; f.Line("", one, []float64{0, 1e149}) }},
		"bars NaN":                {bad, func(f *Figure) { f.Points("", one, one, YErr([]float64{nan, 1})) }},
		"bars Inf":                {bad, func(f *Figure) { f.Points("", one, one, YErr([]float64{inf, 1})) }},
		"bars negative":           {bad, func(f *Figure) { f.Points("", one, one, YErr([]float64{-1, 1})) }},
		"bars too few":            {bad, func(f *Figure) { f.Points("", one, one, YErr(nil)) }},
		"nil option":              {bad, func(f *Figure) { f.Points("", one, one, nil) }},
		"unknown style":           {good, func(f *Figure) { f.Points("a", one, one, Ink(99), Dash(-9), Marker(77), Width(-3)) }},
		"nil function":            {bad, func(f *Figure) { f.Func("", nil) }},
		"function NaN":            {bad, func(f *Figure) { f.Func("", func(float64) float64 { return nan }) }},
		"function 1e308":          {bad, func(f *Figure) { f.Func("", func(float64) float64 { return 1e308 }) }},
		"band of no ends":         {bad, func(f *Figure) { f.Band("", one, nil, one) }},
		"band of 1e308":           {bad, func(f *Figure) { f.Band("", one, one, []float64{1e308, 1e308}) }},
		"histogram 1e9":           {bad, func(f *Figure) { f.Histogram("", one, nil, 1e9) }},
		"histogram 0":             {bad, func(f *Figure) { f.Histogram("", one, nil, 0) }},
		"histogram of nothing":    {bad, func(f *Figure) { f.Histogram("", nil, nil, 3) }},
		"histogram of one value":  {bad, func(f *Figure) { f.Histogram("", []float64{1, 1}, nil, 3) }},
		"histogram of ±1e308":     {bad, func(f *Figure) { f.Histogram("", []float64{-1e308, 1e308}, nil, 3) }},
		"histogram NaN":           {bad, func(f *Figure) { f.Histogram("", []float64{nan, 1}, nil, 3) }},
		"histogram weights 0":     {bad, func(f *Figure) { f.Histogram("", one, []float64{0, 0}, 3) }},
		"histogram weights 1e308": {bad, func(f *Figure) { f.Histogram("", one, []float64{1e308, 1e308}, 3) }},
		"histogram weights −1":    {bad, func(f *Figure) { f.Histogram("", one, []float64{-1, 1}, 3) }},
		"histogram weights short": {bad, func(f *Figure) { f.Histogram("", one, one[:1], 3) }},
		"reference NaN":           {bad, func(f *Figure) { f.Line("", one, one); f.HLine("", nan) }},
		"path of nothing":         {bad, func(f *Figure) { f.Path("", nil, nil) }},
		"step of nothing":         {bad, func(f *Figure) { f.Step("", nil, nil) }},
		"cloud of nothing":        {good, func(f *Figure) { f.Cloud("", nil, nil) }},
		"nothing":                 {bad, func(f *Figure) {}},
		"two panels in one place": {bad, func(f *Figure) { f.Line("", one, one); f.Below().Line("", one, one); f.Below().Line("", one, one) }},
		"a hundred panels": {bad, func(f *Figure) {
			p := f.Panel
			p.Line("", one, one)
			for range 99 {
				p = p.Beside()
				p.Line("", one, one)
			}
		}},
		"a name that is no name":   {bad, func(f *Figure) { f.Name = "../x"; f.Line("", one, one) }},
		"a panel of another maker": {bad, func(f *Figure) { f.Panel = new(Panel) }},
	} {
		f := New("hostile", "A title", "An alt text.")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c.draw(f)
		svg, err := f.SVG()
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
			t.Errorf("%s: %d MB set aside", name, n>>20)
		}
		if (err == nil) != c.good {
			t.Errorf("%s: error %v, want one: %v", name, err, !c.good)
		}
		if err == nil && (wellFormed(svg) != nil || bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf"))) {
			t.Errorf("%s: %v in %.2000s", name, wellFormed(svg), svg)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "figure: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Receivers that nobody made.
func TestHostileZeroValues(t *testing.T) {
	for _, f := range []*Figure{nil, {}} {
		if _, err := f.SVG(); err == nil {
			t.Errorf("%v.SVG gives no error", f)
		}
		if _, err := f.Save(); err == nil {
			t.Errorf("%v.Save gives no error", f)
		}
		if err := f.Show(); err == nil {
			t.Errorf("%v.Show gives no error", f)
		}
	}
	one := []float64{1, 2}
	for _, p := range []*Panel{nil, {}} {
		p.Line("", one, one)
		p.Points("", one, nil)
		p.Cloud("", one, one)
		p.Path("", one, one)
		p.Step("", one, one)
		p.Func("", nil)
		p.Band("", one, one, nil)
		p.Histogram("", nil, nil, 0)
		p.HLine("", 0)
		p.HeatMap("", nil)
		p.HeatMap("", Sample(math.Max, 0, 1, 0, 1, 3))
		p.Contours(nil, nil)
		p.Contours(Sample(math.Max, 0, 1, 0, 1, 3), one)
		p.Below().Beside().Line("", one, one)
		p.Beside().Line("", one, one)
	}
	var table *Table
	table.Row(1)
	if _, err := table.CSV(); err == nil || table.Header() != nil {
		t.Error("a nil table has content")
	}
	for _, bad := range []*Table{table, new(Table)} {
		if _, err := bad.Strings("x"); err == nil {
			t.Error("a table without columns has one")
		}
		if _, err := bad.Floats(""); err == nil {
			t.Error("a table without columns has one")
		}
	}
	for _, bad := range []*Table{NewTable(""), NewTable("a", "a"), Columns(Col("a", one), Col("b", one[:1]))} {
		if _, err := bad.CSV(); err == nil {
			t.Errorf("%q gives no error", bad.Header())
		}
	}
	for _, v := range []any{math.NaN(), math.Inf(-1), nil, int64(3), []float64{1}} {
		bad := NewTable("a")
		bad.Row(v)
		if _, err := bad.CSV(); err == nil {
			t.Errorf("%v gives no error", v)
		}
	}
	for _, path := range []string{"", "/nonexistent", t.TempDir(), "\x00"} {
		if _, err := ReadTable(path); err == nil || !strings.HasPrefix(err.Error(), "figure: ") {
			t.Errorf("%q: %v", path, err)
		}
	}
	for _, b := range []struct {
		lo, hi float64
		bins   int
	}{{0, 1, 0}, {0, 1, -1}, {0, 1, 1e9}, {1, 0, 3}, {1, 1, 3}, {math.NaN(), 1, 3}, {0, math.Inf(1), 3}, {-1e308, 1e308, 3}} {
		if x, y, e := Binned(one, b.lo, b.hi, b.bins); x != nil || y != nil || e != nil {
			t.Errorf("%+v: %v %v %v", b, x, y, e)
		}
	}
	if x, y, e := Binned(nil, 0, 1, 3); len(x)+len(y)+len(e) != 0 {
		t.Errorf("of nothing: %v %v %v", x, y, e)
	}
	for _, n := range []int{-1, 0, 2, 1e9} {
		if got := Every(one, n); !slices.Equal(got, one) {
			t.Errorf("every of %d: %v", n, got)
		}
	}
}
