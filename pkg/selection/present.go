package selection

import "math"

// Present stores in dst the diagonal of H(θ*) of the basin in which z₁ lies,
// which is what the noise of Eq. 13 is proportional to: the near basin's for
// z₁ ≤ −width, the far one's for z₁ ≥ width, and in between, at the saddle, a
// smooth passage from one to the other by the quintic of [Ramp]. With width 0 it
// changes at once. dst has length Dim.
func (b *Basins) Present(dst []float64, z, width float64) {
	s := Ramp(z, width)
	dst[0] = b.near.Curvature + s*(b.far.Curvature-b.near.Curvature)
	for i, h := range b.near.Transverse {
		dst[i+1] = h + s*(b.far.Transverse[i]-h)
	}
}

// Ramp goes from 0 for z ≤ −width to 1 for z ≥ width by the quintic
// 6t⁵ − 15t⁴ + 10t³, t = (z+width)/2width, with two continuous derivatives. For
// width 0 it is the step at z = 0, where it is ½.
func Ramp(z, width float64) float64 {
	switch {
	case z <= -width && z < 0:
		return 0
	case z >= width && z > 0:
		return 1
	case width == 0:
		return 0.5
	}
	t := math.Min(1, math.Max(0, (z+width)/(2*width)))
	return t * t * t * (10 - t*(15-6*t))
}
