package landscape

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// wide is a landscape of many dimensions, which takes no memory of its own.
type wide int

func (w wide) Dim() int { return int(w) }
func (w wide) LossGrad(dst, theta []float64) float64 {
	loss := 1.0
	for i, x := range theta {
		loss += x * x / 2
		if dst != nil {
			dst[i] = x
		}
	}
	return loss
}

// void has a loss that is no number.
type void float64

func (void) Dim() int { return 1 }
func (v void) LossGrad(dst, _ []float64) float64 {
	if dst != nil {
		dst[0] = float64(v)
	}
	return float64(v)
}

// told is a barrier with critical points as told.
type told struct {
	Barrier
	minimum, saddle Critical
}

func (b told) Minimum() Critical { return b.minimum }
func (b told) Saddle() Critical  { return b.saddle }

func TestHostile(t *testing.T) {
	q := must(NewQuartic(Shape{Ratio: 2, EffectiveDimension: 2}))
	from := q.Minimum().Theta
	const big = 200_000
	r := hostile.Table{
		"Check": {
			func() error { return Check(nil, from) }, func() error { return Check(q) }, func() error { return Check(q, nil) }, func() error { return Check(q, []float64{nan, 0}) }, func() error { return Check(q, []float64{0, inf}) },
			func() error { return Check(q, []float64{huge, 0}) }, func() error { return Check(void(nan), []float64{0}) }, func() error { return Check(void(inf), []float64{0}) }, func() error { return Check(void(0), []float64{0}) }, func() error { return Check(void(-1), []float64{0}) },
		},
		"CheckBarrier": {}, "FindAxis": {}, "NewQuartic": {}, "NewCubic": {}, "NewQuadratic": {},
		"NewBent": {
			func() error { return hostile.Err(NewBent(Shape{Ratio: 2}, 1)) }, func() error { return hostile.Err(NewBent(Shape{Ratio: 2, EffectiveDimension: 2}, nan)) }, func() error { return hostile.Err(NewBent(Shape{Ratio: 2, EffectiveDimension: 2}, inf)) },
			func() error { return hostile.Err(NewBent(Shape{Ratio: 2, EffectiveDimension: 2}, math.Inf(-1))) }, func() error { return hostile.Err(NewBent(Shape{Ratio: 2, EffectiveDimension: 2}, huge)) },
		},
		"Eigen":       {},
		"Eigenspaces": {},
		"Eigenspace.Project": {func() error { return hostile.Said(Eigenspace{Basis: [][]float64{{1}}}.Project([]float64{1, 2}) == nil) },
			func() error { return hostile.Said(len(Eigenspace{}.Project(nil)) == 0) }},
		"Critical.Index":      {func() error { return hostile.Err(Critical{}.Index()) }, func() error { return hostile.Err(Critical{Hess: mat.NewSymDense(1, []float64{nan})}.Index()) }},
		"Critical.CheckIndex": {func() error { return Critical{}.CheckIndex(0) }, func() error { return hostile.Bare(q.Saddle().CheckIndex(-1)) }},
		"CriticalAt":          {func() error { return hostile.Said(CriticalAt(q, nil).Hess == nil) }, func() error { return hostile.Said(CriticalAt(q, []float64{nan, 0}).Hess == nil) }},
		"CheckPoint": {func() error { return hostile.Bare(CheckPoint(nil, "p", from)) }, func() error { return hostile.Bare(CheckPoint(q, "p", nil)) }, func() error { return hostile.Bare(CheckPoint(q, "p", []float64{0, nan})) },
			func() error { return hostile.Bare(CheckPoint(q, "p", []float64{inf, 0})) }},
		"HessianAt": {func() error { return hostile.Said(HessianAt(nil, nil) == nil) }, func() error { return hostile.Said(HessianAt(q, nil) == nil) }, func() error { return hostile.Said(HessianAt(q, []float64{inf, 0}) == nil) },
			func() error { return hostile.Said(HessianAt(wide(big), make([]float64, big)) == nil) }},
		"Well.Minimum": {func() error { return hostile.Said((&Well{}).Minimum().Hess == nil) }}, "Quartic.Saddle": {func() error { return hostile.Said((&Quartic{}).Saddle().Hess == nil) }}, "Quartic.FarMinimum": {func() error { return hostile.Said((&Quartic{}).FarMinimum().Hess == nil) }},
		"Cubic.Saddle": {func() error { return hostile.Said((&Cubic{}).Saddle().Hess == nil) }}, "Bent.Minimum": {func() error { return hostile.Said((&Bent{}).Minimum().Hess == nil) }}, "Bent.Saddle": {func() error { return hostile.Said((&Bent{}).Saddle().Hess == nil) }}, "Bent.FarMinimum": {func() error { return hostile.Said((&Bent{}).FarMinimum().Hess == nil) }},
		"Cubic.Far": {func() error { return hostile.Said((&Cubic{}).Far() == 0) }}, "Cubic.Edge": {func() error { return hostile.Said((&Cubic{}).Edge() == 0) }},
		"Bent.Floor": {func() error { y, _, _ := (&Bent{}).Floor(nan); return hostile.Said(math.IsNaN(y)) }}, "Well.Profile": {func() error { v, _, _ := q.Profile(nan); return hostile.Said(math.IsNaN(v)) }},
		"Well.Dim": {func() error { return hostile.Said((&Well{}).Dim() == 0) }}, "Well.EffectiveDimension": {func() error { return hostile.Said((&Well{}).EffectiveDimension() == 1) }}, "Well.MinimumLoss": {func() error { return hostile.Said((&Well{}).MinimumLoss() == 0) }}, "Well.Transverse": {func() error { return hostile.Said(len((&Well{}).Transverse()) == 0) }},
		"Polynomial":        {func() error { return hostile.Said(Polynomial(nil) == nil) }, func() error { return hostile.Said(Polynomial(struct{ *Quartic }{q}) == nil) }, func() error { return hostile.Said(Polynomial((*Quartic)(nil)) == nil) }},
		"Well.Coefficients": {func() error { return hostile.Said((&Well{}).Coefficients() == [3]float64{}) }},
		// Called for every step, these trust the lengths that their interfaces ask for.
		"Well.LossGrad": {func() error { return hostile.Said(math.IsNaN(q.LossGrad(nil, []float64{nan, 0}))) }}, "Bent.LossGrad": {func() error {
			return hostile.Said(math.IsNaN(must(NewBent(Shape{Ratio: 2, EffectiveDimension: 2}, 1)).LossGrad(nil, []float64{nan, 0})))
		}}, "Well.Hess": {func() error { return hostile.Said(hostile.Err(Critical{Hess: hessOf(q, nan)}.Index()) != nil) }}, "Bent.Hess": {func() error {
			return hostile.Said(hostile.Err(Critical{Hess: hessOf(must(NewBent(Shape{Ratio: 2, EffectiveDimension: 2}, 1)), nan)}.Index()) != nil)
		}},
	}
	for _, h := range []*mat.SymDense{nil, new(mat.SymDense), mat.NewSymDense(1, []float64{nan}), mat.NewSymDense(2, []float64{1, nan, nan, 1}), mat.NewSymDense(2, []float64{inf, 0, 0, 1})} {
		r.Add("Eigen", func() error { _, _, err := Eigen(h); return err })
		r.Add("Eigenspaces", func() error { return hostile.Err(Eigenspaces(h)) })
	}
	for _, s := range []Shape{{OutlierCurvature: nan}, {OutlierCurvature: -1}, {OutlierCurvature: inf}, {MinimumLoss: nan}, {MinimumLoss: -1}, {MinimumLoss: inf}, {EffectiveDimension: -1}, {EffectiveDimension: 1e9}, {EffectiveDimension: math.MaxInt},
		{Flat: -1}, {Flat: 1e9}, {Flat: big}, {Flat: math.MaxInt}, {EffectiveDimension: math.MaxInt, Flat: math.MaxInt}, {Transverse: []float64{1}}, {EffectiveDimension: 2, Transverse: []float64{nan}}, {EffectiveDimension: 2, Transverse: []float64{-1}}, {EffectiveDimension: 2, Transverse: []float64{inf}}, {EffectiveDimension: 3, Transverse: []float64{1}}} {
		r.Add("NewQuadratic", func() error { return hostile.Err(NewQuadratic(s)) })
		s.Ratio = 2
		r.Add("NewQuartic", func() error { return hostile.Err(NewQuartic(s)) })
		r.Add("NewCubic", func() error { return hostile.Err(NewCubic(s)) })
	}
	for _, s := range []Shape{{}, {Ratio: 1}, {Ratio: nan}, {Ratio: inf}, {Ratio: -2}, {Ratio: huge, MinimumLoss: huge}, {Ratio: 2, OutlierCurvature: tiny}, {Ratio: 2, MinimumLoss: tiny}, {Ratio: huge, OutlierCurvature: tiny}, {Ratio: 2, OutlierCurvature: huge, MinimumLoss: tiny}} {
		r.Add("NewQuartic", func() error { return hostile.Err(NewQuartic(s)) })
		if s.MinimumLoss != tiny || s.OutlierCurvature != 0 { // which comes out right
			r.Add("NewCubic", func() error { return hostile.Err(NewCubic(s)) })
		}
		s.EffectiveDimension = 2
		r.Add("NewBent", func() error { return hostile.Err(NewBent(s, 1)) })
	}
	minimum, saddle := q.Minimum(), q.Saddle()
	barriers := []Barrier{nil}
	for _, change := range []func(*Critical){
		func(c *Critical) { *c = Critical{} }, func(c *Critical) { c.Theta = nil }, func(c *Critical) { c.Theta = []float64{nan, 0} }, func(c *Critical) { c.Theta = []float64{0.3, 0.2} }, func(c *Critical) { c.Hess = nil }, func(c *Critical) { c.Hess = mat.NewSymDense(1, []float64{1}) },
		func(c *Critical) { c.Hess = mat.NewSymDense(2, []float64{nan, 0, 0, 1}) }, func(c *Critical) { c.Hess = mat.NewSymDense(2, []float64{-1, 0, 0, -1}) }, func(c *Critical) { c.Loss = nan }, func(c *Critical) { c.Loss = inf }, func(c *Critical) { c.Loss = 0 }, func(c *Critical) { c.Loss *= 1 + 1e-8 },
	} {
		m, s := minimum, saddle
		change(&m)
		change(&s)
		barriers = append(barriers, told{q, m, saddle}, told{q, minimum, s})
	}
	barriers = append(barriers, told{q, minimum, minimum}, told{q, saddle, minimum})
	for _, b := range barriers {
		r.Add("CheckBarrier", func() error { return CheckBarrier(b) })
		r.Add("FindAxis", func() error { return hostile.Err(FindAxis(b)) })
	}
	r.Add("Check", func() error { return Check((*Quartic)(nil), from) })
	r.Add("CheckBarrier", func() error { return CheckBarrier((*Quartic)(nil)) })
	r.Add("FindAxis", func() error { return hostile.Err(FindAxis((*Quartic)(nil))) })
	r.Add("HessianAt", func() error { return hostile.Said(HessianAt((*Quartic)(nil), from) == nil) })
	r.Add("CriticalAt", func() error { return hostile.Said(CriticalAt((*Quartic)(nil), from).Hess == nil) })
	r.Run(t)
}

