package instanton

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// Shot tunes [Shoot]. Its zero value, with a Length, works.
type Shot struct {
	// Length is the arc length after which the shot ends.
	Length float64
	// Until ends it before, at the first point where it is true, if it is given.
	Until func(theta []float64) bool
	// Steps is the number of steps of equal length. 0 means 2,000.
	Steps int
}

// Shoot follows one extremal path by Hamilton's equations, dθ/dt = ∂H/∂p, dp/dt = −∂H/∂θ, in arc
// length by the method of Runge and Kutta, from a point so close to the minimum that S is quadratic
// between the two: what it is off by is the cube of their distance. It owes nothing to [ToPoint]
// and [Solve], and so tests them: of all paths that reach a level, that where S is least is the
// exit; of those that reach the ridge, that where S is least ends at the saddle.
//
// Barrier is S at the end of the path; its Err is what twice the steps change. It returns an error
// for a Hamiltonian, points or settings out of bounds, a minimum that is not one, if ctx is done,
// and if the path leaves the domain of H or comes to rest.
func Shoot(ctx context.Context, h Hamiltonian, minimum, start []float64, s Shot) (*Path, error) {
	p, err := shoot(ctx, h, minimum, start, s)
	if err != nil {
		return nil, fmt.Errorf("instanton: shot: %w", err)
	}
	return p, nil
}

func shoot(ctx context.Context, h Hamiltonian, minimum, start []float64, s Shot) (*Path, error) {
	s.Steps = cmp.Or(s.Steps, 2000)
	if err := usable(h); err != nil {
		return nil, err
	}
	switch {
	case given.None(ctx):
		return nil, fmt.Errorf("without a context")
	case !(s.Length > 0) || s.Length > 1e100:
		return nil, fmt.Errorf("length %v, want a finite value > 0", s.Length)
	case s.Steps < 10 || s.Steps > 1e6:
		return nil, fmt.Errorf("%d steps, want 10 to 10⁶", s.Steps)
	}
	for name, at := range map[string][]float64{"minimum": minimum, "start": start} {
		if err := finitePoint(name, at, h.Dim()); err != nil {
			return nil, err
		}
	}
	if floats.Equal(minimum, start) {
		return nil, fmt.Errorf("from the minimum %v itself", minimum)
	}
	l, err := newLocal(h, minimum, math.Min(s.Length, 10*floats.Distance(minimum, start, 2)))
	if err == nil {
		err = l.minimum()
	}
	if err != nil {
		return nil, err
	}
	f := newFlight(h, l, minimum, start)
	rough, err := f.fly(ctx, s, s.Steps)
	if err != nil {
		return nil, err
	}
	path, err := f.fly(ctx, s, 2*s.Steps)
	if err != nil {
		return nil, err
	}
	value := path.Action[len(path.Action)-1]
	path.Barrier = exact.Result{Value: value, Err: math.Abs(value - rough.Action[len(rough.Action)-1]), Grid: 2 * s.Steps}
	return path, nil
}

// flight is the state θ, p, S of Hamilton's equations, in one slice.
type flight struct {
	h           Hamiltonian
	n           int
	first       []float64
	grad, slope []float64
	hess        *mat.SymDense
}

func newFlight(h Hamiltonian, l *local, minimum, start []float64) *flight {
	n := h.Dim()
	f := &flight{h: h, n: n, first: make([]float64, 2*n+1), grad: make([]float64, n), slope: make([]float64, n), hess: mat.NewSymDense(n, nil)}
	delta := floats.SubTo(make([]float64, n), start, minimum)
	copy(f.first, start)
	mat.NewVecDense(n, f.first[n:2*n]).MulVec(l.bend, mat.NewVecDense(n, delta))
	f.first[2*n] = l.rise(delta)
	// The quadratic leaves an H of the order of the distance cubed, which the path would keep.
	p := f.first[n : 2*n]
	for range 5 {
		v := h.Log(f.grad, f.hess, start, p)
		if along := floats.Dot(f.grad, p); along != 0 && !math.IsInf(v, 0) {
			floats.Scale(1-v/along, p)
		}
	}
	return f
}

