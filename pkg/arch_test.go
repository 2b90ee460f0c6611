package pkg_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
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
	{"selection", "regression", "splitting"},
	{"barriers"},
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
