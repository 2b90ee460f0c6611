package data

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

func TestReadCSV(t *testing.T) {
	const plain, named = "1,2,3\n4,5,6\n", "a, b,c\n1, 2,3\n\n4,5, 6\n"
	for _, c := range []struct {
		file    string
		targets []string
		x, y    []float64
	}{
		{plain, nil, []float64{1, 2, 3, 4, 5, 6}, nil},
		{plain, []string{"2"}, []float64{1, 3, 4, 6}, []float64{2, 5}},
		{plain, []string{"3", "1"}, []float64{2, 5}, []float64{3, 1, 6, 4}},
		{named, []string{"b"}, []float64{1, 3, 4, 6}, []float64{2, 5}},
		{named, []string{"3"}, []float64{1, 2, 4, 5}, []float64{3, 6}},
		{"\ufeffa,2\n1e-3,-0x1p-1\n", []string{"1"}, nil, nil}, // a header may not be half numbers
		{"\ufeff7,8\r\n1e-3,\"-5\"\r\n", []string{"1"}, []float64{8, -5}, []float64{7, 1e-3}},
	} {
		s, err := ReadCSV(strings.NewReader(c.file), c.targets...)
		if c.x == nil {
			if err == nil {
				t.Errorf("%q accepted", c.file)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.file, err)
			continue
		}
		if !slices.Equal(s.X.RawMatrix().Data, c.x) || s.Len() != 2 {
			t.Errorf("%q, targets %v: X %v, want %v", c.file, c.targets, s.X, c.x)
		}
		if (c.y == nil) != (s.Y == nil) || c.y != nil && !slices.Equal(s.Y.RawMatrix().Data, c.y) {
			t.Errorf("%q, targets %v: Y %v, want %v", c.file, c.targets, s.Y, c.y)
		}
	}
}

func TestReadCSVErrors(t *testing.T) {
	for _, c := range []struct {
		file, want string
		targets    []string
	}{
		{"", "0 rows", nil},
		{"\n\n", "0 rows", nil},
		{"a,b\n", "a header and 0 rows", nil},
		{"1,2\n3,x\n", `row 2, column 2: "x" is not a number`, nil},
		{"u,v\n1,2\n\n3,\n", `row 4, column 2 (v): "" is not a number`, nil},
		{"1,x\n", `row 1, column 2: "x"`, nil}, // too mixed for a header
		{"1,2\nNaN,3\n", `row 2, column 1: "NaN", want a finite number`, nil},
		{"1,2\n1,-inf\n", `row 2, column 2: "-inf"`, nil},
		{"1,2\n1,1e999\n", `row 2, column 2: "1e999"`, nil},
		{"1,2\n3\n", "row 2 has 1 columns, want 2", nil},
		{"1,2\n3,\"4\n", "line 2", nil},
		{"a,b\n1,2\n", `target "c", want one of the names ["a" "b"] or a number from 1 to 2`, []string{"c"}},
		{"1,2\n", `target "3"`, []string{"3"}},
		{"1,2\n", `target "0"`, []string{"0"}},
		{"1,2\n", "column 1 is a target twice", []string{"1", "1"}},
		{"a,a\n1,2\n", "columns 1 and 2 are both called", []string{"a"}},
		{"1,2\n", "at least 1 feature", []string{"1", "2"}},
		{"1,\"" + strings.Repeat("x", maxRecord+1<<13), "more than 16777216 bytes", nil},
	} {
		_, err := ReadCSV(strings.NewReader(c.file), c.targets...)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%.20q: error %v, want it to name %q", c.file, err, c.want)
		}
	}
	if _, err := ReadCSV(nil); err == nil {
		t.Error("nil reader accepted")
	}
	if _, err := readCSV(strings.NewReader("1,2\n3,4\n"), nil, 3); err == nil || !strings.Contains(err.Error(), "more than 3 numbers: row 2") {
		t.Errorf("beyond the bound: %v", err)
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("a,b\n1,2\n", "b")
	f.Add("1,\"2\"\r\n3,4", "1")
	f.Fuzz(func(t *testing.T, file, target string) {
		s, err := ReadCSV(strings.NewReader(file), target)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "data: ") {
				t.Error(err)
			}
			return
		}
		if n, _ := s.Y.Dims(); n != s.Len() || s.Features() < 1 || !allFinite(s.X) || !allFinite(s.Y) {
			t.Errorf("%+v", s)
		}
	})
}

