// Package selection answers the question: which of two minima does SGD prefer?
//
// [Basins] joins two minima that may differ in loss, curvature and effective dimension; [Contest]
// puts them under noise, by formula, exactly along the path and simulated with [NewLocal], whose
// noise follows the basin that it is in. [TwoTemperatures] is its exact law in one dimension,
// [TwoCoordinates] in many, and [TwoCoordinates.Toll] what a direction across does to the rate.
// [Loop] is a true regression with two minima of equal loss, on which [Loop.SGD] is SGD itself,
// [StudentLoop] the same with other labels, and [Lattice] their exact law.
package selection

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/parallel"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Basin is one of the two minima of [Basins].
type Basin struct {
	// Loss is L* > 0 at the bottom.
	Loss float64
	// Curvature is h > 0 along the escape coordinate z₁.
	Curvature float64
	// Transverse holds the curvatures ≥ 0 across the path. Directions with curvature 0 are flat at
	// the bottom, so that n is 1 plus the number of others.
	Transverse []float64
}

// EffectiveDimension returns the number n of curved directions at the bottom.
func (b Basin) EffectiveDimension() int {
	return 1 + floats.Count(func(h float64) bool { return h > 0 }, b.Transverse)
}

// Basins is a landscape of two minima that may differ in loss, curvature and effective dimension,
// with one saddle between them,
//
//	L(z) = V(z₁) + ½ Σ_{i≥2} h_i(z₁) z_i².
//
// The saddle lies at the origin, the near minimum at z₁ = −a, the far one at z₁ = b. V is a quintic
// between a minimum and the saddle and a parabola beyond the minimum; h_i goes from one basin's
// curvature to the other's by the smoothstep quintic. All of it has a continuous Hessian. Along the
// path each half is as long as that of a quartic well, a² = 8(L(θˢ)−L*)/h, and the curvature at the
// saddle, shared by both, is −½ of the geometric mean of the two: equal basins are a
// [landscape.Quartic], up to its walls.
type Basins struct {
	near, far  Basin
	saddleLoss float64
	curvature  float64 // −V″ at the saddle
	a, b       float64
	here, over profile // V at z₁ < 0 and at z₁ > 0
}

var (
	_ landscape.Barrier = (*Basins)(nil)
	_ landscape.Hessian = (*Basins)(nil)
)

// NewBasins returns the landscape of two basins and the loss at the saddle between them. It returns
// an error if a loss or curvature along the path is not positive and finite, if saddleLoss does not
// lie above both minima, if the Transverse lengths differ or hold a value < 0, if a direction is
// flat in both basins, if one curvature along the path is over 64 times the other, beyond which V
// is no longer monotonic between minimum and saddle, if the Hessian takes more than 1 GiB (11,585
// directions), or if a length or the curvature at the saddle is beyond what float64 holds.
func NewBasins(near, far Basin, saddleLoss float64) (*Basins, error) {
	if len(near.Transverse) != len(far.Transverse) {
		return nil, fmt.Errorf("selection: basins: %d and %d transverse curvatures, want as many in both",
			len(near.Transverse), len(far.Transverse))
	}
	for _, basin := range []Basin{near, far} {
		switch {
		case !positive(basin.Loss):
			return nil, fmt.Errorf("selection: basins: loss at the minimum L* = %v, want a finite value > 0", basin.Loss)
		case !positive(basin.Curvature):
			return nil, fmt.Errorf("selection: basins: curvature h = %v, want a finite value > 0", basin.Curvature)
		case !(saddleLoss > basin.Loss && !math.IsInf(saddleLoss, 1)):
			return nil, fmt.Errorf("selection: basins: loss at the saddle = %v, want a finite value > %v", saddleLoss, basin.Loss)
		}
		for i, h := range basin.Transverse {
			if h != 0 && !positive(h) {
				return nil, fmt.Errorf("selection: basins: transverse curvature h_%d = %v, want a finite value ≥ 0", i+2, h)
			}
		}
	}
	for i, h := range near.Transverse {
		if h == 0 && far.Transverse[i] == 0 {
			return nil, fmt.Errorf("selection: basins: direction %d is flat in both basins", i+2)
		}
	}
	if r := near.Curvature / far.Curvature; r > 64 || r < 1./64 {
		return nil, fmt.Errorf("selection: basins: curvatures %v and %v, want a ratio of at most 64", near.Curvature, far.Curvature)
	}
	if n := float64(1 + len(near.Transverse)); 8*n*n > parallel.GiB {
		return nil, fmt.Errorf("selection: basins: the Hessian of %v directions takes %.3g GiB, want ≤ 1", n, 8*n*n/parallel.GiB)
	}
	b := &Basins{
		near: near.clone(), far: far.clone(), saddleLoss: saddleLoss,
		curvature: 0.5 * math.Sqrt(near.Curvature*far.Curvature),
		a:         math.Sqrt(8 * (saddleLoss - near.Loss) / near.Curvature),
		b:         math.Sqrt(8 * (saddleLoss - far.Loss) / far.Curvature),
	}
	if !positive(b.a) || !positive(b.b) || !positive(b.curvature) {
		return nil, fmt.Errorf("selection: basins: minima at −%v and %v, curvature at the saddle −%v, want finite values that are not 0", b.a, b.b, b.curvature)
	}
	b.here, b.over = b.profile(b.near, b.a), b.profile(b.far, b.b)
	return b, nil
}

