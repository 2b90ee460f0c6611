package model

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/data"
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
	for name, err := range map[string]error{
		"mlp of nil":           mlp(nil, MLPConfig{}),
		"mlp of nothing":       mlp(&data.Set{}, MLPConfig{}),
		"mlp without targets":  mlp(&data.Set{X: mat.NewDense(1, 1, nil)}, MLPConfig{}),
		"mlp of counts":        mlp(&data.Set{X: mat.NewDense(2, 1, nil), Y: mat.NewDense(1, 1, nil)}, MLPConfig{}),
		"mlp NaN":              mlp(set(nan, 1), MLPConfig{}),
		"mlp Inf":              mlp(set(1, inf), MLPConfig{}),
		"width 0":              mlp(set(1, 1), MLPConfig{Hidden: []int{0}}),
		"width 1e9":            mlp(set(1, 1), MLPConfig{Hidden: []int{1e9}}),
		"width 2^63":           mlp(set(1, 1), MLPConfig{Hidden: []int{math.MaxInt}}),
		"width 2^24":           mlp(set(1, 1), MLPConfig{Hidden: []int{1 << 24}}),
		"too many weights":     mlp(set(1, 1), MLPConfig{Hidden: []int{1 << 14, 1 << 14}}),
		"in several layers":    mlp(set(1, 1), MLPConfig{Hidden: []int{9000, 9000, 9000, 9000, 9000}}),
		"activation 9":         mlp(set(1, 1), MLPConfig{Activation: 9}),
		"activation -1":        mlp(set(1, 1), MLPConfig{Activation: -1}),
		"loss 9":               mlp(set(1, 1), MLPConfig{Loss: 9}),
		"loss -1":              mlp(set(1, 1), MLPConfig{Loss: -1}),
		"workers -1":           mlp(set(1, 1), MLPConfig{Workers: -1}),
		"workers 1e9":          mlp(set(1, 1), MLPConfig{Workers: 1e9}),
		"entropy of one":       mlp(set(1, 1), two),
		"entropy below 0":      mlp(&data.Set{X: mat.NewDense(1, 1, nil), Y: mat.NewDense(1, 2, []float64{-0.5, 1.5})}, two),
		"entropy of sum 2":     mlp(&data.Set{X: mat.NewDense(1, 1, nil), Y: mat.NewDense(1, 2, []float64{1, 1})}, two),
		"conv of nil":          conv(nil, MeanSquare),
		"conv NaN":             conv(set(nan, 1), MeanSquare),
		"conv of 2 pixels":     conv(&data.Set{X: mat.NewDense(1, 2, nil), Y: mat.NewDense(1, 1, nil)}, MeanSquare),
		"conv loss 9":          conv(image, 9),
		"conv entropy of one":  conv(image, CrossEntropy),
		"conv of 0 channels":   conv(image, MeanSquare, ConvLayer{0, 1, 1}),
		"conv of 1e9 channels": conv(image, MeanSquare, ConvLayer{1e9, 1, 1}),
		"conv of 2^27":         conv(image, MeanSquare, ConvLayer{1 << 27, 1, 1}),
		"conv twice 2^15":      conv(image, MeanSquare, ConvLayer{1 << 15, 4, 1}, ConvLayer{1 << 15, 1, 1}),
		"conv kernel 0":        conv(image, MeanSquare, ConvLayer{1, 0, 1}),
		"conv kernel 5 of 4":   conv(image, MeanSquare, ConvLayer{1, 5, 1}),
		"conv kernel left":     conv(image, MeanSquare, ConvLayer{1, 3, 1}, ConvLayer{1, 3, 1}),
		"conv kernel 2^63":     conv(image, MeanSquare, ConvLayer{1, math.MaxInt, 1}),
		"conv stride -1":       conv(image, MeanSquare, ConvLayer{1, 1, -1}),
		"mean of nil Conv":     mean((*Conv)(nil)),
		"mean of a zero Conv":  mean(new(Conv)),
		"linear of nil":        linear(nil),
		"linear of nothing":    linear(new(data.Set)),
		"linear NaN":           linear(set(1, nan)),
		"linear of two":        linear(&data.Set{X: mat.NewDense(1, 1, nil), Y: mat.NewDense(1, 2, nil)}),
		"outputs of nil":       outputs(nil, 1),
		"outputs of none":      outputs(new(mat.Dense), 1),
		"outputs NaN":          outputs(mat.NewDense(1, 1, []float64{nan}), 1),
		"outputs of 0":         outputs(mat.NewDense(1, 1, nil), 0),
		"outputs of 1e9":       outputs(mat.NewDense(1, 1, nil), 1e9),
		"outputs of 2 × 2^28":  outputs(mat.NewDense(1, 2, nil), 1<<28),
		"outputs of nil f":     func() error { _, err := FromOutputs(mat.NewDense(1, 1, nil), 1, nil); return err }(),
		"mean of nil":          mean(nil),
		"mean of nil MLP":      mean((*MLP)(nil)),
		"mean of nil Linear":   mean((*Linear)(nil)),
		"mean of a zero one":   mean(new(MLP)),
		"mean of no Linear":    mean(new(Linear)),
		"mean of no samples":   mean(odd{0, 1, 0, 0}),
		"gram of two outputs":  Gram(odd{1, 1, 0, 0}, new(mat.SymDense), []float64{1}, nil),
		"gram of 2^15":         Gram(many, new(mat.SymDense), []float64{1}, nil),
		"gram of a net's 2^15": Gram(crowd, new(mat.SymDense), []float64{1, 1}, nil),
		"gram into nil":        Gram(small, nil, []float64{1}, nil),
		"check of nil":         Check(nil, nil, rng),
		"check of nil MLP":     Check((*MLP)(nil), nil, rng),
		"check of nothing":     Check(odd{}, nil, rng),
		"check without rng":    Check(small, []float64{1}, nil),
		"check at NaN":         Check(small, []float64{nan}, rng),
		"check elsewhere":      Check(small, []float64{1, 2}, rng),
		"check of NaN losses":  Check(odd{2, 3, nan, nan}, []float64{1, 2, 3}, rng),
		"check of NaN slopes":  Check(odd{2, 3, 1, nan}, []float64{1, 2, 3}, rng),
		"check of Inf":         Check(odd{2, 3, inf, 0}, []float64{1, 2, 3}, rng),
		"check of a liar":      Check(odd{2, 3, 1, 1}, []float64{1, 2, 3}, rng),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "model: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"nil": point(nil, nil), "nil MLP": point((*MLP)(nil), nil), "zero MLP": point(new(MLP), nil), "no parameters": point(odd{1, 0, 0, 0}, nil),
		"no samples": point(odd{0, 1, 0, 0}, []float64{1}), "length": point(small, nil), "NaN": point(small, []float64{nan}), "Inf": point(small, []float64{-inf}),
	} {
		if err == nil {
			t.Errorf("a point of %s is no error", name)
		}
	}
	if err := Check(odd{2, 3, 1, 0}, []float64{1, 2, 3}, rng); err != nil {
		t.Errorf("a constant loss breaks a law: %v", err)
	}
	if Clone(nil) != nil || MeanSquareOutputs(nil) != 0 || new(MeanLoss).Dim() != 0 {
		t.Error("nothing is something")
	}
}
