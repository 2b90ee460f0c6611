package network

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/root"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

// line is the cumulant of the samples along a straight line θ* + z·v,
//
//	K(z, p) = log (1/N) Σ_μ exp(−p·dℓ_μ/dz),
//
// with all directions across held at 0. The slopes come from differences of the losses, which every
// model has in batches.
type line struct {
	m         model.Model
	origin, v []float64
	at, slope []float64
	lo, hi    []float64
	z, step   float64
}

var _ quasipotential.Cumulant = (*line)(nil)

// newLine returns the line along v, on which the loss grows over the distance length.
func newLine(m model.Model, origin, v []float64, length float64) *line {
	n, p := m.Dims()
	return &line{
		m: model.Clone(m), origin: origin, v: v, at: make([]float64, p),
		slope: make([]float64, n), lo: make([]float64, n), hi: make([]float64, n), z: math.NaN(),
		// The cube root of the rounding unit balances truncation and rounding of a difference.
		step: math.Cbrt(0x1p-53) * length,
	}
}

func (l *line) Dim() int { return 1 }

// losses stores ℓ_μ at z and returns their mean.
func (l *line) losses(dst []float64, z float64) float64 {
	floats.AddScaledTo(l.at, l.origin, z, l.v)
	return model.NormGrad(l.m, dst, nil, nil, l.at, nil)
}

func (l *line) Log(grad []float64, hess *mat.SymDense, theta, p []float64) float64 {
	if l.z != theta[0] {
		l.z = theta[0]
		l.losses(l.lo, l.z-l.step)
		l.losses(l.hi, l.z+l.step)
		floats.SubTo(l.slope, l.hi, l.lo)
		floats.Scale(1/(2*l.step), l.slope)
	}
	for i, g := range l.slope {
		l.lo[i] = -p[0] * g
	}
	k := floats.LogSumExp(l.lo)
	mean, square := 0.0, 0.0
	for i, e := range l.lo {
		w := math.Exp(e - k)
		mean += w * l.slope[i]
		square += w * l.slope[i] * l.slope[i]
	}
	grad[0] = -mean
	hess.SetSym(0, 0, square-mean*mean)
	return k - math.Log(float64(len(l.lo)))
}

// farthest is how many times the harmonic distance to a level a line is followed before it counts
// as one that does not lead there.
const farthest = 8

// reach returns the first z > 0 on the line, of this sign, with L = level, to 1e−9; ok is false
// where there is none.
func (l *line) reach(level, harmonic float64) (z float64, ok bool) {
	below := func(z float64) bool { return l.losses(nil, z) < level }
	last := 0.0
	for _, x := range []float64{0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, farthest} {
		if !below(x * harmonic) {
			return root.Bisect(last, x*harmonic, below), true
		}
		last = x * harmonic
	}
	return 0, false
}

// action returns ΔS along ±v_i up to each of the ascending loss ratios, the cheaper of the two
// signs; +Inf where neither leads there, because the line does not or no sample pushes that way.
func (s *Site) action(i int, ratios []float64) []float64 {
	best := make([]float64, len(ratios))
	for k := range best {
		best[k] = math.Inf(1)
	}
	for _, sign := range []float64{1, -1} {
		v := s.direction(i)
		floats.Scale(sign, v)
		harmonic := func(c float64) float64 {
			return math.Sqrt(2 * (c - 1) * s.Minimum.Loss / s.Spectrum.Values[i])
		}
		l := newLine(s.Model, s.Minimum.Theta, v, harmonic(ratios[len(ratios)-1]))
		from, sum := 0.0, 0.0
		for k, c := range ratios {
			to, ok := l.reach(c*s.Minimum.Loss, harmonic(c))
			if !ok {
				break
			}
			// 1e−4 of a barrier of 20T is 0.2 % of the time. What does not settle is next to a
			// place at which no sample pushes on, where the action has an infinite slope.
			r, err := quasipotential.Quasipotential(l, [][]float64{{from}, {to}}, exact.Settings{Tolerance: 1e-4})
			if err != nil {
				break
			}
			from, sum = to, sum+r.Value
			best[k] = math.Min(best[k], sum)
		}
	}
	return best
}
