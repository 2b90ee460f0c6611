package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// A mark is one thing drawn in a panel. Its numbers sit in x and y, with intervals around them
// where there are any (absolute, not as distances), so that checking, scaling and writing them to
// CSV need not know its kind.
type mark struct {
	kind, name         string
	x, y               []float64
	xlo, xhi, ylo, yhi []float64
	z                  []float64 // heat maps and contour maps only
	style              style
	fn                 func(float64) float64 // function curves only
	build              func(*mark, *frame) []plot.Plotter
	late               plot.Plotter       // drawn on top of all marks: labels of contours
	thumb              []plot.Thumbnailer // how it looks in the legend
}

// layers says what is drawn under and over the lines: measured points stay visible on those of a
// theory.
var layers = map[string]int{"heat": -2, "band": -1, "bars": -1, "points": 1}

// add checks a mark's numbers and puts it into the panel.
func (p *Panel) add(m *mark, lines, points bool, opts []Option) *mark {
	if p.orphan() {
		return m
	}
	m.style = p.fig.styled(m.name, lines, points, opts)
	if err := output.Printable(m.name); err != nil {
		p.fail("%w", err)
	}
	if err := cmp.Or(m.intervals(), m.finite()); err != nil {
		p.fail("series %q: %w", m.name, err)
	}
	p.marks = append(p.marks, m)
	return m
}

// intervals turns the standard errors of the options into intervals.
func (m *mark) intervals() error {
	if len(m.x) != len(m.y) {
		return fmt.Errorf("%d values of x but %d of y", len(m.x), len(m.y))
	}
	if !m.style.hasErr {
		return nil
	}
	bars := m.style.stderr
	if len(bars) != len(m.y) {
		return fmt.Errorf("%d points but %d error bars", len(m.y), len(bars))
	}
	m.ylo, m.yhi = make([]float64, len(m.y)), make([]float64, len(m.y))
	for i, e := range bars {
		if !(e >= 0) {
			return fmt.Errorf("error bar %d is %g, want ≥ 0", i, e)
		}
		m.ylo[i], m.yhi[i] = m.y[i]-e, m.y[i]+e
	}
	return nil
}

// A series is a list of numbers of a mark; its values are nil where the mark has no such numbers.
type series struct {
	name   string
	values []float64
}

// all returns the numbers of a mark under their names.
func (m *mark) all() []series {
	return []series{{"x", m.x}, {"y", m.y}, {"x_lo", m.xlo}, {"x_hi", m.xhi}, {"y_lo", m.ylo}, {"y_hi", m.yhi}, {"z", m.z}}
}

// largest is how far numbers may reach, and how close limits may be: the ratios are floating point.
const largest = 1e150

// finite returns an error that names the first NaN or infinity, or what is beyond largest.
func (m *mark) finite() error {
	for _, c := range m.all() {
		for i, v := range c.values {
			if !finite(v) || math.Abs(v) > largest {
				return fmt.Errorf("%s[%d] is %g, want at most %g either way", c.name, i, v, largest)
			}
		}
	}
	return nil
}

// fits returns an error that says why a mark cannot be drawn on axes of which some are logarithmic,
// with the name of the first value that they cannot show. The lower end of an error bar may reach
// zero: the bar then runs off the lower edge.
func (m *mark) fits(xlog, ylog bool) error {
	if len(m.x) == 0 && (m.kind == "line" || m.kind == "step" || m.kind == "path") {
		return fmt.Errorf("series %q: a line needs a point", m.name)
	}
	if m.kind == "heat" && (xlog || ylog) {
		return fmt.Errorf("heat map %q: both axes must be linear", m.name)
	}
	logs := map[string]bool{"x": xlog && m.kind != "hline", "y": ylog, "y_lo": ylog && m.kind == "band"}
	for _, c := range m.all() {
		for i, v := range c.values {
			if logs[c.name] && v <= 0 {
				return fmt.Errorf("series %q: %s[%d] = %g cannot stand on a log axis: it must be > 0", m.name, c.name, i, v)
			}
		}
	}
	return nil
}

// extendX and extendY widen an extent to hold the mark. Densities start at 0, and a function curve
// goes as far as the panel does.
func (m *mark) extendX(e *extent, log bool) {
	if m.kind != "hline" && m.fn == nil {
		m.extend(e, log, m.x, m.xlo, m.xhi)
	}
}

