package kolmogorov

import (
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

var nan, inf, huge, tiny = math.NaN(), math.Inf(1), 1e308, 5e-324

func TestHostile(t *testing.T) {
	q, v := quartic(t, 2, 2)
	one, line := quartic(t, 1, 2)
	s := saddle(q)
	good := Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: s}
	aligned := Aligned{Valley: v, Along: 0.1, Across: 0.1, Exit: s}
	bowl := must(landscape.NewQuadratic(landscape.Shape{}))
	isNaN := func(x float64) error { return hostile.Said(math.IsNaN(x)) }
	solver := func(float64) (*Passage, error) { return nil, nil }
	solved := solve(t, Kolmogorov{Valley: line, Noise: lossNoise(0.1), Exit: saddle(one)})
	r := hostile.Table{
		"Kolmogorov.Solve": {}, "Kolmogorov.Committor": {}, "Aligned.Solve": {}, "Aligned.StraightFactor": {},
		"Passage.Rate":   {func() error { return isNaN((*Passage)(nil).Rate().Value) }, func() error { return isNaN((&Passage{}).Rate().Value) }, func() error { return isNaN((&Passage{MeanTime: exact.Result{Value: nan}}).Rate().Err) }},
		"Passage.Expect": {func() error { return isNaN((*Passage)(nil).Expect(math.Hypot)) }, func() error { return isNaN((&Passage{}).Expect(math.Hypot)) }, func() error { return isNaN(solved.Expect(nil)) }},
		"Passage.Outside": {func() error { return isNaN((*Passage)(nil).Outside(1)) }, func() error { return isNaN((&Passage{}).Outside(nan)) }, func() error { return isNaN(solved.Outside(nan)) },
			func() error { return hostile.Said(solved.Outside(inf) == 0 && solved.Outside(huge) == 0) }, func() error { return hostile.Said(math.Abs(solved.Outside(-inf)-1) < 1e-6) }},
		"Field.Z": {func() error { return isNaN(Field{}.Z(0, 0)) }, func() error {
			f := Field{[]float64{0}, []float64{0}, []float64{1}}
			return isNaN(f.Z(-1, 0) + f.Z(0, 1) + f.Z(1, 0))
		}, func() error { f := Field{[]float64{0}, []float64{0}, []float64{1}}; return isNaN(f.Z(0, -1)) }, func() error { f := Field{[]float64{0}, []float64{0}, []float64{1}}; return isNaN(f.Z(1, 0)) }},
		"Field.At":              {func() error { return isNaN(Field{}.At(0, 0)) }, func() error { f := Field{[]float64{0, 1}, []float64{0}, []float64{1, 2}}; return isNaN(f.At(nan, 0)) }},
		"BarrierRate":           {func() error { return hostile.Err(BarrierRate(t.Context(), nil, lossNoise(0.1))) }, func() error { return hostile.Err(BarrierRate(t.Context(), q, nil)) }},
		"Reduce":                {func() error { return hostile.Err(Reduce(nil)) }, func() error { return hostile.Err(Reduce(&landscape.Quartic{})) }},
		"Reduction.Rate":        {func() error { return hostile.Err(Reduction{}.Rate(solver)) }, func() error { return hostile.Err(must(Reduce(q)).Rate(nil)) }, func() error { return hostile.Err(must(Reduce(q)).Rate(solver)) }},
		"Reduction.Coordinates": {func() error { z, r := Reduction{}.Coordinates(nil); return isNaN(z + r) }, func() error { z, _ := must(Reduce(q)).Coordinates([]float64{1}); return isNaN(z) }},
		"Axial":                 {func() error { return hostile.Err(Axial(nil, 1, 0)) }, func() error { return hostile.Err(Axial(q, 0, 0)) }, func() error { return hostile.Err(Axial(q, -1, 0)) }, func() error { return hostile.Err(Axial(q, 3, 0)) }, func() error { return hostile.Err(Axial(q, math.MaxInt, 0)) }},
		"Plane":                 {func() error { return hostile.Err(Plane(nil, 0)) }, func() error { return hostile.Err(Plane(bowl, 0)) }},
	}
	valley := func(change func(v *Valley)) {
		for _, v := range []Valley{v, line} {
			change(&v)
			r.Add("Kolmogorov.Solve", func() error {
				return hostile.Err(Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: s}.Solve(t.Context()))
			})
			r.Add("Kolmogorov.Committor", func() error {
				return hostile.Err(Kolmogorov{Valley: v, Noise: lossNoise(0.1), Exit: s}.Committor(t.Context()))
			})
			r.Add("Aligned.Solve", func() error {
				return hostile.Err(Aligned{Valley: v, Along: 0.1, Across: 0.1, Exit: s}.Solve(t.Context()))
			})
			if v.Dim != 1 && v.Dim != 200_000 || v.Loss == nil {
				r.Add("Aligned.StraightFactor", func() error {
					return hostile.Err(Aligned{Valley: v, Along: 0.1, Across: 0.1, Exit: s}.StraightFactor(t.Context(), s))
				})
			}
		}
	}
	for _, n := range []int{0, -1, math.MinInt, 200_000, math.MaxInt} {
		valley(func(v *Valley) { v.Dim = n })
	}
	valley(func(v *Valley) { v.Loss = nil })
	for _, x := range []float64{nan, inf, -inf, huge, s} {
		valley(func(v *Valley) { v.Minimum = x })
	}
	for _, x := range []float64{nan, 0, -1, inf, -inf} {
		valley(func(v *Valley) { v.Loss = func(_, _ float64) float64 { return x } })
	}
	// A loss that is none away from the minimum.
	valley(func(v *Valley) {
		v.Loss = func(z, r float64) float64 {
			if z*z+r*r > 0.5 {
				return nan
			}
			return 1 + z*z + r*r
		}
	})
	for _, x := range []float64{nan, -inf, inf, -1, 0, tiny, huge} {
		k, a := good, aligned
		k.Exit, a.Exit = x, x
		r.Add("Kolmogorov.Solve", func() error { return hostile.Err(k.Solve(t.Context())) })
		r.Add("Kolmogorov.Committor", func() error { return hostile.Err(k.Committor(t.Context())) })
		r.Add("Aligned.Solve", func() error { return hostile.Err(a.Solve(t.Context())) })
		r.Add("Aligned.StraightFactor", func() error { return hostile.Err(aligned.StraightFactor(t.Context(), x)) })
		for _, noise := range []exact.NoiseLaw{nil, lossNoise(x), tauNoise(x), constantNoise(x)} {
			k := good
			k.Noise = noise
			r.Add("Kolmogorov.Solve", func() error { return hostile.Err(k.Solve(t.Context())) })
			r.Add("Kolmogorov.Committor", func() error { return hostile.Err(k.Committor(t.Context())) })
			r.Add("BarrierRate", func() error { return hostile.Err(BarrierRate(t.Context(), q, noise)) })
		}
		for _, a := range []Aligned{{Valley: v, Along: x, Across: 0.1, Exit: s}, {Valley: v, Along: 0.1, Across: x, Exit: s}} {
			r.Add("Aligned.Solve", func() error { return hostile.Err(a.Solve(t.Context())) })
			if x != tiny && x != huge || a.Along == tiny || a.Across == huge { // nothing across pushes off the axis: F is finite
				r.Add("Aligned.StraightFactor", func() error { return hostile.Err(a.StraightFactor(t.Context(), s)) })
			}
		}
	}
	for _, x := range []float64{nan, -1, -tiny, 1, inf} {
		for _, k := range []Kolmogorov{{Valley: v, Noise: lossNoise(0.1), Exit: s, Tolerance: x}, {Valley: v, Noise: lossNoise(0.1), Exit: s, Tail: x}} {
			r.Add("Kolmogorov.Solve", func() error { return hostile.Err(k.Solve(t.Context())) })
			r.Add("Kolmogorov.Committor", func() error { return hostile.Err(k.Committor(t.Context())) })
			r.Add("Aligned.Solve", func() error {
				return hostile.Err(Aligned{Valley: v, Along: 0.1, Across: 0.1, Exit: s, Tolerance: k.Tolerance, Tail: k.Tail}.Solve(t.Context()))
			})
		}
	}
	r.Add("Kolmogorov.Solve", func() error {
		return hostile.Err(Kolmogorov{Valley: line, Noise: constantNoise(1e-14), Exit: 3e-5}.Solve(t.Context()))
	}, func() error {
		return hostile.Err(Kolmogorov{Valley: v, Noise: constantNoise(1e-14), Exit: s}.Solve(t.Context()))
	})
	r.Run(t)
}
