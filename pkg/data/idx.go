package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// Array is an array of bytes read from an IDX file, as numbers. len(Values) is the product of
// Shape; Items is the length of the file's first dimension, which Shape[0] falls short of when a
// limit was set.
type Array struct {
	Items  int
	Shape  []int
	Values []float64
}

// ReadIDX reads an IDX array, plain or gzip (told apart by the first two bytes), of bytes, which is
// what MNIST and its kin hold; other numbers come as [ReadNPY].
//
// Only the first limit items along the first dimension are kept (limit ≤ 0: all), but the file is
// read to its end: a nil reader, a wrong magic number, another element type, a dimension out of
// range, a body that ends early, bytes after the body and a corrupt gzip stream are errors, each
// naming what was found and wanted. It takes 8 bytes per number kept, up to three times that while
// it reads, and refuses an array of more than 2²⁸ numbers (2 GiB), however small the file.
func ReadIDX(r io.Reader, limit int) (*Array, error) {
	if given.None(r) {
		return nil, fmt.Errorf("data: idx from a nil reader")
	}
	br := bufio.NewReaderSize(r, 1<<16)
	head, err := br.Peek(2)
	if err != nil {
		return nil, fmt.Errorf("data: idx file of %d bytes, want at least 4: %w", len(head), noEOF(err))
	}
	var body io.Reader = br
	if bytes.Equal(head, []byte{0x1f, 0x8b}) {
		if body, err = gzip.NewReader(br); err != nil {
			return nil, fmt.Errorf("data: idx file is not sound gzip: %w", noEOF(err))
		}
	}
	shape, err := idxHeader(body)
	if err != nil {
		return nil, err
	}
	item := 1
	for _, d := range shape[1:] {
		item *= d
	}
	keep := shape[0]
	if limit > 0 {
		keep = min(keep, limit)
	}
	a := &Array{Items: shape[0], Shape: append([]int{keep}, shape[1:]...)}
	if err := a.readBody(body, keep*item, shape[0]*item); err != nil {
		return nil, err
	}
	return a, nil
}

// idxHeader reads the magic number and the dimensions.
func idxHeader(r io.Reader) (shape []int, err error) {
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, fmt.Errorf("data: idx magic number is cut short: %w", noEOF(err))
	}
	if magic[0] != 0 || magic[1] != 0 || magic[2] != 0x08 {
		return nil, fmt.Errorf("data: idx magic number %#08x, want 0x000008DD, DD dimensions of bytes", binary.BigEndian.Uint32(magic[:]))
	}
	dims := int(magic[3])
	if dims < 1 || dims > 4 {
		return nil, fmt.Errorf("data: idx array of %d dimensions, want 1 to 4", dims)
	}
	total := 1
	for k := range dims {
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return nil, fmt.Errorf("data: idx dimension %d of %d is cut short: %w", k+1, dims, noEOF(err))
		}
		d := int64(binary.BigEndian.Uint32(b[:]))
		if d < 1 || d > maxNumbers/int64(total) {
			return nil, fmt.Errorf("data: idx dimension %d is %d, which makes %.3g GB of numbers: want at least 1 and at most %d numbers in all (2 GiB)",
				k+1, d, 8e-9*float64(d)*float64(total), maxNumbers)
		}
		total *= int(d)
		shape = append(shape, int(d))
	}
	return shape, nil
}

// readBody reads total elements, keeps the first keep and checks that the file ends there. Memory
// grows with the file, not with what its header promises.
func (a *Array) readBody(r io.Reader, keep, total int) error {
	buf := make([]byte, 1<<15)
	for read := 0; read < total; {
		got, err := io.ReadFull(r, buf[:min(len(buf), total-read)])
		if err != nil {
			return fmt.Errorf("data: idx body ends after %d of %d bytes: %w", read+got, total, noEOF(err))
		}
		for _, b := range buf[:min(got, max(keep-read, 0))] {
			a.Values = append(a.Values, float64(b))
		}
		read += got
	}
	// This also makes gzip verify its checksum.
	switch _, err := io.ReadFull(r, buf[:1]); {
	case err == nil:
		return fmt.Errorf("data: idx file holds bytes after its %d-byte body", total)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("data: idx file after its %d-byte body: %w", total, err)
	}
	return nil
}

