package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// A piece is something drawn: a text with its box, or a path with its points, in pixels from the
// lower left corner of the figure.
type piece struct {
	text     string
	size     float64
	fill     bool
	color    color.NRGBA
	width    float64
	pts      []vg.Point
	min, max vg.Point
	upright  bool
}

func (p piece) mid() (x, y float64) {
	return float64(p.min.X+p.max.X) / 2, float64(p.min.Y+p.max.Y) / 2
}

// drawn returns what a figure draws, in order, and its layout.
func drawn(t *testing.T, f *Figure) ([]piece, *layout) {
	t.Helper()
	l, err := f.layout()
	if err != nil {
		t.Fatal(err)
	}
	var rec recorder.Canvas
	l.paint(&rec)
	return replay(&rec), l
}

func replay(rec *recorder.Canvas) []piece {
	type state struct {
		a, b, c, d, x, y float64 // of an affine map
		color            color.NRGBA
		width            float64
	}
	now := state{a: 1, d: 1}
	var stack []state
	place := func(p vg.Point) vg.Point {
		x, y := float64(p.X), float64(p.Y)
		return vg.Point{X: vg.Length(now.a*x + now.b*y + now.x), Y: vg.Length(now.c*x + now.d*y + now.y)}
	}
	var out []piece
	add := func(p piece, pts ...vg.Point) {
		p.color, p.width = now.color, now.width
		for _, q := range pts {
			p.pts = append(p.pts, place(q))
		}
		p.min, p.max = p.pts[0], p.pts[0]
		for _, q := range p.pts {
			p.min, p.max = vg.Point{X: min(p.min.X, q.X), Y: min(p.min.Y, q.Y)}, vg.Point{X: max(p.max.X, q.X), Y: max(p.max.Y, q.Y)}
		}
		out = append(out, p)
	}
	path := func(p vg.Path) (pts []vg.Point) {
		for _, c := range p {
			switch c.Type {
			case vg.MoveComp, vg.LineComp:
				pts = append(pts, c.Pos)
			case vg.ArcComp:
				pts = append(pts, c.Pos.Add(vg.Point{X: c.Radius, Y: c.Radius}), c.Pos.Sub(vg.Point{X: c.Radius, Y: c.Radius}))
			}
		}
		return pts
	}
	for _, a := range rec.Actions {
		switch a := a.(type) {
		case *recorder.Push:
			stack = append(stack, now)
		case *recorder.Pop:
			now, stack = stack[len(stack)-1], stack[:len(stack)-1]
		case *recorder.SetColor:
			if a.Color != nil {
				now.color = color.NRGBAModel.Convert(a.Color).(color.NRGBA)
			}
		case *recorder.SetLineWidth:
			now.width = float64(a.Width)
		case *recorder.Rotate:
			s, c := math.Sincos(a.Angle)
			now.a, now.b, now.c, now.d = now.a*c+now.b*s, now.b*c-now.a*s, now.c*c+now.d*s, now.d*c-now.c*s
		case *recorder.Translate:
			p := place(a.Point)
			now.x, now.y = float64(p.X), float64(p.Y)
		case *recorder.Fill:
			add(piece{fill: true}, path(a.Path)...)
		case *recorder.Stroke:
			add(piece{}, path(a.Path)...)
		case *recorder.FillString:
			face := plot.DefaultTextHandler.Cache().Lookup(a.Font, a.Size)
			w := face.Width(a.String)
			// Capitals are 0.7 of the size high, and what hangs below the line 0.2.
			add(piece{text: strings.ReplaceAll(a.String, "\u00a0", " "), size: float64(a.Size), upright: now.b != 0}, a.Point.Sub(vg.Point{Y: 0.2 * a.Size}), a.Point.Add(vg.Point{X: w, Y: 0.7 * a.Size}))
		}
	}
	return out
}

