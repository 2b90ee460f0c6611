// Package fidelity says how much work a run spends on its numbers: a notebook
// takes a minute at quick fidelity and publishes what it finds at paper
// fidelity. The environment variable SGDESCAPE_FIDELITY chooses.
//
//	runs := fidelity.Pick(1_000, 100_000)
package fidelity

import (
	"fmt"
	"os"
)

// A Level is how much work a run spends on its numbers.
type Level string

// The two levels. Quick is the default: every notebook in under a minute on a
// small machine. Paper is what the committed figures are made with.
const (
	Quick Level = "quick"
	Paper Level = "paper"
)

// Env names the environment variable that chooses the level.
const Env = "SGDESCAPE_FIDELITY"

// Current returns the level that the environment asks for. An unset variable
// means Quick; anything but "quick" or "paper" is an error.
func Current() (Level, error) {
	switch v := os.Getenv(Env); Level(v) {
	case "", Quick:
		return Quick, nil
	case Paper:
		return Paper, nil
	default:
		return Quick, fmt.Errorf("fidelity: %s is %q, want %q or %q", Env, v, Quick, Paper)
	}
}

// Pick returns its second argument at paper fidelity and its first otherwise.
// A misspelt fidelity counts as quick here; figures and the scorecard then refuse
// to be written, so that it cannot pass unnoticed.
func Pick[T any](quick, paper T) T {
	if level, err := Current(); err == nil && level == Paper {
		return paper
	}
	return quick
}
