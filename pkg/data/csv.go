package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// maxNumbers bounds a table, which is held in memory: 2 GiB as float64.
const maxNumbers = 1 << 28

// maxRecord bounds one record of a CSV file. It is far beyond a row of numbers (a
// million of them): more is a quotation mark that nobody closed.
const maxRecord = 1 << 24

// ReadCSV reads a table of numbers, one sample per row, separated by commas. targets are
// the columns that become Y, in that order; all others become X. Without targets Y is nil.
//
// The first row is a header when none of its fields is a number (a header of numbers,
// as some programs write for want of names, is read as a sample). A target is the name of a
// column in the header or else its number, counted from 1.
//
// It takes 8 bytes per number, up to three times that while it reads, and refuses more than 2²⁸
// numbers (2 GiB) or a row of more than 16 MiB.
//
// Errors name the row (the line of the file, from 1) and the column (from 1): text that is
// not a number, NaN and ±Inf, a row of another length than the first, a broken quotation;
// and, without a row, no samples, no feature left, a target that is unknown or given twice.
func ReadCSV(r io.Reader, targets ...string) (*Set, error) {
	return readCSV(r, targets, maxNumbers)
}

func readCSV(r io.Reader, targets []string, most int) (*Set, error) {
	if r == nil {
		return nil, fmt.Errorf("data: csv from a nil reader")
	}
	limit := &recordLimit{r: r}
	t := table{csv: csv.NewReader(limit), limit: limit}
	t.csv.ReuseRecord, t.csv.FieldsPerRecord, t.csv.TrimLeadingSpace = true, -1, true
	first, err := t.next()
	if err != nil {
		return nil, err
	}
	if first == nil {
		return nil, fmt.Errorf("data: csv of 0 rows, want at least 1 sample")
	}
	t.columns = len(first)
	row := first
	if isHeader(first) {
		t.header = append(t.header, first...)
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
		if (n+1)*t.columns > most {
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
	limit   *recordLimit
	header  []string // nil when there is none
	columns int      // of the first row
	targets []int    // columns of Y
	target  []bool   // is this column one of them?
}

// next returns the next row, nil at the end.
func (t *table) next() ([]string, error) {
	t.limit.left = maxRecord
	row, err := t.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("data: csv: %w", err) // names line and column
	case t.columns == 0:
		row[0] = strings.TrimPrefix(row[0], "\ufeff") // the mark that spreadsheets begin with
	case len(row) != t.columns:
		return nil, fmt.Errorf("data: csv row %d has %d columns, want %d as in the first row", t.line(0), len(row), t.columns)
	}
	return row, nil
}

func (t *table) line(field int) int {
	line, _ := t.csv.FieldPos(field)
	return line
}

func isHeader(row []string) bool {
	for _, f := range row {
		if _, err := number(f); err == nil || errors.Is(err, strconv.ErrRange) {
			return false
		}
	}
	return true
}

func number(field string) (float64, error) { return strconv.ParseFloat(strings.TrimSpace(field), 64) }

// choose finds the columns of the targets.
func (t *table) choose(targets []string) error {
	t.target = make([]bool, t.columns)
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
	if len(targets) == t.columns {
		return fmt.Errorf("data: csv of %d columns with %d targets, want at least 1 feature", t.columns, len(targets))
	}
	return nil
}

func (t *table) column(name string) (int, error) {
	found := -1
	for j, h := range t.header {
		if strings.TrimSpace(h) == name {
			if found >= 0 {
				return 0, fmt.Errorf("data: csv columns %d and %d are both called %q", found+1, j+1, name)
			}
			found = j
		}
	}
	if found >= 0 {
		return found, nil
	}
	if j, err := strconv.Atoi(name); err == nil && j >= 1 && j <= t.columns {
		return j - 1, nil
	}
	return 0, fmt.Errorf("data: csv target %q, want one of the names %q or a number from 1 to %d", name, t.header, t.columns)
}

// split appends one row to x and y.
func (t *table) split(x, y []float64, row []string) ([]float64, []float64, error) {
	from := len(y)
	y = append(y, make([]float64, len(t.targets))...)
	for j, f := range row {
		v, err := number(f)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, nil, fmt.Errorf("data: csv row %d, column %s: %q is not a number", t.line(j), t.name(j), f)
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil, fmt.Errorf("data: csv row %d, column %s: %q, want a finite number", t.line(j), t.name(j), f)
		}
		if !t.target[j] {
			x = append(x, v)
			continue
		}
		for k, c := range t.targets {
			if c == j {
				y[from+k] = v
			}
		}
	}
	return x, y, nil
}

func (t *table) name(j int) string {
	if t.header == nil {
		return strconv.Itoa(j + 1)
	}
	return fmt.Sprintf("%d (%s)", j+1, t.header[j])
}

// recordLimit fails when one record goes on beyond what is left to it.
type recordLimit struct {
	r    io.Reader
	left int
}

func (l *recordLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, fmt.Errorf("a row of more than %d bytes", maxRecord)
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
}
