package model

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
)

// FromWeights returns the network whose weights are those of a file, such as PyTorch's state_dict,
// on a set, and its θ. Every layer has a tensor NAME.weight, out×in as torch.nn.Linear keeps it,
// and NAME.bias, out; the file tells the widths, cfg the rest, and its Hidden must be nil. Layers
// follow one another in the order of [data.Tensors.Layers], unless another one is given: layers,
// from input to output.
//
// [MLP.Weights] goes the other way.
//
// Errors, which name the tensor: one that is missing, one too many, a shape that does not follow
// from the set and the layer before, and what [NewMLP] refuses.
func FromWeights(set *data.Set, weights data.Tensors, cfg MLPConfig, layers ...string) (m *MLP, theta []float64, err error) {
	if err := checkSet(set); err != nil {
		return nil, nil, err
	}
	if cfg.Hidden != nil {
		return nil, nil, fmt.Errorf("model: hidden layers %v and weights, which tell their own: want nil", cfg.Hidden)
	}
	if len(layers) == 0 {
		layers = weights.Layers()
	}
	if err := checkNames(weights, layers); err != nil {
		return nil, nil, err
	}
	in, k := set.Features(), set.Y.RawMatrix().Cols
	for i, name := range layers {
		out, err := layerShape(weights, name, in)
		if err != nil {
			return nil, nil, err
		}
		if last := i == len(layers)-1; !last {
			cfg.Hidden = append(cfg.Hidden, out)
		} else if out != k {
			return nil, nil, fmt.Errorf("model: tensor %q of shape %v is the last and the set has %d targets, want shape [%d %d]", name+".weight", weights[name+".weight"].Shape, k, k, in)
		}
		in = out
	}
	if m, err = NewMLP(set, cfg); err != nil {
		return nil, nil, err
	}
	theta = make([]float64, m.params)
	for i, w := range m.layers {
		// PyTorch has one row an output, θ one an input.
		from := mat.NewDense(w.out, w.in, weights[layers[i]+".weight"].Values)
		mat.NewDense(w.in, w.out, theta[w.w:w.b]).Copy(from.T())
		copy(theta[w.b:w.b+w.out], weights[layers[i]+".bias"].Values)
	}
	if _, _, err := CheckPoint(m, theta); err != nil {
		return nil, nil, fmt.Errorf("model: weights: %w", err)
	}
	return m, theta, nil
}

// Weights returns the tensors of θ, layer by layer under the names given, as [FromWeights] takes
// them. A θ of another length than P, and other than one name a layer, are errors.
func (m *MLP) Weights(theta []float64, layers ...string) (data.Tensors, error) {
	if m == nil || len(theta) != m.params || len(layers) != len(m.layers) || len(layers) == 0 {
		return nil, fmt.Errorf("model: weights of a θ of length %d for the layers %q, want P numbers and one name a layer", len(theta), layers)
	}
	t := data.Tensors{}
	for i, w := range m.layers {
		var to mat.Dense
		to.CloneFrom(mat.NewDense(w.in, w.out, slices.Clone(theta[w.w:w.b])).T())
		t[layers[i]+".weight"] = data.Tensor{Type: "float64", Shape: []int{w.out, w.in}, Values: to.RawMatrix().Data}
		t[layers[i]+".bias"] = data.Tensor{Type: "float64", Shape: []int{w.out}, Values: slices.Clone(theta[w.b : w.b+w.out])}
	}
	return t, nil
}

// checkNames is an error unless the tensors are those of the layers, no more and no less.
func checkNames(weights data.Tensors, layers []string) error {
	wanted := map[string]bool{}
	for _, layer := range layers {
		for _, name := range []string{layer + ".weight", layer + ".bias"} {
			if _, ok := weights[name]; !ok {
				return fmt.Errorf("model: tensor %q is missing among %q", name, weights.Names())
			}
			if wanted[name] {
				return fmt.Errorf("model: tensor %q belongs to two layers of %q", name, layers)
			}
			wanted[name] = true
		}
	}
	for _, name := range weights.Names() {
		if !wanted[name] {
			return fmt.Errorf("model: tensor %q is one too many, want NAME.weight and NAME.bias of the layers %q", name, layers)
		}
	}
	if len(layers) == 0 {
		return fmt.Errorf("model: no tensor is called NAME.weight, want one a layer")
	}
	return nil
}

// layerShape returns the outputs of a layer of in inputs.
func layerShape(weights data.Tensors, layer string, in int) (out int, err error) {
	w, b := weights[layer+".weight"], weights[layer+".bias"]
	if len(w.Shape) != 2 || w.Shape[0] < 1 || w.Shape[1] != in || len(w.Values)/in != w.Shape[0] || len(w.Values)%in != 0 {
		return 0, fmt.Errorf("model: tensor %q of shape %v with %d numbers, want [outputs %d]: the layer before it, or the set, has %d", layer+".weight", w.Shape, len(w.Values), in, in)
	}
	out = w.Shape[0]
	// numpy and ReadNPY may hand a vector over as one column.
	if len(b.Values) != out || !slices.Equal(b.Shape, []int{out}) && !slices.Equal(b.Shape, []int{out, 1}) {
		return 0, fmt.Errorf("model: tensor %q of shape %v with %d numbers, want [%d]", layer+".bias", b.Shape, len(b.Values), out)
	}
	return out, nil
}
