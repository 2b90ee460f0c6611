package figure

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks returns at most about n labelled ticks, but two if there is any
// way, at multiples of 1, 2 or 5 times a power of ten, with unlabelled ones
// between them.
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

// niceStep returns the smallest step of the form 1, 2 or 5 times a power of
// ten that is at least raw, and how many minor steps divide it.
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

// stepTicks returns labelled ticks at the multiples of step inside [min, max]
// and minor−1 unlabelled ones in each gap.
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

// logTicks returns ticks for a log axis with at most about n labels: powers of
// ten when there are three of them, else as many multiples of powers of ten as
// there is room for, and on an axis too short for those the ticks of a linear
// one.
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
	ticks := leading(lo, hi, every, "1")
	for labels(ticks) < 2 && every > 1 {
		every--
		ticks = leading(lo, hi, every, "1")
	}
	return ticks
}

// leadTicks labels the largest set of leading digits that n allows, but two
// ticks if there is any way.
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

// leading returns the multiples of powers of ten between two powers of ten, and
// labels those whose exponent is a multiple of every and whose leading digit is
// in leads. If every is not 1 there is only room for the powers themselves.
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
