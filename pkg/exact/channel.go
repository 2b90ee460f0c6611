package exact

import (
	"context"
	"fmt"
	"math"
)

// Channel is a straight way over a pass with parabolas across, and isotropic noise:
//
//	L(z, y) = ℓ(z) + ½ Σ_{i=2..n} h_i(z) y_i²,   m = (n−1)/2.
//
// It is the diffusion of z alone for a y that is at equilibrium at every z. The n−1 integrals over
// y are exact, with no expansion about the minimum or the saddle: under Eq. 13 (LossNoise) they
// give the flux and the stationary weight of a plane
//
//	f(z) = ∫ m a dy = T/(1−mT) · ℓ^{m−1/T} / √(Π h_i),   w(z) = ∫ m dy = ℓ^{m−1−1/T} / √(Π h_i),
//
// up to one common factor. 1/f is the scale density and w the speed density of a process on the
// line. f exists for n < 1 + 2/T = n_c − 1 only, one dimension below where Eq. 19 has the minimum
// lose its stability. Under Eq. 5 (ConstantNoise) y is independent of ℓ, and only the h_i(z) count.
type Channel struct {
	Line OneDim // ℓ(z) and the noise: LossNoise or ConstantNoise
	Dim  int    // n ≥ 1
	// LogDet returns log Π h_i(z). nil stands for curvatures that are the same all the way, equal
	// or not: they cancel.
	LogDet func(z float64) float64
}

var (
	_ Process = Channel{}
	_ Checker = Channel{}
)

// Check implements [Checker].
func (c Channel) Check() error {
	if c.Line.Loss == nil || c.Dim < 1 {
		return fmt.Errorf("channel of effective dimension n = %d, want ≥ 1 and a loss", c.Dim)
	}
	switch noise := c.Line.Noise.(type) {
	case LossNoise:
		if limit := 1 + 2/noise.Temperature; !(noise.Temperature > 0) || !(float64(c.Dim) < limit) {
			return fmt.Errorf("channel: flux over the pass at T = %v and n = %d, want T > 0 and n < n_c − 1 = %.6g", noise.Temperature, c.Dim, limit)
		}
	case ConstantNoise:
		if !(noise.Strength > 0) {
			return fmt.Errorf("channel: noise strength D = %v, want > 0", noise.Strength)
		}
	default:
		return fmt.Errorf("channel: noise %T, want LossNoise or ConstantNoise", noise)
	}
	return nil
}

// Densities implements [Process]; NaN without a loss or a noise.
func (c Channel) Densities(z float64) (logScale, logSpeed float64) {
	if c.Line.Check() != nil {
		return math.NaN(), math.NaN()
	}
	logScale, logSpeed = c.Line.Densities(z)
	if noise, ok := c.Line.Noise.(LossNoise); ok {
		m := float64(c.Dim-1) / 2
		room := m * math.Log(c.Line.Loss(z))
		logScale, logSpeed = logScale-room+math.Log(1-m*noise.Temperature), logSpeed+room
	}
	if c.LogDet != nil {
		half := c.LogDet(z) / 2
		logScale, logSpeed = logScale+half, logSpeed-half
	}
	return logScale, logSpeed
}

