// Package scorecard keeps the project's claims and their verdicts in one file, scorecard.json,
// beside the figures.
//
// A notebook names itself once and records each claim together with the verdict that its text
// argues for:
//
//	var card = scorecard.In("02_escape")
//
//	card.Holds("eq17-quartic", "Eq. 17", "the escape rate over a quartic barrier",
//		"n = 1, T = 0.1, c = 2", 7.771e-5, 7.70e-5, 6e-7, 0.055) // Eq. 17 is good to 5.5 % here
//
// Controls, identities and exponents with a rival theory say so:
//
//	card.As(scorecard.Control).Fails("escape-gld", …)
//	card.Against(0.5).Holds("escape-exponent", …)
//
// The verdict follows from the numbers by the rule at Judge. When it is not the one the notebook
// argues for, the cell fails: a text and its numbers cannot drift apart.
package scorecard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/sgdescape/sgdescape/pkg/fidelity"
	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// A Verdict says how a claim fared.
type Verdict string

// The verdicts. Undecided is what a run says whose numbers are too noisy to tell.
const (
	Holds     Verdict = "holds"
	Bends     Verdict = "bends"
	Fails     Verdict = "fails"
	Undecided Verdict = "undecided"
)

// A Kind says what a claim is about.
type Kind string

// The kinds. Only claims of physics count on a front page.
const (
	// Physics is a statement about SGD or about the paper that nature could refute.
	Physics Kind = "physics"
	// Control was built to come out the other way.
	Control Kind = "control"
	// Check is an identity, or code against code.
	Check Kind = "check"
)

// A Claim is a statement with the number it predicts and the one measured, in the order in which
// the file has them.
type Claim struct {
	// ID names the claim for good: lower-case letters, digits, "_" and "-".
	ID string `json:"id"`
	// Kind says what the claim is about.
	Kind Kind `json:"kind"`
	// Equation is the paper's, such as "Eq. 17".
	Equation string `json:"equation"`
	// Claim is the statement in words.
	Claim string `json:"claim"`
	// Regime is where it was tested: the values of T, c, n, …
	Regime string `json:"regime"`
	// Expected is what the claim predicts and Measured what was found, with standard error StdErr;
	// 0 means that Measured is exact.
	Expected float64 `json:"expected"`
	Measured float64 `json:"measured"`
	StdErr   float64 `json:"stderr"`
	// Rival, for exponents, is what the rival theory predicts, and sets the scale.
	Rival *float64 `json:"rival,omitempty"`
	// Tolerance is the deviation, as defined at Judge, that the claim itself admits: an error
	// bound, the accuracy of an asymptotic formula stated beforehand, or what a reader asks for
	// ("within 5 %?"). Say beside it where it comes from. Zero means that only the standard error
	// excuses a deviation.
	Tolerance float64 `json:"tolerance"`
	// Verdict is filled in by Record.
	Verdict Verdict `json:"verdict"`
	// Notebook is the name of the notebook that tested it.
	Notebook string `json:"notebook"`
}

// Sigmas is how many standard errors count as chance. A true claim is beyond 3.5 of them once in
// 2,000 times: in a scorecard of some tens of claims, a verdict that is wrong by bad luck stays
// unlikely (below 3 %).
const Sigmas = 3.5

// A Judgement is a verdict with what it rests on.
type Judgement struct {
	Verdict Verdict
	// Deviation is that of Measured, and Least and Most the smallest and largest within Sigmas
	// standard errors of it.
	Deviation, Least, Most float64
}

