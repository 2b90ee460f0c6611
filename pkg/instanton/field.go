package instanton

import (
	"container/heap"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// Window is a rectangle of the plane with so many nodes.
type Window struct {
	Left, Right, Bottom, Top float64
	Columns, Rows            int
}

// Check returns an error unless the window has 5 to 2000 nodes a side and finite sides.
func (w Window) Check() error {
	width, height := w.Right-w.Left, w.Top-w.Bottom
	if !(width > 0 && height > 0) || width > 1e100 || height > 1e100 || w.Columns < 5 || w.Rows < 5 || w.Columns > 2000 || w.Rows > 2000 {
		return fmt.Errorf("instanton: window %+v, want finite sides > 0 and 5 to 2000 nodes along each", w)
	}
	return nil
}

// Field is the quasipotential in a window of the plane.
type Field struct {
	X, Y []float64 // of columns and rows, ascending
	// Sound is the least S at the edge: up to there the field is that of the whole plane, above it
	// that of paths which keep to the window.
	Sound  float64
	values []float64 // column by column
	from   []origin
	start  []float64
}

// origin is where the cheapest path to a node comes from: the point a·(1−s) + b·s between two
// nodes; a is −1 near the minimum.
type origin struct {
	a, b int32
	s    float32
}

// reach is how far, in cells, a node looks for the front. A step of K cells costs an error of K³
// from the midpoint rule and saves interpolations, each of order 1: Dahiya and Cameron (2018) find
// 10 + 4·log₂(n/128) best on n nodes a side.
func reach(w Window) int {
	return int(math.Round(math.Max(4, 10+4*math.Log2(float64(max(w.Columns, w.Rows))/128))))
}

// around is how far from the minimum, in cells, S is its quadratic.
const around = 2.5

// Solve returns the quasipotential of a minimum in a window, by the ordered line integral method of
// Dahiya and Cameron (2018): nodes are settled from the lowest up, as by Dijkstra, each from
// straight pieces of path that start between two neighbours on the front. For diffusions F is in
// closed form; for other Hamiltonians it is tabulated at every half node in 32 directions, which
// takes most of the time.
//
// It returns an error for a Hamiltonian that is nil, refuses itself or is not of two dimensions, a
// window out of bounds, a minimum that is outside or not stable, if ctx is done, and those of
// [ToPoint] for H.
func Solve(ctx context.Context, h Hamiltonian, minimum []float64, w Window) (*Field, error) {
	if err := usable(h); err != nil {
		return nil, fmt.Errorf("instanton: field: %w", err)
	}
	if err := w.Check(); err != nil {
		return nil, err
	}
	switch {
	case given.None(ctx):
		return nil, fmt.Errorf("instanton: field without a context")
	case h.Dim() != 2:
		return nil, fmt.Errorf("instanton: field in %d dimensions, want 2", h.Dim())
	}
	if err := finitePoint("minimum", minimum, 2); err != nil {
		return nil, fmt.Errorf("instanton: field: %w", err)
	}
	s := newFront(h, w, minimum)
	if x, y := (minimum[0]-w.Left)/s.dx, (minimum[1]-w.Bottom)/s.dy; !(x >= 1 && y >= 1 && x <= float64(w.Columns-2) && y <= float64(w.Rows-2)) {
		return nil, fmt.Errorf("instanton: field of the minimum %v outside the window %+v", minimum, w)
	}
	l, err := newLocal(h, minimum, math.Min(s.dx, s.dy))
	if err == nil {
		err = l.minimum()
	}
	if err == nil {
		err = s.lengths.fill(ctx, newMetric(h))
	}
	if err == nil {
		err = s.run(ctx, l)
	}
	if err != nil {
		return nil, fmt.Errorf("instanton: field: %w", err)
	}
	return s.field, nil
}

// front is the state of the method.
type front struct {
	w       Window
	dx, dy  float64
	field   *Field
	lengths lengths
	state   []byte
	single  []float64 // the least price from one node, without interpolation
	queue   queue
	reach   int
}

const (
	unknown = iota
	considered
	ahead // settled, with a neighbour that is not
	settled
)

func newFront(h Hamiltonian, w Window, minimum []float64) *front {
	n := w.Columns * w.Rows
	s := &front{w: w, state: make([]byte, n), single: make([]float64, n), reach: reach(w)}
	f := &Field{values: make([]float64, n), from: make([]origin, n), start: append([]float64(nil), minimum...)}
	f.X = floats.Span(make([]float64, w.Columns), w.Left, w.Right)
	f.Y = floats.Span(make([]float64, w.Rows), w.Bottom, w.Top)
	s.dx, s.dy, s.field = f.X[1]-f.X[0], f.Y[1]-f.Y[0], f
	for i := range n {
		f.values[i], s.single[i], f.from[i].a = math.Inf(1), math.Inf(1), -1
	}
	s.lengths = newLengths(h, w)
	return s
}

// run settles all nodes.
func (s *front) run(ctx context.Context, l *local) error {
	f := s.field
	for i, x := range f.X {
		for j, y := range f.Y {
			delta := []float64{x - f.start[0], y - f.start[1]}
			if math.Hypot(delta[0]/s.dx, delta[1]/s.dy) < around {
				s.offer(i*s.w.Rows+j, l.rise(delta), origin{a: -1})
				s.single[i*s.w.Rows+j] = math.Inf(-1)
			}
		}
	}
	f.Sound = math.Inf(1)
	for done := 0; len(s.queue) > 0; done++ {
		if done%256 == 0 && ctx.Err() != nil {
			return fmt.Errorf("after %d nodes: %w", done, ctx.Err())
		}
		at := heap.Pop(&s.queue).(price)
		if s.state[at.node] >= ahead || at.value > f.values[at.node] {
			continue
		}
		s.settle(at.node)
	}
	for i, v := range f.values {
		if math.IsInf(v, 1) {
			return fmt.Errorf("%w to node (%v, %v)", ErrNoPath, f.X[i/s.w.Rows], f.Y[i%s.w.Rows])
		}
	}
	return nil
}

// offer gives a node a price, if it is the lowest so far.
func (s *front) offer(node int, value float64, from origin) {
	if value < s.field.values[node] {
		s.field.values[node], s.field.from[node] = value, from
		s.state[node] = max(s.state[node], considered)
		heap.Push(&s.queue, price{value, node})
	}
}

// eight are the neighbours of a node.
var eight = [8][2]int{{1, 0}, {1, 1}, {0, 1}, {-1, 1}, {-1, 0}, {-1, -1}, {0, -1}, {1, -1}}

func (s *front) inside(i, j int) bool { return i >= 0 && j >= 0 && i < s.w.Columns && j < s.w.Rows }

// settle takes a node into the front, lets all considered ones in reach see it, and considers its
// neighbours.
func (s *front) settle(node int) {
	rows := s.w.Rows
	i, j := node/rows, node%rows
	s.state[node] = ahead
	if i == 0 || j == 0 || i == s.w.Columns-1 || j == rows-1 {
		s.field.Sound = math.Min(s.field.Sound, s.field.values[node])
	}
	fresh := 0
	for _, e := range eight {
		k, l := i+e[0], j+e[1]
		if !s.inside(k, l) {
			continue
		}
		switch s.state[k*rows+l] {
		case unknown:
			fresh++
		case ahead:
			s.retire(k, l)
		}
	}
	s.retire(i, j)
	s.around(i, j, considered, func(to int) { s.see(to, node) })
	if fresh == 0 {
		return
	}
	for _, e := range eight {
		if k, l := i+e[0], j+e[1]; s.inside(k, l) && s.state[k*rows+l] == unknown {
			to := k*rows + l
			s.state[to] = considered
			s.around(k, l, ahead, func(from int) { s.see(to, from) })
		}
	}
}

// retire settles a node of the front that no neighbour waits for.
func (s *front) retire(i, j int) {
	for _, e := range eight {
		if k, l := i+e[0], j+e[1]; s.inside(k, l) && s.state[k*s.w.Rows+l] < ahead {
			return
		}
	}
	s.state[i*s.w.Rows+j] = settled
}

// around visits all nodes of a state in reach.
func (s *front) around(i, j int, state byte, visit func(node int)) {
	for k := max(i-s.reach, 0); k <= min(i+s.reach, s.w.Columns-1); k++ {
		for l := max(j-s.reach, 0); l <= min(j+s.reach, s.w.Rows-1); l++ {
			if s.state[k*s.w.Rows+l] == state && (k-i)*(k-i)+(l-j)*(l-j) <= s.reach*s.reach {
				visit(k*s.w.Rows + l)
			}
		}
	}
}

// see prices a node from one of the front: straight, and if that is the best so far also from the
// edges between it and its neighbours on the front.
func (s *front) see(to, from int) {
	value := s.field.values[from] + s.lengths.between(to, from, from, 0)
	if !(value < s.single[to]) {
		return
	}
	s.single[to] = value
	s.offer(to, value, origin{int32(from), int32(from), 0})
	i, j := from/s.w.Rows, from%s.w.Rows
	for _, e := range eight {
		k, l := i+e[0], j+e[1]
		if other := k*s.w.Rows + l; s.inside(k, l) && other != to && s.state[other] >= ahead {
			s.edge(to, from, other, value)
		}
	}
}

// edge prices a node from the best point between two of the front, found by parabolas.
func (s *front) edge(to, a, b int, atA float64) {
	va, vb := s.field.values[a], s.field.values[b]
	value := func(t float64) float64 { return (1-t)*va + t*vb + s.lengths.between(to, a, b, t) }
	x := [3]float64{0, 0.5, 1}
	y := [3]float64{atA, value(0.5), value(1)}
	for range 3 {
		d0, d1 := (y[1]-y[0])/(x[1]-x[0]), (y[2]-y[1])/(x[2]-x[1])
		bend := (d1 - d0) / (x[2] - x[0])
		t := 0.5*(x[0]+x[1]) - d0/(2*bend)
		if !(bend > 0) || !(t > 1e-3) || !(t < 1-1e-3) {
			break
		}
		v := value(t)
		s.offer(to, v, origin{int32(a), int32(b), float32(t)})
		if math.Abs(t-x[1]) < 1e-3 {
			break
		}
		if t > x[1] {
			x[0], y[0] = x[1], y[1]
		} else {
			x[2], y[2] = x[1], y[1]
		}
		x[1], y[1] = t, v
	}
}

// price orders nodes.
type price struct {
	value float64
	node  int
}

type queue []price

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].value < q[j].value }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(price)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// Z returns S in column c and row r; NaN outside.
func (f *Field) Z(c, r int) float64 {
	if f == nil || c < 0 || r < 0 || c >= len(f.X) || r >= len(f.Y) {
		return math.NaN()
	}
	return f.values[c*len(f.Y)+r]
}

