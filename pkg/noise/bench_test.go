package noise

import (
	"errors"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"gonum.org/v1/gonum/floats"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// BenchmarkStrength reports the cost of 𝒩 from a quarter of the samples, and from all, as a
// fraction of an epoch of training (784–100–100–1, B = 100, 10⁴ images).
func BenchmarkStrength(b *testing.B) {
	set, err := data.FashionMNIST(data.Train, 10000)
	if errors.Is(err, os.ErrNotExist) && os.Getenv("CI") != "true" {
		b.Skip("skipped: ", err)
	}
	if err != nil {
		b.Fatal(err)
	}
	if err := set.EvenOdd(); err != nil {
		b.Fatal(err)
	}
	m, err := model.NewMLP(set, model.MLPConfig{Hidden: []int{100, 100}})
	if err != nil {
		b.Fatal(err)
	}
	n, p := m.Dims()
	rng := rand.New(rand.NewPCG(1, 2))
	theta, grad, order := make([]float64, p), make([]float64, p), rng.Perm(n)
	m.Init(theta, rng)
	quarter, err := NewMeter(m, n/4)
	if err != nil {
		b.Fatal(err)
	}
	all, err := NewMeter(m, 0)
	if err != nil {
		b.Fatal(err)
	}
	var train, sampled, whole time.Duration
	for b.Loop() {
		train += timed(func() {
			for s := 0; s < n; s += 100 {
				m.BatchGrad(grad, theta, order[s:s+100])
				floats.AddScaled(theta, -0.01, grad)
			}
		})
		sampled += timed(func() { _, err = quarter.Measure(theta, rng) })
		whole += timed(func() { _, err = all.Measure(theta, nil) })
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(train.Milliseconds())/float64(b.N), "ms/epoch")
	b.ReportMetric(sampled.Seconds()/train.Seconds(), "quarter/epoch")
	b.ReportMetric(whole.Seconds()/train.Seconds(), "all/epoch")
	b.ReportMetric(0, "ns/op")
}

func timed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}
