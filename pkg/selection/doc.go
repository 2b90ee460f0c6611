// Package selection answers the question: which of two minima does SGD prefer?
//
// [Basins] joins two minima that may differ in loss, curvature and effective
// dimension; [NewLocal] is the diffusion whose noise follows the basin that it is
// in, [TwoTemperatures] its exact law in one dimension. [Loop] is a true
// regression with two minima of equal loss, on which [Loop.SGD] is SGD itself and
// [Lattice] its exact law.
package selection
