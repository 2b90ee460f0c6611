package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// The models of this package have every fast path; one made from outputs has no Hessian's.
type everyPath interface {
	BatchGradienter
	NormGradienter
	SecondMomentMultiplier
	GaussNewtonMultiplier
	JacobianMultiplier
	MeanSquarer
	Gramer
	Cloner
}

var (
	_ everyPath         = (*outputs)(nil)
	_ everyPath         = (*Linear)(nil)
	_ everyPath         = (*MLP)(nil)
	_ HessianMultiplier = (*Linear)(nil)
	_ HessianMultiplier = (*MLP)(nil)
)

// testSet has n samples of d features and k targets; probability targets sum to 1.
func testSet(n, d, k int, probability bool, rng *rand.Rand) *data.Set {
	x, y := mat.NewDense(n, d, nil), mat.NewDense(n, k, nil)
	for i := range n {
		for j := range d {
			x.Set(i, j, rng.NormFloat64())
		}
		sum := 0.0
		for j := range k {
			v := rng.Float64()
			y.Set(i, j, v)
			sum += v
		}
		if probability {
			for j := range k {
				y.Set(i, j, y.At(i, j)/sum)
			}
		}
	}
	return &data.Set{X: x, Y: y}
}

// bare is a model without any fast path: ℓ_μ = ¼ (θ·x_μ − y_μ)⁴, whose Hessian varies.
type bare struct{ lin *Linear }

func (b bare) Dims() (int, int) { return b.lin.Dims() }

func (b bare) LossGrad(grad, theta []float64, mu int) float64 {
	l := b.lin.LossGrad(grad, theta, mu)
	for j := range grad {
		grad[j] *= 2 * l
	}
	return l * l
}

type lawCase struct {
	name  string
	model func(t *testing.T) (Model, []float64)
}

func lawCases() []lawCase {
	lin := func(t *testing.T) *Linear {
		m, err := NewLinear(testSet(7, 4, 1, false, rand.New(rand.NewPCG(1, 1))))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	theta := []float64{0.3, -1, 0.2, 0.7}
	cases := []lawCase{
		{"linear", func(t *testing.T) (Model, []float64) { return lin(t), theta }},
		{"bare", func(t *testing.T) (Model, []float64) { return bare{lin(t)}, theta }},
		{"outputs", func(t *testing.T) (Model, []float64) { return waves(t, 1), theta }},
		{"two outputs", func(t *testing.T) (Model, []float64) { return waves(t, 2), theta }},
	}
	for _, c := range []struct {
		hidden  []int
		act     Activation
		loss    Loss
		outputs int
	}{
		{nil, ReLU, MeanSquare, 1},
		{nil, ReLU, CrossEntropy, 3},
		{[]int{6}, ReLU, MeanSquare, 1},
		{[]int{6}, Tanh, MeanSquare, 1},
		{[]int{5, 4}, ReLU, MeanSquare, 3},
		{[]int{5, 4}, Tanh, MeanSquare, 3},
		{[]int{5, 4}, Tanh, CrossEntropy, 3},
		{[]int{5, 4, 3}, Identity, MeanSquare, 2},
		{[]int{1, 3}, Tanh, MeanSquare, 1},
		{[]int{6}, GELU, MeanSquare, 1},
		{[]int{5, 4, 3}, GELU, CrossEntropy, 3},
	} {
		name := fmt.Sprintf("mlp%v-%d act %d loss %d", c.hidden, c.outputs, c.act, c.loss)
		cases = append(cases, lawCase{name, func(t *testing.T) (Model, []float64) {
			rng := rand.New(rand.NewPCG(2, 3))
			m, err := NewMLP(testSet(chunkRows+9, 4, c.outputs, c.loss == CrossEntropy, rng),
				MLPConfig{Hidden: c.hidden, Activation: c.act, Loss: c.loss})
			if err != nil {
				t.Fatal(err)
			}
			_, p := m.Dims()
			theta := make([]float64, p)
			m.Init(theta, rng)
			for i := range theta { // so that no bias is 0
				theta[i] += 0.1 * rng.NormFloat64()
			}
			return m, theta
		}})
	}
	return cases
}

func TestLaws(t *testing.T) {
	for _, c := range lawCases() {
		t.Run(c.name, func(t *testing.T) {
			m, theta := c.model(t)
			if err := Check(m, theta, rand.New(rand.NewPCG(5, 6))); err != nil {
				t.Error(err)
			}
		})
	}
}

// broken changes one fast path at a time; Check must notice each.
type broken struct {
	*MLP
	what string
}

func (b broken) LossGrad(g, theta []float64, mu int) float64 {
	l := b.MLP.LossGrad(g, theta, mu)
	if b.what == "loss" { // the ½ of Eq. 1
		l *= 2
	}
	return l
}

func (b broken) NormGrad(losses, norms, grad, theta []float64, batch []int) float64 {
	l := b.MLP.NormGrad(losses, norms, grad, theta, batch)
	if b.what == "norms" && norms != nil {
		norms[0] *= 1.001
	}
	return l
}

func (b broken) BatchGrad(grad, theta []float64, batch []int) float64 {
	l := b.MLP.BatchGrad(grad, theta, batch)
	if b.what == "grad" {
		grad[len(grad)-1] *= 1.001
	}
	return l
}

func (b broken) HessVec(dst, theta, v []float64, batch []int) {
	if b.what == "hessian" { // Gauss–Newton is not the Hessian away from zero residual
		b.MLP.GaussNewtonVec(dst, theta, v, nil, batch)
		return
	}
	b.MLP.HessVec(dst, theta, v, batch)
}

func (b broken) GaussNewtonVec(dst, theta, v, w []float64, batch []int) {
	if b.what == "weights" {
		w = nil
	}
	b.MLP.GaussNewtonVec(dst, theta, v, w, batch)
}

func (b broken) SecondMomentVec(dst, theta, v []float64, batch []int) {
	b.MLP.SecondMomentVec(dst, theta, v, batch)
	if b.what == "moment" {
		dst[0] *= 2
	}
}

func (b broken) Gram(dst *mat.SymDense, theta []float64, batch []int) error {
	err := b.MLP.Gram(dst, theta, batch)
	if b.what == "gram" {
		dst.SetSym(0, 1, 1.001*dst.At(0, 1))
	}
	return err
}

func TestCheckNoticesMutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 3))
	m, err := NewMLP(testSet(9, 4, 1, false, rng), MLPConfig{Hidden: []int{5}, Activation: Tanh})
	if err != nil {
		t.Fatal(err)
	}
	_, p := m.Dims()
	theta := make([]float64, p)
	m.Init(theta, rng)
	for _, what := range []string{"", "loss", "norms", "grad", "hessian", "weights", "moment", "gram"} {
		err := Check(broken{m, what}, theta, rand.New(rand.NewPCG(5, 6)))
		if (err == nil) != (what == "") {
			t.Errorf("mutation %q: Check says %v", what, err)
		}
	}
}

