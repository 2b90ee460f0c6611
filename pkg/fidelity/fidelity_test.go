package fidelity

import (
	"strings"
	"testing"
)

func TestCurrent(t *testing.T) {
	for value, want := range map[string]Level{"": Quick, "quick": Quick, "paper": Paper} {
		t.Setenv(Env, value)
		if got, err := Current(); got != want || err != nil {
			t.Errorf("%q: got %q, %v", value, got, err)
		}
	}
	t.Setenv(Env, "Paper")
	if _, err := Current(); err == nil || !strings.HasPrefix(err.Error(), "fidelity: ") || !strings.Contains(err.Error(), `"Paper"`) {
		t.Errorf("unknown fidelity: %v", err)
	}
}

func TestPick(t *testing.T) {
	for value, want := range map[string]int{"": 1, "quick": 1, "paper": 2, "papre": 1} {
		t.Setenv(Env, value)
		if got := Pick(1, 2); got != want {
			t.Errorf("%q: got %d, want %d", value, got, want)
		}
	}
}