// Judge returns the mildest verdict that the numbers do not refute at Sigmas standard errors. The
// deviation of a value is
//
//	|log(value/Expected)|              in general: half is as wrong as twice,
//	|value − Expected|/|Rival − Expected|   where a rival is named: exponents,
//	|value|                            where 0 is expected.
//
// With the least deviation among the values that chance admits, the claim
//
//	holds  if least ≤ Tolerance,
//	bends  if least ≤ log 2 (a factor of 2), or ½ where a rival is named (nearer to the claim than
//	       to its rival) or 0 is expected; or ≤ Tolerance if that is larger,
//	fails  otherwise.
//
// A large error bar must not pass for agreement: where Sigmas standard errors exceed the bound of
// bends, so that a failed claim could not be told from one that holds, the claim is Undecided.
func Judge(c Claim) (Judgement, error) {
	if err := c.validate(); err != nil {
		return Judgement{}, err
	}
	chance := Sigmas * c.StdErr
	low, high := c.Measured-chance, c.Measured+chance
	j := Judgement{Verdict: Fails, Deviation: c.deviation(c.Measured)}
	j.Least, j.Most = c.deviation(low), max(c.deviation(low), c.deviation(high))
	if j.Least = min(j.Least, c.deviation(high)); low <= c.Expected && c.Expected <= high {
		j.Least = 0
	}
	switch {
	case j.Least <= c.Tolerance:
		j.Verdict = Holds
	case j.Least <= c.limit():
		j.Verdict = Bends
	}
	if j.Verdict != Fails && chance/c.scale() > c.limit() {
		j.Verdict = Undecided
	}
	return j, nil
}

// admits reports whether values within chance of the measured one have this verdict.
func (j Judgement) admits(v Verdict, c Claim) bool {
	switch v {
	case Holds:
		return j.Least <= c.Tolerance
	case Bends:
		return j.Least <= c.limit() && j.Most > c.Tolerance
	}
	return j.Most > c.limit()
}

// scale is the unit of deviations: small ones of a logarithm are relative.
func (c Claim) scale() float64 {
	switch {
	case c.Rival != nil:
		return math.Abs(*c.Rival - c.Expected)
	case c.Expected == 0:
		return 1
	}
	return math.Abs(c.Expected)
}

// deviation is that of Judge; infinite where a sign differs.
func (c Claim) deviation(value float64) float64 {
	switch {
	case c.Rival != nil || c.Expected == 0:
		return math.Abs(value-c.Expected) / c.scale()
	case value == 0 || value > 0 != (c.Expected > 0):
		return math.Inf(1)
	}
	return math.Abs(math.Log(math.Abs(value)) - math.Log(math.Abs(c.Expected)))
}

// limit returns the deviation beyond which the claim fails.
func (c Claim) limit() float64 {
	if c.Rival != nil || c.Expected == 0 {
		return math.Max(0.5, c.Tolerance)
	}
	return math.Max(math.Ln2, c.Tolerance)
}

// validID is what the name of a claim looks like.
var validID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// validateTexts returns an error that names what a claim lacks besides its numbers.
func (c Claim) validateTexts() error {
	if !validID.MatchString(c.ID) {
		return fmt.Errorf("scorecard: id %q: want lower-case letters, digits, _ and -", c.ID)
	}
	for _, t := range []struct{ what, text string }{
		{"equation", c.Equation}, {"claim", c.Claim}, {"regime", c.Regime}, {"notebook", c.Notebook},
	} {
		if strings.TrimSpace(t.text) == "" {
			return fmt.Errorf("scorecard: %s: the %s is empty", c.ID, t.what)
		}
	}
	if !slices.Contains([]Kind{Physics, Control, Check}, c.Kind) {
		return fmt.Errorf("scorecard: %s: kind %q, want %q, %q or %q", c.ID, c.Kind, Physics, Control, Check)
	}
	return nil
}