// At interpolates S, by cubics along both axes; NaN outside.
func (f *Field) At(x, y float64) float64 {
	if f == nil || len(f.values) == 0 || !(x >= f.X[0] && x <= f.X[len(f.X)-1] && y >= f.Y[0] && y <= f.Y[len(f.Y)-1]) {
		return math.NaN()
	}
	i, wx := lagrange(f.X, x)
	j, wy := lagrange(f.Y, y)
	sum := 0.0
	for k, a := range wx {
		for l, b := range wy {
			sum += a * b * f.Z(i+k, j+l)
		}
	}
	return sum
}

// lagrange returns the first of four nodes around x and their weights.
func lagrange(nodes []float64, x float64) (first int, w [4]float64) {
	t := (x - nodes[0]) / (nodes[1] - nodes[0])
	first = min(max(int(t)-1, 0), len(nodes)-4)
	t -= float64(first)
	for k := range w {
		w[k] = 1
		for l := range w {
			if l != k {
				w[k] *= (t - float64(l)) / float64(k-l)
			}
		}
	}
	return first, w
}

// Trace returns the path by which the node nearest to a point is reached, from the minimum: a guess
// for [ToPoint] and [ToLevel] which finds the valley of the action that is the lowest of all. It
// ends at the point. It is nil outside.
func (f *Field) Trace(to []float64) [][]float64 {
	if len(to) != 2 || math.IsNaN(f.At(to[0], to[1])) {
		return nil
	}
	rows := len(f.Y)
	node := int(math.Round((to[0]-f.X[0])/(f.X[1]-f.X[0])))*rows + int(math.Round((to[1]-f.Y[0])/(f.Y[1]-f.Y[0])))
	path := [][]float64{append([]float64(nil), to...)}
	for range len(f.values) {
		o := f.from[node]
		if o.a < 0 {
			break
		}
		s := float64(o.s)
		a, b := int(o.a), int(o.b)
		if node = a; s > 0.5 {
			node = b
		}
		if f.from[node].a < 0 { // it may lie on the other side of the minimum
			break
		}
		path = append(path, []float64{(1-s)*f.X[a/rows] + s*f.X[b/rows], (1-s)*f.Y[a%rows] + s*f.Y[b%rows]})
	}
	path = append(path, f.start)
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	return path
}

