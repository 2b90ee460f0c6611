package figure

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strconv"
)

// A Table is what a CSV file holds: a header and rows of as many values. Numbers are written with
// the fewest digits that read back as the same number. The first mistake is kept and returned by
// CSV.
type Table struct {
	header []string
	rows   [][]string
	err    error
}

// NewTable returns a table without rows.
func NewTable(header ...string) *Table {
	t := &Table{header: header}
	for i, h := range header {
		if h == "" || slices.Contains(header[:i], h) {
			t.fail("column %d is called %q: want names, each once", i, h)
		}
	}
	return t
}

// Row adds one row: a string, an int or a finite float64 per column. Where a quantity does not
// exist, write "".
func (t *Table) Row(values ...any) {
	if t == nil {
		return // CSV reports it
	}
	if len(values) != len(t.header) {
		t.fail("row %d has %d values for %d columns", len(t.rows), len(values), len(t.header))
		return
	}
	row := make([]string, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case string:
			row[i] = v
		case int:
			row[i] = strconv.Itoa(v)
		case float64:
			if !finite(v) {
				t.fail("column %q: row %d is %g: write \"\" for a value that does not exist", t.header[i], len(t.rows), v)
			}
			row[i] = strconv.FormatFloat(v, 'g', -1, 64)
		default:
			t.fail("column %q: row %d is a %T, want string, int or float64", t.header[i], len(t.rows), v)
		}
	}
	t.rows = append(t.rows, row)
}

// A Column is a name with values.
type Column struct {
	name   string
	values []any
}

// Col returns a column.
func Col[T float64 | int | string](name string, values []T) Column {
	c := Column{name: name}
	for _, v := range values {
		c.values = append(c.values, v)
	}
	return c
}

// Columns returns a table of columns of equal length.
func Columns(columns ...Column) *Table {
	var header []string
	for _, c := range columns {
		header = append(header, c.name)
	}
	t := NewTable(header...)
	for _, c := range columns {
		if first := columns[0]; len(c.values) != len(first.values) {
			t.fail("column %q has %d values but %q has %d", c.name, len(c.values), first.name, len(first.values))
			return t
		}
	}
	for r := 0; len(columns) > 0 && r < len(columns[0].values); r++ {
		var row []any
		for _, c := range columns {
			row = append(row, c.values[r])
		}
		t.Row(row...)
	}
	return t
}

// Header returns the names of the columns.
func (t *Table) Header() []string {
	if t == nil {
		return nil
	}
	return t.header
}

// fail keeps the first mistake.
func (t *Table) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf("figure: table: "+format, args...)
	}
}

// CSV returns the table in CSV.
func (t *Table) CSV() ([]byte, error) {
	if t == nil {
		return nil, fmt.Errorf("figure: table: a nil table")
	}
	if t.err != nil {
		return nil, t.err
	}
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	err := w.WriteAll(append([][]string{t.header}, t.rows...))
	return buf.Bytes(), err
}

// ReadTable reads a CSV file that a Table wrote.
func ReadTable(path string) (*Table, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("figure: table: %w", err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("figure: table %s: %w", path, err)
	}
	if len(records) == 0 {
		return nil, fmt.Errorf("figure: table %s: no header", path)
	}
	return &Table{header: records[0], rows: records[1:]}, nil
}

// Strings returns a column as text.
func (t *Table) Strings(name string) ([]string, error) {
	i := slices.Index(t.Header(), name)
	if i < 0 {
		return nil, fmt.Errorf("figure: table: no column %q among %q", name, t.Header())
	}
	out := make([]string, len(t.rows))
	for r, row := range t.rows {
		out[r] = row[i]
	}
	return out, nil
}

// Floats returns a column as numbers.
func (t *Table) Floats(name string) ([]float64, error) {
	texts, err := t.Strings(name)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(texts))
	for r, s := range texts {
		if out[r], err = strconv.ParseFloat(s, 64); err != nil || !finite(out[r]) {
			return nil, fmt.Errorf("figure: table: column %q, row %d is %q, want a finite number", name, r, s)
		}
	}
	return out, nil
}

// plotted returns every plotted point as a row, for a figure without a Table.
func (f *Figure) plotted() *Table {
	t := NewTable("panel", "kind", "series", "x", "y", "x_lo", "x_hi", "y_lo", "y_hi", "z")
	for _, p := range f.panels {
		for _, m := range p.marks {
			for i := range m.x {
				row := []any{p.number, m.kind, m.name}
				for _, c := range m.all() {
					if c.values == nil {
						row = append(row, "")
					} else {
						row = append(row, c.values[i])
					}
				}
				t.Row(row...)
			}
		}
	}
	return t
}
