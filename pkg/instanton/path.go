package instanton

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/interp"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Settings tunes [ToPoint] and [ToLevel]. The zero value works.
type Settings struct {
	// Guess is a path to start from. nil means several: the straight line and lines bowed to either
	// side, of which the cheapest wins. The minimum found is a local one.
	Guess [][]float64
	// Tolerance is the error relative to the barrier at which refinement stops. 0 means 1e−4.
	Tolerance float64
	// Points bounds the pieces of the path. 0 means 2048.
	Points int
}

// Path is a path of least action, at points equally spaced in arc length.
type Path struct {
	Points  [][]float64
	Momenta [][]float64 // p = ∇S at the points; 0 at the ends where nothing moves
	Action  []float64   // S at the points, from 0
	Arc     []float64   // arc length
	Speed   []float64   // |∂H/∂p| = |dθ/dt| at the points
	// Barrier is ΔS, extrapolated in the number of pieces; Err is what the last extrapolation
	// changed and how far it went beyond the finest path.
	Barrier exact.Result
	h       Hamiltonian
}

// Exit returns the last point.
func (p *Path) Exit() []float64 {
	if p == nil || len(p.Points) == 0 {
		return nil
	}
	return append([]float64(nil), p.Points[len(p.Points)-1]...)
}

// ToPoint returns the path of least action between two points, a minimum and a saddle as a rule:
// the geometric minimum action method of Heymann and Vanden-Eijnden (2008), S = min ∫ F(θ, dθ),
// with the points kept equally spaced and moved across the path by Newton's method (the action
// couples neighbours only), on finer and finer paths.
//
// It returns an error for a Hamiltonian that is nil or refuses itself, points or settings out of
// bounds, if ctx is done, if refinement does not settle, and one that wraps [ErrNotConvex],
// [ErrUnbounded] or [ErrNoPath].
func ToPoint(ctx context.Context, h Hamiltonian, from, to []float64, s Settings) (*Path, error) {
	p, err := toPoint(ctx, h, from, to, s)
	if err != nil {
		return nil, fmt.Errorf("instanton: path to a point: %w", err)
	}
	return p, nil
}

func toPoint(ctx context.Context, h Hamiltonian, from, to []float64, s Settings) (*Path, error) {
	if err := s.complete(ctx, h, from); err != nil {
		return nil, err
	}
	if err := finitePoint("end", to, h.Dim()); err != nil {
		return nil, err
	}
	if floats.Equal(from, to) {
		return nil, fmt.Errorf("from %v to itself", from)
	}
	guesses := [][][]float64{s.Guess}
	if s.Guess == nil {
		guesses = bowed(from, to)
	}
	return cheapest(ctx, &chain{metric: newMetric(h)}, guesses, s)
}

// ToLevel returns the path of least action from a point to where a landscape, the loss as a rule,
// first reaches a level; the exit is where that costs least. The guess, if there is one, ends at
// the level to 1e−6 of it; otherwise lines along both senses of every axis are tried. Errors are
// those of [ToPoint], and one for a level that is not above that of the start or is never reached.
func ToLevel(ctx context.Context, h Hamiltonian, from []float64, l landscape.Landscape, level float64, s Settings) (*Path, error) {
	p, err := toLevel(ctx, h, from, l, level, s)
	if err != nil {
		return nil, fmt.Errorf("instanton: path to level %v: %w", level, err)
	}
	return p, nil
}

func toLevel(ctx context.Context, h Hamiltonian, from []float64, l landscape.Landscape, level float64, s Settings) (*Path, error) {
	if err := s.complete(ctx, h, from); err != nil {
		return nil, err
	}
	if err := landscape.CheckPoint(l, "start", from); err != nil {
		return nil, err
	}
	c := &chain{metric: newMetric(h), level: &levelSet{l, level, make([]float64, len(from))}}
	if start := l.LossGrad(nil, from); !(level > start) || math.IsInf(level, 1) {
		return nil, fmt.Errorf("from a loss of %v, want one below the level", start)
	}
	guesses := [][][]float64{s.Guess}
	if s.Guess == nil {
		if guesses = c.level.rays(from); len(guesses) == 0 {
			return nil, fmt.Errorf("%w: along no axis is the level reached", ErrNoPath)
		}
	} else if end := l.LossGrad(nil, s.Guess[len(s.Guess)-1]); !(math.Abs(end-level) <= 1e-6*math.Abs(level)) {
		return nil, fmt.Errorf("a guess that ends at a loss of %v", end)
	}
	return cheapest(ctx, c, guesses, s)
}

