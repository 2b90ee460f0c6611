package selection

import "math"

// Climb holds the costs of the way from a minimum of a [Loop] to the saddle in a description of
// SGD, each times h: the rate falls as e^{−J/ηh} as η → 0.
type Climb struct {
	Paper      float64 // log c, Eq. 13: noise 2L|w′|²
	Covariance float64 // a diffusion with the exact noise, 2L|w′|² + L′²
	Cumulants  float64 // SGD: log E e^{−p∇ℓ} = 0, step by step
	Jumps      float64 // SGD, where freak samples may jump over part of the way
}

// Climb returns the costs of the way out of the far minimum; those of the near one are the same. A
// gradient is a product of two normals, E e^{−p∇ℓ} = [(1+pL′)² − 2p²L|w′|²]^{−1/2}. That is 1 at p
// = 2L′/(2L|w′|² − L′²), and infinite from p* = 1/(sqrt(2L)|w′| − L′) on: one freak sample jumps
// from θ over a distance d at the cost p*(θ)·d. Where p grows beyond p* at the start, jumps may
// pay; the cheapest way of climbs and jumps is found by dynamic programming. It jumps over part of
// the way between this minimum and the saddle only: landings beyond the saddle, and ways that begin
// with a step away from it, are not searched, so that Jumps is an upper bound of the cost. All are
// good to 1e−3.
func (l *Loop) Climb() (c Climb) {
	const cells = 1000
	bottom := l.FarMinimum().Theta[0]
	d := bottom / cells
	cost, jump := make([]float64, cells+1), make([]float64, cells+1)
	for i := range cells {
		slope, square := l.uphill(bottom - (float64(i)+0.5)*d)
		c.Paper += 2 * slope / square * d * l.far
		c.Covariance += 2 * slope / (square + slope*slope) * d * l.far
		p := 2 * slope / (square - slope*slope)
		c.Cumulants += p * d * l.far
		start, spread := l.uphill(bottom - float64(i)*d)
		jump[i] = 1 / (math.Sqrt(spread) - start)
		cost[i+1] = cost[i] + p*d
		for from := range i {
			cost[i+1] = min(cost[i+1], cost[from]+jump[from]*float64(i+1-from)*d)
		}
	}
	c.Jumps = cost[cells] * l.far
	return c
}

// uphill returns the slope towards the saddle at θ ≥ 0 and 2L|w′|².
func (l *Loop) uphill(theta float64) (slope, square float64) {
	var g [1]float64
	loss := l.LossGrad(g[:], []float64{theta})
	return -g[0], 2 * loss * l.far
}
