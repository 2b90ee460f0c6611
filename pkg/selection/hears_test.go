package selection

import (
	"context"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

func TestLongWorkHearsItsContext(t *testing.T) {
	loop := must(NewLoop(2, 0.7, 0.5, 3))
	lattice := must(NewLattice(t.Context(), loop, 0.1, -3, 3, 50))
	contest := must(NewContest(Basin{Loss: 1, Curvature: 1}, Basin{Loss: 1, Curvature: 2}, 1.5, 0.2, 0.3))
	two := must(Keep(pair(t, 2, 1, 0.5, 1.7), 0.2))
	hostile.Hears(t, map[string]func(context.Context) error{
		"NewLattice":         func(ctx context.Context) error { return errOf(NewLattice(ctx, loop, 0.1, -3, 3, 50)) },
		"Lattice.Stationary": func(ctx context.Context) error { return errOf(lattice.Stationary(ctx)) },
		"Lattice.Odds":       func(ctx context.Context) error { return errOf(lattice.Odds(ctx, 0)) },
		"Lattice.MeanFirstPassage": func(ctx context.Context) error {
			return errOf(lattice.MeanFirstPassage(ctx, -1, 1))
		},
		"ChainOdds":           func(ctx context.Context) error { return errOf(ChainOdds(ctx, loop, 0.1, -3, 3, 50)) },
		"TwoCoordinates.Odds": func(ctx context.Context) error { return errOf(two.Odds(ctx)) },
		"TwoCoordinates.Rate": func(ctx context.Context) error { return errOf(two.Rate(ctx)) },
		"TwoCoordinates.Toll": func(ctx context.Context) error { return errOf(two.Toll(ctx)) },
		"Occupy": func(ctx context.Context) error {
			return errOf(Occupy(ctx, contest, must(contest.SGD(1)), 0.1, 0.1, 100, ""))
		},
		"Contest.Odds":     func(ctx context.Context) error { return errOf(contest.Odds(ctx, 0)) },
		"Contest.Constant": func(ctx context.Context) error { return errOf(contest.Constant(ctx)) },
		"Contest.Walk":     func(ctx context.Context) error { return errOf(contest.Walk(ctx, 100, "")) },
		"Contest.Control":  func(ctx context.Context) error { return errOf(contest.Control(ctx, 100, "")) },
		"Scan": func(ctx context.Context) error {
			return errOf(Scan(ctx, []float64{1}, func(float64) *Contest { return contest }, 100))
		},
	})
}
