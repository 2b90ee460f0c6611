package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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

// Log returns a logarithmic axis whose limits follow the data, all of which must be positive.
func Log(label string) Axis { return Axis{label: label, log: true} }

// Range fixes both limits; what lies outside is not drawn.
func (a Axis) Range(min, max float64) Axis { return a.From(min).To(max) }

// From fixes the lower limit.
func (a Axis) From(min float64) Axis { a.min, a.hasMin = min, true; return a }

// To fixes the upper limit.
func (a Axis) To(max float64) Axis { a.max, a.hasMax = max, true; return a }

// An extent is the range of the data along an axis, and whether the limits should keep a little
// distance from it at either end.
type extent struct {
	min, max       float64
	padMin, padMax bool
}

// nothing is the extent of no data.
var nothing = extent{min: math.Inf(1), max: math.Inf(-1), padMin: true, padMax: true}

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
	if !drawable(min, max) || (a.log && min <= 0) {
		return 0, 0, fmt.Errorf("axis %q: limits [%g, %g] must be finite, increasing and, on a log axis, positive, at most %g and as much apart as leaves digits to tell them by",
			a.label, min, max, largest)
	}
	return min, max, nil
}

// drawable reports whether ticks can stand between two limits: where there are digits for them.
func drawable(min, max float64) bool {
	size := math.Max(math.Abs(min), math.Abs(max))
	return size <= largest && max-min > math.Max(1/largest, 1e-14*size)
}

// apply sets up one axis of a gonum plot with room for some tick labels, in the house style. Its
// label is drawn by layout: gonum looks for the middle of a log axis at the mean of its ends and
// leaves room there, far off, for the label. An axis that is not shown has its ticks but no
// numbers: they stand at the panel with which it is shared.
func (a Axis) apply(p *plot.Axis, min, max, room float64, shown bool) {
	find := linearTicks
	if a.log {
		p.Scale, find = plot.LogScale{}, logTicks
	}
	ticks := find(min, max, int(math.Max(2, math.Min(9, room))))
	sty := textStyle(tickSize, false)
	sty.XAlign, sty.YAlign = p.Tick.Label.XAlign, p.Tick.Label.YAlign
	if !shown {
		sty.Font.Size = 1
		for i, t := range ticks {
			if !t.IsMinor() {
				ticks[i].Label = " " // gonum takes a tick without a label for a minor tick
			}
		}
	}
	p.Min, p.Max, p.Padding = min, max, 0
	p.Tick.Marker, p.Tick.Length = plot.ConstantTicks(ticks), 6
	p.Tick.LineStyle, p.LineStyle = axisLine, axisLine
	p.Tick.Label, p.Label.TextStyle = sty, sty // gonum measures a space in one, and draws it in the other
}

