package sweep

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever stands in a specification, it is refused or has shards, each with a point, and reads
// back as itself.
func FuzzRead(f *testing.F) {
	f.Add(`{"experiment": "rate", "axes": [{"name": "T", "values": [0.1, 0.2]}], "replicas": 2, "seed": 1}`)
	f.Add(`{"experiment": "x"}`)
	f.Add(`{"experiment": "x", "axes": [{"name": "a", "values": [-0, 1e308]}], "replicas": 5000000}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		n := s.Len()
		if n < 1 || n > maxShards {
			t.Fatalf("%d shards", n)
		}
		first, last := must(s.Point(0)), must(s.Point(n-1))
		if n > 1 && first.String() == last.String() {
			t.Fatalf("shards 0 and %d are both %s", n-1, first)
		}
		again := must(Read(bytes.NewReader(must(json.Marshal(s)))))
		if string(must(json.Marshal(again))) != string(must(json.Marshal(s))) {
			t.Fatalf("%+v reads back as %+v", s, again)
		}
	})
}

// Whatever bytes stand in a store's files, manifest, records and plan, nothing panics, no wrong
// number comes out, and what is not whole is told. (Nothing runs here: goroutines would make the
// fuzzer see something new in the same bytes, again and again.)
func FuzzStore(f *testing.F) {
	spec, from := grid("product", 2, 2, 1), f.TempDir()
	run(f, open(f, from, spec))
	want, _ := csvOf(f, open(f, from, spec))
	manifest := must(os.ReadFile(filepath.Join(from, manifestName)))
	plan := filepath.Join(from, "plan")
	must(0, open(f, from, spec).writePlan(plan, [][]int{{0, 1}, {3}}))
	f.Add(manifest, must(os.ReadFile(must(open(f, from, spec).files())[0])), must(os.ReadFile(plan)))
	f.Add([]byte("{}"), []byte(magic), []byte(`{"Key":"","Tasks":[[0]],"Check":0}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text, records, plan []byte) {
		must(0, os.WriteFile(filepath.Join(dir, manifestName), text, 0o600))
		if _, err := readManifest(dir); (err == nil) != bytes.Equal(text, manifest) {
			t.Fatalf("manifest %q: %v", text, err)
		}
		must(0, os.WriteFile(filepath.Join(dir, manifestName), manifest, 0o600))
		must(0, os.WriteFile(filepath.Join(dir, "a"+suffix), records, 0o600))
		must(0, os.WriteFile(filepath.Join(dir, "plan"), plan, 0o600))
		s := open(t, dir, spec)
		if got, missing := csvOf(t, s); !subset(got, want) || len(records) == 0 && missing != 4 {
			t.Fatalf("wrong numbers:\n%s", got)
		}
		for task := range 2 {
			shards, err := s.readPlan(filepath.Join(dir, "plan"), task, 2)
			if err == nil && len(shards) != 2-task {
				t.Fatalf("task %d of the plan: %v", task, shards)
			}
		}
	})
}