// validate returns an error that names what a claim lacks.
func (c Claim) validate() error {
	if err := c.validateTexts(); err != nil {
		return err
	}
	for _, n := range []struct {
		what  string
		value float64
		min   float64
	}{
		{"expected", c.Expected, math.Inf(-1)}, {"measured", c.Measured, math.Inf(-1)},
		{"stderr", c.StdErr, 0}, {"tolerance", c.Tolerance, 0},
	} {
		if math.IsNaN(n.value) || math.IsInf(n.value, 0) || n.value < n.min {
			return fmt.Errorf("scorecard: %s: %s is %g, want a finite number ≥ %g", c.ID, n.what, n.value, n.min)
		}
	}
	if r := c.Rival; r != nil && (math.IsNaN(*r) || math.IsInf(*r, 0) || *r == c.Expected) {
		return fmt.Errorf("scorecard: %s: rival is %g, want a finite number other than the expected %g", c.ID, *r, c.Expected)
	}
	if ratio := (math.Abs(c.Measured) + Sigmas*c.StdErr) / c.scale(); !(ratio <= math.MaxFloat64) || math.IsInf(c.scale(), 0) {
		return fmt.Errorf("scorecard: %s: measured %g ± %g is out of all proportion to expected %g", c.ID, c.Measured, c.StdErr, c.Expected)
	}
	return nil
}

// Record judges a claim, shows the verdict in the running notebook and puts the claim into the
// scorecard, in place of what was there under its ID. When the verdict is not want, Record returns
// an error and leaves the scorecard as it was: it holds only what the notebooks argue for. Numbers
// that admit want but do not settle it are recorded as Undecided, so that a verdict does not depend
// on fidelity, as a rule the sooner at quick fidelity.
func Record(c Claim, want Verdict) error {
	if _, ok := looks[want]; !ok || want == Undecided {
		return fmt.Errorf("scorecard: %s: verdict %q, want %q, %q or %q", c.ID, want, Holds, Bends, Fails)
	}
	j, err := Judge(c)
	if err != nil {
		return err
	}
	if _, err := fidelity.Paper(); err != nil {
		return fmt.Errorf("scorecard: %s: %w", c.ID, err)
	}
	if j.Verdict != want && j.admits(want, c) {
		j.Verdict = Undecided
	}
	settled := j.Verdict == want || j.Verdict == Undecided && j.admits(want, c)
	if err := output.Display("text/html", box(c, j, want, settled), line(c, j)); err != nil {
		return fmt.Errorf("scorecard: %s: %w", c.ID, err)
	}
	if !settled {
		return fmt.Errorf("scorecard: %s: unexpected verdict: the claim %s, but the notebook argues that it %s (measured %g ± %g, expected %g, deviation %.3g, tolerance %g, bends up to %.3g, chance from %.3g to %.3g)",
			c.ID, j.Verdict, want, c.Measured, c.StdErr, c.Expected, j.Deviation, c.Tolerance, c.limit(), j.Least, j.Most)
	}
	c.Verdict = j.Verdict
	return put(c)
}

// A Card records the claims of one notebook; In returns it. Its methods panic where Record returns
// an error, so that the cell fails and the notebook stops.
type Card struct {
	notebook string
	kind     Kind
	rival    *float64
	atPaper  bool
}

// In returns the card of the notebook of this name, the file's without ending. It records claims of
// kind Physics.
func In(notebook string) Card { return Card{notebook: notebook, kind: Physics} }

// As returns the card for claims of another kind.
func (c Card) As(kind Kind) Card {
	c.kind = kind
	return c
}

// Against returns the card for an exponent of which a rival theory has another value.
func (c Card) Against(rival float64) Card {
	c.rival = &rival
	return c
}

// AtPaper returns the card for claims about a setting that only a run at paper fidelity reaches: so
// many images, so long a training. At quick fidelity the numbers are those of another setting; they
// are shown, and neither judged nor recorded; a claim that lacks a name, a text or a kind panics
// all the same, so that minutes at paper fidelity do not end in it.
func (c Card) AtPaper() Card {
	c.atPaper = true
	return c
}