func (s *Settings) complete(ctx context.Context, h Hamiltonian, from []float64) error {
	s.Tolerance, s.Points = cmp.Or(s.Tolerance, 1e-4), cmp.Or(s.Points, 2048)
	if err := usable(h); err != nil {
		return err
	}
	switch {
	case given.None(ctx):
		return fmt.Errorf("without a context")
	case !(s.Tolerance > 0 && s.Tolerance < 1):
		return fmt.Errorf("tolerance = %v, want a value in (0, 1)", s.Tolerance)
	case s.Points < 4*coarse || s.Points > 1<<14:
		return fmt.Errorf("up to %d pieces, want %d to %d", s.Points, 4*coarse, 1<<14)
	case s.Guess != nil && len(s.Guess) < 2:
		return fmt.Errorf("a guess of %d points, want ≥ 2", len(s.Guess))
	}
	for i, at := range s.Guess {
		if err := finitePoint(fmt.Sprintf("point %d of the guess", i), at, h.Dim()); err != nil {
			return err
		}
	}
	return finitePoint("start", from, h.Dim())
}

// coarse is the number of pieces on which the guesses compete: enough to tell a detour from the
// straight line.
const coarse = 24

// bowed returns the straight line and lines bowed to both sides across it along up to three axes,
// by a quarter and by all of the distance: flat and far detours are different minima of the action.
func bowed(from, to []float64) [][][]float64 {
	line := func(bow []float64) [][]float64 {
		path := make([][]float64, coarse+1)
		for i := range path {
			way := float64(i) / coarse
			path[i] = make([]float64, len(from))
			floats.AddScaledTo(path[i], from, way, floats.SubTo(make([]float64, len(from)), to, from))
			if bow != nil {
				floats.AddScaled(path[i], math.Sin(math.Pi*way), bow)
			}
		}
		return path
	}
	paths := [][][]float64{line(nil)}
	span := floats.SubTo(make([]float64, len(from)), to, from)
	frame := newFrame(len(from))
	frame.across(span)
	for k := range min(len(from)-1, 3) {
		for _, size := range []float64{0.25, -0.25, 1, -1} {
			bow := append([]float64(nil), frame.basis[k]...)
			floats.Scale(size*floats.Norm(span, 2), bow)
			paths = append(paths, line(bow))
		}
	}
	return paths
}

// levelSet is where a landscape has a value.
type levelSet struct {
	l     landscape.Landscape
	value float64
	grad  []float64
}

// rays returns straight lines to the level along both senses of each axis, a little askew, so that
// symmetry does not hold a path where it is not the cheapest.
func (s *levelSet) rays(from []float64) [][][]float64 {
	var paths [][][]float64
	for k := range from {
		for _, sense := range []float64{1, -1} {
			ray := make([]float64, len(from))
			for i := range ray {
				ray[i] = 0.05 / float64(1+i+k)
			}
			ray[k] = sense
			at := make([]float64, len(from))
			reached := func(t float64) bool {
				return s.l.LossGrad(nil, floats.AddScaledTo(at, from, t, ray)) >= s.value
			}
			far := 1e-3
			for ; far < 1e6 && !reached(far); far *= 1.5 {
			}
			if far >= 1e6 {
				continue
			}
			for lo := 0.0; far-lo > 1e-12*far; {
				if mid := 0.5 * (lo + far); reached(mid) {
					far = mid
				} else {
					lo = mid
				}
			}
			path := make([][]float64, coarse+1)
			for i := range path {
				path[i] = floats.AddScaledTo(make([]float64, len(from)), from, far*float64(i)/coarse, ray)
			}
			paths = append(paths, path)
		}
	}
	return paths
}

