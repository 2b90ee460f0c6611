package search

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// says holds an error to a word of its own.
func says(t *testing.T, name string, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want it to say %q", name, err, want)
	}
}

// counting counts its gradients, and ends a context after some.
type counting struct {
	landscape.Landscape
	calls  *int
	after  int
	cancel context.CancelFunc
}

func (c counting) LossGrad(dst, theta []float64) float64 {
	if *c.calls++; *c.calls == c.after {
		c.cancel()
	}
	return c.Landscape.LossGrad(dst, theta)
}

// The search for a minimum hears its context in the Newton steps as well.
func TestNewtonHearsItsContext(t *testing.T) {
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 3}))
	calls := 0
	must(FindMinimum(t.Context(), counting{q, &calls, -1, nil}, []float64{0.3, 0.1, 0.2}))
	for _, after := range []int{1, calls / 2} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		_, err := FindMinimum(ctx, counting{q, &n, after, cancel}, []float64{0.3, 0.1, 0.2})
		says(t, fmt.Sprint(after), err, "canceled")
	}
}

// Newton's steps are no longer than a tenth of 1 + |θ| from a minimum, and than the distance of two
// images from a saddle; they end where they should, or say why not.
func TestRefine(t *testing.T) {
	b := must(landscape.NewQuadratic(landscape.Shape{EffectiveDimension: 2, OutlierCurvature: 2, Transverse: []float64{8}, Flat: 1}))
	var seen [][]float64
	watch := watching{b, &seen}
	c := must(refine(t.Context(), watch, []float64{1, 0, 3}, 0, 1e-8, 0.25))
	if !floats.EqualApprox(c.Theta, []float64{0, 0, 3}, 1e-8) || c.Loss != 1 {
		t.Errorf("%+v", c)
	}
	var path []float64
	for _, x := range seen {
		if x[1] == 0 && x[2] == 3 && (len(path) == 0 || x[0] < path[len(path)-1]-0.1) {
			path = append(path, x[0])
		}
	}
	if !floats.EqualApprox(path, []float64{1, 0.75, 0.5, 0.25, 0}, 1e-6) {
		t.Errorf("went by %v, want steps of a quarter", path)
	}
	for _, bad := range []void{void(nan), void(inf)} {
		_, err := refine(t.Context(), bad, []float64{0}, 0, 1e-8, 1)
		says(t, "void", err, "want finite values")
	}
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2}))
	_, err := refine(t.Context(), q, []float64{0.99 * q.Saddle().Theta[0]}, 0, 1e-8, 1e-5)
	says(t, "too far", err, "after 200 steps")
	p := must(FindPath(t.Context(), q, []float64{0}, q.FarMinimum().Theta, PathSettings{}))
	// Uphill from beside the far minimum of a path that is cut short: too far away.
	short := &Path{Images: p.Images[:3], Loss: p.Loss[:3], Arc: p.Arc[:3]}
	_, err = FindSaddle(t.Context(), q, short, 2)
	says(t, "short path", err, "led away to")
	says(t, "past the end", hostile.Err(FindSaddle(t.Context(), q, p, 31)), "image 31, want 0 to 30")
	if c := must(FindSaddle(t.Context(), q, p, 12)); math.Abs(c.Theta[0]-q.Saddle().Theta[0]) > 1e-8 {
		t.Errorf("saddle at %v, want %v", c.Theta, q.Saddle().Theta[0])
	}
}

// watching notes where it is asked.
type watching struct {
	landscape.Landscape
	seen *[][]float64
}

func (w watching) LossGrad(dst, theta []float64) float64 {
	*w.seen = append(*w.seen, append([]float64(nil), theta...))
	return w.Landscape.LossGrad(dst, theta)
}

// A string on a flat loss, and one on the way to a lower end, say so.
func TestPathErrors(t *testing.T) {
	_, err := FindPath(t.Context(), void(0), []float64{0}, []float64{1}, PathSettings{})
	says(t, "flat", err, "the loss is flat")
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	_, err = FindPath(t.Context(), q, []float64{0, 0}, []float64{1, 0}, PathSettings{MaxSteps: -1})
	says(t, "no steps", err, "at most -1 steps")
	_, err = FindPath(t.Context(), q, []float64{0, 0}, q.FarMinimum().Theta, PathSettings{MaxSteps: 1})
	says(t, "one step", err, "after 1 steps")
}

