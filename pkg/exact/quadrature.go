package exact

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"gonum.org/v1/gonum/integrate/quad"
)

// Settings sets the accuracy of a quadrature. The zero value works.
type Settings struct {
	// Tolerance is the relative change between a grid and one twice as fine at which refinement
	// stops. 0 means 1e−10.
	Tolerance float64
	// Wall, if not nil, is the position of a reflecting wall behind the start. Without one the
	// process runs free to infinity, where its stationary weight must vanish fast enough to have a
	// finite integral.
	Wall *float64
}

// Result is a number with a bound on its error.
type Result struct {
	Value float64
	Err   float64 // absolute: the change at the last refinement, and rounding
	Grid  int     // panels of the last grid
}

// maxPanels bounds refinement: 2¹⁴ panels of 8 Gauss points resolve a barrier of a thousand T.
const maxPanels = 1 << 14

// order is the number of Gauss–Legendre points per panel.
const order = 8

// gaussRule returns nodes and weights on [0, 1].
func gaussRule() (x, w []float64) {
	x, w = make([]float64, order), make([]float64, order)
	quad.Legendre{}.FixedLocations(x, w, 0, 1)
	return x, w
}

// tolerance returns the one set or the default.
func (s Settings) tolerance() (float64, error) {
	if !(s.Tolerance >= 0 && s.Tolerance < 1) {
		return 0, fmt.Errorf("tolerance = %v, want a value in [0, 1)", s.Tolerance)
	}
	return cmp.Or(s.Tolerance, 1e-10), nil
}

// check returns the error of a process that is nil or says itself that it is out of bounds.
func check(p Process) error {
	if p == nil {
		return fmt.Errorf("no process given")
	}
	if c, ok := p.(Checker); ok {
		return c.Check()
	}
	return nil
}

// rounding returns the relative error of sums of exponentials of log densities as large as the
// given one: an exponent is right to a unit or two of its own last digit.
func rounding(logDensity float64) float64 { return 0x1p-51 * (4 + logDensity) }

// refine doubles the number of panels until integral settles.
func refine(tolerance, rounding float64, integral func(panels int) (float64, error)) (Result, error) {
	last := math.NaN()
	for panels := 32; panels <= maxPanels; panels *= 2 {
		v, err := integral(panels)
		if err != nil {
			return Result{}, err
		}
		if math.Abs(v-last) <= tolerance*math.Abs(v) {
			return Result{Value: v, Err: math.Abs(v-last) + rounding*math.Abs(v), Grid: panels}, nil
		}
		last = v
	}
	return Result{}, fmt.Errorf("not settled to %g with %d panels", tolerance, maxPanels)
}

// MeanFirstPassage returns the mean time that the process takes from one point to another for the
// first time,
//
//	T(from→to) = ∫_from^to dy s(y) ∫_wall^y dz m(z)
//
// for from < to (and mirrored otherwise), by Gauss–Legendre quadrature on grids refined until the
// value settles. The clock is the process's own: t for [LossNoise] and [ConstantNoise], τ for
// [TauNoise]. For a double well, 1/T from the bottom of one well to the bottom of the other is the
// escape rate κ.
//
// It returns an error if the process is nil or refuses itself (see [Checker]), if a bound is not
// finite or the two agree to 1e−9 of their size, if the wall does not lie behind the start, if the
// process does not exist somewhere on the way (a loss that is not positive), if its weight behind
// the start has no finite integral, if the time is beyond what float64 holds, or if refinement does
// not settle, and that of ctx, which is heard between panels of 72 densities.
func MeanFirstPassage(ctx context.Context, p Process, from, to float64, s Settings) (Result, error) {
	q, err := newQuadrature(ctx, p, from, to, s)
	var r Result
	if err == nil {
		r, err = q.refine(q.meanTime)
	}
	if err != nil {
		return Result{}, fmt.Errorf("exact: mean first-passage time from %v to %v: %w", from, to, err)
	}
	return r, nil
}

// Stationary returns the density of the stationary law, m(z)/∫m, at z; Settings gives a wall on
// neither side, so the law must be normalisable. On the t clock of Eq. 13 it is P ∝ L^{−φ} with φ =
// 1 + 1/T (Eq. 18); on the τ clock P̃ ∝ L^{−1/T}. centre is any point inside the bulk of the law,
// and width > 0 its rough scale. Errors are those of [MeanFirstPassage].
func Stationary(ctx context.Context, p Process, centre, width float64, s Settings) (func(z float64) float64, error) {
	below, above, err := sides(ctx, p, centre, width, s)
	if err != nil {
		return nil, fmt.Errorf("exact: stationary law: %w", err)
	}
	_, logRef := p.Densities(centre)
	norm := above.Value*math.Exp(-logRef) + below.Value*math.Exp(-logRef)
	if !(norm > 0) || math.IsInf(norm, 1) {
		return nil, fmt.Errorf("exact: stationary law: weight %v in units of the density at %v, want a finite value > 0", norm, centre)
	}
	return func(z float64) float64 {
		_, m := p.Densities(z)
		return math.Exp(m-logRef) / norm
	}, nil
}