func (b Basin) clone() Basin {
	b.Transverse = append([]float64(nil), b.Transverse...)
	return b
}

// Reverse returns the same landscape seen from the other basin: mirrored at the saddle, with near
// and far exchanged.
func (b *Basins) Reverse() *Basins {
	return &Basins{near: b.far, far: b.near, saddleLoss: b.saddleLoss, curvature: b.curvature, a: b.b, b: b.a, here: b.over, over: b.here}
}

// Near and Far return the basins at z₁ < 0, in which Minimum lies, and at z₁ > 0.
func (b *Basins) Near() Basin { return b.near.clone() }
func (b *Basins) Far() Basin  { return b.far.clone() }

// Dim returns the number of parameters.
func (b *Basins) Dim() int { return 1 + len(b.near.Transverse) }

// Profile returns V, V′ and V″ at z₁.
func (b *Basins) Profile(z float64) (v, dv, ddv float64) {
	if z > 0 {
		v, dv = b.over.at(z)
		return v, dv, b.over.curve(z)
	}
	v, dv = b.here.at(-z)
	return v, -dv, b.here.curve(-z)
}

// slope is Profile without V″.
func (b *Basins) slope(z float64) (v, dv float64) {
	if z > 0 {
		return b.over.at(z)
	}
	v, dv = b.here.at(-z)
	return v, -dv
}

// profile is V on the side of a basin whose minimum lies at distance length from the saddle: in
// between the Hermite quintic of value, slope 0 and curvature at both ends.
type profile struct {
	loss, curvature, length, inverse float64 // inverse = 1/length
	c2, c3, c4, c5                   float64
}

func (b *Basins) profile(basin Basin, length float64) profile {
	rise := b.saddleLoss - basin.Loss
	p, q := basin.Curvature*length*length/2, -b.curvature*length*length/2
	return profile{basin.Loss, basin.Curvature, length, 1 / length, p, 10*rise - 3*p + q, -15*rise + 3*p - 2*q, 6*rise - p + q}
}

// at is V and V′ at distance z ≥ 0 from the saddle.
func (p *profile) at(z float64) (v, dv float64) {
	x := p.length - z // from the minimum towards the saddle
	if x < 0 {
		return p.loss + 0.5*p.curvature*x*x, -p.curvature * x
	}
	t := x / p.length
	v = p.loss + t*t*(p.c2+t*(p.c3+t*(p.c4+t*p.c5)))
	return v, -(t * (2*p.c2 + t*(3*p.c3+t*(4*p.c4+t*5*p.c5))) / p.length)
}

// curve is V″ there.
func (p *profile) curve(z float64) float64 {
	x := p.length - z
	if x < 0 {
		return p.curvature
	}
	t := x / p.length
	return (2*p.c2 + t*(6*p.c3+t*(12*p.c4+t*20*p.c5))) / (p.length * p.length)
}

