package splitting

import (
	"testing"

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
	rate := must(p.Routes()).Of("mfpt")
	if !(rate > 0) {
		t.Fatalf("exact rate %v", rate)
	}
	return Barrier{Problem: p}, rate
}
