package scorecard

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// Published returns the claims of the repository's own scorecard, which runs at paper fidelity made,
// by notebook.
func Published() ([]Claim, error) {
	folder, err := output.Published()
	if err != nil {
		return nil, fmt.Errorf("scorecard: %w", err)
	}
	claims, err := Load(filepath.Join(folder, "scorecard.json"))
	slices.SortStableFunc(claims, func(a, b Claim) int { return cmp.Compare(a.Notebook, b.Notebook) })
	return claims, err
}

// Of returns the claims of a kind with one of the verdicts, or with any if none is named, in the
// order in which they stand.
func Of(claims []Claim, kind Kind, verdicts ...Verdict) []Claim {
	var found []Claim
	for _, c := range claims {
		fits := len(verdicts) == 0
		for _, v := range verdicts {
			fits = fits || c.Verdict == v
		}
		if fits && c.Kind == kind {
			found = append(found, c)
		}
	}
	return found
}

// Table returns the claims as a table in Markdown: verdict, statement with its equation and regime,
// what was expected, what was measured with its standard error, and a link to the notebook.
func Table(claims []Claim) string {
	var b strings.Builder
	b.WriteString("| verdict | claim | expected | measured | in |\n| --- | --- | --- | --- | --- |\n")
	cell := strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "\n", " ")
	for _, c := range claims {
		number, _, _ := strings.Cut(c.Notebook, "_")
		fmt.Fprintf(&b, "| %s %s | %s (%s): *%s* | %s | %s | [%s](%s.ipynb) |\n", looks[c.Verdict].sign, c.Verdict,
			cell.Replace(c.Claim), cell.Replace(c.Equation), cell.Replace(c.Regime), expectation(c), measurement(c), number, c.Notebook)
	}
	return b.String()
}

// ShowTable displays the claims as a table in the running notebook, folded under a summary if that
// is not empty. Outside a notebook it does nothing.
func ShowTable(summary string, claims []Claim) error {
	table := Table(claims)
	if summary != "" {
		table = "<details><summary>" + strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(summary) + "</summary>\n\n" + table + "\n</details>\n"
	}
	if err := output.Display("text/markdown", table, table); err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	return nil
}
