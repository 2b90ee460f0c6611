package exact

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Radial is the distance r = |θ| of an isotropic diffusion in Dim dimensions from its centre: Line
// is the same diffusion along one axis (a [OneDim] whose loss depends on r only), and the room at
// distance r, r^{n−1}, divides its scale density and multiplies its speed density.
type Radial struct {
	Line Process
	Dim  int // n ≥ 1
}

// Checker is a [Process] that can tell that its parameters are out of bounds.
type Checker interface{ Check() error }

var (
	_ Process = Radial{}
	_ Checker = Radial{}
)

// Check implements [Checker].
func (p Radial) Check() error {
	if p.Line == nil || p.Dim < 1 {
		return fmt.Errorf("distance of a process %v in %d dimensions, want a process and ≥ 1", p.Line, p.Dim)
	}
	return check(p.Line)
}

// Densities implements [Process]; NaN for r ≤ 0 unless n = 1, and without a process.
func (p Radial) Densities(r float64) (logScale, logSpeed float64) {
	if p.Line == nil || p.Dim < 1 {
		return math.NaN(), math.NaN()
	}
	s, m := p.Line.Densities(r)
	if p.Dim == 1 {
		return s, m
	}
	room := float64(p.Dim-1) * math.Log(r)
	return s - room, m + room
}

// RadialPassage returns the mean time that a radial process takes from one distance to a larger one
// for the first time,
//
//	T(from→to) = ∫_from^to dy s(y) ∫_0^y dz m(z),
//
// with nothing behind the centre. Only ratios of densities are formed, so that neither the room
// r^{n−1} nor a high barrier over- or underflows before T does. Settings.Wall is not used. It
// returns an error unless 0 ≤ from < to < ∞, if the process is nil or does not exist somewhere on
// the way (n < 1, a loss or temperature that is not positive), if the time is beyond what float64
// holds, if refinement does not settle, or if ctx ends.
func RadialPassage(ctx context.Context, p Process, from, to float64, s Settings) (Result, error) {
	fail := func(err error) (Result, error) {
		return Result{}, fmt.Errorf("exact: radial passage from %v to %v: %w", from, to, err)
	}
	if !(from >= 0 && from < to) || math.IsInf(to, 1) {
		return fail(fmt.Errorf("want 0 ≤ from < to < ∞"))
	}
	tolerance, err := s.tolerance()
	if err != nil {
		return fail(err)
	}
	if err := cmp.Or(parallel.Err(ctx), check(p)); err != nil {
		return fail(err)
	}
	size := 0.0 // of the log densities, which for r → 0 is that of r^{n−1}
	for i := range 16 {
		logS, logM := p.Densities(to * float64(i+1) / 16)
		size = math.Max(size, math.Abs(logS)+math.Abs(logM))
	}
	r, err := refine(tolerance, rounding(size), func(panels int) (float64, error) {
		v, err := radialTime(ctx, p, from, to, panels)
		if err == nil && !(v > 0) || math.IsInf(v, 0) {
			err = fmt.Errorf("the process does not exist everywhere on the way, or the time is out of range")
		}
		return v, err
	})
	if err != nil {
		return fail(err)
	}
	return r, nil
}

// radialTime sums over panels the flux I(y) = s(y)∫₀^y m, carried from panel to panel by I(b) =
// (s(b)/s(a))·I(a) + s(b)∫_a^b m.
func radialTime(ctx context.Context, p Process, from, to float64, panels int) (float64, error) {
	x, w := gaussRule()
	flux := func(a, fluxA, logScaleA, b float64) (fluxB, logScaleB float64) {
		logScaleB, _ = p.Densities(b)
		sum := 0.0
		for i := range x {
			_, logSpeed := p.Densities(a + (b-a)*x[i])
			sum += w[i] * (b - a) * math.Exp(logScaleB+logSpeed)
		}
		if fluxA > 0 {
			sum += fluxA * math.Exp(logScaleB-logScaleA)
		}
		return sum, logScaleB
	}
	total, inner, logScale, a := 0.0, 0.0, 0.0, 0.0
	watch := parallel.NewWatch(ctx)
	for k := range panels {
		if watch.Ended() {
			return 0, ctx.Err()
		}
		b := to * float64(k+1) / float64(panels)
		lo := math.Max(a, math.Min(from, b))
		for i := range x {
			if y := lo + (b-lo)*x[i]; b > lo {
				f, _ := flux(a, inner, logScale, y)
				total += w[i] * (b - lo) * f
			}
		}
		inner, logScale = flux(a, inner, logScale, b)
		a = b
	}
	return total, nil
}
