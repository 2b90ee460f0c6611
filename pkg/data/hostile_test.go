package data

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/hostile"
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
	h := hostile.Table{
		"Set.OneHot": {
			func() error { return (*Set)(nil).OneHot() },
			func() error { return new(Set).OneHot() },
			func() error { return (&Set{X: new(mat.Dense), Class: []int{}, Classes: 1}).OneHot() },
			func() error { return many.OneHot() },
			func() error { return (&Set{X: mat.NewDense(2, 1, nil), Class: []int{0}, Classes: 1}).OneHot() },
		},
		"Set.EvenOdd": {
			func() error { return (*Set)(nil).EvenOdd() },
			func() error { return (&Set{X: mat.NewDense(1, 1, nil), Class: []int{-1}, Classes: 1}).EvenOdd() },
		},
		"Set.Affine": {
			func() error { return (*Set)(nil).Affine(one, one) },
			func() error { return set(1).Affine([]float64{nan}, one) },
			func() error { return set(1).Affine([]float64{inf}, one) },
			func() error { return set(1).Affine(one, []float64{inf}) },
			func() error { return set(1).Affine(one, []float64{nan}) },
			func() error { return set(1).Affine(one, []float64{-1}) },
			func() error { return set(2).Affine(one, []float64{5e-324}) },
			func() error { return set(1.5e308).Affine([]float64{-1e308}, one) },
			func() error { return set(1).Affine(one, nil) },
		},
		"Regression": {
			func() error { return hostile.Err(Regression(1e9, 1, 1, rng)) },
			func() error { return hostile.Err(Regression(1, 1e9, 1, rng)) },
			func() error { return hostile.Err(Regression(math.MaxInt, math.MaxInt, 1, rng)) },
			func() error { return hostile.Err(Regression(-1, 1, 1, rng)) },
			func() error { return hostile.Err(Regression(1, 0, 1, rng)) },
			func() error { return hostile.Err(Regression(1, 1, inf, rng)) },
			func() error { return hostile.Err(Regression(1, 1, -1, rng)) },
			func() error { return hostile.Err(Regression(100, 1, 1e308, rng)) },
		},
		"Teacher": {
			func() error { return hostile.Err(Teacher(1, nil, 1, rng)) },
			func() error { return hostile.Err(Teacher(1, one, 1, nil)) },
			func() error { return hostile.Err(Teacher(1, []float64{nan}, 1, rng)) },
			func() error { return hostile.Err(Teacher(100, []float64{1e308}, 0, rng)) },
			func() error { return hostile.Err(Teacher(1e9, one, 1, rng)) },
		},
		"ReadIDX": {
			func() error { _, err := ReadIDX(nil, -1); return err },
			func() error { _, err := ReadIDX(strings.NewReader("text"), 0); return err },
		},
		"ReadCSV": {
			func() error { return hostile.Err(ReadCSV(nil, "x")) },
			func() error { return hostile.Err(ReadCSV(bytes.NewReader(make([]byte, 100)))) },
		},
		"ReadSafetensors": {
			func() error { return hostile.Err(ReadSafetensors(nil)) },
			func() error { return hostile.Err(ReadSafetensors((*bytes.Reader)(nil))) },
			func() error { return hostile.Err(ReadSafetensors(bytes.NewReader(make([]byte, 100)))) },
			func() error {
				return hostile.Err(ReadSafetensors(strings.NewReader("\xff\xff\xff\xff\xff\xff\xff\xff{}")))
			},
			func() error {
				return hostile.Err(ReadSafetensors(strings.NewReader("\x00\x00\x00\x01\x00\x00\x00\x00{}")))
			},
			func() error {
				return hostile.Err(ReadSafetensors(bytes.NewReader(safetensors(`{"a":{"dtype":"F64","shape":[268435456],"data_offsets":[0,2147483648]}}`, 80))))
			},
		},
		"ReadNPZ": {
			func() error { return hostile.Err(ReadNPZ(nil, 0)) },
			func() error { return hostile.Err(ReadNPZ(bytes.NewReader(nil), 0)) },
			func() error { return hostile.Err(ReadNPZ(bytes.NewReader(nil), -1)) },
			func() error { return hostile.Err(ReadNPZ(bytes.NewReader(nil), math.MaxInt64)) },
		},
		"LoadTensors": {
			func() error { return hostile.Err(LoadTensors("")) },
			func() error { return hostile.Err(LoadTensors("missing.npz")) },
			func() error { return hostile.Err(LoadTensors("testdata")) },
			func() error { return hostile.Err(LoadTensors("testdata/c_float64.npy")) },
		},
		"Tensors.Names":  {func() error { return hostile.Said(len(Tensors(nil).Names()) == 0) }},
		"Tensors.Layers": {func() error { return hostile.Said(Tensors(nil).Layers() == nil) }, func() error { return hostile.Said(Tensors{"weight": {}, ".bias": {}}.Layers() == nil) }},
		"ReadNPY": {
			func() error { _, err := ReadNPY(nil); return err },
			func() error { _, err := ReadNPY(bytes.NewReader(make([]byte, 100))); return err },
		},
		"LoadDir": {
			func() error { return hostile.Err(LoadDir("/nonexistent", "", -1)) },
			func() error { return hostile.Err(LoadDir("\x00", Train, 0)) },
		},
		"FashionMNIST": {
			func() error { t.Setenv(EnvDir, "/nonexistent"); return hostile.Err(FashionMNIST("none", 1e9)) },
		},
	}
	for _, dir := range []string{"/nonexistent", "hostile_test.go", t.TempDir()} {
		for _, part := range []Part{Train, Test, "none", "", "\x00"} {
			h.Add("MNIST", func() error { t.Setenv(EnvMNIST, dir); return hostile.Err(MNIST(part, 1e9)) })
		}
	}
	h.Add("MNIST", func() error { // neither a folder nor a home
		for _, name := range []string{EnvMNIST, "HOME", "XDG_CACHE_HOME"} {
			t.Setenv(name, "")
		}
		return hostile.Err(MNIST(Train, -1))
	})
	for _, empty := range []*Set{nil, {}, {X: new(mat.Dense)}} {
		h.Add("Set.Len", func() error { return hostile.Said(empty.Len() == 0) })
		h.Add("Set.Features", func() error { return hostile.Said(empty.Features() == 0) })
		h.Add("Set.Standardise", func() error { mean, std := empty.Standardise(); return hostile.Said(len(mean)+len(std) == 0) })
	}
	h.Run(t)
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
