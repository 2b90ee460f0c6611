//go:build unix

package network

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/internal/peer"
	"github.com/sgdescape/sgdescape/pkg/model"
	"github.com/sgdescape/sgdescape/pkg/sgd"
)

// python returns a Python that has PyTorch, or skips.
func python(b *testing.B) string {
	for _, p := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(p, "-c", "import torch").Run() == nil {
			return p
		}
	}
	b.Skip("skipped: no Python with PyTorch (Debian has python3-torch)")
	return ""
}

// BenchmarkStep times one step of one replica of SGD on a ReLU network 784–10–1 against the same
// loop in PyTorch (testdata/step.py, single precision, while this is double) on one core. "ratio"
// is the speed here over the speed there, of the fastest of five rounds each: 0.7 is asked for.
//
// Measured on a shared 2-core EPYC against PyTorch 1.13.1 of Debian: 8.0 for B = 1, 3.1 for 10, 1.4
// for 100.
func BenchmarkStep(b *testing.B) {
	program := python(b)
	rng := rand.New(rand.NewPCG(1, 2))
	set := must(data.Regression(2000, 784, 1, rng))
	m := must(model.NewMLP(set, model.MLPConfig{Hidden: []int{10}, Workers: 1}))
	_, p := m.Dims()
	theta := make([]float64, p)
	m.Init(theta, rng)
	for _, batch := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("B=%d", batch), func(b *testing.B) {
			const steps = 1000
			stepper := must(sgd.New(m, 1e-5, batch, sgd.Independent)).NewStepper()
			for b.Loop() {
				here := math.Inf(1)
				for range 5 {
					here = math.Min(here, peer.Seconds(func() {
						for range steps {
							stepper.Step(theta, rng)
						}
					})/steps*1e9)
				}
				out, err := exec.Command(program, "testdata/step.py", strconv.Itoa(batch), strconv.Itoa(steps)).Output()
				if err != nil {
					b.Fatal(err)
				}
				there, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(there/here, "ratio")
				b.ReportMetric(here, "ns/step")
				b.ReportMetric(there, "ns/step-PyTorch")
			}
		})
	}
}
