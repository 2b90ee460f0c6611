package instanton

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// Rate is the rate of escape over a saddle in the limit of small noise,
//
//	κ = exp(LogFactor − Barrier/ε),  LogFactor = log(λ₊/2π) + ½ log(det Z*/|det Zˢ|) + log(A/A*),
//
// with λ₊ the rate at which the drift leaves the saddle, Z = ∇²S at minimum and saddle, and A the
// amplitude of the stationary density A·exp(−S/ε).
type Rate struct {
	Barrier      exact.Result
	LogFactor    float64
	LogAmplitude float64 // log(A/A*), 0 for a gradient flow with constant isotropic noise
	Err          float64 // of LogFactor: twice what every other point of the path changes
}

// Log returns log κ at a noise strength ε > 0: of SGD and Eq. 13, ε = η/B; NaN for another.
func (r Rate) Log(epsilon float64) float64 {
	if !(epsilon > 0) {
		return math.NaN()
	}
	return r.LogFactor - r.Barrier.Value/epsilon
}

// ErrFocal says that neighbouring extremal paths cross on the way: the tube around the path has no
// width there, and the path is not the least among its neighbours beyond.
var ErrFocal = errors.New("focal point")

// ErrRidge says that the path reaches the ridge away from the saddle and slides along it, where S
// is not smooth. It does so where the drift along the ridge is slower than λ₊, unless symmetry
// forbids.
var ErrRidge = errors.New("the path enters the saddle along the ridge")

// Rate returns the rate at which a diffusion leaves over the saddle at which the path ends (Bouchet
// and Reygner 2016, arXiv 1507.02104; Maier and Stein 1997). With P = A·exp(−S/ε) the order ε⁰ of
// the Fokker–Planck equation along the path dθ/dt = ∂H/∂p is
//
//	d log A/dt = −[½ tr(H_pp Z) + tr H_pθ],  dZ/dt = −[H_θθ + H_pθᵀZ + ZH_pθ + ZH_ppZ],
//
// of which only the part of Z across the path is integrated: along it, Z dθ = dp. Of two paths that
// mirror each other each has this rate. The path is refined until every other point of it gives the
// same factor to 0.5 %, or it has 1,536 pieces.
//
// It returns an error for a path that is nil or does not come from [ToPoint], whose ends are not a
// minimum and a saddle with one way down, if ctx is done, or one that wraps [ErrFocal] or
// [ErrRidge].
func (p *Path) Rate(ctx context.Context) (Rate, error) { return p.rate(ctx, 0) }

// StepRate is [Path.Rate] for SGD with a batch size, per unit of t = ηk, and ε = η/B. That steps
// have a size adds −½B·H_θ·H_p to d log A/dt.
func (p *Path) StepRate(ctx context.Context, batch int) (Rate, error) {
	if batch < 1 {
		return Rate{}, fmt.Errorf("instanton: rate of steps at batch size %d, want ≥ 1", batch)
	}
	return p.rate(ctx, 0.5*float64(batch))
}

// settled is the Err up to which a rate refines its path, and finest the pieces up to which.
const (
	settledRate = 0.01
	finest      = 1536
)

func (p *Path) rate(ctx context.Context, steps float64) (Rate, error) {
	if given.None(ctx) {
		return Rate{}, fmt.Errorf("instanton: rate without a context")
	}
	if p == nil || len(p.Points) < 9 || usable(p.h) != nil {
		return Rate{}, fmt.Errorf("instanton: rate along no path")
	}
	r, err := p.rateHere(ctx, steps)
	for c := (&chain{metric: newMetric(p.h)}); err == nil && r.Err > settledRate && 2*len(p.Points) <= finest; {
		c.set(p.Points, 2*(len(p.Points)-1))
		if _, err = c.minimise(ctx); err == nil {
			p, err = c.finish(p.Barrier)
		}
		if err == nil {
			r, err = p.rateHere(ctx, steps)
		}
	}
	if err != nil {
		return Rate{}, fmt.Errorf("instanton: rate: %w", err)
	}
	return r, nil
}