// lengths is F between nodes.
type lengths struct {
	h       Hamiltonian
	w       Window
	dx, dy  float64
	tall    int          // half nodes in a column
	gauss   [][5]float64 // of diffusions: b and a⁻¹ at half nodes
	support []float64    // of others: F and its derivative in directions
}

// directions is the number in which F is tabulated: with its derivative, cubics between them are
// good to (2π/16)⁴/384 of F, 6e−5.
const directions = 16

func newLengths(h Hamiltonian, w Window) lengths {
	return lengths{h: h, w: w, tall: 2*w.Rows - 1,
		dx: (w.Right - w.Left) / float64(w.Columns-1), dy: (w.Top - w.Bottom) / float64(w.Rows-1)}
}

// isDiffusion says that H is quadratic in p.
func isDiffusion(h Hamiltonian) bool {
	switch h.(type) {
	case quasipotential.GaussianNoise, quasipotential.Frozen, quasipotential.Diffusion, quasipotential.Covariance:
		return true
	}
	return false
}

// fill tabulates what F needs at nodes and half way between them.
func (l *lengths) fill(ctx context.Context, m *metric) error {
	if isDiffusion(l.h) {
		l.gauss = make([][5]float64, (2*l.w.Columns-1)*l.tall)
		return l.each(ctx, 1, func(half int, theta []float64) error { return l.law(m, theta, &l.gauss[half]) })
	}
	l.support = make([]float64, (2*l.w.Columns-1)*l.tall*width)
	err := l.each(ctx, 2, func(half int, theta []float64) error { return l.tabulate(m, theta, l.table(half)) })
	for i := range 2*l.w.Columns - 1 {
		for j := range l.tall {
			// The mean of the nodes around: as good as the midpoint rule is.
			a, b := (i-i%2)*l.tall+j-j%2, (i+i%2)*l.tall+j+j%2
			c, d := (i-i%2)*l.tall+j+j%2, (i+i%2)*l.tall+j-j%2
			if dst := l.table(i*l.tall + j); a != b {
				for k := range dst {
					dst[k] = 0.25 * (l.table(a)[k] + l.table(b)[k] + l.table(c)[k] + l.table(d)[k])
				}
			}
		}
	}
	return err
}

