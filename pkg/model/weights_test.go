package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// torchCase is a network that PyTorch wrote: testdata/torch/write.py.
type torchCase struct {
	name, file string
	cfg        MLPConfig
	tolerance  float64 // of the numbers that PyTorch computes in
}

var torchCases = []torchCase{
	{"relu", "relu.safetensors", MLPConfig{}, 1e-6},
	{"gelu", "gelu.safetensors", MLPConfig{Activation: GELU, Loss: CrossEntropy}, 1e-12},
	{"tanh", "tanh.npz", MLPConfig{Activation: Tanh}, 1e-12},
	{"identity", "identity.npz", MLPConfig{Activation: Identity}, 1e-12},
	{"trained", "trained.safetensors", MLPConfig{Activation: Tanh}, 1e-12},
	{"trained_gelu", "trained_gelu.safetensors", MLPConfig{Activation: GELU}, 1e-12},
}

func (c torchCase) load(t testing.TB) (m *MLP, theta []float64, said data.Tensors) {
	t.Helper()
	weights, err := data.LoadTensors("testdata/torch/" + c.file)
	if err != nil {
		t.Fatal(err)
	}
	said, err = data.LoadTensors("testdata/torch/" + c.name + ".torch.npz")
	if err != nil {
		t.Fatal(err)
	}
	set := &data.Set{}
	for ending, to := range map[string]**mat.Dense{"x": &set.X, "y": &set.Y} {
		f, err := os.Open("testdata/torch/" + c.name + "." + ending + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if *to, err = data.ReadNPY(f); err != nil {
			t.Fatal(err)
		}
	}
	m, theta, err = FromWeights(set, weights, c.cfg)
	if err != nil {
		t.Fatal(err)
	}
	return m, theta, said
}

// Loss and gradient of every sample are PyTorch's own.
func TestWeightsFromPyTorch(t *testing.T) {
	for _, c := range torchCases {
		m, theta, said := c.load(t)
		n, p := m.Dims()
		want, grads := said["losses"].Values, said["gradients"]
		if !slices.Equal(grads.Shape, []int{n, p}) || len(want) != n {
			t.Fatalf("%s: gradients of shape %v for %d samples and %d parameters", c.name, grads.Shape, n, p)
		}
		grad := make([]float64, p)
		for mu := range n {
			loss := m.LossGrad(grad, theta, mu)
			row := grads.Values[mu*p : (mu+1)*p]
			if got := asTorch(m, grad); math.Abs(loss-want[mu]) > c.tolerance*math.Max(1, want[mu]) || floats.Distance(got, row, 2) > c.tolerance*math.Max(1, floats.Norm(row, 2)) {
				t.Errorf("%s, sample %d: loss %v and gradient %v, PyTorch has %v and %v", c.name, mu, loss, got, want[mu], row)
			}
		}
		if err := Check(m, theta, rand.New(rand.NewPCG(1, 2))); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		back, err := m.Weights(theta, layersOf(t, c)...)
		if err != nil {
			t.Fatal(err)
		}
		weights, err := data.LoadTensors("testdata/torch/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		for name, w := range weights {
			if b := back[name]; !slices.Equal(b.Shape, w.Shape) || !slices.Equal(b.Values, w.Values) {
				t.Errorf("%s: %s went and came back as %v of shape %v, was %v of shape %v", c.name, name, b.Values, b.Shape, w.Values, w.Shape)
			}
		}
	}
}

func layersOf(t *testing.T, c torchCase) []string {
	weights, err := data.LoadTensors("testdata/torch/" + c.file)
	if err != nil {
		t.Fatal(err)
	}
	return weights.Layers()
}

// asTorch brings a gradient into the order of PyTorch: weights out×in.
func asTorch(m *MLP, grad []float64) (out []float64) {
	for _, w := range m.layers {
		var to mat.Dense
		to.CloneFrom(mat.NewDense(w.in, w.out, slices.Clone(grad[w.w:w.b])).T())
		out = append(append(out, to.RawMatrix().Data...), grad[w.b:w.b+w.out]...)
	}
	return out
}

// The Hessian at a trained minimum has the eigenvalues that PyTorch's double backward finds.
func TestHessianOfPyTorch(t *testing.T) {
	for _, c := range torchCases[4:] {
		m, theta, said := c.load(t)
		_, p := m.Dims()
		h, v, hv := mat.NewSymDense(p, nil), make([]float64, p), make([]float64, p)
		for i := range p {
			clear(v)
			v[i] = 1
			m.HessVec(hv, theta, v, nil)
			for j := range i + 1 {
				h.SetSym(i, j, hv[j])
			}
		}
		var e mat.EigenSym
		if !e.Factorize(h, false) {
			t.Fatal("no eigenvalues")
		}
		got, want := e.Values(nil), said["hessian_eigenvalues"].Values
		slices.Reverse(got)
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-12*want[0] {
				t.Errorf("%s: eigenvalue %d is %v, PyTorch has %v", c.name, i+1, got[i], want[i])
			}
		}
	}
}

