// Package figure draws what people see, in one style, on paper and in a notebook.
// It knows lines, points and tables, and no physics.
//
// A figure is drawn by gonum/plot. Show writes it to disk as NAME.svg with the
// numbers behind it in NAME.csv and, in a GoNB cell, displays it:
//
//	f := figure.New("rates", "Eq. 17 follows the measured rate over five decades",
//		"Escape rate against barrier height, both on log axes: points lie on the line.")
//	f.X, f.Y = figure.Log("c = L(θˢ)/L(θ*)"), figure.Log("escape rate κ")
//	f.Points("measured", c, kappa, figure.YErr(stderr))
//	f.Line("Eq. 17", c, eq17)
//	r := f.Below()
//	r.Y = figure.Linear("κ / Eq. 17")
//	r.Points("measured", c, ratio, figure.YErr(ratioErr))
//	err := f.Show()
//
// The title is the message, and the third argument of New is the text for
// those who cannot see the figure; both are required. A name keeps its color,
// dash pattern and marker in every panel of a figure, and appears once in the
// legend; a series without a name is drawn in gray and is not in the legend.
//
// The drawing methods return nothing: the first mistake (slices of different
// length, a NaN, a value ≤ 0 for a log axis) is kept and returned by Show.
//
// What a reader moves is in package live.
package figure