// rateHere is rate on the points of the path.
func (p *Path) rateHere(ctx context.Context, steps float64) (Rate, error) {
	last := len(p.Points) - 1
	start, err := newLocal(p.h, p.Points[0], p.Arc[last])
	if err == nil {
		err = start.minimum()
	}
	if err != nil {
		return Rate{}, err
	}
	end, err := newLocal(p.h, p.Points[last], p.Arc[last])
	if err != nil {
		return Rate{}, err
	}
	climb, entry, err := end.climb()
	if err != nil {
		return Rate{}, err
	}
	tangents := unitTangents(p)
	if along := math.Abs(floats.Dot(entry, tangents[last])); along < 0.99 {
		return Rate{}, fmt.Errorf("%w: at an angle of %.2g° to the way over it", ErrRidge, 180/math.Pi*math.Acos(along))
	}
	tube, err := newTube(ctx, p, start)
	if err != nil {
		return Rate{}, err
	}
	fine, err := tube.amplitude(1, steps)
	if err != nil {
		return Rate{}, err
	}
	rough, err := tube.amplitude(2, steps)
	if err != nil {
		rough = math.Inf(1)
	}
	return Rate{
		Barrier: p.Barrier, LogAmplitude: fine, Err: 2 * math.Abs(fine-rough),
		LogFactor: math.Log(climb/(2*math.Pi)) + 0.5*(start.logDet()-end.logDet()) + fine,
	}, nil
}

// tube is what the equations need along a path. Up to the middle they are solved for all of Z,
// which forgets where it started and does not mind how the path turns as it leaves the minimum;
// from there only across the path, because along it Z runs off at the saddle.
type tube struct {
	whole, across []slice    // from the first point to the middle, and on to the last but one
	start         *mat.Dense // Z at the minimum
	middle        *mat.Dense // the basis across in the middle
	length        float64
}

// slice is one point of it: dK/dt = −(Q + AᵀK + KA + KPK) for K = Z or the part of it across.
type slice struct {
	arc, speed float64
	a, q, p    *mat.Dense // nil across a path in one dimension
	rest       float64    // d log A/dt but for −½ tr PK and for that of steps
	steps      float64    // H_θ·H_p
}

func newTube(ctx context.Context, path *Path, start *local) (*tube, error) {
	d, last := path.h.Dim(), len(path.Points)-1
	t := &tube{start: mat.DenseCopyOf(start.bend), length: path.Arc[last]}
	tangents := unitTangents(path)
	middle := 2 * (last / 4)
	frame := newFrame(d)
	frame.across(tangents[middle])
	t.middle = basis(frame)
	slope, rise := splineOver(path.Arc, path.Momenta), make([]float64, d)
	for i := 1; i < last; i++ {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("at point %d: %w", i, err)
		}
		c := newCoefficients(path, i)
		if i <= middle {
			t.whole = append(t.whole, c.whole())
		}
		if i < middle {
			continue
		}
		if i > middle {
			frame.turn(tangents[i-1], tangents[i])
		}
		for k, s := range slope {
			rise[k] = s.PredictDerivative(path.Arc[i])
		}
		turn := floats.SubTo(make([]float64, d), tangents[i+1], tangents[i-1])
		floats.Scale(1/(path.Arc[i+1]-path.Arc[i-1]), turn)
		t.across = append(t.across, c.across(basis(frame), tangents[i], rise, turn))
	}
	return t, nil
}

// unitTangents returns those of the splines through the points.
func unitTangents(path *Path) [][]float64 {
	splines := splineOver(path.Arc, path.Points)
	out := make([][]float64, len(path.Points))
	for i := range out {
		out[i] = make([]float64, len(splines))
		for k, s := range splines {
			out[i][k] = s.PredictDerivative(path.Arc[i])
		}
		floats.Scale(1/floats.Norm(out[i], 2), out[i])
	}
	return out
}

// turn takes the basis along by the rotation that takes one unit vector to another.
func (f *frame) turn(from, to []float64) {
	both := floats.AddTo(make([]float64, len(to)), from, to)
	for _, v := range f.basis {
		floats.AddScaled(v, -floats.Dot(v, to)/(1+floats.Dot(from, to)), both)
	}
}

// basis returns the vectors of a frame as columns; nil for none.
func basis(f *frame) *mat.Dense {
	if len(f.basis) == 0 {
		return nil
	}
	n := mat.NewDense(len(f.basis[0]), len(f.basis), nil)
	for k, v := range f.basis {
		n.SetCol(k, v)
	}
	return n
}

// sandwich returns lᵀmr.
func sandwich(l, m, r mat.Matrix) *mat.Dense {
	var out mat.Dense
	out.Product(l.T(), m, r)
	return &out
}

