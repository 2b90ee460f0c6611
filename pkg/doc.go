// Package pkg tells the plan of the house: which room answers which question, and where a new piece
// goes. It holds no code; its examples are what a user of an own landscape, model, loss per sample
// or table writes.
//
// # The paper
//
// T. Mori, L. Ziyin, K. Liu and M. Ueda, Power-law escape rate of SGD, ICML 2022 (arXiv
// 2105.09557). Numbers of equations are the paper's.
//
// # The ladder
//
// A room imports only what stands below it; a test holds the arrows.
//
//	network     sweep           a trained model: h*, n, predictions, what SGD does · thousands of settings, anywhere
//	splitting                   rates of rare events, by adaptive multilevel splitting
//	barriers                    what SGD on regression climbs as T → 0, on fresh samples and on a set
//	selection   regression      two basins · everything about SGD on linear regression
//	escape      timechange      first passage of any dynamics, a problem by every route · one path on two clocks
//	kolmogorov  instanton       exact rates of diffusions · least action in any dimension: paths, fields, prefactors
//	sgd  spectrum               SGD on a model, training · outliers, minima of models
//	exact  dynamics  noise      quadratures and noise laws · all motion · covariance, strength, alignment
//	quasipotential              the barrier of the cumulants: along a path, in steps
//	theory  model  search       closed forms Eq. 16–19 with their margins · per-sample losses · minima, saddles, paths
//	landscape  data             L, ∇L, barriers and their laws · data sets
//
// Package network also draws. Beside the ladder, knowing no physics: figure draws, method keeps one
// look for each method, scorecard keeps claims and verdicts, keep passes results from cell to cell,
// fidelity says quick or paper. Package live holds what a reader moves and may ask theory.
// Notebooks stand on all of it; nothing knows a notebook.
//
// # To add …
//
// A landscape: Dim and LossGrad, and Hess if you know it. [landscape.Check] holds it to its laws.
// With a known minimum and saddle it is a [landscape.Barrier], for [landscape.CheckBarrier];
// otherwise [search.FindEscape] finds them. Then [escape.Problem] gives theory, exact rate and
// simulation.
//
// A dynamics: Dim and NewStepper; a Stepper advances θ by one step with what it draws from the
// generator that it is given, and returns the time that passed. θ must be all of the state. First
// passage, occupancy, ensembles and stationary runs take it as it is. Faster ways are optional, and
// tested against the plain steps: [dynamics.SideBySide], replicas in lanes whose steps a
// [dynamics.Mover] makes, and [escape.Passer] to some exits.
//
// A model: Dims and LossGrad of one sample, or [model.FromOutputs] for outputs and their gradients;
// faster products are optional interfaces, and [model.Check] holds them to their laws. What PyTorch
// trained comes by [model.FromWeights]. Then [network.Settle] and [network.Site.Report] give
// minimum, outliers, predictions and measured times.
//
// An exact reference: a [exact.Process] in one dimension, an [exact.NoiseLaw] for isotropic noise.
// Export the exact answer beside the problem, and give every result an error that bounds the truth.
//
// A notebook: a number, one question, and its name in scorecard.In; plumbing that stands in two
// notebooks belongs here. A claim: card.Holds, Bends or Fails, of a kind (physics, control or
// check), with the tolerance stated before the measurement. A figure: one message, its numbers in a
// CSV file of the same name.
//
// An experiment for sweeps: a pure function of named values, a [sweep.Experiment] of the map that a
// program of your own passes to [sweep.Work]; [sweep.Library] holds those of the house.
//
// Random numbers: [dynamics.Stream], keyed by seed, a name that spells out its values, and the
// replica; never by worker.
package pkg
