package selection

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// The parts of the mixture have the variance of the labels together, and the lattice the mean time
// of SGD as it is drawn.
func TestStudentLoop(t *testing.T) {
	loop := must(NewLoop(1.3, 1, 1, 2))
	s := must(NewStudentLoop(loop, 4))
	laws, weights := s.parts()
	second := 0.0
	for i, law := range laws {
		_, spread := law.Step(0)
		second += weights[i] * spread * spread
	}
	_, normal := loop.Step(0)
	if math.Abs(second/(normal*normal)-1) > 1e-4 { // what the cut tail holds
		t.Errorf("variance %v, want that of normal labels, %v", second, normal*normal)
	}
	const eta = 0.2
	a, b := loop.Minimum().Theta[0], loop.FarMinimum().Theta[0]
	want := must(must(NewLattice(t.Context(), s, eta, a-3, b+3, 300)).MeanFirstPassage(t.Context(), a, b))
	stepper := must(s.SGD(eta)).NewStepper()
	rng := rand.New(rand.NewPCG(3, 4))
	times := make([]float64, 2000)
	for i := range times {
		for theta := []float64{a}; theta[0] < b; {
			times[i] += stepper.Step(theta, rng)
		}
	}
	mean, std := stat.MeanStdDev(times, nil)
	// 4.5 standard errors, and half a cell's shift of the end.
	if math.Abs(mean-want) > 4.5*stat.StdErr(std, 2000)+0.02*want {
		t.Errorf("mean time %v, simulated %v ± %v", want, mean, stat.StdErr(std, 2000))
	}
	for _, nu := range []float64{2, math.NaN(), math.Inf(1)} {
		if _, err := NewStudentLoop(loop, nu); err == nil {
			t.Errorf("ν = %v: no error", nu)
		}
	}
	if _, err := s.SGD(0); err == nil {
		t.Error("η = 0: no error")
	}
}
