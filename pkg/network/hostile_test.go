package network

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/figure"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/spectrum"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// liar is a model whose gradients are not those of its losses.
type liar struct{ model.Model }

func (l liar) LossGrad(grad, theta []float64, mu int) float64 {
	loss := l.Model.LossGrad(grad, theta, mu)
	for i := range grad {
		grad[i] += 1
	}
	return loss
}

// Bad input is an error that begins with "network:", before any work.
func TestHostile(t *testing.T) {
	_, m := line1(t, 20)
	ctx, start := t.Context(), make([]float64, 2)
	site, err := Settle(ctx, m, start, SiteSettings{})
	if err != nil {
		t.Fatal(err)
	}
	good := theory.Noise{LearningRate: 0.1, BatchSize: 1}
	report := must(site.Report(good, 2))
	nan, inf := math.NaN(), math.Inf(1)
	var none context.Context
	settle := func(m model.Model, start []float64, s SiteSettings) func() error {
		return func() error { return hostile.Err(Settle(ctx, m, start, s)) }
	}
	noises := []theory.Noise{{}, {LearningRate: nan, BatchSize: 1}, {LearningRate: inf, BatchSize: 1}, {LearningRate: -1, BatchSize: 1}, {LearningRate: 0.1},
		{LearningRate: 0.1, BatchSize: 1.5}, {LearningRate: 0.1, BatchSize: 21}, {LearningRate: 0.1, BatchSize: nan}, {LearningRate: 0.1, BatchSize: inf}}
	h := hostile.Table{
		"Settle": {
			settle(nil, nil, SiteSettings{}), settle((*model.MLP)(nil), nil, SiteSettings{}), settle(m, nil, SiteSettings{}),
			settle(m, []float64{nan, 0}, SiteSettings{}), settle(m, start, SiteSettings{Eigenvalues: -1}), settle(m, start, SiteSettings{Eigenvalues: 1}),
			settle(m, start, SiteSettings{Eigenvalues: 3}), settle(m, start, SiteSettings{Minimum: spectrum.MinimumSettings{GradNorm: -1}}),
			func() error { return hostile.Err(Settle(none, m, start, SiteSettings{})) },
			settle(liar{m}, start, SiteSettings{}),
		},
		"Report.Measure": {
			func() error { return (*Report)(nil).Measure(ctx, MeasureSettings{}) },
			func() error { return new(Report).Measure(ctx, MeasureSettings{}) },
			func() error { return (&Report{Site: site}).Measure(ctx, MeasureSettings{}) },
			func() error { return report.Measure(none, MeasureSettings{}) },
			func() error { return report.Measure(ctx, MeasureSettings{Replicas: -1}) },
			func() error { return report.Measure(ctx, MeasureSettings{Replicas: math.MaxInt32}) },
			func() error { return report.Measure(ctx, MeasureSettings{Every: -1}) },
			func() error { return report.Measure(ctx, MeasureSettings{Every: math.MaxInt32}) },
			func() error { return report.Measure(ctx, MeasureSettings{MaxSteps: -1}) },
			func() error { return report.Measure(ctx, MeasureSettings{Workers: -1}) },
			func() error { return report.Measure(ctx, MeasureSettings{Splitting: 1}) },
			func() error { return report.Measure(ctx, MeasureSettings{Splitting: -1}) },
		},
		"Site.Report": {
			func() error { return hostile.Err((*Site)(nil).Report(good)) },
			func() error { return hostile.Err(new(Site).Report(good)) },
			func() error { return hostile.Err(site.Report(good, 1)) },
			func() error { return hostile.Err(site.Report(good, 2, 2)) },
			func() error { return hostile.Err(site.Report(good, 3, 2)) },
			func() error { return hostile.Err(site.Report(good, nan)) },
			func() error { return hostile.Err(site.Report(good, 2, inf)) },
			func() error { return hostile.Err(site.Report(good, make([]float64, 2000)...)) },
		},
		"Site.Stability": {func() error { return hostile.Err((*Site)(nil).Stability(good)) }, func() error { return hostile.Err(new(Site).Stability(good)) }},
		"Report.Growth":  {func() error { v, e := (*Report)(nil).Growth(); return hostile.Said(math.IsNaN(v) && math.IsNaN(e)) }, func() error { v, _ := report.Growth(); return hostile.Said(math.IsNaN(v)) }},
		"Report.GrowthOf": {func() error {
			return hostile.Said(math.IsNaN((*Report)(nil).GrowthOf(Eq17)) && math.IsNaN(report.GrowthOf(Eq17)))
		}},
		"Report.Excess": {func() error {
			return hostile.Said(math.IsNaN((*Report)(nil).Excess()) && math.IsNaN(new(Report).Excess()))
		}},
		"Report.Warnings": {
			func() error {
				return hostile.Said(len((*Report)(nil).Warnings()) == 1 && len(new(Report).Warnings()) == 1)
			},
		},
		"Report.String": {func() error {
			return hostile.Said(strings.Contains((*Report)(nil).String()+new(Report).String(), "empty"))
		}},
		"Report.Rows": {
			func() error { (*Report)(nil).Rows(nil, ""); report.Rows(nil, ""); return hostile.Said(true) },
			func() error { t := figure.NewTable("a"); report.Rows(t, ""); return hostile.Err(t.CSV()) },
		},
		"Report.Table":  {func() error { return hostile.Said(len((*Report)(nil).Table("").Header()) == len(Header())) }},
		"Report.Figure": {func() error { return hostile.Err((*Report)(nil).Figure("", "", "").SVG()) }, func() error { return hostile.Err(report.Figure("", "", "").SVG()) }},
		"Level.Of":      {func() error { return hostile.Said(math.IsNaN(Level{}.Of("none").Time)) }},
		"Level.Error":   {func() error { v, e := (Level{}).Error(Eq17); return hostile.Said(math.IsNaN(v) && math.IsNaN(e)) }},
		"Header":        {func() error { return hostile.Said(len(Header()) > 0) }},
		"Predictors":    {func() error { return hostile.Said(len(Predictors()) == 5) }},
	}
	for _, n := range noises {
		h.Add("Site.Report", func() error { return hostile.Err(site.Report(n, 2)) })
		h.Add("Site.Stability", func() error { return hostile.Err(site.Stability(n)) })
	}
	h.Run(t)
	// A gradient that lies is named; the check of all laws says more.
	if _, err := Settle(ctx, liar{m}, start, SiteSettings{}); err == nil || !strings.Contains(err.Error(), "gradient of samples [0]") {
		t.Errorf("a gradient that lies: %v", err)
	}
	err = model.Check(liar{m}, []float64{0.1, 0.2}, rand.New(rand.NewPCG(1, 2)))
	if err == nil || !strings.Contains(err.Error(), "∇ℓ·v of sample") {
		t.Errorf("a gradient that lies: %v", err)
	}
}
