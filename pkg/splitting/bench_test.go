//go:build unix

package splitting

import (
	"math"
	"slices"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/internal/peer"
)

// BenchmarkRare is κ = 5.2e−14 to 10 %, on one worker. It reports the steps, the seconds, the
// error, and steps a second over those of the plain ensemble, replicas of the same diffusion that
// go the same way with nothing to watch: step by step, and in lanes.
func BenchmarkRare(b *testing.B) {
	barrier, want := quartic(b, 1, 0.05, 4)
	p := must(barrier.At(0.1))
	const replicas, steps = 256, 4000
	one := struct{ dynamics.Dynamics }{p.Dynamics} // without lanes
	var ours, plain, lanes, seconds []float64
	var r *Result
	for b.Loop() {
		for range 3 {
			s := peer.Seconds(func() { r = must(p.Rate(b.Context(), Settings{Replicas: 4500, Workers: 1})) })
			seconds, ours = append(seconds, s), append(ours, float64(r.Steps)/s)
			for d, rates := range map[dynamics.Dynamics]*[]float64{one: &plain, p.Dynamics: &lanes} {
				s := peer.Seconds(func() { must(dynamics.Ensemble(b.Context(), d, p.Start, replicas, steps, 1, "plain")) })
				*rates = append(*rates, replicas*steps/s)
			}
		}
	}
	b.ReportMetric(median(seconds), "s")
	b.ReportMetric(float64(r.Steps), "steps")
	b.ReportMetric(r.Rate.StdErr/r.Rate.Value, "error")
	b.ReportMetric(math.Abs(r.Rate.Value-want)/r.Rate.StdErr, "|z|")
	b.ReportMetric(median(ours)/median(plain), "×plain-steps")
	b.ReportMetric(median(ours)/median(lanes), "×plain-lanes")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkRarity is the cost of a rate of 1e−20 over that of one of 1e−5, in steps to the same
// error.
func BenchmarkRarity(b *testing.B) {
	cost := func(T, c float64) (sum float64) {
		barrier := Barrier{Problem: must(escape.QuarticProblem(1, T, c))}
		for seed := range uint64(8) { // error bars have errors
			r := must(must(barrier.At(0.1)).Rate(b.Context(), Settings{Seed: seed}))
			sum += float64(r.Steps) * math.Pow(r.Rate.StdErr/r.Rate.Value, 2)
		}
		return sum
	}
	ratio := 0.0
	for b.Loop() {
		ratio = cost(0.05, 8.5) / cost(0.1, 2.45) // 1.0e−20 and 1.0e−5
	}
	b.ReportMetric(ratio, "×cost")
	b.ReportMetric(0, "ns/op")
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
