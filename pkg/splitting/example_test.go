package splitting_test

import (
	"context"
	"fmt"

	"github.com/sgdescape/sgdescape/pkg/escape"
	"github.com/sgdescape/sgdescape/pkg/splitting"
)

// A rate of one in 10¹³, where a direct simulation would take as many units of time: the paper's
// Eq. 13 on the quartic double well.
func Example() {
	problem, err := escape.QuarticProblem(1, 0.05, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := splitting.Barrier{Problem: problem}.At(0.1)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := p.Rate(context.Background(), splitting.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("5.16e-14 is in the interval:", r.Rate.Low < 5.16e-14 && 5.16e-14 < r.Rate.High)
	fmt.Println("fewer than 3e7 steps:", r.Steps < 3e7, "doubt:", r.Doubt != "")
	// Output:
	// 5.16e-14 is in the interval: true
	// fewer than 3e7 steps: true doubt: false
}
