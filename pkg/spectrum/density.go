package spectrum

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// DensitySettings steers [Density]; the zero value works.
type DensitySettings struct {
	Probes int // random vectors; 0 means 10
	Steps  int // products per probe; 0 means 80, and never more than the dimension
	Seed   uint64
}

// Spectrum is the spectral measure of an operator, (1/P)Σ_i δ(λ − λ_i), as seen by random probes:
// probe k saw weight Weights[k][j] at Nodes[k][j], ascending, the weights of a probe adding up to 1.
type Spectrum struct {
	Dim     int
	Nodes   [][]float64
	Weights [][]float64
}

// Density estimates the spectral measure by stochastic Lanczos quadrature (Golub–Welsch): each
// Gaussian probe's Gauss quadrature of Steps nodes is exact for polynomials up to degree
// 2·Steps − 1. It costs Probes × Steps products.
//
// Errors: fewer than 2 probes (there would be no standard error), a negative setting, a
// product that is not finite.
func Density(op Operator, s DensitySettings) (*Spectrum, error) {
	if s.Probes == 0 {
		s.Probes = 10
	}
	if s.Steps == 0 {
		s.Steps = 80
	}
	if s.Probes < 2 || s.Steps < 1 {
		return nil, fmt.Errorf("spectrum: density from %d probes of %d steps, want at least 2 of 1", s.Probes, s.Steps)
	}
	d := &Spectrum{Dim: op.Dim()}
	for k := range s.Probes {
		l := newLanczos(op, source(s.Seed, k))
		for len(l.q) < min(s.Steps, d.Dim) {
			if err := l.step(); err != nil {
				return nil, err
			}
			if l.beta[len(l.beta)-1] == 0 {
				break // the probe's invariant subspace is exhausted: the quadrature is exact
			}
		}
		nodes, vectors, err := l.ritz()
		if err != nil {
			return nil, err
		}
		weights := make([]float64, len(nodes))
		for j := range weights {
			weights[j] = vectors.At(0, j) * vectors.At(0, j)
		}
		d.Nodes, d.Weights = append(d.Nodes, nodes), append(d.Weights, weights)
	}
	return d, nil
}

// Mean returns (1/P)Σ_i f(λ_i) and its standard error over the probes:
// f(λ) = λ gives the trace per dimension.
func (d *Spectrum) Mean(f func(lambda float64) float64) (value, stderr float64) {
	each := make([]float64, len(d.Nodes))
	for k, nodes := range d.Nodes {
		for j, x := range nodes {
			each[k] += d.Weights[k][j] * f(x)
		}
	}
	mean, std := stat.MeanStdDev(each, nil)
	return mean, std / math.Sqrt(float64(len(each)))
}

// Above returns the number of eigenvalues larger than x and its standard error. The count is
// resolved only where x lies in a gap wider than about the spectrum's width/Steps.
func (d *Spectrum) Above(x float64) (count, stderr float64) {
	value, stderr := d.Mean(func(lambda float64) float64 {
		if lambda > x {
			return 1
		}
		return 0
	})
	return value * float64(d.Dim), stderr * float64(d.Dim)
}

// At returns the density at x, smoothed with a Gaussian of standard deviation width > 0, and its
// standard error. Its integral over all x is 1.
func (d *Spectrum) At(x, width float64) (density, stderr float64) {
	return d.Mean(func(lambda float64) float64 {
		z := (x - lambda) / width
		return math.Exp(-z*z/2) / (width * math.Sqrt(2*math.Pi))
	})
}
