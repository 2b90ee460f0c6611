//go:build unix

package regression

import (
	"fmt"
	"math"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/peer"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// BenchmarkRegression compares replica-steps a second and core with a scalar C loop compiled with
// gcc, in the same run, in processor time.
func BenchmarkRegression(b *testing.B) {
	c := peer.Build(b, "regression")
	for _, d := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("d=%d", d), func(b *testing.B) {
			r := must(New(regressionSet(10_000, d), 0.1, 1, sgd.WithReplacement))
			bound := []float64{0, 2, 3, 0, 6, 0, 0, 0, 12}[d] // rarely passed
			l := newLanes(r, work{level: bound * r.MinimumLoss(), limit: 1 << 62})
			scalar := c.Nanoseconds(b, fmt.Sprint(d), "10000", "5000000", fmt.Sprint(bound))
			const chunk = 1 << 16
			best, steps := math.Inf(1), 0
			for b.Loop() {
				seconds := peer.Seconds(func() {
					done := int64(0)
					for done < chunk {
						n, out := l.leap(chunk - done)
						done += n
						for j := range laneCount {
							if out>>j&1 == 1 {
								l.home(j)
							}
						}
					}
				})
				best = math.Min(best, seconds*1e9/(chunk*laneCount))
				steps += chunk * laneCount
			}
			b.ReportMetric(best, "ns/step")
			b.ReportMetric(scalar/best, "×C")
			b.ReportMetric(0, "ns/op")
		})
	}
}
