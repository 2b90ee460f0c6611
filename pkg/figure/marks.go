package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// A mark is one thing drawn in a panel. Its numbers sit in x and y, with
// intervals around them where there are any (absolute, not as distances), so
// that checking, scaling and writing them to CSV need not know its kind.
type mark struct {
	kind, name         string
	x, y               []float64
	xlo, xhi, ylo, yhi []float64
	z                  []float64 // heat maps and contour maps only
	style              style
	fn                 func(float64) float64 // function curves only
	nearest            bool                  // limits without padding
	fromZero           bool                  // y starts at 0: densities
	build              func(*mark, *frame) ([]plot.Plotter, error)
	late               plot.Plotter       // drawn on top of all marks: labels of contours
	thumb              []plot.Thumbnailer // how it looks in the legend
}

// layer says what is drawn over what: measured points stay visible on the
// lines of a theory.
func (m *mark) layer() int {
	switch m.kind {
	case "heat":
		return 0
	case "band", "bars":
		return 1
	case "points":
		return 3
	}
	return 2
}

// add checks a mark's numbers and puts it into the panel.
func (p *Panel) add(m *mark, lines, points bool, opts []Option) *mark {
	m.style = p.fig.styled(m.name, lines, points, opts)
	if err := output.Printable(m.name); err != nil {
		p.fig.fail("%w", err)
	}
	if err := m.intervals(); err != nil {
		p.fig.fail("series %q: %w", m.name, err)
	} else if err := m.finite(); err != nil {
		p.fig.fail("series %q: %w", m.name, err)
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

// columns returns the numbers of a mark under their names.
func (m *mark) columns() []column {
	return []column{{"x", m.x}, {"y", m.y}, {"x_lo", m.xlo}, {"x_hi", m.xhi}, {"y_lo", m.ylo}, {"y_hi", m.yhi}, {"z", m.z}}
}

// finite returns an error that names the first NaN or infinity.
func (m *mark) finite() error {
	for _, c := range m.columns() {
		for i, v := range c.values {
			if !finite(v) {
				return fmt.Errorf("%s[%d] is %g", c.name, i, v)
			}
		}
	}
	return nil
}

// positive returns an error that names the first value that a log axis cannot
// show. The lower end of an error bar may reach zero: the bar then runs off the
// lower edge.
func (m *mark) positive(xlog, ylog bool) error {
	logs := map[string]bool{"x": xlog && m.kind != "hline", "y": ylog, "y_lo": ylog && m.kind == "band"}
	for _, c := range m.columns() {
		if !logs[c.name] {
			continue
		}
		for i, v := range c.values {
			if v <= 0 {
				return fmt.Errorf("series %q: %s[%d] = %g cannot stand on a log axis: it must be > 0", m.name, c.name, i, v)
			}
		}
	}
	return nil
}

// extendX and extendY widen an extent to hold the mark. What a log axis
// cannot show is left out here: positive reports it, or it is an error bar.
func (m *mark) extendX(e *extent, log bool) {
	if m.kind != "hline" && m.fn == nil { // a function curve goes as far as the panel does
		e.hold(log, m.x, m.xlo, m.xhi)
	}
	if m.nearest {
		e.padMin, e.padMax = false, false
	}
}

func (m *mark) extendY(e *extent, log bool) {
	e.hold(log, m.y, m.ylo, m.yhi)
	if m.nearest {
		e.padMin, e.padMax = false, false
	}
	if m.fromZero && !log {
		e.add(0)
		e.padMin = false
	}
}

func (e *extent) hold(log bool, all ...[]float64) {
	for _, vs := range all {
		for _, v := range vs {
			if !log || v > 0 {
				e.add(v)
			}
		}
	}
}

// Line draws a line through the points (x, y).
func (p *Panel) Line(name string, x, y []float64, opts ...Option) {
	p.add(&mark{kind: "line", name: name, x: x, y: y, build: buildLine}, true, false, opts)
}

// Points draws a marker at each (x, y), with error bars if YErr is among the
// options.
func (p *Panel) Points(name string, x, y []float64, opts ...Option) {
	p.add(&mark{kind: "points", name: name, x: x, y: y, build: buildPoints}, false, true, opts)
}

// Cloud draws many points as small transparent dots.
func (p *Panel) Cloud(name string, x, y []float64, opts ...Option) {
	opts = append([]Option{Dot}, opts...)
	p.add(&mark{kind: "cloud", name: name, x: x, y: y, build: buildCloud}, false, true, opts)
}

// Path draws a trajectory: a thin line with a ring where it starts and a disc
// where it ends.
func (p *Panel) Path(name string, x, y []float64, opts ...Option) {
	if len(x) == 0 {
		p.fig.fail("series %q: a path needs a point", name)
		return
	}
	opts = append([]Option{Thin, Solid}, opts...)
	p.add(&mark{kind: "path", name: name, x: x, y: y, build: buildPath}, true, false, opts)
}

// Step draws a curve that keeps y[i] from x[i] until x[i+1], as an empirical
// distribution or survival function does.
func (p *Panel) Step(name string, x, y []float64, opts ...Option) {
	p.add(&mark{kind: "step", name: name, x: x, y: y, build: buildStep}, false, false, opts)
}

// Func draws y = f(x) across the whole panel.
func (p *Panel) Func(name string, f func(float64) float64, opts ...Option) {
	p.add(&mark{kind: "func", name: name, fn: f, build: buildLine}, true, false, opts)
}

// funcPoints is how many points a function curve has: one per two pixels.
const funcPoints = figureWidth / 2

// sample evaluates a function curve between the limits of x; other marks are
// left as they are.
func (m *mark) sample(fr *frame) error {
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

// Band fills the area between two curves lo and hi over x: a confidence band,
// or the range of a theory.
func (p *Panel) Band(name string, x, lo, hi []float64, opts ...Option) {
	if len(lo) != len(x) || len(hi) != len(x) {
		p.fig.fail("series %q: %d values of x but %d of lo and %d of hi", name, len(x), len(lo), len(hi))
		return
	}
	mid := make([]float64, len(x))
	floats.AddTo(mid, lo, hi)
	floats.Scale(0.5, mid)
	p.add(&mark{kind: "band", name: name, x: x, y: mid, ylo: lo, yhi: hi, build: buildBand}, false, false, opts)
}

// Histogram draws the density of a sample in the given number of equal bins,
// normalized to area one. Weights may be nil; they count a value more than
// once, or, say, for the time spent at it.
func (p *Panel) Histogram(name string, sample, weights []float64, bins int, opts ...Option) {
	edges, heights, err := density(sample, weights, bins)
	if err != nil {
		p.fig.fail("series %q: %w", name, err)
		return
	}
	mid := make([]float64, bins)
	floats.AddTo(mid, edges[:bins], edges[1:])
	floats.Scale(0.5, mid)
	p.add(&mark{kind: "bars", name: name, x: mid, y: heights, xlo: edges[:bins], xhi: edges[1:], fromZero: true, build: buildBars}, false, false, opts)
}

// density bins a sample into equal bins over its range and returns their n+1
// edges and n heights; the area is one. Nil weights mean equal ones.
func density(sample, weights []float64, bins int) (edges, heights []float64, err error) {
	if bins < 1 || len(sample) == 0 {
		return nil, nil, fmt.Errorf("%d bins for %d values, want at least 1 of each", bins, len(sample))
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
	if lo == hi {
		return nil, nil, fmt.Errorf("all %d values are %g: there is nothing to bin", len(x), lo)
	}
	edges = floats.Span(make([]float64, bins+1), lo, hi)
	closed := slices.Clone(edges)
	closed[bins] = math.Nextafter(hi, math.Inf(1)) // gonum's last bin is half open
	heights = stat.Histogram(nil, closed, x, w)
	total := floats.Sum(w)
	if total == 0 {
		return nil, nil, fmt.Errorf("all %d weights are 0", len(w))
	}
	floats.Scale(1/(total*(hi-lo)/float64(bins)), heights)
	return edges, heights, nil
}

// HLine draws a horizontal reference line with its label at the right end. The
// label is not a series name: it is written at the line and not in the legend.
func (p *Panel) HLine(label string, y float64, opts ...Option) {
	opts = append([]Option{Black, Thin, Dashed}, opts...)
	m := &mark{kind: "hline", x: []float64{0}, y: []float64{y}, build: buildReference}
	p.add(m, false, false, opts).name = label
}

// Every returns every k-th value such that at most n are left, always with the
// first: a line of 720 pixels does not show more than a few thousand points,
// and the SVG file holds every one of them.
func Every(values []float64, n int) []float64 {
	if n < 1 || len(values) <= n {
		return values
	}
	k := (len(values) + n - 1) / n
	out := make([]float64, 0, n)
	for i := 0; i < len(values); i += k {
		out = append(out, values[i])
	}
	return out
}
