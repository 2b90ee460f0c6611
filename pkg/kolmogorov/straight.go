package kolmogorov

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// StraightFactor returns the factor F by which, to leading order at low temperature, the escape
// rate of [Aligned] noise over the saddle at z₁ differs from Eq. 17 with h* = h₁ (appendix C): κ =
// F·κ₁₇. It depends on the ratio ρ = T_⊥/T₁ alone, not on how low the temperatures are, and is 1
// for ρ = 1.
//
// On the axis of a straight valley the momentum of the Freidlin–Wentzell path has no part across
// it, so the straight path is an extremal with action log c/T₁: the exponent of appendix C. Its
// width and the prefactor are not those of Eq. 17. With ℓ(z) = L(z, 0), K = k/T_⊥ the curvature of
// the quasipotential across the path and time t along dz/dt = ℓ′,
//
//	dk/dt = 2(h_⊥k − ℓk² − ½ρh_⊥(ℓ′/ℓ)²),   log F = (n−1)∫(h_⊥ − ℓk) dt.
//
// Where k runs off to −∞, at a focal point, the straight path is only a saddle of the action: a
// path that swerves through larger losses, and their larger noise across, costs less, and appendix
// C does not hold even in the exponent. That is an error, as is a field out of bounds or a loss
// that does not rise all the way. No focal point means that the straight path is the cheapest among
// its neighbours, not among all paths. log F is found to about 1e−4 per dimension across for ρ ≥ ½,
// and to 2e−3 at ρ = ¼: how much is left out at both ends depends on ρ. It is an error, too, if ctx
// ends.
func (a Aligned) StraightFactor(ctx context.Context, saddle float64) (float64, error) {
	v := a.Valley
	if err := a.check(); err != nil {
		return 0, err
	}
	if err := parallel.Err(ctx); err != nil {
		return 0, fmt.Errorf("kolmogorov: straight path: %w", err)
	}
	switch {
	case v.Dim < 1 || v.Loss == nil:
		return 0, fmt.Errorf("kolmogorov: straight path: valley of effective dimension n = %d, want ≥ 1 and a loss", v.Dim)
	case !finite(saddle) || !(saddle > v.Minimum):
		return 0, fmt.Errorf("kolmogorov: straight path: saddle at z₁ = %v, want a finite value beyond the minimum at %v", saddle, v.Minimum)
	}
	if v.Dim == 1 {
		return 1, nil
	}
	span := saddle - v.Minimum
	r := 1e-3 * span
	floor := v.Loss(v.Minimum, 0)
	across := 2 * (v.Loss(v.Minimum, r) - floor) / (r * r)
	along := 2 * (v.Loss(v.Minimum+r, 0) - floor) / (r * r)
	if !(floor > 0 && across > 0 && along > 0) || !finite(floor) || !finite(across) || !finite(along) {
		return 0, fmt.Errorf("kolmogorov: straight path: loss %v at the minimum, curvatures %v along and %v across, want finite values > 0", floor, along, across)
	}
	ratio := a.Across / a.Along
	slope := func(z float64) float64 { return (v.Loss(z+r, 0) - v.Loss(z-r, 0)) / (2 * r) }
	// The state is z, k and log F per transverse dimension.
	rhs := func(s [3]float64) [3]float64 {
		loss, dl := v.Loss(s[0], 0), slope(s[0])
		push := ratio * across * (dl / loss) * (dl / loss)
		return [3]float64{dl, 2*s[1]*(across-loss*s[1]) - push, across - loss*s[1]}
	}
	// Stopping short of both ends leaves out a few 1e−5 of log F, and more for small ρ.
	s := [3]float64{v.Minimum + 3e-3*span, across / floor, 0}
	dt := 0.02 / math.Max(math.Abs(along), across)
	const maxSteps = 1_000_000 // a stiffness of 10⁴
	watch := parallel.NewWatch(ctx)
	for range maxSteps {
		if watch.Ended() {
			return 0, fmt.Errorf("kolmogorov: straight path: stopped at z₁ = %v: %w", s[0], ctx.Err())
		}
		before := s[0]
		s = rungeKutta(rhs, s, dt)
		switch {
		case s[0] > saddle-3e-3*span:
			factor := math.Exp(float64(v.Dim-1) * s[2])
			if !(factor > 0) || !finite(factor) {
				return 0, fmt.Errorf("kolmogorov: straight path: F = %v in %d dimensions, want a finite value > 0", factor, v.Dim)
			}
			return factor, nil
		case !(s[1] > -10*across/floor):
			return 0, fmt.Errorf("kolmogorov: straight path: focal point at z₁ = %.4g for T_⊥/T₁ = %.4g: the straight path does not minimise the action", s[0], ratio)
		case !(s[0] > before):
			return 0, fmt.Errorf("kolmogorov: straight path: the loss does not rise at z₁ = %v on the way to the saddle at %v", s[0], saddle)
		}
	}
	return 0, fmt.Errorf("kolmogorov: straight path: saddle at z₁ = %v not reached in %d steps, at %v", saddle, maxSteps, s[0])
}

// rungeKutta takes one classical step of order 4.
func rungeKutta(f func([3]float64) [3]float64, s [3]float64, dt float64) [3]float64 {
	at := func(k [3]float64, h float64) (out [3]float64) {
		for i := range s {
			out[i] = s[i] + h*k[i]
		}
		return out
	}
	k1 := f(s)
	k2 := f(at(k1, dt/2))
	k3 := f(at(k2, dt/2))
	k4 := f(at(k3, dt))
	var mean [3]float64
	for i := range s {
		mean[i] = (k1[i] + 2*k2[i] + 2*k3[i] + k4[i]) / 6
	}
	return at(mean, dt)
}
