package scorecard

// A Card records the claims of one notebook; In returns it. Its methods panic
// where Record returns an error, so that the cell fails and the notebook stops.
type Card struct{ notebook string }

// In returns the card of the notebook of this name, the file's without ending:
//
//	var card = scorecard.In("02_escape")
func In(notebook string) Card { return Card{notebook} }

// Holds records a claim of which the notebook argues that it holds: what its
// equation says in words (text), where that was tested (regime), and the
// numbers, as in Claim. A zero stderr means that measured is exact, a zero
// tolerance that only the standard error excuses a deviation.
func (c Card) Holds(id, equation, text, regime string, expected, measured, stderr, tolerance float64) {
	c.Check(newClaim(id, equation, text, regime, expected, measured, stderr, tolerance), Holds)
}

// Bends is Holds for a claim of which the notebook argues that it bends.
func (c Card) Bends(id, equation, text, regime string, expected, measured, stderr, tolerance float64) {
	c.Check(newClaim(id, equation, text, regime, expected, measured, stderr, tolerance), Bends)
}

// Fails is Holds for a claim of which the notebook argues that it fails.
func (c Card) Fails(id, equation, text, regime string, expected, measured, stderr, tolerance float64) {
	c.Check(newClaim(id, equation, text, regime, expected, measured, stderr, tolerance), Fails)
}

// Check records a claim with any of its fields set; the name of the notebook is
// filled in.
func (c Card) Check(claim Claim, want Verdict) {
	claim.Notebook = c.notebook
	if err := Record(claim, want); err != nil {
		panic(err)
	}
}

func newClaim(id, equation, text, regime string, expected, measured, stderr, tolerance float64) Claim {
	return Claim{ID: id, Equation: equation, Claim: text, Regime: regime,
		Expected: expected, Measured: measured, StdErr: stderr, Tolerance: tolerance}
}
