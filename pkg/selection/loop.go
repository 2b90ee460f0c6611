package selection

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

// Loop is the loss of a true regression with two minima of equal loss but different curvature. Two
// weights w are fitted to labels y = w*·x + σε of standard normal features x, but the weights are
// confined to a road w(θ) with one parameter, which passes through w* twice,
//
//	f(θ,x) = w(θ)·x,   L(θ) = ½E(f−y)² = ½σ² + ½|w(θ) − w*|².
//
// The road comes in on a straight line, turns through 270° on an arc of radius R and leaves at a
// right angle to where it came from; both lines pass through w*. It is driven at speed |dw/dθ| =
// √h₁ for θ < 0 and √h₂ for θ > 0, so that the two minima have the curvatures h₁ and h₂ and the
// same loss ½σ². The saddle, the far end of the arc, is at θ = 0; there |w − w*| = (1+√2)R.
type Loop struct {
	near, far, labelNoise, radius float64
}

// turn is the angle of either half of the arc.
const turn = 3 * math.Pi / 4

var (
	_ landscape.Barrier = (*Loop)(nil)
	_ landscape.Hessian = (*Loop)(nil)
)

// NewLoop returns the loss for curvatures near (θ < 0) and far (θ > 0), label noise σ and the ratio
// c = L(θˢ)/L(θ*), which sets the radius. It returns an error if a curvature or σ is not positive
// and finite, c ≤ 1, or the loss or a minimum is beyond what float64 holds.
func NewLoop(near, far, labelNoise, ratio float64) (*Loop, error) {
	switch {
	case !positive(near) || !positive(far):
		return nil, fmt.Errorf("selection: loop: curvatures h = %v and %v, want finite values > 0", near, far)
	case !positive(labelNoise):
		return nil, fmt.Errorf("selection: loop: label noise σ = %v, want a finite value > 0", labelNoise)
	case !(ratio > 1) || math.IsInf(ratio, 1):
		return nil, fmt.Errorf("selection: loop: loss ratio c = %v, want a finite value > 1", ratio)
	}
	radius := labelNoise * math.Sqrt(ratio-1) / (1 + math.Sqrt2)
	l := &Loop{near: near, far: far, labelNoise: labelNoise, radius: radius}
	if loss := 0.5 * labelNoise * labelNoise; !positive(loss) || !positive(loss*ratio) || !positive(radius*radius) || !positive(l.bottom(near)) || !positive(l.bottom(far)) {
		return nil, fmt.Errorf("selection: loop: losses %v to %v, radius %v, minima at −%v and %v, want finite values that are not 0", loss, loss*ratio, radius, l.bottom(near), l.bottom(far))
	}
	return l, nil
}

// Dim returns 1.
func (l *Loop) Dim() int { return 1 }

// Speed returns |dw/dθ|; its square is the Gauss–Newton curvature E(∂f/∂θ)².
func (l *Loop) Speed(theta float64) float64 {
	if theta < 0 {
		return math.Sqrt(l.near)
	}
	return math.Sqrt(l.far)
}

// Weights returns w(θ) − w* and dw/dθ.
func (l *Loop) Weights(theta float64) (w, dw [2]float64) {
	v := l.Speed(theta)
	s := math.Abs(theta) * v // along the road, from the far end
	// The half of the road at θ > 0, with its symmetry axis along (1, 0).
	if a := s / l.radius; a < turn {
		w = [2]float64{l.radius * (math.Sqrt2 + math.Cos(a)), l.radius * math.Sin(a)}
		dw = [2]float64{-v * math.Sin(a), v * math.Cos(a)}
	} else {
		d := (1 + turn) - a // distance to w*, in units of R
		w = [2]float64{l.radius * d * math.Sqrt2 / 2, l.radius * d * math.Sqrt2 / 2}
		dw = [2]float64{-v * math.Sqrt2 / 2, -v * math.Sqrt2 / 2}
	}
	if theta < 0 { // its mirror image
		w[1], dw[0] = -w[1], -dw[0]
	}
	return w, dw
}

