// Package method keeps one color, dash and marker for each method, so that a reader who has learnt
// them in one figure reads all others. The color says what moves or which formula is meant; points
// are simulated, lines are solved exactly or follow a formula. The second and third curve of a
// method in one figure are lighter:
//
//	f.Points("SGD, d = 1", c, t, method.SGD, figure.YErr(stderr))
//	f.Line("SGD, d = 2", c, t2, method.SGD.Lighter(1))
package method

import "github.com/sgdescape/sgdescape/pkg/figure"

// What moves.
var (
	// SGD is discrete stochastic gradient descent, Eq. 2–3.
	SGD = figure.Look{Ink: figure.Vermilion, Dash: figure.Solid, Marker: figure.Circle}
	// SDE is Eq. 13, or Eq. 15 on the other clock: noise in proportion to the loss.
	SDE = figure.Look{Ink: figure.Blue, Dash: figure.Solid, Marker: figure.Square}
	// ExactCovariance is Eq. 4 with the exact covariance of SGD, Eq. 8.
	ExactCovariance = figure.Look{Ink: figure.Sky, Dash: figure.Solid, Marker: figure.Ring}
	// GLD is Eq. 5, the contrast: noise of constant strength.
	GLD = figure.Look{Ink: figure.Gray, Dash: figure.DashDot, Marker: figure.Triangle}
	// FixedSet is SGD on one finite data set.
	FixedSet = figure.Look{Ink: figure.Purple, Dash: figure.Solid, Marker: figure.Triangle}
)

// Formulas.
var (
	// PowerLaw is the paper's: Eq. 16–19, barrier log c.
	PowerLaw = figure.Look{Ink: figure.Green, Dash: figure.Dashed, Marker: figure.Cross}
	// LinearBarrier is Kramers' with the noise of the minimum: barrier c − 1.
	LinearBarrier = figure.Look{Ink: figure.Orange, Dash: figure.Dotted, Marker: figure.Triangle}
	// AlignedNoise is Kramers' for noise that follows the local curvature but not the loss.
	AlignedNoise = figure.Look{Ink: figure.Gray, Dash: figure.Dotted, Marker: figure.Cross}
	// Quadratures is the rate by two integrals, which keeps the transverse directions exact.
	Quadratures = figure.Look{Ink: figure.Sky, Dash: figure.LongDash, Marker: figure.Ring}
	// LeastAction is the quasipotential: of the cumulants, or of steps of finite size.
	LeastAction = figure.Look{Ink: figure.Purple, Dash: figure.DashDot, Marker: figure.Square}
	// Kesten is the tail of products of random steps, E|1 − ηh|^α = 1.
	Kesten = figure.Look{Ink: figure.Purple, Dash: figure.LongDash, Marker: figure.Cross}
	// MatchedVariance is the law of Eq. 18 with the variance of discrete SGD.
	MatchedVariance = figure.Look{Ink: figure.Black, Dash: figure.LongDash, Marker: figure.Ring}
	// Reference is what a plot compares with: a unit ratio, a guide to the eye, a rival value.
	Reference = figure.Look{Ink: figure.Black, Dash: figure.Dotted, Marker: figure.Cross}
)