func allFinite(a *mat.Dense) bool {
	for _, v := range a.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// The files were written by numpy 2.4.6.
func TestReadNPY(t *testing.T) {
	for name, want := range map[string]*mat.Dense{
		"c_float64":        mat.NewDense(2, 3, []float64{1, 2.5, -3, 4, 5, 6e-3}),
		"version2":         mat.NewDense(2, 3, []float64{1, 2.5, -3, 4, 5, 6e-3}),
		"fortran_float32":  mat.NewDense(2, 3, []float64{1, 2.5, -3, 4, 5, float64(float32(6e-3))}),
		"big_endian_int16": mat.NewDense(2, 3, []float64{1, -2, 3, 4, 5, -6}),
		"vector_int64":     mat.NewDense(3, 1, []float64{7, 8, -9}),
		"vector_uint8":     mat.NewDense(3, 1, []float64{0, 1, 255}),
	} {
		got, err := ReadNPY(bytes.NewReader(fixture(t, name)))
		if err != nil || !mat.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", name, got, err, want)
		}
	}
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".npy"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// More numbers than one piece, of every type, through npyio's own writer; in small reads.
func TestReadNPYTypes(t *testing.T) {
	const n = 10_000
	want := make([]float64, n)
	for i := range want {
		want[i] = float64(i % 127)
	}
	for _, file := range [][]byte{
		written[float32](t, want), written[float64](t, want),
		written[int8](t, want), written[int16](t, want), written[int32](t, want), written[int64](t, want),
		written[uint8](t, want), written[uint16](t, want), written[uint32](t, want), written[uint64](t, want),
	} {
		got, err := ReadNPY(io.MultiReader(bytes.NewReader(file[:777]), bytes.NewReader(file[777:])))
		if err != nil || !slices.Equal(got.RawMatrix().Data, want) {
			t.Errorf("%.60q: %v", file, err)
		}
	}
}

func written[T float32 | float64 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](t *testing.T, v []float64) []byte {
	t.Helper()
	array := make([]T, len(v))
	for i, x := range v {
		array[i] = T(x)
	}
	var b bytes.Buffer
	if err := npy.Write(&b, array); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// npyFile is a file with the given type, order and shape.
func npyFile(descr, order, shape string, body int) []byte {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
	return append([]byte(fmt.Sprintf("\x93NUMPY\x01\x00%c%c%s", len(head), 0, head)), make([]byte, body)...)
}

func TestReadNPYErrors(t *testing.T) {
	good := fixture(t, "c_float64")
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "0 bytes", nil},
		{"magic", "begins with", append([]byte("PK"), good[2:]...)},
		{"version", "version", append([]byte("\x93NUMPY\x03"), good[7:]...)},
		{"header cut", "header", good[:40]},
		{"header without a line", "malformed", append([]byte("\x93NUMPY\x01\x00\x04\x00abcd"), good...)},
		{"long header", "65535", append([]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), good...)},
		{"keys in another order", "malformed", []byte("\x93NUMPY\x01\x00\x2a\x00{'shape': (1,), 'fortran_order': x, 'descr': \n")},
		{"NaN", "row 1, column 2 is NaN", fixture(t, "nan_fortran")},
		{"body cut", "shape [2 3], type <f8: the body ends between number 0 and 6 of 6", good[:len(good)-1]},
		{"no body", "the body ends", good[:128]},
		{"trailing", "goes on after its 2×3", append(slices.Clone(good), 0)},
		{"complex", "type <c16: want float32", npyFile("<c16", "False", "(1,)", 16)},
		{"text", "want float32", npyFile("<U3", "False", "(1,)", 12)},
		{"no type", "want float32", npyFile("", "False", "(1,)", 12)},
		{"scalar", "0 dimensions", npyFile("<f8", "False", "()", 8)},
		{"3-D", "3 dimensions", npyFile("<f8", "False", "(1, 1, 1)", 8)},
		{"no rows", "shape [0 3]", npyFile("<f8", "False", "(0, 3)", 0)},
		{"negative", "shape [-1 3]", npyFile("<f8", "False", "(-1, 3)", 0)},
		{"beyond the bound", "at most 268435456", npyFile("<f8", "False", "(268435456, 2)", 0)},
		{"overflow", "at most 268435456", npyFile("<f8", "False", "(4611686018427387904, 4)", 0)},
		{"promise", "the body ends", npyFile("<f8", "False", "(268435456,)", 80)},
	} {
		_, err := ReadNPY(bytes.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%s: error %v, want it to name %q", c.name, err, c.want)
		}
	}
	if _, err := ReadNPY(nil); err == nil {
		t.Error("nil reader accepted")
	}
}

func FuzzReadNPY(f *testing.F) {
	for _, name := range []string{"c_float64", "fortran_float32", "vector_uint8", "version2", "nan_fortran"} {
		f.Add(fixture(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ReadNPY(bytes.NewReader(b))
		if err != nil {
			if !strings.HasPrefix(err.Error(), "data: ") {
				t.Error(err)
			}
			return
		}
		if rows, cols := a.Dims(); rows*cols != len(a.RawMatrix().Data) || !allFinite(a) {
			t.Errorf("%d×%d with %d numbers", rows, cols, len(a.RawMatrix().Data))
		}
	})
}