func TestFromWeightsErrors(t *testing.T) {
	set := &data.Set{X: mat.NewDense(2, 3, nil), Y: mat.NewDense(2, 1, nil)}
	good := func() data.Tensors {
		m, err := NewMLP(set, MLPConfig{Hidden: []int{2}})
		if err != nil {
			t.Fatal(err)
		}
		w, err := m.Weights(make([]float64, 11), "0", "2")
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	with := func(name string, shape []int, values int) data.Tensors {
		w := good()
		w[name] = data.Tensor{Shape: shape, Values: make([]float64, values)}
		return w
	}
	without := func(name string) data.Tensors { w := good(); delete(w, name); return w }
	nan := good()
	nan["2.bias"].Values[0] = math.NaN()
	for i, c := range []struct {
		want    string
		weights data.Tensors
		cfg     MLPConfig
		layers  []string
	}{
		{"no tensor is called NAME.weight", nil, MLPConfig{}, nil},
		{"want nil", good(), MLPConfig{Hidden: []int{2}}, nil},
		{`tensor "2.bias" is missing among ["0.bias" "0.weight" "2.weight"]`, without("2.bias"), MLPConfig{}, nil},
		{`tensor "2.bias" is one too many`, without("2.weight"), MLPConfig{}, nil},
		{`tensor "fc" is one too many`, with("fc", []int{1}, 1), MLPConfig{}, nil},
		{`tensor "0.weight" of shape [2 4] with 8 numbers, want [outputs 3]`, with("0.weight", []int{2, 4}, 8), MLPConfig{}, nil},
		{`tensor "0.weight" of shape [6]`, with("0.weight", []int{6}, 6), MLPConfig{}, nil},
		{`tensor "0.weight" of shape [2 3] with 5 numbers`, with("0.weight", []int{2, 3}, 5), MLPConfig{}, nil},
		{`tensor "0.bias" of shape [3] with 3 numbers, want [2]`, with("0.bias", []int{3}, 3), MLPConfig{}, nil},
		{`tensor "0.bias" of shape [1 2]`, with("0.bias", []int{1, 2}, 2), MLPConfig{}, nil},
		{`tensor "2.weight" of shape [1 3]`, with("2.weight", []int{1, 3}, 3), MLPConfig{}, nil},
		{`tensor "2.weight" of shape [2 2] is the last and the set has 1 targets, want shape [1 2]`, func() data.Tensors {
			w := with("2.weight", []int{2, 2}, 4)
			w["2.bias"] = data.Tensor{Shape: []int{2}, Values: make([]float64, 2)}
			return w
		}(), MLPConfig{}, nil},
		{`tensor "2.weight" of shape [1 2] with 2 numbers, want [outputs 3]`, good(), MLPConfig{}, []string{"2", "0"}},
		{`tensor "1.weight" is missing`, good(), MLPConfig{}, []string{"0", "1"}},
		{`tensor "2.bias" is one too many`, good(), MLPConfig{}, []string{"0"}},
		{`tensor "0.weight" belongs to two layers`, good(), MLPConfig{}, []string{"0", "0"}},
		{"activation 9", good(), MLPConfig{Activation: 9}, nil},
		{"θ[10] is NaN", nan, MLPConfig{}, nil},
	} {
		_, _, err := FromWeights(set, c.weights, c.cfg, c.layers...)
		if err == nil || !strings.HasPrefix(err.Error(), "model: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d: error %v, want it to name %q", i, err, c.want)
		}
	}
	if _, _, err := FromWeights(nil, good(), MLPConfig{}); err == nil {
		t.Error("nil set accepted")
	}
	column := with("0.bias", []int{2, 1}, 2)
	if _, _, err := FromWeights(set, column, MLPConfig{}); err != nil {
		t.Error(err)
	}
}

func ExampleFromWeights() {
	weights, err := data.LoadTensors("testdata/torch/trained.safetensors")
	if err != nil {
		fmt.Println(err)
	}
	for _, name := range weights.Names() {
		fmt.Println(name, weights[name].Type, weights[name].Shape)
	}
	set := &data.Set{X: mat.NewDense(1, 3, []float64{1, 0, -1}), Y: mat.NewDense(1, 1, []float64{0})}
	m, theta, err := FromWeights(set, weights, MLPConfig{Activation: Tanh})
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%d parameters, loss %.4f\n", len(theta), m.LossGrad(nil, theta, 0))
	_, _, err = FromWeights(&data.Set{X: mat.NewDense(1, 2, nil), Y: set.Y}, weights, MLPConfig{})
	fmt.Println(err)
	// Output:
	// 0.bias float64 [2]
	// 0.weight float64 [2 3]
	// 2.bias float64 [1]
	// 2.weight float64 [1 2]
	// 11 parameters, loss 1.2216
	// model: tensor "0.weight" of shape [2 3] with 6 numbers, want [outputs 2]: the layer before it, or the set, has 2
}
