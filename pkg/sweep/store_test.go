package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// open opens a store of toys.
func open(t testing.TB, dir string, s Spec) *Store {
	t.Helper()
	store, err := Open(dir, s, toys(), "v")
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func run(t testing.TB, s *Store) {
	t.Helper()
	if err := (Local{}).Run(context.Background(), s, nil); err != nil {
		t.Fatal(err)
	}
}

// csvOf returns the table of a store and how many shards it lacks.
func csvOf(t testing.TB, s *Store) (text string, missing int) {
	t.Helper()
	table, err := s.Table()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := table.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.String(), len(table.Missing())
}

func TestTable(t *testing.T) {
	s := open(t, t.TempDir(), grid("product", 2, 2, 0))
	if text, missing := csvOf(t, s); text != "shard,a,b,replica,product,noise\n" || missing != 4 {
		t.Errorf("an empty store: %q, %d", text, missing)
	}
	run(t, s)
	table := must(s.Table())
	for name, want := range map[string]string{"a": "[1 1 2 2]", "b": "[1 2 1 2]", "replica": "[0 0 0 0]", "product": "[1 2 2 4]"} {
		if got := fmt.Sprint(must(table.Column(name))); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
	twice := open(t, t.TempDir(), grid("product", 2, 1, 2))
	run(t, twice)
	if got := fmt.Sprint(must(must(twice.Table()).Cells("product"))); got != "[[1 1] [2 2]]" {
		t.Errorf("cells %s", got)
	}
	if len(table.Took()) != 4 || table.Len() != 4 || strings.Join(table.Header(), " ") != "a b replica product noise" {
		t.Errorf("%d times of %d rows under %q", len(table.Took()), table.Len(), table.Header())
	}
	if text, _ := csvOf(t, s); !strings.HasPrefix(text, "shard,a,b,replica,product,noise\n0,1,1,0,1,") || strings.Count(text, "\n") != 5 {
		t.Errorf("table %q", text)
	}
}

// Any number of workers gives the same bits; a shard that errs stops no other.
func TestLocal(t *testing.T) {
	want := ""
	for _, workers := range []int{1, 2, 7} {
		s := open(t, t.TempDir(), grid("fussy", 20, 1, 2))
		var last Progress
		err := Local{Workers: workers}.Run(context.Background(), s, func(p Progress) { last = p })
		for _, text := range []string{"shards failed: 6, among them", "a=13 b=", "unlucky", "a=14", "panic: worse", "1 numbers for the columns"} {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("error %v, want one with %q", err, text)
			}
		}
		text, missing := csvOf(t, s)
		if missing != 6 || last.Done != 34 || last.Of != 40 {
			t.Errorf("%d missing after %+v", missing, last)
		}
		if want == "" {
			want = text
		}
		if text != want {
			t.Errorf("%d workers: other bits", workers)
		}
		if Status(err) != 3 || Status(nil) != 0 || Status(context.Canceled) != 1 {
			t.Errorf("exit status %d", Status(err))
		}
	}
}

// A run whose context ends keeps what is done, and the next goes on.
func TestResume(t *testing.T) {
	s := open(t, t.TempDir(), grid("slow", 20, 10, 1))
	ctx, cancel := context.WithCancel(context.Background())
	done := 0
	err := Local{Workers: 2}.Run(ctx, s, func(p Progress) {
		if done = p.Done; done > 0 {
			cancel()
		}
	})
	kept, of, took, failed := s.Done()
	if !errors.Is(err, context.Canceled) || kept < 1 || kept >= of || took <= 0 || failed != nil {
		t.Fatalf("%v after %d of %d shards, %v, %v", err, kept, of, took, failed)
	}
	run(t, s)
	again := open(t, t.TempDir(), grid("slow", 20, 10, 1))
	run(t, again)
	a, missing := csvOf(t, s)
	if b, _ := csvOf(t, again); a != b || missing > 0 {
		t.Errorf("interrupted:\n%s\nwhole:\n%s", a, b)
	}
}

// Results of another specification, of other code or by another experiment are never mixed in.
func TestOther(t *testing.T) {
	dir := t.TempDir()
	run(t, open(t, dir, grid("product", 2, 2, 1)))
	for name, make := range map[string]func() (*Store, error){
		"seed":  func() (*Store, error) { s := grid("product", 2, 2, 1); s.Seed++; return Open(dir, s, toys(), "v") },
		"code":  func() (*Store, error) { return Open(dir, grid("product", 2, 2, 1), toys(), "w") },
		"code ": func() (*Store, error) { return Attach(dir, toys(), "w") },
	} {
		if _, err := make(); !errors.Is(err, ErrOther) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := must(Attach(dir, toys(), "v")); s.Dir() != dir || s.Key() != open(t, dir, grid("product", 2, 2, 1)).Key() {
		t.Error("another store")
	}
	if _, err := Attach(t.TempDir(), toys(), "v"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no store: %v", err)
	}
}

// A flipped bit in any byte of any file of a store is noticed: the table has the right numbers or
// lacks them, and the next run computes what lacks and says so.
func TestFlippedByte(t *testing.T) {
	dir := t.TempDir()
	spec := grid("product", 2, 2, 1)
	run(t, open(t, dir, spec))
	want, _ := csvOf(t, open(t, dir, spec))
	records := must(filepath.Glob(filepath.Join(dir, "*"+suffix)))[0]
	for _, path := range []string{filepath.Join(dir, manifestName), records} {
		sound := must(os.ReadFile(path))
		for i := range sound {
			broken := bytes.Clone(sound)
			broken[i] ^= 1 << (i % 8)
			must(0, os.WriteFile(path, broken, 0o644))
			if _, err := Attach(dir, toys(), "v"); err == nil && path != records {
				t.Fatalf("byte %d of the manifest: nobody noticed", i)
			}
			s := open(t, dir, spec)
			said := ""
			s.Say = func(message string) { said += message }
			if text, missing := csvOf(t, s); path == records && (missing == 0 || said == "" || !subset(text, want)) {
				t.Fatalf("byte %d of the records: %d missing, said %q:\n%s", i, missing, said, text)
			}
			run(t, s)
			if text, missing := csvOf(t, s); text != want || missing > 0 {
				t.Fatalf("byte %d of %s: computed anew:\n%s", i, path, text)
			}
			if path == records {
				for _, healed := range must(s.files()) {
					must(0, os.Remove(healed))
				}
			}
			must(0, os.WriteFile(path, sound, 0o644))
		}
	}
	if aside := must(os.ReadDir(filepath.Join(dir, asideDir))); len(aside) > maxAside {
		t.Errorf("%d files set aside, want ≤ %d", len(aside), maxAside)
	}
}

// subset reports whether all lines stand in a text.
func subset(lines, text string) bool {
	for line := range strings.Lines(lines) {
		if !strings.Contains(text, line) {
			return false
		}
	}
	return true
}

// Files that were cut at any length, and foreign ones, cost what they lack and no more.
func TestCut(t *testing.T) {
	dir := t.TempDir()
	spec := grid("product", 2, 2, 1)
	run(t, open(t, dir, spec))
	want, _ := csvOf(t, open(t, dir, spec))
	path := must(filepath.Glob(filepath.Join(dir, "*"+suffix)))[0]
	sound := must(os.ReadFile(path))
	size := open(t, dir, spec).format.size()
	for n := range sound {
		for _, extra := range must(filepath.Glob(filepath.Join(dir, "*"+suffix))) {
			must(0, os.Remove(extra))
		}
		must(0, os.WriteFile(path, sound[:n], 0o644))
		s := open(t, dir, spec)
		lacks := 4 - max(0, n-headerSize)/size
		if _, missing := csvOf(t, s); missing != lacks {
			t.Fatalf("cut to %d bytes: %d shards missing, want %d", n, missing, lacks)
		}
		said := ""
		s.Say = func(message string) { said += message }
		run(t, s)
		if text, _ := csvOf(t, s); text != want {
			t.Fatalf("cut to %d bytes:\n%s", n, text)
		}
		if whole := n >= headerSize && (n-headerSize)%size == 0; whole != (said == "") {
			t.Fatalf("cut to %d bytes: said %q", n, said)
		}
	}
	foreign := t.TempDir()
	run(t, open(t, foreign, grid("product", 2, 2, 2)))
	must(0, os.Rename(must(filepath.Glob(filepath.Join(foreign, "*"+suffix)))[0], filepath.Join(dir, "foreign"+suffix)))
	s := open(t, dir, spec)
	said := ""
	s.Say = func(message string) { said += message }
	run(t, s)
	if text, _ := csvOf(t, s); text != want || !strings.Contains(said, "foreign.shards is of another sweep") {
		t.Errorf("said %q:\n%s", said, text)
	}
	if _, err := os.Stat(filepath.Join(dir, asideDir, "foreign"+suffix)); err != nil {
		t.Error(err)
	}
}

// A function that is not pure is found out.
func TestImpure(t *testing.T) {
	dir, spec := t.TempDir(), grid("product", 1, 1, 1)
	s := open(t, dir, spec)
	for _, v := range []float64{1, 2} {
		w := &writer{format: s.format, dir: dir}
		must(0, w.append(record{0, 1, []float64{v, 0}}))
		must(0, w.close())
	}
	if _, err := s.Table(); err == nil || !strings.Contains(err.Error(), "not a pure function") {
		t.Errorf("two results of one shard: %v", err)
	}
}

// Two drivers on one store, and workers beside them, do no harm; the second driver waits for the
// first.
func TestTwoDrivers(t *testing.T) {
	dir, spec := t.TempDir(), grid("slow", 10, 4, 1)
	var group sync.WaitGroup
	for i := range 4 {
		s := open(t, dir, spec)
		group.Go(func() {
			var err error
			if i < 2 {
				err = Local{Workers: 2}.Run(context.Background(), s, nil)
			} else {
				err = Work(context.Background(), []string{"-store", dir, "-shard", fmt.Sprint(i - 2), "-of", "2"}, os.Getenv, toys(), "v")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	one := open(t, t.TempDir(), spec)
	run(t, one)
	got, missing := csvOf(t, open(t, dir, spec))
	if want, _ := csvOf(t, one); got != want || missing > 0 {
		t.Errorf("%d missing:\n%s\nwant\n%s", missing, got, want)
	}
}

// Many files become one when a driver comes by, and stale halves of such are removed.
func TestFold(t *testing.T) {
	dir, spec := t.TempDir(), grid("product", 10, 10, 1)
	s := open(t, dir, spec)
	for i := range 99 {
		if err := Work(context.Background(), []string{"-store", dir, "-shard", fmt.Sprint(i), "-of", "100"}, nil, toys(), "v"); err != nil {
			t.Fatal(err)
		}
	}
	must(0, os.WriteFile(filepath.Join(dir, folding+"1"), []byte("half"), 0o644))
	run(t, s)
	if files := must(s.files()); len(files) != 2 {
		t.Errorf("%d files, want what was folded and the last", len(files))
	}
	if half := must(filepath.Glob(filepath.Join(dir, folding+"1"))); len(half) > 0 {
		t.Errorf("%v is still there", half)
	}
	one := open(t, t.TempDir(), spec)
	run(t, one)
	a, _ := csvOf(t, s)
	if b, _ := csvOf(t, one); a != b {
		t.Error("other bits")
	}
}

// 10⁵ shards that cost nothing: less than a millisecond each, few files.
func TestOverhead(t *testing.T) {
	spec := grid("product", 100, 100, 10)
	s := open(t, t.TempDir(), spec)
	start := time.Now()
	run(t, s)
	took := time.Since(start)
	if done, of, _, err := s.Done(); done != 100_000 || of != done || err != nil {
		t.Errorf("%d of %d, %v", done, of, err)
	}
	files := 0
	must(0, filepath.WalkDir(s.Dir(), func(string, fs.DirEntry, error) error { files++; return nil }))
	if files > 1000 {
		t.Errorf("%d files", files)
	}
	t.Logf("%v a shard, %d files", took/100_000, files)
	if took > 100*time.Second {
		t.Errorf("10⁵ shards took %v", took)
	}
}