// project moves a point to the level along a direction, by Newton's method; false if it cannot.
func (s *levelSet) project(at, direction []float64) bool {
	for range 50 {
		off := s.value - s.l.LossGrad(s.grad, at)
		rise := floats.Dot(s.grad, direction)
		if !(math.Abs(off) > 1e-13*math.Abs(s.value)) {
			return off == off
		}
		if rise == 0 {
			return false
		}
		floats.AddScaled(at, off/rise, direction)
	}
	return true
}

// cheapest lets the guesses compete on a coarse path and refines the winner.
func cheapest(ctx context.Context, c *chain, guesses [][][]float64, s Settings) (*Path, error) {
	var best [][]float64
	least := math.Inf(1)
	var failed error
	for _, guess := range guesses {
		c.set(straightened(guess), coarse)
		v, err := c.minimise(ctx)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("at a guess: %w", ctx.Err())
		}
		if err != nil && failed == nil {
			failed = err
		}
		if err == nil && v < least*(1-1e-9) {
			least, best = v, clonePoints(c.x)
		}
	}
	if best == nil {
		return nil, cmp.Or(failed, error(ErrNoPath))
	}
	c.set(best, coarse)
	var values []float64
	for pieces := 2 * coarse; ; pieces *= 2 {
		c.set(c.x, pieces)
		v, err := c.minimise(ctx)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
		n := len(values)
		if n < 3 {
			continue
		}
		// The midpoint rule is of second order, but for the ends, where F has a corner.
		extra := func(k int) float64 { return values[k] + (values[k]-values[k-1])/3 }
		value, err1, err2 := extra(n-1), math.Abs(extra(n-1)-extra(n-2)), math.Abs(extra(n-1)-values[n-1])
		bound := err1 + 0.1*err2 + 1e-9*math.Abs(value)
		if bound <= s.Tolerance*math.Abs(value) || value <= 1e-12 {
			return c.finish(exact.Result{Value: value, Err: bound, Grid: pieces})
		}
		if 2*pieces > s.Points {
			return nil, fmt.Errorf("not settled to %g with %d pieces: ΔS = %g, error %g", s.Tolerance, pieces, value, bound)
		}
	}
}

func clonePoints(x [][]float64) [][]float64 {
	y := make([][]float64, len(x))
	for i := range x {
		y[i] = append([]float64(nil), x[i]...)
	}
	return y
}

// frame holds an orthonormal basis across a direction.
type frame struct{ basis [][]float64 }

func newFrame(n int) *frame {
	f := &frame{basis: make([][]float64, n-1)}
	for i := range f.basis {
		f.basis[i] = make([]float64, n)
	}
	return f
}

// across sets the basis to the columns, but the first, of the reflection that takes the first axis
// to the direction.
func (f *frame) across(direction []float64) {
	n := len(direction)
	v := append([]float64(nil), direction...)
	floats.Scale(1/floats.Norm(v, 2), v)
	sign := math.Copysign(1, v[0])
	v[0] += sign
	square := floats.Dot(v, v)
	for k := range f.basis {
		for i := range n {
			f.basis[k][i] = -2 * v[i] * v[k+1] / square
		}
		f.basis[k][k+1]++
	}
}

// resample returns the path through points with so many equal pieces, by cubic splines in the
// length of the chords; points that are equally spaced already stay where they are.
func resample(x [][]float64, pieces int) [][]float64 {
	splines, arc := spline(x)
	y := make([][]float64, pieces+1)
	for i := range y {
		y[i] = make([]float64, len(x[0]))
		for k, s := range splines {
			y[i][k] = s.Predict(arc[len(arc)-1] * float64(i) / float64(pieces))
		}
	}
	copy(y[0], x[0])
	copy(y[pieces], x[len(x)-1])
	return y
}

