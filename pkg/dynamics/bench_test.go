package dynamics

import (
	"math"
	"time"
)

func timed(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}

func throughInterfaces(d Dynamics, steps int) float64 {
	rng, stepper := Stream(1, "bench", 0), d.NewStepper()
	theta, xi := []float64{0}, []float64{0}
	for range steps {
		Normals(xi, rng)
		stepper.(Driven).Drive(theta, xi)
	}
	return theta[0]
}

// writtenOut is Eq. 13 on the quartic well with h = L₀ = 1, T = 0.1, dt = 0.01.
func writtenOut(s float64, steps int) float64 {
	rng := Stream(1, "bench", 0)
	z, dt, amplitude := 0.0, 0.01, math.Sqrt(2*0.1*0.01)
	for range steps {
		v := z * (z - 2*s) / (s * s)
		loss := 1 + 0.125*s*s*v*v
		grad := 0.25 * v * (2*z - 2*s)
		z += amplitude*math.Sqrt(loss)*rng.NormFloat64() - dt*grad
	}
	return z
}
