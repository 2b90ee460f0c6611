package model

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
)

// odd is a model that is whatever its fields say.
type odd struct {
	samples, params int
	loss, slope     float64
}

func (o odd) Dims() (int, int) { return o.samples, o.params }

func (o odd) LossGrad(grad, _ []float64, _ int) float64 {
	for i := range grad {
		grad[i] = o.slope
	}
	return o.loss
}

// fussy is what networks have in common.
type fussy interface {
	Model
	BatchGradienter
	NormGradienter
	SlopeNormer
	Outputs(dst, theta []float64, batch []int)
	Init(theta []float64, rng *rand.Rand)
}

// sloppy adds calls of convolutional and fully connected networks with slices of a wrong length,
// samples that do not exist, points that are NaN, and receivers that no constructor made.
func sloppy(h hostile.Table, points *data.Set) {
	images := &data.Set{X: mat.NewDense(2, 16, slices.Repeat([]float64{1, -1}, 16)), Y: mat.NewDense(2, 2, []float64{1, 2, 3, 4})}
	conv, err := NewConv(images, ConvConfig{Conv: []ConvLayer{{Channels: 2, Kernel: 2, Stride: 1}}})
	if err != nil {
		panic(err)
	}
	net, err := NewMLP(points, MLPConfig{Hidden: []int{2}, Workers: 2})
	if err != nil {
		panic(err)
	}
	for name, m := range map[string]fussy{"Conv": conv, "MLP": net, "": new(Conv)} {
		n, p := m.Dims()
		at, k := func(n int) []float64 { return make([]float64, max(n, 0)) }, MeanSquareOutputs(m)
		of := func(method string) string { return method }
		if name == "MLP" {
			of = func(method string) string { return strings.Replace(method, "Conv", "MLP", 1) }
		}
		fails := func(method string, call func()) { h.Add(of(method), func() error { return hostile.Panics(call) }) }
		for _, batch := range [][]int{{}, {n}, {-1}, {math.MaxInt}, {math.MinInt}} {
			b := len(batch)
			fails("Conv.BatchGrad", func() { m.BatchGrad(at(p), at(p), batch) })
			fails("Conv.NormGrad", func() { m.NormGrad(at(b), at(b), at(p), at(p), batch) })
			fails("Conv.SlopeNorms", func() { m.SlopeNorms(at(b), at(p), batch) })
			fails("Conv.Outputs", func() { m.Outputs(at(b*k), at(p), batch) })
			if b > 0 {
				fails("Conv.LossGrad", func() { m.LossGrad(at(p), at(p), batch[0]) })
			}
		}
		for _, wrong := range []int{0, p - 1, p + 1} {
			if wrong == p || p == 0 && wrong < 0 {
				continue
			}
			fails("Conv.BatchGrad", func() { m.BatchGrad(nil, at(wrong), nil) })
			fails("Conv.BatchGrad", func() { m.BatchGrad(at(wrong), at(p), nil) })
			fails("Conv.NormGrad", func() { m.NormGrad(nil, nil, at(wrong), at(p), nil) })
			fails("Conv.NormGrad", func() { m.NormGrad(nil, nil, nil, at(wrong), nil) })
			fails("Conv.SlopeNorms", func() { m.SlopeNorms(at(n), at(wrong), nil) })
			fails("Conv.Outputs", func() { m.Outputs(at(n*k), at(wrong), nil) })
			fails("Conv.LossGrad", func() { m.LossGrad(nil, at(wrong), 0) })
			fails("Conv.LossGrad", func() { m.LossGrad(at(wrong), at(p), 0) })
			fails("Conv.Init", func() { m.Init(at(wrong), rand.New(rand.NewPCG(1, 2))) })
		}
		for _, wrong := range []int{n - 1, n + 1} {
			fails("Conv.NormGrad", func() { m.NormGrad(at(wrong), nil, nil, at(p), nil) })
			fails("Conv.NormGrad", func() { m.NormGrad(nil, at(wrong), nil, at(p), nil) })
			fails("Conv.SlopeNorms", func() { m.SlopeNorms(at(wrong), at(p), nil) })
			fails("Conv.Outputs", func() { m.Outputs(at(wrong), at(p), nil) })
		}
		fails("Conv.SlopeNorms", func() { m.SlopeNorms(nil, at(p), nil) })
		fails("Conv.Outputs", func() { m.Outputs(nil, at(p), nil) })
		if p == 0 {
			continue
		}
		fails("Conv.Init", func() { m.Init(at(p), nil) })
		for _, v := range []float64{math.NaN(), 1e308} {
			theta := slices.Repeat([]float64{v}, p)
			lost := func(x float64) error { return hostile.Said(math.IsNaN(x) || math.IsInf(x, 1)) }
			h.Add(of("Conv.BatchGrad"), func() error { return lost(m.BatchGrad(at(p), theta, nil)) })
			h.Add(of("Conv.LossGrad"), func() error { return lost(m.LossGrad(at(p), theta, 1)) })
			h.Add(of("Conv.NormGrad"), func() error { return lost(m.NormGrad(nil, at(n), nil, theta, nil)) })
			h.Add(of("Conv.SlopeNorms"), func() error { s := at(n); m.SlopeNorms(s, theta, nil); return lost(s[0]) })
			h.Add(of("Conv.Outputs"), func() error { f := at(n * k); m.Outputs(f, theta, nil); return lost(math.Abs(f[0])) })
		}
	}
	h.Add("MLP.SlopeNorms", func() error { return hostile.Panics(func() { new(MLP).SlopeNorms(nil, nil, nil) }) })
	for _, m := range []*Conv{nil, {}} {
		h.Add("Conv.Dims", func() error { n, p := m.Dims(); return hostile.Said(n == 0 && p == 0) })
		h.Add("Conv.Clone", func() error { n, p := m.Clone().Dims(); return hostile.Said(n == 0 && p == 0) })
		h.Add("Conv.MeanSquareOutputs", func() error { return hostile.Said(m.MeanSquareOutputs() == 0) })
	}
}