// straightened returns points equally spaced on the straight lines between those of a guess, whose
// corners a spline would swing around.
func straightened(x [][]float64) [][]float64 {
	arc := make([]float64, len(x))
	for i := 1; i < len(x); i++ {
		arc[i] = arc[i-1] + floats.Distance(x[i], x[i-1], 2)
	}
	y := make([][]float64, coarse+1)
	for i, k := 0, 0; i <= coarse; i++ {
		at := arc[len(arc)-1] * float64(i) / coarse
		for k < len(x)-2 && arc[k+1] < at {
			k++
		}
		way := 0.0
		if arc[k+1] > arc[k] {
			way = math.Min((at-arc[k])/(arc[k+1]-arc[k]), 1)
		}
		y[i] = make([]float64, len(x[0]))
		floats.AddScaledTo(y[i], x[k], way, floats.SubTo(make([]float64, len(x[0])), x[k+1], x[k]))
	}
	copy(y[coarse], x[len(x)-1])
	return y
}

// curve is what a spline can do.
type curve interface {
	Predict(float64) float64
	PredictDerivative(float64) float64
	Fit(xs, ys []float64) error
}

// spline returns a spline in each coordinate over the length of the chords.
func spline(x [][]float64) (splines []curve, arc []float64) {
	arc = make([]float64, len(x))
	for i := 1; i < len(x); i++ {
		arc[i] = arc[i-1] + math.Max(floats.Distance(x[i], x[i-1], 2), 1e-300)
	}
	return splineOver(arc, x), arc
}

func splineOver(arc []float64, x [][]float64) []curve {
	splines, y := make([]curve, len(x[0])), make([]float64, len(x))
	for k := range splines {
		for i := range x {
			y[i] = x[i][k]
		}
		splines[k] = new(interp.NotAKnotCubic)
		if len(x) < 4 {
			splines[k] = new(interp.AkimaSpline)
		}
		if err := splines[k].Fit(arc, y); err != nil { // too close together, or too few
			linear := new(interp.FritschButland)
			_ = linear.Fit(arc, y)
			splines[k] = linear
		}
	}
	return splines
}

// chain is a path in pieces.
type chain struct {
	*metric
	level *levelSet   // that the end is free to move on; nil if it is fixed
	x, p  [][]float64 // points, and the momentum of each piece
}

func (c *chain) set(x [][]float64, pieces int) {
	c.x = resample(x, pieces)
	c.p = make([][]float64, pieces)
	for i := range c.p {
		c.p[i] = make([]float64, len(x[0]))
	}
	c.err = nil
}

// piece returns F of one piece, by the midpoint rule, and adds its derivatives to those of its
// ends.
func (c *chain) piece(p, from, to, dFrom, dTo []float64) float64 {
	n := len(p)
	mid, v := make([]float64, 2*n), make([]float64, n)
	mid, slope := mid[:n], mid[n:]
	for i := range n {
		mid[i], v[i] = 0.5*(from[i]+to[i]), to[i]-from[i]
	}
	value, lambda := c.momentum(p, mid, v)
	if lambda > 0 {
		c.h.Slope(slope, mid, p)
		floats.Scale(-0.5/lambda, slope)
	}
	for i := range n {
		dFrom[i] += slope[i] - p[i]
		dTo[i] += slope[i] + p[i]
	}
	return value
}

// action returns Σ F.
func (c *chain) action() float64 {
	sum, scratch := 0.0, make([]float64, len(c.x[0]))
	for i, p := range c.p {
		sum += c.piece(p, c.x[i], c.x[i+1], scratch, scratch)
	}
	return sum
}

// minimise moves the points across the path until the action is least, and returns it.
func (c *chain) minimise(ctx context.Context) (float64, error) {
	pieces := len(c.p)
	last := c.action()
	if c.err != nil {
		return 0, c.err
	}
	if len(c.x[0]) == 1 {
		return last, nil
	}
	length := func() float64 {
		sum := 0.0
		for i := range c.p {
			sum += floats.Distance(c.x[i], c.x[i+1], 2)
		}
		return sum
	}
	for range 200 {
		if err := ctx.Err(); err != nil {
			return 0, fmt.Errorf("at %d pieces: %w", pieces, err)
		}
		moved := c.newton(last, 0.1*length())
		if c.err != nil {
			return 0, c.err
		}
		c.x = resample(c.x, pieces)
		now := c.action()
		if c.err != nil {
			return 0, c.err
		}
		settled := math.Abs(now-last) <= 1e-9*math.Abs(now)
		last = now
		if moved < 1e-5*length() && settled || moved < 1e-9*length() {
			return now, nil
		}
	}
	// A path that wanders along a valley of equal actions has its action nonetheless.
	return last, nil
}

