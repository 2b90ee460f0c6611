package fidelity

import (
	"strings"
	"testing"
)

func TestPaper(t *testing.T) {
	for value, want := range map[string]bool{"": false, "quick": false, "paper": true} {
		t.Setenv(Env, value)
		if got, err := Paper(); got != want || err != nil {
			t.Errorf("%q: got %v, %v", value, got, err)
		}
	}
	t.Setenv(Env, "Paper")
	if _, err := Paper(); err == nil || !strings.HasPrefix(err.Error(), "fidelity: ") || !strings.Contains(err.Error(), `"Paper"`) {
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