// rates stores the derivatives in arc length and returns the speed; 0 where there are none.
func (f *flight) rates(dst, x []float64) float64 {
	n := f.n
	v := f.h.Log(f.grad, f.hess, x[:n], x[n:2*n])
	speed := floats.Norm(f.grad, 2)
	if math.IsInf(v, 0) || !(speed > 0) || math.IsInf(speed, 1) {
		return 0
	}
	f.h.Slope(f.slope, x[:n], x[n:2*n])
	floats.ScaleTo(dst[:n], 1/speed, f.grad)
	floats.ScaleTo(dst[n:2*n], -1/speed, f.slope)
	dst[2*n] = floats.Dot(x[n:2*n], f.grad) / speed
	return speed
}

// step takes x to dst by the classical method of order four.
func (f *flight) step(dst, x []float64, ds float64) bool {
	k, at := make([]float64, len(x)), make([]float64, len(x))
	copy(dst, x)
	copy(at, x)
	for i, w := range [4]float64{1. / 6, 1. / 3, 1. / 3, 1. / 6} {
		if f.rates(k, at) == 0 {
			return false
		}
		floats.AddScaled(dst, w*ds, k)
		if i < 3 {
			floats.AddScaledTo(at, x, ds*[3]float64{0.5, 0.5, 1}[i], k)
		}
	}
	return !floats.HasNaN(dst)
}

func (f *flight) fly(ctx context.Context, s Shot, steps int) (*Path, error) {
	n, ds := f.n, s.Length/float64(steps)
	path, x, next := &Path{h: f.h}, append([]float64(nil), f.first...), make([]float64, 2*n+1)
	enter := func(x []float64, arc float64) {
		path.Speed = append(path.Speed, f.rates(make([]float64, len(x)), x))
		path.Points, path.Momenta = append(path.Points, append([]float64(nil), x[:n]...)), append(path.Momenta, append([]float64(nil), x[n:2*n]...))
		path.Action, path.Arc = append(path.Action, x[2*n]), append(path.Arc, arc)
	}
	enter(x, 0)
	for i := range steps {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if !f.step(next, x, ds) {
			return nil, fmt.Errorf("the path comes to rest or leaves the domain of H at θ = %.4g", x[:n])
		}
		if s.Until == nil || !s.Until(next[:n]) {
			x, next = next, x
			enter(x, ds*float64(i+1))
			continue
		}
		lo, hi := 0.0, ds
		for hi-lo > 1e-12*ds {
			mid := 0.5 * (lo + hi)
			if f.step(next, x, mid) && !s.Until(next[:n]) {
				lo = mid
			} else {
				hi = mid
			}
		}
		f.step(next, x, hi)
		enter(next, ds*float64(i)+hi)
		break
	}
	return path, nil
}

// CheapestShot returns the extremal path of least action in the plane among those of [Shoot] that
// reach Until: the shots start at a small distance from the minimum in directions within width of an
// angle, closer and closer around the best, to 1e−8. It returns an error for a radius or width that
// is not finite and > 0, without Until, where no shot arrives, and those of Shoot for H, the minimum
// and the settings.
func CheapestShot(ctx context.Context, h Hamiltonian, minimum []float64, radius, angle, width float64, s Shot) (*Path, error) {
	if !(radius > 0 && radius < 1e100 && width > 0 && width < 100) || math.IsNaN(angle) || math.Abs(angle) > 100 || s.Until == nil || len(minimum) != 2 {
		return nil, fmt.Errorf("instanton: shots from a distance %v within %v of the angle %v, of %d coordinates, want finite values > 0, the plane, and where they end", radius, width, angle, len(minimum))
	}
	var best *Path
	var failed error
	for ; width > 1e-8; width /= 4 {
		center := angle
		for _, at := range floats.Span(make([]float64, 17), center-width, center+width) {
			start := []float64{minimum[0] + radius*math.Cos(at), minimum[1] + radius*math.Sin(at)}
			p, err := Shoot(ctx, h, minimum, start, s)
			switch {
			case err != nil && (given.None(ctx) || ctx.Err() != nil || usable(h) != nil):
				return nil, err
			case err != nil:
				failed = err
			case s.Until(p.Exit()) && (best == nil || p.Barrier.Value < best.Barrier.Value):
				best, angle = p, at
			}
		}
		if best == nil {
			return nil, cmp.Or(failed, fmt.Errorf("instanton: none of the shots within %v of the angle %v arrives", width, angle))
		}
	}
	return best, nil
}