func (m *mark) extendY(e *extent, log bool) {
	m.extend(e, log, m.y, m.ylo, m.yhi)
	if m.kind == "bars" && !log {
		e.add(0)
		e.padMin = false
	}
}

// extend leaves out what a log axis cannot show: fits reports it, or it is an error bar. Grids fill
// the panel.
func (m *mark) extend(e *extent, log bool, all ...[]float64) {
	for _, v := range slices.Concat(all...) {
		if !log || v > 0 {
			e.add(v)
		}
	}
	if m.z != nil {
		e.padMin, e.padMax = false, false
	}
}

// Line draws a line through the points (x, y).
func (p *Panel) Line(name string, x, y []float64, opts ...Option) {
	p.add(&mark{kind: "line", name: name, x: x, y: y, build: buildLine}, true, false, opts)
}

// Points draws a marker at each (x, y), with error bars if YErr is among the options.
func (p *Panel) Points(name string, x, y []float64, opts ...Option) {
	p.add(&mark{kind: "points", name: name, x: x, y: y, build: buildPoints}, false, true, opts)
}

// Cloud draws many points as small transparent dots.
func (p *Panel) Cloud(name string, x, y []float64, opts ...Option) {
	opts = append([]Option{Dot}, opts...)
	p.add(&mark{kind: "cloud", name: name, x: x, y: y, build: buildCloud}, false, true, opts)
}

// Path draws a trajectory: a thin line with a ring where it starts and a disc where it ends.
func (p *Panel) Path(name string, x, y []float64, opts ...Option) {
	opts = append([]Option{Thin, Solid}, opts...)
	p.add(&mark{kind: "path", name: name, x: x, y: y, build: buildPath}, true, false, opts)
}

// Step draws a curve that keeps y[i] from x[i] until x[i+1], as an empirical distribution or
// survival function does.
func (p *Panel) Step(name string, x, y []float64, opts ...Option) {
	p.add(&mark{kind: "step", name: name, x: x, y: y, build: buildStep}, false, false, opts)
}

// Func draws y = f(x) across the whole panel.
func (p *Panel) Func(name string, f func(float64) float64, opts ...Option) {
	if f == nil {
		p.fail("series %q: a nil function", name)
		return
	}
	p.add(&mark{kind: "func", name: name, fn: f, build: buildLine}, true, false, opts)
}

// funcPoints is how many points a function curve has: one per two pixels.
const funcPoints = figureWidth / 2

// evaluate samples a function curve between the limits of x; other marks are left as they are.
func (m *mark) evaluate(fr *frame) error {
	if m.fn == nil {
		return nil
	}
	m.x, m.y = make([]float64, funcPoints), make([]float64, funcPoints)
	if fr.x.log {
		floats.LogSpan(m.x, fr.xmin, fr.xmax)
	} else {
		floats.Span(m.x, fr.xmin, fr.xmax)
	}
	for i, x := range m.x {
		m.y[i] = m.fn(x)
	}
	if err := m.finite(); err != nil {
		return fmt.Errorf("series %q: %w", m.name, err)
	}
	return nil
}

// Band fills the area between two curves lo and hi over x: a confidence band, or the range of a
// theory.
func (p *Panel) Band(name string, x, lo, hi []float64, opts ...Option) {
	if len(lo) != len(x) || len(hi) != len(x) {
		p.fail("series %q: %d values of x but %d of lo and %d of hi", name, len(x), len(lo), len(hi))
		return
	}
	p.add(&mark{kind: "band", name: name, x: x, y: middle(lo, hi), ylo: lo, yhi: hi, build: buildBand}, false, false, opts)
}

// Histogram draws the density of a sample in the given number of equal bins, normalized to area
// one. Weights may be nil; they count a value more than once, or, say, for the time spent at it.
func (p *Panel) Histogram(name string, sample, weights []float64, bins int, opts ...Option) {
	edges, heights, err := density(sample, weights, bins)
	if err != nil {
		p.fail("series %q: %w", name, err)
		return
	}
	lo, hi := edges[:bins], edges[1:]
	p.add(&mark{kind: "bars", name: name, x: middle(lo, hi), y: heights, xlo: lo, xhi: hi, build: buildBars}, false, false, opts)
}

