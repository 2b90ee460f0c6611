package sweep

import (
	"bytes"
	"context"
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
// number comes out, and a run makes the store whole.
func FuzzStore(f *testing.F) {
	spec := grid("product", 2, 2, 1)
	dir := f.TempDir()
	run(f, open(f, dir, spec))
	want, _ := csvOf(f, open(f, dir, spec))
	f.Add(must(os.ReadFile(filepath.Join(dir, manifestName))), []byte{}, []byte("{}"))
	f.Add([]byte("{}"), must(os.ReadFile(must(open(f, dir, spec).files())[0])), []byte(`{"Key":"","Tasks":[[0]],"Check":0}`))
	f.Fuzz(func(t *testing.T, manifest, records, plan []byte) {
		dir := t.TempDir()
		must(0, os.WriteFile(filepath.Join(dir, manifestName), manifest, 0o600))
		must(0, os.WriteFile(filepath.Join(dir, "a"+suffix), records, 0o600))
		must(0, os.WriteFile(filepath.Join(dir, "plan"), plan, 0o600))
		_ = Work(context.Background(), []string{"-store", dir, "-shard", "0", "-of", "1", "-plan", filepath.Join(dir, "plan")}, nil, toys(), "v")
		s, err := Open(dir, spec, toys(), "v")
		if err != nil {
			return // a sound manifest of another sweep
		}
		if text, _ := csvOf(t, s); !subset(text, want) {
			t.Fatalf("wrong numbers:\n%s", text)
		}
		run(t, s)
		if text, missing := csvOf(t, s); text != want || missing > 0 {
			t.Fatalf("%d missing:\n%s", missing, text)
		}
	})
}
