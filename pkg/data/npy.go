package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"

	"github.com/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
)

// ReadNPY reads an array of one or two dimensions that numpy.save wrote, of float32, float64
// or an integer type, in C or Fortran order and either byte order. A vector comes out as
// one column: X and Y of a [Set] are one file each. Whole numbers beyond 2⁵³ are rounded.
//
// It takes 8 bytes per number, up to three times that while it reads, and refuses more than
// 2²⁸ numbers (2 GiB).
//
// Errors: what is no such file, another type or number of dimensions, an empty array, a body
// that ends early or bytes after it, and a NaN or ±Inf, whose row and column are counted from 0
// as in numpy.
func ReadNPY(r io.Reader) (*mat.Dense, error) {
	if r == nil {
		return nil, fmt.Errorf("data: npy from a nil reader")
	}
	whole := wholeReader{bufio.NewReaderSize(r, 1<<16)}
	file, err := npyHeader(whole)
	if err != nil {
		return nil, err
	}
	array := file.Header.Descr
	rows, cols, err := npyShape(array.Shape)
	if err != nil {
		return nil, err
	}
	v, err := npyBody(file, rows*cols)
	if err != nil {
		return nil, fmt.Errorf("data: npy array of shape %v, type %s: %w", array.Shape, array.Type, err)
	}
	if _, err := whole.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("data: npy file goes on after its %d×%d numbers", rows, cols)
	}
	a := mat.NewDense(rows, cols, v)
	if array.Fortran {
		a = mat.DenseCopyOf(mat.NewDense(cols, rows, v).T())
	}
	for i := range rows {
		for j, x := range a.RawRowView(i) {
			if !finite(x) {
				return nil, fmt.Errorf("data: npy row %d, column %d is %v, want a finite number", i, j, x)
			}
		}
	}
	return a, nil
}

// npyHeader reads magic number, version and header.
func npyHeader(r wholeReader) (file *npy.Reader, err error) {
	head, err := r.Peek(12)
	if err != nil {
		return nil, fmt.Errorf("data: npy file of %d bytes, want a header: %w", len(head), noEOF(err))
	}
	if !bytes.Equal(head[:6], npy.Magic[:]) {
		return nil, fmt.Errorf("data: npy file begins with %q, want %q", head[:6], npy.Magic[:])
	}
	// Version 1 has a length of two bytes; a longer header than they can tell describes a record.
	if n := binary.LittleEndian.Uint32(head[8:]); head[6] == 2 && n > math.MaxUint16 {
		return nil, fmt.Errorf("data: npy header of %d bytes, want at most %d", n, math.MaxUint16)
	}
	// npyio slices the header without looking.
	defer func() {
		if recover() != nil {
			file, err = nil, fmt.Errorf("data: npy header is malformed")
		}
	}()
	if file, err = npy.NewReader(r); err != nil {
		return nil, fmt.Errorf("data: npy header: %w", noEOF(err))
	}
	return file, nil
}

func npyShape(shape []int) (rows, cols int, err error) {
	switch len(shape) {
	case 1:
		rows, cols = shape[0], 1
	case 2:
		rows, cols = shape[0], shape[1]
	default:
		return 0, 0, fmt.Errorf("data: npy array of %d dimensions, want 1 or 2", len(shape))
	}
	if rows < 1 || cols < 1 || rows > maxNumbers/cols {
		return 0, 0, fmt.Errorf("data: npy array of shape %v, want at least 1 and at most %d numbers", shape, maxNumbers)
	}
	return rows, cols, nil
}

// npyBody reads in pieces: memory grows with the file, not with what its header promises.
func npyBody(file *npy.Reader, total int) ([]float64, error) {
	element := npy.TypeFrom(file.Header.Descr.Type)
	if element == nil {
		return nil, errNPYType
	}
	var number func(reflect.Value) float64
	switch zero := reflect.Zero(element); {
	case zero.CanFloat():
		number = reflect.Value.Float
	case zero.CanInt():
		number = func(x reflect.Value) float64 { return float64(x.Int()) }
	case zero.CanUint():
		number = func(x reflect.Value) float64 { return float64(x.Uint()) }
	default:
		return nil, errNPYType
	}
	size := min(total, 4096)
	pointer := reflect.New(reflect.SliceOf(element))
	piece := pointer.Elem()
	piece.Set(reflect.MakeSlice(piece.Type(), size, size))
	var v []float64
	for len(v) < total {
		piece.SetLen(min(size, total-len(v)))
		if err := file.Read(pointer.Interface()); err != nil {
			return nil, fmt.Errorf("the body ends between number %d and %d of %d: %w", len(v), len(v)+piece.Len(), total, err)
		}
		for i := range piece.Len() {
			v = append(v, number(piece.Index(i)))
		}
	}
	return v, nil
}

var errNPYType = errors.New("want float32, float64 or an integer type")

// wholeReader fills what it is given or fails. npyio trusts a short read, and takes
// the end of the file for zeros.
type wholeReader struct{ *bufio.Reader }

func (w wholeReader) Read(p []byte) (int, error) {
	n, err := io.ReadFull(w.Reader, p)
	return n, noEOF(err)
}
