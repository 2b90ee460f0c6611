package launcher_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A sweep is computed once: the same command again finds all there, and writes the same table.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	spec, store, csv := filepath.Join(dir, "map.json"), filepath.Join(dir, "store"), filepath.Join(dir, "map.csv")
	text := `{"experiment": "rate", "axes": [{"name": "T", "values": [0.2]}, {"name": "n", "values": [1]}, {"name": "c", "values": [2, 4]}], "seed": 1}`
	if err := os.WriteFile(spec, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	tables := map[string]bool{}
	for range 2 {
		status, stdout, stderr := launch(t, nil, "sweep", "--store", store, spec, "--workers", "1", "--csv", csv)
		if status != 0 || !strings.Contains(stdout, "2 of 2 shards") || !strings.Contains(stdout, "2 of 2 rows in "+csv) {
			t.Fatalf("exit status %d: %s\n%s", status, stdout, stderr)
		}
		table, err := os.ReadFile(csv)
		if err != nil {
			t.Fatal(err)
		}
		tables[string(table)] = true
	}
	if files, _ := filepath.Glob(filepath.Join(store, "*.shards")); len(files) != 1 || len(tables) != 1 {
		t.Errorf("%d files of results, %d tables, want one of each", len(files), len(tables))
	}
	for table := range tables {
		if !strings.HasPrefix(table, "shard,T,n,c,replica,eigenvalue,decay,quadrature2,eq17,linear,x\n0,0.2,1,2,0,") || strings.Count(table, "\n") != 3 {
			t.Errorf("table %q", table)
		}
	}
}

// A command line that is none, and a specification that is none, are told before any work.
func TestSweepOfWhat(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"experiment": "alchemy"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"sweep of what?":              {"sweep"},
		"engine is \"pigeons\"":       {"sweep", bad, "--engine", "pigeons"},
		"no such file":                {"sweep", "nosuch.json"},
		"one specification":           {"sweep", bad, bad},
		"not defined: -nosuch":        {"sweep", bad, "--nosuch"},
		"no experiment \"alchemy\" a": {"sweep", bad, "--store", t.TempDir()},
	} {
		if status, _, stderr := launch(t, nil, args...); status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit status %d, %q, want %q", args, status, stderr, want)
		}
	}
	if status, stdout, _ := launch(t, nil, "sweep", "-h"); status != 0 || !strings.Contains(stdout, "go run ./notebooks sweep SPEC.json") || !strings.Contains(stdout, "-partition") {
		t.Errorf("help: exit status %d, %q", status, stdout)
	}
}
