package sweep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2/maybe"
)

// A Store is a folder that holds what is done of one sweep:
//
//	sweep.json   the specification, the code's version, and their hash, the key
//	*.shards     records, each file written by one process and then left alone
//	aside/       damaged and foreign files, the last twenty
//	*.lock       held by the driver, and by all who write
//
// Methods may be called by several goroutines.
type Store struct {
	// Say, if not nil, is told what a reader of a log should know: what was set aside, what is
	// waited for.
	Say func(message string)

	dir        string
	experiment Experiment
	manifest   manifest
	format     format
}

// ErrOther says that a folder holds another sweep, or one by other code.
var ErrOther = errors.New("holds another sweep")

// Open returns the store of a sweep in a folder, which it makes if there is none. The version of
// the code, see [Version], is any text that changes when results may. It returns an error for a
// specification that does not fit its experiment, for no version, for a folder that cannot be read,
// or made, and one that wraps [ErrOther] if results of another specification or version are there.
// A manifest that was damaged is written anew.
func Open(dir string, s Spec, all Experiments, version string) (*Store, error) {
	x, err := all.find(s)
	if err != nil {
		return nil, err
	}
	if dir == "" || version == "" {
		return nil, fmt.Errorf("sweep: store in folder %q by code version %q, want both", dir, version)
	}
	m, err := newManifest(s, x, version)
	if err != nil {
		return nil, err
	}
	there, err := readManifest(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, errDamaged):
		if err := writeManifest(dir, m); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case there.Key != m.Key:
		return nil, fmt.Errorf("sweep: folder %s %w: %s; choose another folder, or remove it", dir, ErrOther, difference(there, m))
	}
	return newStore(dir, x, m)
}

func writeManifest(dir string, m manifest) error {
	text, err := m.text()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("sweep: making a store: %w", err)
	}
	if err := maybe.WriteFile(filepath.Join(dir, manifestName), text, 0o644); err != nil {
		return fmt.Errorf("sweep: making a store: %w", err)
	}
	return nil
}

// difference says in what two manifests differ.
func difference(there, want manifest) string {
	if there.Code != want.Code {
		return fmt.Sprintf("made by code version %s, this is %s", there.Code, want.Code)
	}
	return fmt.Sprintf("its specification of experiment %q with %d shards is not this one of %q with %d", there.Spec.Experiment, there.Spec.Len(), want.Spec.Experiment, want.Spec.Len())
}

// Attach returns the store that someone made in a folder, as a worker does. It returns an error if
// there is none, if its experiment is not among those given or is another one, or if it was made by
// another version of the code.
func Attach(dir string, all Experiments, version string) (*Store, error) {
	there, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	x, err := all.find(there.Spec)
	if err != nil {
		return nil, err
	}
	m, err := newManifest(there.Spec, x, version)
	if err != nil {
		return nil, err
	}
	if there.Key != m.Key {
		return nil, fmt.Errorf("sweep: folder %s %w: %s", dir, ErrOther, difference(there, m))
	}
	return newStore(dir, x, m)
}

func newStore(dir string, x Experiment, m manifest) (*Store, error) {
	f, err := newFormat(m)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil { // jobs start elsewhere
		return nil, fmt.Errorf("sweep: %w", err)
	}
	return &Store{dir: dir, experiment: x, manifest: m, format: f}, nil
}

// Dir returns the folder; "" for nil.
func (s *Store) Dir() string {
	if s == nil {
		return ""
	}
	return s.dir
}

// Key returns the key, 64 hexadecimal digits; "" for nil.
func (s *Store) Key() string {
	if s == nil {
		return ""
	}
	return s.manifest.Key
}

func (s *Store) say(format string, args ...any) {
	if s.Say != nil {
		s.Say(fmt.Sprintf(format, args...))
	}
}

// files lists the files of results, in the order of their names.
func (s *Store) files() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("sweep: store: %w", err)
	}
	var paths []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == suffix {
			paths = append(paths, filepath.Join(s.dir, e.Name()))
		}
	}
	return paths, nil
}

// state is what is known of a store: which shards are done, and how far files were read.
type state struct {
	store *Store
	read  map[string]int64
	done  []bool
	count int
	took  time.Duration // added up
}

func (s *Store) newState() *state {
	return &state{store: s, read: map[string]int64{}, done: make([]bool, s.format.shards)}
}

// refresh reads what was written since.
func (st *state) refresh() error {
	paths, err := st.store.files()
	if err != nil {
		return err
	}
	for _, path := range paths {
		end, _, err := st.store.format.read(path, st.read[path], func(r *record) error {
			st.add(r)
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // folded into another meanwhile
			return err
		}
		st.read[path] = end
	}
	return nil
}

func (st *state) add(r *record) {
	if !st.done[r.shard] {
		st.done[r.shard] = true
		st.count++
		st.took += r.took
	}
}

// missing lists the shards that are not done.
func (st *state) missing() (shards []int) {
	for i, done := range st.done {
		if !done {
			shards = append(shards, i)
		}
	}
	return shards
}

// Done returns how many shards are done, of how many, and how long they took, added up.
func (s *Store) Done() (done, of int, took time.Duration, err error) {
	if s.none() {
		return 0, 0, 0, errNil
	}
	st := s.newState()
	err = st.refresh()
	return st.count, len(st.done), st.took, err
}

// none reports whether this is no store that [Open] or [Attach] returned.
func (s *Store) none() bool { return s == nil || s.dir == "" }

var errNil = errors.New("sweep: no store given")

// read returns the records of all shards, nil for what is missing. Two records of one shard must
// hold the same bits: a function that is not pure is an error.
func (s *Store) read() ([]record, error) {
	paths, err := s.files()
	if err != nil {
		return nil, err
	}
	all := make([]record, s.format.shards)
	for _, path := range paths {
		_, wrong, err := s.format.read(path, 0, func(r *record) error {
			if known := all[r.shard].values; known != nil && !slices.EqualFunc(known, r.values, sameBits) {
				return fmt.Errorf("sweep: store %s: shard %d, %s, gave %v, then %v: experiment %q is not a pure function of its point, or two kinds of processor were at work",
					s.dir, r.shard, s.manifest.Spec.point(r.shard), known, r.values, s.manifest.Spec.Experiment)
			}
			if all[r.shard].values == nil {
				all[r.shard] = record{r.shard, r.took, slices.Clone(r.values)}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if wrong != "" {
			s.say("%s %s: the next run sets it aside", filepath.Base(path), wrong)
		}
	}
	return all, nil
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// lock takes a lock of the store, shared or alone, and waits for it. Where a file system has no
// locks it goes on without: what two drivers do twice counts once.
func (s *Store) lock(ctx context.Context, name string, shared bool) (unlock func(), err error) {
	f := flock.New(filepath.Join(s.dir, name+".lock"))
	try, take := f.TryLock, f.TryLockContext
	if shared {
		try, take = f.TryRLock, f.TryRLockContext
	}
	got, err := try()
	if err == nil && !got {
		s.say("waiting for another process that works on %s", s.dir)
		_, err = take(ctx, 100*time.Millisecond)
	}
	switch {
	case errors.Is(err, syscall.ENOLCK), errors.Is(err, errors.ErrUnsupported):
		s.say("no locks on the file system of %s", s.dir)
		return func() {}, nil
	case err != nil:
		return nil, fmt.Errorf("sweep: store %s: lock: %w", s.dir, err)
	}
	return func() { _ = f.Close() }, nil
}
