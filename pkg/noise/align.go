package noise

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
	"github.com/sgdescape/sgdescape/pkg/model"
)

// EstimateCosine returns Tr(AB)/(|A||B|) with the Frobenius norm, which is 1 when one matrix is a
// positive multiple of the other, as Eq. 6 says of Σ and H, and its standard error. It takes
// products with random sign vectors z (Hutchinson): Tr(AB) = E (Az)·(Bz), |A|² = E|Az|². The error
// is the jackknife's over the probes, the bias of order 1/probes.
//
// Errors: operators that are nil, zero, of different sizes, or whose vectors take more than 1 GiB,
// fewer than 2 probes or more than 2²⁰, a nil rng, products so large or small that their squares
// are not finite.
func EstimateCosine(a, b Operator, probes int, rng *rand.Rand) (value, stderr float64, err error) {
	if err := checkProbes("cosine", a, b, probes, rng); err != nil {
		return 0, 0, err
	}
	n := a.Dim()
	z, az, bz := make([]float64, n), make([]float64, n), make([]float64, n)
	each, sum := make([][5]float64, probes), [5]float64{}
	for k := range each {
		signs(z, rng)
		a.MulVecTo(az, z)
		b.MulVecTo(bz, z)
		each[k] = [5]float64{floats.Dot(az, bz), floats.Dot(az, az), floats.Dot(bz, bz)}
		floats.Add(sum[:], each[k][:])
	}
	if sum[1] == 0 || sum[2] == 0 {
		return 0, 0, fmt.Errorf("noise: cosine of a zero operator")
	}
	e := jackknife(each, func(s [5]float64) float64 { return s[0] / math.Sqrt(s[1]*s[2]) })
	return e.Value, e.StdErr, checkFinite("cosine or its error", e.Value, e.StdErr)
}

// Along returns vᵀAv/|v|², the operator's strength along v. A v of another length than its
// dimension, and a zero or infinite one, are errors.
func Along(a Operator, v []float64) (float64, error) {
	if given.None(a) || len(v) != a.Dim() {
		return 0, fmt.Errorf("noise: direction of length %d for an operator that is nil or of another size", len(v))
	}
	square := floats.Dot(v, v)
	if !(square > 0) || math.IsInf(square, 1) {
		return 0, fmt.Errorf("noise: direction of squared length %v, want > 0 and finite", square)
	}
	along := quadratic(a, v, make([]float64, len(v))) / square
	return along, checkFinite("strength along a direction", along)
}

// Ratios stores vᵀAv / vᵀBv for every column v of dirs in dst: with A = Σ and B its HessianForm, 1
// where Eq. 6 holds along v. Nil and lengths that do not fit are errors; so is a ratio that is not
// finite, as in a direction in which B vanishes, with all of dst stored.
func Ratios(dst []float64, a, b Operator, dirs *mat.Dense) error {
	if given.None(a) || given.None(b) || dirs == nil {
		return fmt.Errorf("noise: ratios of nil operators or along nil directions")
	}
	rows, cols := dirs.Dims()
	if rows != a.Dim() || rows != b.Dim() || cols != len(dst) {
		return fmt.Errorf("noise: %d×%d directions for operators of size %d and %d and %d ratios", rows, cols, a.Dim(), b.Dim(), len(dst))
	}
	v, av := make([]float64, rows), make([]float64, rows)
	for j := range dst {
		mat.Col(v, j, dirs)
		dst[j] = quadratic(a, v, av) / quadratic(b, v, av)
	}
	for j, r := range dst {
		if err := checkFinite(fmt.Sprintf("ratio along direction %d", j), r); err != nil {
			return err
		}
	}
	return nil
}

// quadratic returns vᵀAv, with room for Av.
func quadratic(a Operator, v, av []float64) float64 {
	a.MulVecTo(av, v)
	return floats.Dot(v, av)
}

