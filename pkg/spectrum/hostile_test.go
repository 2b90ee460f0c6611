package spectrum

import (
	"context"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/noise"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// scaled is the operator diag(v), which is as long as it says.
type scaled struct {
	n int
	v func(i int) float64
}

func (d scaled) Dim() int { return d.n }

func (d scaled) MulVecTo(dst, v []float64) {
	for i := range dst {
		dst[i] = d.v(i) * v[i]
	}
}

// Bad input is an error that begins with "spectrum:"; no result is NaN or infinite in silence.
func TestHostile(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	m, err := model.NewLinear(&data.Set{X: mat.NewDense(3, 1, []float64{1, 2, 3}), Y: mat.NewDense(3, 1, []float64{1, 3, 2})})
	if err != nil {
		t.Fatal(err)
	}
	same := func(n int, v float64) noise.Operator { return scaled{n, func(int) float64 { return v }} }
	leading := func(op noise.Operator, k int, s LeadingSettings) error {
		_, err := Leading(t.Context(), op, k, s)
		return err
	}
	count := func(v ...float64) error { _, err := CountByGap(v); return err }
	minimum := func(ctx context.Context, m model.Model, start []float64, s MinimumSettings) error {
		_, err := FindMinimum(ctx, m, start, s)
		return err
	}
	predict := func(o Outliers, eta float64, b int) error {
		_, err := o.Predict(theory.Noise{LearningRate: eta, BatchSize: float64(b)})
		return err
	}
	ctx := context.Background()
	over, cancel := context.WithCancel(ctx)
	cancel()
	good := Outliers{EffectiveDimension: 2, OutlierCurvature: 1}
	h := hostile.Table{
		"Leading": {
			func() error { return leading(nil, 1, LeadingSettings{}) },
			func() error { return leading(same(0, 1), 1, LeadingSettings{}) },
			func() error { return leading(same(3, 1), 0, LeadingSettings{}) },
			func() error { return leading(same(3, 1), -1, LeadingSettings{}) },
			func() error { return leading(same(3, 1), 4, LeadingSettings{}) },
			func() error { return leading(same(3, 1), 1e9, LeadingSettings{}) },
			func() error { return leading(same(3, 1), 1, LeadingSettings{Tol: nan}) },
			func() error { return leading(same(3, 1), 1, LeadingSettings{Tol: -1}) },
			func() error { return leading(same(3, 1), 1, LeadingSettings{MaxSteps: -1}) },
			func() error { return leading(same(2e5, 1), 2e5, LeadingSettings{}) },
			func() error { return leading(same(1e9, 1), 1, LeadingSettings{}) },
			func() error { return leading(same(1e6, 1), 1, LeadingSettings{MaxSteps: 1e9}) },
			func() error { return leading(same(3, nan), 1, LeadingSettings{}) },
			func() error { return leading(same(3, inf), 1, LeadingSettings{}) },
			func() error { return leading(same(1, -inf), 1, LeadingSettings{}) },
		},
		"CountByGap": {
			func() error { return count() },
			func() error { return count(1) },
			func() error { return count(nan, 1) },
			func() error { return count(inf, 1) },
			func() error { return count(1, 2) },
			func() error { return count(0, 0) },
			func() error { return count(1, -1) },
			func() error { return count(1e308, 5e-324) },
			func() error { return count(1e308, 1, 5e-324, 0) },
			func() error { return count(1e308, 1e-10) },
		},
		"FindMinimum": {
			func() error { return minimum(context.Context(nil), m, []float64{0}, MinimumSettings{}) },
			func() error { return minimum(ctx, nil, nil, MinimumSettings{}) },
			func() error { return minimum(ctx, (*model.MLP)(nil), nil, MinimumSettings{}) },
			func() error { return minimum(ctx, m, nil, MinimumSettings{}) },
			func() error { return minimum(ctx, m, []float64{nan}, MinimumSettings{}) },
			func() error { return minimum(ctx, m, []float64{0}, MinimumSettings{GradNorm: nan}) },
			func() error { return minimum(ctx, m, []float64{0}, MinimumSettings{GradNorm: -1}) },
			func() error { return minimum(ctx, m, []float64{0}, MinimumSettings{MaxSteps: -1}) },
			func() error { return minimum(over, m, []float64{0}, MinimumSettings{}) },
		},
		"Outliers.Predict": {
			func() error { return predict(Outliers{}, 1, 1) },
			func() error { return predict(Outliers{EffectiveDimension: -1, OutlierCurvature: 1}, 1, 1) },
			func() error { return predict(Outliers{EffectiveDimension: 1, OutlierCurvature: nan}, 1, 1) },
			func() error { return predict(Outliers{EffectiveDimension: 1, OutlierCurvature: inf}, 1, 1) },
			func() error { return predict(Outliers{EffectiveDimension: 1, OutlierCurvature: -1}, 1, 1) },
			func() error { return predict(Outliers{EffectiveDimension: 1, OutlierCurvature: 5e-324}, 1, 1) },
			func() error { return predict(good, 0, 1) },
			func() error { return predict(good, nan, 1) },
			func() error { return predict(good, inf, 1) },
			func() error { return predict(good, 5e-324, 1) },
			func() error { return predict(good, 1, 0) },
			func() error { return predict(good, 1, -1) },
			func() error { return predict(Outliers{EffectiveDimension: 1, OutlierCurvature: 1e308}, 1e308, 1) },
		},
	}
	along := func(m model.Model, theta []float64, k int, s LeadingSettings) {
		h.Add("AlongLeading", func() error { return hostile.Err(AlongLeading(ctx, m, theta, k, s)) })
		h.Add("Quotients", func() error { return Quotients(ctx, make([]float64, max(0, min(k, 99))), m, theta, s) })
	}
	one := []float64{1}
	for _, m := range []model.Model{nil, (*model.Linear)(nil), (*model.MLP)(nil), (*model.Conv)(nil), new(model.Linear), new(model.MLP)} {
		along(m, one, 1, LeadingSettings{})
	}
	for _, theta := range [][]float64{nil, {1, 2}, {nan}, {inf}, {-inf}, {1e308}, {1e200}} {
		along(m, theta, 1, LeadingSettings{})
	}
	for _, k := range []int{0, -1, 2, 1e9, math.MaxInt} {
		along(m, one, k, LeadingSettings{})
	}
	for _, s := range []LeadingSettings{{Tol: nan}, {Tol: -1}, {MaxSteps: -1}} {
		along(m, one, 1, s)
	}
	exact, err := model.NewLinear(&data.Set{X: mat.NewDense(2, 1, []float64{1, 2}), Y: mat.NewDense(2, 1, []float64{1, 2})})
	if err != nil {
		t.Fatal(err)
	}
	along(exact, one, 1, LeadingSettings{}) // no noise
	flat, err := model.NewLinear(&data.Set{X: mat.NewDense(2, 1, nil), Y: mat.NewDense(2, 1, []float64{1, 2})})
	if err != nil {
		t.Fatal(err)
	}
	along(flat, one, 1, LeadingSettings{}) // no curvature
	h.Add("Quotients", func() error { return Quotients(ctx, nil, m, one, LeadingSettings{}) })
	pair := []float64{2, 1}
	for _, v := range []float64{nan, 0, -1, inf, -inf} {
		for _, d := range []Directions{{Curvature: []float64{v, 1}, Noise: pair}, {Curvature: pair, Noise: []float64{1, v}}} {
			h.Add("Directions.Power", func() error { return hostile.Err(d.Power()) })
		}
		h.Add("Directions.Spread", func() error {
			s := Directions{Noise: []float64{1, v}, Predicted: pair}.Spread(2)
			return hostile.Said(math.IsNaN(s) || math.IsInf(s, 1))
		})
	}
	for _, d := range []Directions{{}, {Curvature: one, Noise: one}, {Curvature: pair}, {Noise: pair}, {Curvature: pair, Noise: one}, {Curvature: []float64{1, 1}, Noise: pair}} {
		h.Add("Directions.Power", func() error { return hostile.Err(d.Power()) })
	}
	for _, d := range []Directions{{Noise: pair}, {Predicted: pair}, {Noise: pair, Predicted: one}} {
		h.Add("Directions.Ratios", func() error { return hostile.Panics(func() { d.Ratios(nil) }) })
		h.Add("Directions.Spread", func() error { return hostile.Said(math.IsNaN(d.Spread(2))) })
	}
	even := Directions{Noise: pair, Predicted: pair}
	for _, n := range []int{0, 1, 3} {
		h.Add("Directions.Ratios", func() error { return hostile.Panics(func() { even.Ratios(make([]float64, n)) }) })
	}
	h.Add("Directions.Ratios", func() error { return hostile.Said(len(Directions{}.Ratios(nil)) == 0) })
	for _, k := range []int{0, -1, math.MinInt} {
		h.Add("Directions.Spread", func() error { return hostile.Said(math.IsNaN(even.Spread(k))) })
	}
	for _, k := range []int{9, 1e9, math.MaxInt} {
		h.Add("Directions.Spread", func() error { return hostile.Said(even.Spread(k) == 0 && math.IsNaN(Directions{}.Spread(k))) })
	}
	histogram := func(runs [][]float64, lo, hi float64, bins int) {
		h.Add("Histogram", func() error { _, _, _, err := Histogram(runs, lo, hi, bins); return err })
	}
	for _, v := range []float64{nan, 0, -1, inf, -inf, 10} {
		histogram([][]float64{one, one}, v, 10, 3)
		if v != 10 {
			histogram([][]float64{one, one}, 1, v, 3)
			histogram([][]float64{one, one}, v, v, 3)
		}
	}
	histogram([][]float64{one, one}, 5e-324, 1e308, 3)
	histogram([][]float64{one, one}, 1, 1+1e-15, 3)
	for _, bins := range []int{0, -1, 1<<20 + 1, 1e9, math.MaxInt} {
		histogram([][]float64{one, one}, 1, 10, bins)
	}
	histogram(make([][]float64, 1<<8), 1, 10, 1<<20)
	for _, runs := range [][][]float64{nil, {one}, {one, nil}, {one, {nan}}, {one, {inf}}, {{-inf}, one}} {
		histogram(runs, 1, 10, 3)
	}
	h.Add("Leading", func() error { return leading((*noise.Covariance)(nil), 1, LeadingSettings{}) })
	h.Run(t)

	// However far the start, the end is the minimum Σxy/Σx² or an error.
	for _, start := range []float64{1e308, -1e200, 5e-324} {
		if x, err := FindMinimum(ctx, m, []float64{start}, MinimumSettings{}); err == nil && math.Abs(x.Theta[0]-13.0/14) > 1e-8 || err != nil && !strings.HasPrefix(err.Error(), "spectrum: ") {
			t.Errorf("from %v: %+v, %v", start, x, err)
		}
	}
	if e, err := Leading(ctx, same(5, 0), 5, LeadingSettings{}); err != nil || !e.Converged || e.Values[0] != 0 || e.Residuals[4] != 0 {
		t.Errorf("the zero matrix: %+v, %v", e, err)
	}
}
