package data

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// Tensor is an array of floating-point numbers in C order: the last index runs fastest.
type Tensor struct {
	Type   string // of the file: float32 or float64
	Shape  []int  // each ≥ 1; none for a single number
	Values []float64
}

// Tensors are the arrays of one file by their names, as the state_dict of PyTorch has them.
type Tensors map[string]Tensor

// Names returns the names in order.
func (t Tensors) Names() []string { return slices.Sorted(maps.Keys(t)) }

// LoadTensors reads a file by [ReadSafetensors] or [ReadNPZ], as its name ends in .safetensors or
// .npz; another ending is an error.
func LoadTensors(path string) (Tensors, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("data: tensors: %w", err)
	}
	defer f.Close()
	var t Tensors
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".safetensors":
		t, err = ReadSafetensors(f)
	case ".npz":
		var info os.FileInfo
		if info, err = f.Stat(); err == nil {
			t, err = ReadNPZ(f, info.Size())
		}
	default:
		return nil, fmt.Errorf("data: tensors in %q, want a file .safetensors or .npz", filepath.Base(path))
	}
	if err != nil {
		return nil, fmt.Errorf("data: %s: %w", filepath.Base(path), err)
	}
	return t, nil
}

// maxHeader bounds the JSON header of a safetensors file, maxRank the dimensions of a tensor, and
// maxTensors their number: far beyond any fully connected network.
const (
	maxHeader  = 1 << 24
	maxRank    = 8
	maxTensors = 1 << 16
)

// ReadSafetensors reads a safetensors file: eight bytes with the length of a JSON header, the
// header, which gives each tensor its type, shape and place, and the numbers, little-endian in C
// order.
//
// It is strict: names are unique, tensors are F32 or F64, and fill the body without holes, overlaps
// and bytes after it. Memory grows with the file, not with what its header promises; more than 2²⁸
// numbers (2 GiB) are refused. Errors name the tensor: another type, a shape that is out of range
// or does not fit its place, a body that ends early, and NaN and ±Inf with their place in C order.
func ReadSafetensors(r io.Reader) (Tensors, error) {
	if given.None(r) {
		return nil, fmt.Errorf("data: safetensors from a nil reader")
	}
	var length [8]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, fmt.Errorf("data: safetensors: the length of the header is cut short: %w", noEOF(err))
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n < 2 || n > maxHeader {
		return nil, fmt.Errorf("data: safetensors header of %d bytes, want 2 to %d", n, maxHeader)
	}
	var header bytes.Buffer
	if _, err := io.CopyN(&header, r, int64(n)); err != nil {
		return nil, fmt.Errorf("data: safetensors header ends after %d of %d bytes: %w", header.Len(), n, noEOF(err))
	}
	places, err := safetensorsHeader(header.Bytes())
	if err != nil {
		return nil, err
	}
	tensors := Tensors{}
	for _, p := range places {
		values, err := p.read(r)
		if err != nil {
			return nil, fmt.Errorf("data: tensor %q: %w", p.name, err)
		}
		tensors[p.name] = Tensor{Type: p.kind, Shape: p.shape, Values: values}
	}
	switch _, err := io.ReadFull(r, length[:1]); {
	case err == nil:
		return nil, fmt.Errorf("data: safetensors file goes on after its %d tensors", len(tensors))
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("data: safetensors file after its %d tensors: %w", len(tensors), err)
	}
	return tensors, nil
}

// place is where a tensor lies in the body.
type place struct {
	name, kind string
	shape      []int
	size       int // bytes of one number
	count      int // numbers
	from, to   int64
}

// safetensorsHeader returns the tensors in the order of the body.
func safetensorsHeader(header []byte) ([]place, error) {
	if header[0] != '{' {
		return nil, fmt.Errorf("data: safetensors header begins with %q, want {", header[0])
	}
	dec := json.NewDecoder(bytes.NewReader(header))
	dec.DisallowUnknownFields()
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("data: safetensors header: %w", noEOF(err))
	}
	var places []place
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("data: safetensors header: %w", noEOF(err))
		}
		name, _ := token.(string)
		switch {
		case seen[name]:
			return nil, fmt.Errorf("data: tensor %q stands in the header twice", name)
		case len(seen) == maxTensors:
			return nil, fmt.Errorf("data: safetensors file of more than %d tensors", maxTensors)
		}
		seen[name] = true
		if name == "__metadata__" {
			if err := dec.Decode(&map[string]string{}); err != nil {
				return nil, fmt.Errorf("data: safetensors metadata: %w", noEOF(err))
			}
			continue
		}
		p, err := safetensorsPlace(dec)
		if err != nil {
			return nil, fmt.Errorf("data: tensor %q: %w", name, err)
		}
		p.name = name
		places = append(places, p)
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("data: safetensors header: %w", noEOF(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("data: safetensors header goes on after its closing bracket")
	}
	return places, inOrder(places)
}