// finite reports whether no value is a NaN or an infinity.
func finite(vs ...float64) bool {
	return !slices.ContainsFunc(vs, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// linearTicks returns at most about n labelled ticks, but two if there is any way, at multiples of
// 1, 2 or 5 times a power of ten, with unlabelled ones between them.
func linearTicks(min, max float64, n int) []plot.Tick {
	for raw := (max - min) / float64(n); ; raw /= 2 {
		step, minor := niceStep(raw)
		ticks := stepTicks(min, max, step, minor)
		if labels(ticks) >= 2 || raw < (max-min)/20 {
			return ticks
		}
	}
}

// labels counts the ticks with a label.
func labels(ticks []plot.Tick) int {
	n := 0
	for _, t := range ticks {
		if !t.IsMinor() {
			n++
		}
	}
	return n
}

// niceStep returns the smallest step of the form 1, 2 or 5 times a power of ten that is at least
// raw, and how many minor steps divide it.
func niceStep(raw float64) (step float64, minor int) {
	decade := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, lead := range []float64{1, 2, 5} {
		if step = lead * decade; step >= raw*(1-1e-9) {
			if lead == 2 {
				return step, 4
			}
			return step, 5
		}
	}
	return 10 * decade, 5
}

// stepTicks returns labelled ticks at the multiples of step inside [min, max] and minor−1
// unlabelled ones in each gap.
func stepTicks(min, max, step float64, minor int) []plot.Tick {
	fine := step / float64(minor)
	first, last := int64(math.Ceil(min/fine-1e-9)), int64(math.Floor(max/fine+1e-9))
	var ticks []plot.Tick
	for i := first; i <= last; i++ {
		t := plot.Tick{Value: float64(i) * fine}
		if i%int64(minor) == 0 {
			t.Value = float64(i/int64(minor)) * step
			t.Label = number(t.Value, step, math.Max(math.Abs(min), math.Abs(max)))
		}
		ticks = append(ticks, t)
	}
	return ticks
}

// number formats a multiple of step on an axis that reaches to largest.
func number(v, step, largest float64) string {
	if v == 0 {
		return "0"
	}
	if largest >= 1e5 || largest < 1e-3 {
		e := int(math.Floor(math.Log10(largest) + 1e-9))
		scale := math.Pow(10, float64(e))
		return decimal(v/scale, decimals(step/scale)) + "×" + power(e)
	}
	return decimal(v, decimals(step))
}

// decimals returns how many decimals show a multiple of step exactly.
func decimals(step float64) int {
	return int(math.Max(0, math.Ceil(-math.Log10(step)-1e-9)))
}

// decimal formats v with a true minus sign.
func decimal(v float64, prec int) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', prec, 64), "-", "−", 1)
}

// power formats a power of ten.
func power(e int) string {
	up := strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
	return "10" + up.Replace(strconv.Itoa(e))
}

// logTicks returns ticks for a log axis with at most about n labels: powers of ten when there are
// three of them, else as many multiples of powers of ten as there is room for, and on an axis too
// short for those the ticks of a linear one.
func logTicks(min, max float64, n int) []plot.Tick {
	lo, hi := math.Log10(min), math.Log10(max)
	inside := math.Floor(hi+1e-9) - math.Ceil(lo-1e-9) + 1 // powers of ten inside
	switch {
	case inside >= 3:
		return decadeTicks(lo, hi, n)
	case hi-lo >= 0.6:
		return leadTicks(lo, hi, n)
	default:
		return linearTicks(min, max, n)
	}
}

// decadeTicks labels every power of ten, or every second, third, … one.
func decadeTicks(lo, hi float64, n int) []plot.Tick {
	every := 1
	for (hi-lo)/float64(every) > float64(n) {
		every++
	}
	for ; ; every-- {
		if ticks := leading(lo, hi, every, "1"); labels(ticks) >= 2 || every == 1 {
			return ticks
		}
	}
}

// leadTicks labels the largest set of leading digits that n allows, but two ticks if there is any
// way.
func leadTicks(lo, hi float64, n int) []plot.Tick {
	var ticks []plot.Tick
	for _, leads := range []string{"123456789", "1235", "125", "13", "1"} {
		fewer := leading(lo, hi, 1, leads)
		if labels(fewer) < 2 {
			break
		}
		if ticks = fewer; labels(ticks) <= n {
			break
		}
	}
	return ticks
}

// leading returns the multiples of powers of ten between two powers of ten, and labels those whose
// exponent is a multiple of every and whose leading digit is in leads. If every is not 1 there is
// only room for the powers themselves.
func leading(lo, hi float64, every int, leads string) []plot.Tick {
	plain := lo >= -3.01 && hi <= 4.01 // easier to read without powers
	var ticks []plot.Tick
	for e := int(math.Floor(lo)); e <= int(math.Ceil(hi)); e++ {
		for lead := 1; lead == 1 || every == 1 && lead < 10; lead++ {
			digit := strconv.Itoa(lead)
			t := plot.Tick{Value: float64(lead) * math.Pow(10, float64(e))}
			switch {
			case e%every != 0 || !strings.Contains(leads, digit):
			case plain:
				t.Label = decimal(t.Value, max(0, -e))
			case lead == 1:
				t.Label = power(e)
			default:
				t.Label = digit + "×" + power(e)
			}
			if l := math.Log10(t.Value); l >= lo-1e-9 && l <= hi+1e-9 {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}
