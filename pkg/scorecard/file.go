package scorecard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/internal/output"
)

// FileName is the name of the scorecard in the output folder.
const FileName = "scorecard.json"

// An Entry is a claim as the scorecard holds it.
type Entry struct {
	ID        string  `json:"id"`
	Equation  string  `json:"equation"`
	Claim     string  `json:"claim"`
	Regime    string  `json:"regime"`
	Expected  float64 `json:"expected"`
	Measured  float64 `json:"measured"`
	StdErr    float64 `json:"stderr"`
	Tolerance float64 `json:"tolerance"`
	Verdict   Verdict `json:"verdict"`
	Notebook  string  `json:"notebook"`
}

// entry returns the claim with its verdict.
func (c Claim) entry(v Verdict) Entry {
	return Entry{c.ID, c.Equation, c.Claim, c.Regime, c.Expected, c.Measured, c.StdErr, c.Tolerance, v, c.Notebook}
}

// Path returns where the scorecard is: beside the figures of this run.
func Path() (string, error) {
	dir, err := output.Dir()
	if err != nil {
		return "", fmt.Errorf("scorecard: %w", err)
	}
	return filepath.Join(dir, FileName), nil
}

// Load returns the entries of the scorecard, sorted by ID; none if there is no
// file yet.
func Load() ([]Entry, error) {
	path, err := Path()
	if err != nil {
		return nil, err
	}
	return read(path)
}

// read reads a scorecard and checks it.
func read(path string) ([]Entry, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("scorecard: %w", err)
	}
	var entries []Entry
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&entries); err != nil {
		return nil, fmt.Errorf("scorecard: %s is corrupt, repair or remove it: %w", path, err)
	}
	if dec.More() {
		return nil, fmt.Errorf("scorecard: %s is corrupt, repair or remove it: more after the list", path)
	}
	seen := map[string]bool{}
	for i, e := range entries {
		if !validID.MatchString(e.ID) || seen[e.ID] {
			return nil, fmt.Errorf("scorecard: %s is corrupt, repair or remove it: entry %d has the id %q", path, i, e.ID)
		}
		seen[e.ID] = true
	}
	slices.SortFunc(entries, byID)
	return entries, nil
}

func byID(a, b Entry) int { return strings.Compare(a.ID, b.ID) }

// put replaces or adds one entry, while no other process or goroutine does.
func put(e Entry) error {
	path, err := Path()
	if err != nil {
		return err
	}
	unlock, err := lock(path)
	if err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	defer unlock()
	entries, err := read(path)
	if err != nil {
		return err
	}
	i, found := slices.BinarySearchFunc(entries, e, byID)
	if found {
		entries[i] = e
	} else {
		entries = slices.Insert(entries, i, e)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // a reader of the file sees "<", not "\u003c"
	enc.SetIndent("", "  ")
	if err := enc.Encode(entries); err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	if err := output.WriteFile(path, buf.Bytes()); err != nil {
		return fmt.Errorf("scorecard: %w", err)
	}
	return nil
}
