package model

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// checkSet reports what makes a set unfit for any model with targets.
func checkSet(set *data.Set) error {
	switch {
	case set == nil || set.X == nil || set.X.IsEmpty():
		return fmt.Errorf("model: the set has no samples")
	case set.Y == nil || set.Y.IsEmpty():
		return fmt.Errorf("model: the set has no targets: name them when it is read, or call OneHot or EvenOdd")
	}
	x, y := set.X.RawMatrix(), set.Y.RawMatrix()
	if x.Rows != y.Rows {
		return fmt.Errorf("model: %d samples but %d targets", x.Rows, y.Rows)
	}
	if err := checkFinite("feature", x); err != nil {
		return err
	}
	return checkFinite("target", y)
}

func checkFinite(name string, a blas64.General) error {
	for i := range a.Rows {
		for j, v := range a.Data[i*a.Stride : i*a.Stride+a.Cols] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("model: %s %d of sample %d is %v, want finite", name, j, i, v)
			}
		}
	}
	return nil
}

func squaredNorms(a blas64.General) []float64 {
	norms := make([]float64, a.Rows)
	for i := range norms {
		row := a.Data[i*a.Stride : i*a.Stride+a.Cols]
		norms[i] = floats.Dot(row, row)
	}
	return norms
}