// middle returns the middles of intervals.
func middle(lo, hi []float64) []float64 {
	mid := floats.AddTo(make([]float64, len(lo)), lo, hi)
	floats.Scale(0.5, mid)
	return mid
}

// density bins a sample into equal bins over its range and returns their n+1 edges and n heights;
// the area is one. Nil weights mean equal ones.
func density(sample, weights []float64, bins int) (edges, heights []float64, err error) {
	if bins < 1 || bins > 1<<20 || len(sample) == 0 {
		return nil, nil, fmt.Errorf("%d bins for %d values, want at least 1 of each and at most 2²⁰ bins", bins, len(sample))
	}
	if weights == nil {
		weights = slices.Repeat([]float64{1}, len(sample))
	}
	if len(weights) != len(sample) {
		return nil, nil, fmt.Errorf("%d values but %d weights", len(sample), len(weights))
	}
	for i := range sample {
		if !finite(sample[i], weights[i]) || weights[i] < 0 {
			return nil, nil, fmt.Errorf("value %d is %g with weight %g, want finite and a weight ≥ 0", i, sample[i], weights[i])
		}
	}
	x, w := slices.Clone(sample), slices.Clone(weights)
	stat.SortWeighted(x, w)
	lo, hi := x[0], x[len(x)-1]
	if w := (hi - lo) / float64(bins); !finite(hi-lo) || !(lo+w > lo && hi-w < hi) {
		return nil, nil, fmt.Errorf("all %d values are between %g and %g: there is nothing to bin in %d bins", len(x), lo, hi, bins)
	}
	edges = floats.Span(make([]float64, bins+1), lo, hi)
	closed := slices.Clone(edges)
	closed[bins] = math.Nextafter(hi, math.Inf(1)) // gonum's last bin is half open
	heights = stat.Histogram(nil, closed, x, w)
	total := floats.Sum(w)
	if total == 0 || !finite(total) {
		return nil, nil, fmt.Errorf("all %d weights have the sum %g, want > 0 and finite", len(w), total)
	}
	floats.Scale(1/(total*(hi-lo)/float64(bins)), heights)
	return edges, heights, nil
}

// Binned estimates the density of independent samples in equal bins between lo and hi: the centers
// of the bins that hold any, the density there, and its standard error sqrt(k(1−k/n)) for k of n
// samples, in units of density. Samples outside count for the normalization. Empty bins are left
// out, so that the result can go on a log axis. Nothing
// comes out unless lo < hi, both finite, and 1 ≤ bins ≤ 2²⁰.
func Binned(sample []float64, lo, hi float64, bins int) (center, density, stderr []float64) {
	width := (hi - lo) / float64(bins)
	if !finite(hi-lo) || !(width > 0) || bins > 1<<20 {
		return nil, nil, nil
	}
	counts := make([]float64, bins)
	for _, x := range sample {
		if k := math.Floor((x - lo) / width); k >= 0 && k < float64(bins) {
			counts[int(k)]++
		}
	}
	n := float64(len(sample))
	for k, c := range counts {
		if c == 0 {
			continue
		}
		center = append(center, lo+(float64(k)+0.5)*width)
		density = append(density, c/(n*width))
		stderr = append(stderr, math.Sqrt(c*(1-c/n))/(n*width))
	}
	return center, density, stderr
}

// HLine draws a horizontal reference line with its label at the right end. The label is not a
// series name: it is written at the line and not in the legend.
func (p *Panel) HLine(label string, y float64, opts ...Option) {
	opts = append([]Option{Black, Thin, Dashed}, opts...)
	m := &mark{kind: "hline", x: []float64{0}, y: []float64{y}, build: buildReference}
	p.add(m, false, false, opts).name = label
}

// Every returns every k-th value such that at most n are left, always with the first: a line of 720
// pixels does not show more than a few thousand points, and the SVG file holds every one of them.
func Every(values []float64, n int) []float64 {
	if n < 1 || len(values) <= n {
		return values
	}
	k := (len(values) + n - 1) / n
	out := make([]float64, 0, n)
	for some := range slices.Chunk(values, k) {
		out = append(out, some[0])
	}
	return out
}
