// Package network answers one question: how long does SGD stay at the minimum of a trained network,
// or of any other model, and which theory knows it beforehand?
//
// [Settle] goes down to the minimum nearby and finds what the Hessian looks like there: a [Site].
// [Site.Report] is what the theories say of SGD at that site, with warnings about the learning
// rate, before anything is run; [Report.Measure] lets SGD run and puts the measured times beside
// them. A Report prints itself, and comes as a table and as a figure. There is no loop over steps
// in here: minima and spectra are those of package spectrum, motion that of sgd, first passages
// those of escape and, where rare, of splitting, least action that of quasipotential.
//
// Errors start with "network:". Randomness comes from seeds in the settings.
package network

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
	"github.com/sgdescape/sgdescape/pkg/spectrum"
)

// SiteSettings steers [Settle]; the zero value works.
type SiteSettings struct {
	Minimum spectrum.MinimumSettings
	// Eigenvalues is how many leading eigenvalues of H(θ*) are found: clearly more than there are
	// outliers. 0 means 20, or P if that is less.
	Eigenvalues int
	Seed        uint64
}

// Site is a minimum of the mean loss of a model and how the loss bends and scatters there.
type Site struct {
	Model   model.Model
	Minimum *spectrum.Minimum
	// Spectrum holds the leading eigenvalues h_1 ≥ h_2 ≥ … of H(θ*) with their vectors v_i; an
	// exact eigenvalue lies within ±Residuals[i] of each.
	Spectrum *spectrum.Eigen
	// Outliers is h* and n by the widest gap, with the counts that the gap cannot tell from n.
	spectrum.Outliers
	// Trace is Tr (1/N)Σ Σ_j ∇f_j∇f_jᵀ, which is about Tr H (Eq. 12) for mean-square loss; NaN
	// where the model has no such product.
	Trace float64
	// Directions holds what each of the n outliers is worth to the theories.
	Directions []Direction
}

// Direction is one outlier.
type Direction struct {
	Curvature float64 // h_i
	// Kurtosis is that of the slopes ∇f_μ·v_i, see [noise.Kurtosis]; NaN unless the model has one
	// output, mean-square loss and derivatives of its outputs.
	Kurtosis float64
	// Noise is a_i = B·v_iΣv_i/(2L(θ*)h_i), the noise along v_i in units of what Eq. 6 says, for
	// samples drawn with replacement.
	Noise float64
}

// flatLoss is the loss at the minimum, relative to that at the start, below which there is as good
// as none: noise falls with the loss, and a descent to |∇L| = 1e−8 leaves about as much.
const flatLoss = 1e-12

// Settle finds the minimum that full-batch descent from start ends in, [spectrum.FindMinimum], its
// leading eigenvalues by Lanczos' method and from these h* and n ([spectrum.CountByGap]).
//
// Errors: gradients at the start that are not those of the losses (a glance at three samples and
// the mean; [model.Check] holds a model to all laws), those of [spectrum.FindMinimum],
// [spectrum.Leading] and [spectrum.CountByGap], eigenvalues that did not converge, fewer than 2 or
// more than P of them, and a minimum without loss, where SGD has no noise: the model then fits
// every sample, and wants fewer parameters or noise on its labels.
func Settle(ctx context.Context, m model.Model, start []float64, s SiteSettings) (*Site, error) {
	n, p, err := model.CheckPoint(m, start)
	if err != nil {
		return nil, fmt.Errorf("network: site of %w", err)
	}
	if s.Eigenvalues = cmp.Or(s.Eigenvalues, min(20, p)); s.Eigenvalues < 2 || s.Eigenvalues > p {
		return nil, fmt.Errorf("network: %d leading eigenvalues, want 2 to P = %d", s.Eigenvalues, p)
	}
	if err := checkGradient(m, start); err != nil {
		return nil, err
	}
	before := model.BatchGrad(m, nil, start, nil)
	least, err := spectrum.FindMinimum(ctx, m, start, s.Minimum)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if !(least.Loss > flatLoss*before) {
		return nil, fmt.Errorf("network: L(θ*) = %.3g after L = %.3g at the start: without loss there is no noise to escape by; fewer than %d parameters for %d samples, or noise on the labels, leave some", least.Loss, before, p, n)
	}
	h, err := noise.Hessian(m, least.Theta)
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	e, err := spectrum.Leading(ctx, h, s.Eigenvalues, spectrum.LeadingSettings{Seed: s.Seed})
	if err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	if !e.Converged {
		return nil, fmt.Errorf("network: %d eigenvalues did not converge in %d products with H, want fewer", s.Eigenvalues, e.Steps)
	}
	site := &Site{Model: m, Minimum: least, Spectrum: e, Trace: traceOf(m, least.Theta)}
	if site.Outliers, err = spectrum.CountByGap(e.Values); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	return site, site.measureDirections()
}