// find returns the first text of a list of pieces.
func find(t *testing.T, all []piece, text string) piece {
	t.Helper()
	i := slices.IndexFunc(all, func(p piece) bool { return p.text == text })
	if i < 0 {
		t.Fatalf("no text %q", text)
	}
	return all[i]
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// manyFigures are the gallery and what it lacks: panels side by side and in a grid, many names, an
// axis of one decade, a bar with a long label.
func manyFigures() []*Figure {
	x, y := []float64{1, 2, 3}, []float64{3, 1, 2}
	grid := New("grid", "Four panels", "Four panels.")
	grid.X, grid.Y = Linear("first x"), Linear("first y")
	grid.Line("a", x, y)
	grid.Subtitle = "one"
	right := grid.Beside()
	right.X, right.Y, right.Subtitle = Log("second x"), Log("second y"), "two"
	right.Points("b", x, y, White)
	low := grid.Below()
	low.Y, low.Height = Linear("low y"), 150
	low.Points("c", x, y)
	corner := low.Beside()
	corner.X, corner.Y = Linear("last x"), Linear("last y")
	corner.HeatMap("a label of a bar", Sample(math.Hypot, 0, 1, 0, 1, 10))
	corner.Line("a", []float64{0, 1}, []float64{0, 1})
	three := New("three", "Three panels share an axis, and a title that takes two lines because it says so very much about what is in them", "Three.")
	three.X, three.Y = Linear("x"), Log("shared")
	p := three.Panel
	for i := range 3 {
		p.X = Linear(fmt.Sprint("x", i))
		for _, name := range []string{"a rather long name", "another long name", "a third one, longer", "yet another name", "fifth"} {
			p.Line(name, x, y)
		}
		if i < 2 {
			p = p.Beside()
		}
	}
	return append(gallery(), grid, three)
}

// Every text is in the figure, and no two lie on each other.
func TestTextsHaveRoom(t *testing.T) {
	for _, f := range manyFigures() {
		all, l := drawn(t, f)
		var texts []piece
		for _, p := range all {
			if strings.TrimSpace(p.text) != "" {
				texts = append(texts, p)
			}
		}
		for i, p := range texts {
			if p.min.X < 1 || p.min.Y < 1 || float64(p.max.X) > l.width-1 || float64(p.max.Y) > l.height-1 {
				t.Errorf("%s: %q at %v to %v is not in the figure of %g × %g", f.Name, p.text, p.min, p.max, l.width, l.height)
			}
			for _, q := range texts[:i] {
				if p.min.X < q.max.X-1 && q.min.X < p.max.X-1 && p.min.Y < q.max.Y-1 && q.min.Y < p.max.Y-1 {
					t.Errorf("%s: %q at %v to %v lies on %q at %v to %v", f.Name, p.text, p.min, p.max, q.text, q.min, q.max)
				}
			}
			// Nor does the text of an axis or a legend lie on a panel.
			for _, c := range l.cells {
				x, y := p.mid()
				if x > c.x+1 && x < c.x+c.w-1 && l.height-y > c.y+1 && l.height-y < c.y+c.h-1 && (p.size > noteSize || p.upright) && p.size != tickSize*scriptSize {
					t.Errorf("%s: %q is on a panel", f.Name, p.text)
				}
			}
		}
	}
}

// Panels fill the width between the margins, as many pixels wide each, and lie one gap or more apart;
// the title is at the top left, the legend at the bottom.
func TestPanelsFillTheFigure(t *testing.T) {
	for _, f := range manyFigures() {
		all, l := drawn(t, f)
		last := 0.0
		for _, c := range l.cells {
			if !near(c.w, l.cells[0].w, 1e-9) || c.h < 40 {
				t.Errorf("%s: a panel of %g × %g beside one of %g", f.Name, c.w, c.h, l.cells[0].w)
			}
			last = math.Max(last, c.x+c.w+c.right)
			for _, d := range l.cells {
				if d.row == c.row && d.col == c.col+1 && d.x-d.left-(c.x+c.w+c.right) < gap-1e-9 {
					t.Errorf("%s: panels %d and %d are closer than the gap", f.Name, c.number, d.number)
				}
				if d.col == c.col && d.row == c.row+1 && d.y-d.top-(c.y+c.h+c.bottom) < gap/2-1e-9 {
					t.Errorf("%s: panels %d and %d are closer than half the gap", f.Name, c.number, d.number)
				}
				if d.row == c.row && !near(d.y+d.h/2, c.y+c.h/2, 1e-9) {
					t.Errorf("%s: panels %d and %d are not in one row", f.Name, c.number, d.number)
				}
			}
		}
		if !near(last, l.width-margin, 1e-6) {
			t.Errorf("%s: the panels end at %g, want %g", f.Name, last, l.width-margin)
		}
		title := all[slices.IndexFunc(all, func(p piece) bool { return p.text != "" })]
		if !near(float64(title.min.X), margin, 0.1) || title.size != titleSize || float64(title.max.Y) > l.height-margin+1 || float64(title.max.Y) < l.height-margin-titleSize/2 {
			t.Errorf("%s: the title is at %v of %g", f.Name, title, l.height)
		}
		lowest := math.Inf(1)
		for _, name := range f.names {
			lowest = math.Min(lowest, float64(find(t, all, runs(name, textStyle(legendSize, false).Font)[0].text).min.Y))
		}
		if len(f.names) > 0 && (lowest < margin || lowest > margin+legendLine/2) {
			t.Errorf("%s: the legend ends at %g", f.Name, lowest)
		}
	}
}

// A point at a tick is where the number of the tick says, on linear and on log axes, and a point
// between two is between them in proportion.
func TestCalibration(t *testing.T) {
	for _, c := range []struct {
		x, y                   Axis
		px, py                 []float64
		left, right, low, high string
		fx, fy                 float64 // of the last point, between the numbers
	}{
		{Linear("x").Range(0, 10), Linear("y").Range(-1, 1), []float64{0, 10, 2.5}, []float64{-1, 1, 0.5}, "0", "10", "−1.0", "1.0", 0.25, 0.75},
		{Log("x").Range(1, 1000), Log("y").Range(0.1, 1000), []float64{1, 1000, 10}, []float64{0.1, 1000, 1}, "1", "1000", "0.1", "1000", 1. / 3, 0.25},
	} {
		f := New("calibration", "Points", "Points.")
		f.X, f.Y = c.x, c.y
		f.Points("", c.px, c.py, Square, Vermilion)
		all, l := drawn(t, f)
		var xs, ys []float64
		for _, p := range all {
			if p.fill && p.color == inks[Vermilion] {
				x, y := p.mid()
				xs, ys = append(xs, x), append(ys, y)
			}
		}
		if len(xs) != 3 {
			t.Fatalf("%d points", len(xs))
		}
		cell := l.cells[0]
		if !near(xs[0], cell.x, 0.1) || !near(xs[1], cell.x+cell.w, 0.1) || !near(ys[0], l.height-cell.y-cell.h, 0.1) || !near(ys[1], l.height-cell.y, 0.1) {
			t.Errorf("the corners are at %v, %v", xs, ys)
		}
		if !near(xs[2], xs[0]+c.fx*(xs[1]-xs[0]), 0.1) || !near(ys[2], ys[0]+c.fy*(ys[1]-ys[0]), 0.1) {
			t.Errorf("the last point is at %g, %g", xs[2], ys[2])
		}
		seen := map[string]bool{}
		for _, p := range all {
			x, y := p.mid()
			below, beside := y < ys[0], x < xs[0]
			switch {
			case below && p.text == c.left:
				seen["left"] = near(x, xs[0], 1)
			case below && p.text == c.right:
				seen["right"] = near(x, xs[1], 1)
			case beside && p.text == c.low:
				seen["low"] = near(y, ys[0], 2.5)
			case beside && p.text == c.high:
				seen["high"] = near(y, ys[1], 2.5)
			}
		}
		if !seen["left"] || !seen["right"] || !seen["low"] || !seen["high"] {
			t.Errorf("numbers at their places: %v", seen)
		}
		xl, yl := find(t, all, "x"), find(t, all, "y")
		mx, _ := xl.mid()
		if _, my := yl.mid(); !near(mx, (xs[0]+xs[1])/2, 1) || !near(my, (ys[0]+ys[1])/2, 1) || xl.upright || !yl.upright {
			t.Errorf("the labels are not at the middle of their axes: %v, %v", xl, yl)
		}
	}
}

// Error bars, steps, bands, histograms and reference lines have their corners where the numbers say.
func TestMarksAreExact(t *testing.T) {
	f := New("exact", "Marks", "Marks.")
	f.X, f.Y = Linear("").Range(0, 10), Linear("").Range(0, 10)
	f.Points("", []float64{5}, []float64{5}, YErr([]float64{2}), Green)
	f.Step("", []float64{1, 3, 4}, []float64{2, 6, 1}, Blue)
	f.Band("", []float64{6, 8}, []float64{1, 2}, []float64{3, 5}, Purple)
	f.HLine("here", 7)
	f.Path("", []float64{9, 9.5}, []float64{1, 9}, Sky)
	f.Histogram("", []float64{1, 1.5, 2, 3}, nil, 2, Orange)
	all, l := drawn(t, f)
	c := l.cells[0]
	show := func(p vg.Point) string {
		x, y := (float64(p.X)-c.x)/c.w*10, (float64(p.Y)-(l.height-c.y-c.h))/c.h*10
		return fmt.Sprintf("%.1f,%.1f", math.Abs(x), math.Abs(y))
	}
	var got []string
	for _, p := range all {
		name := map[color.NRGBA]string{inks[Green]: "bar", inks[Blue]: "step", Purple.tint(0.22): "band", inks[Black]: "line", inks[Sky]: "path", Orange.tint(0.22): "area"}[p.color]
		if name == "" || p.text != "" || name == "bar" && p.width != 1.2 && !p.fill {
			continue
		}
		var corners []string
		for _, q := range p.pts {
			corners = append(corners, show(q))
		}
		got = append(got, name+" "+strings.Join(corners, " "))
	}
	for _, want := range []string{
		"bar 5.0,3.0 5.0,7.0", "step 1.0,2.0 3.0,2.0 3.0,6.0 4.0,6.0 4.0,1.0", "band 6.0,3.0 8.0,5.0 8.0,2.0 6.0,1.0", "line 0.0,7.0 10.0,7.0", "path 9.0,1.0 9.5,9.0",
		"area 1.0,0.0 1.0,0.5 2.0,0.5 2.0,0.5 3.0,0.5 3.0,0.0",
	} {
		if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("no %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
	here := find(t, all, "here")
	if !near(float64(here.max.X), c.x+c.w-4, 1) || float64(here.min.Y) < l.height-c.y-c.h+0.7*c.h || float64(here.min.Y) > l.height-c.y-c.h+0.7*c.h+6 {
		t.Errorf("the label of the reference line is at %v to %v", here.min, here.max)
	}
	// Under it lies a patch of white that covers it and is almost opaque.
	i := slices.IndexFunc(all, func(p piece) bool { return p.text == "here" })
	patch := all[i-1]
	if !patch.fill || patch.color.R != 255 || patch.color.A < 180 || patch.color.A > 240 || patch.min.X > here.min.X || patch.max.X < here.max.X || patch.max.X > here.max.X+3 || patch.min.X < here.min.X-3 || patch.min.Y > here.min.Y+2 || patch.max.Y < here.max.Y {
		t.Errorf("the patch under %v to %v is %+v", here.min, here.max, patch)
	}
}

// The bar beside a heat map goes from the lower edge of the panel to the upper without a seam, from
// dark to light, with numbers where their values are and its label at the middle.
func TestColorBar(t *testing.T) {
	f := New("bar", "A bar", "A bar.")
	f.X, f.Y = Linear("x"), Linear("y")
	f.HeatMap("values z", Sample(func(x, y float64) float64 { return 20 + 10*x }, 0, 1, 0, 1, 5))
	all, l := drawn(t, f)
	c := l.cells[0]
	low, high := l.height-c.y-c.h, l.height-c.y
	var steps []piece
	for _, p := range all {
		if p.fill && near(float64(p.min.X), c.x+c.w+barGap, 1e-6) && near(float64(p.max.X), c.x+c.w+barGap+barWidth, 1e-6) {
			steps = append(steps, p)
		}
	}
	if len(steps) < 64 || !near(float64(steps[0].min.Y), low, 1e-6) || !near(float64(steps[len(steps)-1].max.Y), high, 1e-6) {
		t.Fatalf("%d steps from %v to %v, want %g to %g", len(steps), steps[0].min, steps[len(steps)-1].max, low, high)
	}
	for i, p := range steps[1:] {
		q := steps[i]
		if p.max.Y <= q.max.Y || p.min.Y > q.max.Y || p.color.G < q.color.G {
			t.Errorf("step %d from %v to %v, %v, after %v to %v, %v", i+1, p.min, p.max, p.color, q.min, q.max, q.color)
		}
	}
	for text, share := range map[string]float64{"20": 0, "30": 1} {
		i := slices.IndexFunc(all, func(p piece) bool { return p.text == text && float64(p.min.X) > c.x+c.w+barGap+barWidth })
		if i < 0 {
			t.Fatalf("no %s at the bar", text)
		}
		if _, y := all[i].mid(); !near(y, low+share*(high-low), 2.5) || !near(float64(all[i].min.X), c.x+c.w+barGap+barWidth+7, 0.1) {
			t.Errorf("%s stands at %v", text, all[i].min)
		}
	}
	label := find(t, all, "values z")
	if _, y := label.mid(); !label.upright || !near(y, (low+high)/2, 1) {
		t.Errorf("the label of the bar is at %v to %v", label.min, label.max)
	}
}

// In the legend the name stands to the right of its sign, at the same height; rows are no wider than
// the figure and each as full as it can be; white signs are on gray.
func TestLegend(t *testing.T) {
	fill := func(names ...string) (*Figure, []piece, *layout) {
		f := New("legend", "A legend", "A legend.")
		f.X, f.Y = Linear(""), Linear("")
		for _, n := range names {
			f.Line(n, []float64{1, 2}, []float64{1, 2}, Vermilion)
		}
		all, l := drawn(t, f)
		return f, all, l
	}
	_, all, l := fill("alpha", "beta", "gamma")
	if len(l.legend) != 1 || len(l.legend[0]) != 3 || l.legend[0][1].dark {
		t.Fatalf("the legend is %+v", l.legend)
	}
	x := float64(margin)
	for _, e := range l.legend[0] {
		text := find(t, all, e.name)
		_, y := text.mid()
		var sign *piece
		for i := range all {
			if p := &all[i]; !p.fill && p.text == "" && p.color == inks[Vermilion] && near(float64(p.min.X), x, 1e-6) && near(float64(p.max.X), x+thumbWidth, 1e-6) {
				sign = p
			}
		}
		if !near(float64(text.min.X), x+thumbWidth+6, 0.1) || sign == nil {
			t.Fatalf("%s is at %v, its sign %v", e.name, text.min, sign)
		}
		if _, sy := sign.mid(); !near(sy, y, 2) || !near(e.width, thumbWidth+6+float64(text.max.X-text.min.X), 0.1) {
			t.Errorf("the sign of %s is at %g, the name at %g", e.name, sy, y)
		}
		x += e.width + entryGap
	}
	_, _, l = fill("a name that is rather long, first", "a name that is rather long, second", "a name that is rather long, third", "last")
	for i, row := range l.legend {
		used := -float64(entryGap)
		for _, e := range row {
			used += e.width + entryGap
		}
		if used > l.width-2*margin || i > 0 && func() bool {
			before := l.legend[i-1]
			full := -float64(entryGap)
			for _, e := range append(slices.Clone(before), row[0]) {
				full += e.width + entryGap
			}
			return full <= l.width-2*margin
		}() {
			t.Errorf("row %d of the legend is %g wide", i, used)
		}
	}
	if len(l.legend) != 2 || l.legend.height() != 2*legendLine {
		t.Errorf("%d rows, %g high", len(l.legend), l.legend.height())
	}
	f := New("white", "White", "White.")
	f.X, f.Y = Linear(""), Linear("")
	f.Line("w", []float64{1, 2}, []float64{1, 2}, White)
	f.Points("w", []float64{1, 2}, []float64{1, 2})
	f.Points("w", []float64{1, 2}, []float64{1, 2})
	all, l = drawn(t, f)
	e := l.legend[0][0]
	if !e.dark || len(e.thumbs) != 2 {
		t.Errorf("%+v", e)
	}
	if !slices.ContainsFunc(all, func(p piece) bool {
		return p.fill && p.color == inks[Gray] && near(float64(p.max.X-p.min.X), thumbWidth, 1e-6) && near(float64(p.max.Y-p.min.Y), thumbHeight, 1e-6)
	}) {
		t.Error("a white sign without a dark ground")
	}
}

// Superscripts and subscripts are smaller, one above and the other below; lines follow each other.
func TestScripts(t *testing.T) {
	f := simple()
	f.X = Linear("aⁿb")
	f.Y = Linear("cₙd")
	f.Title = "first\nsecond"
	all, _ := drawn(t, f)
	n := slices.IndexFunc(all, func(p piece) bool { return p.text == "n" && !p.upright })
	m := slices.IndexFunc(all, func(p piece) bool { return p.text == "n" && p.upright })
	a, b, c := find(t, all, "a"), find(t, all, "b"), find(t, all, "c")
	baseline := func(p piece) float64 { return float64(p.min.Y) + 0.2*p.size }
	if up := (baseline(all[n]) - baseline(a)) / a.size; up < 0.25 || up > 0.5 || !near(baseline(b), baseline(a), 1e-9) {
		t.Errorf("a superscript is %g of the size up", up)
	}
	// Upright, to the left is up.
	right := func(p piece) float64 { return float64(p.max.X) - 0.2*p.size }
	if down := (right(all[m]) - right(c)) / c.size; down < 0.1 || down > 0.25 {
		t.Errorf("a subscript is %g of the size down", down)
	}
	if s := all[n].size / a.size; s < 0.6 || s > 0.8 || !near(float64(all[n].min.X), float64(a.max.X), 0.1) || !near(float64(b.min.X), float64(all[n].max.X), 0.1) {
		t.Errorf("a superscript of %g of the size from %v to %v, between %v and %v", s, all[n].min, all[n].max, a.max, b.min)
	}
	one, two := find(t, all, "first"), find(t, all, "second")
	if gap := float64(one.min.Y-two.min.Y) / one.size; gap < 1 || gap > 1.6 || !near(float64(one.min.X), float64(two.min.X), 0.01) {
		t.Errorf("the second line is %g sizes below the first", gap)
	}
}

// A label goes to the middle of the line, else to the nearest place inside that is clear of others.
func TestRoomFor(t *testing.T) {
	f := simple()
	_, l := drawn(t, f)
	c := l.cells[0]
	var rec recorder.Canvas
	dc := c.plot.DataCanvas(draw.NewCanvas(&rec, 400, 300))
	line := func(y vg.Length) (pts []vg.Point) {
		for x := dc.Min.X; x <= dc.Max.X; x++ {
			pts = append(pts, vg.Point{X: x, Y: y})
		}
		return pts
	}
	mid := (dc.Min.Y + dc.Max.Y) / 2
	whole := line(mid)
	first, ok := roomFor(dc, whole, nil)
	if !ok || !near(float64(first.X), float64(dc.Min.X+dc.Max.X)/2, 1) {
		t.Errorf("the first label is at %v", first)
	}
	second, ok := roomFor(dc, whole, []vg.Point{first})
	if d := math.Abs(float64(second.X - first.X)); !ok || d < 43 || d > 46 {
		t.Errorf("the second label is %g from the first", d)
	}
	if third, ok := roomFor(dc, line(mid+19), []vg.Point{first}); !ok || !near(float64(third.X), float64(first.X), 1) {
		t.Errorf("a label 19 above the first is at %v", third)
	}
	if _, ok := roomFor(dc, line(dc.Max.Y-8), nil); ok {
		t.Error("a label at the edge")
	}
	if _, ok := roomFor(dc, nil, nil); ok {
		t.Error("a label on no line")
	}
	short, long := whole[:60], whole[:80]
	if longest([][]vg.Point{short}) != nil || len(longest([][]vg.Point{short, long, whole[:75]})) != 80 {
		t.Error("the longest line is another")
	}
}

// In the legend a line is 30 pixels long and its name 6 beyond; a text on a patch has a pixel of it
// on either side.
func TestLegendAndHaloPlaces(t *testing.T) {
	f := New("legend", "A legend", "A legend.")
	f.Line("one", []float64{0, 1}, []float64{0, 1})
	f.HLine("here", 0.5)
	all, _ := drawn(t, f)
	name, note := find(t, all, "one"), find(t, all, "here")
	thumb := slices.ContainsFunc(all, func(p piece) bool {
		_, y := name.mid()
		_, at := p.mid()
		return !p.fill && p.text == "" && near(float64(p.max.X-p.min.X), 30, 1e-6) && near(float64(name.min.X-p.max.X), 6, 1e-6) && near(at, y, 2)
	})
	patch := slices.ContainsFunc(all, func(p piece) bool {
		return p.fill && near(float64(note.min.X-p.min.X), 1, 0.01) && near(float64(p.max.X-note.max.X), 1, 0.01)
	})
	if !thumb || !patch {
		t.Errorf("line of the legend in its place: %v, patch behind the note: %v", thumb, patch)
	}
}
