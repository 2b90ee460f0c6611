package data

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"

	"github.com/sgdescape/sgdescape/pkg/internal/given"
)

// maxNumbers bounds a table, which is held in memory: 2 GiB as float64.
const maxNumbers = 1 << 28

// maxRecord bounds one record of a CSV file. It is far beyond a row of numbers (a million of them):
// more is a quotation mark that nobody closed.
const maxRecord = 1 << 24

// ReadCSV reads a table of numbers, one sample per row, separated by commas. targets are the
// columns that become Y, in that order; all others become X. Without targets Y is nil.
//
// The first row is a header when none of its fields is a number (a header of numbers, as some
// programs write for want of names, is read as a sample). A target is the name of a column in the
// header or else its number, counted from 1.
//
// It takes 8 bytes per number, up to three times that while it reads, and refuses more than 2²⁸
// numbers (2 GiB) or a row of more than 16 MiB.
//
// Errors name the row (the line of the file, from 1) and the column (from 1): text that is not a
// number, NaN and ±Inf, a row of another length than the first, a broken quotation; and, without a
// row, no samples, no feature left, a target that is unknown or given twice.
func ReadCSV(r io.Reader, targets ...string) (*Set, error) {
	return readCSV(r, targets, maxNumbers)
}

func readCSV(r io.Reader, targets []string, most int) (*Set, error) {
	if given.None(r) {
		return nil, fmt.Errorf("data: csv from a nil reader")
	}
	limit := &io.LimitedReader{R: r}
	t := table{csv: csv.NewReader(limit), limit: limit}
	t.csv.ReuseRecord, t.csv.FieldsPerRecord, t.csv.TrimLeadingSpace = true, -1, true
	row, err := t.next()
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, fmt.Errorf("data: csv of 0 rows, want at least 1 sample")
	}
	t.values = make([]float64, len(row))
	if isHeader(row) {
		for _, name := range row {
			t.header = append(t.header, strings.TrimSpace(name))
		}
		if row, err = t.next(); err != nil {
			return nil, err
		}
	}
	if err := t.choose(targets); err != nil {
		return nil, err
	}
	var x, y []float64
	n := 0
	for ; row != nil; n++ {
		if (n+1)*len(row) > most {
			return nil, fmt.Errorf("data: csv of more than %d numbers: row %d is beyond the bound", most, t.line(0))
		}
		if x, y, err = t.split(x, y, row); err != nil {
			return nil, err
		}
		if row, err = t.next(); err != nil {
			return nil, err
		}
	}
	if n == 0 {
		return nil, fmt.Errorf("data: csv of a header and 0 rows, want at least 1 sample")
	}
	set := &Set{X: mat.NewDense(n, len(x)/n, x)}
	if len(targets) > 0 {
		set.Y = mat.NewDense(n, len(targets), y)
	}
	return set, nil
}

// table is a CSV file on its way into a Set.
type table struct {
	csv     *csv.Reader
	limit   *io.LimitedReader
	header  []string  // nil when there is none
	values  []float64 // of one row; nil before the first
	targets []int     // columns of Y
	target  []bool    // is this column one of them?
}

// next returns the next row, nil at the end.
func (t *table) next() ([]string, error) {
	t.limit.N = maxRecord
	row, err := t.csv.Read()
	switch {
	case t.limit.N == 0:
		return nil, fmt.Errorf("data: csv: a row of more than %d bytes", maxRecord)
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("data: csv: %w", err) // names line and column
	case t.values == nil:
		row[0] = strings.TrimPrefix(row[0], "\ufeff") // the mark that spreadsheets begin with
	case len(row) != len(t.values):
		return nil, fmt.Errorf("data: csv row %d has %d columns, want %d as in the first row", t.line(0), len(row), len(t.values))
	}
	return row, nil
}

func (t *table) line(field int) int {
	line, _ := t.csv.FieldPos(field)
	return line
}

func isHeader(row []string) bool {
	return !slices.ContainsFunc(row, func(f string) bool { _, ok := number(f); return ok })
}

// number returns ±Inf for one beyond float64.
func number(field string) (v float64, ok bool) {
	v, err := strconv.ParseFloat(strings.TrimSpace(field), 64)
	return v, err == nil || errors.Is(err, strconv.ErrRange)
}

