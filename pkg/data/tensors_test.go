package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

// fromPyTorch is what PyTorch and numpy wrote: see the script beside it.
func fromPyTorch(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../model/testdata/torch/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// safetensors is a file with this header and a body of zeros.
func safetensors(header string, body int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, body)...)
}

func TestTensorsOfPyTorch(t *testing.T) {
	for name, want := range map[string]string{"relu.safetensors": "float32", "gelu.safetensors": "float64", "tanh.npz": "float64"} {
		got, err := LoadTensors("../model/testdata/torch/" + name)
		if err != nil {
			t.Fatal(err)
		}
		names := got.Names()
		if !slices.Equal(names[:2], []string{"0.bias", "0.weight"}) || len(names)%2 != 0 {
			t.Errorf("%s: names %q", name, names)
		}
		for _, n := range names {
			a := got[n]
			count := 1
			for _, d := range a.Shape {
				count *= d
			}
			if a.Type != want || count != len(a.Values) {
				t.Errorf("%s: %q of type %s, shape %v and %d numbers", name, n, a.Type, a.Shape, len(a.Values))
			}
		}
	}
}

// Numbers, shapes and order of a file written by hand.
func TestReadSafetensors(t *testing.T) {
	header := `{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[],"data_offsets":[16,20]},"a":{"dtype":"F64","shape":[1,2,1],"data_offsets":[0,16]}}   `
	file := safetensors(header, 0)
	for _, v := range []float64{1.5, -2} {
		file = binary.LittleEndian.AppendUint64(file, math.Float64bits(v))
	}
	file = binary.LittleEndian.AppendUint32(file, math.Float32bits(0.25))
	got, err := ReadSafetensors(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	a, b := got["a"], got["b"]
	if len(got) != 2 || a.Type != "float64" || !slices.Equal(a.Shape, []int{1, 2, 1}) || !slices.Equal(a.Values, []float64{1.5, -2}) ||
		b.Type != "float32" || len(b.Shape) != 0 || !slices.Equal(b.Values, []float64{0.25}) {
		t.Errorf("%+v", got)
	}
}

func TestReadSafetensorsErrors(t *testing.T) {
	good := fromPyTorch(t, "relu.safetensors")
	one := func(entry string, body int) []byte { return safetensors(`{"w":`+entry+`}`, body) }
	nan := safetensors(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 4)
	nan = binary.LittleEndian.AppendUint32(nan, math.Float32bits(float32(math.Inf(-1))))
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"empty", "length of the header is cut short", nil},
		{"header cut", "header ends after", good[:40]},
		{"long header", "want 2 to 16777216", safetensors("", 0)},
		{"not an object", `begins with '['`, safetensors(`[]`, 0)},
		{"broken", "header", safetensors(`{"w":`, 0)},
		{"half", "header", safetensors(`{"w"`, 0)},
		{"open", "header", safetensors(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, 4)},
		{"after", "goes on after its closing bracket", safetensors(`{}{}`, 0)},
		{"none", "no tensors", safetensors(`{}`, 0)},
		{"metadata", "metadata", safetensors(`{"__metadata__":{"a":1}}`, 0)},
		{"twice", `tensor "w" stands in the header twice`, safetensors(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)},
		{"half precision", `tensor "w": type "F16", want F32 or F64`, one(`{"dtype":"F16","shape":[1],"data_offsets":[0,2]}`, 2)},
		{"whole numbers", `tensor "w": type "I64"`, one(`{"dtype":"I64","shape":[1],"data_offsets":[0,8]}`, 8)},
		{"unknown field", `tensor "w": its entry`, one(`{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}`, 4)},
		{"fraction", `tensor "w": its entry`, one(`{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}`, 4)},
		{"no rows", `tensor "w": shape [0 3]`, one(`{"dtype":"F32","shape":[0,3],"data_offsets":[0,0]}`, 0)},
		{"negative", `tensor "w": shape [-1 3]`, one(`{"dtype":"F32","shape":[-1,3],"data_offsets":[0,0]}`, 0)},
		{"large", `tensor "w": shape [268435456 2]`, one(`{"dtype":"F32","shape":[268435456,2],"data_offsets":[0,0]}`, 0)},
		{"overflow", `tensor "w": shape`, one(`{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,0]}`, 0)},
		{"nine dimensions", "9 dimensions", one(`{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}`, 4)},
		{"one offset", "between 1 offsets", one(`{"dtype":"F32","shape":[1],"data_offsets":[0]}`, 4)},
		{"wrong place", `tensor "w": offsets [0 8], want 4 bytes for 1 numbers`, one(`{"dtype":"F32","shape":[1],"data_offsets":[0,8]}`, 8)},
		{"backwards", "offsets [4 0]", one(`{"dtype":"F32","shape":[1],"data_offsets":[4,0]}`, 4)},
		{"hole", `tensor "w" begins at byte 4 of the body, want 0`, one(`{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`, 8)},
		{"overlap", "begins at byte 0 of the body, want 4", safetensors(`{"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)},
		{"too many", "beyond 268435456 numbers", safetensors(`{"v":{"dtype":"F32","shape":[268435456],"data_offsets":[0,1073741824]},"w":{"dtype":"F32","shape":[1],"data_offsets":[1073741824,1073741828]}}`, 0)},
		{"body cut", `the body ends between number`, good[:len(good)-1]},
		{"trailing", "goes on after its 6 tensors", append(slices.Clone(good), 0)},
		{"infinity", `tensor "w": number 1 is -Inf`, nan},
	} {
		_, err := ReadSafetensors(bytes.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%s: error %v, want it to name %q", c.name, err, c.want)
		}
	}
}

// A header that promises gigabytes takes what the file holds.
func TestSafetensorsMemory(t *testing.T) {
	file := safetensors(`{"w":{"dtype":"F64","shape":[16384,16384],"data_offsets":[0,2147483648]}}`, 1<<16)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadSafetensors(bytes.NewReader(file))
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 1<<20 {
		t.Errorf("%d bytes for a body of %d, error %v", took, 1<<16, err)
	}
}

// npz is an archive of arrays.
func npz(t testing.TB, arrays map[string]any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, a := range arrays {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := npy.Write(f, a); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadNPZ(t *testing.T) {
	file := npz(t, map[string]any{"w.npy": mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}), "v.npy": []float32{7, 8}})
	got, err := ReadNPZ(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	w, v := got["w"], got["v"]
	if w.Type != "float64" || !slices.Equal(w.Shape, []int{2, 3}) || !slices.Equal(w.Values, []float64{1, 2, 3, 4, 5, 6}) ||
		v.Type != "float32" || !slices.Equal(v.Shape, []int{2}) || !slices.Equal(v.Values, []float64{7, 8}) {
		t.Errorf("%+v", got)
	}
	for want, file := range map[string][]byte{
		"npz: zip":                      []byte("no archive"),
		"npz of no tensors":             npz(t, nil),
		`npz with the file "w.txt"`:     npz(t, map[string]any{"w.txt": []float64{1}}),
		`tensor "w": type <i8`:          npz(t, map[string]any{"w.npy": []int64{1}}),
		`tensor "w": data: npy row 1`:   npz(t, map[string]any{"w.npy": []float64{1, math.NaN()}}),
		`tensor "w": data: npy array o`: npz(t, map[string]any{"w.npy": []float64{}}),
	} {
		_, err := ReadNPZ(bytes.NewReader(file), int64(len(file)))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("error %v, want it to name %q", err, want)
		}
	}
}

func FuzzReadSafetensors(f *testing.F) {
	f.Add(fromPyTorch(f, "relu.safetensors"))
	f.Add(fromPyTorch(f, "gelu.safetensors"))
	f.Add(safetensors(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	f.Add(safetensors(`{"__metadata__":{},"w":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}`, 8))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ReadSafetensors(bytes.NewReader(b))
		checkTensors(t, got, err)
	})
}

func FuzzReadNPZ(f *testing.F) {
	f.Add(fromPyTorch(f, "tanh.npz"))
	f.Add(npz(f, map[string]any{"w.npy": []float32{7, 8}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := ReadNPZ(bytes.NewReader(b), int64(len(b)))
		checkTensors(t, got, err)
	})
}

func checkTensors(t *testing.T, got Tensors, err error) {
	t.Helper()
	if err != nil {
		if !strings.HasPrefix(err.Error(), "data: ") {
			t.Error(err)
		}
		return
	}
	for name, a := range got {
		count := 1
		for _, d := range a.Shape {
			count *= d
		}
		if count != len(a.Values) || slices.ContainsFunc(a.Values, func(v float64) bool { return !finite(v) }) {
			t.Errorf("%q: shape %v with %d numbers, want all finite", name, a.Shape, len(a.Values))
		}
	}
}
