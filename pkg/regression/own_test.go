package regression

import (
	"testing"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/dynamics"
)

// Many normal samples have the barrier of fresh ones, c − 1, while c is small.
func TestOwnBarrier(t *testing.T) {
	s := must(data.Regression(20_000, 1, 1, dynamics.Stream(1, "own barrier", 0)))
	near(t, "barrier of 20,000 samples", must(OwnBarrier(s, 1.3)), 0.3, 0.05)
	for _, err := range []error{
		failure(OwnBarrier(s, 1)), failure(OwnBarrier(nil, 2)),
		failure(OwnBarrier(must(data.Regression(50, 2, 1, dynamics.Stream(1, "own barrier", 0))), 2)),
	} {
		if err == nil {
			t.Error("a mistake went through")
		}
	}
}
