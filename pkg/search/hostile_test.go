package search

import (
	"context"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
	"github.com/sgdescape/sgdescape/pkg/landscape"
)

var nan, inf, huge = math.NaN(), math.Inf(1), 1e308

// wide is a landscape of many dimensions, which takes no memory of its own.
type wide int

func (w wide) Dim() int { return int(w) }
func (w wide) LossGrad(dst, theta []float64) float64 {
	loss := 1.0
	for i, x := range theta {
		loss += x * x / 2
		if dst != nil {
			dst[i] = x
		}
	}
	return loss
}

// void has a loss that is no number.
type void float64

func (void) Dim() int { return 1 }
func (v void) LossGrad(dst, _ []float64) float64 {
	if dst != nil {
		dst[0] = float64(v)
	}
	return float64(v)
}

func TestHostile(t *testing.T) {
	background := context.Background()
	done, cancel := context.WithCancel(background)
	cancel()
	q := must(landscape.NewQuartic(landscape.Shape{Ratio: 2, EffectiveDimension: 2}))
	from, to := q.Minimum().Theta, q.FarMinimum().Theta
	path := must(FindPath(background, q, from, to, PathSettings{}))
	const big = 200_000
	r := hostile.Table{
		"FindMinimum": {
			func() error { return hostile.Err(FindMinimum(background, nil, from)) }, func() error { return hostile.Err(FindMinimum(background, q, nil)) }, func() error { return hostile.Err(FindMinimum(background, q, []float64{nan, 0})) }, func() error { return hostile.Err(FindMinimum(done, q, []float64{1, 1})) },
			func() error { return hostile.Err(FindMinimum(done, q, from)) }, func() error { return hostile.Err(FindMinimum(background, q, []float64{huge, 0})) },
			func() error { return hostile.Err(FindMinimum(background, void(nan), []float64{0})) }, func() error { return hostile.Err(FindMinimum(background, void(inf), []float64{0})) }, func() error { return hostile.Err(FindMinimum(background, void(1), []float64{0})) },
			func() error { return hostile.Err(FindMinimum(background, wide(big), make([]float64, big))) },
		},
		"FindPath": {
			func() error { return hostile.Err(FindPath(background, nil, from, to, PathSettings{})) }, func() error { return hostile.Err(FindPath(done, q, from, to, PathSettings{})) }, func() error { return hostile.Err(FindPath(background, q, nil, to, PathSettings{})) },
			func() error { return hostile.Err(FindPath(background, q, from, nil, PathSettings{})) }, func() error { return hostile.Err(FindPath(background, q, from, []float64{nan, 0}, PathSettings{})) }, func() error { return hostile.Err(FindPath(background, q, from, []float64{huge, 0}, PathSettings{})) },
			func() error { return hostile.Err(FindPath(background, q, from, from, PathSettings{})) }, func() error {
				return hostile.Err(FindPath(background, void(nan), []float64{0}, []float64{1}, PathSettings{}))
			}, func() error {
				return hostile.Err(FindPath(background, void(0), []float64{0}, []float64{1}, PathSettings{}))
			},
		},
		"Path.Peaks": {func() error { return hostile.Said(len((&Path{}).Peaks()) == 0) }},
		"FindSaddle": {
			func() error { return hostile.Err(FindSaddle(t.Context(), nil, path, 1)) }, func() error { return hostile.Err(FindSaddle(t.Context(), q, nil, 0)) }, func() error { return hostile.Err(FindSaddle(t.Context(), q, &Path{}, 0)) }, func() error { return hostile.Err(FindSaddle(t.Context(), q, path, -1)) }, func() error { return hostile.Err(FindSaddle(t.Context(), q, path, 31)) },
			func() error { return hostile.Err(FindSaddle(t.Context(), q, &Path{Images: [][]float64{from, to}}, 0)) }, func() error {
				return hostile.Err(FindSaddle(t.Context(), q, &Path{Images: [][]float64{from, nil}, Arc: []float64{0, 1}}, 0))
			},
			func() error {
				return hostile.Err(FindSaddle(t.Context(), q, &Path{Images: [][]float64{{nan, 0}, to}, Arc: []float64{0, 1}}, 0))
			}, func() error { return hostile.Err(FindSaddle(t.Context(), wide(1), path, 15)) },
		},
		"FindEscape": {func() error { return hostile.Err(FindEscape(background, nil, from, to, PathSettings{})) }, func() error { return hostile.Err(FindEscape(background, q, from, from, PathSettings{})) },
			func() error { return hostile.Err(FindEscape(done, q, from, to, PathSettings{})) }, func() error { return hostile.Err(FindEscape(background, q, nil, to, PathSettings{})) }, func() error { return hostile.Err(FindEscape(background, q, from, nil, PathSettings{})) },
			func() error { return hostile.Err(FindEscape(background, q, from, to, PathSettings{Images: 1})) }},
		"Escape.Minimum": {func() error { return hostile.Said((&Escape{}).Minimum().Hess == nil) }}, "Escape.Saddle": {func() error { return hostile.Said((&Escape{}).Saddle().Hess == nil) }}, "Escape.FarMinimum": {func() error { return hostile.Said((&Escape{}).FarMinimum().Hess == nil) }},
	}
	for _, s := range []PathSettings{{Images: -1}, {Images: 4}, {Images: 1e9}, {Images: math.MaxInt}, {Tolerance: nan}, {Tolerance: -1}, {Tolerance: inf}, {MaxSteps: -1}} {
		r.Add("FindPath", func() error { return hostile.Err(FindPath(background, q, from, to, s)) })
	}
	var none *landscape.Quartic // of an error that nobody looked at
	nowhere := context.Context(nil)
	r.Add("FindMinimum", func() error { return hostile.Err(FindMinimum(background, none, from)) }, func() error { return hostile.Err(FindMinimum(nowhere, q, from)) })
	r.Add("FindPath", func() error { return hostile.Err(FindPath(background, none, from, to, PathSettings{})) }, func() error { return hostile.Err(FindPath(nowhere, q, from, to, PathSettings{})) })
	r.Add("FindSaddle", func() error { return hostile.Err(FindSaddle(t.Context(), none, path, 15)) })
	r.Add("FindEscape", func() error { return hostile.Err(FindEscape(background, none, from, to, PathSettings{})) }, func() error { return hostile.Err(FindEscape(nowhere, q, from, to, PathSettings{})) })
	r.Run(t)
}
