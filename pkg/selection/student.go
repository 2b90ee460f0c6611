package selection

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

// StudentLoop is the regression of a [Loop] with the same loss, but with label noise that follows
// Student's law with Nu degrees of freedom, scaled to the variance σ². Such a label is a normal one
// of random variance, σ²(Nu−2)/χ², which makes the law of a step a mixture.
type StudentLoop struct {
	*Loop
	Nu float64
}

var (
	_ StepLaw = StudentLoop{}
	_ mixture = StudentLoop{}
)

// NewStudentLoop returns the loop with other labels. It returns an error if l is nil or nu is not
// finite and > 2, below which there is no loss.
func NewStudentLoop(l *Loop, nu float64) (StudentLoop, error) {
	if l == nil || l.radius == 0 || !(nu > 2) || math.IsInf(nu, 1) {
		return StudentLoop{}, fmt.Errorf("selection: loop with Student labels, ν = %v, want a loop and a finite value > 2", nu)
	}
	return StudentLoop{l, nu}, nil
}

// SGD is [Loop.SGD] with Student labels.
func (l StudentLoop) SGD(eta float64) (dynamics.Dynamics, error) {
	if !positive(eta) {
		return nil, fmt.Errorf("selection: loop: learning rate η = %v, want a finite value > 0", eta)
	}
	if l.Loop == nil || l.radius == 0 {
		return nil, fmt.Errorf("selection: SGD on a loop that NewStudentLoop did not make")
	}
	sigma := l.labelNoise * math.Sqrt((l.Nu-2)/l.Nu)
	return &loopSGD{loop: l.Loop, eta: eta, sigma: sigma, nu: l.Nu, label: func(rng *rand.Rand) float64 {
		return distuv.StudentsT{Sigma: sigma, Nu: l.Nu, Src: rng}.Rand()
	}}, nil
}

// parts implements mixture by the trapezoidal rule in log χ², of spectral accuracy: a step of 0.6
// leaves 1e−8, and the ends as much: labels of more than 100σ, which land at the end of any
// lattice.
func (l StudentLoop) parts() (laws []StepLaw, weights []float64) {
	for x := math.Log(l.Nu) - 36/l.Nu; x < math.Log(l.Nu+60); x += 0.6 {
		part := *l.Loop
		part.labelNoise *= math.Sqrt((l.Nu - 2) / math.Exp(x))
		laws = append(laws, &part)
		weights = append(weights, math.Exp(distuv.ChiSquared{K: l.Nu}.LogProb(math.Exp(x))+x))
	}
	floats.Scale(1/floats.Sum(weights), weights)
	return laws, weights
}