// coefficients are the second derivatives of H at a point of the path: those in θ and mixed ones,
// ∂²H/∂p_i∂θ_j, by central differences.
type coefficients struct {
	xx, px, pp        *mat.Dense
	arc, speed, steps float64
}

func newCoefficients(path *Path, i int) coefficients {
	theta, p := path.Points[i], path.Momenta[i]
	d := len(theta)
	c := coefficients{xx: mat.NewDense(d, d, nil), px: mat.NewDense(d, d, nil), arc: path.Arc[i]}
	force, speed, hess := make([]float64, d), make([]float64, d), mat.NewSymDense(d, nil)
	at, step := append([]float64(nil), theta...), 1e-4*path.Arc[len(path.Arc)-1]
	for j := range d {
		for _, sign := range []float64{1, -1} {
			at[j] = theta[j] + sign*step
			path.h.Log(speed, hess, at, p)
			path.h.Slope(force, at, p)
			for i := range d {
				c.px.Set(i, j, c.px.At(i, j)+sign*speed[i]/(2*step))
				c.xx.Set(i, j, c.xx.At(i, j)+sign*force[i]/(2*step))
			}
		}
		at[j] = theta[j]
	}
	path.h.Log(speed, hess, theta, p)
	path.h.Slope(force, theta, p)
	c.pp, c.speed, c.steps = mat.DenseCopyOf(hess), floats.Norm(speed, 2), floats.Dot(force, speed)
	return c
}

func (c coefficients) whole() slice {
	return slice{arc: c.arc, speed: c.speed, a: c.px, q: c.xx, p: c.pp, rest: -mat.Trace(c.px), steps: c.steps}
}

// across restricts the equations to the basis n across the tangent t, given dp/ds and dt/ds: there
// Z = t zᵀt tᵀ + t mᵀNᵀ + N m tᵀ + N K Nᵀ with m = Nᵀ dp/ds.
func (c coefficients) across(n *mat.Dense, tangent, rise, turn []float64) slice {
	d := len(tangent)
	column := func(v []float64) *mat.Dense { return mat.NewDense(d, 1, append([]float64(nil), v...)) }
	t := column(tangent)
	along := sandwich(t, c.pp, t).At(0, 0)
	s := slice{arc: c.arc, speed: c.speed, steps: c.steps}
	s.rest = -mat.Trace(c.px) - 0.5*along*floats.Dot(tangent, rise)
	if n == nil {
		return s
	}
	var m, bend, am, wm, mm mat.Dense
	m.Mul(n.T(), column(rise))
	bend.Mul(n.T(), column(turn))
	cross := sandwich(n, c.pp, t)
	s.rest -= mat.Dot(cross.ColView(0), m.ColView(0))
	am.Mul(cross, m.T())
	s.a = sandwich(n, c.px, n)
	s.a.Add(s.a, &am)
	s.p = sandwich(n, c.pp, n)
	// Q = NᵀH_θθN + w mᵀ + m wᵀ + m mᵀ tᵀH_ppt, with w = NᵀH_pθᵀt + Nᵀdt/dt.
	w := sandwich(n, c.px.T(), t)
	bend.Scale(s.speed, &bend)
	w.Add(w, &bend)
	wm.Mul(w, m.T())
	mm.Mul(&m, m.T())
	mm.Scale(along, &mm)
	s.q = sandwich(n, c.xx, n)
	s.q.Add(s.q, &wm)
	s.q.Add(s.q, wm.T())
	s.q.Add(s.q, &mm)
	return s
}

func eye(n int) *mat.DiagDense {
	one := make([]float64, n)
	floats.AddConst(1, one)
	return mat.NewDiagDense(n, one)
}