// The spacing of images, their ends and the length of the string, on any settled path.
func TestPathLaws(t *testing.T) {
	b := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{5}}, 1.5))
	p := must(FindPath(t.Context(), b, b.Minimum().Theta, b.FarMinimum().Theta, PathSettings{Images: 41}))
	length := 0.0
	for i := range p.Images {
		if i > 0 {
			length += math.Hypot(p.Images[i][0]-p.Images[i-1][0], p.Images[i][1]-p.Images[i-1][1])
		}
		if math.Abs(p.Arc[i]-length) > 1e-12 {
			t.Errorf("arc %v at image %d, want %v", p.Arc[i], i, length)
		}
	}
	if !floats.Equal(p.Images[0], b.Minimum().Theta) || !floats.Equal(p.Images[40], b.FarMinimum().Theta) {
		t.Errorf("ends moved to %v and %v", p.Images[0], p.Images[40])
	}
	if p.Force < 1e-3 || p.Force > 0.05 {
		t.Errorf("force across %v of that along, about 1 %% is usual", p.Force)
	}
	if p.Steps < 10 || p.Steps > 3000 {
		t.Errorf("%d steps", p.Steps)
	}
}

// The defaults and the bounds of the string; the length of a slope in two dimensions.
func TestStringBounds(t *testing.T) {
	b := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2}, 1))
	from, to := b.Minimum().Theta, b.FarMinimum().Theta
	s := must(PathSettings{}.complete(b, from, to))
	if s != (PathSettings{31, 1e-3, 20_000}) {
		t.Errorf("defaults %+v", s)
	}
	for _, c := range []struct { // 1 GiB at 40 bytes a coordinate and 120 more
		images int
		want   string
	}{{5, ""}, {4, "4 images"}, {1 << 30 / 200, ""}, {1<<30/200 + 1, "images take 1 GiB"}} {
		_, err := PathSettings{Images: c.images}.complete(b, from, to)
		says(t, fmt.Sprint(c.images), err, c.want)
	}
	_, err := FindPath(t.Context(), void(nan), []float64{0}, []float64{1}, PathSettings{})
	says(t, "NaN", err, "want finite values")
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 3, EffectiveDimension: 3}))
	w := must(landscape.NewQuadratic(landscape.Shape{EffectiveDimension: 3}))
	far := q.FarMinimum().Theta
	_, err = FindEscape(t.Context(), q, far, []float64{far[0] + 0.1, 0, 0}, PathSettings{})
	says(t, "one minimum, far from 0", err, "same minimum")
	if c := must(FindMinimum(t.Context(), w, []float64{1, 1, 1})); floats.Norm(c.Theta, 2) > 1e-8 {
		t.Errorf("minimum at %v", c.Theta)
	}
}

// times is a landscape of a larger loss, on which every path is the same.
type times struct {
	landscape.Landscape
	factor float64
}

func (s times) LossGrad(dst, theta []float64) float64 {
	loss := s.Landscape.LossGrad(dst, theta)
	if dst != nil {
		floats.Scale(s.factor, dst)
	}
	return s.factor * loss
}

