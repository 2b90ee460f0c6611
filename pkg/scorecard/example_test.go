package scorecard_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/scorecard"
)

func ExampleIn() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	os.Setenv("SGDESCAPE_FIGURES", dir)
	defer os.Unsetenv("SGDESCAPE_FIGURES")

	card := scorecard.In("02_escape")
	const small = 0.055 // Eq. 17 is good to 5.5 % for T ≤ 0.1
	card.Holds("eq17-quartic", "Eq. 17", "the escape rate over a quartic barrier",
		"n = 1, T = 0.1, c = 2", 7.771e-5, 7.70e-5, 6e-7, small)
	card.As(scorecard.Control).Fails("linear-quartic", "Kramers", "the escape rate over a linear barrier",
		"n = 1, T = 0.1, c = 2", 4.1e-7, 7.70e-5, 6e-7, small)

	file, err := os.ReadFile(filepath.Join(dir, "scorecard.json"))
	for _, line := range strings.Split(string(file), "\n") {
		if strings.Contains(line, `"id"`) || strings.Contains(line, `"verdict"`) {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	fmt.Println(err)
	// Output:
	// "id": "eq17-quartic",
	// "verdict": "holds",
	// "id": "linear-quartic",
	// "verdict": "fails",
	// <nil>
}

func ExampleJudge() {
	linear := scorecard.Claim{
		ID: "linear-barrier", Kind: scorecard.Control, Equation: "Kramers", Notebook: "02_escape",
		Claim: "the escape rate over the linear barrier", Regime: "n = 1, T = 0.1, c = 4",
		Expected: 1.0e-14, Measured: 5.46e-8, StdErr: 4e-9,
	}
	j, err := scorecard.Judge(linear)
	fmt.Println(j.Verdict, err)

	linear.Expected, linear.StdErr = 5e-8, 2e-8 // 3.5 standard errors are more than a factor of 2
	j, err = scorecard.Judge(linear)
	fmt.Println(j.Verdict, err)
	// Output:
	// fails <nil>
	// undecided <nil>
}