// Odds returns the stationary odds of two basins, the weight of the law above the point between
// over the weight below,
//
//	∫_between^∞ m dz / ∫_−∞^between m dz,
//
// which is κ₁/κ₂, the rate out of the lower basin over that out of the upper one. width > 0 is the
// rough distance to the minima. Settings gives a wall on neither side. Errors are those of
// [MeanFirstPassage], and odds beyond floating point, e^±700 or so: an odds of 0 is never returned.
func Odds(ctx context.Context, p Process, between, width float64, s Settings) (Result, error) {
	below, above, err := sides(ctx, p, between, width, s)
	if err != nil {
		return Result{}, fmt.Errorf("exact: odds: %w", err)
	}
	r := Result{Value: above.Value / below.Value, Grid: max(below.Grid, above.Grid)}
	if !(r.Value > 0) || math.IsInf(r.Value, 1) {
		return Result{}, fmt.Errorf("exact: odds: weights %v below and %v above %v, want a quotient that floating point holds", below.Value, above.Value, between)
	}
	r.Err = r.Value * math.Hypot(below.Err/below.Value, above.Err/above.Value)
	return r, nil
}

// sides returns the stationary weight below and above a point.
func sides(ctx context.Context, p Process, at, width float64, s Settings) (below, above Result, err error) {
	if !(width > 0) || math.IsInf(width, 1) {
		return below, above, fmt.Errorf("width = %v, want a finite value > 0", width)
	}
	weight := func(p Process, from float64) (Result, error) {
		q, err := newQuadrature(ctx, p, from, from+width, Settings{Tolerance: s.Tolerance})
		if err != nil {
			return Result{}, err
		}
		_, q.logSpeedRef = p.Densities(from) // the same for both sides
		q.logScaleRef = 0
		return q.refine(q.tail)
	}
	if below, err = weight(p, at); err == nil {
		above, err = weight(mirror{p}, -at)
	}
	return below, above, err
}

// quadrature integrates one process from one point to a higher one, until ctx ends.
type quadrature struct {
	ctx      context.Context
	p        Process
	from, to float64
	wall     float64 // −Inf without one
	tol      float64
	// The largest log densities seen between from and to are taken out of the integrals, so that
	// neither over- nor underflows.
	logScaleRef, logSpeedRef float64
	rounding                 float64   // see there
	x, w                     []float64 // Gauss–Legendre on [0, 1]
}

func newQuadrature(ctx context.Context, p Process, from, to float64, s Settings) (*quadrature, error) {
	// Closer points leave no digits for the panels between.
	if apart := math.Abs(from - to); !(apart > 1e-9*math.Max(math.Abs(from), math.Abs(to))) || math.IsInf(apart, 0) {
		return nil, fmt.Errorf("want two finite, different points")
	}
	if err := cmp.Or(parallel.Err(ctx), check(p)); err != nil {
		return nil, err
	}
	tolerance, err := s.tolerance()
	if err != nil {
		return nil, err
	}
	q, sign := &quadrature{ctx: ctx, p: p, from: from, to: to, wall: math.Inf(-1), tol: tolerance}, 1.0
	if from > to {
		q.p, q.from, q.to, sign = mirror{p}, -from, -to, -1
	}
	if s.Wall != nil {
		q.wall = sign * *s.Wall
		if !(q.wall <= q.from) {
			return nil, fmt.Errorf("wall at %v, want it behind the start %v", *s.Wall, from)
		}
	}
	q.logScaleRef, q.logSpeedRef = math.Inf(-1), math.Inf(-1)
	const probes = 256 // only to find the size of the densities
	watch := parallel.NewWatch(ctx)
	for i := range probes + 1 {
		if watch.Ended() {
			return nil, ctx.Err()
		}
		z := q.from + (q.to-q.from)*float64(i)/probes
		logS, logM := q.p.Densities(z)
		if math.IsNaN(logS) || math.IsInf(logS, 0) || math.IsNaN(logM) || math.IsInf(logM, 0) {
			return nil, fmt.Errorf("the process does not exist at z = %v: is the loss positive there?", sign*z)
		}
		q.logScaleRef = math.Max(q.logScaleRef, logS)
		q.logSpeedRef = math.Max(q.logSpeedRef, logM)
		q.rounding = math.Max(q.rounding, rounding(math.Abs(logS)+math.Abs(logM)))
	}
	q.x, q.w = gaussRule()
	return q, nil
}