// amplitude returns log(A/A*) at the end, from every stride-th point.
func (t *tube) amplitude(stride int, steps float64) (float64, error) {
	var arc, growth []float64 // d log A/ds
	enter := func(s slice, k *mat.Dense) {
		rate := s.rest - steps*s.steps
		if s.p != nil {
			rate -= 0.5 * mat.Trace(sandwich(s.p.T(), k, eye(k.RawMatrix().Rows)))
		}
		arc, growth = append(arc, s.arc), append(growth, rate/s.speed)
	}
	var k *mat.Dense
	var err error
	for i := stride - 1; i < len(t.whole) && err == nil; i += stride {
		if i < departing*stride {
			k, err = t.depart(t.whole[i])
		} else {
			k, err = advance(k, t.whole[i-stride], t.whole[i])
		}
		if err == nil {
			enter(t.whole[i], k)
		}
	}
	if err == nil && t.middle != nil {
		k = sandwich(t.middle, k, t.middle)
	}
	for i := stride; i < len(t.across) && err == nil; i += stride {
		if t.middle != nil {
			k, err = advance(k, t.across[i-stride], t.across[i])
		}
		if err == nil {
			enter(t.across[i], k)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("%w beyond arc length %.4g", err, floats.Max(append(arc, 0)))
	}
	return toEnds(arc, growth, t.length), nil
}

// toEnds integrates what is smooth up to both ends, where it is 0/0, by the trapezoidal rule with
// straight lines at the ends.
func toEnds(arc, growth []float64, length float64) float64 {
	line := func(at float64, i, j int) float64 {
		return growth[i] + (at-arc[i])*(growth[j]-growth[i])/(arc[j]-arc[i])
	}
	n := len(arc)
	x, y := append([]float64{0}, arc...), append([]float64{line(0, 0, 1)}, growth...)
	return integrate.Trapezoidal(append(x, length), append(y, line(length, n-1, n-2)))
}

// departing is at how many points Z is taken as linear in the arc length: from there on the speed
// grows by no more than a quarter from one point to the next.
const departing = 4

// depart returns Z at one of the first points: the solution that leaves the minimum on a straight
// line, by one implicit step in s, that is at rest with the rate v/s added to what draws it to its
// start.
func (t *tube) depart(s slice) (*mat.Dense, error) {
	rate := s.speed / s.arc
	pulled := slice{speed: 1, p: s.p, a: new(mat.Dense), q: new(mat.Dense)}
	pulled.a.Scale(0.5*rate, eye(t.start.RawMatrix().Rows))
	pulled.a.Add(s.a, pulled.a)
	pulled.q.Scale(-rate, t.start)
	pulled.q.Add(pulled.q, s.q)
	still := pulled
	pulled.arc = 0.5 / rate
	k := t.start
	for range 60 { // to e^−30 in units of the slower rate
		var err error
		if k, err = advance(k, still, pulled); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// advance takes K from one point to the next by the linear equations for K = VU⁻¹,
//
//	dU/dt = AU + PV,  dV/dt = −QU − AᵀV,
//
// with the mean of the coefficients: exact for constant ones. U loses rank at a focal point.
func advance(k *mat.Dense, from, to slice) (*mat.Dense, error) {
	n, _ := k.Dims()
	dt := to.arc - from.arc
	if ratio := to.speed/from.speed - 1; math.Abs(ratio) > 1e-6 { // ∫ds/v for a speed linear in s
		dt *= math.Log1p(ratio) / (ratio * from.speed)
	} else {
		dt /= from.speed
	}
	joint := mat.NewDense(2*n, 2*n, nil)
	for i := range n {
		for j := range n {
			a, b := 0.5*(from.a.At(i, j)+to.a.At(i, j)), 0.5*(from.a.At(j, i)+to.a.At(j, i))
			joint.Set(i, j, dt*a)
			joint.Set(n+i, n+j, -dt*b)
			joint.Set(i, n+j, dt*0.5*(from.p.At(i, j)+to.p.At(i, j)))
			joint.Set(n+i, j, -dt*0.5*(from.q.At(i, j)+to.q.At(i, j)))
		}
	}
	var flow, uv, next mat.Dense
	flow.Exp(joint)
	both := mat.NewDense(2*n, n, nil)
	both.Stack(eye(n), k)
	uv.Mul(&flow, both)
	u, v := uv.Slice(0, n, 0, n), uv.Slice(n, 2*n, 0, n)
	var lu mat.LU
	lu.Factorize(u)
	if _, sign := lu.LogDet(); !(sign > 0) {
		return nil, ErrFocal
	}
	var inverse mat.Dense
	if err := inverse.Inverse(u); err != nil {
		return nil, ErrFocal
	}
	next.Mul(v, &inverse)
	for i := range n { // rounding must not grow skew
		for j := range i {
			mean := 0.5 * (next.At(i, j) + next.At(j, i))
			next.Set(i, j, mean)
			next.Set(j, i, mean)
		}
	}
	return &next, nil
}