// Bad configuration is an error that begins with "model:", at construction and before gigabytes are
// set aside.
func TestHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	set := func(x, y float64) *data.Set {
		return &data.Set{X: mat.NewDense(2, 1, []float64{x, 1}), Y: mat.NewDense(2, 1, []float64{y, 1})}
	}
	mlp := func(s *data.Set, cfg MLPConfig) error { _, err := NewMLP(s, cfg); return err }
	conv := func(s *data.Set, loss Loss, layers ...ConvLayer) error {
		_, err := NewConv(s, ConvConfig{Conv: layers, Loss: loss})
		return err
	}
	image := &data.Set{X: mat.NewDense(1, 16, nil), Y: mat.NewDense(1, 1, nil)}
	weights := func(s *data.Set, w data.Tensors) error { _, _, err := FromWeights(s, w, MLPConfig{}); return err }
	linear := func(s *data.Set) error { _, err := NewLinear(s); return err }
	outputs := func(y *mat.Dense, p int) error {
		_, err := FromOutputs(y, p, func(_, _, _ []float64, _ int) {})
		return err
	}
	mean := func(m Model) error { _, err := NewMeanLoss(m); return err }
	point := func(m Model, theta []float64) error { _, _, err := CheckPoint(m, theta); return err }
	nan, inf := math.NaN(), math.Inf(1)
	two := MLPConfig{Loss: CrossEntropy}
	many, err := FromOutputs(mat.NewDense(1<<15, 1, nil), 1, func(_, _, _ []float64, _ int) {})
	if err != nil {
		t.Fatal(err)
	}
	crowd, err := NewMLP(&data.Set{X: mat.NewDense(1<<15, 1, nil), Y: mat.NewDense(1<<15, 1, nil)}, MLPConfig{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	small, err := NewLinear(set(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	h := hostile.Table{
		"NewMLP": {
			func() error { return mlp(nil, MLPConfig{}) },
			func() error { return mlp(&data.Set{}, MLPConfig{}) },
			func() error { return mlp(&data.Set{X: mat.NewDense(1, 1, nil)}, MLPConfig{}) },
			func() error {
				return mlp(&data.Set{X: mat.NewDense(2, 1, nil), Y: mat.NewDense(1, 1, nil)}, MLPConfig{})
			},
			func() error { return mlp(set(nan, 1), MLPConfig{}) },
			func() error { return mlp(set(1, inf), MLPConfig{}) },
			func() error { return mlp(set(1, 1), MLPConfig{Hidden: []int{0}}) },
			func() error { return mlp(set(1, 1), MLPConfig{Hidden: []int{1e9}}) },
			func() error { return mlp(set(1, 1), MLPConfig{Hidden: []int{math.MaxInt}}) },
			func() error { return mlp(set(1, 1), MLPConfig{Hidden: []int{1 << 24}}) },
			func() error { return mlp(set(1, 1), MLPConfig{Hidden: []int{1 << 14, 1 << 14}}) },
			func() error { return mlp(set(1, 1), MLPConfig{Hidden: []int{9000, 9000, 9000, 9000, 9000}}) },
			func() error { return mlp(set(1, 1), MLPConfig{Activation: 9}) },
			func() error { return mlp(set(1, 1), MLPConfig{Activation: -1}) },
			func() error { return mlp(set(1, 1), MLPConfig{Loss: 9}) },
			func() error { return mlp(set(1, 1), MLPConfig{Loss: -1}) },
			func() error { return mlp(set(1, 1), MLPConfig{Workers: -1}) },
			func() error { return mlp(set(1, 1), MLPConfig{Workers: 1e9}) },
			func() error { return mlp(set(1, 1), two) },
			func() error {
				return mlp(&data.Set{X: mat.NewDense(1, 1, nil), Y: mat.NewDense(1, 2, []float64{-0.5, 1.5})}, two)
			},
			func() error {
				return mlp(&data.Set{X: mat.NewDense(1, 1, nil), Y: mat.NewDense(1, 2, []float64{1, 1})}, two)
			},
		},
		"NewLinear": {
			func() error { return linear(nil) },
			func() error { return linear(new(data.Set)) },
			func() error { return linear(set(1, nan)) },
			func() error { return linear(&data.Set{X: mat.NewDense(1, 1, nil), Y: mat.NewDense(1, 2, nil)}) },
		},
		"FromOutputs": {
			func() error { return outputs(nil, 1) },
			func() error { return outputs(new(mat.Dense), 1) },
			func() error { return outputs(mat.NewDense(1, 1, []float64{nan}), 1) },
			func() error { return outputs(mat.NewDense(1, 1, nil), 0) },
			func() error { return outputs(mat.NewDense(1, 1, nil), 1e9) },
			func() error { return outputs(mat.NewDense(1, 2, nil), 1<<28) },
			func() error {
				return func() error { _, err := FromOutputs(mat.NewDense(1, 1, nil), 1, nil); return err }()
			},
		},
		"FromWeights": {
			func() error { return weights(nil, nil) },
			func() error { return weights(new(data.Set), nil) },
			func() error { return weights(set(1, nan), nil) },
			func() error { return weights(set(1, 2), nil) },
			func() error { return weights(set(1, 2), data.Tensors{"": {}}) },
			func() error { return weights(set(1, 2), data.Tensors{".weight": {}, ".bias": {}}) },
			func() error {
				return weights(set(1, 2), data.Tensors{".weight": {Shape: []int{math.MaxInt, 1}}, ".bias": {}})
			},
			func() error {
				return weights(set(1, 2), data.Tensors{".weight": {Shape: []int{-1, 1}, Values: []float64{1}}, ".bias": {}})
			},
			func() error {
				return weights(set(1, 2), data.Tensors{".weight": {Shape: []int{1, 1}, Values: []float64{inf}}, ".bias": {Shape: []int{1}, Values: []float64{1}}})
			},
		},
		"MLP.Weights": {
			func() error { return hostile.Err((*MLP)(nil).Weights(nil)) },
			func() error { return hostile.Err(new(MLP).Weights(nil)) },
			func() error { return hostile.Err(crowd.Weights([]float64{1}, "a")) },
			func() error { return hostile.Err(crowd.Weights([]float64{1, 2})) },
		},
		"NewMeanLoss": {
			func() error { return mean(nil) },
			func() error { return mean((*MLP)(nil)) },
			func() error { return mean((*Linear)(nil)) },
			func() error { return mean(new(MLP)) },
			func() error { return mean(new(Linear)) },
			func() error { return mean(odd{0, 1, 0, 0}) },
		},
		"Gram": {
			func() error { return Gram(odd{1, 1, 0, 0}, new(mat.SymDense), []float64{1}, nil) },
			func() error { return Gram(many, new(mat.SymDense), []float64{1}, nil) },
			func() error { return Gram(crowd, new(mat.SymDense), []float64{1, 1}, nil) },
			func() error { return Gram(small, nil, []float64{1}, nil) },
		},
		"NewConv": {
			func() error { return conv(nil, MeanSquare) },
			func() error { return conv(set(nan, 1), MeanSquare) },
			func() error {
				return conv(&data.Set{X: mat.NewDense(1, 2, nil), Y: mat.NewDense(1, 1, nil)}, MeanSquare)
			},
			func() error { return conv(image, 9) },
			func() error { return conv(image, CrossEntropy) },
			func() error { return conv(image, MeanSquare, ConvLayer{0, 1, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1e9, 1, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1 << 27, 1, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1 << 15, 4, 1}, ConvLayer{1 << 15, 1, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1, 0, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1, 5, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1, 3, 1}, ConvLayer{1, 3, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1, math.MaxInt, 1}) },
			func() error { return conv(image, MeanSquare, ConvLayer{1, 1, -1}) },
		},
		"Check": {
			func() error { return Check(nil, nil, rng) },
			func() error { return Check((*MLP)(nil), nil, rng) },
			func() error { return Check(odd{}, nil, rng) },
			func() error { return Check(small, []float64{1}, nil) },
			func() error { return Check(small, []float64{nan}, rng) },
			func() error { return Check(small, []float64{1, 2}, rng) },
			func() error { return Check(odd{2, 3, nan, nan}, []float64{1, 2, 3}, rng) },
			func() error { return Check(odd{2, 3, 1, nan}, []float64{1, 2, 3}, rng) },
			func() error { return Check(odd{2, 3, inf, 0}, []float64{1, 2, 3}, rng) },
			func() error { return Check(odd{2, 3, 1, 1}, []float64{1, 2, 3}, rng) },
		},
	}
	net, err := NewMLP(set(1, 2), MLPConfig{Hidden: []int{2}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	mean0, err := NewMeanLoss(net)
	if err != nil {
		t.Fatal(err)
	}
	_, p := net.Dims()
	for name, say := range map[string]bool{
		"Clone": Clone(nil) == nil, "MLP.Clone": Clone(new(MLP)).(*MLP).params == 0, "Linear.Clone": Clone(small) != Model(small),
		"MeanSquareOutputs": MeanSquareOutputs(nil) == 0, "MLP.MeanSquareOutputs": new(MLP).MeanSquareOutputs() == 0, "MeanLoss.Dim": new(MeanLoss).Dim() == 0,
		"MeanLoss.LossGrad": math.IsNaN(mean0.LossGrad(nil, slices.Repeat([]float64{nan}, p))),
	} {
		h.Add(name, func() error { return hostile.Said(say) })
	}
	h.Add("MLP.Dims", func() error { n, p := new(MLP).Dims(); return hostile.Said(n == 0 && p == 0) })
	h.Add("MLP.Init", func() error { return hostile.Panics(func() { net.Init(make([]float64, p-1), rng) }) }, func() error { return hostile.Panics(func() { net.Init(make([]float64, p), nil) }) })
	h.Add("MeanLoss.LossGrad", func() error { return hostile.Panics(func() { mean0.LossGrad(nil, nil) }) })
	h.Add("CheckDims", func() error { _, _, err := CheckDims(nil); return hostile.Bare(err) }, func() error { _, _, err := CheckDims(odd{-1, 1, 0, 0}); return hostile.Bare(err) })
	h.Add("MLP.Gram", func() error { return crowd.Gram(new(mat.SymDense), []float64{1, 1}, nil) }, func() error { return net.Gram(nil, make([]float64, p), nil) })
	// Products with slices of a wrong length, or of samples that do not exist.
	for _, c := range []struct {
		any, net string
		call     func(m Model, dst, theta, v []float64, batch []int)
	}{
		{"BatchGrad", "MLP.BatchGrad", func(m Model, dst, theta, _ []float64, batch []int) { BatchGrad(m, dst, theta, batch) }},
		{"NormGrad", "MLP.NormGrad", func(m Model, dst, theta, _ []float64, batch []int) { NormGrad(m, nil, nil, dst, theta, batch) }},
		{"NormGrad", "MLP.NormGrad", func(m Model, dst, theta, v []float64, batch []int) { NormGrad(m, v[:1:1], v, dst, theta, batch) }},
		{"HessVec", "MLP.HessVec", HessVec},
		{"SecondMomentVec", "MLP.SecondMomentVec", SecondMomentVec},
		{"", "MLP.GaussNewtonVec", func(m Model, dst, theta, v []float64, batch []int) {
			m.(GaussNewtonMultiplier).GaussNewtonVec(dst, theta, v, nil, batch)
		}},
		{"", "MLP.JacVec", func(m Model, dst, theta, v []float64, batch []int) {
			m.(JacobianMultiplier).JacVec(dst, theta, v, batch)
		}},
		{"", "MLP.Outputs", func(m Model, dst, theta, _ []float64, batch []int) {
			if o, ok := m.(*MLP); ok {
				o.Outputs(dst, theta, batch)
				return
			}
			panic("hostile: no outputs")
		}},
		{"", "MLP.LossGrad", func(m Model, dst, theta, _ []float64, batch []int) {
			m.LossGrad(dst, theta, append(batch, -1)[0])
		}},
	} {
		at := func(n int) []float64 { return make([]float64, n) }
		for _, m := range []Model{net, small} {
			_, p := m.Dims()
			name := c.net
			if m == Model(small) && c.any != "" {
				name = c.any
			}
			h.Add(name,
				func() error { return hostile.Panics(func() { c.call(m, at(p+2), at(p), at(p), nil) }) },
				func() error { return hostile.Panics(func() { c.call(m, at(p), at(p-1), at(p), nil) }) },
				func() error { return hostile.Panics(func() { c.call(m, at(p), at(p), at(p), []int{2}) }) },
				func() error { return hostile.Panics(func() { c.call(m, at(p), at(p), at(p), []int{-1}) }) },
				func() error { return hostile.Panics(func() { c.call(m, at(p), at(p), at(p), []int{}) }) },
			)
		}
	}
	h.Add("Linear.HessVec", func() error {
		return hostile.Panics(func() { small.HessVec(make([]float64, 2), []float64{1}, []float64{1}, nil) })
	})

	sloppy(h, set(1, 2))
	h.Add("CheckPoint",
		func() error { return hostile.Bare(point(nil, nil)) },
		func() error { return hostile.Bare(point((*MLP)(nil), nil)) },
		func() error { return hostile.Bare(point(new(MLP), nil)) },
		func() error { return hostile.Bare(point(odd{1, 0, 0, 0}, nil)) },
		func() error { return hostile.Bare(point(odd{0, 1, 0, 0}, []float64{1})) },
		func() error { return hostile.Bare(point(small, nil)) },
		func() error { return hostile.Bare(point(small, []float64{nan})) },
		func() error { return hostile.Bare(point(small, []float64{-inf})) },
	)

	if err := Check(odd{2, 3, 1, 0}, []float64{1, 2, 3}, rng); err != nil {
		t.Errorf("a constant loss breaks a law: %v", err)
	}
	if n, p, err := CheckPoint(small, nil); n != 0 || p != 0 || err == nil {
		t.Errorf("N = %d and P = %d beside the error %v", n, p, err)
	}
	if err := linear(set(1, nan)); !strings.Contains(err.Error(), "target 0 of sample 0 is NaN") {
		t.Error(err)
	}
	if err := linear(set(nan, 1)); !strings.Contains(err.Error(), "feature 0 of sample 0 is NaN") {
		t.Error(err)
	}
	h.Run(t)
}