// width is the length of a table.
const width = 2 * directions

func (l *lengths) table(half int) []float64 { return l.support[half*width : (half+1)*width] }

// each visits every half node, or every node with a stride of two.
func (l *lengths) each(ctx context.Context, stride int, visit func(half int, theta []float64) error) error {
	theta := make([]float64, 2)
	for i := 0; i < 2*l.w.Columns-1; i += stride {
		if err := ctx.Err(); err != nil {
			return err
		}
		for j := 0; j < l.tall; j += stride {
			theta[0], theta[1] = l.w.Left+0.5*l.dx*float64(i), l.w.Bottom+0.5*l.dy*float64(j)
			if err := visit(i*l.tall+j, theta); err != nil {
				return err
			}
		}
	}
	return nil
}

// law stores drift and inverse covariance of a diffusion.
func (l *lengths) law(m *metric, theta []float64, dst *[5]float64) error {
	m.h.Log(m.grad, m.hess, theta, m.still)
	a, b, c := m.hess.At(0, 0), m.hess.At(0, 1), m.hess.At(1, 1)
	det := a*c - b*b
	if !(det > 0 && a > 0) || math.IsInf(det, 1) || floats.HasNaN(m.grad) {
		return fmt.Errorf("%w or not finite: covariance %.3g at θ = %v", ErrNotConvex, []float64{a, b, c}, theta)
	}
	*dst = [5]float64{m.grad[0], m.grad[1], c / det, -b / det, a / det}
	return nil
}