// newton takes one step across the path, no longer than most, and returns the size of it.
func (c *chain) newton(now, most float64) float64 {
	g := newNormal(c)
	for damping := 0.0; ; damping = math.Max(10*damping, 1e-4*g.scale()) {
		if damping > 1e12*g.scale() || c.err != nil {
			return 0
		}
		u, gain, ok := g.solve(damping)
		if !ok {
			continue
		}
		size := 0.0
		for _, v := range u {
			size = math.Max(size, math.Abs(v))
		}
		shrink := math.Min(1, most/size)
		old := clonePoints(c.x)
		if !g.move(u, shrink) {
			c.x = old
			continue
		}
		if next := c.action(); c.err == nil && next <= now-1e-4*shrink*gain+1e-12*math.Abs(now) {
			return shrink * size
		}
		c.x, c.err = old, nil
		for _, p := range c.p {
			clear(p)
		}
	}
}

// normal is the action as a quadratic in the displacements across the path.
type normal struct {
	c      *chain
	frames []*frame
	n      int // directions across
	free   int // points that move
	slope  []float64
	bend   *mat.SymBandDense
	up     []float64 // ∇L at the end, for a free one
}

func newNormal(c *chain) *normal {
	d, pieces := len(c.x[0]), len(c.p)
	g := &normal{c: c, n: d - 1, free: pieces - 1}
	if c.level != nil {
		g.free++
		g.up = make([]float64, d)
		c.level.l.LossGrad(g.up, c.x[pieces])
	}
	for i := 1; i <= g.free; i++ {
		f, t := newFrame(d), make([]float64, d)
		if i == pieces {
			copy(t, g.up)
		} else {
			floats.SubTo(t, c.x[i+1], c.x[i-1])
		}
		f.across(t)
		g.frames = append(g.frames, f)
	}
	g.slope = make([]float64, g.free*g.n)
	g.bend = mat.NewSymBandDense(g.free*g.n, min(2*g.n-1, g.free*g.n-1), nil)
	for i := range pieces {
		g.add(i)
	}
	return g
}

// at stores the point i displaced across the path, and returns false where a level is out of reach.
func (g *normal) at(dst []float64, i int, u []float64) bool {
	copy(dst, g.c.x[i])
	if i == 0 || i > g.free {
		return true
	}
	for k, v := range u {
		floats.AddScaled(dst, v, g.frames[i-1].basis[k])
	}
	return i < len(g.c.p) || g.c.level.project(dst, g.up)
}

// reduce stores the derivatives of a piece in displacements of its end i, given those in its
// coordinates.
func (g *normal) reduce(dst []float64, i int, at, force []float64) {
	if i == 0 || i > g.free {
		clear(dst)
		return
	}
	for k := range dst {
		dst[k] = floats.Dot(g.frames[i-1].basis[k], force)
	}
	if i == len(g.c.p) { // the level bends
		grad := make([]float64, len(at))
		g.c.level.l.LossGrad(grad, at)
		lift := floats.Dot(force, g.up) / floats.Dot(grad, g.up)
		for k := range dst {
			dst[k] -= lift * floats.Dot(grad, g.frames[i-1].basis[k])
		}
	}
}