func hessOf(l Hessian, z float64) *mat.SymDense {
	h := mat.NewSymDense(2, nil)
	l.Hess(h, []float64{z, 0})
	return h
}

// Curvatures count as flat up to Flatness of the largest in size, whatever its sign.
func TestFlatness(t *testing.T) {
	for _, c := range []struct {
		curvatures [3]float64
		index      int
	}{
		{[3]float64{10, 1, -0.9e-6}, 0}, {[3]float64{10, 1, -1.1e-6}, 1}, {[3]float64{-10, 1, -1.1e-6}, 2}, {[3]float64{-10, 1, -0.9e-6}, 1}, {[3]float64{1, 1, 1}, 0}, {[3]float64{0, 0, 0}, 0},
	} {
		h := mat.NewSymDense(3, nil)
		for i, v := range c.curvatures {
			h.SetSym(i, i, v)
		}
		if got := must((Critical{Hess: h}).Index()); got != c.index {
			t.Errorf("%v: index %d, want %d", c.curvatures, got, c.index)
		}
	}
	h := mat.NewSymDense(4, nil)
	for i, v := range []float64{-10, 1, 1 + 0.9e-6, -0.9e-6} {
		h.SetSym(i, i, v)
	}
	if s := must(Eigenspaces(h)); len(s) != 3 || s[0].Curvature != -10 || s[1].Curvature != 0 || len(s[2].Basis) != 2 {
		t.Errorf("eigenspaces %+v", s)
	}
	h.SetSym(2, 2, 1+1.1e-6)
	if s := must(Eigenspaces(h)); len(s) != 4 {
		t.Errorf("eigenspaces %+v", s)
	}
}

