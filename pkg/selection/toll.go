package selection

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
)

// Toll returns the factor G by which one direction across the path multiplies the rate out of the
// near basin at low temperature,
//
//	κ = (sqrt(h₁|h₁ˢ|)/2π)·c^{−½−1/T}·G^{n−1}.
//
// Walkers that will make it over the saddle climb as dz/dt = ℓ′, with ℓ(z) the loss on the path.
// Their spread across is Gaussian, of variance T₁v(z): the noise feeds it, the slope h(z) across
// narrows it, and so does the toll, as the climb at a distance y from the path costs ½y²·d(h/ℓ)
// more. With θ = T_⊥/T₁
//
//	dv = (2θℓ − 2hv)dt − v²·d(h/ℓ),   log G = −½ ∫ v·d(h/ℓ),
//
// from v = θℓ/h at the bottom. For θ = 1, v = ℓ/h and G = sqrt(c·h(θ*)/h(θˢ)), the determinants and
// the power n/2 of Eq. 17. G is good to 1e−5. It is an error if v diverges on the way, where the
// straight path is no longer the cheapest, if there is no direction across, and if ctx ends.
func (c TwoCoordinates) Toll(ctx context.Context) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if err := parallel.Err(ctx); err != nil {
		return 0, fmt.Errorf("selection: toll: %w", err)
	}
	b := c.Basins
	if b.Dim() < 2 {
		return 0, fmt.Errorf("selection: toll: n = 1, want a direction across")
	}
	// rates returns the speeds of z, v and log G.
	rates := func(z, v float64) (dz, dv, dg float64) {
		loss, slope, _ := b.Profile(z)
		s, ds, _ := b.blend(z)
		step := b.far.Transverse[0] - b.near.Transverse[0]
		h := b.near.Transverse[0] + s*step
		toll := (ds*step - h*slope/loss) / loss * slope // d(h/ℓ)/dt
		return slope, 2*c.Across(z)/c.Along*loss - 2*h*v - v*v*toll, -0.5 * v * toll
	}
	// Both ends take forever; a part in 10⁴ of the way is left out at either.
	z, v, g := -b.a*(1-1e-4), c.Across(-b.a)/c.Along*b.near.Loss/b.near.Transverse[0], 0.0
	dt := 2e-3 / max(b.near.Curvature, b.near.Transverse[0], b.far.Transverse[0])
	// A spread across that settles much faster than the climb takes many steps.
	for watch := parallel.NewWatch(ctx); z < -1e-4*b.a; {
		if watch.Ended() {
			return 0, fmt.Errorf("selection: toll: stopped at z₁ = %.3g: %w", z, ctx.Err())
		}
		dz, dv, _ := rates(z, v)
		mz, mv, mg := rates(z+dz*dt/2, v+dv*dt/2)
		z, v, g = z+mz*dt, v+mv*dt, g+mg*dt
		if !(v < 1e6*b.saddleLoss) { // a focal point
			return 0, fmt.Errorf("selection: toll: spread across diverges at z₁ = %.3g: the straight path is not the cheapest", z)
		}
	}
	return math.Exp(g), nil
}
