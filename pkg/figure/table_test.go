package figure

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTableRoundTrip(t *testing.T) {
	values := []float64{0, 0.1, -1.0 / 3, math.Pi * 1e-300, math.MaxFloat64, math.SmallestNonzeroFloat64}
	methods := []string{"direct", "a,b", `"q"`, "κ", "", "two\nlines"}
	data, err := Columns(Col("kappa", values), Col("method", methods), Col("n", []int{1, 2, 3, 4, 5, 6})).CSV()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	back, err := ReadTable(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := back.Floats("kappa")
	if err != nil || !slices.Equal(got, values) {
		t.Errorf("got %v, %v", got, err)
	}
	texts, err := back.Strings("method")
	if err != nil || !slices.Equal(texts, methods) || len(back.Header()) != 3 {
		t.Errorf("got %q, %v", texts, err)
	}
	_, err = back.Floats("method")
	wantError(t, err, `"method"`, "row 0")
	_, err = back.Floats("missing")
	wantError(t, err, `"missing"`)
	again, err := back.CSV()
	if err != nil || string(again) != string(data) {
		t.Errorf("written again: %q, %v", again, err)
	}
}

func TestTableMistakes(t *testing.T) {
	for _, test := range []struct {
		spoil func(*Table)
		words []string
	}{
		{func(t *Table) { t.Row(1.0) }, []string{"row 0 has 1 values for 2 columns"}},
		{func(t *Table) { t.Row("a", math.NaN()) }, []string{`"b"`, "row 0 is NaN"}},
		{func(t *Table) { t.Row("a", math.Inf(-1)) }, []string{`"b"`, "-Inf"}},
		{func(t *Table) { t.Row("a", []int{1}) }, []string{`"b"`, "[]int"}},
	} {
		table := NewTable("a", "b")
		test.spoil(table)
		_, err := table.CSV()
		wantError(t, err, test.words...)
	}
	_, err := NewTable("a", "a").CSV()
	wantError(t, err, `"a"`)
	_, err = ReadTable(filepath.Join(t.TempDir(), "none.csv"))
	wantError(t, err, "none.csv")
}
