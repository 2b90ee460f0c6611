package exact

import (
	"context"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

func TestLongWorkHearsItsContext(t *testing.T) {
	line := OneDim{Loss: func(z float64) float64 { return 1 + z*z/2 - z*z*z/6 + z*z*z*z/50 }, Noise: LossNoise{Temperature: 0.3}}
	channel := Channel{Line: line, Dim: 2}
	hostile.Hears(t, map[string]func(context.Context) error{
		"MeanFirstPassage": func(ctx context.Context) error { return hostile.Err(MeanFirstPassage(ctx, line, 0, 1, Settings{})) },
		"Stationary":       func(ctx context.Context) error { return hostile.Err(Stationary(ctx, line, 0, 1, Settings{})) },
		"Odds":             func(ctx context.Context) error { return hostile.Err(Odds(ctx, line, 1, 1, Settings{})) },
		"RadialPassage": func(ctx context.Context) error {
			return hostile.Err(RadialPassage(ctx, Radial{Line: line, Dim: 3}, 0, 1, Settings{}))
		},
		"Channel.Rate": func(ctx context.Context) error { return hostile.Err(channel.Rate(ctx, 0, 1, Settings{})) },
		"Channel.Laplace": func(ctx context.Context) error {
			_, _, _, err := channel.Laplace(ctx, 0, 1, 1, 1)
			return err
		},
	})
}
