package splitting

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Path is a way out, seen each time the coordinate is larger than before.
type Path struct {
	Theta      [][]float64
	Coordinate []float64 // ascending, but the last point may be out at less by [Problem.Out] or [Settings.Stages]
	Time       []float64 // t since the inner surface
}

// path returns the way to a point.
func (r *run) path(tip *point) (path Path) {
	for p := tip; p != nil; p = p.before {
		if p.stage > 0 {
			continue // between two steps there is no place to be
		}
		path.Theta, path.Coordinate, path.Time = append(path.Theta, p.theta), append(path.Coordinate, p.reach), append(path.Time, p.time)
	}
	slices.Reverse(path.Theta)
	slices.Reverse(path.Coordinate)
	slices.Reverse(path.Time)
	if last := len(path.Theta) - 1; math.IsInf(path.Coordinate[last], 1) {
		path.Coordinate[last] = r.Coordinate.At(path.Theta[last])
	}
	return path
}

// Tube is the mean reactive path as a function of the coordinate.
type Tube struct {
	Coordinate   []float64
	Mean, Spread [][]float64 // of θ where paths first are as far or farther: mean, standard deviation
	Time         []float64   // mean time since the inner surface
	Paths        []int       // how many came as far
}

// Tube returns the mean reactive path at so many levels, from the inner surface to the largest
// coordinate that all paths reach. Paths that share a piece are counted each, as they should. It
// returns an error for no reactive paths or fewer than two levels.
func (r *Result) Tube(levels int) (*Tube, error) {
	if r == nil || len(r.Reactive) == 0 || levels < 2 || levels > 1e6 {
		return nil, fmt.Errorf("splitting: tube of no reactive path, or of %d levels, want 2 to 10⁶", levels)
	}
	to := math.Inf(1)
	for _, p := range r.Reactive {
		if len(p.Coordinate) == 0 || len(p.Theta) != len(p.Coordinate) || len(p.Time) != len(p.Coordinate) {
			return nil, fmt.Errorf("splitting: tube of a path with %d coordinates, %d points and %d times", len(p.Coordinate), len(p.Theta), len(p.Time))
		}
		to = min(to, slices.Max(p.Coordinate))
	}
	tube := &Tube{}
	for k := range levels {
		x := r.Inner + (to-r.Inner)*float64(k)/float64(levels-1)
		tube.add(r.Reactive, x)
	}
	return tube, nil
}

// add adds one level.
func (t *Tube) add(paths []Path, x float64) {
	var at [][]float64
	var times []float64
	for _, p := range paths {
		k := slices.IndexFunc(p.Coordinate, func(y float64) bool { return y >= x })
		if k < 0 {
			k = len(p.Coordinate) - 1
		}
		at, times = append(at, p.Theta[k]), append(times, p.Time[k])
	}
	mean, spread, column := make([]float64, len(at[0])), make([]float64, len(at[0])), make([]float64, len(at))
	for i := range mean {
		for j := range at {
			column[j] = at[j][i]
		}
		mean[i], spread[i] = stat.PopMeanStdDev(column, nil)
	}
	t.Coordinate, t.Mean, t.Spread = append(t.Coordinate, x), append(t.Mean, mean), append(t.Spread, spread)
	t.Time, t.Paths = append(t.Time, stat.Mean(times, nil)), append(t.Paths, len(at))
}

// Ends returns where the reactive paths are as they leave, one row a path, and how long they took
// from the inner surface: the escape position and the transit time.
func (r *Result) Ends() (theta [][]float64, transit []float64) {
	if r == nil {
		return nil, nil
	}
	for _, p := range r.Reactive {
		if last := len(p.Theta) - 1; last >= 0 && last < len(p.Time) {
			theta, transit = append(theta, p.Theta[last]), append(transit, p.Time[last])
		}
	}
	return theta, transit
}
