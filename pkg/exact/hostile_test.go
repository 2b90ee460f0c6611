package exact

import (
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

// numb is a process that is nowhere.
type numb float64

func (n numb) Densities(float64) (logScale, logSpeed float64) { return float64(n), float64(n) }

func TestHostile(t *testing.T) {
	bowl := FirstAxis(must(landscape.NewQuadratic(landscape.Shape{})))
	good := OneDim{bowl, LossNoise{0.1}}
	unit := func(float64) float64 { return 1 }
	none := func(p Process, z float64) error {
		s, m := p.Densities(z)
		return hostile.Said(math.IsNaN(s) && math.IsNaN(m))
	}
	r := hostile.Table{
		"FirstAxis":        {func() error { return hostile.Said(FirstAxis(nil) == nil) }, func() error { return hostile.Said(FirstAxis(&landscape.Well{}) == nil) }},
		"OneDim.Check":     {func() error { return hostile.Bare(OneDim{}.Check()) }, func() error { return hostile.Bare(OneDim{Loss: bowl}.Check()) }, func() error { return hostile.Bare(OneDim{Noise: LossNoise{}}.Check()) }},
		"Radial.Check":     {func() error { return hostile.Bare(Radial{}.Check()) }, func() error { return hostile.Bare(Radial{good, 0}.Check()) }, func() error { return hostile.Bare(Radial{good, -1}.Check()) }, func() error { return hostile.Bare(Radial{OneDim{}, 2}.Check()) }},
		"OneDim.Densities": {func() error { return none(OneDim{}, 0) }, func() error { return none(OneDim{Loss: bowl}, 0) }, func() error { return none(good, nan) }},
		"Radial.Densities": {func() error { return none(Radial{}, 1) }, func() error { return none(Radial{good, 0}, 1) }, func() error { return none(Radial{good, 2}, -1) }, func() error { return none(Radial{good, 2}, nan) }},
		"Check": {
			func() error { return Check(nil, unit, unit, 0) }, func() error { return Check(good, nil, unit, 0) }, func() error { return Check(good, unit, nil, 0) }, func() error { return Check(good, unit, unit) },
			func() error { return Check(good, unit, unit, nan) }, func() error { return Check(OneDim{}, unit, unit, 0) }, func() error { return Check(good, unit, func(float64) float64 { return 0 }, 0) },
		},
		"MeanFirstPassage": {}, "RadialPassage": {}, "Stationary": {}, "Odds": {},
		"LossNoise.Diffusion": {}, "LossNoise.LogWeight": {}, "TauNoise.Diffusion": {}, "TauNoise.LogWeight": {}, "ConstantNoise.Diffusion": {}, "ConstantNoise.LogWeight": {},
	}
	way := Channel{Line: good, Dim: 2}
	laplace := func(c Channel, minimum, saddle, h, k float64) func() error {
		return func() error { _, _, _, err := c.Laplace(t.Context(), minimum, saddle, h, k); return err }
	}
	channels := []Channel{{}, {Line: good}, {Line: good, Dim: -1}, {Line: good, Dim: 21}, {Line: good, Dim: math.MaxInt}, {Line: OneDim{Loss: bowl}, Dim: 1}, {Line: OneDim{Noise: LossNoise{0.1}}, Dim: 1}, {Line: OneDim{bowl, TauNoise{0.1}}, Dim: 1}}
	for _, x := range []float64{nan, 0, -1, inf} {
		channels = append(channels, Channel{Line: OneDim{bowl, LossNoise{x}}, Dim: 1})
		if x != inf {
			channels = append(channels, Channel{Line: OneDim{bowl, ConstantNoise{x}}, Dim: 1})
		}
	}
	for _, c := range channels {
		r.Add("Channel.Check", func() error { return hostile.Bare(c.Check()) })
		r.Add("Channel.Rate", func() error { return hostile.Err(c.Rate(t.Context(), 0, 1, Settings{})) })
		r.Add("Channel.Laplace", laplace(c, 0, 1, 1, 1))
	}
	r.Add("Channel.Densities", func() error { return none(Channel{}, 0) }, func() error { return none(Channel{Line: OneDim{Noise: LossNoise{0.1}}, Dim: 2}, 0) }, func() error { return none(way, nan) },
		func() error {
			return none(Channel{Line: good, Dim: 1, LogDet: func(float64) float64 { return nan }}, 0)
		})
	for _, x := range []float64{nan, 0, -1, inf, -inf} {
		r.Add("Channel.Laplace", laplace(way, 0, 1, x, 1), laplace(way, 0, 1, 1, x))
		if x != 0 && x != -1 {
			r.Add("Channel.Rate", func() error { return hostile.Err(way.Rate(t.Context(), x, 1, Settings{})) }, func() error { return hostile.Err(way.Rate(t.Context(), 0, x, Settings{})) })
			r.Add("Channel.Laplace", laplace(way, x, 1, 1, 1), laplace(way, 0, x, 1, 1))
		}
	}
	r.Add("Channel.Rate", func() error { return hostile.Err(way.Rate(t.Context(), 1, 1, Settings{})) }, func() error { return hostile.Err(way.Rate(t.Context(), 0, 1, Settings{Tolerance: nan})) })
	// What is out of bounds shows in a, or in log m.
	shows := func(n NoiseLaw, loss float64) error {
		a, m := n.Diffusion(loss), n.LogWeight(loss)
		return hostile.Said(!(a > 0) || math.IsInf(a, 0) || math.IsNaN(m) || math.IsInf(m, 0))
	}
	for _, x := range []float64{nan, 0, -1, inf, -inf, tiny} {
		for name, laws := range map[string][2]NoiseLaw{"LossNoise": {LossNoise{x}, LossNoise{0.1}}, "TauNoise": {TauNoise{x}, TauNoise{0.1}}, "ConstantNoise": {ConstantNoise{x}, ConstantNoise{0.1}}} {
			for _, method := range []string{"Diffusion", "LogWeight"} {
				r.Add(name+"."+method, func() error { return shows(laws[0], 2) })
				if name != "ConstantNoise" && x != tiny || math.IsNaN(x) || math.IsInf(x, 0) { // Eq. 5 asks for no sign
					r.Add(name+"."+method, func() error { return shows(laws[1], x) })
				}
			}
		}
	}
	bad := []Process{nil, OneDim{}, OneDim{Loss: bowl}, OneDim{Noise: LossNoise{1}}, numb(nan), numb(inf), numb(-inf), Radial{}}
	for _, T := range []float64{nan, 0, -1, inf, tiny} {
		bad = append(bad, OneDim{bowl, LossNoise{T}}, OneDim{bowl, TauNoise{T}}, OneDim{bowl, ConstantNoise{T}})
	}
	for _, loss := range []float64{nan, 0, -1, inf} {
		bad = append(bad, OneDim{func(float64) float64 { return loss }, LossNoise{0.1}})
	}
	for _, p := range bad {
		r.Add("MeanFirstPassage", func() error { return hostile.Err(MeanFirstPassage(t.Context(), p, 0, 1, Settings{})) })
		r.Add("MeanFirstPassage", func() error { return hostile.Err(MeanFirstPassage(t.Context(), p, 1, 0, Settings{})) })
		r.Add("Stationary", func() error { return hostile.Err(Stationary(t.Context(), p, 0, 1, Settings{})) })
		r.Add("Odds", func() error { return hostile.Err(Odds(t.Context(), p, 0, 1, Settings{})) })
		r.Add("RadialPassage", func() error { return hostile.Err(RadialPassage(t.Context(), p, 0, 1, Settings{})) })
	}
	for _, x := range []float64{nan, inf, -inf, huge, -huge} {
		r.Add("MeanFirstPassage", func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, x, 1, Settings{})) }, func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, 0, x, Settings{})) },
			func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, 1, x, Settings{})) })
		r.Add("RadialPassage", func() error { return hostile.Err(RadialPassage(t.Context(), good, x, 1, Settings{})) }, func() error { return hostile.Err(RadialPassage(t.Context(), good, 0, x, Settings{})) })
		r.Add("Stationary", func() error { return hostile.Err(Stationary(t.Context(), good, x, 1, Settings{})) }, func() error { return hostile.Err(Stationary(t.Context(), good, 0, x, Settings{})) })
		r.Add("Odds", func() error { return hostile.Err(Odds(t.Context(), good, x, 1, Settings{})) }, func() error { return hostile.Err(Odds(t.Context(), good, 0, x, Settings{})) })
	}
	for _, x := range []float64{0, -1, tiny} {
		r.Add("MeanFirstPassage", func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, 1, 1+x*1e-16, Settings{})) })
		r.Add("RadialPassage", func() error { return hostile.Err(RadialPassage(t.Context(), good, 0, x, Settings{})) }, func() error { return hostile.Err(RadialPassage(t.Context(), Radial{good, 2}, 0, x, Settings{})) })
		r.Add("Stationary", func() error { return hostile.Err(Stationary(t.Context(), good, 0, x, Settings{})) })
		r.Add("Odds", func() error { return hostile.Err(Odds(t.Context(), good, 0, x, Settings{})) })
	}
	// From 1e16 the panels would have no digits left; over a barrier of a thousand D the time has
	// no float64.
	r.Add("MeanFirstPassage", func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, 1e16, 1e16+2, Settings{})) },
		func() error {
			return hostile.Err(MeanFirstPassage(t.Context(), OneDim{bowl, ConstantNoise{1e-3}}, 0, 2, Settings{}))
		},
		func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, 0, tiny, Settings{})) })
	r.Add("RadialPassage", func() error {
		return hostile.Err(RadialPassage(t.Context(), OneDim{bowl, ConstantNoise{1e-3}}, 0, 2, Settings{}))
	},
		func() error {
			return hostile.Err(RadialPassage(t.Context(), Radial{good, 200_000}, 0, 1e-200, Settings{}))
		})
	for _, wall := range []float64{nan, 1, inf} {
		r.Add("MeanFirstPassage", func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, 0, 2, Settings{Wall: &wall})) })
	}
	for _, tolerance := range []float64{nan, -1, -tiny, 1, inf} {
		s := Settings{Tolerance: tolerance}
		r.Add("MeanFirstPassage", func() error { return hostile.Err(MeanFirstPassage(t.Context(), good, 0, 1, s)) })
		r.Add("RadialPassage", func() error { return hostile.Err(RadialPassage(t.Context(), good, 0, 1, s)) })
		r.Add("Stationary", func() error { return hostile.Err(Stationary(t.Context(), good, 0, 1, s)) })
		r.Add("Odds", func() error { return hostile.Err(Odds(t.Context(), good, 0, 1, s)) })
	}
	r.Run(t)
}