// Holds records a claim of which the notebook argues that it holds: what its equation says in words
// (text), where that was tested (regime), and the numbers, as in Claim. A zero stderr means that
// measured is exact, a zero tolerance that only the standard error excuses a deviation.
func (c Card) Holds(id, equation, text, regime string, expected, measured, stderr, tolerance float64) {
	c.record(Holds, id, equation, text, regime, expected, measured, stderr, tolerance)
}

// Bends is Holds for a claim of which the notebook argues that it bends.
func (c Card) Bends(id, equation, text, regime string, expected, measured, stderr, tolerance float64) {
	c.record(Bends, id, equation, text, regime, expected, measured, stderr, tolerance)
}

// Fails is Holds for a claim of which the notebook argues that it fails.
func (c Card) Fails(id, equation, text, regime string, expected, measured, stderr, tolerance float64) {
	c.record(Fails, id, equation, text, regime, expected, measured, stderr, tolerance)
}

func (c Card) record(want Verdict, id, equation, text, regime string, expected, measured, stderr, tolerance float64) {
	claim := Claim{ID: id, Kind: c.kind, Equation: equation, Claim: text, Regime: regime, Expected: expected,
		Measured: measured, StdErr: stderr, Rival: c.rival, Tolerance: tolerance, Notebook: c.notebook}
	if paper, err := fidelity.Paper(); c.atPaper && err == nil && !paper {
		if err := claim.validateTexts(); err != nil {
			panic(err)
		}
		fmt.Printf("%s: expected %s, at quick fidelity %s; the claim is about paper fidelity\n", text, expectation(claim), measurement(claim))
		return
	}
	if err := Record(claim, want); err != nil {
		panic(err)
	}
}

// looks gives each verdict a sign and a color; the color only repeats what the sign and the word
// say, and has enough contrast on white and on black.
var looks = map[Verdict]struct{ sign, color string }{
	Holds:     {"✓", "#009E73"},
	Bends:     {"≈", "#C98B00"},
	Fails:     {"✗", "#D55E00"},
	Undecided: {"?", "#808080"},
}

// line says the verdict in one line of plain text.
func line(c Claim, j Judgement) string {
	return fmt.Sprintf("%s %s: %s (%s; %s; %s): expected %s, measured %s",
		looks[j.Verdict].sign, j.Verdict, c.Claim, c.Kind, c.Equation, c.Regime, expectation(c), measurement(c))
}

// box says it in HTML. Text has the color of the page, light or dark.
func box(c Claim, j Judgement, want Verdict, settled bool) string {
	look, esc := looks[j.Verdict], html.EscapeString
	text := fmt.Sprintf(`<strong>%s %s</strong> — %s <em>(%s; %s; %s)</em><br>expected %s · measured %s · deviation %s`,
		look.sign, j.Verdict, esc(c.Claim), c.Kind, esc(c.Equation), esc(c.Regime), expectation(c), measurement(c), deviation(c, j))
	switch {
	case !settled:
		text += fmt.Sprintf(`<br><strong>This notebook argues that it %s: not recorded.</strong>`, want)
	case j.Verdict == Undecided:
		text += fmt.Sprintf(`<br>These numbers are too noisy to tell; the notebook argues that it %s.`, want)
	}
	return fmt.Sprintf(`<div class="sgd-verdict" role="note" style="border:1px solid %[1]s;border-left-width:8px;padding:.5em .8em;margin:.5em 0">%[2]s</div>`,
		look.color, text)
}

// number formats a number for people.
func number(v float64) string { return fmt.Sprintf("%.4g", v) }

// expectation formats the expected value with its rival.
func expectation(c Claim) string {
	if c.Rival == nil {
		return number(c.Expected)
	}
	return fmt.Sprintf("%s (rival %s)", number(c.Expected), number(*c.Rival))
}

// measurement formats the measured value with its standard error.
func measurement(c Claim) string {
	if c.StdErr == 0 {
		return number(c.Measured)
	}
	return fmt.Sprintf("%s ± %.2g", number(c.Measured), c.StdErr)
}

