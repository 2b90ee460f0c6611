// Package model answers one question: what are the losses ℓ_μ(θ) of N samples, and how do they
// bend?
//
// A [Model] is anything with per-sample losses and gradients; a user's own network needs nothing
// else. What a model can do faster it says by implementing one of the small interfaces beside it;
// the functions of the same name ([BatchGrad], [NormGrad], [HessVec], …) take the fast path when
// there is one and loop over samples when not.
//
// [Linear] (the paper's Fig. 3) and [MLP] (its Figs. 1 and 2; [FromWeights] takes one that PyTorch
// trained) implement all of them; [FromOutputs] makes nearly all from the outputs of a function of
// your own, and [Conv], a convolutional network, has those that training and the noise strength
// need. Formulas: L = (1/N) Σ_μ ℓ_μ, mean-square ℓ_μ = ½|f(θ,x_μ) − y_μ|² (Eq. 1).
//
// Conventions. θ, v and gradients are vectors of length P. A batch is a slice of sample numbers in
// [0, N), repeats allowed; nil means all N samples in order, and an average is over the batch.
// Wrong configuration is an error at construction, starting with "model:". As in gonum, slices of a
// wrong length, sample numbers outside [0, N), and nil models and generators where no error can be
// returned are bugs of the caller and panic. What needs more than 2 GiB is refused. A model that
// keeps scratch space, as all of this package do, serves one goroutine at a time and is a [Cloner];
// one that is not serves several.
package model

import "gonum.org/v1/gonum/mat"

// Model is N per-sample losses of P parameters.
type Model interface {
	// Dims returns N and P.
	Dims() (samples, params int)
	// LossGrad returns ℓ_μ(θ) of one sample and stores ∇ℓ_μ(θ) in grad unless that is nil.
	LossGrad(grad, theta []float64, sample int) (loss float64)
}

// Cloner keeps scratch space.
type Cloner interface {
	// Clone returns the same model with scratch space of its own, for another goroutine.
	Clone() Model
}

// MeanSquarer has a mean-square loss, ℓ_μ = ½|f(θ,x_μ) − y_μ|² (Eq. 1), as Eq. 6 and 10 ask.
type MeanSquarer interface {
	// MeanSquareOutputs returns the number k of outputs of f; 0 if the loss is another.
	MeanSquareOutputs() int
}

// What a model can do fast.
type (
	BatchGradienter interface {
		// BatchGrad returns L_B(θ) = (1/B) Σ_{μ∈B} ℓ_μ (Eq. 2) and stores ∇L_B in grad unless that
		// is nil.
		BatchGrad(grad, theta []float64, batch []int) (loss float64)
	}
	NormGradienter interface {
		// NormGrad is BatchGrad that also stores ℓ_μ in losses and |∇ℓ_μ|² in norms, in the order
		// of the batch; any of the three slices may be nil.
		NormGrad(losses, norms, grad, theta []float64, batch []int) (loss float64)
	}
	HessianMultiplier interface {
		// HessVec stores H_B(θ)·v in dst, H_B = (1/B) Σ_{μ∈B} ∇²ℓ_μ.
		HessVec(dst, theta, v []float64, batch []int)
	}
	SecondMomentMultiplier interface {
		// SecondMomentVec stores (1/B) Σ_{μ∈B} ∇ℓ_μ (∇ℓ_μ·v) in dst.
		SecondMomentVec(dst, theta, v []float64, batch []int)
	}
	GaussNewtonMultiplier interface {
		// GaussNewtonVec stores (1/B) Σ_{μ∈B} w_μ J_μᵀ Λ_μ J_μ v in dst, where J_μ = ∂f(θ,x_μ)/∂θ
		// and Λ_μ is the Hessian of ℓ_μ in the outputs (the identity for mean-square: w = nil, all
		// ones, gives (1/N)Σ∇f∇fᵀ of Eq. 12; w = ℓ_μ gives the left side of Eq. 7). weights is in
		// the order of the batch.
		GaussNewtonVec(dst, theta, v, weights []float64, batch []int)
	}
	JacobianMultiplier interface {
		// JacVec stores J_μ·v, J_μ = ∂f(θ,x_μ)/∂θ, of each sample of the batch in dst: B×k for k
		// outputs, row by row. With one output they are the slopes ∇f_μ·v of Eq. 7 along v.
		JacVec(dst, theta, v []float64, batch []int)
	}
	SlopeNormer interface {
		// SlopeNorms stores Σ_j |∇f_j(θ,x_μ)|², summed over outputs, of each sample of the batch in
		// dst. With one output and mean-square loss it is |∇ℓ_μ|²/(2ℓ_μ); its mean is the trace of
		// the G in Eq. 10.
		SlopeNorms(dst, theta []float64, batch []int)
	}
	Gramer interface {
		// Gram stores the B×B matrix of inner products ∇f_μ·∇f_ν of the batch in dst, resized when
		// it is empty. It is an error that wraps [ErrUnsupported] unless the model has one output.
		Gram(dst *mat.SymDense, theta []float64, batch []int) error
	}
)
