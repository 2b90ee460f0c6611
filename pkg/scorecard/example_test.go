package scorecard_test

import (
	"fmt"
	"os"

	"github.com/sgdescape/sgdescape/pkg/scorecard"
)

func ExampleRecord() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	os.Setenv("SGDESCAPE_FIGURES", dir)
	defer os.Unsetenv("SGDESCAPE_FIGURES")

	err = scorecard.Record(scorecard.Claim{
		ID: "eq17-quartic", Equation: "Eq. 17", Notebook: "02_escape",
		Claim: "the escape rate over a quartic barrier", Regime: "n = 1, T = 0.1, c = 2",
		Expected: 7.771e-5, Measured: 7.70e-5, StdErr: 6e-7,
		Tolerance: 0.055, // Eq. 17 is good to 5.5 % for T ≤ 0.1
	}, scorecard.Holds)
	fmt.Println(err)

	entries, err := scorecard.Load()
	fmt.Println(entries[0].ID, entries[0].Verdict, err)
	// Output:
	// <nil>
	// eq17-quartic holds <nil>
}

func ExampleJudge() {
	linear := scorecard.Claim{
		ID: "linear-barrier", Equation: "Kramers", Notebook: "02_escape",
		Claim: "the escape rate over the linear barrier", Regime: "n = 1, T = 0.1, c = 4",
		Expected: 1.0e-14, Measured: 5.46e-8, StdErr: 4e-9,
	}
	j, err := scorecard.Judge(linear)
	fmt.Println(j.Verdict, err)

	linear.Expected, linear.StdErr = 5e-8, 2e-8
	_, err = scorecard.Judge(linear)
	fmt.Println(err)
	// Output:
	// fails <nil>
	// scorecard: linear-barrier: too noisy to judge: 3.5 standard errors are 1.4, more than the deviation of 0.5 that would refute the claim: measure longer
}