// refine is [refine] with the reference densities put back.
func (q *quadrature) refine(integral func(panels int) (float64, error)) (Result, error) {
	r, err := refine(q.tol, q.rounding, integral)
	unit := math.Exp(q.logScaleRef + q.logSpeedRef)
	r.Value *= unit
	r.Err *= unit
	if err == nil && (!(r.Value > 0) || math.IsInf(r.Value, 1)) {
		return Result{}, fmt.Errorf("%v is beyond what float64 holds, want a finite value > 0", r.Value)
	}
	return r, err
}

func (q *quadrature) scale(z float64) float64 {
	logS, _ := q.p.Densities(z)
	return math.Exp(logS - q.logScaleRef)
}

func (q *quadrature) speed(z float64) float64 {
	_, logM := q.p.Densities(z)
	return math.Exp(logM - q.logSpeedRef)
}

// gauss integrates f over [a, b] on one panel.
func (q *quadrature) gauss(f func(float64) float64, a, b float64) float64 {
	sum := 0.0
	for i, x := range q.x {
		sum += q.w[i] * f(a+(b-a)*x)
	}
	return sum * (b - a)
}

// meanTime is the double integral on a grid of equal panels. The inner integral up to a Gauss point
// is that up to its panel plus a Gauss rule over the rest.
func (q *quadrature) meanTime(panels int) (float64, error) {
	inner, err := q.tail(panels)
	if err != nil {
		return 0, err
	}
	total, step := 0.0, (q.to-q.from)/float64(panels)
	watch := parallel.NewWatch(q.ctx)
	for k := range panels {
		if watch.Ended() {
			return 0, q.ctx.Err()
		}
		a := q.from + float64(k)*step
		for i, x := range q.x {
			y := a + x*step
			total += step * q.w[i] * q.scale(y) * (inner + q.gauss(q.speed, a, y))
		}
		inner += q.gauss(q.speed, a, a+step)
	}
	if math.IsNaN(total) {
		return 0, fmt.Errorf("the process does not exist everywhere between %v and %v", q.from, q.to)
	}
	return total, nil
}

// passage is the scale function from the start to the end.
func (q *quadrature) passage(panels int) (float64, error) { return q.between(q.scale, panels) }

// well is the speed measure behind the end. It begins at the start, as what counts lies there.
func (q *quadrature) well(panels int) (float64, error) {
	behind, err := q.tail(panels)
	if err != nil {
		return 0, err
	}
	inside, err := q.between(q.speed, panels)
	return behind + inside, err
}

// between integrates f from the start to the end.
func (q *quadrature) between(f func(float64) float64, panels int) (float64, error) {
	sum, step := 0.0, (q.to-q.from)/float64(panels)
	watch := parallel.NewWatch(q.ctx)
	for k := range panels {
		if watch.Ended() {
			return 0, q.ctx.Err()
		}
		a := q.from + float64(k)*step
		sum += q.gauss(f, a, a+step)
	}
	return sum, nil
}

// tail is the speed measure behind the start. Panels grow geometrically with the distance, so that
// a power-law tail is followed over many decades.
func (q *quadrature) tail(panels int) (float64, error) {
	sum, z := 0.0, q.from
	width := (q.to - q.from) / float64(panels)
	grow := 1 + 8/float64(panels)
	watch := parallel.NewWatch(q.ctx)
	for quiet := 0; z > q.wall; {
		if watch.Ended() {
			return 0, q.ctx.Err()
		}
		next := math.Max(z-width, q.wall)
		part := q.gauss(q.speed, next, z)
		if math.IsNaN(part) {
			return 0, fmt.Errorf("the process does not exist at z = %v: is the loss positive there?", next)
		}
		sum += part
		z, width = next, width*grow
		// Twenty panels in a row of no weight: with geometric panels no power law that can be
		// integrated hides behind them.
		if part > 1e-16*sum {
			quiet = 0
		} else if quiet++; quiet == 20 {
			return sum, nil
		}
		if math.IsInf(sum, 1) || z < -1e150 {
			return 0, fmt.Errorf("the stationary weight behind the start %v has no finite integral: give a reflecting wall", q.from)
		}
	}
	return sum, nil
}
