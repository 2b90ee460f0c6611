package kolmogorov

import (
	"context"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/exact"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

func TestLongWorkHearsItsContext(t *testing.T) {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Reduce(well)
	if err != nil {
		t.Fatal(err)
	}
	noise := exact.LossNoise{Temperature: 0.2}
	k := Kolmogorov{Valley: r.Valley, Noise: noise, Exit: r.Axis.Exit}
	a := Aligned{Valley: r.Valley, Along: 0.2, Across: 0.1, Exit: r.Axis.Exit}
	hostile.Hears(t, map[string]func(context.Context) error{
		"Kolmogorov.Solve":     func(ctx context.Context) error { return hostile.Err(k.Solve(ctx)) },
		"Kolmogorov.Committor": func(ctx context.Context) error { return hostile.Err(k.Committor(ctx)) },
		"Aligned.Solve":        func(ctx context.Context) error { return hostile.Err(a.Solve(ctx)) },
		"Aligned.StraightFactor": func(ctx context.Context) error {
			return hostile.Err(a.StraightFactor(ctx, r.Axis.Saddle))
		},
		"BarrierRate": func(ctx context.Context) error { return hostile.Err(BarrierRate(ctx, well, noise)) },
	})
}

// A solution is given up at whatever stage ctx ends: domain, grids, factorisation, iteration.
func TestSolveHearsAtEveryStage(t *testing.T) {
	well, err := landscape.NewQuartic(landscape.Shape{Ratio: 2})
	if err != nil {
		t.Fatal(err)
	}
	losses, all := 0, 0
	for part := range 10 {
		ctx, cancel := context.WithCancel(t.Context())
		end := all * part / 10
		losses = 0
		v := Valley{Dim: 1, Minimum: 0, Loss: func(z, _ float64) float64 {
			if losses++; losses == end {
				cancel()
			}
			return well.LossGrad(nil, []float64{z})
		}}
		_, err := Kolmogorov{Valley: v, Noise: exact.LossNoise{Temperature: 0.2}, Exit: well.FarMinimum().Theta[0]}.Solve(ctx)
		cancel()
		if part == 0 {
			if all = losses; err != nil {
				t.Fatal(err)
			}
		} else if err == nil {
			t.Errorf("a context that ends at loss %d of %d is not heard", end, all)
		}
	}
}
