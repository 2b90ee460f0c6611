// Package exact answers the question: what is the true escape time or
// stationary law of a diffusion, with no sampling error at all?
//
// Its answers are the references against which both the paper's formulas and
// the simulations are held. In one dimension [MeanFirstPassage] and
// [Stationary] integrate the scale and speed densities of any [Process], for
// any landscape with a positive loss.
package exact
