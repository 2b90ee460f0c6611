package keep

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestKeep(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, want := range [][]float64{{1, 2.5}, {3}} { // the second in place of the first
		if err := Put("a-1", want); err != nil {
			t.Fatal(err)
		}
		if got, err := Get[[]float64]("a-1"); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, %v, want %v", got, err, want)
		}
	}
	t.Setenv("SGDESCAPE_FIDELITY", "paper")
	if _, err := Get[[]float64]("a-1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a result of quick fidelity at paper fidelity: %v", err)
	}
}

// The first call computes, the second finds; an error is not kept.
func TestOnce(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	calls := 0
	compute := func() (float64, error) {
		if calls++; calls == 1 {
			return 0, errors.New("not yet")
		}
		return math.Inf(1), nil
	}
	if _, err := Once("x", compute); err == nil || !strings.Contains(err.Error(), "keep: x: not yet") {
		t.Errorf("error %v", err)
	}
	for range 2 {
		if v, err := Once("x", compute); err != nil || !math.IsInf(v, 1) {
			t.Errorf("%v, %v", v, err)
		}
	}
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
	if _, err := Once("No", compute); err == nil || calls != 2 {
		t.Errorf("a name that is none: error %v after %d calls", err, calls)
	}
}

// Whatever the folder's name.
func TestClear(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[a*")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	for _, name := range []string{"a-1", "a-2", "b-1"} {
		if err := Put(name, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := Clear("a-"); err != nil {
		t.Fatal(err)
	}
	for name, there := range map[string]bool{"a-1": false, "a-2": false, "b-1": true} {
		if _, err := Get[int](name); (err == nil) != there {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Clear("../x"); err == nil {
		t.Error("a prefix of another folder was taken")
	}
}
