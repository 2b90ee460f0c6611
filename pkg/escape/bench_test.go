//go:build unix

package escape

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/dynamics"
	"github.com/sgdescape/sgdescape/pkg/internal/peer"
)

// BenchmarkDiffusion is a step of Eq. 13 on the quartic well, watched for its exit, through
// FirstPassage on one worker, beside two programs in C that do the same: replicas one by one, and
// side by side in vectors. It reports the ratios of medians of five rounds.
func BenchmarkDiffusion(b *testing.B) {
	c := peer.Build(b, "diffusion")
	for _, n := range []int{1, 2, 4, 8, 11} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			d, start, exit := problem(0.1, 3, n, dynamics.Settings{Step: 0.01}, false)
			settings := Settings{Replicas: 64, Workers: 1, MaxTime: float64(20_000 / n)}
			var ours, scalar, vector []float64
			for b.Loop() {
				for range 5 {
					var s *Sample
					seconds := peer.Seconds(func() { s = must(FirstPassage(context.Background(), d, start, exit, settings)) })
					ours = append(ours, seconds*1e9/float64(s.Steps))
					scalar = append(scalar, c.Nanoseconds(b, "scalar", fmt.Sprint(n), fmt.Sprint(5_000_000/n)))
					vector = append(vector, c.Nanoseconds(b, "vector", fmt.Sprint(n), fmt.Sprint(20_000_000/n)))
				}
			}
			b.ReportMetric(median(ours), "ns/step")
			b.ReportMetric(median(scalar)/median(ours), "×scalar-C")
			b.ReportMetric(median(vector)/median(ours), "×vector-C")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkFirstPassage reports the speed of two workers as a ratio to one, with replicas enough
// that the last lanes to end, in which a worker is not full, do not count: of 500 they take a tenth
// of the time of two workers.
func BenchmarkFirstPassage(b *testing.B) {
	d, start, exit := problem(0.2, 2, 1, dynamics.Settings{Step: 0.1}, false)
	peer.Speedup(b, func(workers int) {
		must(FirstPassage(context.Background(), d, start, exit, Settings{Replicas: 5000, Workers: workers}))
	})
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