// checkGradient compares ∇ℓ of three samples, and ∇L, with differences of the losses along random
// directions. A kink next to the start spoils one direction, a gradient that lies all of them.
func checkGradient(m model.Model, theta []float64) error {
	n, p := m.Dims()
	rng := dynamics.Stream(0, "network gradient", 0)
	grad, v, at := make([]float64, p), make([]float64, p), make([]float64, p)
	// The cube root of the rounding unit balances truncation and rounding of a difference.
	step := math.Cbrt(0x1p-53) * math.Max(1, floats.Norm(theta, math.Inf(1)))
	for _, batch := range [][]int{{0}, {n / 2}, {n - 1}, nil} {
		loss := model.BatchGrad(m, grad, theta, batch)
		got, want, good := 0.0, 0.0, false
		for try := 0; try < 3 && !good; try++ {
			dynamics.Normals(v, rng)
			floats.Scale(1/floats.Norm(v, 2), v)
			got = floats.Dot(grad, v)
			up := model.BatchGrad(m, nil, floats.AddScaledTo(at, theta, step, v), batch)
			want = (up - model.BatchGrad(m, nil, floats.AddScaledTo(at, theta, -step, v), batch)) / (2 * step)
			// 1e−5 leaves room for ten digits of a difference, 1e−9 for the rounding of the losses.
			good = math.Abs(got-want) <= 1e-5*floats.Norm(grad, 2)+1e-9*math.Max(1, loss)
		}
		if !good {
			return fmt.Errorf("network: gradient of samples %v (none: the mean) along a direction is %.6g, the losses say %.6g: see model.Check", batch, got, want)
		}
	}
	return nil
}

// traceOf returns the trace of the Gauss–Newton matrix, NaN where there is none or the loss is
// another.
func traceOf(m model.Model, theta []float64) float64 {
	s, ok := m.(model.SlopeNormer)
	if !ok || model.MeanSquareOutputs(m) == 0 {
		return math.NaN()
	}
	n, _ := m.Dims()
	norms, sum := make([]float64, n), 0.0
	s.SlopeNorms(norms, theta, nil)
	for _, v := range norms {
		sum += v
	}
	return sum / float64(n)
}

// measureDirections finds kurtosis and noise along each outlier.
func (s *Site) measureDirections() error {
	sigma, err := noise.NewCovariance(s.Model, s.Minimum.Theta, 1, noise.Exact)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	for i := range s.EffectiveDimension {
		v := s.direction(i)
		along, err := noise.Along(sigma, v)
		if err != nil {
			return fmt.Errorf("network: %w", err)
		}
		d := Direction{Curvature: s.Spectrum.Values[i], Noise: along / (2 * s.Minimum.Loss * s.Spectrum.Values[i])}
		if d.Kurtosis, err = noise.Kurtosis(s.Model, s.Minimum.Theta, v); err != nil {
			d.Kurtosis = math.NaN() // of another loss, or of several outputs
		}
		s.Directions = append(s.Directions, d)
	}
	return nil
}

// direction returns v_i.
func (s *Site) direction(i int) []float64 { return mat.Col(nil, i, s.Spectrum.Vectors) }

// check is an error unless Settle made the site.
func (s *Site) check() error {
	if s == nil || s.Minimum == nil || s.Spectrum == nil || len(s.Directions) == 0 {
		return fmt.Errorf("network: a site that Settle did not make")
	}
	return nil
}