// add enters one piece: its slope, and its curvature by central differences of that.
func (g *normal) add(i int) {
	n, d := g.n, len(g.c.x[0])
	from, to := make([]float64, d), make([]float64, d)
	u, p := make([]float64, 2*n), make([]float64, d)
	step := 1e-4 * floats.Distance(g.c.x[i], g.c.x[i+1], 2)
	slopes := func() []float64 {
		out := make([]float64, 2*n)
		dFrom, dTo := make([]float64, d), make([]float64, d)
		if !g.at(from, i, u[:n]) || !g.at(to, i+1, u[n:]) {
			return out
		}
		copy(p, g.c.p[i])
		g.c.piece(p, from, to, dFrom, dTo)
		g.reduce(out[:n], i, from, dFrom)
		g.reduce(out[n:], i+1, to, dTo)
		return out
	}
	index := func(k int) int { return (i-1)*n + k } // below 0 for the fixed start
	for k, v := range slopes() {
		if at := index(k); at >= 0 && at < len(g.slope) {
			g.slope[at] += v
		}
	}
	for k := range u {
		row := index(k)
		if row < 0 || row >= len(g.slope) {
			continue
		}
		u[k] = step
		up := slopes()
		u[k] = -step
		down := slopes()
		u[k] = 0
		for j := range u {
			column := index(j)
			if column < 0 || column >= len(g.slope) {
				continue
			}
			v := (up[j] - down[j]) / (2 * step)
			// Both orders of the two are met; half of each.
			if row == column {
				g.bend.SetSymBand(row, row, g.bend.At(row, row)+v)
			} else {
				g.bend.SetSymBand(row, column, g.bend.At(row, column)+0.5*v)
			}
		}
	}
}

// scale is the size of the curvatures.
func (g *normal) scale() float64 {
	most := 1e-300
	for i := range g.slope {
		most = math.Max(most, math.Abs(g.bend.At(i, i)))
	}
	return most
}

// solve returns the Newton step with the curvatures raised by a damping, and what it gains; false
// unless they are then positive.
func (g *normal) solve(damping float64) (u []float64, gain float64, ok bool) {
	n := len(g.slope)
	_, width := g.bend.SymBand()
	raised := mat.NewSymBandDense(n, width, nil)
	for i := range n {
		for j := i; j <= min(i+width, n-1); j++ {
			raised.SetSymBand(i, j, g.bend.At(i, j))
		}
		raised.SetSymBand(i, i, raised.At(i, i)+damping)
	}
	var chol mat.BandCholesky
	if !chol.Factorize(raised) {
		return nil, 0, false
	}
	u = make([]float64, n)
	if err := chol.SolveVecTo(mat.NewVecDense(n, u), mat.NewVecDense(n, g.slope)); err != nil && floats.HasNaN(u) {
		return nil, 0, false
	}
	floats.Scale(-1, u)
	return u, -floats.Dot(u, g.slope), true
}

// move displaces the points.
func (g *normal) move(u []float64, shrink float64) bool {
	x, part := clonePoints(g.c.x), make([]float64, g.n)
	for i := 1; i <= g.free; i++ {
		floats.ScaleTo(part, shrink, u[(i-1)*g.n:i*g.n])
		if !g.at(x[i], i, part) {
			return false
		}
	}
	g.c.x = x
	return true
}

// finish returns the path with momenta, action and speed at its points.
func (c *chain) finish(barrier exact.Result) (*Path, error) {
	pieces := len(c.p)
	splines, arc := spline(c.x)
	p := &Path{Points: c.x, Barrier: barrier, Arc: arc, Action: make([]float64, pieces+1), Speed: make([]float64, pieces+1), h: c.h}
	scratch, tangent := make([]float64, len(c.x[0])), make([]float64, len(c.x[0]))
	for i := range c.x {
		momentum := append([]float64(nil), c.p[min(i, pieces-1)]...)
		for k, s := range splines {
			tangent[k] = s.PredictDerivative(arc[i])
		}
		_, lambda := c.momentum(momentum, c.x[i], tangent)
		if c.err != nil {
			return nil, c.err
		}
		p.Momenta = append(p.Momenta, momentum)
		p.Speed[i] = lambda * floats.Norm(tangent, 2)
		if i < pieces {
			p.Action[i+1] = p.Action[i] + c.piece(c.p[i], c.x[i], c.x[i+1], scratch, scratch)
		}
	}
	return p, c.err
}
