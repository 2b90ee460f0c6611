// Package data answers one question: on which samples does SGD run?
//
// A [Set] holds N samples as rows of a matrix, with targets and class numbers. Sets come from a
// table of your own ([ReadCSV], [ReadNPY]), from IDX files (MNIST, Fashion-MNIST; [LoadDir],
// [FashionMNIST]) or from the two synthetic laws that have closed forms: [Regression] with labels
// independent of the inputs (the paper's Fig. 3) and [Teacher] with labels that a linear teacher
// makes. Weights of a network trained elsewhere come as [Tensors] ([LoadTensors]).
//
// Errors start with "data:", name the bad value and the bound, and are found before any sample is
// used.
package data

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Set holds N labelled samples.
//
//   - X is N×d, one sample per row, and must not be nil.
//   - Y is N×k, the targets (k outputs); nil until [ReadCSV], [Set.OneHot],
//     [Set.EvenOdd] or a synthetic law sets it.
//   - Class is the class number of each sample, 0 ≤ Class[μ] < Classes; nil when
//     the set has no classes.
type Set struct {
	X       *mat.Dense
	Y       *mat.Dense
	Class   []int
	Classes int
}

// Len returns the number of samples N, 0 for a nil set or one without X.
func (s *Set) Len() int {
	if s == nil || s.X == nil {
		return 0
	}
	return s.X.RawMatrix().Rows
}

// Features returns the number d of features per sample, 0 where Len is.
func (s *Set) Features() int {
	if s.Len() == 0 {
		return 0
	}
	return s.X.RawMatrix().Cols
}

// Standardise shifts and scales every feature in place to mean 0 and variance 1 over the set, and
// returns the means and standard deviations it used, so that a test set can follow with
// [Set.Affine]. A constant feature is only shifted; one whose variance is beyond floating point (a
// value that is not finite, or beyond 1e154) is left as it is, mean 0 and deviation 1.
func (s *Set) Standardise() (mean, std []float64) {
	n, d := s.Len(), s.Features()
	mean, std = make([]float64, d), make([]float64, d)
	col := make([]float64, n)
	for j := range d {
		mat.Col(col, j, s.X)
		m, v := stat.PopMeanVariance(col, nil)
		if !finite(m) || !finite(v) {
			m, v = 0, 1
		}
		mean[j], std[j] = m, math.Sqrt(v)
		if !(std[j] > 1e-12*math.Abs(m)) { // constant up to rounding of the mean
			std[j] = 1
		}
	}
	s.affine(mean, std)
	return mean, std
}

// Affine maps feature j in place to (x_j − shift_j)/scale_j. Wrong lengths, scales that are not
// positive and finite, and a result that is not finite are errors, which leave the set as it was.
func (s *Set) Affine(shift, scale []float64) error {
	d := s.Features()
	if len(shift) != d || len(scale) != d {
		return fmt.Errorf("data: affine map of %d shifts and %d scales for %d features", len(shift), len(scale), d)
	}
	for j, v := range scale {
		if !(v > 0) || !finite(v) {
			return fmt.Errorf("data: scale of feature %d is %v, want > 0 and finite", j, v)
		}
	}
	for i := range s.Len() {
		for j, x := range s.X.RawRowView(i) {
			if y := (x - shift[j]) / scale[j]; !finite(y) {
				return fmt.Errorf("data: feature %d of sample %d, %v, would become %v", j, i, x, y)
			}
		}
	}
	s.affine(shift, scale)
	return nil
}

func (s *Set) affine(shift, scale []float64) {
	for i := range s.Len() {
		row := s.X.RawRowView(i)
		for j := range row {
			row[j] = (row[j] - shift[j]) / scale[j]
		}
	}
}

// OneHot sets Y to the N×Classes matrix with a 1 in the column of the class. A set without classes,
// or with a class outside its range, and more than 2²⁸ numbers (2 GiB) are errors.
func (s *Set) OneHot() error {
	if err := s.checkClasses(); err != nil {
		return err
	}
	s.Y = mat.NewDense(s.Len(), s.Classes, nil)
	for i, c := range s.Class {
		s.Y.Set(i, c, 1)
	}
	return nil
}

