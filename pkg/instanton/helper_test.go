package instanton

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/landscape"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/quasipotential"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func sym(n int, v ...float64) *mat.SymDense { return mat.NewSymDense(n, v) }

// maierStein is [quasipotential.MaierStein].
func maierStein(mu, alpha float64) quasipotential.Diffusion {
	return quasipotential.MaierStein(mu, alpha)
}

// bent is the double well of loss ratio c with curvature h across and bend α.
func bent(c, h, alpha float64) *landscape.Bent {
	return must(landscape.NewBent(landscape.Shape{Ratio: c, EffectiveDimension: 2, Transverse: []float64{h}}, alpha))
}

// aligned is Eq. 13 with the Hessian of the minimum.
func aligned(b landscape.Barrier) quasipotential.GaussianNoise {
	return quasipotential.GaussianNoise{Landscape: b, Hess: b.Minimum().Hess}
}

// over returns the path over a barrier.
func over(t *testing.T, b landscape.Barrier, s Settings) *Path {
	t.Helper()
	p, err := ToPoint(t.Context(), aligned(b), b.Minimum().Theta, b.Saddle().Theta, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// near reports a value that is off by more than a tolerance, relative to what is wanted.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s = %.8g, want %.8g to %g", what, got, want, tolerance)
	}
}

func linear(n int) model.Model {
	return must(model.NewLinear(must(data.Regression(n, 2, 1, rand.New(rand.NewPCG(1, 2))))))
}
