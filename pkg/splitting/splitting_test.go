package splitting

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/sgdescape/sgdescape/pkg/escape"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// quartic is the escape over the quartic barrier, from well to well, with its exact rate.
func quartic(t testing.TB, n int, T, c float64) (Barrier, float64) {
	p := must(escape.QuarticProblem(n, T, c))
	rate := must(p.Routes(t.Context())).Of("mfpt")
	if !(rate > 0) {
		t.Fatalf("exact rate %v", rate)
	}
	return Barrier{Problem: p}, rate
}

func TestAgainstExact(t *testing.T) {
	for _, c := range []struct {
		n    int
		T, c float64
	}{{1, 0.1, 2}, {1, 0.1, 4}, {4, 0.1, 2}, {1, 0.05, 4}} {
		b, want := quartic(t, c.n, c.T, c.c)
		p := must(b.At(0.1))
		var values, errors []float64
		var last *Result
		for seed := range uint64(20) {
			last = must(p.Rate(t.Context(), Settings{Replicas: 200, Seed: seed}))
			values, errors = append(values, last.Rate.Value), append(errors, last.Rate.StdErr)
		}
		mean, std := stat.MeanStdDev(values, nil)
		t.Logf("%+v: exact %.4g, mean %.4g ± %.2g; scatter %.3g, claimed %.3g; %v eff %.2f home %.3g inner %.3g exit %.3g flux %v", c, want, mean, std/math.Sqrt(20), std/mean, stat.Mean(errors, nil)/mean, last, last.Efficiency, last.Home, last.Inner, p.Exit, last.Flux.Value)
	}
}