// basin has minima at 0 and 1, a saddle at ½, and past the second a shelf: its exit, when it does
// not tell its far minimum, is where the loss is back or rises again.
type basin struct {
	*Quartic
	fall float64 // how much of the barrier is lost past the saddle
}

func (b basin) LossGrad(dst, theta []float64) float64 {
	loss := b.Quartic.LossGrad(dst, theta)
	if top := b.Saddle().Loss; theta[0] > b.saddle {
		if dst != nil {
			dst[0] *= b.fall
		}
		return top - b.fall*(top-loss)
	}
	return loss
}

func (b basin) Hess(dst *mat.SymDense, theta []float64) {
	b.Quartic.Hess(dst, theta)
	if theta[0] > b.saddle {
		dst.SetSym(0, 0, b.fall*dst.At(0, 0))
	}
}

func TestExitOfAxis(t *testing.T) {
	q := must(NewQuartic(Shape{Ratio: 2}))
	s := q.Saddle().Theta[0]
	// Losing half of the barrier it rises again at the far minimum, 2s, to a 256th of s; losing
	// twice the barrier, L is back where the quartic has lost half: V = V(s)/2.
	for _, c := range []struct{ fall, want, tolerance float64 }{
		{0.5, 2 * s, s / 200}, {2, s * (1 + math.Sqrt(1-math.Sqrt(0.5))), 1e-4 * s},
	} {
		a := must(FindAxis(hidden{basin{q, c.fall}}))
		if math.Abs(a.Exit-c.want) > c.tolerance || math.Abs(a.Minimum) > 1e-12 || math.Abs(a.Saddle-s) > 1e-12 {
			t.Errorf("fall %v: exit %v, want %v", c.fall, a.Exit, c.want)
		}
	}
	// A slope without end: 16 times the way to the saddle.
	if a := must(FindAxis(slope{q})); math.Abs(a.Exit-17*s) > s/100 {
		t.Errorf("exit %v of an endless slope, want %v", a.Exit, 17*s)
	}
}

