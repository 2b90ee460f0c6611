package pkg_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sgdescape/sgdescape/"

// ladder is that of the package comment, from the ground up: a room imports only rooms of lower
// steps.
var ladder = [][]string{
	{"internal/parallel", "internal/root", "internal/given", "internal/gth", "internal/reference", "internal/hostile", "internal/calibrate", "internal/lanes", "internal/peer", "model/internal/rowsum"},
	{"landscape", "data"},
	{"theory", "model", "search"},
	{"exact", "dynamics", "noise"},
	{"quasipotential"},
	{"kolmogorov", "instanton", "sgd", "spectrum"},
	{"escape", "timechange"},
	{"selection", "regression"},
	{"barriers"},
	{"splitting"},
	{"network", "sweep"},
	{"sweep/worker"},
}

// draws are the rooms of the ladder whose results come as a figure as well.
var draws = map[string][]string{"network": {"figure", "method"}}

// aside are the rooms that know no physics, with all that each may import.
var aside = map[string][]string{
	"fidelity":        nil,
	"internal/output": {"fidelity"},
	"figure":          {"fidelity", "internal/output", "internal/parallel"},
	"method":          {"figure"},
	"keep":            {"fidelity"},
	"scorecard":       {"fidelity", "internal/output"},
	"live":            {"figure", "fidelity", "internal/output", "landscape", "theory"},
}

// TestArrowsPointDown: imports follow the ladder, no room imports a notebook, and every room has
// its place.
func TestArrowsPointDown(t *testing.T) {
	step := map[string]int{}
	for i, rooms := range ladder {
		for _, room := range rooms {
			step[room] = i
		}
	}
	for room, imports := range rooms(t) {
		allowed, isAside := aside[room]
		at, onLadder := step[room]
		if !isAside && !onLadder {
			t.Errorf("room %s has no place: put it on the ladder here and in doc.go", room)
		}
		for _, path := range imports {
			used, ours := strings.CutPrefix(path, module)
			below, known := step[strings.TrimPrefix(used, "pkg/")]
			switch used, inside := strings.CutPrefix(used, "pkg/"); {
			case !ours:
			case !inside:
				t.Errorf("%s imports %s, which is not a room of the library", room, path)
			case slices.Contains(draws[room], used):
			case isAside && !slices.Contains(allowed, used):
				t.Errorf("%s imports %s, want no more than %v", room, used, allowed)
			case !isAside && (!known || below >= at):
				t.Errorf("%s imports %s, which does not stand below it", room, used)
			}
		}
	}
}

// rooms returns the imports of every package of the library, those of its tests left out.
func rooms(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if room, ok := strings.CutPrefix(p.ImportPath, module+"pkg/"); ok {
			found[room] = p.Imports
		}
	}
	if len(found) < 15 {
		t.Fatalf("go list found %d rooms: %v", len(found), found)
	}
	return found
}

// large are the rooms that may have more than 2,200 lines: drawings, and a store with the driver of
// a cluster and the program that works there.
var large = map[string]int{"figure": 2600, "sweep": 2650}

// TestRoomsAreSmall: a package is read in one sitting, 2,200 lines without tests.
func TestRoomsAreSmall(t *testing.T) {
	for room := range rooms(t) {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		lines, most := 0, cmp.Or(large[room], 2200)
		for _, f := range files {
			if text, err := os.ReadFile(f); err != nil {
				t.Fatal(err)
			} else if !strings.HasSuffix(f, "_test.go") {
				lines += bytes.Count(text, []byte("\n"))
			}
		}
		if lines > most {
			t.Errorf("%s has %d lines, want ≤ %d", room, lines, most)
		}
	}
}
