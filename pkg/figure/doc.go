// Package figure draws what people see, in one style: on paper, in a notebook
// and, where the reader moves something, as an interactive chart.
//
// A static figure is drawn by gonum/plot. Show writes it to disk as NAME.svg
// with the numbers behind it in NAME.csv and, in a GoNB cell, displays it:
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
// An Interactive wraps a go-echarts chart, with sliders that a keyboard can
// move, for a live notebook and for an exported page alike.
//
// A Live has sliders that have the library draw the figure anew, for as long as
// its cell runs in a live notebook; elsewhere it is a static figure at once.
//
// A Simulator is a cloud of replicas that runs in an exported page: the reader
// sets η, B, h*, n and c and watches the escapes.
package figure