// Kurtosis returns (1/N)Σ g_μ⁴ / [(1/N)Σ g_μ²]² of the slopes g_μ = ∇f_μ·v along v, between 1 and
// N.
//
// It says how Eq. 6 fares on the way out of a minimum. At θ* + s·v the residuals are about r_μ +
// s·g_μ; with h = (1/N)Σ g² the loss grows by ½hs² and, once that exceeds L(θ*),
//
//	B·vᵀΣv → (1/N)Σ (s·g²)² − (s·h)² = (kurtosis − 1)·h²s²,
//
// where Eq. 6 has 2Lh → h²s². So the kurtosis decides: 2 is the paper's, 3 (Gaussian g, linear
// regression) doubles the noise, and 1 (the same slope for every sample) leaves it as it was at θ*.
//
// Errors: θ or v of a length other than P or not finite, slopes that all vanish, and a model that
// is not a [model.JacobianMultiplier] with one output and mean-square loss (model.ErrUnsupported).
func Kurtosis(m model.Model, theta, v []float64) (float64, error) {
	n, p, err := checkPoint(m, theta)
	if err != nil {
		return 0, err
	}
	if len(v) != p {
		return 0, fmt.Errorf("noise: direction of length %d, want P = %d", len(v), p)
	}
	jac, ok := m.(model.JacobianMultiplier)
	if !ok || model.MeanSquareOutputs(m) != 1 {
		return 0, fmt.Errorf("noise: kurtosis for %T wants derivatives of one output and a mean-square loss: %w", m, model.ErrUnsupported)
	}
	g := make([]float64, n)
	jac.JacVec(g, theta, v, nil)
	floats.Mul(g, g)
	second, fourth := floats.Sum(g)/float64(n), floats.Dot(g, g)/float64(n)
	if !(second > 0) || math.IsInf(fourth, 0) {
		return 0, fmt.Errorf("noise: kurtosis along a direction with mean squared slope %v, want > 0 and finite", second)
	}
	k := fourth / (second * second)
	if !(k > 1-1e-9 && k < float64(n)*(1+1e-9)) {
		return 0, fmt.Errorf("noise: kurtosis is %v, want 1 to N = %d: slopes whose fourth power is beyond floating point", k, n)
	}
	return k, nil
}

// Spectra returns the eigenvalues, in descending order, of two M×M matrices of M samples (batch, or
// all for nil). Those that are not zero are the eigenvalues of the two sides of the decoupling
// approximation (Eq. 7): the whole of the paper's Fig. 1, for as many samples as a dense solver can
// handle (a few thousand).
//
//	exact:     (1/M)Σ ℓ_μ∇f_μ∇f_μᵀ,  entries sqrt(ℓ_μℓ_ν)·∇f_μ·∇f_ν/M
//	decoupled: L·(1/M)Σ ∇f_μ∇f_μᵀ,   entries L·∇f_μ·∇f_ν/M
//
// Zeros may come out negative by rounding. The loss must be mean-square with one output, else the
// error wraps [model.ErrUnsupported].
func Spectra(m model.Model, theta []float64, batch []int) (exact, decoupled []float64, err error) {
	n, _, err := checkPoint(m, theta)
	if err != nil {
		return nil, nil, err
	}
	if _, err := meanSquareOutputs(m); err != nil {
		return nil, nil, err
	}
	if n, err = batchSize(batch, n); err != nil {
		return nil, nil, err
	}
	var gram mat.SymDense
	if err := model.Gram(m, &gram, theta, batch); err != nil {
		return nil, nil, err
	}
	root := make([]float64, n)
	model.NormGrad(m, root, nil, nil, theta, batch)
	loss := floats.Sum(root) / float64(n)
	if err := checkFinite("loss or slope", loss, mat.Sum(&gram)); err != nil {
		return nil, nil, err
	}
	for i, l := range root {
		root[i] = math.Sqrt(l)
	}
	weighted := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			weighted.SetSym(i, j, root[i]*root[j]*gram.At(i, j)/float64(n))
		}
	}
	gram.ScaleSym(loss/float64(n), &gram)
	if exact, err = eigenvalues(weighted); err != nil {
		return nil, nil, err
	}
	decoupled, err = eigenvalues(&gram)
	return exact, decoupled, err
}

// batchSize returns the number of samples of a batch, all n for nil.
func batchSize(batch []int, n int) (int, error) {
	if batch == nil {
		return n, nil
	}
	if len(batch) == 0 || slices.Min(batch) < 0 || slices.Max(batch) >= n {
		return 0, fmt.Errorf("noise: batch of %d samples, want at least one, numbered from 0 to %d", len(batch), n-1)
	}
	return len(batch), nil
}

// eigenvalues returns them in descending order.
func eigenvalues(a *mat.SymDense) ([]float64, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(a, false) {
		return nil, fmt.Errorf("noise: the eigenvalues of a Gram matrix of %d samples did not converge", a.SymmetricDim())
	}
	values := eigen.Values(nil)
	slices.Reverse(values)
	return values, nil
}
