// Package fidelity says how much work a run spends on its numbers: a notebook takes a minute at
// quick fidelity, the default, and publishes what it finds at paper fidelity. The environment
// variable SGDESCAPE_FIDELITY chooses.
//
//	runs := fidelity.Pick(1_000, 100_000)
package fidelity

import (
	"fmt"
	"os"
)

// Env names the environment variable that chooses the level.
const Env = "SGDESCAPE_FIDELITY"

// Paper reports whether the environment asks for paper fidelity. An unset variable means quick;
// anything but "quick" or "paper" is an error.
func Paper() (bool, error) {
	switch v := os.Getenv(Env); v {
	case "", "quick":
		return false, nil
	case "paper":
		return true, nil
	default:
		return false, fmt.Errorf(`fidelity: %s is %q, want "quick" or "paper"`, Env, v)
	}
}

// Pick returns its second argument at paper fidelity and its first otherwise. A misspelt fidelity
// counts as quick here; figures and the scorecard then refuse to be written, so that it cannot pass
// unnoticed.
func Pick[T any](quick, paper T) T {
	if yes, err := Paper(); err == nil && yes {
		return paper
	}
	return quick
}
