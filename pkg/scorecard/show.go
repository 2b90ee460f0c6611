package scorecard

import (
	"fmt"
	"html"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// looks gives each verdict a sign and a color; the color only repeats what the
// sign and the word say, and has enough contrast on white and on black.
var looks = map[Verdict]struct{ sign, color string }{
	Holds: {"✓", "#009E73"},
	Bends: {"≈", "#C98B00"},
	Fails: {"✗", "#D55E00"},
}

// show displays the verdict in the running notebook.
func show(c Claim, j Judgement, want Verdict) error {
	if err := output.Display("text/html", box(c, j, want), line(c, j)); err != nil {
		return fmt.Errorf("scorecard: %s: %w", c.ID, err)
	}
	return nil
}

// line says the verdict in one line.
func line(c Claim, j Judgement) string {
	return fmt.Sprintf("%s %s: %s (%s; %s): expected %s, measured %s",
		looks[j.Verdict].sign, j.Verdict, c.Claim, c.Equation, c.Regime, number(c.Expected), measured(c))
}

// box says it in HTML. Text has the color of the page, light or dark.
func box(c Claim, j Judgement, want Verdict) string {
	look, esc := looks[j.Verdict], html.EscapeString
	text := fmt.Sprintf(`<strong>%s %s</strong> — %s <em>(%s; %s)</em><br>expected %s · measured %s · deviation %s`,
		look.sign, j.Verdict, esc(c.Claim), esc(c.Equation), esc(c.Regime), number(c.Expected), measured(c), deviation(c, j))
	if j.Verdict != want {
		text += fmt.Sprintf(`<br><strong>This notebook argues that it %s: not recorded.</strong>`, want)
	}
	return fmt.Sprintf(`<div class="sgd-verdict" role="note" style="border:1px solid %[1]s;border-left-width:8px;padding:.5em .8em;margin:.5em 0">%[2]s</div>`,
		look.color, text)
}

// number formats a number for people.
func number(v float64) string { return fmt.Sprintf("%.4g", v) }

// measured formats the measured value with its standard error.
func measured(c Claim) string {
	if c.StdErr == 0 {
		return number(c.Measured)
	}
	return fmt.Sprintf("%s ± %.2g", number(c.Measured), c.StdErr)
}

// deviation formats the deviation with what is allowed.
func deviation(c Claim, j Judgement) string {
	if c.Expected == 0 {
		return fmt.Sprintf("%.2g (tolerance %.2g, chance %.2g)", j.Deviation, c.Tolerance, j.Noise)
	}
	return fmt.Sprintf("%.2g %% (tolerance %.2g %%, chance %.2g %%)", 100*j.Deviation, 100*c.Tolerance, 100*j.Noise)
}
