package search

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/interp"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// PathSettings tunes [FindPath]. The zero value works.
type PathSettings struct {
	// Images is the number of points on the string, its ends included; at least
	// 5. 0 means 31.
	Images int
	// Tolerance is the speed of the string, relative to the largest force along it, at which it has
	// settled. 0 means 1e−3, enough for [FindSaddle], which goes on from there.
	Tolerance float64
	// MaxSteps bounds the steps of the string. 0 means 20 000.
	MaxSteps int
}

// Path is a minimum-energy path: at each of its points ∇L is parallel to it. Images are equally
// spaced in arc length.
type Path struct {
	Images [][]float64
	Loss   []float64 // L at the images
	Arc    []float64 // arc length from the first image
	// Force is the largest |∇L across the path| relative to the largest along it. On a settled
	// string it does not vanish, because each step follows the straight gradient where the path is
	// curved: about 1 % is usual.
	Force float64
	Steps int
}

// FindPath returns the minimum-energy path between two points, by the simplified string method of
// E, Ren and Vanden-Eijnden (2007): each image steps down the gradient, then the images are spread
// evenly along the string again. The ends, minima as a rule, stay where they are. The first guess
// is the straight line, so that of several paths the one reached downhill from it is found. The
// step follows the largest curvature met. Cost: Images gradients per step.
//
// It returns an error for ends of the wrong length, not finite or equal, for settings out of
// bounds, if ctx is done, if the loss is not finite on the way, or if the string has not settled,
// naming the speed reached.
func FindPath(ctx context.Context, l landscape.Landscape, from, to []float64, s PathSettings) (*Path, error) {
	s, err := s.complete(l, from, to)
	if err != nil {
		return nil, fmt.Errorf("search: path: %w", err)
	}
	if ctx == nil {
		return nil, fmt.Errorf("search: path without a context")
	}
	st := newString(l, from, to, s.Images)
	for step := range s.MaxSteps {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("search: path, after %d steps with speed %g: %w", step, st.speed, err)
		}
		if err := st.measure(); err != nil {
			return nil, fmt.Errorf("search: path: %w", err)
		}
		if st.speed < s.Tolerance {
			return &Path{Images: st.x, Loss: st.loss, Arc: arcLength(st.x), Force: st.force, Steps: step}, nil
		}
		st.descend()
		if err := st.spread(); err != nil {
			return nil, fmt.Errorf("search: path: %w", err)
		}
	}
	return nil, fmt.Errorf("search: path not settled: speed of the string %g of the force along it after %d steps, want < %g",
		st.speed, s.MaxSteps, s.Tolerance)
}

func (s PathSettings) complete(l landscape.Landscape, from, to []float64) (PathSettings, error) {
	if s.Images == 0 {
		s.Images = 31
	}
	if s.Tolerance == 0 {
		s.Tolerance = 1e-3
	}
	if s.MaxSteps == 0 {
		s.MaxSteps = 20_000
	}
	if err := landscape.CheckPoint(l, "first end", from); err != nil {
		return s, err
	}
	if err := landscape.CheckPoint(l, "last end", to); err != nil {
		return s, err
	}
	switch {
	case floats.Equal(from, to):
		return s, fmt.Errorf("both ends at %v, want two points", from)
	case s.Images < 5:
		return s, fmt.Errorf("%d images, want ≥ 5", s.Images)
	case !(s.Tolerance > 0 && s.Tolerance <= math.MaxFloat64):
		return s, fmt.Errorf("tolerance = %v, want a finite value > 0", s.Tolerance)
	case float64(s.Images)*float64(40*len(from)+120) > parallel.GiB:
		return s, fmt.Errorf("%d images take %.3g GiB, want ≤ 1", s.Images, float64(s.Images)*float64(40*len(from)+120)/parallel.GiB)
	case s.MaxSteps < 1:
		return s, fmt.Errorf("at most %d steps, want ≥ 1", s.MaxSteps)
	}
	return s, nil
}

// Peaks returns the images with a loss higher than at both neighbours: the neighbourhoods of the
// saddles on the path.
func (p *Path) Peaks() []int {
	var peaks []int
	for i := 1; i < len(p.Loss)-1; i++ {
		if p.Loss[i] > p.Loss[i-1] && p.Loss[i] >= p.Loss[i+1] {
			peaks = append(peaks, i)
		}
	}
	return peaks
}

