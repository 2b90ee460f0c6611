package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/floats"
)

var (
	_ BatchGradienter = (*Conv)(nil)
	_ NormGradienter  = (*Conv)(nil)
	_ MeanSquarer     = (*Conv)(nil)
	_ Cloner          = (*Conv)(nil)
)

func testConv(t *testing.T, n, side, outputs int, cfg ConvConfig) (*Conv, []float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(2, 3))
	m, err := NewConv(testSet(n, side*side, outputs, cfg.Loss == CrossEntropy, rng), cfg)
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
}

func TestConvLaws(t *testing.T) {
	for _, c := range []struct {
		side, outputs int
		loss          Loss
		conv          []ConvLayer
	}{
		{4, 1, MeanSquare, nil},
		{4, 1, MeanSquare, []ConvLayer{{3, 2, 0}}},
		{5, 3, MeanSquare, []ConvLayer{{2, 3, 2}}},
		{7, 3, CrossEntropy, []ConvLayer{{3, 3, 2}, {2, 2, 1}}},
		{7, 2, MeanSquare, []ConvLayer{{2, 2, 1}, {3, 3, 1}, {2, 4, 1}}},
		{6, 2, MeanSquare, []ConvLayer{{2, 3, 2}}}, // the stride leaves pixels over
	} {
		t.Run(fmt.Sprintf("%d-%d loss %d %v", c.side, c.outputs, c.loss, c.conv), func(t *testing.T) {
			m, theta := testConv(t, convRows+3, c.side, c.outputs, ConvConfig{Conv: c.conv, Loss: c.loss})
			if err := Check(m, theta, rand.New(rand.NewPCG(5, 6))); err != nil {
				t.Error(err)
			}
		})
	}
}

// A window as large as the image makes a fully connected layer, with the same θ.
func TestConvIsMLP(t *testing.T) {
	for _, loss := range []Loss{MeanSquare, CrossEntropy} {
		set := testSet(2*convRows+1, 9, 3, loss == CrossEntropy, rand.New(rand.NewPCG(1, 7)))
		conv, err := NewConv(set, ConvConfig{Conv: []ConvLayer{{5, 3, 1}, {4, 1, 1}}, Loss: loss})
		if err != nil {
			t.Fatal(err)
		}
		mlp, err := NewMLP(set, MLPConfig{Hidden: []int{5, 4}, Loss: loss})
		if err != nil {
			t.Fatal(err)
		}
		n, p := mlp.Dims()
		if _, q := conv.Dims(); q != p || conv.MeanSquareOutputs() != mlp.MeanSquareOutputs() {
			t.Fatalf("%d parameters, want %d", q, p)
		}
		theta, again := make([]float64, p), make([]float64, p)
		mlp.Init(theta, rand.New(rand.NewPCG(3, 3)))
		conv.Init(again, rand.New(rand.NewPCG(3, 3)))
		if len(theta) != len(again) || floats.Norm(again, 2) == 0 {
			t.Error("no initial point")
		}
		var got, want [5][]float64
		for i, m := range []interface {
			NormGradienter
			SlopeNormer
			Outputs(dst, theta []float64, batch []int)
		}{conv, mlp} {
			v := [5][]float64{make([]float64, n), make([]float64, n), make([]float64, p), make([]float64, n), make([]float64, 3*n)}
			m.NormGrad(v[0], v[1], v[2], theta, nil)
			m.SlopeNorms(v[3], theta, nil)
			m.Outputs(v[4], theta, nil)
			if i == 0 {
				got = v
			} else {
				want = v
			}
		}
		for i, name := range []string{"losses", "norms", "gradient", "slopes", "outputs"} {
			if err := same(name, got[i], want[i], 1e-12); err != nil {
				t.Errorf("loss %d: %v", loss, err)
			}
		}
	}
}

// One convolution, written as the sum that defines it.
func TestConvIsASum(t *testing.T) {
	const side, k, step, channels, to = 5, 2, 3, 2, 2
	m, theta := testConv(t, 3, side, 2, ConvConfig{Conv: []ConvLayer{{channels, k, step}}})
	got, bias := make([]float64, 6), k*k*channels
	m.Outputs(got, theta, nil)
	for mu := range 3 {
		want := [2]float64{theta[len(theta)-2], theta[len(theta)-1]}
		for i := range to {
			for j := range to {
				for c := range channels {
					z := theta[bias+c]
					for r := range k {
						for s := range k {
							z += rowOf(m.x, mu)[(step*i+r)*side+step*j+s] * theta[(r*k+s)*channels+c]
						}
					}
					unit := (i*to+j)*channels + c
					for o := range want {
						want[o] += max(z, 0) * theta[bias+channels+2*unit+o]
					}
				}
			}
		}
		if d := floats.Distance(got[2*mu:2*mu+2], want[:], math.Inf(1)); d > 1e-14 {
			t.Errorf("outputs of sample %d are off by %v", mu, d)
		}
	}
}

// Σ_j |∇f_j|², averaged over samples, is the trace of the Gauss–Newton matrix.
func TestSlopeNorms(t *testing.T) {
	set := testSet(chunkRows+9, 4, 3, false, rand.New(rand.NewPCG(1, 7)))
	m, err := NewMLP(set, MLPConfig{Hidden: []int{5, 4}})
	if err != nil {
		t.Fatal(err)
	}
	n, p := m.Dims()
	theta, v, gv, slopes, trace := make([]float64, p), make([]float64, p), make([]float64, p), make([]float64, n), 0.0
	m.Init(theta, rand.New(rand.NewPCG(1, 2)))
	m.SlopeNorms(slopes, theta, nil)
	for i := range v {
		clear(v)
		v[i] = 1
		m.GaussNewtonVec(gv, theta, v, nil, nil)
		trace += gv[i]
	}
	if got := floats.Sum(slopes) / float64(n); !near(got, trace) {
		t.Errorf("mean of |∇f|² is %v, trace %v", got, trace)
	}
}

// What a clone does is not seen by the original.
func TestConvClone(t *testing.T) {
	m, theta := testConv(t, 30, 5, 2, ConvConfig{Conv: []ConvLayer{{2, 3, 1}}})
	first, second := make([]float64, len(theta)), make([]float64, len(theta))
	c := m.Clone()
	m.BatchGrad(first, theta, []int{3, 4})
	c.(*Conv).BatchGrad(nil, second, []int{1})
	m.BatchGrad(second, theta, []int{3, 4})
	if !floats.Equal(first, second) {
		t.Error("a clone shares scratch space")
	}
}
