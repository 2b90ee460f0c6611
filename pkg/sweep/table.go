package sweep

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"
)

// A Table is what a sweep found: one row a shard, in the order of shards, with the values on the
// axes, the replica, and the columns of the experiment.
type Table struct {
	header   []string
	replicas int
	rows     [][]float64 // nil for a shard that is not done
	took     []time.Duration
}

// Table reads the store. It may be asked at any time, of a store that cannot be written as well;
// rows of shards that are not done are left out, see [Table.Missing]. It returns an error for a
// store that cannot be read and for a shard that was computed twice with different results.
func (s *Store) Table() (*Table, error) {
	if s.none() {
		return nil, errNil
	}
	all, err := s.read()
	if err != nil {
		return nil, err
	}
	spec := s.manifest.Spec
	t := &Table{replicas: max(1, spec.Replicas), rows: make([][]float64, len(all)), took: make([]time.Duration, len(all))}
	for _, a := range spec.Axes {
		t.header = append(t.header, a.Name)
	}
	t.header = append(append(t.header, "replica"), s.manifest.Columns...)
	for shard, r := range all {
		if r.values == nil {
			continue
		}
		p := spec.point(shard)
		row := make([]float64, 0, len(t.header))
		for _, a := range spec.Axes {
			row = append(row, p.Values[a.Name])
		}
		t.rows[shard], t.took[shard] = append(append(row, float64(p.Replica)), r.values...), r.took
	}
	return t, nil
}

// Header returns the names of the columns: axes, replica, and what the experiment gives.
func (t *Table) Header() []string {
	if t == nil {
		return nil
	}
	return slices.Clone(t.header)
}

// Len returns the number of rows.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return len(t.rows) - len(t.Missing())
}

// Missing lists the shards that are not done.
func (t *Table) Missing() (shards []int) {
	if t == nil {
		return nil
	}
	for i, row := range t.rows {
		if row == nil {
			shards = append(shards, i)
		}
	}
	return shards
}

// Column returns a column, one number a row; NaN where a number does not exist. It returns an error
// for a name that no column has.
func (t *Table) Column(name string) ([]float64, error) {
	k := slices.Index(t.Header(), name)
	if k < 0 {
		return nil, fmt.Errorf("sweep: table: no column %q among %q", name, t.Header())
	}
	out := make([]float64, 0, len(t.rows))
	for _, row := range t.rows {
		if row != nil {
			out = append(out, row[k])
		}
	}
	return out, nil
}

// Cells returns a column by setting: for each combination of the values on the axes, in the order
// of shards, the numbers of its replicas; none for one of which no shard is done. It returns an
// error for a name that no column has.
func (t *Table) Cells(name string) ([][]float64, error) {
	k := slices.Index(t.Header(), name)
	if k < 0 {
		return nil, fmt.Errorf("sweep: table: no column %q among %q", name, t.Header())
	}
	out := make([][]float64, len(t.rows)/t.replicas)
	for i, row := range t.rows {
		if row != nil {
			out[i/t.replicas] = append(out[i/t.replicas], row[k])
		}
	}
	return out, nil
}

// Took returns how long each row took to compute, by the clock on the wall: the cost, with what
// else the machine had to do in it, which is no result and stands in no CSV.
func (t *Table) Took() (took []time.Duration) {
	if t == nil {
		return nil
	}
	for i, row := range t.rows {
		if row != nil {
			took = append(took, t.took[i])
		}
	}
	return took
}

// WriteCSV writes the table: a header, and a row a shard with its number first. Numbers are written
// with the fewest digits that read back as the same number, and one that does not exist as nothing.
func (t *Table) WriteCSV(w io.Writer) error {
	if t == nil || w == nil {
		return fmt.Errorf("sweep: table %v to writer %v, want both", t, w)
	}
	out := csv.NewWriter(w)
	record := append([]string{"shard"}, t.header...)
	err := out.Write(record)
	for i, row := range t.rows {
		if row == nil || err != nil {
			continue
		}
		record = append(record[:0], strconv.Itoa(i))
		for _, v := range row {
			text := ""
			if !math.IsNaN(v) {
				text = strconv.FormatFloat(v, 'g', -1, 64)
			}
			record = append(record, text)
		}
		err = out.Write(record)
	}
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("sweep: table: %w", err)
	}
	return nil
}