// elastic is the string of images with its gradients.
type elastic struct {
	l          landscape.Landscape
	x, old     [][]float64 // images, and those at the last gradient
	grad, last [][]float64
	loss       []float64
	dt         float64
	curvature  float64 // largest met lately
	speed      float64 // largest displacement per dt, relative to the force along
	force      float64 // largest force across, relative to the force along
	work       []float64
}

func newString(l landscape.Landscape, from, to []float64, images int) *elastic {
	c := &elastic{l: l, speed: math.Inf(1), loss: make([]float64, images), work: make([]float64, l.Dim())}
	for i := range images {
		x := append([]float64(nil), from...)
		floats.Scale(1-float64(i)/float64(images-1), x)
		floats.AddScaled(x, float64(i)/float64(images-1), to)
		c.x = append(c.x, x)
		c.old = append(c.old, make([]float64, len(x)))
		c.grad = append(c.grad, make([]float64, len(x)))
		c.last = append(c.last, make([]float64, len(x)))
	}
	return c
}

// measure evaluates gradients, sets the step from the curvature they show, and notes how fast the
// string moves and how large the force across it is.
func (c *elastic) measure() error {
	c.grad, c.last = c.last, c.grad
	var curvature, largest, across, along, moved float64
	for i := range c.x {
		c.loss[i] = c.l.LossGrad(c.grad[i], c.x[i])
		norm := floats.Norm(c.grad[i], 2)
		if math.IsNaN(c.loss[i]+norm) || math.IsInf(c.loss[i]+norm, 0) {
			return fmt.Errorf("loss %v and ‖∇L‖ = %v at %v, want finite values", c.loss[i], norm, c.x[i])
		}
		if i == 0 || i == len(c.x)-1 {
			continue
		}
		largest = math.Max(largest, norm)
		tangent := c.tangent(i)
		part := floats.Dot(tangent, c.grad[i])
		along = math.Max(along, math.Abs(part))
		floats.Scale(-part, tangent)
		floats.Add(tangent, c.grad[i])
		across = math.Max(across, floats.Norm(tangent, 2))
		if d := floats.Distance(c.x[i], c.old[i], 2); c.dt > 0 && d > 0 {
			moved = math.Max(moved, d)
			curvature = math.Max(curvature, floats.Distance(c.grad[i], c.last[i], 2)/d)
		}
	}
	if along == 0 {
		return fmt.Errorf("the loss is flat along the straight line between the ends")
	}
	c.force = across / along
	if c.dt == 0 { // a first step of a hundredth of the spacing
		c.dt = 0.01 * floats.Distance(c.x[0], c.x[1], 2) / largest
		return nil
	}
	c.speed = moved / (c.dt * along)
	// Half the limit of stability 2/λ in the stiffest direction. The secants see that direction
	// only while the string moves along it, so λ is remembered; it may fall by half in the 700
	// steps after a stiff region has been left.
	if c.curvature = math.Max(0.999*c.curvature, curvature); c.curvature > 0 {
		c.dt = 1 / c.curvature
	}
	return nil
}

// tangent returns the unit vector along the string at an inner image, in the chain's work space.
func (c *elastic) tangent(i int) []float64 {
	floats.SubTo(c.work, c.x[i+1], c.x[i-1])
	floats.Scale(1/floats.Norm(c.work, 2), c.work)
	return c.work
}

// descend steps all inner images down the gradient: all of it, as taking out the part along the
// string makes it kink where the path turns sharply.
func (c *elastic) descend() {
	for i := range c.x {
		copy(c.old[i], c.x[i])
		if i > 0 && i < len(c.x)-1 {
			floats.AddScaled(c.x[i], -c.dt, c.grad[i])
		}
	}
}

// spread moves the images to equal distances along the natural cubic spline through them.
func (c *elastic) spread() error {
	arc := arcLength(c.x)
	end := len(arc) - 1
	along := make([]float64, len(arc))
	var spline interp.NaturalCubic
	for j := range c.work {
		for i, x := range c.x {
			along[i] = x[j]
		}
		if err := spline.Fit(arc, along); err != nil {
			return fmt.Errorf("spline through the images: %w", err)
		}
		for i := 1; i < end; i++ {
			c.x[i][j] = spline.Predict(arc[end] * float64(i) / float64(end))
		}
	}
	return nil
}

// arcLength returns the length of the broken line up to each of its points.
func arcLength(points [][]float64) []float64 {
	arc := make([]float64, len(points))
	for i := 1; i < len(points); i++ {
		arc[i] = arc[i-1] + floats.Distance(points[i], points[i-1], 2)
	}
	return arc
}
