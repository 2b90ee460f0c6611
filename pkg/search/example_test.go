package search_test

import (
	"context"
	"fmt"
	"math"

	"github.com/sgdescape/sgdescape/pkg/search"
	"github.com/sgdescape/sgdescape/pkg/theory"
)

// ripple is somebody's own loss, given by L and ∇L alone.
type ripple struct{}

func (ripple) Dim() int { return 2 }

func (ripple) LossGrad(dst, theta []float64) float64 {
	x, y := theta[0], theta[1]
	u := y - 0.3*math.Sin(x)
	if dst != nil {
		dst[0] = 0.8*math.Sin(2*x) - 2*u*0.3*math.Cos(x)
		dst[1] = 2 * u
	}
	return 0.5 + 0.8*math.Sin(x)*math.Sin(x) + u*u
}

// Eq. 17 for a landscape of one's own: find the way out, then ask theory.
func Example_ownLandscape() {
	way, err := search.FindEscape(context.Background(), ripple{}, []float64{0.2, 0.1}, []float64{3, 0}, search.PathSettings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	law, err := theory.NewEscape(way, theory.Noise{LearningRate: 0.5, BatchSize: 10}, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("saddle at (%.3f, %.3f), c = %.2f, n = %d, κ = %.2g\n",
		way.Saddle().Theta[0], way.Saddle().Theta[1], law.Ratio, law.EffectiveDimension, law.Rate())
	// Output: saddle at (1.571, 0.300), c = 2.60, n = 2, κ = 5.5e-06
}
