package splitting

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/search"
)

// Coordinate says how far a state is on the way out. Any function will do for an unbiased answer; a
// good one, near a function of the committor, for a precise one.
type Coordinate interface {
	// At returns the coordinate of θ, which it must not keep. It is called by several goroutines. A
	// θ of another dimension may be NaN.
	At(theta []float64) float64
}

// Func makes a coordinate of a function.
type Func func(theta []float64) float64

// At implements [Coordinate]; NaN without a function.
func (f Func) At(theta []float64) float64 {
	if f == nil {
		return math.NaN()
	}
	return f(theta)
}

// Axis is the coordinate θ_i. Replicas that have lanes watch it there.
type Axis int

// At implements [Coordinate]; NaN where there is no such θ_i.
func (a Axis) At(theta []float64) float64 {
	if a < 0 || int(a) >= len(theta) {
		return math.NaN()
	}
	return theta[a]
}

// Loss is the coordinate L(θ). It is a poor one where there are more ways up than out.
type Loss struct{ Landscape landscape.Landscape }

// At implements [Coordinate].
func (l Loss) At(theta []float64) float64 {
	if given.None(l.Landscape) || len(theta) != l.Landscape.Dim() {
		return math.NaN()
	}
	return l.Landscape.LossGrad(nil, theta)
}

// Distance is the coordinate |θ − From|.
type Distance struct{ From []float64 }

// At implements [Coordinate].
func (d Distance) At(theta []float64) float64 {
	if len(theta) != len(d.From) {
		return math.NaN()
	}
	return floats.Distance(theta, d.From, 2)
}

// Along is the coordinate along a path, such as the minimum-energy path of [search.FindPath] or
// [search.Escape]: the arc length of the point of the path that is nearest to θ. Beyond the ends of
// the path it goes on along the straight line. Cost: the images of the path, times P.
type Along struct{ Path *search.Path }

// At implements [Coordinate].
func (a Along) At(theta []float64) float64 {
	if a.Path == nil || len(a.Path.Images) < 2 || len(a.Path.Arc) != len(a.Path.Images) {
		return math.NaN()
	}
	images, arc := a.Path.Images, a.Path.Arc
	nearest, at := math.Inf(1), math.NaN()
	for i := 1; i < len(images); i++ {
		if len(images[i-1]) != len(theta) || len(images[i]) != len(theta) {
			return math.NaN()
		}
		dot, square := 0.0, 0.0
		for j, from := range images[i-1] {
			d := images[i][j] - from
			dot += d * (theta[j] - from)
			square += d * d
		}
		u := dot / square
		if i > 1 {
			u = max(u, 0)
		}
		if i < len(images)-1 {
			u = min(u, 1)
		}
		far := 0.0
		for j, from := range images[i-1] {
			d := theta[j] - from - u*(images[i][j]-from)
			far += d * d
		}
		if far < nearest {
			nearest, at = far, arc[i-1]+u*(arc[i]-arc[i-1])
		}
	}
	return at
}

// NewCommittor returns the best coordinate there is, the probability to reach the exit of a problem
// before the plane of its minimum, from the exact solver of package kolmogorov: for barriers that
// it can reduce to two coordinates. A tenth of a percent will do for a coordinate: see Tolerance.
// It returns an error where [escape.Problem.Committor] does.
func NewCommittor(ctx context.Context, p escape.Problem) (Coordinate, error) {
	c, r, err := p.Committor(ctx, 0)
	if err != nil {
		return nil, fmt.Errorf("splitting: %w", err)
	}
	return Func(func(theta []float64) float64 { return c.At(r.Coordinates(theta)) }), nil
}
