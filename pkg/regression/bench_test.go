//go:build unix

package regression

import (
	"fmt"
	"slices"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/escape"
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
			steps := int64(8<<20) / int64(d) // the clock of the processor's time ticks in 4 ms or so
			var ours, scalar []float64
			for b.Loop() {
				for range 5 {
					seconds := peer.Seconds(func() { l.sweep(steps) })
					ours = append(ours, seconds*1e9/float64(steps*laneCount))
					scalar = append(scalar, c.Nanoseconds(b, fmt.Sprint(d), "10000", "5000000", fmt.Sprint(bound)))
				}
			}
			b.ReportMetric(median(ours), "ns/step")
			b.ReportMetric(median(scalar)/median(ours), "×C")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkFresh is BenchmarkRegression for fresh samples, through FirstPassage on one worker.
func BenchmarkFresh(b *testing.B) {
	c := peer.Build(b, "diffusion")
	for _, d := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("d=%d", d), func(b *testing.B) {
			r := must(NewFresh(d, 1, 0.1, 1))
			s := escape.Settings{Replicas: 64, Workers: 1, MaxTime: float64(8000 / d)}
			var ours, scalar []float64
			for b.Loop() {
				for range 5 {
					var sample *escape.Sample
					seconds := peer.Seconds(func() { sample = passagesOf(b, r, 8, s) })
					ours = append(ours, seconds*1e9/float64(sample.Steps))
					scalar = append(scalar, c.Nanoseconds(b, "fresh", fmt.Sprint(d), fmt.Sprint(5_000_000/d), "7"))
				}
			}
			b.ReportMetric(median(ours), "ns/step")
			b.ReportMetric(median(scalar)/median(ours), "×C")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkRegressionWorkers reports how much faster two workers are than one.
func BenchmarkRegressionWorkers(b *testing.B) {
	r := must(New(regressionSet(10_000, 1), 0.1, 1, sgd.WithReplacement))
	peer.Speedup(b, func(workers int) {
		passagesOf(b, r, 1.9, escape.Settings{Replicas: 5000, Workers: workers})
	})
}

// sweep moves all lanes by so many steps; those that leave start again.
func (l *lanes) sweep(steps int64) {
	for done := int64(0); done < steps; {
		n, out := l.leap(steps - done)
		done += n
		for j := range laneCount {
			if out>>j&1 == 1 {
				l.home(j)
			}
		}
	}
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
