package spectrum

import (
	"context"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/model"
)

func TestLongWorkHearsItsContext(t *testing.T) {
	m, err := model.NewLinear(&data.Set{X: mat.NewDense(3, 2, []float64{1, 2, 3, 1, 1, -1}), Y: mat.NewDense(3, 1, []float64{1, 3, 2})})
	if err != nil {
		t.Fatal(err)
	}
	theta := []float64{0.1, 0.2}
	hostile.Hears(t, map[string]func(context.Context) error{
		"Leading": func(ctx context.Context) error {
			return hostile.Err(Leading(ctx, scaled{9, func(i int) float64 { return float64(i) }}, 2, LeadingSettings{}))
		},
		"AlongLeading": func(ctx context.Context) error {
			return hostile.Err(AlongLeading(ctx, m, theta, 1, LeadingSettings{}))
		},
		"Quotients": func(ctx context.Context) error {
			return Quotients(ctx, make([]float64, 1), m, theta, LeadingSettings{})
		},
		"FindMinimum": func(ctx context.Context) error {
			return hostile.Err(FindMinimum(ctx, m, theta, MinimumSettings{}))
		},
	})
}
