// Package scorecard keeps the project's claims and their verdicts in one file,
// scorecard.json, beside the figures.
//
// A notebook names itself once and records each claim together with the verdict
// that its text argues for:
//
//	var card = scorecard.In("02_escape")
//
//	card.Holds("eq17-quartic", "Eq. 17", "the escape rate over a quartic barrier",
//		"n = 1, T = 0.1, c = 2", 7.771e-5, 7.70e-5, 6e-7, 0.055) // Eq. 17 is good to 5.5 % here
//
// The verdict follows from the numbers by the rule at Judge. When it is not
// the one the notebook argues for, the cell fails: a text and its numbers cannot
// drift apart.
package scorecard

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"
)

// A Verdict says how a claim fared.
type Verdict string

// The verdicts.
const (
	Holds Verdict = "holds"
	Bends Verdict = "bends"
	Fails Verdict = "fails"
)

// A Claim is a statement with the number it predicts and the one measured.
type Claim struct {
	// ID names the claim for good: lower-case letters, digits, "_" and "-".
	ID string
	// Equation is the paper's, such as "Eq. 17".
	Equation string
	// Claim is the statement in words.
	Claim string
	// Regime is where it was tested: the values of T, c, n, …
	Regime string
	// Notebook is the name of the notebook that tested it.
	Notebook string

	// Expected is what the claim predicts and Measured what was found, with
	// standard error StdErr; 0 means that Measured is exact.
	Expected, Measured, StdErr float64
	// Tolerance is the deviation that the claim itself admits, relative to
	// |Expected| (or absolute when Expected is 0): the accuracy of an asymptotic
	// formula, or of floating point for exact numbers. Say beside it where it
	// comes from. Zero means that only the standard error excuses a deviation.
	Tolerance float64
	// Bend is the deviation, in the units of Tolerance, up to which the claim
	// counts as bent rather than failed. Zero means DefaultBend, or Tolerance
	// if that is larger.
	Bend float64
}

const (
	// Sigmas is how many standard errors count as chance. A true claim is
	// beyond 3.5 of them once in 2,000 times: in a scorecard of some tens of
	// claims, a verdict that is wrong by bad luck stays unlikely (below 3 %).
	Sigmas = 3.5
	// DefaultBend is half the expected value: up to there the claim still gives
	// the order of magnitude.
	DefaultBend = 0.5
)

// A Judgement is a verdict with what it rests on.
type Judgement struct {
	Verdict Verdict
	// Deviation is |Measured − Expected|, relative to |Expected| (absolute when
	// Expected is 0), and Noise what chance may add: Sigmas standard errors.
	Deviation, Noise float64
}

// Judge returns the mildest verdict that the numbers do not refute at Sigmas
// standard errors. With deviation and noise as in Judgement the claim
//
//	holds  if deviation ≤ Tolerance + noise,
//	bends  if deviation ≤ Bend + noise,
//	fails  otherwise.
//
// A large error bar must not pass for agreement: where noise exceeds Bend, so
// that a failed claim could not be told from one that holds, Judge returns an
// error instead of Holds or Bends. (Fails needs no such care.)
func Judge(c Claim) (Judgement, error) {
	if err := c.check(); err != nil {
		return Judgement{}, err
	}
	scale := math.Abs(c.Expected)
	if scale == 0 {
		scale = 1
	}
	j := Judgement{Verdict: Fails, Deviation: math.Abs(c.Measured-c.Expected) / scale, Noise: Sigmas * c.StdErr / scale}
	if finite := j.Deviation + j.Noise; math.IsInf(finite, 0) || math.IsNaN(finite) {
		return Judgement{}, fmt.Errorf("scorecard: %s: measured %g ± %g is out of all proportion to expected %g", c.ID, c.Measured, c.StdErr, c.Expected)
	}
	switch {
	case j.Deviation <= c.Tolerance+j.Noise:
		j.Verdict = Holds
	case j.Deviation <= c.bend()+j.Noise:
		j.Verdict = Bends
	}
	if j.Verdict != Fails && j.Noise > c.bend() {
		return j, fmt.Errorf("scorecard: %s: %w: %g standard errors are %.3g, more than the deviation of %.3g that would refute the claim: measure longer",
			c.ID, ErrNoisy, Sigmas, j.Noise, c.bend())
	}
	return j, nil
}

// ErrNoisy is the error for a measurement that cannot tell verdicts apart.
var ErrNoisy = errors.New("too noisy to judge")

// ErrVerdict is the error for a verdict that is not the one argued for.
var ErrVerdict = errors.New("unexpected verdict")

// bend returns the deviation beyond which the claim fails.
func (c Claim) bend() float64 {
	if c.Bend != 0 {
		return c.Bend
	}
	return math.Max(DefaultBend, c.Tolerance)
}

// validID is what the name of a claim looks like.
var validID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// check returns an error that names what a claim lacks.
func (c Claim) check() error {
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
	for _, n := range []struct {
		what  string
		value float64
		min   float64
	}{
		{"expected", c.Expected, math.Inf(-1)}, {"measured", c.Measured, math.Inf(-1)},
		{"stderr", c.StdErr, 0}, {"tolerance", c.Tolerance, 0}, {"bend", c.Bend, 0},
	} {
		if math.IsNaN(n.value) || math.IsInf(n.value, 0) || n.value < n.min {
			return fmt.Errorf("scorecard: %s: %s is %g, want a finite number ≥ %g", c.ID, n.what, n.value, n.min)
		}
	}
	if c.bend() < c.Tolerance {
		return fmt.Errorf("scorecard: %s: bend is %g, want at least the tolerance, %g", c.ID, c.Bend, c.Tolerance)
	}
	return nil
}

// Record judges a claim, shows the verdict in the running notebook and puts
// the claim into the scorecard, in place of what was there under its ID. When
// the verdict is not want, Record returns an error that wraps ErrVerdict and
// leaves the scorecard as it was: it holds only what the notebooks argue for.
func Record(c Claim, want Verdict) error {
	switch want {
	case Holds, Bends, Fails:
	default:
		return fmt.Errorf("scorecard: %s: verdict %q, want %q, %q or %q", c.ID, want, Holds, Bends, Fails)
	}
	j, err := Judge(c)
	if err != nil {
		return err
	}
	if err := show(c, j, want); err != nil {
		return err
	}
	if j.Verdict != want {
		return fmt.Errorf("scorecard: %s: %w: the claim %s, but the notebook argues that it %s (measured %g ± %g, expected %g, deviation %.3g, tolerance %g, bend %g, noise %.3g)",
			c.ID, ErrVerdict, j.Verdict, want, c.Measured, c.StdErr, c.Expected, j.Deviation, c.Tolerance, c.bend(), j.Noise)
	}
	return put(c.entry(j.Verdict))
}
