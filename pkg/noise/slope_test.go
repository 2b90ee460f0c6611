package noise

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Runs that obey 𝒩 = L² above a tenth of the first loss and 𝒩 ∝ L below.
func TestSlope(t *testing.T) {
	var loss, strength [][]float64
	for k := range 3 {
		var l, n []float64
		for i := range 60 {
			x := math.Pow(0.9, float64(i))
			l = append(l, x*float64(k+1))
			n = append(n, max(x*x, 0.1*x))
		}
		loss, strength = append(loss, l), append(strength, n)
	}
	for _, c := range []struct{ from, to, want float64 }{{0.1, 2, 2}, {0, 0.1, 1}} {
		b, e, err := Slope(loss, strength, c.from, c.to)
		if err != nil || math.Abs(b-c.want) > 1e-12 || e > 1e-12 {
			t.Errorf("slope between %v and %v: %v ± %v, %v, want %v", c.from, c.to, b, e, err, c.want)
		}
	}
	strength[1][59] = 0
	for name, f := range map[string]func() (float64, float64, error){
		"a zero":      func() (float64, float64, error) { return Slope(loss, strength, 0, 1) },
		"empty range": func() (float64, float64, error) { return Slope(loss, strength, 5, 6) },
		"one run":     func() (float64, float64, error) { return Slope(loss[:1], strength[:1], 0.1, 2) },
		"run count":   func() (float64, float64, error) { return Slope(loss[:2], strength, 0.1, 2) },
		"run length":  func() (float64, float64, error) { return Slope([][]float64{{1}}, [][]float64{{1, 2}}, 0.1, 2) },
	} {
		if b, _, err := f(); err == nil {
			t.Errorf("%s: %v, want an error", name, b)
		}
	}
}

// All eigenvalues: their sums are the traces of the two matrices, and the largest comes first.
func TestSpectra(t *testing.T) {
	m, theta := network(t, 9, 1)
	exact, decoupled, err := Spectra(m, theta, nil)
	if err != nil {
		t.Fatal(err)
	}
	losses := make([]float64, 9)
	loss := m.NormGrad(losses, nil, nil, theta, nil)
	for _, c := range []struct {
		values, weights []float64
		scale           float64
	}{{exact, losses, 1}, {decoupled, nil, loss}} {
		product, err := GaussNewton(m, theta, c.weights)
		want := c.scale * mat.Trace(dense(t, product, err))
		sum := 0.0
		for i, v := range c.values {
			sum += v
			if i > 0 && v > c.values[i-1] {
				t.Errorf("value %d is %v, larger than the one before", i, v)
			}
		}
		if len(c.values) != 9 || math.Abs(sum-want) > 1e-12*want {
			t.Errorf("%d values of sum %v, want 9 of sum %v", len(c.values), sum, want)
		}
	}
	if _, _, err := Spectra(m, theta[1:], nil); err == nil {
		t.Error("a short θ is no error")
	}
}