// hidden does not tell its far minimum.
type hidden struct{ b basin }

func (h hidden) Dim() int                              { return 1 }
func (h hidden) LossGrad(dst, theta []float64) float64 { return h.b.LossGrad(dst, theta) }
func (h hidden) Minimum() Critical                     { return h.b.Minimum() }
func (h hidden) Saddle() Critical                      { return h.b.Saddle() }

// slope falls ever more slowly past the saddle and never comes back to L(θ*).
type slope struct{ q *Quartic }

func (h slope) Dim() int          { return 1 }
func (h slope) Minimum() Critical { return h.q.Minimum() }
func (h slope) Saddle() Critical  { return h.q.Saddle() }
func (h slope) LossGrad(dst, theta []float64) float64 {
	z := theta[0] - h.q.saddle
	if z <= 0 {
		return h.q.LossGrad(dst, theta)
	}
	// L = L(s) − ½·z²/4/(1 + z²): curvature −¼·… matches nothing but the slope, 0.
	if dst != nil {
		dst[0] = -0.25 * z / ((1 + z*z) * (1 + z*z))
	}
	return h.q.Saddle().Loss - 0.125*z*z/(1+z*z)
}

// Profile, its derivatives, and the quadratic bowl, by their formulas.
func TestProfileByHand(t *testing.T) {
	b := must(NewQuadratic(Shape{OutlierCurvature: 3, MinimumLoss: 2, EffectiveDimension: 2, Transverse: []float64{5}}))
	v, dv, ddv := b.Profile(2)
	if v != 6 || dv != 6 || ddv != 3 || b.LossGrad(nil, []float64{2, 1}) != 2+6+2.5 || b.MinimumLoss() != 2 || b.EffectiveDimension() != 2 || b.Transverse()[0] != 5 {
		t.Errorf("V = %v, V′ = %v, V″ = %v", v, dv, ddv)
	}
	q := must(NewQuartic(Shape{OutlierCurvature: 2, Ratio: 5}))
	s := q.Saddle().Theta[0]
	for _, z := range []float64{-0.7, 0.3, 1.9 * s} {
		v, dv, ddv := q.Profile(z)
		k := 2 / (8 * s * s)
		for _, c := range [][2]float64{{v, k * z * z * (z - 2*s) * (z - 2*s)}, {dv, 4 * k * z * (z - s) * (z - 2*s)}, {ddv, 4 * k * (3*z*z - 6*s*z + 2*s*s)}} {
			if math.Abs(c[0]-c[1]) > 1e-12*(1+math.Abs(c[1])) {
				t.Errorf("at %v: %v, want %v", z, c[0], c[1])
			}
		}
	}
	for _, ratio := range []float64{1.1, 3, 500} { // the edge lies past 3s for large losses
		c := must(NewCubic(Shape{Ratio: ratio}))
		if loss := c.LossGrad(nil, []float64{c.Edge()}); !(c.Edge() > c.Far()) || math.Abs(loss) > 1e-9*ratio {
			t.Errorf("edge at %v, where L = %v", c.Edge(), loss)
		}
	}
}
