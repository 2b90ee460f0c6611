//go:build unix

package lanes

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/peer"
)

// BenchmarkFill reports the processor time of a normal, and that of math/rand/v2 over it.
func BenchmarkFill(b *testing.B) {
	g, x := seeded(), make([]float64, 64*Width)
	rng := rand.New(rand.NewPCG(1, 2))
	onLevels(func(name string) {
		b.Run(name, func(b *testing.B) {
			var ours, theirs float64
			for b.Loop() {
				ours += peer.Seconds(func() {
					for range 1000 {
						g.Fill(x)
					}
				})
				theirs += peer.Seconds(func() {
					for range 1000 {
						for i := range x {
							x[i] = rng.NormFloat64()
						}
					}
				})
			}
			b.ReportMetric(ours*1e9/float64(b.N*1000*len(x)), "ns/normal")
			b.ReportMetric(theirs/ours, "×NormFloat64")
			b.ReportMetric(0, "ns/op")
		})
	})
}

// BenchmarkRun reports the processor time of a step of Eq. 13 in one lane, normals included.
func BenchmarkRun(b *testing.B) {
	for _, n := range []int{1, 2, 8} {
		onLevels(func(name string) {
			b.Run(fmt.Sprintf("n=%d/%s", n, name), func(b *testing.B) {
				m, x := quartic(n, 16)
				m.Level = 1e9
				g, seconds := seeded(), 0.0
				for b.Loop() {
					seconds += peer.Seconds(func() {
						for range 1000 {
							g.Fill(x)
							m.Run(Loss, false)
						}
					})
				}
				b.ReportMetric(seconds*1e9/float64(b.N*1000*16*Width), "ns/step")
				b.ReportMetric(0, "ns/op")
			})
		})
	}
}