// choose finds the columns of the targets.
func (t *table) choose(targets []string) error {
	t.target = make([]bool, len(t.values))
	for _, name := range targets {
		j, err := t.column(name)
		if err != nil {
			return err
		}
		if t.target[j] {
			return fmt.Errorf("data: csv column %d is a target twice", j+1)
		}
		t.target[j], t.targets = true, append(t.targets, j)
	}
	if len(targets) == len(t.values) {
		return fmt.Errorf("data: csv of %d columns with %d targets, want at least 1 feature", len(t.values), len(targets))
	}
	return nil
}

func (t *table) column(name string) (int, error) {
	if j := slices.Index(t.header, name); j >= 0 {
		if k := slices.Index(t.header[j+1:], name); k >= 0 {
			return 0, fmt.Errorf("data: csv columns %d and %d are both called %q", j+1, j+k+2, name)
		}
		return j, nil
	}
	if j, err := strconv.Atoi(name); err == nil && j >= 1 && j <= len(t.values) {
		return j - 1, nil
	}
	return 0, fmt.Errorf("data: csv target %q, want one of the names %q or a number from 1 to %d", name, t.header, len(t.values))
}

// split appends one row to x and y.
func (t *table) split(x, y []float64, row []string) ([]float64, []float64, error) {
	for j, f := range row {
		v, ok := number(f)
		if !ok {
			return nil, nil, fmt.Errorf("data: csv row %d, column %s: %q is not a number", t.line(j), t.name(j), f)
		}
		if !finite(v) {
			return nil, nil, fmt.Errorf("data: csv row %d, column %s: %q, want a finite number", t.line(j), t.name(j), f)
		}
		t.values[j] = v
		if !t.target[j] {
			x = append(x, v)
		}
	}
	for _, j := range t.targets {
		y = append(y, t.values[j])
	}
	return x, y, nil
}

func (t *table) name(j int) string {
	if t.header == nil {
		return strconv.Itoa(j + 1)
	}
	return fmt.Sprintf("%d (%s)", j+1, t.header[j])
}

// ReadNPY reads an array of one or two dimensions that numpy.save wrote, of float32, float64 or an
// integer type, in C or Fortran order and either byte order. A vector comes out as one column: X
// and Y of a [Set] are one file each. Whole numbers beyond 2⁵³ are rounded.
//
// It takes 8 bytes per number, up to three times that while it reads, and refuses more than 2²⁸
// numbers (2 GiB).
//
// Errors: what is no such file, another type or number of dimensions, an empty array, a body that
// ends early or bytes after it, and a NaN or ±Inf, whose row and column are counted from 0 as in
// numpy.
func ReadNPY(r io.Reader) (*mat.Dense, error) {
	a, _, err := readNPY(r)
	return a, err
}

// readNPY also returns the header.
func readNPY(r io.Reader) (*mat.Dense, npy.Header, error) {
	if given.None(r) {
		return nil, npy.Header{}, fmt.Errorf("data: npy from a nil reader")
	}
	whole := wholeReader{bufio.NewReaderSize(r, 1<<16)}
	file, err := npyHeader(whole)
	if err != nil {
		return nil, npy.Header{}, err
	}
	array := file.Header.Descr
	rows, cols, err := npyShape(array.Shape)
	if err != nil {
		return nil, file.Header, err
	}
	v, err := npyBody(file, rows*cols)
	if err != nil {
		return nil, file.Header, fmt.Errorf("data: npy array of shape %v, type %s: %w", array.Shape, array.Type, err)
	}
	if _, err := whole.ReadByte(); !errors.Is(err, io.EOF) {
		return nil, file.Header, fmt.Errorf("data: npy file goes on after its %d×%d numbers", rows, cols)
	}
	a := mat.NewDense(rows, cols, v)
	if array.Fortran {
		a = mat.DenseCopyOf(mat.NewDense(cols, rows, v).T())
	}
	for i := range rows {
		for j, x := range a.RawRowView(i) {
			if !finite(x) {
				return nil, file.Header, fmt.Errorf("data: npy row %d, column %d is %v, want a finite number", i, j, x)
			}
		}
	}
	return a, file.Header, nil
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

// wholeReader fills what it is given or fails. npyio trusts a short read, and takes the end of the
// file for zeros.
type wholeReader struct{ *bufio.Reader }

func (w wholeReader) Read(p []byte) (int, error) {
	n, err := io.ReadFull(w.Reader, p)
	return n, noEOF(err)
}
