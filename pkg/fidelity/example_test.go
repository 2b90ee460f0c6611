package fidelity_test

import (
	"fmt"
	"os"

	"github.com/sgdescape/sgdescape/pkg/fidelity"
)

func ExamplePick() {
	os.Setenv(fidelity.Env, "paper")
	defer os.Unsetenv(fidelity.Env)
	fmt.Println(fidelity.Pick(1_000, 100_000), "runs")
	// Output: 100000 runs
}
