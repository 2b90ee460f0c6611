// Package exact answers the question: what is the true escape time or
// stationary law of a diffusion, with no sampling error at all?
//
// Its answers are the references against which both the paper's formulas and
// the simulations are held. In one dimension [MeanFirstPassage] and
// [Stationary] integrate the scale and speed densities of any [Process], for
// any landscape with a positive loss. In n dimensions [Kolmogorov] solves the
// backward Kolmogorov equation of a reversible diffusion in a valley with an
// axis, (z₁, r), or in the plane: rate, mean time, committor, quasi-stationary
// law; [BarrierRate] is its short form, and [Aligned] the same for noise that
// follows unequal outliers, which is not reversible.
package exact