// LossGrad implements [landscape.Landscape].
func (l *Loop) LossGrad(dst, theta []float64) float64 {
	w, dw := l.Weights(theta[0])
	if dst != nil {
		dst[0] = w[0]*dw[0] + w[1]*dw[1]
	}
	return 0.5 * (l.labelNoise*l.labelNoise + w[0]*w[0] + w[1]*w[1])
}

// Hess implements [landscape.Hessian]; at the saddle, where it jumps, it is that of θ > 0.
func (l *Loop) Hess(dst *mat.SymDense, theta []float64) {
	v := l.Speed(theta[0])
	a := math.Abs(theta[0]) * v / l.radius
	h := v * v // a straight road
	if a < turn {
		h *= -math.Sqrt2 * math.Cos(a) // |w|²/2 = R²(3/2 + √2·cos a)
	}
	dst.SetSym(0, 0, h)
}

// Minimum and FarMinimum return the minima at θ < 0 and θ > 0.
func (l *Loop) Minimum() landscape.Critical    { return l.at(-l.bottom(l.near)) }
func (l *Loop) FarMinimum() landscape.Critical { return l.at(l.bottom(l.far)) }

func (l *Loop) at(theta float64) landscape.Critical { return landscape.CriticalAt(l, []float64{theta}) }
func (l *Loop) bottom(h float64) float64            { return (1 + turn) * l.radius / math.Sqrt(h) }

// Saddle returns the saddle at 0 as seen from θ < 0.
func (l *Loop) Saddle() landscape.Critical {
	s := l.at(0)
	s.Hess.SetSym(0, 0, -math.Sqrt2*l.near)
	return s
}

// Reverse returns the loss seen from the other minimum: θ → −θ.
func (l *Loop) Reverse() *Loop {
	return &Loop{near: l.far, far: l.near, labelNoise: l.labelNoise, radius: l.radius}
}

// Step returns the law of the gradient of one sample, the product of the residual r = (w−w*)·x − σε
// and the slope s = (dw/dθ)·x. Given s = |dw/dθ|u with u standard normal, r·s is normal with the
// mean L′u² and the standard deviation spread·|u|.
func (l *Loop) Step(theta float64) (slope, spread float64) {
	var g [1]float64
	loss := l.LossGrad(g[:], []float64{theta})
	v := l.Speed(theta)
	return g[0], math.Sqrt(math.Max(0, 2*loss*v*v-g[0]*g[0]))
}

// SGD returns SGD itself on the loop, one sample a step: dt = η. It returns an error unless η is
// positive and finite and l comes from [NewLoop].
func (l *Loop) SGD(eta float64) (dynamics.Dynamics, error) {
	if !positive(eta) {
		return nil, fmt.Errorf("selection: loop: learning rate η = %v, want a finite value > 0", eta)
	}
	if l == nil || l.radius == 0 {
		return nil, fmt.Errorf("selection: SGD on a loop that NewLoop did not make")
	}
	return &loopSGD{loop: l, eta: eta, sigma: l.labelNoise, label: func(rng *rand.Rand) float64 { return l.labelNoise * rng.NormFloat64() }}, nil
}

// loopSGD is its own stepper: θ is all of the state.
type loopSGD struct {
	loop  *Loop
	eta   float64
	label func(*rand.Rand) float64 // its noise
	// sigma and nu are those of a label: normal for ν = 0, Student's for ν > 0.
	sigma, nu float64
}

func (*loopSGD) Dim() int                       { return 1 }
func (s *loopSGD) NewStepper() dynamics.Stepper { return s }

func (s *loopSGD) Step(theta []float64, rng *rand.Rand) float64 {
	if rng == nil { // as of all dynamics
		theta[0] = math.NaN()
		return s.eta
	}
	x, y := rng.NormFloat64(), rng.NormFloat64() // the two features
	theta[0] = s.next(theta[0], x, y, s.label(rng))
	return s.eta
}

// next is θ after a step with the features x and y and the noise of the label.
func (s *loopSGD) next(theta, x, y, noise float64) float64 {
	w, dw := s.loop.Weights(theta) // w is w(θ) − w*
	return theta - s.eta*(w[0]*x+w[1]*y-noise)*(dw[0]*x+dw[1]*y)
}