// noEOF names a file that stops inside a field what it is: an unexpected end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// FashionMNISTDir is where Debian's package dataset-fashion-mnist keeps its files.
const FashionMNISTDir = "/usr/share/datasets/fashion-mnist"

// EnvDir names the environment variable that points at another folder of IDX files.
const EnvDir = "SGDESCAPE_DATA"

// Part selects the training or the test half of an MNIST-like folder.
type Part string

// The two parts, as the file names spell them.
const (
	Train Part = "train"
	Test  Part = "t10k"
)

// LoadDir reads one part of a folder of IDX files with MNIST's names (train-images-idx3-ubyte,
// t10k-labels-idx1-ubyte, …, each plain or with .gz). Pixels come out divided by 255, in [0, 1]; X
// is N×(rows·columns). Only the first limit samples are kept (limit ≤ 0: all). Classes is one more
// than the largest label kept, at least 10 so that a small subset of MNIST still has ten outputs.
//
// Errors: no such files (it wraps [fs.ErrNotExist]); whatever [ReadIDX] finds; images that are not
// an array of 2 or more dimensions; labels of more than one; counts that differ.
func LoadDir(dir string, part Part, limit int) (*Set, error) {
	images, labels := filepath.Join(dir, string(part)+"-images-idx3-ubyte"), filepath.Join(dir, string(part)+"-labels-idx1-ubyte")
	img, err := readFile(images, limit)
	if err != nil {
		return nil, err
	}
	lab, err := readFile(labels, 0)
	if err != nil {
		return nil, err
	}
	switch {
	case len(img.Shape) < 2:
		return nil, fmt.Errorf("data: %s: images of %d dimension, want 2 or more (are these the labels?)", images, len(img.Shape))
	case len(lab.Shape) != 1:
		return nil, fmt.Errorf("data: %s: labels of %d dimensions, want 1 (are these the images?)", labels, len(lab.Shape))
	case img.Items != lab.Items:
		return nil, fmt.Errorf("data: %d images in %s but %d labels in %s", img.Items, images, lab.Items, labels)
	}
	n := img.Shape[0]
	set := &Set{Class: make([]int, n), Classes: 10}
	for i, v := range lab.Values[:n] {
		set.Class[i] = int(v)
		set.Classes = max(set.Classes, set.Class[i]+1)
	}
	for i := range img.Values {
		img.Values[i] /= 255
	}
	set.X = mat.NewDense(n, len(img.Values)/n, img.Values)
	return set, nil
}

// FashionMNIST reads one part of Fashion-MNIST (60000 training and 10000 test images, 28×28, ten
// classes) from the folder named by SGDESCAPE_DATA when that is set (MNIST works as well), else
// from Debian's [FashionMNISTDir]. When the files are missing the error wraps [fs.ErrNotExist] and
// says how to get them.
func FashionMNIST(part Part, limit int) (*Set, error) {
	dir := os.Getenv(EnvDir)
	if dir == "" {
		dir = FashionMNISTDir
	}
	s, err := LoadDir(dir, part, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w (apt-get install dataset-fashion-mnist, or set %s to a folder of IDX files)", err, EnvDir)
	}
	return s, err
}

// readFile reads path with .gz or else without.
func readFile(path string, limit int) (*Array, error) {
	f, err := os.Open(path + ".gz")
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, fmt.Errorf("data: %w, nor with .gz", err)
	}
	defer f.Close()
	a, err := ReadIDX(f, limit)
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, f.Name())
	}
	return a, nil
}