// blend returns the weight of the far basin's transverse curvatures at z₁, with its first two
// derivatives.
func (b *Basins) blend(z float64) (s, ds, dds float64) {
	length := b.a + b.b
	s, ds, dds = smoothstep((z + b.a) / length)
	return s, ds / length, dds / (length * length)
}

// LossGrad implements [landscape.Landscape].
func (b *Basins) LossGrad(dst, theta []float64) float64 {
	loss, slope := b.slope(theta[0])
	if len(theta) == 1 {
		if dst != nil {
			dst[0] = slope
		}
		return loss
	}
	s, ds, _ := b.blend(theta[0])
	for i, z := range theta[1:] {
		lo, hi := b.near.Transverse[i], b.far.Transverse[i]
		h := lo + s*(hi-lo)
		loss += 0.5 * h * z * z
		slope += 0.5 * ds * (hi - lo) * z * z
		if dst != nil {
			dst[i+1] = h * z
		}
	}
	if dst != nil {
		dst[0] = slope
	}
	return loss
}

// Hess implements [landscape.Hessian].
func (b *Basins) Hess(dst *mat.SymDense, theta []float64) {
	dst.Zero()
	_, _, curve := b.Profile(theta[0])
	s, ds, dds := b.blend(theta[0])
	for i, z := range theta[1:] {
		lo, hi := b.near.Transverse[i], b.far.Transverse[i]
		curve += 0.5 * dds * (hi - lo) * z * z
		dst.SetSym(0, i+1, ds*(hi-lo)*z)
		dst.SetSym(i+1, i+1, lo+s*(hi-lo))
	}
	dst.SetSym(0, 0, curve)
}

// Minimum and FarMinimum return the bottoms of the two basins, Saddle the origin.
func (b *Basins) Minimum() landscape.Critical    { return b.at(-b.a) }
func (b *Basins) Saddle() landscape.Critical     { return b.at(0) }
func (b *Basins) FarMinimum() landscape.Critical { return b.at(b.b) }

func (b *Basins) at(z float64) landscape.Critical {
	theta := make([]float64, b.Dim())
	theta[0] = z
	return landscape.CriticalAt(b, theta)
}

// Present stores in dst the diagonal of H(θ*) of the basin in which z₁ lies, which is what the
// noise of Eq. 13 is proportional to: the near basin's for z₁ ≤ −width, the far one's for z₁ ≥
// width, and in between, at the saddle, a smooth passage from one to the other by the quintic of
// [Ramp]. With width 0 it changes at once. dst has length Dim.
func (b *Basins) Present(dst []float64, z, width float64) {
	s := Ramp(z, width)
	dst[0] = b.near.Curvature + s*(b.far.Curvature-b.near.Curvature)
	for i, h := range b.near.Transverse {
		dst[i+1] = h + s*(b.far.Transverse[i]-h)
	}
}

// Ramp goes from 0 for z ≤ −width to 1 for z ≥ width by the quintic of smoothstep, t =
// (z+width)/2width. For width 0 it is the step at z = 0, where it is ½; NaN for a width < 0 or that
// is not finite.
func Ramp(z, width float64) float64 {
	if !(width >= 0) || math.IsInf(width, 1) {
		return math.NaN()
	}
	if width == 0 && z == 0 {
		return 0.5
	}
	s, _, _ := smoothstep((z + width) / (2 * width)) // of ±Inf for width 0
	return s
}

// smoothstep returns 6t⁵ − 15t⁴ + 10t³, 0 for t ≤ 0 and 1 for t ≥ 1, and its two derivatives, which
// are continuous.
func smoothstep(t float64) (s, ds, dds float64) {
	switch {
	case t <= 0:
		return 0, 0, 0
	case t >= 1:
		return 1, 0, 0
	}
	return t * t * t * (10 - t*(15-6*t)), 30 * t * t * (1 - t) * (1 - t), 60 * t * (1 - t) * (1 - 2*t)
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 1) }
