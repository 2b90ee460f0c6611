package pkg_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sgdescape/sgdescape/pkg/scorecard"
)

// README counts the claims of the scorecard by kind and verdict as they are.
func TestReadmeCountsClaims(t *testing.T) {
	claims, err := scorecard.Load("../figures/scorecard.json")
	if err != nil || len(claims) == 0 {
		t.Fatalf("%d claims, %v", len(claims), err)
	}
	count := map[scorecard.Kind]map[scorecard.Verdict]int{scorecard.Physics: {}, scorecard.Control: {}, scorecard.Check: {}}
	for _, c := range claims {
		if count[c.Kind] == nil {
			t.Fatalf("%s: kind %q, verdict %q in the published scorecard", c.ID, c.Kind, c.Verdict)
		}
		count[c.Kind][c.Verdict]++
	}
	row := func(kind scorecard.Kind) string {
		v := count[kind]
		return fmt.Sprintf("| %s | %d | %d | %d | %d |", kind, v[scorecard.Holds], v[scorecard.Bends], v[scorecard.Fails], v[scorecard.Undecided])
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for kind := range count {
		if want := row(kind); !strings.Contains(string(readme), want) {
			t.Errorf("README.md lacks the row %q", want)
		}
	}
}
