package spectrum

import "math"

// MarchenkoPasturEdge returns σ²(1 + √γ)², the upper edge of the bulk of (1/N)Σ x xᵀ for N samples
// of γN independent features of variance σ²: what pure sampling noise alone can reach.
// At finite N the largest eigenvalue of the bulk scatters around it by [MarchenkoPasturWidth].
func MarchenkoPasturEdge(variance, gamma float64) float64 {
	r := 1 + math.Sqrt(gamma)
	return variance * r * r
}

// MarchenkoPasturWidth returns the Tracy–Widom scale of the largest bulk eigenvalue at N
// samples, σ²(√N + √p)(1/√N + 1/√p)^{1/3}/N with p = γN (Johnstone, Annals of Statistics 2001).
func MarchenkoPasturWidth(variance, gamma float64, samples int) float64 {
	n := float64(samples)
	p := gamma * n
	return variance / n * (math.Sqrt(n) + math.Sqrt(p)) * math.Cbrt(1/math.Sqrt(n)+1/math.Sqrt(p))
}

// SpikePosition returns where a population eigenvalue spike (in units of the bulk's variance)
// shows up in the sample covariance, spike·(1 + γ/(spike−1)), and its standard deviation
// at N samples, spike·sqrt(2(1 − γ/(spike−1)²)/N), for Gaussian data (Baik, Ben Arous and Péché
// 2005; Paul 2007). A spike of at most 1 + √γ stays inside the bulk: position is then
// the edge and ok is false.
func SpikePosition(spike, gamma float64, samples int) (position, std float64, ok bool) {
	if !(spike > 1+math.Sqrt(gamma)) {
		return MarchenkoPasturEdge(1, gamma), 0, false
	}
	d := gamma / (spike - 1)
	return spike * (1 + d), spike * math.Sqrt(2*(1-d/(spike-1))/float64(samples)), true
}
