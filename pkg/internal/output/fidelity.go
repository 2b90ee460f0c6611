package output

import (
	"fmt"
	"os"
)

// A Fidelity says how much work a run spends on its numbers.
type Fidelity string

// The two fidelities. Quick is the default: every notebook in under a minute on
// a small machine. Paper is what the committed figures are made with.
const (
	Quick Fidelity = "quick"
	Paper Fidelity = "paper"
)

// FidelityEnv names the environment variable that chooses the fidelity.
const FidelityEnv = "SGDESCAPE_FIDELITY"

// CurrentFidelity returns the fidelity that the environment asks for. An unset
// variable means Quick; anything but "quick" or "paper" is an error.
func CurrentFidelity() (Fidelity, error) {
	switch v := os.Getenv(FidelityEnv); Fidelity(v) {
	case "", Quick:
		return Quick, nil
	case Paper:
		return Paper, nil
	default:
		return Quick, fmt.Errorf("%s is %q, want %q or %q", FidelityEnv, v, Quick, Paper)
	}
}
