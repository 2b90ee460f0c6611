// Package keep passes results from one cell of a notebook to the next: every cell is a process of
// its own, and what took minutes should not be computed twice.
//
//	keep.Put("03-stages", stages)                 // in the cell that trains
//	stages, err := keep.Get[[][]float64]("03-stages") // in the cells that measure
//	sets, err := keep.Once("05-sets", solve)          // or wherever it is needed, solved by the first
//
// The files lie in [os.TempDir], by fidelity and by the process that runs the cells: a kernel that
// is started anew, perhaps on other code, finds nothing. Errors start with "keep:".
package keep

import (
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/sgdescape/sgdescape/pkg/fidelity"
)

// validName is what may stand in the name of a file on every system.
var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

func path(name string) (string, error) {
	if !validName.MatchString(name) {
		return "", fmt.Errorf("keep: name %q, want lower-case letters, digits, '.', '_' and '-'", name)
	}
	file := fmt.Sprintf("sgdescape-%d-%d-%s-%s.gob", os.Getuid(), os.Getppid(), fidelity.Pick("quick", "paper"), name)
	return filepath.Join(os.TempDir(), file), nil
}

// Put keeps a value under a name, in place of what was there, whole or not at all. Its type must be
// one that encoding/gob can encode, and a value must not point back at itself. A nil pointer, which
// gob has no word for, is an error.
func Put(name string, value any) error {
	file, err := path(name)
	if err != nil {
		return err
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("keep: %s: a nil %T, want a value", name, value)
	}
	// Only this user may write it: the name is no secret, and the folder is everyone's.
	pending, err := os.CreateTemp(filepath.Dir(file), "sgdescape-*")
	if err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	defer os.Remove(pending.Name())
	err = gob.NewEncoder(pending).Encode(value)
	if closed := pending.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(pending.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("keep: %s: %w", name, err)
	}
	return nil
}

// Get returns what was put under a name. It is an error when nothing was, or something of another
// type.
func Get[T any](name string) (value T, err error) {
	file, err := path(name)
	if err != nil {
		return value, err
	}
	f, err := os.Open(file)
	if err != nil {
		return value, fmt.Errorf("keep: nothing under %s: run the cell that computes it first: %w", name, err)
	}
	defer f.Close()
	if err := gob.NewDecoder(f).Decode(&value); err != nil {
		return value, fmt.Errorf("keep: %s: %w", name, err)
	}
	return value, nil
}

// Once returns what is kept under a name, and computes and keeps it where nothing is. A nil compute
// is an error there.
func Once[T any](name string, compute func() (T, error)) (value T, err error) {
	if _, err := path(name); err != nil { // before what takes minutes
		return value, err
	}
	if value, err := Get[T](name); err == nil {
		return value, nil
	}
	if compute == nil {
		return value, fmt.Errorf("keep: %s: nothing kept, and a nil function to compute it", name)
	}
	value, err = compute()
	if err != nil {
		return value, fmt.Errorf("keep: %s: %w", name, err)
	}
	return value, Put(name, value)
}

// Clear forgets all that is kept under names with a prefix, as the first cell of a notebook does so
// that running it from the top computes anew.
func Clear(prefix string) error {
	first, err := path(prefix)
	if err != nil {
		return err
	}
	dir, start := filepath.Split(strings.TrimSuffix(first, ".gob"))
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), start) || filepath.Ext(file.Name()) != ".gob" {
			continue
		}
		if gone := os.Remove(filepath.Join(dir, file.Name())); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = fmt.Errorf("keep: %w", gone)
		}
	}
	return err
}