// The unit of the loss changes neither path nor force; the ends of a string do not move, whatever
// slope they are on.
func TestPathUnits(t *testing.T) {
	b := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2, Transverse: []float64{5}}, 1.5))
	one := must(FindPath(t.Context(), b, b.Minimum().Theta, b.FarMinimum().Theta, PathSettings{}))
	many := must(FindPath(t.Context(), times{b, 64}, b.Minimum().Theta, b.FarMinimum().Theta, PathSettings{}))
	if math.Abs(many.Force/one.Force-1) > 1e-6 || !floats.EqualApprox(many.Images[9], one.Images[9], 1e-6) || math.Abs(many.Loss[9]/one.Loss[9]-64) > 1e-6 {
		t.Errorf("force %v, and %v in a unit of a 64th", one.Force, many.Force)
	}
	st := newString(b, []float64{0.5, 0.5}, []float64{3, -1}, 7)
	for range 3 {
		if err := st.measure(); err != nil {
			t.Fatal(err)
		}
		st.descend()
		if err := st.spread(); err != nil {
			t.Fatal(err)
		}
	}
	if !floats.Equal(st.x[0], []float64{0.5, 0.5}) || !floats.Equal(st.x[6], []float64{3, -1}) || floats.EqualApprox(st.x[3], []float64{1.75, -0.25}, 1e-3) {
		t.Errorf("string %v", st.x)
	}
}

// The reach of a step is its length, not its longest side.
func TestReachIsALength(t *testing.T) {
	w := must(landscape.NewQuadratic(landscape.Shape{EffectiveDimension: 4}))
	var seen [][]float64
	must(refine(t.Context(), watching{w, &seen}, []float64{1, 1, 1, 1}, 0, 1e-8, 0.5))
	least := 1.0 // of the places after one step: the first is the start, with its differences
	for _, x := range seen {
		if x[0] < 0.9 && x[0] > 0.6 {
			least = math.Min(least, x[0])
		}
	}
	if math.Abs(least-0.75) > 1e-4 {
		t.Errorf("first step to %v, want 1 − 0.5/√4", least)
	}
}

// A saddle farther from its image than the path is long is another's.
func TestLedAway(t *testing.T) {
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 3}))
	for _, c := range []struct {
		length float64
		want   string
	}{{0.9, "led away"}, {1.1, ""}} {
		// Off the saddle by 0.3 in each of two directions across, in which it is a bowl.
		x := []float64{q.Saddle().Theta[0], 0.3, 0.3}
		distance := 0.3 * math.Sqrt2
		_, err := FindSaddle(t.Context(), q, &Path{Images: [][]float64{x, x}, Arc: []float64{0, c.length * distance}}, 0)
		says(t, fmt.Sprint(c.length), err, c.want)
	}
}

// On a straight valley the path is straight, its images are even, the loss is that of the
// landscape, and the force is along it.
func TestPathByHand(t *testing.T) {
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 3, EffectiveDimension: 2}))
	s := q.Saddle().Theta[0]
	p := must(FindPath(t.Context(), q, q.Minimum().Theta, q.FarMinimum().Theta, PathSettings{}))
	if len(p.Images) != 31 || p.Force > 1e-9 || fmt.Sprint(p.Peaks()) != "[15]" {
		t.Errorf("%d images, force %v across, peaks %v", len(p.Images), p.Force, p.Peaks())
	}
	for i, x := range p.Images {
		if want := 2 * s * float64(i) / 30; math.Abs(x[0]-want) > 1e-9 || math.Abs(x[1]) > 1e-12 || math.Abs(p.Arc[i]-want) > 1e-9 || p.Loss[i] != q.LossGrad(nil, x) {
			t.Errorf("image %d at %v, arc %v, loss %v, want %v", i, x, p.Arc[i], p.Loss[i], want)
		}
	}
	if got := fmt.Sprint((&Path{Loss: []float64{1, 2, 2, 1, 3, 0, 9}}).Peaks()); got != "[1 4]" {
		t.Errorf("peaks %v, want [1 4]", got)
	}
	if _, err := FindPath(t.Context(), q, q.Minimum().Theta, q.FarMinimum().Theta, PathSettings{Images: 5, MaxSteps: 500}); err != nil {
		t.Errorf("five images: %v", err)
	}
	if _, err := FindSaddle(t.Context(), q, p, 0); err == nil || !strings.Contains(err.Error(), "saddle near") {
		t.Errorf("saddle from the minimum: %v", err)
	}
	if c := must(FindSaddle(t.Context(), q, p, 15)); floats.Distance(c.Theta, q.Saddle().Theta, 2) > 1e-9 {
		t.Errorf("saddle at %v", c.Theta)
	}
}
