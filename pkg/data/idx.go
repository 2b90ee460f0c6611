package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Array is an array of numbers read from an IDX file.
// len(Values) is the product of Shape; Items is the length of the file's first
// dimension, which Shape[0] falls short of when a limit was set.
type Array struct {
	Type   Element
	Items  int
	Shape  []int
	Values []float64
}

// Element is the type of an IDX file's numbers: the third byte of its magic number.
type Element byte

// The element types of the IDX format.
const (
	Uint8   Element = 0x08
	Int8    Element = 0x09
	Int16   Element = 0x0B
	Int32   Element = 0x0C
	Float32 Element = 0x0D
	Float64 Element = 0x0E
)

// maxElements bounds what one file may hold: 2³¹ numbers are 16 GB as float64,
// beyond any data set of this field, and well inside an int.
const maxElements = 1 << 31

// ReadIDX reads an IDX array, plain or gzip (told apart by the first two bytes),
// of element type uint8, int8, int16, int32, float32 or float64, big-endian.
//
// Only the first limit items along the first dimension are kept (limit ≤ 0: all),
// but the file is read to its end: a wrong magic number, an element type or a
// dimension out of range, a body that ends early, bytes after the body and a
// corrupt gzip stream are errors, each naming what was found and wanted.
func ReadIDX(r io.Reader, limit int) (*Array, error) {
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
	typ, shape, err := idxHeader(r)
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
	a := &Array{Type: typ, Items: shape[0], Shape: append([]int{keep}, shape[1:]...)}
	if err := a.readBody(r, keep*item, shape[0]*item); err != nil {
		return nil, err
	}
	return a, nil
}

// idxHeader reads the magic number and the dimensions.
func idxHeader(r io.Reader) (typ Element, shape []int, err error) {
	var magic [4]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return 0, nil, fmt.Errorf("data: idx magic number is cut short: %w", noEOF(err))
	}
	typ = Element(magic[2])
	if magic[0] != 0 || magic[1] != 0 || typ.width() == 0 {
		return 0, nil, fmt.Errorf("data: idx magic number %#08x, want 0x0000TTDD with type TT one of 08 09 0b 0c 0d 0e",
			binary.BigEndian.Uint32(magic[:]))
	}
	dims := int(magic[3])
	if dims < 1 || dims > 4 {
		return 0, nil, fmt.Errorf("data: idx array of %d dimensions, want 1 to 4", dims)
	}
	total := 1
	for k := range dims {
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return 0, nil, fmt.Errorf("data: idx dimension %d of %d is cut short: %w", k+1, dims, noEOF(err))
		}
		d := int64(binary.BigEndian.Uint32(b[:]))
		if d < 1 || d > maxElements/int64(total) {
			return 0, nil, fmt.Errorf("data: idx dimension %d is %d, want at least 1 and at most %d elements in all",
				k+1, d, maxElements)
		}
		total *= int(d)
		shape = append(shape, int(d))
	}
	return typ, shape, nil
}

// readBody reads total elements, keeps the first keep and checks that the file ends there.
// What a header promises is set aside only up to 2²⁶ numbers (all of MNIST, half a gigabyte of
// address space that stays untouched until filled); beyond that memory grows with the file.
func (a *Array) readBody(r io.Reader, keep, total int) error {
	typ, width := a.Type, a.Type.width()
	buf := make([]byte, 4096*width)
	a.Values = make([]float64, 0, min(keep, 1<<26))
	for read := 0; read < total; {
		n := min(len(buf)/width, total-read)
		got, err := io.ReadFull(r, buf[:n*width])
		if err != nil {
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				return fmt.Errorf("data: idx body ends after %d of %d bytes: %w",
					read*width+got, total*width, io.ErrUnexpectedEOF)
			}
			return fmt.Errorf("data: idx body after %d of %d bytes: %w", read*width+got, total*width, err)
		}
		for i := 0; i < n && read+i < keep; i++ {
			a.Values = append(a.Values, typ.value(buf[i*width:]))
		}
		read += n
	}
	// This also makes gzip verify its checksum.
	switch _, err := io.ReadFull(r, buf[:1]); {
	case err == nil:
		return fmt.Errorf("data: idx file holds bytes after its %d-byte body", total*width)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("data: idx file after its %d-byte body: %w", total*width, err)
	}
	return nil
}

func (typ Element) width() int {
	switch typ {
	case Uint8, Int8:
		return 1
	case Int16:
		return 2
	case Int32, Float32:
		return 4
	case Float64:
		return 8
	}
	return 0
}

func (typ Element) value(b []byte) float64 {
	switch typ {
	case Uint8:
		return float64(b[0])
	case Int8:
		return float64(int8(b[0]))
	case Int16:
		return float64(int16(binary.BigEndian.Uint16(b)))
	case Int32:
		return float64(int32(binary.BigEndian.Uint32(b)))
	case Float32:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	default:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
}

// noEOF names a file that stops inside a field what it is: an unexpected end.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