// The same bits for 1, 2 and 7 workers, with a network large enough to be split.
func TestWorkersAgree(t *testing.T) {
	set := testSet(300, 40, 3, true, rand.New(rand.NewPCG(1, 2)))
	var want [][]float64
	for _, workers := range []int{1, 2, 7} {
		m, err := NewMLP(set, MLPConfig{Hidden: []int{60, 50}, Activation: Tanh, Loss: CrossEntropy, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		_, p := m.Dims()
		theta, v := make([]float64, p), make([]float64, p)
		rng := rand.New(rand.NewPCG(3, 4))
		m.Init(theta, rng)
		m.Init(v, rng)
		got := [][]float64{make([]float64, p), make([]float64, p), make([]float64, 300)}
		m.NormGrad(nil, got[2], got[0], theta, nil)
		HessVec(m.Clone(), got[1], theta, v, nil)
		if want == nil {
			want = got
		}
		for k := range got {
			for i := range got[k] {
				if got[k][i] != want[k][i] {
					t.Fatalf("%d workers: result %d differs at %d: %v, want %v", workers, k, i, got[k][i], want[k][i])
				}
			}
		}
	}
}

func TestNoAllocations(t *testing.T) {
	m, err := NewMLP(testSet(300, 40, 3, true, rand.New(rand.NewPCG(1, 2))), MLPConfig{Hidden: []int{60, 50}, Loss: CrossEntropy, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	_, p := m.Dims()
	theta, v, dst, norms := make([]float64, p), make([]float64, p), make([]float64, p), make([]float64, 100)
	m.Init(theta, rand.New(rand.NewPCG(3, 4)))
	batch := rand.New(rand.NewPCG(3, 4)).Perm(300)[:100]
	for name, f := range map[string]func(){
		"BatchGrad":       func() { m.BatchGrad(dst, theta, batch) },
		"NormGrad":        func() { m.NormGrad(nil, norms, dst, theta, batch) },
		"HessVec":         func() { m.HessVec(dst, theta, v, batch) },
		"GaussNewtonVec":  func() { m.GaussNewtonVec(dst, theta, v, nil, batch) },
		"SecondMomentVec": func() { m.SecondMomentVec(dst, theta, v, nil) },
	} {
		if n := testing.AllocsPerRun(5, f); n != 0 {
			t.Errorf("%s: %v allocations per call, want 0", name, n)
		}
	}
}

// Glorot's law: the weights' variance is 2/(in+out); false-alarm rate 7e−6 per layer.
func TestInit(t *testing.T) {
	m, err := NewMLP(testSet(2, 80, 50, false, rand.New(rand.NewPCG(1, 2))), MLPConfig{Hidden: []int{70}})
	if err != nil {
		t.Fatal(err)
	}
	_, p := m.Dims()
	theta := make([]float64, p)
	m.Init(theta, rand.New(rand.NewPCG(3, 4)))
	for _, l := range m.layers {
		n, bound := float64(l.in*l.out), math.Sqrt(6/float64(l.in+l.out))
		sum := 0.0
		for _, w := range theta[l.w:l.b] {
			if math.Abs(w) > bound {
				t.Fatalf("weight %v beyond %v", w, bound)
			}
			sum += w * w
		}
		want := bound * bound / 3
		// A uniform law's fourth moment gives Var(w²) = (4/5)·want².
		if z := (sum/n - want) / (want * math.Sqrt(0.8/n)); math.Abs(z) > 4.5 {
			t.Errorf("layer %d–%d: variance %v, want %v, z = %.1f", l.in, l.out, sum/n, want, z)
		}
		for _, b := range theta[l.b : l.b+l.out] {
			if b != 0 {
				t.Fatalf("bias %v, want 0", b)
			}
		}
	}
}

func TestOutputsAndExactLosses(t *testing.T) {
	set := &data.Set{X: mat.NewDense(1, 2, []float64{1, 2}), Y: mat.NewDense(1, 2, []float64{1, 0})}
	theta := []float64{1, 0, 0, 1, 0.5, -1} // f = (1, 2) + (0.5, −1)
	for _, c := range []struct {
		loss Loss
		want float64
	}{
		{MeanSquare, 0.5 * (0.5*0.5 + 1)},
		{CrossEntropy, math.Log1p(math.Exp(-0.5))},
	} {
		m, err := NewMLP(set, MLPConfig{Loss: c.loss})
		if err != nil {
			t.Fatal(err)
		}
		f := make([]float64, 2)
		m.Outputs(f, theta, nil)
		if f[0] != 1.5 || f[1] != 1 {
			t.Errorf("outputs %v, want [1.5 1]", f)
		}
		if got := m.LossGrad(nil, theta, 0); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("loss %d is %v, want %v", c.loss, got, c.want)
		}
	}
	// Outputs of ±1000 neither overflow nor lose the loss.
	m, _ := NewMLP(set, MLPConfig{Loss: CrossEntropy})
	if got := m.LossGrad(nil, []float64{0, 0, 0, 0, -1000, 1000}, 0); got != 2000 {
		t.Errorf("loss %v, want 2000", got)
	}
}

func TestConstructionErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	nan, half := testSet(3, 2, 1, false, rng), testSet(3, 2, 2, true, rng)
	nan.X.Set(1, 1, math.NaN())
	half.Y.Set(2, 0, half.Y.At(2, 0)+0.5)
	negative := testSet(1, 2, 2, false, rng)
	negative.Y = mat.NewDense(1, 2, []float64{-1, 2})
	for _, c := range []struct {
		name, want string
		set        *data.Set
		cfg        MLPConfig
	}{
		{"nil", "no samples", nil, MLPConfig{}},
		{"no targets", "no targets", &data.Set{X: mat.NewDense(1, 1, nil)}, MLPConfig{}},
		{"counts", "2 samples but 1 targets", &data.Set{X: mat.NewDense(2, 1, nil), Y: mat.NewDense(1, 1, nil)}, MLPConfig{}},
		{"nan", "feature 1 of sample 1 is NaN", nan, MLPConfig{}},
		{"width", "layer 2 is 0", testSet(1, 1, 1, false, rng), MLPConfig{Hidden: []int{3, 0}}},
		{"activation", "activation 7", testSet(1, 1, 1, false, rng), MLPConfig{Activation: 7}},
		{"loss", "loss -1", testSet(1, 1, 1, false, rng), MLPConfig{Loss: -1}},
		{"workers", "-1 workers", testSet(1, 1, 1, false, rng), MLPConfig{Workers: -1}},
		{"one output", "cross-entropy of 1 output", testSet(1, 1, 1, false, rng), MLPConfig{Loss: CrossEntropy}},
		{"probability", "sample 2 sum to 1", half, MLPConfig{Loss: CrossEntropy}},
		{"negative", "target 0 of sample 0 is -1", negative, MLPConfig{Loss: CrossEntropy}},
	} {
		if _, err := NewMLP(c.set, c.cfg); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "model: ") {
			t.Errorf("%s: error %v, want it to name %q", c.name, err, c.want)
		}
	}
	if _, err := NewLinear(testSet(3, 2, 2, false, rng)); err == nil || !strings.Contains(err.Error(), "2 targets") {
		t.Errorf("linear regression on two targets: %v", err)
	}
	m, _ := NewMLP(testSet(3, 2, 2, false, rng), MLPConfig{})
	if err := m.Gram(new(mat.SymDense), make([]float64, 6), nil); err == nil {
		t.Error("gram matrix of two outputs: no error")
	}
}

// A sample number out of range panics in the caller's goroutine, where it can be recovered.
func TestSampleOutOfRangePanics(t *testing.T) {
	m, err := NewMLP(testSet(300, 40, 3, false, rand.New(rand.NewPCG(1, 2))), MLPConfig{Hidden: []int{60, 50}, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	_, p := m.Dims()
	defer func() {
		if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), "sample 300") {
			t.Errorf("recovered %v", r)
		}
	}()
	m.BatchGrad(nil, make([]float64, p), append(make([]int, 90), 300))
}
