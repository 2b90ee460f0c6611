package selection

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// loopSamples is the law of the gradient of one sample on a [Loop], the product of two normal
// numbers, the residual and the slope, of variances 2L and |w′|² and covariance L′:
//
//	E exp(−p·∇ℓ) = [(1 + pL′)² − 2p²L|w′|²]^{−1/2}.
type loopSamples struct{ *Loop }

var (
	_ quasipotential.Cumulant = loopSamples{}
	_ exact.Checker           = loopSamples{}
)

// Cumulant returns the law of the gradient of one sample; Check of a nil or empty loop's is an
// error.
func (l *Loop) Cumulant() quasipotential.Cumulant { return loopSamples{l} }

// Check implements [exact.Checker].
func (l loopSamples) Check() error {
	if l.Loop == nil || !positive(l.radius) {
		return errors.New("selection: cumulant of a loop that is nil or empty")
	}
	return nil
}

// Log implements [quasipotential.Cumulant].
func (l loopSamples) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	loss := l.LossGrad(grad, theta)
	a, b := grad[0], math.Sqrt(2*loss)*l.Speed(theta[0])
	up, down := 1+p[0]*(a+b), 1+p[0]*(a-b)
	if !(up > 0 && down > 0) {
		return math.Inf(1)
	}
	grad[0] = -((a+b)/up + (a-b)/down) / 2
	hess.SetSym(0, 0, ((a+b)*(a+b)/(up*up)+(a-b)*(a-b)/(down*down))/2)
	return -(math.Log(up) + math.Log(down)) / 2
}