// deviation formats the deviation in its units, with what is allowed.
func deviation(c Claim, j Judgement) string {
	allowed := fmt.Sprintf("tolerance %.2g, chance from %.2g", c.Tolerance, j.Least)
	switch {
	case c.Rival != nil:
		return fmt.Sprintf("%.2g of the way to the rival (%s)", j.Deviation, allowed)
	case c.Expected == 0:
		return fmt.Sprintf("%.2g (%s)", j.Deviation, allowed)
	case math.IsInf(j.Deviation, 0):
		return "of sign"
	}
	return fmt.Sprintf("by a factor of %.4g (tolerance %.4g, chance from %.4g)",
		math.Exp(j.Deviation), math.Exp(c.Tolerance), math.Exp(j.Least))
}

// fileName is the name of the scorecard, beside the figures of the run.
const fileName = "scorecard.json"

// Load reads and checks a scorecard: its claims in the order of their IDs, none where there is no
// file.
func Load(path string) ([]Claim, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("scorecard: %w", err)
	}
	var claims []Claim
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err = dec.Decode(&claims)
	if err == nil && dec.More() {
		err = errors.New("more after the list")
	}
	seen := map[string]bool{}
	for i, c := range claims {
		if err == nil && (!validID.MatchString(c.ID) || seen[c.ID]) {
			err = fmt.Errorf("entry %d has the id %q", i, c.ID)
		}
		seen[c.ID] = true
	}
	if err != nil {
		return nil, fmt.Errorf("scorecard: %s is corrupt, repair or remove it: %w", path, err)
	}
	slices.SortFunc(claims, byID)
	return claims, nil
}

func byID(a, b Claim) int { return strings.Compare(a.ID, b.ID) }

// put replaces or adds one claim, while no other process or goroutine does.
func put(c Claim) error {
	dir, err := output.Dir()
	if err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	path := filepath.Join(dir, fileName)
	unlock, err := lock(path)
	if err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	defer unlock()
	// Whoever was killed while writing left a file behind, and nobody else writes now.
	left, _ := filepath.Glob(filepath.Join(dir, "."+fileName+"[0-9]*"))
	for _, name := range left {
		_ = os.Remove(name)
	}
	claims, err := Load(path)
	if err != nil {
		return err
	}
	i, found := slices.BinarySearchFunc(claims, c, byID)
	if found {
		claims[i] = c
	} else {
		claims = slices.Insert(claims, i, c)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // a reader of the file sees "<", not "\u003c"
	enc.SetIndent("", "  ")
	if err = enc.Encode(claims); err == nil {
		err = output.WriteFile(path, buf.Bytes())
	}
	if err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	return nil
}

// How long to wait for the other notebooks, each of which holds the lock for about a millisecond
// and the time that the disk takes to sync, and how often to try.
const (
	lockPatience = 30 * time.Second
	lockPause    = 5 * time.Millisecond
)

// lock waits until nobody else on this machine updates the scorecard at path, and returns what ends
// the lock. The operating system ends it as well when the process dies, so that a killed notebook
// blocks nobody. What is locked is the folder that holds the scorecard: a lock file would lie among
// the figures, and one among the temporary files would be another for each notebook, as the
// launcher gives each a folder for those of its own. Windows, where GoNB does not run, locks no
// folders: there it is a file.
func lock(path string) (unlock func(), err error) {
	name := filepath.Dir(path)
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, fmt.Errorf("locking: %w", err)
	}
	f := flock.New(name, flock.SetFlag(os.O_RDONLY)) // by default it would create a file
	if runtime.GOOS == "windows" {
		f = flock.New(filepath.Join(name, "."+fileName+".lock"))
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), lockPatience,
		fmt.Errorf("another process has held it for %v", lockPatience))
	defer cancel()
	if _, err := f.TryLockContext(ctx, lockPause); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fmt.Errorf("locking %s: %w", f.Path(), err)
	}
	return func() { _ = f.Unlock() }, nil
}