// EvenOdd sets Y to the N×1 matrix of labels +1 for an even and −1 for an odd class: the labels of
// the paper's Fig. 1. Errors are those of [Set.OneHot].
func (s *Set) EvenOdd() error {
	if err := s.checkClasses(); err != nil {
		return err
	}
	s.Y = mat.NewDense(s.Len(), 1, nil)
	for i, c := range s.Class {
		s.Y.Set(i, 0, float64(1-2*(c%2)))
	}
	return nil
}

func (s *Set) checkClasses() error {
	switch {
	case s.Len() == 0:
		return fmt.Errorf("data: the set has no samples")
	case s.Class == nil:
		return fmt.Errorf("data: the set has no classes")
	case s.Classes > maxNumbers/s.Len():
		return fmt.Errorf("data: %d classes for %d samples, want at most %d numbers (2 GiB)", s.Classes, s.Len(), maxNumbers)
	case len(s.Class) != s.Len():
		return fmt.Errorf("data: %d classes for %d samples", len(s.Class), s.Len())
	}
	for i, c := range s.Class {
		if c < 0 || c >= s.Classes {
			return fmt.Errorf("data: class of sample %d is %d, want 0 ≤ class < %d", i, c, s.Classes)
		}
	}
	return nil
}

// Regression returns n samples x ~ N(0, I_d) with labels y ~ N(0, sigma²) independent of x: the
// paper's Fig. 3. Over fresh samples its linear regression has L(θ) = ½(sigma² + |θ|²), H = I, θ* =
// 0 and Σ = [2L·I + θθᵀ]/B (the decoupling approximation, Eq. 10, drops θθᵀ).
//
// It is an error unless n ≥ 1, d ≥ 1, n·d ≤ 2²⁸ (2 GiB), sigma is finite and ≥ 0, and rng is not
// nil.
func Regression(n, d int, sigma float64, rng *rand.Rand) (*Set, error) {
	if d > maxNumbers {
		return nil, fmt.Errorf("data: %d synthetic features, want at most %d (2 GiB)", d, maxNumbers)
	}
	return Teacher(n, make([]float64, max(d, 0)), sigma, rng)
}

// Teacher returns n samples x ~ N(0, I_d) with labels y = w·x + sigma·ε, ε ~ N(0,1), of the linear
// teacher w; d = len(w). Over fresh samples its linear regression has L(θ) = ½(sigma² + |θ−w|²), H
// = I, θ* = w.
//
// It is an error unless n ≥ 1, d ≥ 1, w is finite, sigma is finite and ≥ 0, and rng is not nil.
func Teacher(n int, w []float64, sigma float64, rng *rand.Rand) (*Set, error) {
	switch {
	case n < 1:
		return nil, fmt.Errorf("data: %d synthetic samples, want at least 1", n)
	case len(w) < 1:
		return nil, fmt.Errorf("data: %d synthetic features, want at least 1", len(w))
	case n > maxNumbers/len(w):
		return nil, fmt.Errorf("data: %d×%d synthetic numbers, want at most %d (2 GiB)", n, len(w), maxNumbers)
	case rng == nil:
		return nil, fmt.Errorf("data: synthetic samples from a nil random source")
	case !(sigma >= 0) || math.IsInf(sigma, 1):
		return nil, fmt.Errorf("data: label noise %v, want finite and ≥ 0", sigma)
	}
	for j, v := range w {
		if !finite(v) {
			return nil, fmt.Errorf("data: teacher weight %d is %v, want finite", j, v)
		}
	}
	x, y := mat.NewDense(n, len(w), nil), mat.NewDense(n, 1, nil)
	for i := range n {
		row, dot := x.RawRowView(i), 0.0
		for j := range row {
			row[j] = rng.NormFloat64()
			dot += w[j] * row[j]
		}
		y.Set(i, 0, dot+sigma*rng.NormFloat64())
		if v := y.At(i, 0); !finite(v) {
			return nil, fmt.Errorf("data: label of sample %d is %v: label noise %v or teacher weights too large", i, v, sigma)
		}
	}
	return &Set{X: x, Y: y}, nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