// Rate returns the escape rate by two quadratures, one over the mean time that z takes from a
// minimum to an exit beyond the pass. Where both sides of the pass are alike and the exit is the
// far minimum, this is for Eq. 13
//
//	κ = T/(1−mT) / [ ∫_passage ℓ^{1/T−m} √(Πh_i) dz · ∫_well ℓ^{m−1−1/T}/√(Πh_i) dz ],
//
// the passage from minimum to minimum, the well up to the pass, no integral expanded. Expanded
// (Laplace) for T → 0 they are Eq. 17, whose error this formula shows: the low barrier, the shape
// of well and pass, and the room ℓ^m across.
//
// By Dirichlet's principle the flux ∫ m a |∇q|², q the committor, is the least of all functions
// between the two planes; a q that knows only z gives more. For a symmetric pass κ is therefore not
// below the rate of transitions between the planes (Committor.Rate of package kolmogorov), and
// equal to it for n = 1. For n equal outliers h and h^s at the pass what it is above is, to second
// order in T,
//
//	κ/κ_committor − 1 ≈ (n−1)T²/4 · |h^s|/(h+|h^s|),
//
// times about (1−mT)⁻², and more next to n_c − 1. From half the Dirichlet eigenvalue it differs
// besides by what the definitions of a rate differ by, which falls off as e^{−x}, x = ½(n_c−n)·log
// c. On quartic wells at T = 0.05 and 0.1, c ≤ 8, n_c − n ≥ 14 and x ≥ 8 it is within 1.2 %, where
// Eq. 17 is within 3.0 % (3.7 % at T = 0.15). Outliers that differ at the minimum make a noise that
// is not isotropic, and are outside.
//
// Errors are those of [Channel.Check] and [MeanFirstPassage].
func (c Channel) Rate(ctx context.Context, minimum, exit float64, s Settings) (Result, error) {
	if err := c.Check(); err != nil {
		return Result{}, fmt.Errorf("exact: %w", err)
	}
	t, err := MeanFirstPassage(ctx, c, minimum, exit, s)
	if err != nil {
		return Result{}, err
	}
	return Result{Value: 1 / t.Value, Err: t.Err / (t.Value * t.Value), Grid: t.Grid}, nil
}

// Laplace takes the step from Eq. 17 to [Channel.Rate] apart, for LossNoise and a pass that is the
// same on both sides. With m = (n−1)/2, a = 1/T − m, b = a + 1 and the curvatures h of ℓ at the
// minimum and −k at the saddle, both > 0, the rate is Eq. 17 times
//
//	room = √(1 + T/(1−mT)),  well = ℓ₀^{−b}√(2πℓ₀/hb) / ∫_well ℓ^{−b} dz,
//	pass = ℓ_s^a √(2πℓ_s/ka) / ∫_passage ℓ^a dz :
//
// what the directions across have beyond their Gaussian share, and how far bottom and top are from
// parabolas in log ℓ. Each is 1 + O(T). It returns an error for another noise, curvatures across
// that vary, one of h and k that is not positive or so extreme that a factor is not finite, and
// those of [Channel.Rate].
func (c Channel) Laplace(ctx context.Context, minimum, saddle, h, k float64) (room, well, pass float64, err error) {
	fail := func(err error) (float64, float64, float64, error) {
		return 0, 0, 0, fmt.Errorf("exact: channel: Laplace's method: %w", err)
	}
	noise, ok := c.Line.Noise.(LossNoise)
	if !ok || c.LogDet != nil || !(h > 0 && k > 0) {
		return fail(fmt.Errorf("noise %T and curvatures h = %v, k = %v, want LossNoise, > 0, and the same curvatures across all the way", c.Line.Noise, h, k))
	}
	if err := c.Check(); err != nil {
		return fail(err)
	}
	exit := 2*saddle - minimum
	inside, err := newQuadrature(ctx, c, minimum, saddle, Settings{})
	if err != nil {
		return fail(err)
	}
	over, err := newQuadrature(ctx, c, minimum, exit, Settings{})
	if err != nil {
		return fail(err)
	}
	// Each in units of its density at the minimum or the saddle.
	logScale, _ := c.Densities(saddle)
	_, logSpeed := c.Densities(minimum)
	inside.logScaleRef, inside.logSpeedRef = 0, logSpeed
	over.logScaleRef, over.logSpeedRef = logScale, 0
	w, err := refine(inside.tol, inside.rounding, inside.well)
	if err != nil {
		return fail(err)
	}
	p, err := refine(over.tol, over.rounding, over.passage)
	if err != nil {
		return fail(err)
	}
	T, m := noise.Temperature, float64(c.Dim-1)/2
	a := 1/T - m
	room = math.Sqrt(1 + T/(1-m*T))
	well = math.Sqrt(2*math.Pi*c.Line.Loss(minimum)/(h*(a+1))) / w.Value
	pass = math.Sqrt(2*math.Pi*c.Line.Loss(saddle)/(k*a)) / p.Value
	if product := room * well * pass; !(product > 0) || math.IsInf(product, 1) {
		return fail(fmt.Errorf("factors %v, %v and %v, want finite values > 0", room, well, pass))
	}
	return room, well, pass, nil
}
