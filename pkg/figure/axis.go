package figure

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
)

// An Axis says what is drawn along one side of a panel, and how.
type Axis struct {
	label          string
	log            bool
	min, max       float64
	hasMin, hasMax bool
}

// Linear returns a linear axis whose limits follow the data.
func Linear(label string) Axis { return Axis{label: label} }

// Log returns a logarithmic axis whose limits follow the data, all of which
// must be positive.
func Log(label string) Axis { return Axis{label: label, log: true} }

// Range fixes both limits; what lies outside is not drawn.
func (a Axis) Range(min, max float64) Axis { return a.From(min).To(max) }

// From fixes the lower limit.
func (a Axis) From(min float64) Axis { a.min, a.hasMin = min, true; return a }

// To fixes the upper limit.
func (a Axis) To(max float64) Axis { a.max, a.hasMax = max, true; return a }

// An extent is the range of the data along an axis, and whether the limits
// should keep a little distance from it at either end.
type extent struct {
	min, max       float64
	padMin, padMax bool
}

func newExtent() extent {
	return extent{min: math.Inf(1), max: math.Inf(-1), padMin: true, padMax: true}
}

// add widens the extent to hold v.
func (e *extent) add(v float64) {
	e.min, e.max = math.Min(e.min, v), math.Max(e.max, v)
}

// padding is the distance between data and limits, as a share of the axis.
const padding = 0.05

// limits returns the limits of the axis for data of extent e.
func (a Axis) limits(e extent) (min, max float64, err error) {
	if e.min > e.max { // no data
		e.min, e.max = 1, 10
		if !a.log {
			e.min, e.max = 0, 1
		}
	}
	to, from := func(v float64) float64 { return v }, func(v float64) float64 { return v }
	if a.log {
		to, from = math.Log, math.Exp
	}
	lo, hi := to(e.min), to(e.max)
	if lo == hi && !(a.hasMin && a.hasMax) { // one value: show it in the middle
		half := 0.5
		if !a.log && lo != 0 {
			half = 0.1 * math.Abs(lo)
		}
		lo, hi = lo-half, hi+half
	}
	span := hi - lo
	if e.padMin {
		lo -= padding * span
	}
	if e.padMax {
		hi += padding * span
	}
	min, max = from(lo), from(hi)
	if a.hasMin {
		min = a.min
	}
	if a.hasMax {
		max = a.max
	}
	if !finite(min, max) || min >= max || (a.log && min <= 0) {
		return 0, 0, fmt.Errorf("axis %q: limits [%g, %g] must be finite, increasing and, on a log axis, positive", a.label, min, max)
	}
	return min, max, nil
}

// apply sets up one axis of a gonum plot that is length pixels long.
func (a Axis) apply(p *plot.Axis, min, max, length, perLabel float64) {
	p.Min, p.Max = min, max
	n := int(math.Max(2, math.Min(9, length/perLabel)))
	if a.log {
		p.Scale = plot.LogScale{}
		p.Tick.Marker = plot.ConstantTicks(logTicks(min, max, n))
	} else {
		p.Scale = plot.LinearScale{}
		p.Tick.Marker = plot.ConstantTicks(linearTicks(min, max, n))
	}
}

// finite reports whether no value is a NaN or an infinity.
func finite(vs ...float64) bool {
	return !slices.ContainsFunc(vs, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}