// safetensorsPlace decodes and checks one tensor of the header.
func safetensorsPlace(dec *json.Decoder) (p place, err error) {
	var entry struct {
		Type    string  `json:"dtype"`
		Shape   []int64 `json:"shape"`
		Offsets []int64 `json:"data_offsets"`
	}
	if err := dec.Decode(&entry); err != nil {
		return p, fmt.Errorf("its entry in the header: %w", noEOF(err))
	}
	switch entry.Type {
	case "F32":
		p.kind, p.size = "float32", 4
	case "F64":
		p.kind, p.size = "float64", 8
	default:
		return p, fmt.Errorf("type %q, want F32 or F64", entry.Type)
	}
	if len(entry.Shape) > maxRank || len(entry.Offsets) != 2 {
		return p, fmt.Errorf("%d dimensions between %d offsets, want at most %d and 2", len(entry.Shape), len(entry.Offsets), maxRank)
	}
	p.count, p.shape = 1, make([]int, 0, len(entry.Shape))
	for _, d := range entry.Shape {
		if d < 1 || d > maxNumbers/int64(p.count) {
			return p, fmt.Errorf("shape %v, want every dimension ≥ 1 and at most %d numbers (2 GiB)", entry.Shape, maxNumbers)
		}
		p.count *= int(d)
		p.shape = append(p.shape, int(d))
	}
	p.from, p.to = entry.Offsets[0], entry.Offsets[1]
	if want := int64(p.count * p.size); p.from < 0 || p.to < p.from || p.to-p.from != want {
		return p, fmt.Errorf("offsets %v, want %d bytes for %d numbers of type %s", entry.Offsets, want, p.count, entry.Type)
	}
	return p, nil
}

// inOrder sorts places and is an error unless they follow one another from 0 on.
func inOrder(places []place) error {
	slices.SortStableFunc(places, func(a, b place) int { return cmp.Compare(a.from, b.from) })
	end, total := int64(0), 0
	for _, p := range places {
		if p.from != end {
			return fmt.Errorf("data: tensor %q begins at byte %d of the body, want %d: no holes and no overlaps", p.name, p.from, end)
		}
		if end = p.to; p.count > maxNumbers-total {
			return fmt.Errorf("data: tensor %q brings the file beyond %d numbers (2 GiB)", p.name, maxNumbers)
		}
		total += p.count
	}
	if len(places) == 0 {
		return fmt.Errorf("data: safetensors file of no tensors")
	}
	return nil
}

// read reads the numbers in pieces.
func (p place) read(r io.Reader) (values []float64, err error) {
	const piece = 1 << 12
	buf := make([]byte, min(p.count, piece)*p.size)
	for len(values) < p.count {
		b := buf[:min(p.count-len(values), piece)*p.size]
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, fmt.Errorf("the body ends between number %d and %d of %d: %w", len(values), len(values)+len(b)/p.size, p.count, noEOF(err))
		}
		for ; len(b) > 0; b = b[p.size:] {
			var v float64
			if p.size == 4 {
				v = float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
			} else {
				v = math.Float64frombits(binary.LittleEndian.Uint64(b))
			}
			if !finite(v) {
				return nil, fmt.Errorf("number %d is %v, want a finite number", len(values), v)
			}
			values = append(values, v)
		}
	}
	return values, nil
}

// ReadNPZ reads the archive that numpy.savez or savez_compressed wrote, of size bytes: arrays of
// float32 or float64 with one or two dimensions, each as [ReadNPY] reads it. Together they are at
// most 2²⁸ numbers (2 GiB). Errors name the tensor, as the file's name without .npy.
func ReadNPZ(r io.ReaderAt, size int64) (Tensors, error) {
	if given.None(r) || size < 0 {
		return nil, fmt.Errorf("data: npz of %d bytes from %v, want ≥ 0 from a reader", size, r)
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("data: npz: %w", err)
	}
	tensors, total := Tensors{}, 0
	for _, f := range archive.File {
		name, isArray := strings.CutSuffix(f.Name, ".npy")
		if _, twice := tensors[name]; twice || !isArray {
			return nil, fmt.Errorf("data: npz with the file %q, want names that end in .npy, each once", f.Name)
		}
		t, err := npzTensor(f)
		if err != nil {
			return nil, fmt.Errorf("data: tensor %q: %w", name, err)
		}
		if total += len(t.Values); total > maxNumbers {
			return nil, fmt.Errorf("data: tensor %q brings the file beyond %d numbers (2 GiB)", name, maxNumbers)
		}
		tensors[name] = t
	}
	if len(tensors) == 0 {
		return nil, fmt.Errorf("data: npz of no tensors")
	}
	return tensors, nil
}

func npzTensor(f *zip.File) (Tensor, error) {
	r, err := f.Open()
	if err != nil {
		return Tensor{}, err
	}
	defer r.Close()
	a, header, err := readNPY(r)
	if err != nil {
		return Tensor{}, err
	}
	kind := ""
	switch t := header.Descr.Type; {
	case strings.HasSuffix(t, "f4"):
		kind = "float32"
	case strings.HasSuffix(t, "f8"):
		kind = "float64"
	default:
		return Tensor{}, fmt.Errorf("type %s, want float32 or float64", t)
	}
	return Tensor{Type: kind, Shape: header.Descr.Shape, Values: a.RawMatrix().Data}, nil
}
