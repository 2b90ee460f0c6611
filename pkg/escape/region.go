package escape

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Region is a set of parameters.
type Region interface {
	// Contains reports whether θ lies in the region. It is called after every step, by several
	// goroutines. It is false for a θ of another dimension.
	Contains(theta []float64) bool
}

// RegionFunc makes a region of a function.
type RegionFunc func(theta []float64) bool

// Contains implements [Region].
func (f RegionFunc) Contains(theta []float64) bool { return f != nil && f(theta) }

// Beyond is the half-space θ_Axis ≥ Level.
type Beyond struct {
	Axis  int
	Level float64
}

// Contains implements [Region].
func (b Beyond) Contains(theta []float64) bool {
	return b.Axis >= 0 && b.Axis < len(theta) && theta[b.Axis] >= b.Level
}

// LossAbove is the region in which the loss exceeds Level, the exit of the paper's Fig. 3b.
type LossAbove struct {
	Landscape landscape.Landscape
	Level     float64
}

// Contains implements [Region].
func (r LossAbove) Contains(theta []float64) bool {
	return r.Landscape != nil && len(theta) == r.Landscape.Dim() && r.Landscape.LossGrad(nil, theta) > r.Level
}

// Near is the ball of the given radius about a point, for example another minimum.
type Near struct {
	Point  []float64
	Radius float64
}

// Contains implements [Region].
func (n Near) Contains(theta []float64) bool {
	return len(theta) == len(n.Point) && floats.Distance(theta, n.Point, 2) <= n.Radius
}

// Half is the half-space (θ − Point)·Normal ≥ 0.
type Half struct{ Point, Normal []float64 }

// Contains implements [Region].
func (h Half) Contains(theta []float64) bool {
	side := 0.0
	if len(theta) != len(h.Normal) || len(theta) != len(h.Point) {
		return false
	}
	for i, n := range h.Normal {
		side += (theta[i] - h.Point[i]) * n
	}
	return side >= 0
}

// axis returns the axis along which alone the normal points, upwards; θ − p ≥ 0 is θ ≥ p to the
// bit.
func (h Half) axis() (axis int, ok bool) {
	for i, n := range h.Normal {
		switch {
		case n < 0 || n > 0 && ok:
			return 0, false
		case n > 0:
			axis, ok = i, true
		}
	}
	return axis, ok
}

// Past returns the half-space on the far side of the saddle's dividing plane, which is normal to
// the axis of the barrier, see [landscape.Axis]. Normal is a unit vector, so that the plane is
// moved on by adding to Point along it. Errors are those of [landscape.FindAxis].
func Past(b landscape.Barrier) (Half, error) {
	axis, err := landscape.FindAxis(b)
	if err != nil {
		return Half{}, fmt.Errorf("escape: exit past a saddle: %w", err)
	}
	return Half{Point: b.Saddle().Theta, Normal: axis.Direction}, nil
}

var (
	_ Region = RegionFunc(nil)
	_ Region = Beyond{}
	_ Region = LossAbove{}
	_ Region = Near{}
	_ Region = Half{}
)

// checkRegion returns an error unless r is a region of a space of dim dimensions.
func checkRegion(r Region, dim int) error {
	if given.None(r) {
		return fmt.Errorf("no exit region given")
	}
	switch r := r.(type) {
	case Beyond:
		if r.Axis < 0 || r.Axis >= dim || math.IsNaN(r.Level) {
			return fmt.Errorf("region θ_%d ≥ %v in %d dimensions, want an axis from 0 to %d and a level", r.Axis, r.Level, dim, dim-1)
		}
	case LossAbove:
		if given.None(r.Landscape) || r.Landscape.Dim() != dim || math.IsNaN(r.Level) {
			return fmt.Errorf("region L > %v, want a landscape of dimension %d and a level", r.Level, dim)
		}
	case Near:
		if len(r.Point) != dim || !dynamics.Finite(r.Point) || !(r.Radius > 0) {
			return fmt.Errorf("region within %v of a point of length %d, want a radius > 0 and length %d, finite", r.Radius, len(r.Point), dim)
		}
	case Half:
		if len(r.Point) != dim || len(r.Normal) != dim || !dynamics.Finite(r.Point) || !dynamics.Finite(r.Normal) {
			return fmt.Errorf("half-space with a point of length %d and a normal of length %d, want %d for both, finite", len(r.Point), len(r.Normal), dim)
		}
	}
	return nil
}
