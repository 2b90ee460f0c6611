package escape

import (
	"context"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

func TestLongWorkHearsItsContext(t *testing.T) {
	p := must(QuarticProblem(2, 0.3, 2))
	minimum := p.Barrier.Minimum()
	sde := must(dynamics.NewSDE(p.Barrier, minimum, p.Noise, dynamics.Settings{Step: 0.01}))
	exit, s := Beyond{Level: 2}, Settings{Replicas: 200}
	hostile.Hears(t, map[string]func(context.Context) error{
		"FirstPassage": func(ctx context.Context) error {
			return hostile.Err(FirstPassage(ctx, sde, minimum.Theta, exit, s))
		},
		"Occupy": func(ctx context.Context) error {
			return hostile.Err(Occupy(ctx, sde, minimum.Theta, exit, []float64{10, 20}, s))
		},
		"AllRoutes":           func(ctx context.Context) error { return hostile.Err(AllRoutes(ctx, []Problem{p, p})) },
		"Problem.Simulate":    func(ctx context.Context) error { return hostile.Err(p.Simulate(ctx, s)) },
		"Problem.Compare":     func(ctx context.Context) error { return hostile.Err(p.Compare(ctx, s)) },
		"Problem.Exact":       func(ctx context.Context) error { return hostile.Err(p.Exact(ctx)) },
		"Problem.Routes":      func(ctx context.Context) error { return hostile.Err(p.Routes(ctx)) },
		"Problem.Kappa":       func(ctx context.Context) error { return hostile.Err(p.Kappa(ctx)) },
		"Problem.Transitions": func(ctx context.Context) error { return hostile.Err(p.Transitions(ctx, 0)) },
		"Problem.Quadratures": func(ctx context.Context) error { return hostile.Err(p.Quadratures(ctx)) },
		"Problem.StraightFactor": func(ctx context.Context) error {
			return hostile.Err(p.StraightFactor(ctx))
		},
		"Problem.Committor": func(ctx context.Context) error {
			_, _, err := p.Committor(ctx, 0)
			return err
		},
		"Problem.InWell": func(ctx context.Context) error {
			_, _, err := p.InWell(ctx)
			return err
		},
		"Problem.Laplace": func(ctx context.Context) error {
			_, _, _, err := p.Laplace(ctx)
			return err
		},
	})
}
