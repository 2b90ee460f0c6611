package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Array is an array of bytes read from an IDX file, as numbers.
// len(Values) is the product of Shape; Items is the length of the file's first
// dimension, which Shape[0] falls short of when a limit was set.
type Array struct {
	Items  int
	Shape  []int
	Values []float64
}

// maxElements bounds what one file may hold: 2³¹ numbers are 16 GB as float64,
// beyond any data set of this field, and well inside an int.
const maxElements = 1 << 31

// ReadIDX reads an IDX array, plain or gzip (told apart by the first two bytes),
// of bytes, which is what MNIST and its kin hold; other numbers come as [ReadNPY].
//
// Only the first limit items along the first dimension are kept (limit ≤ 0: all),
// but the file is read to its end: a nil reader, a wrong magic number, another
// element type, a dimension out of range, a body that ends early, bytes after the body and a
// corrupt gzip stream are errors, each naming what was found and wanted.
func ReadIDX(r io.Reader, limit int) (*Array, error) {
	if r == nil {
		return nil, fmt.Errorf("data: idx from a nil reader")
	}
	br := bufio.NewReaderSize(r, 1<<16)
	head, err := br.Peek(2)
	if err != nil {
		return nil, fmt.Errorf("data: idx file of %d bytes, want at least 4: %w", len(head), noEOF(err))
	}
	if !bytes.Equal(head, []byte{0x1f, 0x8b}) {
		return readIDX(br, limit)
	}
	zr, err := gzip.NewReader(br)
	if err != nil {
		return nil, fmt.Errorf("data: idx file is not sound gzip: %w", noEOF(err))
	}
	return readIDX(zr, limit)
}

func readIDX(r io.Reader, limit int) (*Array, error) {
	shape, err := idxHeader(r)
	if err != nil {
		return nil, err
	}
	item := 1
	for _, d := range shape[1:] {
		item *= d
	}
	keep := shape[0]
	if limit > 0 && limit < keep {
		keep = limit
	}
	a := &Array{Items: shape[0], Shape: append([]int{keep}, shape[1:]...)}
	if err := a.readBody(r, keep*item, shape[0]*item); err != nil {
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
		if d < 1 || d > maxElements/int64(total) {
			return nil, fmt.Errorf("data: idx dimension %d is %d, want at least 1 and at most %d elements in all",
				k+1, d, maxElements)
		}
		total *= int(d)
		shape = append(shape, int(d))
	}
	return shape, nil
}

// readBody reads total elements, keeps the first keep and checks that the file ends there.
// What a header promises is set aside only up to 2²⁶ numbers (all of MNIST, half a gigabyte of
// address space that stays untouched until filled); beyond that memory grows with the file.
func (a *Array) readBody(r io.Reader, keep, total int) error {
	buf := make([]byte, 1<<15)
	a.Values = make([]float64, 0, min(keep, 1<<26))
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
