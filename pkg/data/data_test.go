package data

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

func small() *Set {
	return &Set{
		X:     mat.NewDense(3, 2, []float64{1, 5, 2, 5, 6, 5}),
		Class: []int{0, 1, 2}, Classes: 3,
	}
}

func TestStandardise(t *testing.T) {
	s := small()
	mean, std := s.Standardise()
	if mean[0] != 3 || mean[1] != 5 || std[1] != 1 {
		t.Errorf("mean %v, std %v", mean, std)
	}
	col := mat.Col(nil, 0, s.X)
	if m, v := stat.PopMeanVariance(col, nil); math.Abs(m) > 1e-15 || math.Abs(v-1) > 1e-14 {
		t.Errorf("mean %v, variance %v, want 0 and 1", m, v)
	}
	if s.X.At(2, 1) != 0 {
		t.Errorf("constant feature became %v, want 0", s.X.At(2, 1))
	}
}

func TestTargets(t *testing.T) {
	s := small()
	if err := s.OneHot(); err != nil {
		t.Fatal(err)
	}
	if want := mat.NewDense(3, 3, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1}); !mat.Equal(s.Y, want) {
		t.Errorf("one-hot %v", mat.Formatted(s.Y))
	}
	if err := s.EvenOdd(); err != nil {
		t.Fatal(err)
	}
	if want := mat.NewDense(3, 1, []float64{1, -1, 1}); !mat.Equal(s.Y, want) {
		t.Errorf("even/odd %v", mat.Formatted(s.Y))
	}
}

func TestSetErrors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	bad := small()
	bad.Class[1] = 3
	for _, c := range []struct {
		name, want string
		do         func() error
	}{
		{"no class", "no classes", func() error { return (&Set{X: mat.NewDense(1, 1, nil)}).OneHot() }},
		{"no samples", "no samples", func() error { return new(Set).EvenOdd() }},
		{"no rng", "nil random source", func() error { _, err := Regression(1, 1, 1, nil); return err }},
		{"class range", "sample 1 is 3", bad.EvenOdd},
		{"affine", "for 2 features", func() error { return small().Affine([]float64{1}, []float64{1}) }},
		{"scale", "is 0", func() error { return small().Affine([]float64{1, 1}, []float64{1, 0}) }},
		{"n", "0 synthetic samples", func() error { _, err := Regression(0, 1, 1, rng); return err }},
		{"d", "0 synthetic features", func() error { _, err := Regression(1, -1, 1, rng); return err }},
		{"sigma", "noise NaN", func() error { _, err := Regression(1, 1, math.NaN(), rng); return err }},
		{"teacher", "is +Inf", func() error { _, err := Teacher(1, []float64{math.Inf(1)}, 1, rng); return err }},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%s: error %v, want it to name %q", c.name, err, c.want)
		}
	}
}

// The law of the synthetic sets: five statistics with known mean and variance, |z| < 4.5, false
// alarms 5 × 7e−6 over the family.
func TestSyntheticLaw(t *testing.T) {
	const n, sigma = 20000, 0.5
	w := []float64{2, -1}
	s, err := Teacher(n, w, sigma, rand.New(rand.NewPCG(3, 4)))
	if err != nil {
		t.Fatal(err)
	}
	var x0, x1, x01, e, ee float64
	for i := range n {
		a, b := s.X.At(i, 0), s.X.At(i, 1)
		r := (s.Y.At(i, 0) - w[0]*a - w[1]*b) / sigma
		x0 += a
		x1 += b * b
		x01 += a * b
		e += r * a
		ee += r * r
	}
	for name, z := range map[string]float64{
		"mean x": x0 / math.Sqrt(n), "var x": (x1 - n) / math.Sqrt(2*n), "cov": x01 / math.Sqrt(n),
		"noise·x": e / math.Sqrt(n), "var noise": (ee - n) / math.Sqrt(2*n),
	} {
		if math.Abs(z) > 4.5 {
			t.Errorf("%s: z = %.2f", name, z)
		}
	}
}

// A teacher gives one target a sample.
func TestTeacherShape(t *testing.T) {
	s, err := Teacher(5, []float64{1, 2, 3}, 0.1, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if n, d := s.X.Dims(); n != 5 || d != 3 || s.Features() != 3 || s.Len() != 5 {
		t.Errorf("%d samples of %d features", n, d)
	}
	if n, k := s.Y.Dims(); n != 5 || k != 1 {
		t.Errorf("%d×%d targets", n, k)
	}
	if _, err := ReadCSV(strings.NewReader("a,b\n\"x")); err == nil || strings.Contains(err.Error(), "0 rows") || !strings.Contains(err.Error(), "2") {
		t.Errorf("a quotation that does not end below the header: %v", err)
	}
}
