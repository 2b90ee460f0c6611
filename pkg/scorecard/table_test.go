package scorecard

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func tabled() []Claim {
	rival := 2.0
	return []Claim{
		{ID: "a", Kind: Physics, Equation: "Eq. 17", Claim: "a|b", Regime: "h* < 1", Expected: 1, Measured: 1.01, StdErr: 0.02, Verdict: Holds, Notebook: "02_escape"},
		{ID: "b", Kind: Physics, Equation: "Eq. 18", Claim: "power", Regime: "η", Expected: 1, Measured: 2, Rival: &rival, Verdict: Fails, Notebook: "04_law"},
		{ID: "c", Kind: Check, Equation: "Eq. 5", Claim: "same", Regime: "n", Expected: 0, Measured: 0, Verdict: Holds, Notebook: "02_escape"},
	}
}

func ExampleTable() {
	fmt.Print(Table(tabled()))
	// Output:
	// | verdict | claim | expected | measured | in |
	// | --- | --- | --- | --- | --- |
	// | ✓ holds | a\|b (Eq. 17): *h\* &lt; 1* | 1 | 1.01 ± 0.02 | [02](02_escape.ipynb) |
	// | ✗ fails | power (Eq. 18): *η* | 1 (rival 2) | 2 | [04](04_law.ipynb) |
	// | ✓ holds | same (Eq. 5): *n* | 0 | 0 | [02](02_escape.ipynb) |
}

func TestOf(t *testing.T) {
	for _, test := range []struct {
		kind     Kind
		verdicts []Verdict
		want     []string
	}{
		{Physics, nil, []string{"a", "b"}},
		{Physics, []Verdict{Fails, Bends}, []string{"b"}},
		{Check, []Verdict{Fails}, nil},
		{Control, nil, nil},
	} {
		var got []string
		for _, c := range Of(tabled(), test.kind, test.verdicts...) {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s %v: %v, want %v", test.kind, test.verdicts, got, test.want)
		}
	}
	if err := ShowTable("folded <once>", tabled()); err != nil {
		t.Error(err)
	}
}

// The repository's scorecard is there whatever the fidelity and wherever figures go.
func TestPublished(t *testing.T) {
	inFolder(t)
	claims, err := Published()
	if err != nil || len(claims) < 50 || !slices.IsSortedFunc(claims, func(a, b Claim) int { return strings.Compare(a.Notebook, b.Notebook) }) {
		t.Errorf("%d claims, %v", len(claims), err)
	}
}
