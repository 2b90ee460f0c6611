package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// idx builds a file: magic, dimensions, body.
func idx(dims []uint32, body []byte) []byte {
	b := []byte{0, 0, 0x08, byte(len(dims))}
	for _, d := range dims {
		b = binary.BigEndian.AppendUint32(b, d)
	}
	return append(b, body...)
}

func zipped(b []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, _ = w.Write(b)
	_ = w.Close()
	return buf.Bytes()
}

func TestReadIDX(t *testing.T) {
	file := idx([]uint32{2, 1}, []byte{0, 255})
	for _, b := range [][]byte{file, zipped(file)} {
		a, err := ReadIDX(bytes.NewReader(b), 0)
		if err != nil || !slices.Equal(a.Values, []float64{0, 255}) || !slices.Equal(a.Shape, []int{2, 1}) {
			t.Errorf("%+v, %v", a, err)
		}
	}
	if _, err := ReadIDX(nil, 0); err == nil {
		t.Error("nil reader accepted")
	}
}

func TestReadIDXLimit(t *testing.T) {
	a, err := ReadIDX(bytes.NewReader(idx([]uint32{3, 2}, []byte{1, 2, 3, 4, 5, 6})), 2)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Values, []float64{1, 2, 3, 4}) || a.Items != 3 || a.Shape[0] != 2 {
		t.Errorf("%+v", a)
	}
}

func TestReadIDXErrors(t *testing.T) {
	good := idx([]uint32{2, 3}, make([]byte, 6))
	corrupt := zipped(idx([]uint32{10000}, make([]byte, 10000)))
	corrupt[len(corrupt)-6] ^= 1 // the checksum
	for _, c := range []struct {
		name string
		file []byte
		want string
		is   error
	}{
		{"empty", nil, "0 bytes", io.ErrUnexpectedEOF},
		{"short magic", good[:3], "magic number is cut short", io.ErrUnexpectedEOF},
		{"magic", append([]byte{1}, good[1:]...), "magic number 0x01000802", nil},
		{"element type", []byte{0, 0, 0x0D, 1, 0, 0, 0, 1, 0, 0, 0, 0}, "magic number 0x00000d01", nil},
		{"no dimension", idx(nil, nil), "0 dimensions", nil},
		{"too many dimensions", idx(make([]uint32, 5), nil), "5 dimensions", nil},
		{"short dimension", good[:10], "dimension 2 of 2", io.ErrUnexpectedEOF},
		{"zero dimension", idx([]uint32{2, 0}, nil), "dimension 2 is 0", nil},
		{"overflow", idx([]uint32{1 << 20, 1 << 20}, nil), "dimension 2 is 1048576", nil},
		{"overflow of int64", idx([]uint32{1<<32 - 1, 1<<32 - 1, 1<<32 - 1}, nil), "dimension 1 is 4294967295", nil},
		{"truncated", good[:len(good)-1], "ends after 5 of 6 bytes", io.ErrUnexpectedEOF},
		{"no body", good[:12], "ends after 0 of 6 bytes", io.ErrUnexpectedEOF},
		{"trailing", append(slices.Clone(good), 7), "bytes after its 6-byte body", nil},
		{"truncated gzip", zipped(good)[:20], "unexpected EOF", io.ErrUnexpectedEOF},
		{"gzip checksum", corrupt, "checksum", gzip.ErrChecksum},
		{"gzip header", []byte{0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, "sound gzip", gzip.ErrHeader},
	} {
		_, err := ReadIDX(bytes.NewReader(c.file), 1)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%s: error %v, want it to name %q", c.name, err, c.want)
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: error %v does not wrap %v", c.name, err, c.is)
		}
	}
}

// allocated returns how many bytes f sets aside.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// A few bytes that promise a great deal set little aside.
func TestReadIDXMemory(t *testing.T) {
	for _, c := range []struct {
		file []byte
		want string
	}{
		{idx([]uint32{1 << 26}, make([]byte, 4)), "ends after 4 of 67108864 bytes"},
		{idx([]uint32{1 << 28}, nil), "ends after 0 of 268435456 bytes"},
		{idx([]uint32{1<<28 + 1}, nil), "which makes 2.15 GB of numbers"},
		{zipped(idx([]uint32{1 << 15, 1 << 15}, make([]byte, 1<<20))), "dimension 2 is 32768, which makes 8.59 GB of numbers"},
	} {
		var err error
		if n := allocated(func() { _, err = ReadIDX(bytes.NewReader(c.file), 0) }); n > 16<<20 {
			t.Errorf("%.20q: %d MB set aside", c.file, n>>20)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20q: error %v, want it to name %q", c.file, err, c.want)
		}
	}
}

func FuzzReadIDX(f *testing.F) {
	f.Add(idx([]uint32{2, 3}, make([]byte, 6)))
	f.Add(zipped(idx([]uint32{1}, make([]byte, 2))))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ReadIDX(bytes.NewReader(b), 4)
		if err != nil {
			return
		}
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		if n != len(a.Values) {
			t.Errorf("shape %v with %d values", a.Shape, len(a.Values))
		}
	})
}

// folder writes an MNIST-like folder of n images and labels.
func folder(t *testing.T, images, labels []byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range map[string][]byte{"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte.gz": zipped(labels)} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLoadDir(t *testing.T) {
	dir := folder(t, idx([]uint32{3, 1, 2}, []byte{0, 255, 51, 0, 0, 0}), idx([]uint32{3}, []byte{1, 9, 0}))
	t.Setenv(EnvDir, dir)
	s, err := FashionMNIST(Train, 2)
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 2 || s.Features() != 2 || s.X.At(0, 1) != 1 || s.X.At(1, 0) != 0.2 || s.Classes != 10 || s.Class[1] != 9 {
		t.Errorf("%+v", s)
	}
}

func TestLoadErrors(t *testing.T) {
	img, lab := idx([]uint32{2, 1, 1}, []byte{1, 2}), idx([]uint32{2}, []byte{0, 1})
	for _, c := range []struct {
		name           string
		images, labels []byte
		want           string
	}{
		{"count", img, idx([]uint32{3}, []byte{0, 1, 2}), "2 images in"},
		{"swapped images", lab, lab, "images of 1 dimension"},
		{"swapped labels", img, img, "labels of 3 dimensions"},
		{"truncated", img[:len(img)-1], lab, "ends after 1 of 2 bytes"},
	} {
		_, err := LoadDir(folder(t, c.images, c.labels), Train, 0)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "data: ") {
			t.Errorf("%s: error %v, want it to name %q", c.name, err, c.want)
		}
	}
	t.Setenv(EnvDir, t.TempDir())
	if _, err := FashionMNIST(Test, 0); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "apt-get") {
		t.Errorf("missing files: %v", err)
	}
}

// The files that Debian packages: shapes, ranges and the 6000 images of every class.
func TestFashionMNIST(t *testing.T) {
	s, err := FashionMNIST(Train, 0)
	if errors.Is(err, os.ErrNotExist) {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("skipped: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 60000 || s.Features() != 784 || s.Classes != 10 {
		t.Fatalf("%d samples of %d features in %d classes", s.Len(), s.Features(), s.Classes)
	}
	count := make([]int, 10)
	for _, c := range s.Class {
		count[c]++
	}
	for c, k := range count {
		if k != 6000 {
			t.Errorf("class %d has %d images, want 6000", c, k)
		}
	}
}
