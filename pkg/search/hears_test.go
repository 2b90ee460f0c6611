package search

import (
	"context"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

func TestLongWorkHearsItsContext(t *testing.T) {
	bent := must(landscape.NewBent(landscape.Shape{Ratio: 2, EffectiveDimension: 2}, 0.5))
	from, to := bent.Minimum().Theta, bent.FarMinimum().Theta
	start, other := []float64{from[0] + 0.1, 0.1}, []float64{to[0] - 0.1, to[1] + 0.1}
	coarse := must(FindPath(t.Context(), bent, from, to, PathSettings{Images: 10, Tolerance: 0.1}))
	hostile.Hears(t, map[string]func(context.Context) error{
		"FindMinimum": func(ctx context.Context) error { return hostile.Err(FindMinimum(ctx, bent, start)) },
		"FindPath":    func(ctx context.Context) error { return hostile.Err(FindPath(ctx, bent, from, to, PathSettings{})) },
		"FindSaddle":  func(ctx context.Context) error { return hostile.Err(FindSaddle(ctx, bent, coarse, coarse.Peaks()[0])) },
		"FindEscape": func(ctx context.Context) error {
			return hostile.Err(FindEscape(ctx, bent, start, other, PathSettings{}))
		},
	})
}
