package exact

import (
	"fmt"
	"math"
)

// lawTolerance is what differences over 1e−4 of a smooth log density may be off by.
const lawTolerance = 1e-5

// Check puts a process of drift b(z) and diffusion a(z) through the laws that every one obeys, at
// each of the points, and returns the first that it breaks:
//
//	(log s)′ = −b/a,   s·m·a is one and the same number everywhere,
//
// to 1e−5. Call it on a process of your own: a factor 2 in either density is a rate that is wrong
// by orders of magnitude.
func Check(p Process, drift, diffusion func(z float64) float64, at ...float64) error {
	if err := check(p); err != nil {
		return fmt.Errorf("exact: law of %T: %w", p, err)
	}
	if drift == nil || diffusion == nil || len(at) == 0 {
		return fmt.Errorf("exact: law of %T without its drift or diffusion, or at no points", p)
	}
	var unit float64
	for i, z := range at {
		h := 1e-4 * math.Max(1, math.Abs(z))
		up, _ := p.Densities(z + h)
		down, _ := p.Densities(z - h)
		logS, logM := p.Densities(z)
		want := -drift(z) / diffusion(z)
		if got := (up - down) / (2 * h); !(math.Abs(got-want) <= lawTolerance*(1+math.Abs(want))) {
			return fmt.Errorf("exact: %T breaks a law at z = %v: (log s)′ = %v, but −b/a = %v", p, z, got, want)
		}
		one := logS + logM + math.Log(diffusion(z))
		if i == 0 {
			unit = one
		}
		if !(math.Abs(one-unit) <= lawTolerance) {
			return fmt.Errorf("exact: %T breaks a law: log(s·m·a) = %v at z = %v, but %v at %v", p, one, z, unit, at[0])
		}
	}
	return nil
}
