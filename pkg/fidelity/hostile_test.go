package fidelity

import (
	"testing"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

// A level that does not exist is an error, and means quick where none can be returned.
func TestHostile(t *testing.T) {
	h := hostile.Table{}
	for _, level := range []string{"Paper", "papre", " ", "\x01", "paper\n"} {
		h.Add("Paper", func() error { t.Setenv(Env, level); return hostile.Err(Paper()) })
		h.Add("Pick", func() error { t.Setenv(Env, level); return hostile.Said(Pick(1, 2) == 1) })
	}
	h.Run(t)
}