// tabulate stores F and dF/dφ = p·∂v/∂φ for unit vectors v all around.
func (l *lengths) tabulate(m *metric, theta, dst []float64) error {
	p, v := make([]float64, 2), make([]float64, 2)
	for k := range directions {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / directions)
		v[0], v[1] = cos, sin
		dst[2*k], _ = m.momentum(p, theta, v)
		dst[2*k+1] = p[1]*cos - p[0]*sin
	}
	return m.err
}

// between returns F of the straight piece to a node from the point a(1−s) + bs, by the midpoint
// rule: the midpoint lies between two half nodes, between which the law of the noise is taken as
// linear.
func (l *lengths) between(to, a, b int, s float64) float64 {
	rows := l.w.Rows
	ti, tj := to/rows, to%rows
	ai, aj, bi, bj := a/rows, a%rows, b/rows, b%rows
	vx := l.dx * (float64(ti-ai) - s*float64(bi-ai))
	vy := l.dy * (float64(tj-aj) - s*float64(bj-aj))
	m, n := (ti+ai)*l.tall+tj+aj, (ti+bi)*l.tall+tj+bj
	if l.gauss != nil {
		g, h := &l.gauss[m], &l.gauss[n]
		r := 1 - s
		x, y := r*g[0]+s*h[0], r*g[1]+s*h[1]
		p, q, w := r*g[2]+s*h[2], r*g[3]+s*h[3], r*g[4]+s*h[4]
		ux, uy := p*vx+q*vy, q*vx+w*vy // a⁻¹v
		bb, vv := p*x*x+2*q*x*y+w*y*y, vx*ux+vy*uy
		return math.Max(math.Sqrt(bb*vv)-x*ux-y*uy, 0)
	}
	length, angle := math.Hypot(vx, vy), math.Atan2(vy, vx)/(2*math.Pi)*directions
	if angle < 0 {
		angle += directions
	}
	k := int(angle)
	t := angle - float64(k)
	return length * math.Max((1-s)*l.hermite(m, k%directions, t)+s*l.hermite(n, k%directions, t), 0)
}

// hermite interpolates F of a half node between directions.
func (l *lengths) hermite(half, k int, t float64) float64 {
	const step = 2 * math.Pi / directions
	at := l.table(half)
	next := (k + 1) % directions
	y0, d0, y1, d1 := at[2*k], step*at[2*k+1], at[2*next], step*at[2*next+1]
	u := 1 - t
	return y0*u*u*(1+2*t) + y1*t*t*(3-2*t) + d0*t*u*u - d1*t*t*u
}
