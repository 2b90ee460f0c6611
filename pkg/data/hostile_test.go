package data

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Bad input is an error that begins with "data:"; it does not crash, hang, or set gigabytes aside.
func TestHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	set := func(x ...float64) *Set {
		return &Set{X: mat.NewDense(len(x), 1, x), Class: make([]int, len(x)), Classes: 1}
	}
	nan, inf := math.NaN(), math.Inf(1)
	many := set(1, 2)
	many.Classes = 1e9
	one := []float64{1}
	failed := func(_ *Set, err error) error { return err }
	for name, do := range map[string]func() error{
		"nil OneHot":         func() error { return (*Set)(nil).OneHot() },
		"nil EvenOdd":        func() error { return (*Set)(nil).EvenOdd() },
		"zero OneHot":        func() error { return new(Set).OneHot() },
		"empty OneHot":       func() error { return (&Set{X: new(mat.Dense), Class: []int{}, Classes: 1}).OneHot() },
		"1e9 classes":        many.OneHot,
		"classes missing":    func() error { return (&Set{X: mat.NewDense(2, 1, nil), Class: []int{0}, Classes: 1}).OneHot() },
		"class below 0":      func() error { return (&Set{X: mat.NewDense(1, 1, nil), Class: []int{-1}, Classes: 1}).EvenOdd() },
		"nil Affine":         func() error { return (*Set)(nil).Affine(one, one) },
		"shift NaN":          func() error { return set(1).Affine([]float64{nan}, one) },
		"shift Inf":          func() error { return set(1).Affine([]float64{inf}, one) },
		"scale Inf":          func() error { return set(1).Affine(one, []float64{inf}) },
		"scale NaN":          func() error { return set(1).Affine(one, []float64{nan}) },
		"scale negative":     func() error { return set(1).Affine(one, []float64{-1}) },
		"scale 5e-324":       func() error { return set(2).Affine(one, []float64{5e-324}) },
		"affine of 1e308":    func() error { return set(1.5e308).Affine([]float64{-1e308}, one) },
		"affine lengths":     func() error { return set(1).Affine(one, nil) },
		"regression 1e9":     func() error { return failed(Regression(1e9, 1, 1, rng)) },
		"regression 1e9 d":   func() error { return failed(Regression(1, 1e9, 1, rng)) },
		"regression n·d":     func() error { return failed(Regression(math.MaxInt, math.MaxInt, 1, rng)) },
		"regression -1":      func() error { return failed(Regression(-1, 1, 1, rng)) },
		"regression d 0":     func() error { return failed(Regression(1, 0, 1, rng)) },
		"regression sigma":   func() error { return failed(Regression(1, 1, inf, rng)) },
		"regression sigma<0": func() error { return failed(Regression(1, 1, -1, rng)) },
		"regression 1e308":   func() error { return failed(Regression(100, 1, 1e308, rng)) },
		"teacher nil":        func() error { return failed(Teacher(1, nil, 1, rng)) },
		"teacher nil rng":    func() error { return failed(Teacher(1, one, 1, nil)) },
		"teacher NaN":        func() error { return failed(Teacher(1, []float64{nan}, 1, rng)) },
		"teacher 1e308":      func() error { return failed(Teacher(100, []float64{1e308}, 0, rng)) },
		"teacher 1e9":        func() error { return failed(Teacher(1e9, one, 1, rng)) },
		"idx nil":            func() error { _, err := ReadIDX(nil, -1); return err },
		"idx of text":        func() error { _, err := ReadIDX(strings.NewReader("text"), 0); return err },
		"csv nil":            func() error { return failed(ReadCSV(nil, "x")) },
		"csv of zeros":       func() error { return failed(ReadCSV(bytes.NewReader(make([]byte, 100)))) },
		"npy nil":            func() error { _, err := ReadNPY(nil); return err },
		"npy of zeros":       func() error { _, err := ReadNPY(bytes.NewReader(make([]byte, 100))); return err },
		"no folder":          func() error { return failed(LoadDir("/nonexistent", "", -1)) },
		"a name with U+0000": func() error { return failed(LoadDir("\x00", Train, 0)) },
		"no such part":       func() error { t.Setenv(EnvDir, "/nonexistent"); return failed(FashionMNIST("none", 1e9)) },
	} {
		var err error
		if n := allocated(func() { err = do() }); n > 16<<20 {
			t.Errorf("%s: %d MB set aside", name, n>>20)
		}
		if err == nil || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for _, s := range []*Set{nil, {}, {X: new(mat.Dense)}} {
		if mean, std := s.Standardise(); s.Len() != 0 || s.Features() != 0 || len(mean)+len(std) != 0 {
			t.Errorf("%+v: %d samples of %d features, mean %v, deviation %v", s, s.Len(), s.Features(), mean, std)
		}
	}
	// A refused map leaves the set alone, and a feature without a variance hurts no other.
	s := set(3, 1.5e308)
	if err := s.Affine([]float64{-1e308}, one); err == nil || s.X.At(0, 0) != 3 {
		t.Errorf("%v after the error %v", s.X, err)
	}
	for _, bad := range []float64{nan, inf, 1e308, -1e200} {
		s := &Set{X: mat.NewDense(2, 2, []float64{bad, 1, 2, 3})}
		mean, std := s.Standardise()
		if mean[0] != 0 || std[0] != 1 || s.X.At(1, 0) != 2 || s.X.At(0, 1) != -1 || s.X.At(1, 1) != 1 {
			t.Errorf("%v: mean %v, deviation %v, X %v", bad, mean, std, s.X)
		}
	}
}

// Without the environment's folder the data are Debian's; an error says where it looked.
func TestFashionMNISTDir(t *testing.T) {
	t.Setenv(EnvDir, "")
	if _, err := FashionMNIST("none", 1); err == nil || !strings.Contains(err.Error(), FashionMNISTDir) {
		t.Error(err)
	}
	// N·Classes counts, whichever is large.
	big := &Set{X: mat.NewDense(4, 1, nil), Class: make([]int, 4), Classes: 1 << 26}
	if err := big.EvenOdd(); err != nil {
		t.Error(err)
	}
	big.Classes++
	if err := big.EvenOdd(); err == nil {
		t.Error("more than the bound")
	}
}
