package keep

import (
	"errors"
	"io/fs"
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

// Bad input is an error that begins with "keep:".
func TestHostile(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if err := Put("text", "x"); err != nil {
		t.Fatal(err)
	}
	get := func(name string) error { _, err := Get[[]float64](name); return err }
	for what, err := range map[string]error{
		"no name": Put("", 1), "a path": Put("../x", 1), "upper case": Put("A", 1), "a function": Put("f", func() {}), "nil": Put("n", nil),
		"get no name": get(""), "get a path": get("/etc/passwd"), "nothing there": get("none"), "another type": get("text"),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "keep: ") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}
